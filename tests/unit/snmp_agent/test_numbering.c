// SPDX-License-Identifier: MIT
// Are row numbers stable, never shared, and not given away at once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/numbering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct number *take(struct numbering *n, const char *key) {
  struct number *number;
  assert_int_equal(numbering_take(n, NULL, 0, key, &number), 0);
  return number;
}

// Takes and gives back at once; the number it had.
static uint32_t touch(struct numbering *n, const char *key) {
  struct number *number = take(n, key);
  uint32_t value = number_value(number);
  numbering_release(n, number);
  return value;
}

static void counts_from_one(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  assert_int_equal(number_value(take(n, "a")), 1);
  assert_int_equal(number_value(take(n, "b")), 2);
  assert_int_equal(number_value(take(n, "a")), 1);
  assert_int_equal(number_value(take(n, "")), 3);
  numbering_destroy(n);
}

// Finding 4: A, B; A leaves; C must become neither A nor B.
static void a_number_in_use_is_nobody_elses(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  struct number *a = take(n, "a"), *b = take(n, "b");
  numbering_release(n, a);
  struct number *c = take(n, "c");
  assert_int_equal(number_value(b), 2);
  assert_int_equal(number_value(c), 3);
  assert_int_equal(number_value(take(n, "a")), 1); // back, with its old number
  numbering_destroy(n);
}

static void each_holder_counts(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  struct number *first = take(n, "a"), *second = take(n, "a");
  assert_ptr_equal(first, second);
  numbering_release(n, first);
  char key[16];
  for (int i = 0; i < 3 * NUMBERING_REST; i++) {
    snprintf(key, sizeof(key), "%d", i);
    assert_int_not_equal(touch(n, key), 1);
  }
  assert_int_equal(number_value(second), 1);
  numbering_destroy(n);
}

static void rests_before_it_is_given_away(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  assert_int_equal(touch(n, "gone"), 1);
  char key[16];
  for (int i = 0; i < NUMBERING_REST - 1; i++) {
    snprintf(key, sizeof(key), "%d", i);
    assert_int_equal(touch(n, key), i + 2);
  }
  assert_int_equal(touch(n, "gone"), 1); // it was the oldest, now it is the newest
  for (int i = 0; i < NUMBERING_REST; i++) {
    snprintf(key, sizeof(key), "other %d", i);
    assert_int_not_equal(touch(n, key), 1);
  }
  assert_int_equal(number_value(take(n, "next")), 1); // its rest is over
  assert_int_not_equal(number_value(take(n, "gone")), 1);
  numbering_destroy(n);
}

static void memory_stays_bounded(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  char key[16];
  uint32_t highest = 0;
  for (int i = 0; i < 20 * NUMBERING_REST; i++) {
    snprintf(key, sizeof(key), "%d", i);
    uint32_t value = touch(n, key);
    highest = value > highest ? value : highest;
  }
  assert_true(highest <= NUMBERING_REST + 1);
  numbering_destroy(n);
}

static void scopes_count_apart(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  struct number *number;
  static const uint32_t one[] = {1}, two[] = {2}, deep[] = {1, 1};
  assert_int_equal(numbering_take(n, one, 1, "a", &number), 0);
  assert_int_equal(number_value(number), 1);
  assert_int_equal(numbering_take(n, one, 1, "b", &number), 0);
  assert_int_equal(number_value(number), 2);
  assert_int_equal(numbering_take(n, two, 1, "b", &number), 0);
  assert_int_equal(number_value(number), 1);
  assert_int_equal(numbering_take(n, deep, 2, "b", &number), 0);
  assert_int_equal(number_value(number), 1);
  assert_int_equal(number_value(take(n, "b")), 1);
  assert_int_equal(numbering_take(n, one, 1, "b", &number), 0);
  assert_int_equal(number_value(number), 2);
  numbering_destroy(n);
  numbering_destroy(NULL);
}

// 10,000 rounds against the plainest bookkeeping there is.
enum { KEYS = 40, SCOPES = 3, HOLDS = 5 };

static void keeps_its_promises_in_random_rounds(void **unused) {
  (void)unused;
  struct numbering *n = numbering_create();
  struct number *held[SCOPES][KEYS][HOLDS] = {0};
  size_t holds[SCOPES][KEYS] = {0};
  uint32_t had[SCOPES][KEYS] = {0};
  srandom(4711);
  for (int round = 0; round < 10000; round++) {
    uint32_t scope = (uint32_t)random() % SCOPES, key = (uint32_t)random() % KEYS;
    size_t *count = &holds[scope][key];
    if (*count > 0 && (*count == HOLDS || random() % 2)) {
      numbering_release(n, held[scope][key][--*count]);
      continue;
    }
    char name[16];
    snprintf(name, sizeof(name), "key %u", key);
    struct number *number;
    assert_int_equal(numbering_take(n, &scope, 1, name, &number), 0);
    held[scope][key][(*count)++] = number;
    // With fewer keys than NUMBERING_REST a key keeps its number for ever …
    if (had[scope][key] == 0)
      had[scope][key] = number_value(number);
    assert_int_equal(number_value(number), had[scope][key]);
    // … and shares it with none.
    for (uint32_t other = 0; other < KEYS; other++)
      assert_true(other == key || had[scope][other] != number_value(number));
  }
  numbering_destroy(n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_from_one),
      cmocka_unit_test(a_number_in_use_is_nobody_elses),
      cmocka_unit_test(each_holder_counts),
      cmocka_unit_test(rests_before_it_is_given_away),
      cmocka_unit_test(memory_stays_bounded),
      cmocka_unit_test(scopes_count_apart),
      cmocka_unit_test(keeps_its_promises_in_random_rounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
