// SPDX-License-Identifier: MIT
// What can be wrong with a virtual router, and is it so now?
#include "core/problem.h"

#include "common/core/array.h"

#include "core/router.h"

// How one problem is seen: by the router's present facts, until a time, or by what
// speakers did.
struct rule {
  bool (*holds)(const struct vrrp_router *router);
  vrrp_time (*until)(const struct vrrp_router *router);
  uint8_t faults, differs; // masks, as of struct vrrp_speaker
  vrrp_time settle;        // must last so long before it is raised
  bool of_here;            // depends on what this host knows, which must be as new
};

static bool split_brain(const struct vrrp_router *router) {
  return vrrp_router_masters(router) > 1;
}

static bool no_master(const struct vrrp_router *router) {
  return router->tenure == VRRP_TENURE_VACANT && router->here.link_up;
}

static vrrp_time flapping_until(const struct vrrp_router *router) {
  vrrp_time oldest = router->changes_at[router->next_change];
  return oldest != 0 ? oldest + VRRP_FLAP_TIME : 0;
}

static bool stalled(const struct vrrp_router *router) {
  return router->own_fell_silent && router->here.addresses > 0 &&
         router->here.process != VRRP_PARTICIPATION_NO;
}

// A master whose next advert is overdue is perhaps none any more; an eighth of an
// interval is left to its timer.
static vrrp_time vip_missing_until(const struct vrrp_router *router) {
  const struct vrrp_speaker *own = vrrp_router_own(router);

  if (router->state != VRRP_STATE_MASTER || !vrrp_router_lacks_addresses(router))
    return 0;
  return own->heard + vrrp_speaker_interval(own) * 9 / 8;
}

static bool vip_on_backup(const struct vrrp_router *router) {
  return router->state != VRRP_STATE_MASTER && router->here.addresses > 0;
}

static bool is_owner(const struct vrrp_speaker *speaker) {
  return speaker->priority == VRRP_PRIORITY_OWNER;
}

// As long as the second of them is remembered.
static vrrp_time two_owners_until(const struct vrrp_router *router) {
  const struct vrrp_speaker *all = router->speakers.all;
  vrrp_time until = 0;

  for (int i = 0; i < router->speakers.count; i++)
    for (int j = 0; j < i; j++)
      if (is_owner(&all[i]) && is_owner(&all[j]) &&
          !vrrp_address_equal(&all[i].source, &all[j].source))
        until = vrrp_later(until, vrrp_earlier(all[i].heard, all[j].heard) +
                                      VRRP_PROBLEM_MEMORY);
  return until;
}

// A daemon adds and removes addresses a moment before or after its advert.
#define ADDRESSES_SETTLE VRRP_SECOND
#define DIFFERS(what)    .differs = 1u << VRRP_DIFFERS_##what

static const struct rule rules[] = {
    [VRRP_PROBLEM_SPLIT_BRAIN] = {.holds = split_brain},
    [VRRP_PROBLEM_NO_MASTER] = {.holds = no_master},
    [VRRP_PROBLEM_FLAPPING] = {.until = flapping_until},
    [VRRP_PROBLEM_STALLED] = {.holds = stalled, .of_here = true},
    [VRRP_PROBLEM_VIP_MISSING] = {.until = vip_missing_until,
                                  .settle = ADDRESSES_SETTLE,
                                  .of_here = true},
    [VRRP_PROBLEM_VIP_ON_BACKUP] = {.holds = vip_on_backup,
                                    .settle = ADDRESSES_SETTLE,
                                    .of_here = true},
    [VRRP_PROBLEM_UNEXPECTED_SPEAKER] = {.faults = VRRP_FAULT_UNEXPECTED},
    [VRRP_PROBLEM_WRONG_MAC] = {.faults = VRRP_FAULT_WRONG_MAC},
    [VRRP_PROBLEM_FALSE_OWNER] = {.faults = VRRP_FAULT_FALSE_OWNER},
    [VRRP_PROBLEM_VERSION] = {DIFFERS(VERSION)},
    [VRRP_PROBLEM_INTERVAL] = {DIFFERS(INTERVAL)},
    [VRRP_PROBLEM_AUTH_TYPE] = {DIFFERS(AUTH_TYPE)},
    [VRRP_PROBLEM_ADDRESSES] = {DIFFERS(ADDRESSES)},
    [VRRP_PROBLEM_NO_LINK_LOCAL] = {.faults = VRRP_FAULT_NO_LINK_LOCAL},
    [VRRP_PROBLEM_TTL] = {.faults = VRRP_FAULT_TTL},
    [VRRP_PROBLEM_TWO_OWNERS] = {.until = two_owners_until},
};
_Static_assert(HA_COUNT_OF(rules) == VRRP_PROBLEMS, "every problem has a rule");
_Static_assert(VRRP_PROBLEMS <= 32, "a mask holds every problem");

