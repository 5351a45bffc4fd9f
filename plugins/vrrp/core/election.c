// SPDX-License-Identifier: MIT
// Whose claim to be master holds, and who follows when the master goes?
#include "core/election.h"

static struct vrrp_speaker *speaker_at(struct vrrp_router *router, int index) {
  return index == VRRP_NOBODY ? NULL : &router->speakers.all[index];
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
  return oldest != 0 && master != NULL &&
         vrrp_elapsed(oldest, now) < vrrp_speaker_interval(master);
}

// How many adverts of the present master should have come since its last one.
static uint64_t silent_intervals(const struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return master ? vrrp_elapsed(vrrp_router_silent_since(router, master), now) /
                      vrrp_speaker_interval(master)
                : 0;
}

// Remembers a proven master until whoever deposed it has proved itself too.
static void drop_anchor(struct vrrp_router *router, int index, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  if (master == NULL || vrrp_speaker_is_proven(&router->speakers.all[index]) ||
      router->anchor == index) {
    router->anchor = VRRP_NOBODY;
  } else if (vrrp_speaker_is_proven(master)) {
    router->anchor = router->master;
    router->anchor_since = now;
  }
}

static void tell_new_master(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);

  vrrp_events_add(&router->events, &(struct vrrp_event){
                                       .kind = VRRP_EVENT_NEW_MASTER,
                                       .at = now,
                                       .master = master->source,
                                       .is_own = master->own,
                                       .priority = master->priority,
                                       .version = master->version,
                                       .before = router->master_before,
                                       .has_before = router->had_master,
                                       .reason = router->reason,
                                       .outage = router->outage,
                                   });
}

// The last master speaks no more.
static void tell_end(struct vrrp_router *router, enum vrrp_event_kind kind,
                     vrrp_time now) {
  const struct vrrp_speaker *last = vrrp_router_last_master(router);
  struct vrrp_event event = {.kind = kind, .at = now, .reason = router->next_reason};

  if (last != NULL) {
    event.has_before = true;
    event.before = last->source;
    event.version = last->version;
  }
  vrrp_events_add(&router->events, &event);
}

// Whoever spoke against the old master has yet to show that it does against the new one.
static void renew_rivalries(struct vrrp_router *router, vrrp_time now) {
  for (int i = 0; i < router->speakers.count; i++)
    if (router->speakers.all[i].rival_since != 0)
      router->speakers.all[i].rival_since = now;
}

void vrrp_election_return(struct vrrp_router *router, vrrp_time now) {
  renew_rivalries(router, now);
}

// How long nobody was master before now; VRRP_NEVER: there was none, or adverts may never
// have reached us since.
static vrrp_time silence_before(const struct vrrp_router *router, vrrp_time now) {
  bool is_known = router->last_word != 0 && router->last_word >= router->missed_until;
  return is_known ? vrrp_elapsed(router->last_word, now) : VRRP_NEVER;
}

// The master that another one follows, if it still was one: its last word, and whether it
// may yet speak against the new one.
static void depose(struct vrrp_router *router, enum vrrp_reason reason, vrrp_time now) {
  struct vrrp_speaker *old = speaker_at(router, router->master);

  if (old == NULL)
    return;
  if (router->tenure == VRRP_TENURE_HELD) {
    router->last_word = old->heard;
    old->rival_since = reason == VRRP_REASON_PRIORITY ? 0 : now;
    if (router->master == router->own)
      router->own_fell_silent = reason == VRRP_REASON_NO_RESPONSE;
  }
  router->master_before = old->source;
  router->had_master = true;
  note_change(router, now);
}

static void become_master(struct vrrp_router *router, int index, enum vrrp_reason reason,
                          vrrp_time now) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];

  if (reason == VRRP_REASON_PREEMPTED)
    drop_anchor(router, index, now);
  else
    router->anchor = VRRP_NOBODY;
  if (reason == VRRP_REASON_NO_RESPONSE)
    router->counters[VRRP_COUNT_MISSED] += silent_intervals(router, now);
  depose(router, reason, now);
  router->outage = silence_before(router, now);
  renew_rivalries(router, now);
  speaker->contender = false;
  speaker->rival_since = 0;
  router->master = (int8_t)index;
  router->tenure = VRRP_TENURE_HELD;
  router->reason = reason;
  router->master_since = now;
  router->gap = 0;
  tell_new_master(router, now);
}

