// SPDX-License-Identifier: MIT
// Who is master of a virtual router, since when, and what happened?
#include "core/virtual_router.h"

#include "common/core/array.h"

#include "core/election.h"
#include "core/problem.h"

#include <stdlib.h>
#include <string.h>

struct vrrp_router *vrrp_router_new(const struct vrrp_router_key *key, vrrp_time now) {
  struct vrrp_router *router = calloc(1, sizeof(*router));

  if (router == NULL)
    return NULL;
  router->key = *key;
  router->master = router->anchor = router->own = VRRP_NOBODY;
  router->here = (struct vrrp_here){.link_up = true, .priority = VRRP_PRIORITY_UNTOLD};
  router->created = router->state_since = router->last_heard = router->clock = now;
  router->outage = VRRP_NEVER;
  router->wait_until = router->others_deadline = router->deadline = VRRP_NEVER;
  vrrp_problems_init(&router->problems);
  return router;
}

void vrrp_router_free(struct vrrp_router *router) {
  if (router == NULL)
    return;
  free(router->list.bytes);
  free(router->own_list.bytes);
  free(router);
}

void vrrp_router_take_events(struct vrrp_router *router, struct vrrp_events *to) {
  vrrp_events_move(&router->events, to);
}

vrrp_time vrrp_router_take_gap(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  if (master == NULL)
    return VRRP_NEVER;
  vrrp_time silence = vrrp_elapsed(vrrp_router_silent_since(router, master), now);
  vrrp_time gap = router->gap > silence ? router->gap : silence;
  router->gap = 0;
  return gap;
}

// --- this host's state -------------------------------------------------------------

static bool daemon_is_gone(const struct vrrp_router *router) {
  return router->process_seen && router->here.process == VRRP_PARTICIPATION_NO;
}

static enum vrrp_state judge_state(const struct vrrp_router *router) {
  const struct vrrp_speaker *own = vrrp_router_own(router);

  if (vrrp_router_is_only_rejected(router))
    return VRRP_STATE_UNKNOWN;
  if (own == NULL && !router->process_seen)
    return VRRP_STATE_OBSERVER;
  if (!router->here.link_up || daemon_is_gone(router))
    return VRRP_STATE_INITIALIZE;
  if (own != NULL && router->tenure == VRRP_TENURE_HELD &&
      (router->own == router->master || own->contender))
    return VRRP_STATE_MASTER;
  return router->here.fault ? VRRP_STATE_INITIALIZE : VRRP_STATE_BACKUP;
}

static bool is_up(enum vrrp_state state) {
  return state == VRRP_STATE_BACKUP || state == VRRP_STATE_MASTER;
}

static void refresh_state(struct vrrp_router *router, vrrp_time now) {
  enum vrrp_state state = judge_state(router);

  if (state == router->state)
    return;
  if (state == VRRP_STATE_MASTER) {
    router->became_master++;
    router->was_master = true;
    router->own_reason = router->reason;
  }
  if (is_up(state) && !is_up(router->state))
    router->up_since = now;
  router->state_before = router->state;
  router->state = state;
  router->state_since = now;
  vrrp_events_add(&router->events, &(struct vrrp_event){
                                       .kind = VRRP_EVENT_STATE,
                                       .at = now,
                                       .state = state,
                                       .state_before = router->state_before,
                                       .has_reason = router->was_master,
                                       .reason = router->own_reason,
                                       .link_up = router->here.link_up,
                                       .fault = router->here.fault,
                                   });
}

// --- what the speakers say ---------------------------------------------------------

static void store_list(struct vrrp_list *list, const struct vrrp_advert *advert) {
  size_t size = advert->address_count * vrrp_address_size(vrrp_advert_family(advert));
  uint8_t *bytes = size > 0 ? malloc(size) : NULL;

  if (size > 0 && bytes == NULL)
    return;
  if (size > 0)
    memcpy(bytes, advert->addresses, size);
  free(list->bytes);
  *list = (struct vrrp_list){
      .bytes = bytes, .count = advert->address_count, .digest = advert->address_digest};
}

static bool is_list(const struct vrrp_list *list, const struct vrrp_advert *advert) {
  return list->digest == advert->address_digest && list->count == advert->address_count;
}

// The speaker that the others are held against: this host's if it spoke lately.
static const struct vrrp_speaker *reference(const struct vrrp_router *router,
                                            vrrp_time now) {
  const struct vrrp_speaker *own = vrrp_router_own(router);
  if (own != NULL && vrrp_elapsed(own->heard, now) < VRRP_PROBLEM_MEMORY)
    return own;
  return vrrp_router_last_master(router);
}

