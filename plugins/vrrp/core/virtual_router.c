// SPDX-License-Identifier: MIT
// Who is master of a virtual router, since when, and what happened?
#include "core/virtual_router.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY (-1)

static const char *const state_names[] = {
    [VRRP_STATE_OBSERVER] = "observer",
    [VRRP_STATE_INITIALIZE] = "initialize",
    [VRRP_STATE_BACKUP] = "backup",
    [VRRP_STATE_MASTER] = "master",
};
_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == VRRP_STATES,
               "every state has a name");

static const char *const reason_names[] = {
    [VRRP_REASON_STARTED] = "started",
    [VRRP_REASON_PRIORITY] = "priority",
    [VRRP_REASON_PREEMPTED] = "preempted",
    [VRRP_REASON_NO_RESPONSE] = "master-no-response",
};
_Static_assert(sizeof(reason_names) / sizeof(reason_names[0]) == VRRP_REASONS,
               "every reason has a name");

static const char *const counter_names[] = {
    [VRRP_COUNT_SENT] = "sent",
    [VRRP_COUNT_RECEIVED] = "received",
    [VRRP_COUNT_MISSED] = "missed",
    [VRRP_COUNT_PRIORITY_ZERO_SENT] = "priority_zero_sent",
    [VRRP_COUNT_PRIORITY_ZERO_RECEIVED] = "priority_zero_received",
    [VRRP_COUNT_NO_PSEUDO_HEADER] = "no_pseudo_header",
};
_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == VRRP_COUNTERS,
               "every counter has a name");

const char *vrrp_state_name(enum vrrp_state state) {
  return state_names[state];
}

const char *vrrp_reason_name(enum vrrp_reason reason) {
  return reason_names[reason];
}

const char *vrrp_counter_name(enum vrrp_counter counter) {
  return counter_names[counter];
}

struct vrrp_router *vrrp_router_new(const struct vrrp_router_key *key, vrrp_time now) {
  struct vrrp_router *router = calloc(1, sizeof(*router));

  if (router == NULL)
    return NULL;
  router->key = *key;
  router->master = router->anchor = router->own = NOBODY;
  router->here.link_up = true;
  router->created = router->state_since = router->last_heard = now;
  router->outage = VRRP_NEVER;
  router->wait_until = router->others_deadline = router->deadline = VRRP_NEVER;
  vrrp_problems_init(&router->problems);
  return router;
}

void vrrp_router_free(struct vrrp_router *router) {
  if (router == NULL)
    return;
  free(router->addresses);
  free(router);
}

static struct vrrp_speaker *speaker_at(struct vrrp_router *router, int index) {
  return index == NOBODY ? NULL : &router->speakers.all[index];
}

const struct vrrp_speaker *vrrp_router_last_master(const struct vrrp_router *router) {
  return router->master == NOBODY ? NULL : &router->speakers.all[router->master];
}

const struct vrrp_speaker *vrrp_router_master(const struct vrrp_router *router) {
  return router->tenure == VRRP_TENURE_HELD ? vrrp_router_last_master(router) : NULL;
}

const struct vrrp_speaker *vrrp_router_own(const struct vrrp_router *router) {
  return router->own == NOBODY ? NULL : &router->speakers.all[router->own];
}

struct vrrp_address vrrp_router_address(const struct vrrp_router *router,
                                        unsigned index) {
  size_t size = vrrp_address_size(router->key.family);
  return vrrp_address_make(router->key.family, router->addresses + index * size);
}

void vrrp_router_virtual_mac(const struct vrrp_router_key *key, uint8_t ret_mac[6]) {
  const uint8_t mac[6] = {0, 0, 0x5e, 0, key->family == VRRP_IPV4 ? 1 : 2, key->vrid};
  memcpy(ret_mac, mac, sizeof(mac));
}

unsigned vrrp_router_masters(const struct vrrp_router *router) {
  if (router->tenure != VRRP_TENURE_HELD)
    return 0;
  unsigned masters = 1;
  for (int i = 0; i < router->speakers.count; i++)
    masters += i != router->master && router->speakers.all[i].contender;
  return masters;
}

