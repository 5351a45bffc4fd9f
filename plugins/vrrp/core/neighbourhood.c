// SPDX-License-Identifier: MIT
// Which virtual routers have been heard, and which of them are worth remembering?
#include "core/neighbourhood.h"

#include "common/core/array.h"
#include "common/core/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int vrrp_neighbourhood_init(struct vrrp_neighbourhood *neighbourhood, size_t max) {
  struct vrrp_router **routers = calloc(max, sizeof(*routers));

  if (routers == NULL)
    return -ENOMEM;
  *neighbourhood = (struct vrrp_neighbourhood){.routers = routers, .max = max};
  for (int i = 0; i < VRRP_USES; i++)
    TAILQ_INIT(&neighbourhood->uses[i]);
  TAILQ_INIT(&neighbourhood->touched);
  int status = vrrp_agenda_init(&neighbourhood->agenda, max);
  if (status < 0)
    free(routers);
  return status;
}

static void dispose_of(struct vrrp_neighbourhood *neighbourhood,
                       struct vrrp_router *router) {
  vrrp_address_index_remove(&neighbourhood->index, router);
  if (neighbourhood->dispose != NULL)
    neighbourhood->dispose(router, neighbourhood->user);
  else
    vrrp_router_free(router);
}

void vrrp_neighbourhood_destroy(struct vrrp_neighbourhood *neighbourhood) {
  for (size_t i = 0; i < neighbourhood->count; i++)
    dispose_of(neighbourhood, neighbourhood->routers[i]);
  for (size_t i = 0; i < neighbourhood->segment_count; i++)
    free(neighbourhood->segments[i]);
  free(neighbourhood->segments);
  free(neighbourhood->routers);
  vrrp_agenda_destroy(&neighbourhood->agenda);
  vrrp_address_index_destroy(&neighbourhood->index);
  *neighbourhood = (struct vrrp_neighbourhood){0};
}

// --- by interface -------------------------------------------------------------------

static int compare(const void *key, const void *element) {
  unsigned ifindex = *(const unsigned *)key;
  struct vrrp_segment *const *segment = element;
  return (ifindex > (*segment)->ifindex) - (ifindex < (*segment)->ifindex);
}

static struct ha_sorted by_ifindex(const struct vrrp_neighbourhood *neighbourhood) {
  return (struct ha_sorted){neighbourhood->segments, neighbourhood->segment_count,
                            sizeof(*neighbourhood->segments), compare};
}

// Where the segment stands among all, or NULL.
static struct vrrp_segment **locate(const struct vrrp_neighbourhood *neighbourhood,
                                    unsigned ifindex) {
  const struct ha_sorted sorted = by_ifindex(neighbourhood);
  return ha_search_find(&sorted, &ifindex);
}

static struct vrrp_segment *find_segment(const struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex) {
  struct vrrp_segment **place = locate(neighbourhood, ifindex);
  return place != NULL ? *place : NULL;
}

static struct vrrp_segment *add_segment(struct vrrp_neighbourhood *neighbourhood,
                                        unsigned ifindex) {
  const struct ha_sorted sorted = by_ifindex(neighbourhood);
  size_t place = ha_search(&sorted, &ifindex);
  struct vrrp_segment **segments = ha_array_room(
      neighbourhood->segments, neighbourhood->segment_count, sizeof(*segments));

  if (segments == NULL)
    return NULL;
  neighbourhood->segments = segments;
  struct vrrp_segment *segment = calloc(1, sizeof(*segment));
  if (segment == NULL)
    return NULL;
  segment->ifindex = ifindex;
  ha_array_open_gap(segments, neighbourhood->segment_count++, sizeof(*segments), place);
  segments[place] = segment;
  return segment;
}

struct vrrp_router *
vrrp_neighbourhood_find(const struct vrrp_neighbourhood *neighbourhood,
                        const struct vrrp_router_key *key) {
  const struct vrrp_segment *segment = find_segment(neighbourhood, key->ifindex);
  return segment ? segment->routers[key->family][key->vrid] : NULL;
}

// --- by address ---------------------------------------------------------------------

