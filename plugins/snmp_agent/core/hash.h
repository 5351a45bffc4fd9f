// SPDX-License-Identifier: MIT
// Where is the entry of a key? A chained hash table whose links stand in its entries.
#ifndef HA_SNMP_AGENT_HASH_H
#define HA_SNMP_AGENT_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Stands as the first member in each entry.
struct hash_link {
  struct hash_link *next;
  uint32_t hash;
};

struct hash {
  struct hash_link **buckets;
  size_t size; // a power of two, or 0
  size_t len;
};

// FNV-1a over `len` bytes, going on from `seed` (HASH_SEED to begin with).
enum { HASH_SEED = 0x811c9dc5 };
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t len);

// True if the entry is the one that is looked for.
typedef bool (*hash_equal)(const struct hash_link *entry, const void *key);

struct hash_link *hash_find(const struct hash *hash, uint32_t value, hash_equal equal,
                            const void *key);

// Adds an entry that isn't there yet. Returns 0 or -ENOMEM.
int hash_add(struct hash *hash, struct hash_link *entry, uint32_t value);
void hash_remove(struct hash *hash, struct hash_link *entry);

// Calls `each` for every entry, which may free it, and empties the table.
void hash_clear(struct hash *hash, void (*each)(struct hash_link *entry));

#endif