struct vrrp_changes vrrp_router_take_changes(struct vrrp_router *router) {
  struct vrrp_changes changes = router->changes;
  router->changes = (struct vrrp_changes){0};
  return changes;
}

vrrp_time vrrp_router_take_gap(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  if (master == NULL)
    return VRRP_NEVER;
  vrrp_time silence = now - master->heard;
  vrrp_time gap = router->gap > silence ? router->gap : silence;
  router->gap = 0;
  return gap;
}

// --- this host's state ---------------------------------------------------------

static bool daemon_is_gone(const struct vrrp_router *router) {
  return router->process_seen && router->here.process == VRRP_PARTICIPATION_NO;
}

static enum vrrp_state judge_state(const struct vrrp_router *router) {
  const struct vrrp_speaker *own = vrrp_router_own(router);

  if (own == NULL && !router->process_seen)
    return VRRP_STATE_OBSERVER;
  if (!router->here.link_up || daemon_is_gone(router))
    return VRRP_STATE_INITIALIZE;
  if (own != NULL && router->tenure == VRRP_TENURE_HELD &&
      (router->own == router->master || own->contender))
    return VRRP_STATE_MASTER;
  return VRRP_STATE_BACKUP;
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
  router->changes.events |= VRRP_EVENT_STATE;
}

// --- the master ------------------------------------------------------------------

static void store_addresses(struct vrrp_router *router,
                            const struct vrrp_advert *advert) {
  size_t size = advert->address_count * vrrp_address_size(router->key.family);
  uint8_t *addresses = NULL;

  if (size > 0 && (addresses = malloc(size)) == NULL)
    return;
  if (size > 0)
    memcpy(addresses, advert->addresses, size);
  free(router->addresses);
  router->addresses = addresses;
  router->address_count = advert->address_count;
}

// The speaker that the others are held against: this host's if it spoke lately.
static int reference(const struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *own = vrrp_router_own(router);
  if (own != NULL && now - own->heard < VRRP_PROBLEM_MEMORY)
    return router->own;
  return router->master;
}

static void compare_speakers(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *with = speaker_at(router, reference(router, now));

  for (int i = 0; i < router->speakers.count; i++) {
    struct vrrp_speaker *speaker = &router->speakers.all[i];
    bool comparable = with != NULL && now - with->heard < VRRP_PROBLEM_MEMORY;
    speaker->differs = comparable ? vrrp_speaker_differences(speaker, with) : 0;
  }
}

static void note_change(struct vrrp_router *router, vrrp_time now) {
  router->master_changes++;
  router->changes_at[router->next_change] = now;
  router->next_change = (router->next_change + 1) % VRRP_FLAP_CHANGES;
}

// So many changes within one interval are no election but a storm.
static bool is_storm(const struct vrrp_router *router, vrrp_time now) {
  vrrp_time oldest = router->changes_at[router->next_change];
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return oldest != 0 && master != NULL && now - oldest < vrrp_speaker_interval(master);
}

// How many adverts of the present master should have come since its last one.
static uint64_t silent_intervals(const struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return master ? (now - master->heard) / vrrp_speaker_interval(master) : 0;
}

// Remembers a proven master until whoever deposed it has proved itself too.
static void drop_anchor(struct vrrp_router *router, int index, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (master == NULL || vrrp_speaker_is_proven(&router->speakers.all[index]) ||
      router->anchor == index) {
    router->anchor = NOBODY;
  } else if (vrrp_speaker_is_proven(master)) {
    router->anchor = router->master;
    router->anchor_since = now;
  }
}