// One that has missed an advert is perhaps no master any more; if it is, its next one
// will tell.
static bool is_current(const struct vrrp_speaker *speaker, vrrp_time now) {
  return vrrp_elapsed(speaker->heard, now) < 2 * vrrp_speaker_interval(speaker);
}

// One that spoke against the master later than that did, if only once: it had no reason
// to yield.
static bool is_awaited(const struct vrrp_router *router,
                       const struct vrrp_speaker *speaker, vrrp_time now) {
  return (speaker->contender || speaker->rival_since != 0) &&
         speaker->heard > router->link_since &&
         vrrp_elapsed(speaker->heard, now) < vrrp_router_patience(router, speaker);
}

// Whoever speaks as a master beside the one that goes.
static int find_heir(const struct vrrp_router *router, bool fell_silent, vrrp_time now) {
  const struct vrrp_speaker *all = router->speakers.all;
  int best = VRRP_NOBODY;

  for (int i = 0; i < router->speakers.count; i++) {
    bool speaks = fell_silent ? is_awaited(router, &all[i], now)
                              : all[i].contender && is_current(&all[i], now);
    if (i != router->master && speaks &&
        (best == VRRP_NOBODY || vrrp_speaker_outranks(&all[i], &all[best])))
      best = i;
  }
  return best;
}

// The master's place is free; whoever speaks already takes it.
static void vacate(struct vrrp_router *router, enum vrrp_tenure tenure,
                   enum vrrp_reason next_reason, vrrp_time now) {
  int heir = find_heir(router, next_reason == VRRP_REASON_NO_RESPONSE, now);

  if (heir != VRRP_NOBODY) {
    become_master(router, heir, next_reason, now);
    return;
  }
  router->anchor = VRRP_NOBODY;
  router->tenure = tenure;
  router->next_reason = next_reason;
  router->wait_until = VRRP_NEVER;
}

// False if nobody could be heard for as long as one has patience until now, so that
// nobody is missed: the link is down, or it was.
static bool could_hear(const struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *last = vrrp_router_last_master(router);

  if (!router->here.link_up)
    return false;
  return router->link_since == 0 || last == NULL ||
         now >= router->link_since + vrrp_router_patience(router, last);
}

// Begins anew, with whoever was heard since the link came back.
static void begin_anew(struct vrrp_router *router, vrrp_time now) {
  vrrp_election_suspend(router);
  if (!router->here.link_up)
    return;
  vrrp_election_resume(router, router->link_since);
  int heir = find_heir(router, true, now);
  if (heir != VRRP_NOBODY)
    become_master(router, heir, VRRP_REASON_STARTED, now);
}

void vrrp_election_lose(struct vrrp_router *router, vrrp_time now) {
  if (!could_hear(router, now)) {
    begin_anew(router, now);
    return;
  }
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
  tell_end(router, VRRP_EVENT_MASTER_LOST, now);
}

void vrrp_election_release(struct vrrp_router *router, int index, vrrp_time now) {
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
  tell_end(router, VRRP_EVENT_RELEASED, now);
}

// True if a backup of the speaker's priority was entitled to stop waiting for the
// master; an eighth of an interval is left to the timers.
static bool master_was_silent(const struct vrrp_router *router,
                              const struct vrrp_speaker *speaker, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  vrrp_time wait =
      vrrp_earlier(vrrp_router_down_interval(router, master, speaker->priority),
                   vrrp_router_down_interval(router, speaker, speaker->priority));
  return vrrp_elapsed(master->heard, now) + vrrp_speaker_interval(speaker) / 8 >= wait;
}

// What became of a master whose adverts may never have reached us is not known.
static enum vrrp_reason reason_of_silence(const struct vrrp_router *router) {
  return vrrp_router_master(router)->heard < router->missed_until
             ? VRRP_REASON_STARTED
             : VRRP_REASON_NO_RESPONSE;
}

