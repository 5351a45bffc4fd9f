// SPDX-License-Identifier: MIT
// Which virtual routers list an address, and whose is it?
#include "core/address_index.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t hash_of(const struct vrrp_address *address) {
  uint32_t hash = ha_hash_bytes(HA_HASH_SEED, &address->family, sizeof(address->family));
  return ha_hash_bytes(hash, address->bytes, vrrp_address_size(address->family));
}

static bool is_of(const struct ha_hash_link *link, const void *address) {
  return vrrp_address_equal(&((const struct vrrp_listed_address *)link)->address,
                            address);
}

static struct vrrp_listed_address *find(const struct vrrp_address_index *index,
                                        const struct vrrp_address *address) {
  return (struct vrrp_listed_address *)ha_hash_find(&index->by_address, hash_of(address),
                                                    is_of, address);
}

const struct vrrp_listed_address *
vrrp_address_index_find(const struct vrrp_address_index *index,
                        const struct vrrp_address *address) {
  return find(index, address);
}

// NULL: no memory.
static struct vrrp_listed_address *find_or_add(struct vrrp_address_index *index,
                                               const struct vrrp_address *address) {
  struct vrrp_listed_address *listed = find(index, address);

  if (listed != NULL)
    return listed;
  listed = calloc(1, sizeof(*listed));
  if (listed == NULL)
    return NULL;
  listed->address = *address;
  if (ha_hash_add(&index->by_address, &listed->link, hash_of(address)) == 0)
    return listed;
  free(listed);
  return NULL;
}

static void take_out(struct vrrp_address_index *index, struct vrrp_listing *listing) {
  struct vrrp_listed_address *at = listing->at;

  LIST_REMOVE(listing, entry);
  if (!LIST_EMPTY(&at->masters) || !LIST_EMPTY(&at->others))
    return;
  ha_hash_remove(&index->by_address, &at->link);
  free(at);
}

void vrrp_address_index_remove(struct vrrp_address_index *index,
                               struct vrrp_router *router) {
  struct vrrp_neighbour *neighbour = &router->neighbour;

  while (neighbour->listing_count > 0)
    take_out(index, &neighbour->listings[--neighbour->listing_count]);
  free(neighbour->listings);
  neighbour->listings = NULL;
}

// The listings are those of the router's own, one after the other, so that none is lost
// when there is no memory half-way.
int vrrp_address_index_put(struct vrrp_address_index *index, struct vrrp_router *router,
                           bool is_master) {
  struct vrrp_neighbour *neighbour = &router->neighbour;
  unsigned count = vrrp_router_list(router)->count;

  vrrp_address_index_remove(index, router);
  if (count == 0)
    return 0;
  neighbour->listings = calloc(count, sizeof(*neighbour->listings));
  if (neighbour->listings == NULL)
    return -ENOMEM;
  for (unsigned i = 0; i < count; i++) {
    struct vrrp_listing *listing = &neighbour->listings[i];
    struct vrrp_address address = vrrp_router_address(router, i);
    listing->router = router;
    listing->at = find_or_add(index, &address);
    if (listing->at == NULL) {
      vrrp_address_index_remove(index, router);
      return -ENOMEM;
    }
    LIST_INSERT_HEAD(is_master ? &listing->at->masters : &listing->at->others, listing,
                     entry);
    neighbour->listing_count++;
  }
  return 0;
}

void vrrp_address_index_destroy(struct vrrp_address_index *index) {
  ha_hash_clear(&index->by_address, NULL);
}
