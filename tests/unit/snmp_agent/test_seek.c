// SPDX-License-Identifier: MIT
// Is the right place found from wherever the search begins, and a walk's next place soon?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/seek.h"

enum { LEN = 1000 };

// The first `before` positions belong before what is looked for.
struct list {
  size_t length, before;
  unsigned looks;
};

static bool is_before(const void *context, size_t position) {
  struct list *list = (struct list *)context;
  assert_true(position < list->length);
  list->looks++;
  return position < list->before;
}

static void every_place_is_found_from_everywhere(void **unused) {
  (void)unused;
  for (size_t length = 0; length <= 9; length++) {
    for (size_t place = 0; place <= length; place++) {
      for (size_t near = 0; near <= length + 2; near++) {
        struct list list = {length, place, 0};
        assert_int_equal(seek(length, near, is_before, &list), place);
      }
    }
  }
}

static void a_walk_looks_twice_for_each_place(void **unused) {
  (void)unused;
  size_t near = 0;
  for (size_t place = 0; place <= LEN; place++) {
    for (int again = 0; again < 2; again++) {
      struct list list = {LEN, place, 0};
      near = seek(LEN, near, is_before, &list);
      assert_int_equal(near, place);
      assert_true(list.looks <= 2);
    }
  }
}

static void a_far_place_is_found_by_halving(void **unused) {
  (void)unused;
  for (size_t place = 0; place <= LEN; place++) {
    struct list list = {LEN, place, 0};
    assert_int_equal(seek(LEN, LEN - place, is_before, &list), place);
    assert_true(list.looks <= 2 + 10); // 2^10 > LEN
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_place_is_found_from_everywhere),
      cmocka_unit_test(a_walk_looks_twice_for_each_place),
      cmocka_unit_test(a_far_place_is_found_by_halving),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