// A speaker that should be silent: the last word before it yields, or a contender. It
// need not be answered: a master that is harried by adverts it does not understand may
// put off its own again and again. But one that misses several is not there.
static void note_rival(struct vrrp_speaker *speaker, const struct vrrp_speaker *master,
                       vrrp_time now) {
  if (speaker->rival_since == 0)
    speaker->rival_since = now;
  else if (vrrp_elapsed(speaker->rival_since, now) >=
               vrrp_speaker_interval(speaker) / 2 &&
           is_current(master, now))
    speaker->contender = true;
}

static bool anchor_returns(const struct vrrp_router *router, int index, vrrp_time now) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return index == router->anchor && !vrrp_speaker_is_proven(master) &&
         vrrp_elapsed(router->anchor_since, now) >= vrrp_speaker_interval(master) / 2;
}

static bool preempts(const struct vrrp_router *router, int index, vrrp_time now) {
  const struct vrrp_speaker *speaker = &router->speakers.all[index];
  return anchor_returns(router, index, now) ||
         (vrrp_speaker_outranks(speaker, vrrp_router_master(router)) &&
          (vrrp_speaker_is_proven(speaker) || !is_storm(router, now)));
}

static void drop_anchor_of_proven(struct vrrp_router *router) {
  if (vrrp_speaker_is_proven(vrrp_router_master(router)))
    router->anchor = VRRP_NOBODY;
}

// A speaker says that it is master; who is it, then?
void vrrp_election_claim(struct vrrp_router *router, int index, vrrp_time now) {
  struct vrrp_speaker *speaker = &router->speakers.all[index];

  if (vrrp_router_master(router) == NULL)
    become_master(router, index, router->next_reason, now);
  else if (index == router->master)
    drop_anchor_of_proven(router);
  else if (master_was_silent(router, speaker, now)) // whatever the priorities
    become_master(router, index, reason_of_silence(router), now);
  else if (preempts(router, index, now))
    become_master(router, index, VRRP_REASON_PREEMPTED, now);
  else
    note_rival(speaker, vrrp_router_master(router), now);
}

// When one has waited long enough for the next master, whose adverts may have been among
// those that never reached us.
static vrrp_time end_of_wait(const struct vrrp_router *router) {
  const struct vrrp_speaker *last = vrrp_router_last_master(router);

  if (router->wait_until == VRRP_NEVER || router->missed_until == 0 || last == NULL)
    return router->wait_until;
  return vrrp_later(router->wait_until,
                    router->missed_until + vrrp_router_patience(router, last));
}

vrrp_time vrrp_election_deadline(const struct vrrp_router *router) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  return master ? vrrp_router_silent_since(router, master) +
                      vrrp_router_patience(router, master)
                : end_of_wait(router);
}

vrrp_time vrrp_election_expire(struct vrrp_router *router, vrrp_time now) {
  vrrp_time next = VRRP_NEVER;

  for (int i = 0; i < router->speakers.count; i++) {
    struct vrrp_speaker *speaker = &router->speakers.all[i];
    if (!speaker->contender)
      continue;
    vrrp_time end =
        vrrp_router_silent_since(router, speaker) + vrrp_router_patience(router, speaker);
    if (now >= end)
      speaker->contender = false;
    else
      next = vrrp_earlier(next, end);
  }
  return next;
}

void vrrp_election_suspend(struct vrrp_router *router) {
  if (router->master == VRRP_NOBODY)
    return;
  router->last_word = 0; // whatever we don't hear now is no outage
  router->own_fell_silent = false;
  router->tenure = VRRP_TENURE_LISTENING;
  router->next_reason = VRRP_REASON_STARTED;
  router->wait_until = VRRP_NEVER;
}

void vrrp_election_withdraw(struct vrrp_router *router, vrrp_time now) {
  if (router->own == VRRP_NOBODY)
    return;
  struct vrrp_speaker *own = &router->speakers.all[router->own];

  own->contender = false;
  own->rival_since = 0;
  router->own_fell_silent = false;
  if (router->anchor == router->own)
    router->anchor = VRRP_NOBODY;
  if (router->master == router->own) {
    router->last_word = own->heard;
    vacate(router, VRRP_TENURE_LISTENING, VRRP_REASON_STARTED, now);
  }
  router->own = VRRP_NOBODY;
}

void vrrp_election_resume(struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_speaker *last = vrrp_router_last_master(router);

  if (router->tenure == VRRP_TENURE_LISTENING && last != NULL)
    router->wait_until = now + vrrp_router_patience(router, last);
}
