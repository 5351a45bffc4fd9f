// SPDX-License-Identifier: MIT
// Which virtual router wants its tick first?
//
// A heap of their deadlines. An advert only pushes its router's deadline on: what the
// heap knows may then be too early, which costs nothing until that time comes.
#ifndef HA_VRRP_AGENDA_H
#define HA_VRRP_AGENDA_H

#include "core/router.h"

struct vrrp_agenda {
  struct vrrp_router **heap;
  size_t count;
};

// For at most max routers. 0 or -ENOMEM.
int vrrp_agenda_init(struct vrrp_agenda *agenda, size_t max);
void vrrp_agenda_destroy(struct vrrp_agenda *agenda);

// A router that is not in it, with room for it; one that is.
void vrrp_agenda_add(struct vrrp_agenda *agenda, struct vrrp_router *router);
void vrrp_agenda_remove(struct vrrp_agenda *agenda, struct vrrp_router *router);

// After router->deadline may have moved; at least whenever it is earlier than it was.
void vrrp_agenda_follow(struct vrrp_agenda *agenda, struct vrrp_router *router);

// The router whose deadline is the earliest, or NULL.
struct vrrp_router *vrrp_agenda_first(struct vrrp_agenda *agenda);

#endif