static void compare_speakers(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *with = reference(router, now);

  for (int i = 0; i < router->speakers.count; i++) {
    struct vrrp_speaker *speaker = &router->speakers.all[i];
    bool comparable =
        with != NULL && vrrp_elapsed(with->heard, now) < VRRP_PROBLEM_MEMORY;
    speaker->differs = comparable ? vrrp_speaker_differences(speaker, with) : 0;
  }
}

// --- hearing -----------------------------------------------------------------------

static bool is_expected(const struct vrrp_router *router,
                        const struct vrrp_address *source) {
  for (size_t i = 0; i < router->peer_count; i++)
    if (vrrp_address_equal(&router->peers[i], source))
      return true;
  return router->peer_count == 0;
}

static bool mac_is_wrong(const struct vrrp_router *router, const uint8_t mac[6]) {
  static const uint8_t prefix[] = {0, 0, 0x5e, 0};
  uint8_t right[6];

  vrrp_router_virtual_mac(&router->key, right);
  return memcmp(mac, prefix, sizeof(prefix)) == 0 && (mac[4] == 1 || mac[4] == 2) &&
         memcmp(mac, right, sizeof(right)) != 0;
}

static bool owns_an_address(const struct vrrp_advert *advert) {
  for (unsigned i = 0; i < advert->address_count; i++) {
    struct vrrp_address address = vrrp_advert_address(advert, i);
    if (vrrp_address_equal(&address, &advert->origin.source))
      return true;
  }
  return false;
}

// RFC 9568, 5.2.9: the first address must be the link-local one of the virtual router.
static bool lacks_link_local(const struct vrrp_advert *advert) {
  if (vrrp_advert_family(advert) != VRRP_IPV6)
    return false;
  struct vrrp_address first = vrrp_advert_address(advert, 0);
  return !vrrp_address_is_link_local(&first);
}

static bool is_from_afar(struct vrrp_router *router, const struct vrrp_advert *advert,
                         const struct vrrp_arrival *arrival) {
  const struct vrrp_origin *origin = &advert->origin;
  return !arrival->own && !vrrp_address_is_multicast(&origin->destination) &&
         vrrp_distance_is_unusual(&router->distance, origin->ttl, arrival->at);
}

static uint8_t find_faults(struct vrrp_router *router, const struct vrrp_advert *advert,
                           const struct vrrp_arrival *arrival) {
  unsigned faults = 0;

  if (arrival->forged || (!arrival->own && !is_expected(router, &advert->origin.source)))
    faults |= VRRP_FAULT_UNEXPECTED;
  if (mac_is_wrong(router, arrival->mac))
    faults |= VRRP_FAULT_WRONG_MAC;
  if (advert->priority == VRRP_PRIORITY_OWNER && !owns_an_address(advert))
    faults |= VRRP_FAULT_FALSE_OWNER;
  if (lacks_link_local(advert))
    faults |= VRRP_FAULT_NO_LINK_LOCAL;
  if (is_from_afar(router, advert, arrival))
    faults |= VRRP_FAULT_TTL;
  return (uint8_t)faults;
}

static unsigned protected_speakers(const struct vrrp_router *router) {
  const int8_t keep[] = {router->master, router->anchor, router->own};
  unsigned mask = 0;

  for (size_t i = 0; i < HA_COUNT_OF(keep); i++)
    if (keep[i] != VRRP_NOBODY)
      mask |= 1u << keep[i];
  return mask;
}

// Finds or adds the speaker; true in ret_news if it says something new.
static int admit(struct vrrp_router *router, const struct vrrp_advert *advert,
                 const struct vrrp_arrival *arrival, bool *ret_news) {
  int index = vrrp_speakers_find(&router->speakers, advert, arrival->own);

  *ret_news = true;
  if (index < 0)
    return vrrp_speakers_add(&router->speakers, advert, arrival,
                             protected_speakers(router));

  struct vrrp_speaker *speaker = &router->speakers.all[index];
  if (vrrp_elapsed(speaker->heard, arrival->at) > vrrp_router_patience(router, speaker)) {
    speaker->first_heard = arrival->at;
    speaker->rival_since = 0;
    speaker->contender = false;
  }
  *ret_news = vrrp_speaker_changes(speaker, advert);
  if (advert->priority == VRRP_PRIORITY_RELEASE)
    *ret_news = false;
  if (*ret_news)
    vrrp_speaker_update(speaker, advert);
  return index;
}

static void count_advert(struct vrrp_router *router, const struct vrrp_advert *advert,
                         const struct vrrp_arrival *arrival, uint8_t differs) {
  bool own = arrival->own;

  router->counters[own ? VRRP_COUNT_SENT : VRRP_COUNT_RECEIVED]++;
  if (advert->priority == VRRP_PRIORITY_RELEASE)
    router->counters[own ? VRRP_COUNT_PRIORITY_ZERO_SENT
                         : VRRP_COUNT_PRIORITY_ZERO_RECEIVED]++;
  router->counters[VRRP_COUNT_NO_PSEUDO_HEADER] += advert->no_pseudo_header;
  for (int i = 0; differs >> i != 0; i++)
    router->differences[i] += differs >> i & 1;
}