static void touch(struct vrrp_neighbourhood *neighbourhood, struct vrrp_router *router) {
  if (router->neighbour.is_touched)
    return;
  router->neighbour.is_touched = true;
  TAILQ_INSERT_TAIL(&neighbourhood->touched, router, neighbour.touched);
}

static void touch_each(struct vrrp_neighbourhood *neighbourhood,
                       const struct vrrp_listings *listings) {
  const struct vrrp_listing *listing;

  LIST_FOREACH(listing, listings, entry) {
    listing->router->neighbour.moves++;
    touch(neighbourhood, listing->router);
  }
}

static void touch_listers(struct vrrp_neighbourhood *neighbourhood,
                          const struct vrrp_listed_address *listed) {
  touch_each(neighbourhood, &listed->masters);
  touch_each(neighbourhood, &listed->others);
}

// Anybody may list the address if not all could be noted.
static void touch_unlisted(struct vrrp_neighbourhood *neighbourhood) {
  for (size_t i = 0; neighbourhood->index_incomplete && i < neighbourhood->count; i++)
    touch(neighbourhood, neighbourhood->routers[i]);
}

void vrrp_neighbourhood_touch(struct vrrp_neighbourhood *neighbourhood,
                              const struct vrrp_address *address) {
  const struct vrrp_listed_address *listed =
      vrrp_address_index_find(&neighbourhood->index, address);

  touch_unlisted(neighbourhood);
  if (listed != NULL)
    touch_listers(neighbourhood, listed);
}

struct vrrp_router *
vrrp_neighbourhood_take_touched(struct vrrp_neighbourhood *neighbourhood) {
  struct vrrp_router *router = TAILQ_FIRST(&neighbourhood->touched);

  if (router != NULL) {
    TAILQ_REMOVE(&neighbourhood->touched, router, neighbour.touched);
    router->neighbour.is_touched = false;
  }
  return router;
}

// Whoever shares an address with a router of which this host is master is concerned by
// that, and by no other one's.
static void touch_sharers(struct vrrp_neighbourhood *neighbourhood,
                          const struct vrrp_router *router) {
  if (!router->neighbour.was_master)
    return;
  touch_unlisted(neighbourhood);
  for (unsigned i = 0; i < router->neighbour.listing_count; i++)
    touch_listers(neighbourhood, router->neighbour.listings[i].at);
}

// Another virtual router of which this host is master claims the address.
static bool is_claimed(const struct vrrp_neighbourhood *neighbourhood,
                       const struct vrrp_router *router,
                       const struct vrrp_address *address) {
  const struct vrrp_listed_address *listed =
      vrrp_address_index_find(&neighbourhood->index, address);
  const struct vrrp_listing *claim = listed ? LIST_FIRST(&listed->masters) : NULL;

  while (claim != NULL && claim->router == router)
    claim = LIST_NEXT(claim, entry);
  return claim != NULL;
}

void vrrp_neighbourhood_count_here(const struct vrrp_neighbourhood *neighbourhood,
                                   const struct vrrp_router *router,
                                   vrrp_place_of *place_of, const void *links,
                                   struct vrrp_here *here) {
  here->addresses = here->addresses_anywhere = 0;
  here->moves = router->neighbour.moves;
  for (unsigned i = 0; i < vrrp_router_list(router)->count; i++) {
    struct vrrp_address address = vrrp_router_address(router, i);
    enum vrrp_place place = place_of(links, &address);
    here->addresses_anywhere += place != VRRP_PLACE_NONE;
    here->addresses +=
        place == VRRP_PLACE_LINK && !is_claimed(neighbourhood, router, &address);
  }
}

// --- keeping order ------------------------------------------------------------------

static enum vrrp_usefulness usefulness(const struct vrrp_router *router) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (router->state == VRRP_STATE_UNKNOWN)
    return VRRP_USE_NONE;
  if (router->state != VRRP_STATE_OBSERVER)
    return VRRP_USE_OURS;
  return master != NULL && vrrp_speaker_is_proven(master) ? VRRP_USE_PROVEN
                                                          : VRRP_USE_LITTLE;
}