void vrrp_problems_init(struct vrrp_problems *problems) {
  problems->raised = 0;
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    problems->since[i] = VRRP_NEVER;
}

static bool did_it(const struct vrrp_speaker *speaker, const struct rule *rule) {
  return (speaker->faults & rule->faults) || (speaker->differs & rule->differs);
}

bool vrrp_problem_concerns(const struct vrrp_router *router, enum vrrp_problem problem,
                           int index) {
  const struct vrrp_speaker *speaker = &router->speakers.all[index];

  if (problem == VRRP_PROBLEM_SPLIT_BRAIN)
    return index == router->master || speaker->contender;
  if (problem == VRRP_PROBLEM_TWO_OWNERS)
    return is_owner(speaker);
  return did_it(speaker, &rules[problem]);
}

static vrrp_time remembered_until(const struct vrrp_router *router,
                                  const struct rule *rule) {
  vrrp_time latest = 0;

  for (int i = 0; i < router->speakers.count; i++) {
    const struct vrrp_speaker *speaker = &router->speakers.all[i];
    if (did_it(speaker, rule) && speaker->heard + VRRP_PROBLEM_MEMORY > latest)
      latest = speaker->heard + VRRP_PROBLEM_MEMORY;
  }
  return latest;
}

// Until when it will be so if nothing else happens; a time that has passed: it isn't.
static vrrp_time lasts_until(const struct vrrp_router *router, const struct rule *rule) {
  if (rule->holds != NULL)
    return rule->holds(router) ? VRRP_NEVER : 0;
  return rule->until != NULL ? rule->until(router) : remembered_until(router, rule);
}

// A problem that begins now; how this host was before what it tells is not known.
static vrrp_time beginning(const struct vrrp_router *router, const struct rule *rule,
                           vrrp_time now) {
  return rule->of_here ? vrrp_later(now, router->here_at) : now;
}

// True if it has lasted until it is mature, with all known that it depends on: the wire
// as far as what is here, and what is here at a time that tells.
static bool is_mature(const struct vrrp_router *router, const struct rule *rule,
                      vrrp_time mature) {
  if (!rule->of_here)
    return router->clock >= mature;
  return router->here_at >= mature && router->clock >= router->here_at;
}

// When a problem that is not mature is to be looked at again. If only what this host
// knows is too old, asks for it.
static vrrp_time look_again(struct vrrp_router *router, const struct rule *rule,
                            vrrp_time mature) {
  bool is_confirmed = router->here_at >= mature - rule->settle;
  vrrp_time next = rule->of_here ? vrrp_later(mature, router->here_at) : mature;

  if (next > router->clock && (is_confirmed || !rule->of_here))
    return next;
  router->here_wanted = true;
  return VRRP_NEVER;
}

// True if the problem is raised after this look; if only time can change that, lowers
// *next to the moment when to look again.
static bool review_one(struct vrrp_router *router, enum vrrp_problem problem,
                       vrrp_time now, vrrp_time *next) {
  const struct rule *rule = &rules[problem];
  vrrp_time *since = &router->problems.since[problem], end = lasts_until(router, rule);

  if (end <= router->clock) {
    *since = VRRP_NEVER;
    return false;
  }
  if (*since == VRRP_NEVER)
    *since = beginning(router, rule, now);
  vrrp_time mature = *since + rule->settle;
  bool raised = router->problems.raised >> problem & 1 || is_mature(router, rule, mature);
  *next = vrrp_earlier(*next, raised ? end : look_again(router, rule, mature));
  return raised;
}

static void note(struct vrrp_router *router, enum vrrp_problem problem, bool raised,
                 vrrp_time now) {
  uint32_t bit = UINT32_C(1) << problem;

  if (raised == ((router->problems.raised & bit) != 0))
    return;
  router->problems.raised ^= bit;
  vrrp_events_add(&router->events,
                  &(struct vrrp_event){
                      .kind = raised ? VRRP_EVENT_RAISED : VRRP_EVENT_CLEARED,
                      .at = now,
                      .problem = problem,
                  });
}

vrrp_time vrrp_problems_review(struct vrrp_router *router, vrrp_time now) {
  vrrp_time next = VRRP_NEVER;

  for (int i = 0; i < VRRP_PROBLEMS; i++)
    note(router, i, review_one(router, i, now, &next), now);
  return next;
}

void vrrp_problems_confirm(struct vrrp_router *router, vrrp_time known, vrrp_time now) {
  for (int i = 0; i < VRRP_PROBLEMS; i++) {
    vrrp_time *since = &router->problems.since[i];
    if (rules[i].of_here && *since != VRRP_NEVER && *since > known)
      *since = vrrp_later(*since, now);
  }
}

void vrrp_problems_clear(struct vrrp_router *router, vrrp_time now) {
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    note(router, i, false, now);
}
