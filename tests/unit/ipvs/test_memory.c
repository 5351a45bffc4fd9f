// SPDX-License-Identifier: MIT
// Is a real server that left kept, and for how long? When is which number due?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/changes.h"
#include "core/memory.h"
#include "objects.h"

#include <stdio.h>

#define SERVICE(n) service_key("192.0.2." #n, IPPROTO_TCP, 80)

// The last poll, and what was told since the test last looked.
static struct ipvs_snapshot last;
static char told[1024];

static int begin(void **state) {
  (void)state;
  told[0] = '\0';
  return 0;
}

static int end(void **state) {
  (void)state;
  ipvs_snapshot_clear(&last);
  return 0;
}

static void note(void *context, const struct ipvs_change *change) {
  (void)context;
  size_t used = strlen(told);
  snprintf(told + used, sizeof(told) - used, "%s %s\n", ipvs_event_text(change->event),
           change->destination != NULL ? change->destination->name
                                       : change->service->name);
}

static void poll_all(struct ipvs_snapshot *now, struct ipvs_memory memory) {
  memory.netns = "";
  ipvs_snapshot_settle(now);
  assert_int_equal(ipvs_remember(&last, now, &memory), 0);
  told[0] = '\0';
  ipvs_changes(&last, now, note, NULL);
  ipvs_snapshot_clear(&last);
  last = *now;
}

// A poll at this second of 192.0.2.1:80 with real servers of these weights, -1: none.
static const struct ipvs_service *poll_at(int64_t second, const int *weights,
                                          size_t weight_count) {
  struct ipvs_snapshot now = {0};
  add_service(&now, SERVICE(1), weights, weight_count);
  poll_all(&now, (struct ipvs_memory){.now = second, .forget_after = 100});
  return &last.services[0];
}

