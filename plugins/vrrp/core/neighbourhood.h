// SPDX-License-Identifier: MIT
// Which virtual routers have been heard, and which of them are worth remembering?
#ifndef HA_VRRP_NEIGHBOURHOOD_H
#define HA_VRRP_NEIGHBOURHOOD_H

#include "core/virtual_router.h"

#define VRRP_VRIDS 256

// The virtual routers of one interface.
struct vrrp_segment {
  unsigned ifindex;
  struct vrrp_router *routers[VRRP_FAMILIES][VRRP_VRIDS];
};

// All virtual routers heard, bounded. One thread at a time may use it.
struct vrrp_neighbourhood {
  struct vrrp_segment **segments;
  size_t segment_count;
  struct vrrp_router **routers; // all of them, in no order
  size_t count;
  size_t max;         // most routers at a time
  uint64_t forgotten; // how many had to make room
};

// An empty neighbourhood of at most max routers (1 or more). 0 or -ENOMEM.
int vrrp_neighbourhood_init(struct vrrp_neighbourhood *neighbourhood, size_t max);
void vrrp_neighbourhood_destroy(struct vrrp_neighbourhood *neighbourhood);

// The router of this key, or NULL. Owned by the neighbourhood, as below.
struct vrrp_router *
vrrp_neighbourhood_find(const struct vrrp_neighbourhood *neighbourhood,
                        const struct vrrp_router_key *key);

// The router of this key; ret_is_new tells whether it was added. If the neighbourhood
// is full, the least useful router makes room: one this host has no part in, with no
// proven master, silent longest. NULL if there is no memory or none is less useful.
struct vrrp_router *vrrp_neighbourhood_admit(struct vrrp_neighbourhood *neighbourhood,
                                             const struct vrrp_router_key *key,
                                             vrrp_time now, bool *ret_is_new);

// The router of this key, of which a packet was rejected. It is added only if there is
// room: what cannot be believed displaces nobody. NULL as above.
struct vrrp_router *
vrrp_neighbourhood_admit_rejected(struct vrrp_neighbourhood *neighbourhood,
                                  const struct vrrp_router_key *key, vrrp_time now,
                                  bool *ret_is_new);

void vrrp_neighbourhood_forget(struct vrrp_neighbourhood *neighbourhood,
                               struct vrrp_router *router);

// Forgets all routers of an interface that is gone.
void vrrp_neighbourhood_forget_interface(struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex);

// When the first router wants its tick, or VRRP_NEVER.
vrrp_time vrrp_neighbourhood_deadline(const struct vrrp_neighbourhood *neighbourhood);

#endif
