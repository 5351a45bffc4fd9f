// SPDX-License-Identifier: MIT
// Is it known what lies where its MIB allows?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/range.h"

#include <string.h>

#include "common/core/array.h"

static struct smi_value number(enum smi_type type, int64_t n) {
  return (struct smi_value){.type = type, .number = (uint64_t)n};
}

static void both_bounds_belong_to_it(void **unused) {
  (void)unused;
  static const struct range share[] = {{-1, -1}, {0, 100}};
  static const struct {
    int64_t number;
    bool fits;
  } cases[] = {{INT32_MIN, false}, {-2, false},  {-1, true},
               {0, true},          {1, true},    {99, true},
               {100, true},        {101, false}, {INT32_MAX, false}};
  for (size_t i = 0; i < HA_COUNT_OF(cases); i++) {
    struct smi_value value = number(SMI_INTEGER32, cases[i].number);
    assert_int_equal(range_fits(share, HA_COUNT_OF(share), &value), cases[i].fits);
  }
}

static void a_hole_is_outside(void **unused) {
  (void)unused;
  static const struct range states[] = {{1, 1}, {3, 3}};
  struct smi_value one = number(SMI_INTEGER32, 1), two = number(SMI_INTEGER32, 2);
  assert_true(range_fits(states, HA_COUNT_OF(states), &one));
  assert_false(range_fits(states, HA_COUNT_OF(states), &two));
}

static void an_unsigned_number_is_none_below_0(void **unused) {
  (void)unused;
  static const struct range high[] = {{10, UINT32_MAX}};
  struct smi_value most = number(SMI_GAUGE32, UINT32_MAX), nine = number(SMI_GAUGE32, 9);
  assert_true(range_fits(high, 1, &most));
  assert_false(range_fits(high, 1, &nine));
}

static void a_string_is_judged_by_its_octets(void **unused) {
  (void)unused;
  static const struct range sizes[] = {{0, 0}, {4, 4}};
  static const char text[] = "12345";
  for (uint32_t length = 0; length <= 5; length++) {
    struct smi_value value = {
        .type = SMI_OCTET_STRING, .length = length, .bytes = (const uint8_t *)text};
    assert_int_equal(range_fits(sizes, HA_COUNT_OF(sizes), &value),
                     length == 0 || length == 4);
  }
}

// Counters and addresses have no ranges in SMIv2, whatever a file says of them.
static void what_has_no_range_fits(void **unused) {
  (void)unused;
  static const struct range narrow[] = {{1, 2}};
  static const enum smi_type types[] = {SMI_COUNTER32, SMI_COUNTER64, SMI_TIME_TICKS,
                                        SMI_IP_ADDRESS, SMI_OBJECT_IDENTIFIER};
  for (size_t i = 0; i < HA_COUNT_OF(types); i++) {
    struct smi_value value = number(types[i], 77);
    assert_true(range_fits(narrow, 1, &value));
  }
  struct smi_value any = number(SMI_INTEGER32, 77);
  assert_true(range_fits(NULL, 0, &any));
}

static void a_person_reads_it_as_in_the_mib(void **unused) {
  (void)unused;
  static const struct range share[] = {{-1, -1}, {0, 100}, {10, UINT32_MAX}};
  char text[64];
  assert_string_equal(range_format(share, 3, text, sizeof(text)),
                      "-1, 0..100, 10..4294967295");
  assert_string_equal(range_format(NULL, 0, text, sizeof(text)), "");
}

// An enumeration may have hundreds of names: what there is no room for is cut off.
static void a_long_one_is_cut(void **unused) {
  (void)unused;
  static const struct range share[] = {{-1, -1}, {0, 100}, {200, 300}};
  char guarded[32];
  for (size_t size = 1; size <= sizeof(guarded) - 1; size++) {
    memset(guarded, '#', sizeof(guarded));
    assert_ptr_equal(range_format(share, 3, guarded, size), guarded);
    assert_true(strlen(guarded) < size);
    assert_memory_equal(guarded, "-1, 0..100, 200..300", strlen(guarded));
    assert_int_equal(guarded[size], '#');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_bounds_belong_to_it),
      cmocka_unit_test(a_hole_is_outside),
      cmocka_unit_test(an_unsigned_number_is_none_below_0),
      cmocka_unit_test(a_string_is_judged_by_its_octets),
      cmocka_unit_test(what_has_no_range_fits),
      cmocka_unit_test(a_person_reads_it_as_in_the_mib),
      cmocka_unit_test(a_long_one_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