#define POLL_AT(second, ...)                                                             \
  poll_at(second, (int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void check_sums(const struct ipvs_service *service, unsigned servers, unsigned up,
                       unsigned missing) {
  assert_int_equal(service->sums.servers, servers);
  assert_int_equal(service->sums.servers_up, up);
  assert_int_equal(service->sums.servers_missing, missing);
}

// --- missing real servers ------------------------------------------------------------

static void test_two_of_three(void **state) {
  (void)state;
  check_sums(POLL_AT(0, 1, 2, 3), 3, 3, 0);
  const struct ipvs_service *service = POLL_AT(10, 1, -1, 3);
  check_sums(service, 3, 2, 1);
  assert_string_equal(told, "server_gone 10.0.0.2_80\n");
  const struct ipvs_destination *gone = &service->destinations[1];
  assert_true(gone->missing);
  assert_int_equal(gone->weight, 0);
  assert_string_equal(gone->name, "10.0.0.2_80");
}

static void test_it_is_forgotten_in_time(void **state) {
  (void)state;
  POLL_AT(0, 1, 2, 3);
  POLL_AT(10, 1, -1, 3);
  check_sums(POLL_AT(109, 1, -1, 3), 3, 2, 1);
  assert_string_equal(told, "");
  check_sums(POLL_AT(110, 1, -1, 3), 2, 2, 0);
  assert_string_equal(told, "server_forgotten 10.0.0.2_80\n");
}

static void test_it_comes_back(void **state) {
  (void)state;
  POLL_AT(0, 1, 2);
  POLL_AT(10, 1, -1);
  check_sums(POLL_AT(20, 1, 5), 2, 2, 0);
  assert_string_equal(told, "server_back 10.0.0.2_80\n");
  POLL_AT(90, 1, -1);
  check_sums(POLL_AT(189, 1, -1), 2, 1, 1); // counted from its second leave
}

static void test_the_last_one_stays_missing(void **state) {
  (void)state;
  POLL_AT(0, 7);
  check_sums(POLL_AT(10, -1), 1, 0, 1);
  assert_string_equal(told, "server_gone 10.0.0.1_80\nquorum_lost 192.0.2.1_TCP80\n");
}

static void test_it_goes_with_its_service(void **state) {
  (void)state;
  POLL_AT(0, 1, 2);
  POLL_AT(10, 1, -1);
  poll_all(&(struct ipvs_snapshot){0},
           (struct ipvs_memory){.now = 20, .forget_after = 100});
  assert_int_equal(last.service_count, 0);
  assert_string_equal(told, "service_gone 192.0.2.1_TCP80\n");
  check_sums(POLL_AT(30, 1, -1), 1, 1, 0);
}

static void test_no_memory_is_wanted(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  POLL_AT(0, 1, 2);
  add_service(&now, SERVICE(1), (int[]){1}, 1);
  poll_all(&now, (struct ipvs_memory){.now = 10, .forget_after = 0});
  check_sums(&last.services[0], 1, 1, 0);
  assert_string_equal(told, "server_gone 10.0.0.2_80\n");
}

static void test_missing_ones_are_bounded(void **state) {
  (void)state;
  int weights[200];
  for (size_t i = 0; i < 200; i++)
    weights[i] = 1;
  poll_at(0, weights, 200);
  weights[150] = -1;
  poll_at(1, weights, 200);
  for (size_t i = 0; i < 100; i++)
    weights[i] = -1;
  const struct ipvs_service *service = poll_at(2, weights, 200);
  check_sums(service, 99 + IPVS_MISSING_MAX, 99, IPVS_MISSING_MAX);
  struct ipvs_destination_key first = destination("10.0.0.151", 80, 0).key;
  assert_null(ipvs_service_find(service, &first)); // it left before the others
}

static void test_a_new_service_knows_nothing(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  POLL_AT(0, 1, 2);
  add_service(&now, SERVICE(1), (int[]){1, 2}, 2);
  add_service(&now, SERVICE(2), (int[]){1}, 1);
  poll_all(&now, (struct ipvs_memory){.now = 10, .forget_after = 100});
  assert_string_equal(last.services[1].name, "192.0.2.2_TCP80");
  assert_string_equal(last.services[1].destinations[0].name, "10.0.0.1_80");
  assert_string_equal(told, "service_new 192.0.2.2_TCP80\n");
}

// --- what is due ---------------------------------------------------------------------

static void test_all_is_due_at_first(void **state) {
  (void)state;
  const struct ipvs_service *service = POLL_AT(0, 1, 1);
  assert_int_equal(service->standing.due, IPVS_DUE_FACTS);
  assert_int_equal(service->destinations[1].standing.due, IPVS_DUE_FACTS);
}

// Of eight servers, and in sixteen polls.
static void test_turns(void **state) {
  (void)state;
  unsigned numbers[8] = {0}, facts[8] = {0};
  POLL_AT(0, 1, 1, 1, 1, 1, 1, 1, 1);
  for (int i = 0; i < IPVS_FACTS_TURNS; i++) {
    const struct ipvs_service *service = POLL_AT(0, 1, 1, 1, 1, 1, 1, 1, 1);
    unsigned due = 0;
    for (size_t k = 0; k < 8; k++) {
      enum ipvs_due each = service->destinations[k].standing.due;
      numbers[k] += each != IPVS_DUE_COUNTERS;
      facts[k] += each == IPVS_DUE_FACTS;
      due += each != IPVS_DUE_COUNTERS;
    }
    assert_int_equal(due, 4);
  }
  for (size_t k = 0; k < 8; k++) {
    assert_int_equal(numbers[k], IPVS_FACTS_TURNS / IPVS_NUMBERS_TURNS);
    assert_int_equal(facts[k], 1);
  }
}

// Whether a change of this field of 10.0.0.1 makes its facts due at once.
static enum ipvs_due due_after(size_t field, size_t size) {
  struct ipvs_snapshot now = {0};
  ipvs_snapshot_clear(&last);
  POLL_AT(0, 1, 1);
  POLL_AT(0, 1, 1);
  while (last.services[0].destinations[0].standing.due != IPVS_DUE_COUNTERS)
    POLL_AT(0, 1, 1); // the next one would be its turn
  POLL_AT(0, 1, 1);
  add_service(&now, SERVICE(1), (int[]){1, 1}, 2);
  memset((char *)&now.services[0].destinations[0] + field, 7, size);
  poll_all(&now, (struct ipvs_memory){0});
  return last.services[0].destinations[0].standing.due;
}

#define DUE_AFTER(member)                                                                \
  due_after(offsetof(struct ipvs_destination, member),                                   \
            sizeof(((struct ipvs_destination *)0)->member))

static void test_a_changed_state_is_due_at_once(void **state) {
  (void)state;
  assert_int_equal(DUE_AFTER(weight), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(upper_threshold), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(lower_threshold), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(forwarding), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(tunnel_type), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(tunnel_port), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(tunnel_flags), IPVS_DUE_FACTS);
  assert_int_equal(DUE_AFTER(active), IPVS_DUE_COUNTERS);
  assert_int_equal(DUE_AFTER(stats.connection_rate), IPVS_DUE_COUNTERS);
}

static void test_a_service_is_due_with_its_servers(void **state) {
  (void)state;
  POLL_AT(0, 1, 1);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(POLL_AT(0, 1, 0)->standing.due, IPVS_DUE_FACTS);
    assert_int_equal(POLL_AT(0, 1, 1)->standing.due, IPVS_DUE_FACTS);
  }
}

static void test_all_is_due_after_a_fault(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  for (int i = 0; i < 2; i++)
    POLL_AT(0, 1, 1);
  add_service(&now, SERVICE(1), (int[]){1, 1}, 2);
  poll_all(&now, (struct ipvs_memory){.tell_all = true});
  assert_int_equal(last.services[0].standing.due, IPVS_DUE_FACTS);
  assert_int_equal(last.services[0].destinations[0].standing.due, IPVS_DUE_FACTS);
  assert_int_equal(last.services[0].destinations[1].standing.due, IPVS_DUE_FACTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_two_of_three),
      TEST(test_it_is_forgotten_in_time),
      TEST(test_it_comes_back),
      TEST(test_the_last_one_stays_missing),
      TEST(test_it_goes_with_its_service),
      TEST(test_no_memory_is_wanted),
      TEST(test_missing_ones_are_bounded),
      TEST(test_a_new_service_knows_nothing),
      TEST(test_all_is_due_at_first),
      TEST(test_turns),
      TEST(test_a_changed_state_is_due_at_once),
      TEST(test_a_service_is_due_with_its_servers),
      TEST(test_all_is_due_after_a_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
