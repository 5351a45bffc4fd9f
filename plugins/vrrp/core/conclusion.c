// SPDX-License-Identifier: MIT
// Which words are there for what can be concluded of a virtual router?
#include "core/conclusion.h"

#include "common/core/array.h"

static const char *const state_names[] = {
    [VRRP_STATE_OBSERVER] = "observer", [VRRP_STATE_INITIALIZE] = "initialize",
    [VRRP_STATE_BACKUP] = "backup",     [VRRP_STATE_MASTER] = "master",
    [VRRP_STATE_UNKNOWN] = "unknown",
};
_Static_assert(HA_COUNT_OF(state_names) == VRRP_STATES, "every state has a name");

static const char *const reason_names[] = {
    [VRRP_REASON_STARTED] = "started",
    [VRRP_REASON_PRIORITY] = "priority",
    [VRRP_REASON_PREEMPTED] = "preempted",
    [VRRP_REASON_NO_RESPONSE] = "master-no-response",
};
_Static_assert(HA_COUNT_OF(reason_names) == VRRP_REASONS, "every reason has a name");

static const char *const problem_names[] = {
    [VRRP_PROBLEM_SPLIT_BRAIN] = "split_brain",
    [VRRP_PROBLEM_NO_MASTER] = "no_master",
    [VRRP_PROBLEM_FLAPPING] = "flapping",
    [VRRP_PROBLEM_STALLED] = "stalled",
    [VRRP_PROBLEM_VIP_MISSING] = "vip_missing",
    [VRRP_PROBLEM_VIP_ON_BACKUP] = "vip_on_backup",
    [VRRP_PROBLEM_UNEXPECTED_SPEAKER] = "unexpected_speaker",
    [VRRP_PROBLEM_WRONG_MAC] = "wrong_mac",
    [VRRP_PROBLEM_FALSE_OWNER] = "false_owner",
    [VRRP_PROBLEM_VERSION] = "version_differs",
    [VRRP_PROBLEM_INTERVAL] = "interval_differs",
    [VRRP_PROBLEM_AUTH_TYPE] = "auth_type_differs",
    [VRRP_PROBLEM_ADDRESSES] = "addresses_differ",
    [VRRP_PROBLEM_NO_LINK_LOCAL] = "no_link_local",
    [VRRP_PROBLEM_TTL] = "ttl_unusual",
    [VRRP_PROBLEM_TWO_OWNERS] = "two_owners",
};
_Static_assert(HA_COUNT_OF(problem_names) == VRRP_PROBLEMS, "every problem has a name");

const char *vrrp_state_name(enum vrrp_state state) {
  return state_names[state];
}

const char *vrrp_reason_name(enum vrrp_reason reason) {
  return reason_names[reason];
}

const char *vrrp_problem_name(enum vrrp_problem problem) {
  return problem_names[problem];
}
