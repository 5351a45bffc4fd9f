// SPDX-License-Identifier: MIT
// Where is the entry of a key?
#include "common/core/hash.h"

#include <errno.h>
#include <stdlib.h>

uint32_t ha_hash_bytes(uint32_t seed, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  for (size_t i = 0; i < length; i++)
    seed = (seed ^ p[i]) * 0x01000193u;
  return seed;
}

struct ha_hash_link *ha_hash_find(const struct ha_hash *hash, uint32_t value,
                                  ha_hash_equal equal, const void *key) {
  if (hash->bucket_count == 0)
    return NULL;
  struct ha_hash_link *entry = hash->buckets[value & (hash->bucket_count - 1)];
  while (entry != NULL && (entry->hash != value || !equal(entry, key)))
    entry = entry->next;
  return entry;
}

static void put(struct ha_hash_link **buckets, size_t size, struct ha_hash_link *entry) {
  struct ha_hash_link **bucket = &buckets[entry->hash & (size - 1)];
  entry->next = *bucket;
  *bucket = entry;
}

static int grow(struct ha_hash *hash) {
  size_t size = hash->bucket_count == 0 ? 16 : hash->bucket_count * 2;
  struct ha_hash_link **buckets = calloc(size, sizeof(*buckets));
  if (buckets == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < hash->bucket_count; i++) {
    struct ha_hash_link *entry = hash->buckets[i];
    while (entry != NULL) {
      struct ha_hash_link *next = entry->next;
      put(buckets, size, entry);
      entry = next;
    }
  }
  free(hash->buckets);
  hash->buckets = buckets;
  hash->bucket_count = size;
  return 0;
}

int ha_hash_add(struct ha_hash *hash, struct ha_hash_link *entry, uint32_t value) {
  if (hash->count >= hash->bucket_count) {
    int status = grow(hash);
    if (status != 0)
      return status;
  }
  entry->hash = value;
  put(hash->buckets, hash->bucket_count, entry);
  hash->count++;
  return 0;
}

void ha_hash_remove(struct ha_hash *hash, struct ha_hash_link *entry) {
  struct ha_hash_link **at = &hash->buckets[entry->hash & (hash->bucket_count - 1)];
  while (*at != entry)
    at = &(*at)->next;
  *at = entry->next;
  hash->count--;
}

void ha_hash_clear(struct ha_hash *hash, void (*each)(struct ha_hash_link *entry)) {
  for (size_t i = 0; i < hash->bucket_count; i++) {
    struct ha_hash_link *entry = hash->buckets[i];
    while (entry != NULL) {
      struct ha_hash_link *next = entry->next;
      each(entry);
      entry = next;
    }
  }
  free(hash->buckets);
  *hash = (struct ha_hash){0};
}
