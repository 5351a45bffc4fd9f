// SPDX-License-Identifier: MIT
// Which addresses does this network namespace have, on which links, and which of them
// came or went?
#ifndef HA_VRRP_LOCAL_ADDRESSES_H
#define HA_VRRP_LOCAL_ADDRESSES_H

#include "common/core/hash.h"
#include "core/address.h"

#include <sys/queue.h>

struct vrrp_local_address {
  struct ha_hash_link link; // by the address alone
  unsigned ifindex;
  struct vrrp_address address;
  bool seen; // in the present dump
  TAILQ_ENTRY(vrrp_local_address) on_link;
  LIST_ENTRY(vrrp_local_address) everywhere;
};

// Addresses, sorted, each once.
struct vrrp_address_set {
  struct vrrp_address *all;
  size_t count;
  bool is_everything; // there was no memory to tell which
};

// All zeros is an empty one.
struct vrrp_local_addresses {
  struct ha_hash by_address, by_link;
  LIST_HEAD(, vrrp_local_address) all;
  size_t count;
  struct vrrp_address_set changed; // since they were last taken; neither sorted nor once
};

// Frees all, and leaves it zeroed: empty.
void vrrp_local_addresses_destroy(struct vrrp_local_addresses *addresses);

// The address on this link, or NULL. Owned by addresses, as below.
struct vrrp_local_address *
vrrp_local_addresses_find(const struct vrrp_local_addresses *addresses, unsigned ifindex,
                          const struct vrrp_address *address);

// Adds an address that is not there yet, seen. 0 or -ENOMEM.
int vrrp_local_addresses_add(struct vrrp_local_addresses *addresses, unsigned ifindex,
                             const struct vrrp_address *address);

// Removes an address that was found in it, and frees it.
void vrrp_local_addresses_remove(struct vrrp_local_addresses *addresses,
                                 struct vrrp_local_address *local);

// Before a dump, and after it: forgets what it did not show; true if there was any.
void vrrp_local_addresses_unsee(struct vrrp_local_addresses *addresses);
bool vrrp_local_addresses_remove_unseen(struct vrrp_local_addresses *addresses);

// One that has this address, on whatever link, and the next one; NULL: none.
const struct vrrp_local_address *
vrrp_local_addresses_with(const struct vrrp_local_addresses *addresses,
                          const struct vrrp_address *address);
const struct vrrp_local_address *
vrrp_local_addresses_next_with(const struct vrrp_local_address *local);

// The first one on this link, which is its primary address, and the next one; NULL: none.
const struct vrrp_local_address *
vrrp_local_addresses_on(const struct vrrp_local_addresses *addresses, unsigned ifindex);
const struct vrrp_local_address *
vrrp_local_addresses_next_on(const struct vrrp_local_address *local);

// Moves to ret_set the addresses that came or went since the last call; to be destroyed.
void vrrp_local_addresses_take_changed(struct vrrp_local_addresses *addresses,
                                       struct vrrp_address_set *ret_set);

// True if the set has the address; in logarithmic time.
bool vrrp_address_set_has(const struct vrrp_address_set *set,
                          const struct vrrp_address *address);
void vrrp_address_set_destroy(struct vrrp_address_set *set);

#endif
