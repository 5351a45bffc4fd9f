// SPDX-License-Identifier: MIT
// Which virtual routers have been heard, and which of them are worth remembering?
#include "core/neighbourhood.h"

#include <errno.h>
#include <stdlib.h>

int vrrp_neighbourhood_init(struct vrrp_neighbourhood *neighbourhood, size_t max) {
  struct vrrp_router **routers = calloc(max, sizeof(*routers));

  if (routers == NULL)
    return -ENOMEM;
  *neighbourhood = (struct vrrp_neighbourhood){.routers = routers, .max = max};
  return 0;
}

void vrrp_neighbourhood_destroy(struct vrrp_neighbourhood *neighbourhood) {
  for (size_t i = 0; i < neighbourhood->count; i++)
    vrrp_router_free(neighbourhood->routers[i]);
  for (size_t i = 0; i < neighbourhood->segment_count; i++)
    free(neighbourhood->segments[i]);
  free(neighbourhood->segments);
  free(neighbourhood->routers);
  *neighbourhood = (struct vrrp_neighbourhood){0};
}

static struct vrrp_segment *find_segment(const struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex) {
  for (size_t i = 0; i < neighbourhood->segment_count; i++)
    if (neighbourhood->segments[i]->ifindex == ifindex)
      return neighbourhood->segments[i];
  return NULL;
}

static struct vrrp_segment *add_segment(struct vrrp_neighbourhood *neighbourhood,
                                        unsigned ifindex) {
  size_t count = neighbourhood->segment_count + 1;
  struct vrrp_segment **segments =
      realloc(neighbourhood->segments, count * sizeof(*segments));

  if (segments == NULL)
    return NULL;
  neighbourhood->segments = segments;
  struct vrrp_segment *segment = calloc(1, sizeof(*segment));
  if (segment == NULL)
    return NULL;
  segment->ifindex = ifindex;
  segments[neighbourhood->segment_count++] = segment;
  return segment;
}

struct vrrp_router *
vrrp_neighbourhood_find(const struct vrrp_neighbourhood *neighbourhood,
                        const struct vrrp_router_key *key) {
  const struct vrrp_segment *segment = find_segment(neighbourhood, key->ifindex);
  return segment ? segment->routers[key->family][key->vrid] : NULL;
}

// How much would be lost with a router.
static int usefulness(const struct vrrp_router *router) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (router->state == VRRP_STATE_UNKNOWN)
    return -1;
  if (router->state != VRRP_STATE_OBSERVER)
    return 2;
  return master != NULL && vrrp_speaker_is_proven(master);
}

static struct vrrp_router *least_useful(const struct vrrp_neighbourhood *neighbourhood) {
  struct vrrp_router *least = neighbourhood->routers[0];

  for (size_t i = 1; i < neighbourhood->count; i++) {
    struct vrrp_router *router = neighbourhood->routers[i];
    int difference = usefulness(router) - usefulness(least);
    if (difference < 0 || (difference == 0 && router->last_heard < least->last_heard))
      least = router;
  }
  return least;
}

static bool make_room(struct vrrp_neighbourhood *neighbourhood) {
  if (neighbourhood->count < neighbourhood->max)
    return true;
  struct vrrp_router *least = least_useful(neighbourhood);
  neighbourhood->forgotten++;
  if (usefulness(least) > 0)
    return false;
  vrrp_neighbourhood_forget(neighbourhood, least);
  return true;
}

struct vrrp_router *vrrp_neighbourhood_admit(struct vrrp_neighbourhood *neighbourhood,
                                             const struct vrrp_router_key *key,
                                             vrrp_time now, bool *ret_is_new) {
  struct vrrp_segment *segment = find_segment(neighbourhood, key->ifindex);

  if (segment == NULL && (segment = add_segment(neighbourhood, key->ifindex)) == NULL)
    return NULL;
  struct vrrp_router **place = &segment->routers[key->family][key->vrid];
  *ret_is_new = *place == NULL;
  if (*place != NULL)
    return *place;
  if (!make_room(neighbourhood))
    return NULL;
  *place = vrrp_router_new(key, now);
  if (*place != NULL)
    neighbourhood->routers[neighbourhood->count++] = *place;
  return *place;
}

struct vrrp_router *
vrrp_neighbourhood_admit_rejected(struct vrrp_neighbourhood *neighbourhood,
                                  const struct vrrp_router_key *key, vrrp_time now,
                                  bool *ret_is_new) {
  struct vrrp_router *router = vrrp_neighbourhood_find(neighbourhood, key);

  *ret_is_new = false;
  if (router != NULL || neighbourhood->count < neighbourhood->max)
    return vrrp_neighbourhood_admit(neighbourhood, key, now, ret_is_new);
  neighbourhood->forgotten++;
  return NULL;
}

void vrrp_neighbourhood_forget(struct vrrp_neighbourhood *neighbourhood,
                               struct vrrp_router *router) {
  struct vrrp_segment *segment = find_segment(neighbourhood, router->key.ifindex);

  segment->routers[router->key.family][router->key.vrid] = NULL;
  for (size_t i = 0; i < neighbourhood->count; i++)
    if (neighbourhood->routers[i] == router) {
      neighbourhood->routers[i] = neighbourhood->routers[--neighbourhood->count];
      break;
    }
  vrrp_router_free(router);
}

void vrrp_neighbourhood_forget_interface(struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex) {
  for (size_t i = neighbourhood->count; i-- > 0;)
    if (neighbourhood->routers[i]->key.ifindex == ifindex)
      vrrp_neighbourhood_forget(neighbourhood, neighbourhood->routers[i]);
  for (size_t i = 0; i < neighbourhood->segment_count; i++)
    if (neighbourhood->segments[i]->ifindex == ifindex) {
      free(neighbourhood->segments[i]);
      neighbourhood->segments[i] =
          neighbourhood->segments[--neighbourhood->segment_count];
      break;
    }
}

vrrp_time vrrp_neighbourhood_deadline(const struct vrrp_neighbourhood *neighbourhood) {
  vrrp_time deadline = VRRP_NEVER;

  for (size_t i = 0; i < neighbourhood->count; i++)
    deadline = vrrp_earlier(deadline, neighbourhood->routers[i]->deadline);
  return deadline;
}
