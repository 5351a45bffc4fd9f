// SPDX-License-Identifier: MIT
// Is nothing wrong told, and the last word never lost, however many events wait?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/event.h"

#include <stdlib.h>

static void add(struct vrrp_events *events, enum vrrp_event_kind kind,
                enum vrrp_problem problem, vrrp_time at) {
  vrrp_events_add(events,
                  &(struct vrrp_event){.kind = kind, .problem = problem, .at = at});
}

static void test_the_order_stays(void **state) {
  (void)state;
  struct vrrp_events events = {0};

  assert_false(vrrp_events_waiting(&events));
  add(&events, VRRP_EVENT_NEW_MASTER, 0, 1);
  add(&events, VRRP_EVENT_RAISED, VRRP_PROBLEM_FLAPPING, 2);
  add(&events, VRRP_EVENT_CLEARED, VRRP_PROBLEM_FLAPPING, 3);
  add(&events, VRRP_EVENT_NEW_MASTER, 0, 4);
  assert_true(vrrp_events_waiting(&events));
  assert_int_equal(events.count, 4);
  for (unsigned i = 0; i < events.count; i++)
    assert_int_equal(events.all[i].at, i + 1);
  assert_int_equal(events.merged, 0);
}

static void test_the_newest_of_a_full_queue_stays(void **state) {
  (void)state;
  struct vrrp_events events = {0};

  add(&events, VRRP_EVENT_STATE, 0, 1);
  for (vrrp_time at = 2; at <= 1000; at++)
    add(&events, VRRP_EVENT_NEW_MASTER, 0, at);
  assert_int_equal(events.count, VRRP_EVENTS_MAX);
  assert_int_equal(events.all[0].kind, VRRP_EVENT_STATE);
  assert_int_equal(events.all[VRRP_EVENTS_MAX - 1].at, 1000);
  assert_int_equal(events.merged + events.count, 1000);
}

static void test_what_came_and_went_did_not_happen(void **state) {
  (void)state;
  struct vrrp_events events = {0};

  add(&events, VRRP_EVENT_RAISED, VRRP_PROBLEM_VERSION, 1);
  add(&events, VRRP_EVENT_CLEARED, VRRP_PROBLEM_VERSION, 2);
  for (vrrp_time at = 3; at <= VRRP_EVENTS_MAX + 1; at++)
    add(&events, VRRP_EVENT_STATE, 0, at);
  assert_int_equal(events.count, VRRP_EVENTS_MAX - 1);
  assert_int_equal(events.all[0].kind, VRRP_EVENT_STATE);
}

static void test_moving_keeps_all(void **state) {
  (void)state;
  struct vrrp_events from = {0}, to = {0};

  add(&to, VRRP_EVENT_NEW_MASTER, 0, 1);
  add(&from, VRRP_EVENT_MASTER_LOST, 0, 2);
  vrrp_events_move(&from, &to);
  assert_int_equal(to.count, 2);
  assert_int_equal(to.all[1].kind, VRRP_EVENT_MASTER_LOST);
  assert_true(vrrp_events_have(&to, VRRP_EVENT_NEW_MASTER));
  assert_false(vrrp_events_have(&to, VRRP_EVENT_RAISED));
  assert_false(vrrp_events_waiting(&from));
}

// Whoever believes what is told knows the truth in the end, at any pace of reading.
static void test_the_listener_is_right(void **state) {
  (void)state;
  struct vrrp_events events = {0};
  uint32_t truth = 0, told = 0;
  vrrp_time last_master = 0, told_master = 0;

  srand(1);
  for (vrrp_time at = 1; at <= 100000; at++) {
    unsigned problem = (unsigned)rand() % VRRP_PROBLEMS;
    if (rand() % 4 == 0) {
      add(&events, VRRP_EVENT_NEW_MASTER, 0, last_master = at);
    } else {
      truth ^= 1u << problem;
      add(&events, truth >> problem & 1 ? VRRP_EVENT_RAISED : VRRP_EVENT_CLEARED, problem,
          at);
    }
    assert_true(events.count <= VRRP_EVENTS_MAX);
    if (rand() % 100 != 0)
      continue;
    for (unsigned i = 0; i < events.count; i++) {
      const struct vrrp_event *event = &events.all[i];
      if (event->kind == VRRP_EVENT_NEW_MASTER) {
        told_master = event->at;
        continue;
      }
      assert_int_equal(told >> event->problem & 1, event->kind == VRRP_EVENT_CLEARED);
      told ^= 1u << event->problem;
    }
    events = (struct vrrp_events){0};
    assert_int_equal(told, truth);
    assert_int_equal(told_master, last_master);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_order_stays),
      cmocka_unit_test(test_the_newest_of_a_full_queue_stays),
      cmocka_unit_test(test_what_came_and_went_did_not_happen),
      cmocka_unit_test(test_moving_keeps_all),
      cmocka_unit_test(test_the_listener_is_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
