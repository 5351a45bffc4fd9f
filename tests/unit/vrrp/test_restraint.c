// SPDX-License-Identifier: MIT
// Is what strangers can repeat for ever told only now and then?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/budget.h"
#include "core/rejections.h"

static void test_a_reason_is_news_once(void **state) {
  (void)state;
  struct vrrp_rejections rejections = {0};

  assert_true(vrrp_rejections_count(&rejections, VRRP_REJECT_TTL, 1000));
  for (vrrp_time at = 1001; at < 2000; at++)
    assert_false(vrrp_rejections_count(&rejections, VRRP_REJECT_TTL, at));
  assert_true(vrrp_rejections_count(&rejections, VRRP_REJECT_CARP, 1500));
  assert_int_equal(rejections.count[VRRP_REJECT_TTL], 1000);
  assert_int_equal(rejections.count[VRRP_REJECT_CARP], 1);
}

static void test_a_reason_ends_after_quiet(void **state) {
  (void)state;
  struct vrrp_rejections rejections = {0};
  vrrp_time last = 5 * VRRP_SECOND, end = last + VRRP_REJECTIONS_QUIET;

  vrrp_rejections_count(&rejections, VRRP_REJECT_TTL, last);
  assert_int_equal(vrrp_rejections_take_ended(&rejections, end - 1), 0);
  assert_int_equal(vrrp_rejections_take_ended(&rejections, end), 1u << VRRP_REJECT_TTL);
  assert_int_equal(vrrp_rejections_take_ended(&rejections, end), 0);
  assert_true(vrrp_rejections_count(&rejections, VRRP_REJECT_TTL, end + 1));
}

static void test_budget_is_spent_and_refilled(void **state) {
  (void)state;
  struct vrrp_budget budget = {0};
  vrrp_time now = 100 * VRRP_SECOND;

  for (int i = 0; i < VRRP_BUDGET_BURST; i++)
    assert_true(vrrp_budget_take(&budget, now));
  assert_false(vrrp_budget_take(&budget, now));
  assert_false(vrrp_budget_take(&budget, now + VRRP_BUDGET_SPAN - 1));
  assert_true(vrrp_budget_take(&budget, now + VRRP_BUDGET_SPAN));
  assert_false(vrrp_budget_take(&budget, now + VRRP_BUDGET_SPAN));
  now += 1000 * VRRP_SECOND;
  for (int i = 0; i < VRRP_BUDGET_BURST; i++)
    assert_true(vrrp_budget_take(&budget, now));
  assert_false(vrrp_budget_take(&budget, now));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_reason_is_news_once),
      cmocka_unit_test(test_a_reason_ends_after_quiet),
      cmocka_unit_test(test_budget_is_spent_and_refilled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
