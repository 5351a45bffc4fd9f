// SPDX-License-Identifier: MIT
// Which addresses does this network namespace have, on which links, and which of them
// came or went?
#include "io/local_addresses.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

// --- what changed -------------------------------------------------------------------

static void note_change(struct vrrp_address_set *set,
                        const struct vrrp_address *address) {
  struct vrrp_address *all = ha_array_room(set->all, set->count, sizeof(*all));

  set->is_everything |= all == NULL;
  if (all == NULL)
    return;
  set->all = all;
  set->all[set->count++] = *address;
}

static int compare(const void *a, const void *b) {
  return vrrp_address_compare(a, b);
}

static void remove_duplicates(struct vrrp_address_set *set) {
  size_t kept = 0;

  for (size_t i = 0; i < set->count; i++)
    if (kept == 0 || !vrrp_address_equal(&set->all[i], &set->all[kept - 1]))
      set->all[kept++] = set->all[i];
  set->count = kept;
}

void vrrp_local_addresses_take_changed(struct vrrp_local_addresses *addresses,
                                       struct vrrp_address_set *ret_set) {
  *ret_set = addresses->changed;
  addresses->changed = (struct vrrp_address_set){0};
  if (ret_set->count > 1)
    qsort(ret_set->all, ret_set->count, sizeof(*ret_set->all), compare);
  remove_duplicates(ret_set);
}

bool vrrp_address_set_has(const struct vrrp_address_set *set,
                          const struct vrrp_address *address) {
  return set->is_everything ||
         (set->count > 0 &&
          bsearch(address, set->all, set->count, sizeof(*set->all), compare) != NULL);
}

void vrrp_address_set_destroy(struct vrrp_address_set *set) {
  free(set->all);
  *set = (struct vrrp_address_set){0};
}

// --- what is there ------------------------------------------------------------------

// The addresses of one link, in the kernel's order; there is no empty one.
struct link_addresses {
  struct ha_hash_link link;
  unsigned ifindex;
  TAILQ_HEAD(, vrrp_local_address) all;
};

static uint32_t hash_address(const struct vrrp_address *address) {
  return ha_hash_bytes(HA_HASH_SEED, address->bytes, sizeof(address->bytes));
}

static uint32_t hash_ifindex(unsigned ifindex) {
  return ha_hash_bytes(HA_HASH_SEED, &ifindex, sizeof(ifindex));
}

static bool is_on_link(const struct ha_hash_link *entry, const void *key) {
  return ((const struct link_addresses *)entry)->ifindex == *(const unsigned *)key;
}

static bool has_address(const struct ha_hash_link *entry, const void *key) {
  return vrrp_address_equal(&((const struct vrrp_local_address *)entry)->address, key);
}

static bool is_same(const struct ha_hash_link *entry, const void *key) {
  const struct vrrp_local_address *local = (const void *)entry, *wanted = key;
  return local->ifindex == wanted->ifindex &&
         vrrp_address_equal(&local->address, &wanted->address);
}

static struct link_addresses *find_link(const struct vrrp_local_addresses *addresses,
                                        unsigned ifindex) {
  return (void *)ha_hash_find(&addresses->by_link, hash_ifindex(ifindex), is_on_link,
                              &ifindex);
}

static struct link_addresses *admit_link(struct vrrp_local_addresses *addresses,
                                         unsigned ifindex) {
  struct link_addresses *link = find_link(addresses, ifindex);

  if (link != NULL)
    return link;
  link = calloc(1, sizeof(*link));
  if (link == NULL)
    return NULL;
  link->ifindex = ifindex;
  TAILQ_INIT(&link->all);
  if (ha_hash_add(&addresses->by_link, &link->link, hash_ifindex(ifindex)) == 0)
    return link;
  free(link);
  return NULL;
}

static void drop_link_if_empty(struct vrrp_local_addresses *addresses,
                               struct link_addresses *link) {
  if (!TAILQ_EMPTY(&link->all))
    return;
  ha_hash_remove(&addresses->by_link, &link->link);
  free(link);
}

