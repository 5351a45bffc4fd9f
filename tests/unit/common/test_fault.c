// SPDX-License-Identifier: MIT
// Is a fault said once, and its end once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"
#include "common/core/fault.h"

#include <errno.h>

static void a_fault_is_said_once(void **unused) {
  (void)unused;
  static const struct {
    int status;
    enum ha_news news;
  } tries[] = {
      {0, HA_NOTHING_NEW},  {-EPERM, HA_BEGUN}, {-EPERM, HA_NOTHING_NEW},
      {-ENOBUFS, HA_BEGUN}, {0, HA_OVER},       {0, HA_NOTHING_NEW},
      {-ENOBUFS, HA_BEGUN}, {0, HA_OVER},
  };
  struct ha_fault fault = {0};
  for (size_t i = 0; i < HA_COUNT_OF(tries); i++)
    assert_int_equal(ha_fault_watch(&fault, tries[i].status), tries[i].news);
}

// Of what was not tried yet, the first success is news, too; but it is no fault.
static void a_first_success_is_said(void **unused) {
  (void)unused;
  struct ha_fault fault = {HA_FAULT_UNTRIED};
  assert_false(ha_fault_is_said(&fault));
  assert_int_equal(ha_fault_watch(&fault, 0), HA_OVER);
  assert_int_equal(ha_fault_watch(&fault, 0), HA_NOTHING_NEW);
  fault.status = HA_FAULT_UNTRIED;
  assert_int_equal(ha_fault_watch(&fault, -EPERM), HA_BEGUN);
}

static void what_is_wrong_or_not_is_said_once(void **unused) {
  (void)unused;
  struct ha_fault fault = {0};
  assert_int_equal(ha_fault_judge(&fault, false), HA_NOTHING_NEW);
  assert_int_equal(ha_fault_judge(&fault, true), HA_BEGUN);
  assert_true(ha_fault_is_said(&fault));
  assert_int_equal(ha_fault_judge(&fault, true), HA_NOTHING_NEW);
  assert_int_equal(ha_fault_judge(&fault, false), HA_OVER);
  assert_false(ha_fault_is_said(&fault));
}

// It is over when nothing more was lost for 60.
static void a_loss_is_said_once(void **unused) {
  (void)unused;
  static const struct {
    uint64_t count, now;
    enum ha_news news;
  } looks[] = {
      {0, 5, HA_NOTHING_NEW},    {3, 10, HA_BEGUN},        {3, 50, HA_NOTHING_NEW},
      {9, 60, HA_NOTHING_NEW},   {9, 119, HA_NOTHING_NEW}, {9, 120, HA_OVER},
      {9, 500, HA_NOTHING_NEW},  {10, 501, HA_BEGUN},      {11, 502, HA_NOTHING_NEW},
      {11, 400, HA_NOTHING_NEW}, {11, 562, HA_OVER},
  };
  struct ha_loss loss = {0};
  for (size_t i = 0; i < HA_COUNT_OF(looks); i++)
    assert_int_equal(ha_loss_watch(&loss, looks[i].count, looks[i].now, 60),
                     looks[i].news);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fault_is_said_once),
      cmocka_unit_test(a_first_success_is_said),
      cmocka_unit_test(what_is_wrong_or_not_is_said_once),
      cmocka_unit_test(a_loss_is_said_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