static void note_pace(struct vrrp_router *router, const struct vrrp_speaker *master,
                      vrrp_time now) {
  vrrp_time interval = vrrp_speaker_interval(master);
  vrrp_time gap = vrrp_elapsed(vrrp_router_silent_since(router, master), now);
  uint64_t intervals = (gap + interval / 2) / interval;

  if (gap > router->gap)
    router->gap = gap;
  if (intervals > 1) {
    router->counters[VRRP_COUNT_MISSED] += intervals - 1;
    vrrp_election_return(router, now);
  }
}

// What is wrong with a router that has proved itself may not have been told before.
static void note_steadiness(struct vrrp_router *router, vrrp_time now) {
  if (router->is_steady || vrrp_elapsed(router->master_since, now) < VRRP_STEADY_TIME)
    return;
  router->is_steady = true;
  router->events.changed |= router->problems.raised != 0;
}

// --- time --------------------------------------------------------------------------

// Draws every conclusion that the present facts allow. Only what lasted until
// router->clock counts as having lasted: younger frames may still wait to be read. What
// is concluded bears the time now.
static void settle(struct vrrp_router *router, vrrp_time now) {
  vrrp_time next = vrrp_election_expire(router, router->clock);
  vrrp_time end = vrrp_election_deadline(router);

  if (router->clock >= end)
    vrrp_election_lose(router, end);
  refresh_state(router, now);
  next = vrrp_earlier(next, vrrp_problems_review(router, now));
  router->others_deadline = next;
  router->deadline = vrrp_earlier(next, vrrp_election_deadline(router));
}

// Keeps every deadline before the time, each at its own: whoever was held up concludes
// late, but the same as one who was not.
static void pass_time(struct vrrp_router *router, vrrp_time until) {
  while (router->deadline < until) {
    vrrp_time at = router->deadline;
    router->clock = vrrp_later(router->clock, at);
    settle(router, at);
    if (router->deadline <= at)
      break;
  }
  router->clock = vrrp_later(router->clock, until);
}

void vrrp_router_tick(struct vrrp_router *router, vrrp_time now) {
  pass_time(router, now);
  if (now >= router->deadline)
    settle(router, now);
  router->deadline = vrrp_later(router->deadline, now + 1);
}

// Takes over what an advert says beside who is master.
static void learn(struct vrrp_router *router, int index, const struct vrrp_advert *advert,
                  vrrp_time now) {
  if (vrrp_election_is_master(router, index)) {
    store_list(&router->list, advert);
    router->events.changed = true;
  }
  compare_speakers(router, now);
}

// What is true of an advert whoever is master.
static void note_arrival(struct vrrp_router *router, int index,
                         const struct vrrp_advert *advert,
                         const struct vrrp_arrival *arrival) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];

  if (vrrp_election_is_master(router, index)) {
    note_pace(router, speaker, arrival->at);
    note_steadiness(router, arrival->at);
  }
  speaker->heard = arrival->at;
  router->last_heard = vrrp_later(router->last_heard, arrival->at);
  speaker->faults = find_faults(router, advert, arrival);
  router->unicast = !vrrp_address_is_multicast(&advert->origin.destination);
  router->group = advert->origin.destination;
  router->is_proven |= arrival->own || vrrp_speaker_is_proven(speaker);
  if (arrival->own) {
    router->own = (int8_t)index;
    router->own_fell_silent = false;
    if (!is_list(&router->own_list, advert))
      store_list(&router->own_list, advert);
  }
}

// A frame that was overtaken: by a younger one of its sender, or by the news that the
// link is gone. It says nothing of the present any more.
static bool is_overtaken(const struct vrrp_router *router,
                         const struct vrrp_advert *advert,
                         const struct vrrp_arrival *arrival) {
  int index = vrrp_speakers_find(&router->speakers, advert, arrival->own);

  if (!router->here.link_up && arrival->at <= router->link_since)
    return true;
  return index >= 0 && arrival->at < router->speakers.all[index].heard;
}

// Who is master after this advert?
static void elect(struct vrrp_router *router, int index, const struct vrrp_advert *advert,
                  vrrp_time now) {
  if (advert->priority == VRRP_PRIORITY_RELEASE)
    vrrp_election_release(router, index, now);
  else
    vrrp_election_claim(router, index, now);
}

