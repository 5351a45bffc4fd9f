// SPDX-License-Identifier: MIT
// What does this host know beside the wire, and which routers does it concern?
#ifndef HA_VRRP_SURROUNDINGS_H
#define HA_VRRP_SURROUNDINGS_H

#include "plugin/hearing_state.h"

// All with the lock. Times are those until which every frame has been taken in.

// Reads anew which processes take part in VRRP.
void vrrp_surroundings_read_participants(struct vrrp_namespace *namespace, vrrp_time now);

// True if the address is this network namespace's: what a container sends by a macvlan
// leaves by its interface, too.
bool vrrp_surroundings_have(struct vrrp_namespace *namespace,
                            const struct vrrp_address *address);

// Gives a router the name of its interface, and what its <VirtualRouter> block says.
void vrrp_surroundings_expect(const struct vrrp_namespace *namespace,
                              struct vrrp_router *router, const char *interface);

// Tells a router, or all, what is known now; marks it if that changes it.
void vrrp_surroundings_update(struct vrrp_namespace *namespace,
                              struct vrrp_router *router, vrrp_time now);
void vrrp_surroundings_update_all(struct vrrp_namespace *namespace, vrrp_time now);

// The same for the routers that an event has touched.
void vrrp_surroundings_update_touched(struct vrrp_namespace *namespace, vrrp_time now);

// Subscribes to what the kernel says of links and addresses. 0 or -errno.
int vrrp_surroundings_watch_links(struct vrrp_namespace *namespace);

// Takes in what it says, and follows it; subscribes anew if need be.
void vrrp_surroundings_read_links(struct vrrp_namespace *namespace);

// Follows what is known already but was not yet followed.
void vrrp_surroundings_follow(struct vrrp_namespace *namespace);

// An interface is about to be given up, with its routers.
void vrrp_surroundings_leave(struct vrrp_namespace *namespace,
                             const struct vrrp_ear *ear);

// The same of all that the namespace has.
void vrrp_surroundings_leave_all(struct vrrp_namespace *namespace);

#endif