int vrrp_local_addresses_add(struct vrrp_local_addresses *addresses, unsigned ifindex,
                             const struct vrrp_address *address) {
  struct link_addresses *link = admit_link(addresses, ifindex);
  struct vrrp_local_address *local = malloc(sizeof(*local));

  if (link == NULL || local == NULL ||
      ha_hash_add(&addresses->by_address, &local->link, hash_address(address)) < 0) {
    free(local);
    if (link != NULL)
      drop_link_if_empty(addresses, link);
    return -ENOMEM;
  }
  local->ifindex = ifindex;
  local->address = *address;
  local->seen = true;
  TAILQ_INSERT_TAIL(&link->all, local, on_link);
  LIST_INSERT_HEAD(&addresses->all, local, everywhere);
  addresses->count++;
  note_change(&addresses->changed, address);
  return 0;
}

void vrrp_local_addresses_remove(struct vrrp_local_addresses *addresses,
                                 struct vrrp_local_address *local) {
  struct link_addresses *link = find_link(addresses, local->ifindex);

  note_change(&addresses->changed, &local->address);
  TAILQ_REMOVE(&link->all, local, on_link);
  LIST_REMOVE(local, everywhere);
  ha_hash_remove(&addresses->by_address, &local->link);
  addresses->count--;
  free(local);
  drop_link_if_empty(addresses, link);
}

struct vrrp_local_address *
vrrp_local_addresses_find(const struct vrrp_local_addresses *addresses, unsigned ifindex,
                          const struct vrrp_address *address) {
  struct vrrp_local_address wanted = {.ifindex = ifindex, .address = *address};
  return (void *)ha_hash_find(&addresses->by_address, hash_address(address), is_same,
                              &wanted);
}

void vrrp_local_addresses_unsee(struct vrrp_local_addresses *addresses) {
  struct vrrp_local_address *local;

  LIST_FOREACH(local, &addresses->all, everywhere)
  local->seen = false;
}

bool vrrp_local_addresses_remove_unseen(struct vrrp_local_addresses *addresses) {
  struct vrrp_local_address *local = LIST_FIRST(&addresses->all);
  size_t before = addresses->count;

  while (local != NULL) {
    struct vrrp_local_address *next = LIST_NEXT(local, everywhere);
    if (!local->seen)
      vrrp_local_addresses_remove(addresses, local);
    local = next;
  }
  return addresses->count != before;
}

static void free_entry(struct ha_hash_link *entry) {
  free(entry);
}

void vrrp_local_addresses_destroy(struct vrrp_local_addresses *addresses) {
  ha_hash_clear(&addresses->by_address, free_entry);
  ha_hash_clear(&addresses->by_link, free_entry);
  vrrp_address_set_destroy(&addresses->changed);
  *addresses = (struct vrrp_local_addresses){0};
}

// --- walks --------------------------------------------------------------------------

const struct vrrp_local_address *
vrrp_local_addresses_with(const struct vrrp_local_addresses *addresses,
                          const struct vrrp_address *address) {
  return (const void *)ha_hash_find(&addresses->by_address, hash_address(address),
                                    has_address, address);
}

const struct vrrp_local_address *
vrrp_local_addresses_next_with(const struct vrrp_local_address *local) {
  const struct ha_hash_link *link = local->link.next;

  while (link != NULL && !has_address(link, &local->address))
    link = link->next;
  return (const void *)link;
}

const struct vrrp_local_address *
vrrp_local_addresses_on(const struct vrrp_local_addresses *addresses, unsigned ifindex) {
  const struct link_addresses *link = find_link(addresses, ifindex);
  return link == NULL ? NULL : TAILQ_FIRST(&link->all);
}

const struct vrrp_local_address *
vrrp_local_addresses_next_on(const struct vrrp_local_address *local) {
  return TAILQ_NEXT(local, on_link);
}
