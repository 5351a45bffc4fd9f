// SPDX-License-Identifier: MIT
// Which virtual routers list an address?
#include "core/address_index.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t hash_of(const struct vrrp_address *address) {
  uint32_t hash = ha_hash_bytes(HA_HASH_SEED, &address->family, sizeof(address->family));
  return ha_hash_bytes(hash, address->bytes, vrrp_address_size(address->family));
}

static bool is_of(const struct ha_hash_link *link, const void *address) {
  return vrrp_address_equal(&((const struct vrrp_listing *)link)->address, address);
}

void vrrp_address_index_remove(struct vrrp_address_index *index,
                               struct vrrp_router *router) {
  struct vrrp_neighbour *neighbour = &router->neighbour;

  while (neighbour->listing_count > 0)
    ha_hash_remove(&index->by_address,
                   &neighbour->listings[--neighbour->listing_count].link);
  free(neighbour->listings);
  neighbour->listings = NULL;
}

// The listings are those of the router's own, one after the other, so that none is lost
// when there is no memory half-way.
int vrrp_address_index_put(struct vrrp_address_index *index, struct vrrp_router *router) {
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
    listing->address = vrrp_router_address(router, i);
    listing->router = router;
    if (ha_hash_add(&index->by_address, &listing->link, hash_of(&listing->address)) < 0) {
      vrrp_address_index_remove(index, router);
      return -ENOMEM;
    }
    neighbour->listing_count++;
  }
  return 0;
}

void vrrp_address_index_destroy(struct vrrp_address_index *index) {
  ha_hash_clear(&index->by_address, NULL);
}

const struct vrrp_listing *
vrrp_address_index_first(const struct vrrp_address_index *index,
                         const struct vrrp_address *address) {
  return (const struct vrrp_listing *)ha_hash_find(&index->by_address, hash_of(address),
                                                   is_of, address);
}

const struct vrrp_listing *vrrp_address_index_next(const struct vrrp_listing *listing) {
  const struct ha_hash_link *link = listing->link.next;

  while (link != NULL &&
         (link->hash != listing->link.hash || !is_of(link, &listing->address)))
    link = link->next;
  return (const struct vrrp_listing *)link;
}
