// SPDX-License-Identifier: MIT
// Are the right names chosen?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/selection.h"

#include <errno.h>
#include <string.h>

static void no_entry_chooses_all(void **state) {
  (void)state;
  struct ha_selection selection = {0};
  assert_true(ha_selection_wants(&selection, false, "a"));
  assert_true(ha_selection_wants(&selection, true, "a"));
}

static void exact_and_regular(void **state) {
  (void)state;
  struct ha_selection selection = {0};
  char error[64] = "";
  assert_int_equal(ha_selection_add(&selection, "192.0.2.1_TCP80", error, 64), 0);
  assert_int_equal(ha_selection_add(&selection, "/_UDP(53|123)$/", error, 64), 0);
  static const struct {
    const char *name;
    bool chosen;
  } cases[] = {
      {"192.0.2.1_TCP80", true},  {"192.0.2.1_TCP8", false}, {"192.0.2.1_TCP800", false},
      {"fd00::1_UDP53", true},    {"fd00::1_UDP123", true},  {"fd00::1_UDP530", false},
      {"192x0.2.1_TCP80", false}, /* exact names are no expressions */
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    assert_int_equal(ha_selection_wants(&selection, false, cases[i].name),
                     cases[i].chosen);
    assert_int_equal(ha_selection_wants(&selection, true, cases[i].name),
                     !cases[i].chosen);
  }
  ha_selection_clear(&selection);
  assert_true(ha_selection_wants(&selection, false, "anything"));
}

static void all_by_a_star(void **state) {
  (void)state;
  struct ha_selection selection = {0};
  char error[64] = "";
  assert_int_equal(ha_selection_add(&selection, "*", error, sizeof(error)), 0);
  assert_true(ha_selection_wants(&selection, false, "anything"));
  assert_false(ha_selection_wants(&selection, true, "anything"));
  ha_selection_clear(&selection);
}

static void wrong_entries(void **state) {
  (void)state;
  struct ha_selection selection = {0};
  char error[64] = "";
  assert_int_equal(ha_selection_add(&selection, "/[/", error, sizeof(error)), -EINVAL);
  assert_true(strlen(error) > 0);
  error[0] = '\0';
  assert_int_equal(ha_selection_add(&selection, "", error, sizeof(error)), -EINVAL);
  assert_true(strlen(error) > 0);
  assert_int_equal(selection.entry_count, 0);
  assert_int_equal(ha_selection_add(&selection, "//", error, sizeof(error)), 0);
  assert_true(ha_selection_wants(&selection, false, "//"));
  ha_selection_clear(&selection);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_entry_chooses_all),
      cmocka_unit_test(exact_and_regular),
      cmocka_unit_test(all_by_a_star),
      cmocka_unit_test(wrong_entries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
