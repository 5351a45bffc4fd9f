// SPDX-License-Identifier: MIT
#include "core/hash.h"

#include <errno.h>
#include <stdlib.h>

uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t len) {
  const uint8_t *p = bytes;
  for (size_t i = 0; i < len; i++)
    seed = (seed ^ p[i]) * 0x01000193u;
  return seed;
}

struct hash_link *hash_find(const struct hash *hash, uint32_t value, hash_equal equal,
                            const void *key) {
  if (hash->size == 0)
    return NULL;
  struct hash_link *entry = hash->buckets[value & (hash->size - 1)];
  while (entry != NULL && (entry->hash != value || !equal(entry, key)))
    entry = entry->next;
  return entry;
}

static void put(struct hash_link **buckets, size_t size, struct hash_link *entry) {
  struct hash_link **bucket = &buckets[entry->hash & (size - 1)];
  entry->next = *bucket;
  *bucket = entry;
}

static int grow(struct hash *hash) {
  size_t size = hash->size == 0 ? 16 : hash->size * 2;
  struct hash_link **buckets = calloc(size, sizeof(*buckets));
  if (buckets == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < hash->size; i++) {
    struct hash_link *entry = hash->buckets[i];
    while (entry != NULL) {
      struct hash_link *next = entry->next;
      put(buckets, size, entry);
      entry = next;
    }
  }
  free(hash->buckets);
  hash->buckets = buckets;
  hash->size = size;
  return 0;
}

int hash_add(struct hash *hash, struct hash_link *entry, uint32_t value) {
  if (hash->len >= hash->size) {
    int status = grow(hash);
    if (status != 0)
      return status;
  }
  entry->hash = value;
  put(hash->buckets, hash->size, entry);
  hash->len++;
  return 0;
}

void hash_remove(struct hash *hash, struct hash_link *entry) {
  struct hash_link **at = &hash->buckets[entry->hash & (hash->size - 1)];
  while (*at != entry)
    at = &(*at)->next;
  *at = entry->next;
  hash->len--;
}

void hash_clear(struct hash *hash, void (*each)(struct hash_link *entry)) {
  for (size_t i = 0; i < hash->size; i++) {
    struct hash_link *entry = hash->buckets[i];
    while (entry != NULL) {
      struct hash_link *next = entry->next;
      each(entry);
      entry = next;
    }
  }
  free(hash->buckets);
  *hash = (struct hash){0};
}