// True if nothing can be wrong with an advert of the present master.
static bool is_sound(const struct vrrp_router *router,
                     const struct vrrp_arrival *arrival) {
  const struct vrrp_speaker *master = vrrp_router_last_master(router);
  return master->faults == 0 && arrival->at < router->deadline &&
         !(arrival->own && vrrp_router_lacks_addresses(router));
}

// The usual advert changes nothing but the moment when its sender is missed.
static void take_in(struct vrrp_router *router, const struct vrrp_advert *advert,
                    const struct vrrp_arrival *arrival) {
  bool news;
  int index = admit(router, advert, arrival, &news);
  bool reigned = vrrp_election_is_master(router, index);

  note_arrival(router, index, advert, arrival);
  elect(router, index, advert, arrival->at);
  bool reigns = vrrp_election_is_master(router, index);
  if (news || reigns != reigned || (reigns && !is_list(&router->list, advert)))
    learn(router, index, advert, arrival->at);
  count_advert(router, advert, arrival, router->speakers.all[index].differs);
  if (reigned && reigns && !news && is_sound(router, arrival))
    router->deadline =
        vrrp_earlier(router->others_deadline, vrrp_election_deadline(router));
  else
    settle(router, arrival->at);
}

void vrrp_router_hear(struct vrrp_router *router, const struct vrrp_advert *advert,
                      const struct vrrp_arrival *arrival) {
  pass_time(router, arrival->at);
  if (is_overtaken(router, advert, arrival))
    count_advert(router, advert, arrival, 0);
  else
    take_in(router, advert, arrival);
}

bool vrrp_router_reject(struct vrrp_router *router, enum vrrp_verdict verdict,
                        vrrp_time now) {
  router->last_rejection = verdict;
  router->last_heard = vrrp_later(router->last_heard, now);
  if (vrrp_router_is_only_rejected(router))
    router->state = VRRP_STATE_UNKNOWN;
  return vrrp_rejections_count(&router->rejections, verdict, now);
}

static void follow_link(struct vrrp_router *router, bool was_up, vrrp_time now) {
  if (was_up == router->here.link_up)
    return;
  router->link_since = now;
  if (was_up)
    vrrp_election_suspend(router);
  else
    vrrp_election_resume(router, now);
}

static void note_listing(struct vrrp_router *router, enum vrrp_event_kind kind,
                         vrrp_time now) {
  vrrp_events_add(&router->events, &(struct vrrp_event){.kind = kind, .at = now});
}

// The daemon was given another configuration.
static void follow_listing(struct vrrp_router *router, const struct vrrp_here *before,
                           vrrp_time now) {
  const struct vrrp_here *here = &router->here;

  if (here->listing == VRRP_LISTING_NO && router->was_listed && !router->is_removed) {
    router->is_removed = true;
    router->process_seen = false;
    vrrp_election_withdraw(router, now);
    note_listing(router, VRRP_EVENT_REMOVED, now);
  }
  if (here->listing != VRRP_LISTING_YES)
    return;
  if (here->is_added || before->listing == VRRP_LISTING_NO)
    note_listing(router, VRRP_EVENT_ADDED, now);
  else if (router->listed_name != here->name && router->listed_name != 0 &&
           here->name != 0)
    note_listing(router, VRRP_EVENT_RENAMED, now);
  router->listed_name = here->name;
  router->was_listed = true;
  router->is_removed = false;
}

// True if the new knowledge shows in what is told of the router.
static bool is_news(const struct vrrp_here *old, const struct vrrp_here *new) {
  return new->addresses != old->addresses ||
         new->addresses_anywhere != old->addresses_anywhere ||
         new->priority != old->priority || new->down_adverts != old->down_adverts;
}

void vrrp_router_miss(struct vrrp_router *router, vrrp_time now) {
  router->missed_until = vrrp_later(router->missed_until, now);
  router->deadline =
      vrrp_earlier(router->others_deadline, vrrp_election_deadline(router));
}

void vrrp_router_close(struct vrrp_router *router, vrrp_time now) {
  vrrp_problems_clear(router, now);
}

void vrrp_router_set_here(struct vrrp_router *router, const struct vrrp_here *here,
                          vrrp_time now) {
  struct vrrp_here before = router->here;

  router->events.changed |= is_news(&before, here);
  router->here = *here;
  vrrp_problems_confirm(router, here->moves == before.moves ? router->here_at : 0, now);
  router->here_at = vrrp_later(router->here_at, now);
  router->here_wanted = false;
  router->process_seen |= here->process == VRRP_PARTICIPATION_YES;
  router->priority_told |= here->priority != VRRP_PRIORITY_UNTOLD;
  follow_link(router, before.link_up, now);
  follow_listing(router, &before, now);
  router->here.is_added = false; // and noted
  settle(router, now);
}