static void file(struct vrrp_neighbourhood *neighbourhood, struct vrrp_router *router,
                 enum vrrp_usefulness use) {
  router->neighbour.usefulness = (uint8_t)use;
  TAILQ_INSERT_TAIL(&neighbourhood->uses[use], router, neighbour.by_use);
}

static void unfile(struct vrrp_neighbourhood *neighbourhood, struct vrrp_router *router) {
  TAILQ_REMOVE(&neighbourhood->uses[router->neighbour.usefulness], router,
               neighbour.by_use);
}

// Its list is another, or another list is this host's business now.
static void follow_list(struct vrrp_neighbourhood *neighbourhood,
                        struct vrrp_router *router) {
  const struct vrrp_list *list = vrrp_router_list(router);
  bool is_master = router->state == VRRP_STATE_MASTER;
  bool is_same = router->neighbour.listed == list->digest &&
                 router->neighbour.listing_count == list->count;

  if (is_same && is_master == router->neighbour.was_master)
    return;
  touch_sharers(neighbourhood, router);
  neighbourhood->index_incomplete |=
      vrrp_address_index_put(&neighbourhood->index, router, is_master) < 0;
  router->neighbour.listed = list->digest;
  router->neighbour.was_master = is_master;
  router->neighbour.moves++;
  touch(neighbourhood, router);
  touch_sharers(neighbourhood, router);
}

// Whatever a router has gone through, the rest follows it.
static void follow(struct vrrp_neighbourhood *neighbourhood, struct vrrp_router *router) {
  follow_list(neighbourhood, router);
  if (router->here_wanted)
    touch(neighbourhood, router);
  vrrp_agenda_follow(&neighbourhood->agenda, router);
  if (router->neighbour.usefulness != usefulness(router)) {
    unfile(neighbourhood, router);
    file(neighbourhood, router, usefulness(router));
  }
}

void vrrp_neighbourhood_hear(struct vrrp_neighbourhood *neighbourhood,
                             struct vrrp_router *router, const struct vrrp_advert *advert,
                             const struct vrrp_arrival *arrival) {
  vrrp_router_hear(router, advert, arrival);
  unfile(neighbourhood, router);
  file(neighbourhood, router, usefulness(router));
  follow(neighbourhood, router);
}

void vrrp_neighbourhood_set_here(struct vrrp_neighbourhood *neighbourhood,
                                 struct vrrp_router *router, const struct vrrp_here *here,
                                 vrrp_time now) {
  vrrp_router_set_here(router, here, now);
  follow(neighbourhood, router);
}

// Deadlines only move on, which the agenda need not be told.
void vrrp_neighbourhood_miss(struct vrrp_neighbourhood *neighbourhood, vrrp_time now) {
  neighbourhood->missed_until = vrrp_later(neighbourhood->missed_until, now);
  for (size_t i = 0; i < neighbourhood->count; i++)
    vrrp_router_miss(neighbourhood->routers[i], now);
}

vrrp_time vrrp_neighbourhood_deadline(struct vrrp_neighbourhood *neighbourhood) {
  const struct vrrp_router *first = vrrp_agenda_first(&neighbourhood->agenda);
  return first ? first->deadline : VRRP_NEVER;
}

struct vrrp_router *vrrp_neighbourhood_tick(struct vrrp_neighbourhood *neighbourhood,
                                            vrrp_time now) {
  struct vrrp_router *router = vrrp_agenda_first(&neighbourhood->agenda);

  if (router == NULL || router->deadline > now)
    return NULL;
  vrrp_router_tick(router, now);
  follow(neighbourhood, router);
  return router;
}

// --- coming and going ---------------------------------------------------------------

static bool make_room(struct vrrp_neighbourhood *neighbourhood) {
  if (neighbourhood->count < neighbourhood->max)
    return true;
  neighbourhood->forgotten++;
  for (int use = VRRP_USE_NONE; use <= VRRP_USE_LITTLE; use++) {
    struct vrrp_router *least = TAILQ_FIRST(&neighbourhood->uses[use]);
    if (least == NULL)
      continue;
    vrrp_neighbourhood_forget(neighbourhood, least);
    return true;
  }
  return false;
}

