// SPDX-License-Identifier: MIT
// Does a snapshot hold each row once, and is a change told once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/changes.h"
#include "core/memory.h"
#include "objects.h"

#include <stdio.h>

#define SERVICE(n) service_key("192.0.2." #n, IPPROTO_TCP, 80)

// --- snapshots ----------------------------------------------------------------

static void test_empty(void **state) {
  (void)state;
  struct ipvs_snapshot snapshot = {0};
  const struct ipvs_service *service;
  const struct ipvs_destination *server;
  ipvs_snapshot_settle(&snapshot);
  assert_false(ipvs_snapshot_find_named(&snapshot, "a", "b", &service, &server));
  ipvs_snapshot_clear(&snapshot);
}

static void test_duplicates_are_dropped_and_order_made(void **state) {
  (void)state;
  struct ipvs_snapshot snapshot = {0};
  for (int i = 0; i < 300; i++) {
    struct ipvs_service_key key = SERVICE(0);
    key.address[3] = (uint8_t)((i * 7) % 100);
    add_service(&snapshot, key, (int[]){i / 100, 2}, 2);
  }
  ipvs_snapshot_settle(&snapshot);
  assert_int_equal(snapshot.service_count, 100);
  for (size_t i = 0; i < 100; i++) {
    assert_int_equal(snapshot.services[i].key.address[3], i);
    assert_int_equal(snapshot.services[i].destination_count, 2);
    assert_int_equal(snapshot.services[i].destinations[0].weight, 2); // read last
  }
  ipvs_snapshot_clear(&snapshot);
}

static void test_real_servers_are_summed_once(void **state) {
  (void)state;
  struct ipvs_service service = {0};
  struct ipvs_destinations list = {0};
  for (int i = 0; i < 60; i++) {
    struct ipvs_destination server = destination("10.0.0.0", 80, i % 20 % 2);
    server.key.address[3] = (uint8_t)(i % 20);
    server.active = 10, server.inactive = 20, server.persistent = 30;
    assert_int_equal(ipvs_destinations_add(&list, &server), 0);
  }
  ipvs_service_settle(&service, &list);
  assert_null(list.list);
  assert_int_equal(service.destination_count, 20);
  assert_int_equal(service.sums.servers, 20);
  assert_int_equal(service.sums.servers_up, 10);
  assert_int_equal(service.sums.active, 200);
  assert_int_equal(service.sums.inactive, 400);
  assert_int_equal(service.sums.persistent, 600);
  free(service.destinations);
}

static void test_a_missing_real_server_is_noticed(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){1, 1, 1}, 3);
  add_service(&now, SERVICE(1), (int[]){1, -1, 1}, 3);
  assert_false(ipvs_service_has_all(&now.services[0], &before.services[0]));
  assert_true(ipvs_service_has_all(&before.services[0], &now.services[0]));
  ipvs_snapshot_clear(&before);
  ipvs_snapshot_clear(&now);
}

static void test_finding_by_name(void **state) {
  (void)state;
  struct ipvs_snapshot snapshot = {0};
  const struct ipvs_service *service = NULL;
  const struct ipvs_destination *server = NULL;
  add_service(&snapshot, SERVICE(1), (int[]){1, 2}, 2);
  add_service(&snapshot, SERVICE(2), (int[]){3, 4}, 2);
  ipvs_snapshot_settle(&snapshot);
  assert_int_equal(ipvs_remember(&(struct ipvs_snapshot){0}, &snapshot,
                                 &(struct ipvs_memory){.netns = ""}),
                   0);
  assert_true(ipvs_snapshot_find_named(&snapshot, "192.0.2.2_TCP80", "10.0.0.2_80",
                                       &service, &server));
  assert_int_equal(server->weight, 4);
  server = NULL;
  assert_false(ipvs_snapshot_find_named(&snapshot, "192.0.2.2_TCP80", "10.0.0.3_80",
                                        &service, &server));
  assert_false(ipvs_snapshot_find_named(&snapshot, "192.0.2.3_TCP80", "10.0.0.2_80",
                                        &service, &server));
  assert_null(server);
  ipvs_snapshot_clear(&snapshot);
}

// --- changes -------------------------------------------------------------------

struct told {
  char text[512];
};

