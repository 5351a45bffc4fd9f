// SPDX-License-Identifier: MIT
// Whose claim to be master holds, and who follows when the master goes?
//
// The part that knows the rules; only core/virtual_router.c calls it. Changes of the
// master are added to router->events.
#ifndef HA_VRRP_ELECTION_H
#define HA_VRRP_ELECTION_H

#include "core/router.h"

// True if the speaker of this index is the present master.
static inline bool vrrp_election_is_master(const struct vrrp_router *router, int index) {
  return router->tenure == VRRP_TENURE_HELD && router->master == index;
}

// The speaker said that it is master.
void vrrp_election_claim(struct vrrp_router *router, int index, vrrp_time now);

// The speaker said that it lets go.
void vrrp_election_release(struct vrrp_router *router, int index, vrrp_time now);

// The master speaks again after it was overdue: whoever spoke meanwhile may yield now.
void vrrp_election_return(struct vrrp_router *router, vrrp_time now);

// When vrrp_election_lose() is due if nothing is heard, or VRRP_NEVER.
vrrp_time vrrp_election_deadline(const struct vrrp_router *router);

// The master has been silent for too long, or no successor came.
void vrrp_election_lose(struct vrrp_router *router, vrrp_time now);

// The link is gone, and with it all knowledge; and it is back.
void vrrp_election_suspend(struct vrrp_router *router);
void vrrp_election_resume(struct vrrp_router *router, vrrp_time now);

// This host takes no part any more.
void vrrp_election_withdraw(struct vrrp_router *router, vrrp_time now);

// Forgets contenders that fell silent; returns when the next one is due.
vrrp_time vrrp_election_expire(struct vrrp_router *router, vrrp_time now);

#endif