static void enrol(struct vrrp_neighbourhood *neighbourhood, struct vrrp_router *router,
                  enum vrrp_usefulness use) {
  router->missed_until = neighbourhood->missed_until;
  router->neighbour.position = neighbourhood->count;
  neighbourhood->routers[neighbourhood->count++] = router;
  vrrp_agenda_add(&neighbourhood->agenda, router);
  file(neighbourhood, router, use);
  touch(neighbourhood, router);
}

// The place for a router of this key, taken or not; NULL: no memory.
static struct vrrp_router **place_for(struct vrrp_neighbourhood *neighbourhood,
                                      const struct vrrp_router_key *key) {
  struct vrrp_segment *segment = find_segment(neighbourhood, key->ifindex);

  if (segment == NULL)
    segment = add_segment(neighbourhood, key->ifindex);
  return segment ? &segment->routers[key->family][key->vrid] : NULL;
}

static struct vrrp_router *admit(struct vrrp_neighbourhood *neighbourhood,
                                 const struct vrrp_router_key *key, vrrp_time now,
                                 enum vrrp_usefulness use, bool *ret_is_new) {
  struct vrrp_router **place = place_for(neighbourhood, key);

  *ret_is_new = place != NULL && *place == NULL;
  if (!*ret_is_new)
    return place ? *place : NULL;
  if (!make_room(neighbourhood))
    return NULL;
  *place = vrrp_router_new(key, now);
  if (*place != NULL)
    enrol(neighbourhood, *place, use);
  return *place;
}

struct vrrp_router *vrrp_neighbourhood_admit(struct vrrp_neighbourhood *neighbourhood,
                                             const struct vrrp_router_key *key,
                                             vrrp_time now, bool *ret_is_new) {
  return admit(neighbourhood, key, now, VRRP_USE_LITTLE, ret_is_new);
}

struct vrrp_router *
vrrp_neighbourhood_admit_rejected(struct vrrp_neighbourhood *neighbourhood,
                                  const struct vrrp_router_key *key, vrrp_time now,
                                  bool *ret_is_new) {
  struct vrrp_router *router = vrrp_neighbourhood_find(neighbourhood, key);

  *ret_is_new = false;
  if (router != NULL || neighbourhood->count < neighbourhood->max)
    return admit(neighbourhood, key, now, VRRP_USE_NONE, ret_is_new);
  neighbourhood->forgotten++;
  return NULL;
}

static void strike_off(struct vrrp_neighbourhood *neighbourhood,
                       struct vrrp_router *router) {
  struct vrrp_router *last = neighbourhood->routers[--neighbourhood->count];

  last->neighbour.position = router->neighbour.position;
  neighbourhood->routers[last->neighbour.position] = last;
  vrrp_agenda_remove(&neighbourhood->agenda, router);
  unfile(neighbourhood, router);
  if (router->neighbour.is_touched)
    TAILQ_REMOVE(&neighbourhood->touched, router, neighbour.touched);
}

void vrrp_neighbourhood_forget(struct vrrp_neighbourhood *neighbourhood,
                               struct vrrp_router *router) {
  struct vrrp_segment *segment = find_segment(neighbourhood, router->key.ifindex);

  segment->routers[router->key.family][router->key.vrid] = NULL;
  touch_sharers(neighbourhood, router);
  strike_off(neighbourhood, router);
  dispose_of(neighbourhood, router);
}

void vrrp_neighbourhood_forget_interface(struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex) {
  struct vrrp_segment **place = locate(neighbourhood, ifindex);

  if (place == NULL)
    return;
  struct vrrp_segment *segment = *place;
  for (int family = 0; family < VRRP_FAMILIES; family++)
    for (unsigned vrid = 0; vrid < VRRP_VRIDS; vrid++)
      if (segment->routers[family][vrid] != NULL)
        vrrp_neighbourhood_forget(neighbourhood, segment->routers[family][vrid]);
  free(segment);
  ha_array_take_out(neighbourhood->segments, neighbourhood->segment_count--,
                    sizeof(*place), (size_t)(place - neighbourhood->segments));
}
