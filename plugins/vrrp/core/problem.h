// SPDX-License-Identifier: MIT
// What can be wrong with a virtual router, and is it so now?
#ifndef HA_VRRP_PROBLEM_H
#define HA_VRRP_PROBLEM_H

#include "core/router.h"

// What a speaker did wrong counts as long as it was heard within this time.
#define VRRP_PROBLEM_MEMORY (600 * VRRP_SECOND)

// Nothing is wrong yet.
void vrrp_problems_init(struct vrrp_problems *problems);

// True if the speaker of this index is one that the problem is about: one of those of
// the split brain, or whoever does wrong.
bool vrrp_problem_concerns(const struct vrrp_router *router, enum vrrp_problem problem,
                           int index);

// Looks at everything, updates router->problems and adds what came or went to
// router->events, as of the time now. What must last is held against router->clock.
// Returns when to look again even if nothing happens.
vrrp_time vrrp_problems_review(struct vrrp_router *router, vrrp_time now);

// What is here is known as of now, and was before only as of the time known. A problem of
// it that seemed to begin later counts from now on: what was here then is not known.
void vrrp_problems_confirm(struct vrrp_router *router, vrrp_time known, vrrp_time now);

// Nothing is wrong with it any more, since it is no more.
void vrrp_problems_clear(struct vrrp_router *router, vrrp_time now);

#endif
