// SPDX-License-Identifier: MIT
// Are OIDs parsed, printed and ordered as SNMP wants them?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/oid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const char *a, const char *b) {
  struct oid x, y;
  assert_int_equal(oid_parse(a, &x), 0);
  assert_int_equal(oid_parse(b, &y), 0);
  int order = oid_compare(x.sub, x.length, y.sub, y.length);
  assert_int_equal(oid_compare(y.sub, y.length, x.sub, x.length), -order);
  return order;
}

static void compares_as_a_walk_meets_them(void **unused) {
  (void)unused;
  static const char *const ordered[] = {
      "0",    "1", "1.0", "1.0.4294967295", "1.1",       "1.2",
      "1.10", "2", "10",  "2147483648",     "4294967295"};
  size_t n = sizeof(ordered) / sizeof(ordered[0]);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      assert_int_equal(compare(ordered[i], ordered[j]), (i > j) - (i < j));
}

static void the_empty_oid_is_before_all(void **unused) {
  (void)unused;
  uint32_t zero = 0;
  assert_int_equal(oid_compare(NULL, 0, &zero, 1), -1);
  assert_int_equal(oid_compare(NULL, 0, NULL, 0), 0);
}

static void knows_prefixes(void **unused) {
  (void)unused;
  struct oid a = {3, {1, 3, 6}}, b = {3, {1, 3, 7}};
  assert_true(oid_starts_with(a.sub, 3, a.sub, 3));
  assert_true(oid_starts_with(a.sub, 3, b.sub, 2));
  assert_false(oid_starts_with(a.sub, 3, b.sub, 3));
  assert_false(oid_starts_with(a.sub, 2, a.sub, 3));
  assert_true(oid_starts_with(a.sub, 3, b.sub, 0));
  assert_int_equal(oid_common_length(a.sub, 3, b.sub, 3), 2);
  assert_int_equal(oid_common_length(a.sub, 1, b.sub, 3), 1);
}

static void parses_both_forms(void **unused) {
  (void)unused;
  struct oid oid;
  assert_int_equal(oid_parse(".1.3.4294967295", &oid), 0);
  assert_int_equal(oid.length, 3);
  assert_int_equal(oid.sub[2], UINT32_MAX);
  assert_int_equal(oid_parse("1", &oid), 0);
  assert_int_equal(oid.length, 1);
}

static void refuses_what_is_no_oid(void **unused) {
  (void)unused;
  static const char *const bad[] = {
      "",    ".",   "1.",         "1..2", "..1",     "1.-2", "1.2x",
      "a.1", "1 2", "4294967296", "1.+2", "1.3.0x1", " 1.3", "99999999999999999999999"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct oid oid = {.length = 77};
    assert_int_equal(oid_parse(bad[i], &oid), -EINVAL);
    assert_int_equal(oid.length, 77);
  }
}

static void ends_at_128_parts(void **unused) {
  (void)unused;
  char text[3 * OID_LENGTH_MAX] = "1";
  for (int i = 1; i < OID_LENGTH_MAX; i++)
    strcat(text, ".2");
  struct oid oid, kept = {.length = 5};
  assert_int_equal(oid_parse(text, &oid), 0);
  assert_int_equal(oid.length, OID_LENGTH_MAX);
  strcat(text, ".2");
  assert_int_equal(oid_parse(text, &kept), -ENAMETOOLONG);
  assert_int_equal(kept.length, 5);

  uint32_t one = 1;
  assert_int_equal(oid_append(&oid, &one, 1), -ENAMETOOLONG);
  assert_int_equal(oid.length, OID_LENGTH_MAX);
  assert_int_equal(oid_append(&oid, NULL, 0), 0);
  oid.length--;
  assert_int_equal(oid_append(&oid, &one, 1), 0);
  assert_int_equal(oid_append(&oid, &one, SIZE_MAX), -ENAMETOOLONG);
}

static void prints_what_fits(void **unused) {
  (void)unused;
  uint32_t sub[OID_LENGTH_MAX];
  for (size_t i = 0; i < OID_LENGTH_MAX; i++)
    sub[i] = UINT32_MAX;
  char buf[OID_TEXT_SIZE];
  assert_int_equal(strlen(oid_format(sub, OID_LENGTH_MAX, buf, sizeof(buf))),
                   OID_LENGTH_MAX * 11 - 1);
  struct oid back;
  assert_int_equal(oid_parse(buf, &back), 0);
  assert_memory_equal(back.sub, sub, sizeof(sub));
  assert_string_equal(oid_format(sub, 3, buf, 8), "4294967");
  assert_string_equal(oid_format(sub, 0, buf, 8), "");
  assert_ptr_equal(oid_format(sub, 1, buf, 0), buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compares_as_a_walk_meets_them),
      cmocka_unit_test(the_empty_oid_is_before_all),
      cmocka_unit_test(knows_prefixes),
      cmocka_unit_test(parses_both_forms),
      cmocka_unit_test(refuses_what_is_no_oid),
      cmocka_unit_test(ends_at_128_parts),
      cmocka_unit_test(prints_what_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
