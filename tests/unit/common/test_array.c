// SPDX-License-Identifier: MIT
// Does an array keep what it has while it grows and shrinks?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

static void the_compiler_knows_its_length(void **unused) {
  (void)unused;
  struct seven {
    char bytes[7];
  };
  static const struct seven three[3];
  assert_int_equal(HA_COUNT_OF(three), 3);
  assert_int_equal(HA_COUNT_OF(three[0].bytes), 7);
}

static void keeps_what_it_has(void **unused) {
  (void)unused;
  uint32_t *array = NULL;
  size_t count = 0;
  srandom(7);
  for (int round = 0; round < 20000; round++) {
    if (count > 0 && random() % 5 < 2) {
      count--;
      continue;
    }
    uint32_t *grown = ha_array_room(array, count, sizeof(*array));
    assert_non_null(grown);
    assert_true(malloc_usable_size(grown) >= (count + 1) * sizeof(*array));
    array = grown;
    array[count] = (uint32_t)count * 3;
    count++;
    for (size_t i = 0; i < count; i += 97)
      assert_int_equal(array[i], i * 3);
  }
  assert_true(count > 2000);
  free(array);
}

// It moves at powers of two only.
static void grows_seldom(void **unused) {
  (void)unused;
  char *array = NULL;
  int before = 0;
  for (size_t count = 0; count < 1000; count++) {
    array = ha_array_room(array, count, 100);
    assert_non_null(array);
    int room = (int)malloc_usable_size(array) / 100;
    if (room != before)
      assert_true((count & (count - 1)) == 0);
    before = room;
  }
  free(array);
}

static void elements_come_and_go_at_any_place(void **unused) {
  (void)unused;
  uint16_t array[5] = {1, 3, 5, 7};
  static const uint16_t all[] = {1, 2, 3, 5, 7};
  *(uint16_t *)ha_array_open_gap(array, 4, sizeof(*array), 1) = 2;
  assert_memory_equal(array, all, sizeof(all));
  ha_array_take_out(array, 5, sizeof(*array), 0);
  assert_memory_equal(array, all + 1, 4 * sizeof(*all));
  ha_array_take_out(array, 4, sizeof(*array), 3);
  assert_memory_equal(array, all + 1, 3 * sizeof(*all));
  *(uint16_t *)ha_array_open_gap(array, 3, sizeof(*array), 3) = 7;
  assert_memory_equal(array, all + 1, 4 * sizeof(*all));
}

static void too_much_is_no_memory(void **unused) {
  (void)unused;
  char *array = malloc(8);
  assert_null(ha_array_room(array, SIZE_MAX / 2 + 1, 1));
  assert_null(ha_array_room(array, (size_t)1 << (sizeof(size_t) * 8 - 4), 16));
  free(array);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_compiler_knows_its_length),
      cmocka_unit_test(keeps_what_it_has),
      cmocka_unit_test(grows_seldom),
      cmocka_unit_test(elements_come_and_go_at_any_place),
      cmocka_unit_test(too_much_is_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
