// SPDX-License-Identifier: MIT
// Which virtual routers list an address?
#ifndef HA_VRRP_ADDRESS_INDEX_H
#define HA_VRRP_ADDRESS_INDEX_H

#include "common/core/hash.h"
#include "core/router.h"

// An address of a router's list.
struct vrrp_listing {
  struct ha_hash_link link;
  struct vrrp_address address;
  struct vrrp_router *router;
};

// All zeros is an empty one.
struct vrrp_address_index {
  struct ha_hash by_address;
};

// Lists the router under the addresses of its present list, and under no other. Returns 0
// or -ENOMEM; it is listed under none of them then.
int vrrp_address_index_put(struct vrrp_address_index *index, struct vrrp_router *router);

// Before the router goes.
void vrrp_address_index_remove(struct vrrp_address_index *index,
                               struct vrrp_router *router);

// When all routers have been removed.
void vrrp_address_index_destroy(struct vrrp_address_index *index);

// One of those that list the address, and the next one; NULL: no more. Valid until the
// index changes.
const struct vrrp_listing *
vrrp_address_index_first(const struct vrrp_address_index *index,
                         const struct vrrp_address *address);
const struct vrrp_listing *vrrp_address_index_next(const struct vrrp_listing *listing);

#endif
