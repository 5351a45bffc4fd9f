// SPDX-License-Identifier: MIT
// What can be wrong with a virtual router, and is it so now?
#ifndef HA_VRRP_PROBLEM_H
#define HA_VRRP_PROBLEM_H

#include "core/time.h"

#include <stdbool.h>

struct vrrp_router;

// The index of the rule and the bit in a mask of problems.
enum vrrp_problem {
  VRRP_PROBLEM_SPLIT_BRAIN,        // two or more speak as master, and hear or should
  VRRP_PROBLEM_NO_MASTER,          // nobody speaks
  VRRP_PROBLEM_FLAPPING,           // the master changes again and again
  VRRP_PROBLEM_STALLED,            // the address is here, our own adverts fell silent
  VRRP_PROBLEM_VIP_MISSING,        // this host is master without all addresses
  VRRP_PROBLEM_VIP_ON_BACKUP,      // this host isn't master and has an address
  VRRP_PROBLEM_UNEXPECTED_SPEAKER, // not in the configured list, or a forged source
  VRRP_PROBLEM_WRONG_MAC,          // sent from another virtual router's MAC
  VRRP_PROBLEM_FALSE_OWNER,        // priority 255 without owning an address
  VRRP_PROBLEM_VERSION,            // speakers disagree on the version,
  VRRP_PROBLEM_INTERVAL,           // the interval,
  VRRP_PROBLEM_AUTH_TYPE,          // the authentication,
  VRRP_PROBLEM_ADDRESSES,          // or the addresses
  VRRP_PROBLEMS
};

// What a speaker did wrong counts as long as it was heard within this time.
#define VRRP_PROBLEM_MEMORY (600 * VRRP_SECOND)

// So many changes of the master within this time are flapping.
#define VRRP_FLAP_CHANGES 5
#define VRRP_FLAP_TIME    (60 * VRRP_SECOND)

// Which problems there are; a problem must last before it is raised.
struct vrrp_problems {
  uint32_t raised;                // mask of 1 << enum vrrp_problem
  vrrp_time since[VRRP_PROBLEMS]; // when it began; VRRP_NEVER: it isn't so
};

// The metric's type instance, such as "split_brain"; the string is static.
const char *vrrp_problem_name(enum vrrp_problem problem);

void vrrp_problems_init(struct vrrp_problems *problems);

// True if the speaker of this index is one that the problem is about: one of those of
// the split brain, or whoever does wrong.
bool vrrp_problem_concerns(const struct vrrp_router *router, enum vrrp_problem problem,
                           int index);

// Looks at everything and updates router->problems. ret_raised and ret_cleared get
// the masks of what changed. Returns when to look again even if nothing happens.
vrrp_time vrrp_problems_review(struct vrrp_router *router, vrrp_time now,
                               uint32_t *ret_raised, uint32_t *ret_cleared);

#endif
