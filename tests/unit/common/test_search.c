// SPDX-License-Identifier: MIT
// Is each element of a sorted array found, and where what is not there belongs?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/search.h"

#include <stdbool.h>

struct element {
  int number;
  char mark;
};

static int compare(const void *key, const void *element) {
  int number = *(const int *)key, other = ((const struct element *)element)->number;
  return (number > other) - (number < other);
}

// 0, 10, 20 ... in arrays of every length from none.
static void each_is_found_and_no_other(void **unused) {
  (void)unused;
  struct element all[40];
  for (int i = 0; i < 40; i++)
    all[i] = (struct element){i * 10, 'a'};
  for (int count = 0; count <= 40; count++) {
    const struct ha_sorted sorted = {all, (size_t)count, sizeof(*all), compare};
    for (int number = -1; number <= count * 10; number++) {
      bool is_there = number >= 0 && number % 10 == 0 && number < count * 10;
      assert_int_equal(ha_search(&sorted, &number), (number + 9) / 10);
      assert_ptr_equal(ha_search_find(&sorted, &number),
                       is_there ? &all[number / 10] : NULL);
    }
  }
}

static void the_first_of_several_is_found(void **unused) {
  (void)unused;
  struct element all[] = {{1, 'a'}, {2, 'a'}, {2, 'b'}, {2, 'c'}, {3, 'a'}};
  const struct ha_sorted sorted = {all, 5, sizeof(*all), compare};
  assert_ptr_equal(ha_search_find(&sorted, &(int){2}), &all[1]);
}

static void nothing_is_found_in_nothing(void **unused) {
  (void)unused;
  const struct ha_sorted none = {NULL, 0, sizeof(struct element), compare};
  assert_int_equal(ha_search(&none, &(int){1}), 0);
  assert_null(ha_search_find(&none, &(int){1}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_found_and_no_other),
      cmocka_unit_test(the_first_of_several_is_found),
      cmocka_unit_test(nothing_is_found_in_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
