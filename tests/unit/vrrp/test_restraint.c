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

static void spend_all(struct vrrp_budget *budget, vrrp_time *now) {
  vrrp_time again;

  for (int i = 0; i < VRRP_BUDGET_BURST; i++, *now += VRRP_BUDGET_REST)
    assert_true(vrrp_budget_take(budget, *now, &again));
}

static void test_budget_is_spent_and_refilled(void **state) {
  (void)state;
  struct vrrp_budget budget = {0};
  vrrp_time now = 100 * VRRP_SECOND, again = 0;

  spend_all(&budget, &now);
  assert_false(vrrp_budget_take(&budget, now, &again));
  assert_false(vrrp_budget_take(&budget, again - 1, &now));
  assert_true(vrrp_budget_take(&budget, again, &now));
  assert_true(again == 100 * VRRP_SECOND + VRRP_BUDGET_SPAN);
  assert_false(vrrp_budget_take(&budget, again + VRRP_BUDGET_REST, &again));
  now = 1000 * VRRP_SECOND;
  spend_all(&budget, &now);
  assert_false(vrrp_budget_take(&budget, now, &again));
}

static void test_budget_rests_between_two(void **state) {
  (void)state;
  struct vrrp_budget budget = {0};
  vrrp_time now = 100 * VRRP_SECOND, again = 0;

  assert_true(vrrp_budget_take(&budget, now, &again));
  assert_false(vrrp_budget_take(&budget, now + VRRP_BUDGET_REST - 1, &again));
  assert_true(again == now + VRRP_BUDGET_REST);
  assert_true(vrrp_budget_take(&budget, again, &now));
}

// The host's budget, whichever virtual router asks.
static void test_a_bucket_has_the_pace_it_is_given(void **state) {
  (void)state;
  static const struct vrrp_pace pace = {50, 20 * VRRP_MILLISECOND};
  struct vrrp_bucket bucket = {0};
  vrrp_time now = 10 * VRRP_SECOND, again;
  unsigned taken = 0;

  for (int i = 0; i < 1000; i++)
    taken += vrrp_bucket_take(&bucket, &pace, now, &again);
  assert_int_equal(taken, 50);
  assert_true(again == now + pace.span);
  for (vrrp_time at = now; at < now + 10 * VRRP_SECOND; at += VRRP_MILLISECOND)
    taken += vrrp_bucket_take(&bucket, &pace, at, &again);
  assert_int_equal(taken, 50 + 499);
  now += 100 * VRRP_SECOND;
  taken = 0;
  for (int i = 0; i < 1000; i++)
    taken += vrrp_bucket_take(&bucket, &pace, now, &again);
  assert_int_equal(taken, 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_reason_is_news_once),
      cmocka_unit_test(test_a_reason_ends_after_quiet),
      cmocka_unit_test(test_budget_is_spent_and_refilled),
      cmocka_unit_test(test_a_bucket_has_the_pace_it_is_given),
      cmocka_unit_test(test_budget_rests_between_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
