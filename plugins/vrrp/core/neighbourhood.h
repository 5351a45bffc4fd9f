// SPDX-License-Identifier: MIT
// Which virtual routers have been heard, and which of them are worth remembering?
#ifndef HA_VRRP_NEIGHBOURHOOD_H
#define HA_VRRP_NEIGHBOURHOOD_H

#include "core/address_index.h"
#include "core/agenda.h"
#include "core/virtual_router.h"

#define VRRP_VRIDS 256

// The virtual routers of one interface.
struct vrrp_segment {
  unsigned ifindex;
  struct vrrp_router *routers[VRRP_FAMILIES][VRRP_VRIDS];
};

// How much would be lost with a router.
enum vrrp_usefulness {
  VRRP_USE_NONE, // all that came was rejected
  VRRP_USE_LITTLE,
  VRRP_USE_PROVEN, // it has a proven master
  VRRP_USE_OURS,   // this host takes part
  VRRP_USES
};

TAILQ_HEAD(vrrp_router_queue, vrrp_router);

// All virtual routers heard, bounded. One thread at a time may use it. What changes a
// router of it goes through the functions below, which keep its order.
struct vrrp_neighbourhood {
  struct vrrp_segment **segments; // by ifindex
  size_t segment_count;
  struct vrrp_router **routers; // all of them, in no order
  size_t count;
  size_t max;             // most routers at a time
  uint64_t forgotten;     // how many had to make room
  vrrp_time missed_until; // as of each router, also of those that come

  struct vrrp_agenda agenda;
  struct vrrp_address_index index;
  bool index_incomplete;                    // there was no memory for all of them
  struct vrrp_router_queue uses[VRRP_USES]; // whoever is silent longest first
  struct vrrp_router_queue touched;

  // Gets each router that is forgotten, as its own; NULL: it is freed.
  void (*dispose)(struct vrrp_router *router, void *user);
  void *user;
};

// An empty neighbourhood of at most max routers (1 or more). 0 or -ENOMEM. It must not
// be moved afterwards.
int vrrp_neighbourhood_init(struct vrrp_neighbourhood *neighbourhood, size_t max);
void vrrp_neighbourhood_destroy(struct vrrp_neighbourhood *neighbourhood);

// The router of this key, or NULL. Owned by the neighbourhood, as below.
struct vrrp_router *
vrrp_neighbourhood_find(const struct vrrp_neighbourhood *neighbourhood,
                        const struct vrrp_router_key *key);

// The router of this key; ret_is_new tells whether it was added. If the neighbourhood
// is full, the least useful router makes room: one this host has no part in, with no
// proven master, silent longest. NULL if there is no memory or none is less useful.
// Takes the same time however many there are.
struct vrrp_router *vrrp_neighbourhood_admit(struct vrrp_neighbourhood *neighbourhood,
                                             const struct vrrp_router_key *key,
                                             vrrp_time now, bool *ret_is_new);

// The router of this key, of which a packet was rejected. It is added only if there is
// room: what cannot be believed displaces nobody. NULL as above.
struct vrrp_router *
vrrp_neighbourhood_admit_rejected(struct vrrp_neighbourhood *neighbourhood,
                                  const struct vrrp_router_key *key, vrrp_time now,
                                  bool *ret_is_new);

// Forgets the router, which is disposed of.
void vrrp_neighbourhood_forget(struct vrrp_neighbourhood *neighbourhood,
                               struct vrrp_router *router);

// Forgets all routers of an interface that is gone.
void vrrp_neighbourhood_forget_interface(struct vrrp_neighbourhood *neighbourhood,
                                         unsigned ifindex);

// As vrrp_router_hear() and vrrp_router_set_here().
void vrrp_neighbourhood_hear(struct vrrp_neighbourhood *neighbourhood,
                             struct vrrp_router *router, const struct vrrp_advert *advert,
                             const struct vrrp_arrival *arrival);
void vrrp_neighbourhood_set_here(struct vrrp_neighbourhood *neighbourhood,
                                 struct vrrp_router *router, const struct vrrp_here *here,
                                 vrrp_time now);

// Frames that came before now were dropped, nobody knows whose: a silence counts from
// now.
void vrrp_neighbourhood_miss(struct vrrp_neighbourhood *neighbourhood, vrrp_time now);

// When the first router wants its tick, or VRRP_NEVER.
vrrp_time vrrp_neighbourhood_deadline(struct vrrp_neighbourhood *neighbourhood);

// Gives a router whose deadline has come its tick and returns it; NULL: none is due.
struct vrrp_router *vrrp_neighbourhood_tick(struct vrrp_neighbourhood *neighbourhood,
                                            vrrp_time now);

// The routers of which vrrp_neighbourhood_set_here() is to be called, each once, because
// what this host knows of their addresses may have changed: those that list an address
// that came or went, that list others than before, that share one with a router whose
// master this host has become or ceased to be, or that ask for it (router->here_wanted).
// take_touched returns the next one; NULL: there is none.
void vrrp_neighbourhood_touch(struct vrrp_neighbourhood *neighbourhood,
                              const struct vrrp_address *address);
struct vrrp_router *
vrrp_neighbourhood_take_touched(struct vrrp_neighbourhood *neighbourhood);

// Where the address is on this host; links as given to vrrp_neighbourhood_count_here().
typedef enum vrrp_place vrrp_place_of(const void *links,
                                      const struct vrrp_address *address);

// Fills in how many of the router's addresses are on this host.
void vrrp_neighbourhood_count_here(const struct vrrp_neighbourhood *neighbourhood,
                                   const struct vrrp_router *router,
                                   vrrp_place_of *place_of, const void *links,
                                   struct vrrp_here *here);

#endif