static void become_master(struct vrrp_router *router, int index, enum vrrp_reason reason,
                          vrrp_time now) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];
  struct vrrp_speaker *old = speaker_at(router, router->master);

  if (reason == VRRP_REASON_PREEMPTED)
    drop_anchor(router, index, now);
  else
    router->anchor = NOBODY;
  if (reason == VRRP_REASON_NO_RESPONSE)
    router->counters[VRRP_COUNT_MISSED] += silent_intervals(router, now);
  if (router->tenure == VRRP_TENURE_HELD) {
    router->last_word = old->heard;
    old->rival_since = now;
    if (router->master == router->own)
      router->own_fell_silent = reason == VRRP_REASON_NO_RESPONSE;
  }
  if (old != NULL) {
    router->master_before = old->source;
    router->had_master = true;
    note_change(router, now);
  }
  if (router->last_word != 0)
    router->outage = now - router->last_word;
  speaker->contender = false;
  speaker->rival_since = 0;
  router->master = (int8_t)index;
  router->tenure = VRRP_TENURE_HELD;
  router->reason = reason;
  router->master_since = now;
  router->gap = 0;
  router->changes.events |= VRRP_EVENT_NEW_MASTER;
}

static int best_contender(const struct vrrp_router *router) {
  const struct vrrp_speaker *all = router->speakers.all;
  int best = NOBODY;

  for (int i = 0; i < router->speakers.count; i++)
    if (i != router->master && all[i].contender &&
        (best == NOBODY || vrrp_speaker_outranks(&all[i], &all[best])))
      best = i;
  return best;
}

// The master's place is free; whoever speaks already takes it.
static void vacate(struct vrrp_router *router, enum vrrp_tenure tenure,
                   enum vrrp_reason next_reason, vrrp_time now) {
  int heir = best_contender(router);

  if (heir != NOBODY) {
    become_master(router, heir, next_reason, now);
    return;
  }
  router->anchor = NOBODY;
  router->tenure = tenure;
  router->next_reason = next_reason;
  router->wait_until = VRRP_NEVER;
}

static void lose_master(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  enum vrrp_reason reason = router->next_reason;

  if (master != NULL) {
    reason = VRRP_REASON_NO_RESPONSE;
    router->last_word = master->heard;
    router->own_fell_silent |= router->master == router->own;
  }
  uint64_t missed = silent_intervals(router, now);
  vacate(router, VRRP_TENURE_VACANT, reason, now);
  if (router->tenure != VRRP_TENURE_VACANT)
    return;
  router->counters[VRRP_COUNT_MISSED] += missed;
  router->changes.events |= VRRP_EVENT_MASTER_LOST;
}

static void release(struct vrrp_router *router, int index, vrrp_time now) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];

  speaker->contender = false;
  speaker->rival_since = 0;
  if (index != router->master || router->tenure != VRRP_TENURE_HELD)
    return;
  router->last_word = now;
  vacate(router, VRRP_TENURE_RELEASED, VRRP_REASON_PRIORITY, now);
  if (router->tenure != VRRP_TENURE_RELEASED)
    return;
  router->wait_until = now + vrrp_speaker_skew(speaker, VRRP_PRIORITY_RELEASE);
  router->changes.events |= VRRP_EVENT_RELEASED;
}

// True if a backup of the speaker's priority was entitled to stop waiting for the
// master; an eighth of an interval is left to the timers.
static bool master_was_silent(const struct vrrp_speaker *master,
                              const struct vrrp_speaker *speaker, vrrp_time now) {
  vrrp_time wait = vrrp_earlier(vrrp_speaker_down_interval(master, speaker->priority),
                                vrrp_speaker_down_interval(speaker, speaker->priority));
  return now - master->heard + vrrp_speaker_interval(speaker) / 8 >= wait;
}

// A speaker that should be silent: the last word before it yields, or a contender.
static void note_rival(struct vrrp_router *router, struct vrrp_speaker *speaker,
                       vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (speaker->rival_since == 0)
    speaker->rival_since = now;
  else if (now - speaker->rival_since >= vrrp_speaker_interval(speaker) / 2 &&
           master->heard >= speaker->rival_since)
    speaker->contender = true;
}

static bool anchor_returns(const struct vrrp_router *router, int index, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return index == router->anchor && !vrrp_speaker_is_proven(master) &&
         now - router->anchor_since >= vrrp_speaker_interval(master) / 2;
}