static void note(void *context, const struct ipvs_change *change) {
  struct told *told = context;
  size_t used = strlen(told->text);
  char service[IPVS_INSTANCE_MAX], server[IPVS_NAME_MAX] = "-";
  ipvs_service_name(&change->service->key, "", service);
  if (change->destination != NULL)
    ipvs_destination_name(&change->destination->key, server);
  snprintf(told->text + used, sizeof(told->text) - used, "%s %s %s %u>%u\n",
           ipvs_event_text(change->event), service, server, change->old_weight,
           change->new_weight);
}

static void check_told(struct ipvs_snapshot *before, struct ipvs_snapshot *now,
                       const char *expected) {
  struct told told = {""};
  ipvs_snapshot_settle(before);
  ipvs_snapshot_settle(now);
  ipvs_changes(before, now, note, &told);
  assert_string_equal(told.text, expected);
  ipvs_snapshot_clear(before);
  ipvs_snapshot_clear(now);
}

static void test_no_change_is_silent(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){1, 0, 5}, 3);
  add_service(&now, SERVICE(1), (int[]){1, 0, 5}, 3);
  check_told(&before, &now, "");
}

static void test_a_changed_weight_is_no_event(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){1, 7}, 2);
  add_service(&now, SERVICE(1), (int[]){3, 1}, 2);
  check_told(&before, &now, "");
}

static void test_real_servers_come_and_go(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){-1, 2, 3, 4, 0}, 5);
  add_service(&now, SERVICE(1), (int[]){1, 2, -1, 0, 5}, 5);
  check_told(&before, &now,
             "server_new 192.0.2.1_TCP80 10.0.0.1_80 0>1\n"
             "server_gone 192.0.2.1_TCP80 10.0.0.3_80 3>0\n"
             "server_drained 192.0.2.1_TCP80 10.0.0.4_80 4>0\n"
             "server_back 192.0.2.1_TCP80 10.0.0.5_80 0>5\n");
}

static void test_quorum(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){1, 0}, 2);
  add_service(&now, SERVICE(1), (int[]){0, 0}, 2);
  add_service(&before, SERVICE(2), (int[]){1}, 1);
  add_service(&now, SERVICE(2), (int[]){-1}, 1);
  add_service(&before, SERVICE(3), (int[]){-1}, 1);
  add_service(&now, SERVICE(3), (int[]){9}, 1);
  check_told(&before, &now,
             "server_drained 192.0.2.1_TCP80 10.0.0.1_80 1>0\n"
             "quorum_lost 192.0.2.1_TCP80 - 0>0\n"
             "server_gone 192.0.2.2_TCP80 10.0.0.1_80 1>0\n"
             "quorum_lost 192.0.2.2_TCP80 - 0>0\n"
             "server_new 192.0.2.3_TCP80 10.0.0.1_80 0>9\n"
             "quorum_gained 192.0.2.3_TCP80 - 0>0\n");
}

static void test_services_are_told_alone(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&before, SERVICE(1), (int[]){1, 1}, 2);
  add_service(&before, SERVICE(3), (int[]){1}, 1);
  add_service(&now, SERVICE(2), (int[]){1, 1}, 2);
  add_service(&now, SERVICE(3), (int[]){1}, 1);
  check_told(&before, &now,
             "service_gone 192.0.2.1_TCP80 - 0>0\n"
             "service_new 192.0.2.2_TCP80 - 0>0\n");
}

static void test_from_and_to_nothing(void **state) {
  (void)state;
  struct ipvs_snapshot before = {0}, now = {0};
  add_service(&now, SERVICE(1), (int[]){1}, 1);
  check_told(&before, &now, "service_new 192.0.2.1_TCP80 - 0>0\n");
  add_service(&before, SERVICE(1), (int[]){1}, 1);
  check_told(&before, &now, "service_gone 192.0.2.1_TCP80 - 0>0\n");
  check_told(&before, &now, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty),
      cmocka_unit_test(test_duplicates_are_dropped_and_order_made),
      cmocka_unit_test(test_real_servers_are_summed_once),
      cmocka_unit_test(test_a_missing_real_server_is_noticed),
      cmocka_unit_test(test_finding_by_name),
      cmocka_unit_test(test_no_change_is_silent),
      cmocka_unit_test(test_a_changed_weight_is_no_event),
      cmocka_unit_test(test_real_servers_come_and_go),
      cmocka_unit_test(test_quorum),
      cmocka_unit_test(test_services_are_told_alone),
      cmocka_unit_test(test_from_and_to_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
