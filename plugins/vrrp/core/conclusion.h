// SPDX-License-Identifier: MIT
// Which words are there for what can be concluded of a virtual router?
#ifndef HA_VRRP_CONCLUSION_H
#define HA_VRRP_CONCLUSION_H

// What this host is to the virtual router; the metric's value.
enum vrrp_state {
  VRRP_STATE_OBSERVER,   // only listens
  VRRP_STATE_INITIALIZE, // takes part, but its interface or daemon is down or in fault
  VRRP_STATE_BACKUP,
  VRRP_STATE_MASTER,
  VRRP_STATE_UNKNOWN, // only adverts that were rejected came; the metric is NaN
  VRRP_STATES
};

// Why the present master became it.
enum vrrp_reason {
  VRRP_REASON_STARTED,     // the first one we heard
  VRRP_REASON_PRIORITY,    // the one before let go (priority 0)
  VRRP_REASON_PREEMPTED,   // it outranked the one before
  VRRP_REASON_NO_RESPONSE, // the one before fell silent
  VRRP_REASONS
};

// What can be wrong: the index of the rule and the bit in a mask of problems.
enum vrrp_problem {
  VRRP_PROBLEM_SPLIT_BRAIN,        // two or more speak as master, and hear or should
  VRRP_PROBLEM_NO_MASTER,          // nobody speaks
  VRRP_PROBLEM_FLAPPING,           // the master changes again and again
  VRRP_PROBLEM_STALLED,            // the address is here, our own adverts fell silent
  VRRP_PROBLEM_VIP_MISSING,        // this host is master without all addresses
  VRRP_PROBLEM_VIP_ON_BACKUP,      // this host isn't master and has an address
  VRRP_PROBLEM_UNEXPECTED_SPEAKER, // not in the configured list, or a forged source
  VRRP_PROBLEM_WRONG_MAC,          // sent from another virtual router's MAC
  VRRP_PROBLEM_FALSE_OWNER,        // priority 255 without owning an address; only a note
  VRRP_PROBLEM_VERSION,            // speakers disagree on the version,
  VRRP_PROBLEM_INTERVAL,           // the interval,
  VRRP_PROBLEM_AUTH_TYPE,          // the authentication,
  VRRP_PROBLEM_ADDRESSES,          // or the addresses
  VRRP_PROBLEM_NO_LINK_LOCAL,      // an IPv6 list that doesn't begin with such an address
  VRRP_PROBLEM_TTL,                // unicast from farther away than usual
  VRRP_PROBLEM_TWO_OWNERS,         // two say 255
  VRRP_PROBLEMS
};

// "backup", "preempted", "split_brain"; the strings are static. The last one is the
// metric's type instance.
const char *vrrp_state_name(enum vrrp_state state);
const char *vrrp_reason_name(enum vrrp_reason reason);
const char *vrrp_problem_name(enum vrrp_problem problem);

#endif
