// SPDX-License-Identifier: MIT
// Does a hash table find what it has, and nothing else?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/hash.h"

#include <stdlib.h>

struct entry {
  struct ha_hash_link link;
  int key;
};

static bool entry_equal(const struct ha_hash_link *link, const void *key) {
  return ((const struct entry *)link)->key == *(const int *)key;
}

static size_t cleared;

static void count_entry(struct ha_hash_link *link) {
  (void)link;
  cleared++;
}

// All keys share four hash values: the chains must hold, too.
static void a_hash_finds_what_it_has(void **unused) {
  (void)unused;
  enum { N = 500 };
  static struct entry entries[N];
  static bool there[N];
  struct ha_hash hash = {0};
  size_t count = 0;
  srandom(42);
  for (int round = 0; round < 10000; round++) {
    int key = (int)(random() % N);
    struct ha_hash_link *found =
        ha_hash_find(&hash, (uint32_t)key % 4, entry_equal, &key);
    assert_ptr_equal(found, there[key] ? &entries[key].link : NULL);
    entries[key].key = key;
    if (there[key])
      ha_hash_remove(&hash, &entries[key].link);
    else
      assert_int_equal(ha_hash_add(&hash, &entries[key].link, (uint32_t)key % 4), 0);
    there[key] = !there[key];
    count += there[key] ? 1 : (size_t)-1;
    assert_int_equal(hash.count, count);
  }
  ha_hash_clear(&hash, count_entry);
  assert_int_equal(cleared, count);
  assert_int_equal(hash.count, 0);
}

// Test vectors of FNV-1a, 32 bits (draft-eastlake-fnv, appendix C).
static void bytes_hash_as_elsewhere(void **unused) {
  (void)unused;
  assert_int_equal(ha_hash_bytes(HA_HASH_SEED, "", 0), 0x811c9dc5);
  assert_int_equal(ha_hash_bytes(HA_HASH_SEED, "a", 1), 0xe40c292c);
  assert_int_equal(ha_hash_bytes(HA_HASH_SEED, "foobar", 6), 0xbf9cf968);
  assert_int_equal(ha_hash_bytes(ha_hash_bytes(HA_HASH_SEED, "foo", 3), "bar", 3),
                   0xbf9cf968);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hash_finds_what_it_has),
      cmocka_unit_test(bytes_hash_as_elsewhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
