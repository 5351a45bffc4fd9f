// SPDX-License-Identifier: MIT
// Who is master of a virtual router, since when, and what happened?
//
// A state machine over advertisements and time, both given from outside. It has no
// lock: one thread at a time may use a router.
#ifndef HA_VRRP_VIRTUAL_ROUTER_H
#define HA_VRRP_VIRTUAL_ROUTER_H

#include "core/router.h"

// A new router that has heard nobody. NULL if there is no memory; free it with
// vrrp_router_free(). Until told otherwise its link is up.
struct vrrp_router *vrrp_router_new(const struct vrrp_router_key *key, vrrp_time now);
void vrrp_router_free(struct vrrp_router *router);

// Takes in an advertisement. What was due before it is concluded first: adverts come in
// the order of the wire. One that waited to be read and is older than what the router was
// told before is taken at its place; one older than its sender's last is only counted.
void vrrp_router_hear(struct vrrp_router *router, const struct vrrp_advert *advert,
                      const struct vrrp_arrival *arrival);

// Counts a packet that was rejected and seems to be this router's. True if it
// should be told: the reason is new, or back after a quiet time.
bool vrrp_router_reject(struct vrrp_router *router, enum vrrp_verdict verdict,
                        vrrp_time now);

// Adverts that came before now may have been dropped: a silence counts from now.
void vrrp_router_miss(struct vrrp_router *router, vrrp_time now);

// Takes in what this host knows. No time passes: nobody is called silent and nothing
// counts as lasting before tick or an advert says that all before has been heard.
void vrrp_router_set_here(struct vrrp_router *router, const struct vrrp_here *here,
                          vrrp_time now);

// Lets time pass until now, before which everything that came must have been heard; to be
// called at router->deadline, harmless at any time. Each conclusion bears the time of its
// own deadline.
void vrrp_router_tick(struct vrrp_router *router, vrrp_time now);

// Before it is forgotten: adds the last events, the end of all its problems.
void vrrp_router_close(struct vrrp_router *router, vrrp_time now);

// Moves what happened since the last call behind what is in `to`.
void vrrp_router_take_events(struct vrrp_router *router, struct vrrp_events *to);

// Returns the largest gap between adverts of the master since the last call; a
// silence that still lasts counts. VRRP_NEVER if there is no master.
vrrp_time vrrp_router_take_gap(struct vrrp_router *router, vrrp_time now);

#endif