// A speaker says that it is master; who is it, then?
static void claim(struct vrrp_router *router, int index, vrrp_time now) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (master == NULL)
    become_master(router, index, router->next_reason, now);
  else if (index == router->master)
    router->anchor = vrrp_speaker_is_proven(master) ? NOBODY : router->anchor;
  else if (anchor_returns(router, index, now))
    become_master(router, index, VRRP_REASON_PREEMPTED, now);
  else if (vrrp_speaker_outranks(speaker, master) &&
           (vrrp_speaker_is_proven(speaker) || !is_storm(router, now)))
    become_master(router, index, VRRP_REASON_PREEMPTED, now);
  else if (master_was_silent(master, speaker, now))
    become_master(router, index, VRRP_REASON_NO_RESPONSE, now);
  else
    note_rival(router, speaker, now);
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

static uint8_t find_faults(const struct vrrp_router *router,
                           const struct vrrp_advert *advert,
                           const struct vrrp_arrival *arrival) {
  unsigned faults = 0;

  if (arrival->forged || (!arrival->own && !is_expected(router, &advert->origin.source)))
    faults |= VRRP_FAULT_UNEXPECTED;
  if (mac_is_wrong(router, arrival->mac))
    faults |= VRRP_FAULT_WRONG_MAC;
  if (advert->priority == VRRP_PRIORITY_OWNER && !owns_an_address(advert))
    faults |= VRRP_FAULT_FALSE_OWNER;
  return (uint8_t)faults;
}

static unsigned protected_speakers(const struct vrrp_router *router) {
  const int8_t keep[] = {router->master, router->anchor, router->own};
  unsigned mask = 0;

  for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
    if (keep[i] != NOBODY)
      mask |= 1u << keep[i];
  return mask;
}

// Finds or adds the speaker; true in ret_news if it says something new.
static int admit(struct vrrp_router *router, const struct vrrp_advert *advert,
                 const struct vrrp_arrival *arrival, bool *ret_news) {
  int index = vrrp_speakers_find(&router->speakers, advert, arrival->own);
  int replaced;

  *ret_news = true;
  if (index < 0)
    return vrrp_speakers_add(&router->speakers, advert, arrival,
                             protected_speakers(router), &replaced);

  struct vrrp_speaker *speaker = &router->speakers.all[index];
  if (arrival->at - speaker->heard > vrrp_speaker_patience(speaker)) {
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
                         const struct vrrp_arrival *arrival,
                         const struct vrrp_speaker *speaker) {
  bool own = arrival->own;

  router->counters[own ? VRRP_COUNT_SENT : VRRP_COUNT_RECEIVED]++;
  if (advert->priority == VRRP_PRIORITY_RELEASE)
    router->counters[own ? VRRP_COUNT_PRIORITY_ZERO_SENT
                         : VRRP_COUNT_PRIORITY_ZERO_RECEIVED]++;
  router->counters[VRRP_COUNT_NO_PSEUDO_HEADER] += advert->no_pseudo_header;
  for (int i = 0; speaker->differs >> i != 0; i++)
    router->differences[i] += speaker->differs >> i & 1;
}

static void note_pace(struct vrrp_router *router, const struct vrrp_speaker *master,
                      vrrp_time now) {
  vrrp_time interval = vrrp_speaker_interval(master), gap = now - master->heard;
  uint64_t intervals = (gap + interval / 2) / interval;

  if (gap > router->gap)
    router->gap = gap;
  if (intervals > 1)
    router->counters[VRRP_COUNT_MISSED] += intervals - 1;
}

// --- time --------------------------------------------------------------------------

static vrrp_time expire_contenders(struct vrrp_router *router, vrrp_time now) {
  vrrp_time next = VRRP_NEVER;

  for (int i = 0; i < router->speakers.count; i++) {
    struct vrrp_speaker *speaker = &router->speakers.all[i];
    if (!speaker->contender)
      continue;
    vrrp_time end = speaker->heard + vrrp_speaker_patience(speaker);
    if (now >= end)
      speaker->contender = false;
    else
      next = vrrp_earlier(next, end);
  }
  return next;
}

static vrrp_time master_deadline(const struct vrrp_router *router) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return master ? master->heard + vrrp_speaker_patience(master) : router->wait_until;
}

