// SPDX-License-Identifier: MIT
// What can be wrong with a virtual router, and is it so now?
#include "core/problem.h"

#include "core/virtual_router.h"

// A rule answers whether something is wrong now. If only time can change the
// answer, it lowers *next to the moment when to ask again.
typedef bool problem_rule(const struct vrrp_router *router, vrrp_time now,
                          vrrp_time *next);

struct problem_rule_entry {
  const char *name;
  problem_rule *holds;
  vrrp_time settle; // must last so long before it is raised
};

static bool split_brain(const struct vrrp_router *router, vrrp_time now,
                        vrrp_time *next) {
  (void)now, (void)next;
  return vrrp_router_masters(router) > 1;
}

static bool no_master(const struct vrrp_router *router, vrrp_time now, vrrp_time *next) {
  (void)now, (void)next;
  return router->tenure == VRRP_TENURE_VACANT && router->here.link_up;
}

static bool flapping(const struct vrrp_router *router, vrrp_time now, vrrp_time *next) {
  vrrp_time oldest = router->changes_at[router->next_change];

  if (oldest == 0 || now - oldest >= VRRP_FLAP_TIME)
    return false;
  *next = vrrp_earlier(*next, oldest + VRRP_FLAP_TIME);
  return true;
}

static bool stalled(const struct vrrp_router *router, vrrp_time now, vrrp_time *next) {
  (void)now, (void)next;
  return router->own_fell_silent && router->here.addresses > 0 &&
         router->here.process != VRRP_PARTICIPATION_NO;
}

static bool vip_missing(const struct vrrp_router *router, vrrp_time now,
                        vrrp_time *next) {
  (void)now, (void)next;
  return router->state == VRRP_STATE_MASTER &&
         router->here.addresses < router->address_count;
}

static bool vip_on_backup(const struct vrrp_router *router, vrrp_time now,
                          vrrp_time *next) {
  (void)now, (void)next;
  return router->state != VRRP_STATE_MASTER && router->here.addresses > 0;
}

static bool is_remembered(const struct vrrp_speaker *speaker, vrrp_time now,
                          vrrp_time *next) {
  vrrp_time end = speaker->heard + VRRP_PROBLEM_MEMORY;

  if (now >= end)
    return false;
  *next = vrrp_earlier(*next, end);
  return true;
}

static bool any_fault(const struct vrrp_router *router, enum vrrp_fault fault,
                      vrrp_time now, vrrp_time *next) {
  bool found = false;

  for (int i = 0; i < router->speakers.count; i++) {
    const struct vrrp_speaker *speaker = &router->speakers.all[i];
    found |= (speaker->faults & fault) && is_remembered(speaker, now, next);
  }
  return found;
}

static bool any_difference(const struct vrrp_router *router,
                           enum vrrp_difference difference, vrrp_time now,
                           vrrp_time *next) {
  bool found = false;

  for (int i = 0; i < router->speakers.count; i++) {
    const struct vrrp_speaker *speaker = &router->speakers.all[i];
    found |= (speaker->differs >> difference & 1) && is_remembered(speaker, now, next);
  }
  return found;
}

static bool unexpected_speaker(const struct vrrp_router *router, vrrp_time now,
                               vrrp_time *next) {
  return any_fault(router, VRRP_FAULT_UNEXPECTED, now, next);
}

static bool wrong_mac(const struct vrrp_router *router, vrrp_time now, vrrp_time *next) {
  return any_fault(router, VRRP_FAULT_WRONG_MAC, now, next);
}

static bool false_owner(const struct vrrp_router *router, vrrp_time now,
                        vrrp_time *next) {
  return any_fault(router, VRRP_FAULT_FALSE_OWNER, now, next);
}

static bool version_differs(const struct vrrp_router *router, vrrp_time now,
                            vrrp_time *next) {
  return any_difference(router, VRRP_DIFFERS_VERSION, now, next);
}

static bool interval_differs(const struct vrrp_router *router, vrrp_time now,
                             vrrp_time *next) {
  return any_difference(router, VRRP_DIFFERS_INTERVAL, now, next);
}

static bool auth_type_differs(const struct vrrp_router *router, vrrp_time now,
                              vrrp_time *next) {
  return any_difference(router, VRRP_DIFFERS_AUTH_TYPE, now, next);
}

static bool addresses_differ(const struct vrrp_router *router, vrrp_time now,
                             vrrp_time *next) {
  return any_difference(router, VRRP_DIFFERS_ADDRESSES, now, next);
}

// A daemon adds and removes addresses a moment before or after its advert.
#define ADDRESSES_SETTLE VRRP_SECOND

static const struct problem_rule_entry rules[] = {
    [VRRP_PROBLEM_SPLIT_BRAIN] = {"split_brain", split_brain, 0},
    [VRRP_PROBLEM_NO_MASTER] = {"no_master", no_master, 0},
    [VRRP_PROBLEM_FLAPPING] = {"flapping", flapping, 0},
    [VRRP_PROBLEM_STALLED] = {"stalled", stalled, 0},
    [VRRP_PROBLEM_VIP_MISSING] = {"vip_missing", vip_missing, ADDRESSES_SETTLE},
    [VRRP_PROBLEM_VIP_ON_BACKUP] = {"vip_on_backup", vip_on_backup, ADDRESSES_SETTLE},
    [VRRP_PROBLEM_UNEXPECTED_SPEAKER] = {"unexpected_speaker", unexpected_speaker, 0},
    [VRRP_PROBLEM_WRONG_MAC] = {"wrong_mac", wrong_mac, 0},
    [VRRP_PROBLEM_FALSE_OWNER] = {"false_owner", false_owner, 0},
    [VRRP_PROBLEM_VERSION] = {"version_differs", version_differs, 0},
    [VRRP_PROBLEM_INTERVAL] = {"interval_differs", interval_differs, 0},
    [VRRP_PROBLEM_AUTH_TYPE] = {"auth_type_differs", auth_type_differs, 0},
    [VRRP_PROBLEM_ADDRESSES] = {"addresses_differ", addresses_differ, 0},
};
_Static_assert(sizeof(rules) / sizeof(rules[0]) == VRRP_PROBLEMS,
               "every problem has a rule");
_Static_assert(VRRP_PROBLEMS <= 32, "a mask holds every problem");

const char *vrrp_problem_name(enum vrrp_problem problem) {
  return rules[problem].name;
}

void vrrp_problems_init(struct vrrp_problems *problems) {
  problems->raised = 0;
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    problems->since[i] = VRRP_NEVER;
}

// True if the problem is raised after this look.
static bool review_one(struct vrrp_router *router, enum vrrp_problem problem,
                       vrrp_time now, vrrp_time *next) {
  vrrp_time *since = &router->problems.since[problem];

  if (!rules[problem].holds(router, now, next)) {
    *since = VRRP_NEVER;
    return false;
  }
  if (*since == VRRP_NEVER)
    *since = now;
  if (now - *since >= rules[problem].settle)
    return true;
  *next = vrrp_earlier(*next, *since + rules[problem].settle);
  return false;
}

vrrp_time vrrp_problems_review(struct vrrp_router *router, vrrp_time now,
                               uint32_t *ret_raised, uint32_t *ret_cleared) {
  uint32_t before = router->problems.raised, after = 0;
  vrrp_time next = VRRP_NEVER;

  for (int i = 0; i < VRRP_PROBLEMS; i++)
    if (review_one(router, i, now, &next))
      after |= UINT32_C(1) << i;
  router->problems.raised = after;
  *ret_raised = after & ~before;
  *ret_cleared = before & ~after;
  return next;
}
