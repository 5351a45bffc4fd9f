// SPDX-License-Identifier: MIT
// Which virtual routers list an address, and whose is it?
#ifndef HA_VRRP_ADDRESS_INDEX_H
#define HA_VRRP_ADDRESS_INDEX_H

#include "common/core/hash.h"
#include "core/router.h"

// That a router lists an address.
struct vrrp_listing {
  LIST_ENTRY(vrrp_listing) entry;
  struct vrrp_listed_address *at;
  struct vrrp_router *router;
};

LIST_HEAD(vrrp_listings, vrrp_listing);

// An address that at least one router lists. Those of which this host is master stand
// apart, so that they are found however many others list the same address.
struct vrrp_listed_address {
  struct ha_hash_link link;
  struct vrrp_address address;
  struct vrrp_listings masters, others;
};

// All zeros is an empty one.
struct vrrp_address_index {
  struct ha_hash by_address;
};

// Lists the router under the addresses of its present list, and under no other, as one of
// which this host is master or not. Takes the same time however many routers list them.
// Returns 0 or -ENOMEM; it is listed under none of them then.
int vrrp_address_index_put(struct vrrp_address_index *index, struct vrrp_router *router,
                           bool is_master);

// Before the router goes.
void vrrp_address_index_remove(struct vrrp_address_index *index,
                               struct vrrp_router *router);

// When all routers have been removed.
void vrrp_address_index_destroy(struct vrrp_address_index *index);

// Who lists the address; NULL: nobody. Valid until the index changes.
const struct vrrp_listed_address *
vrrp_address_index_find(const struct vrrp_address_index *index,
                        const struct vrrp_address *address);

#endif