// Draws every conclusion that the present facts and time allow.
static void settle(struct vrrp_router *router, vrrp_time now) {
  uint32_t raised, cleared;
  vrrp_time next = expire_contenders(router, now);

  if (now >= master_deadline(router))
    lose_master(router, now);
  refresh_state(router, now);
  next = vrrp_earlier(next, vrrp_problems_review(router, now, &raised, &cleared));
  router->changes.raised |= raised;
  router->changes.cleared |= cleared;
  router->others_deadline = next;
  router->deadline = vrrp_earlier(next, master_deadline(router));
}

void vrrp_router_tick(struct vrrp_router *router, vrrp_time now) {
  if (now >= router->deadline)
    settle(router, now);
}

static void learn(struct vrrp_router *router, int index, const struct vrrp_advert *advert,
                  vrrp_time now) {
  if (index == router->master && router->tenure == VRRP_TENURE_HELD) {
    store_addresses(router, advert);
    router->changes.events |= VRRP_EVENT_CHANGED;
  }
  compare_speakers(router, now);
}

void vrrp_router_hear(struct vrrp_router *router, const struct vrrp_advert *advert,
                      const struct vrrp_arrival *arrival) {
  vrrp_time now = arrival->at;
  bool news;
  int index = admit(router, advert, arrival, &news);
  struct vrrp_speaker *speaker = &router->speakers.all[index];
  bool reigns = index == router->master && router->tenure == VRRP_TENURE_HELD;

  if (reigns)
    note_pace(router, speaker, now);
  speaker->heard = router->last_heard = now;
  speaker->faults = find_faults(router, advert, arrival);
  router->unicast = !vrrp_address_is_multicast(&advert->origin.destination);
  if (arrival->own) {
    router->own = (int8_t)index;
    router->own_fell_silent = false;
  }
  if (advert->priority == VRRP_PRIORITY_RELEASE)
    release(router, index, now);
  else
    claim(router, index, now);
  bool crowned = !reigns && vrrp_router_master(router) == speaker;
  if (news || crowned)
    learn(router, index, advert, now);
  count_advert(router, advert, arrival, speaker);

  bool steady = reigns && !news && speaker->faults == 0 && now < router->deadline &&
                router->tenure == VRRP_TENURE_HELD;
  if (steady)
    router->deadline = vrrp_earlier(router->others_deadline, master_deadline(router));
  else
    settle(router, now);
}

bool vrrp_router_reject(struct vrrp_router *router, enum vrrp_verdict verdict,
                        vrrp_time now) {
  router->last_rejection = verdict;
  return vrrp_rejections_count(&router->rejections, verdict, now);
}

void vrrp_router_set_here(struct vrrp_router *router, const struct vrrp_here *here,
                          vrrp_time now) {
  bool link_was_up = router->here.link_up;

  if (here->addresses != router->here.addresses)
    router->changes.events |= VRRP_EVENT_CHANGED;
  router->here = *here;
  router->process_seen |= here->process == VRRP_PARTICIPATION_YES;
  if (link_was_up && !here->link_up && router->master != NOBODY) {
    router->own_fell_silent = false;
    if (router->tenure == VRRP_TENURE_HELD)
      router->last_word = router->speakers.all[router->master].heard;
    router->tenure = VRRP_TENURE_LISTENING;
    router->next_reason = VRRP_REASON_STARTED;
    router->wait_until = VRRP_NEVER;
  }
  if (!link_was_up && here->link_up && router->tenure == VRRP_TENURE_LISTENING &&
      router->master != NOBODY)
    router->wait_until = now + vrrp_speaker_patience(vrrp_router_last_master(router));
  settle(router, now);
}
