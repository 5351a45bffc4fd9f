// SPDX-License-Identifier: MIT
// Where is the entry of a key? A chained hash table whose links stand in its entries.
#ifndef HA_COMMON_HASH_H
#define HA_COMMON_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Stands as the first member in each entry.
struct ha_hash_link {
  struct ha_hash_link *next;
  uint32_t hash;
};

// Zeroed, it is empty.
struct ha_hash {
  struct ha_hash_link **buckets;
  size_t bucket_count; // a power of two, or 0
  size_t count;
};

// FNV-1a over `length` bytes, going on from `seed` (HA_HASH_SEED to begin with).
enum { HA_HASH_SEED = 0x811c9dc5 };
uint32_t ha_hash_bytes(uint32_t seed, const void *bytes, size_t length);

// True if the entry is the one that is looked for.
typedef bool (*ha_hash_equal)(const struct ha_hash_link *entry, const void *key);

// The entry of that hash which is the one of `key`; NULL if there is none.
struct ha_hash_link *ha_hash_find(const struct ha_hash *hash, uint32_t value,
                                  ha_hash_equal equal, const void *key);

// Adds an entry that isn't there yet. Returns 0 or -ENOMEM.
int ha_hash_add(struct ha_hash *hash, struct ha_hash_link *entry, uint32_t value);
void ha_hash_remove(struct ha_hash *hash, struct ha_hash_link *entry);

// Calls `each` for every entry, which may free it, and empties the table.
void ha_hash_clear(struct ha_hash *hash, void (*each)(struct ha_hash_link *entry));

#endif
