// SPDX-License-Identifier: MIT
// Is the kernel read whole whatever happens between question and answer?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/netlink.h"
#include "kernel.h"
#include "needs.h"
#include "objects.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>

static struct ipvs_netlink *ours;
static struct ipvs_snapshot before;

static int set_up(void **state) {
  (void)state;
  kernel_reset();
  return ipvs_netlink_open(&ours);
}

static int tear_down(void **state) {
  (void)state;
  ipvs_netlink_close(ours);
  ipvs_snapshot_clear(&before);
  return 0;
}

static int poll_with(bool load_module, struct ipvs_snapshot *ret) {
  const struct ipvs_poll poll = {
      .before = &before, .budget_ms = 50, .load_module = load_module};
  return ipvs_netlink_poll(ours, &poll, ret);
}

static int poll_once(struct ipvs_snapshot *ret) {
  return poll_with(false, ret);
}

// What one poll sees is the next one's past.
static void see_first(void) {
  assert_int_equal(poll_once(&before), 0);
}

static void check_poll(size_t services, size_t servers) {
  struct ipvs_snapshot now = {0};
  assert_int_equal(poll_once(&now), 0);
  assert_int_equal(now.service_count, services);
  for (size_t i = 0; i < now.service_count; i++)
    assert_int_equal(now.services[i].destination_count, servers);
  ipvs_snapshot_clear(&now);
}

static void check_refused(int status) {
  struct ipvs_snapshot now = {0};
  assert_int_equal(poll_once(&now), status);
  assert_null(now.services);
}

// --- polls ------------------------------------------------------------------------

static void test_everything_is_read(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  assert_int_equal(poll_once(&now), 0);
  assert_int_equal(now.service_count, 2);
  assert_int_equal(now.services[0].sums.servers_up, 3);
  assert_int_equal(now.services[1].destinations[2].weight, 3);
  assert_int_equal(now.info.connection_table_size, 4096);
  assert_int_equal(now.timeouts.udp, 300);
  assert_int_equal(now.daemons[IPVS_DAEMON_BACKUP].state, IP_VS_STATE_BACKUP);
  assert_int_equal(now.daemons[IPVS_DAEMON_MASTER].state, IP_VS_STATE_NONE);
  ipvs_snapshot_clear(&now);
}

static void test_a_kernel_without_tcp_and_udp(void **state) {
  (void)state;
  kernel.no_timeouts = true;
  check_poll(2, 3);
}

static bool want_second(void *context, const struct ipvs_service_key *key) {
  return key->address[3] == *(const uint8_t *)context;
}

static void test_only_wanted_services_are_asked_for_their_servers(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  const struct ipvs_poll poll = {.before = &before,
                                 .want = want_second,
                                 .want_context = &(uint8_t){2},
                                 .budget_ms = 50};
  assert_int_equal(ipvs_netlink_poll(ours, &poll, &now), 0);
  assert_int_equal(now.service_count, 1);
  assert_int_equal(kernel.asked[IPVS_CMD_GET_DEST], 1);
  ipvs_snapshot_clear(&now);
}

// --- what dumps pass over -------------------------------------------------------------

static void test_a_service_that_the_dump_passed_over_is_asked_for(void **state) {
  (void)state;
  see_first();
  kernel.hidden_services = 1;
  check_poll(2, 3);
}

static void test_a_service_that_went_is_gone(void **state) {
  (void)state;
  see_first();
  kernel_remove(0);
  check_poll(1, 3);
}

static void test_a_server_that_the_dump_passed_over_is_asked_for(void **state) {
  (void)state;
  see_first();
  kernel.hidden_servers = 2;
  kernel.hidings = 1;
  check_poll(2, 3);
}

static void test_a_server_that_went_is_gone(void **state) {
  (void)state;
  see_first();
  kernel.services[0].destination_count = kernel.services[1].destination_count = 2;
  check_poll(2, 2);
  assert_int_equal(kernel.asked[IPVS_CMD_GET_DEST], 2 + 2 * 3); // looks are bounded
}

// What tears a dump so that it has a row twice may make it lack another.
static void check_torn(unsigned torn, unsigned mended, unsigned unmended) {
  struct ipvs_snapshot now = {0};
  kernel_reset();
  kernel.service_count = 1;
  kernel.doublings = kernel.hidings = torn;
  kernel.hidden_servers = 1;
  assert_int_equal(poll_once(&now), 0);
  assert_int_equal(now.mended, mended);
  assert_int_equal(now.unmended, unmended);
  assert_int_equal(now.services[0].destination_count, unmended > 0 ? 2 : 3);
  ipvs_snapshot_clear(&now);
}

static void test_torn_dumps_are_mended_or_counted(void **state) {
  (void)state;
  check_torn(0, 0, 0);
  check_torn(1, 1, 0);
  check_torn(3, 1, 0);
  check_torn(4, 0, 1);
}

static void alternate(uint8_t command) {
  if (command == IPVS_CMD_GET_DEST)
    kernel.hidden_servers = kernel.hidden_servers == 1 ? 2 : 1;
}

// Each look lacks another real server: together they have all.
static void test_of_torn_dumps_every_row_is_believed(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  kernel.service_count = 1;
  kernel.doublings = kernel.hidings = 100;
  kernel.before = alternate;
  assert_int_equal(poll_once(&now), 0);
  assert_int_equal(now.unmended, 1);
  assert_int_equal(now.services[0].destination_count, 3);
  ipvs_snapshot_clear(&now);
}

// Likewise of dumps that do not show that they were torn.
static void test_servers_that_one_of_two_looks_had_are_there(void **state) {
  (void)state;
  see_first();
  kernel.hidings = 8;
  kernel.before = alternate;
  check_poll(2, 3);
  assert_int_equal(kernel.asked[IPVS_CMD_GET_DEST], 2 + 4);
}

static void lose_the_second_service(uint8_t command) {
  if (command == IPVS_CMD_GET_DEST && kernel.service_count == 2)
    kernel_remove(1);
}

// The kernel shows it as one without real servers, not as one that is not there.
static void test_a_service_that_goes_while_it_is_read_is_gone(void **state) {
  (void)state;
  see_first();
  kernel.before = lose_the_second_service;
  check_poll(1, 3);
}

static void test_a_service_may_lose_all_its_servers(void **state) {
  (void)state;
  see_first();
  kernel.services[0].destination_count = kernel.services[1].destination_count = 0;
  check_poll(2, 0);
}

// --- the module -----------------------------------------------------------------------

static void test_the_module_is_not_loaded_by_asking(void **state) {
  (void)state;
  kernel.absent = kernel.loadable = true;
  check_refused(-ENODEV);
  assert_int_equal(kernel.asked_by_name, 0);
  assert_true(kernel.absent);
}

static void test_the_module_is_loaded_on_request(void **state) {
  (void)state;
  struct ipvs_snapshot now = {0};
  kernel.absent = true;
  assert_int_equal(poll_with(true, &now), -ENODEV);
  kernel.loadable = true;
  assert_int_equal(poll_with(true, &now), 0);
  ipvs_snapshot_clear(&now);
}

static void test_a_reloaded_module_has_another_number(void **state) {
  (void)state;
  see_first();
  kernel.family++;
  check_poll(2, 3);
}

static void unload(uint8_t command) {
  kernel.absent = command == IPVS_CMD_GET_SERVICE;
}

static void unload_later(uint8_t command) {
  kernel.absent =
      command == IPVS_CMD_GET_SERVICE && kernel.asked[IPVS_CMD_GET_SERVICE] > 2;
}

// Unloaded at the dump, and while what it passed over is asked for.
static void test_a_module_that_goes_while_it_is_read(void **state) {
  (void)state;
  see_first();
  kernel.before = unload;
  check_refused(-ENODEV);
  kernel.absent = false;
  kernel.hidden_services = 1;
  kernel.asked[IPVS_CMD_GET_SERVICE] = 1;
  kernel.before = unload_later;
  check_refused(-ENODEV);
}

// --- the socket -----------------------------------------------------------------------

static void test_signals_late_and_strange_datagrams(void **state) {
  (void)state;
  kernel.noisy = true;
  check_poll(2, 3);
}

static void test_cut_datagrams_are_refused(void **state) {
  (void)state;
  for (size_t octets = 1; octets < 20; octets++) {
    kernel_reset();
    kernel.cut = octets;
    check_refused(-EBADMSG);
  }
}

static void test_what_the_kernel_refuses(void **state) {
  (void)state;
  static const struct {
    int failure, status;
  } cases[] = {{-EPERM, -EPERM}, {-ENOMEM, -ENOMEM}, {1, -EBADMSG}};
  static const uint8_t commands[] = {IPVS_CMD_GET_INFO, IPVS_CMD_GET_CONFIG,
                                     IPVS_CMD_GET_DAEMON, IPVS_CMD_GET_SERVICE,
                                     IPVS_CMD_GET_DEST};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (size_t k = 0; k < sizeof(commands); k++) {
      kernel.failing = commands[k];
      kernel.failure = cases[i].failure;
      check_refused(cases[i].status);
    }
}

static void test_what_was_lost_is_asked_for_again(void **state) {
  (void)state;
  kernel.receive_error = ENOBUFS;
  for (unsigned lost = 1; lost < 5; lost++) {
    kernel.receive_errors = lost;
    check_poll(2, 3);
  }
  kernel.receive_errors = 1000;
  check_refused(-ENOBUFS);
}

// What the dump brought before it began anew is not there twice.
static void test_dumps_that_changed_are_asked_for_again(void **state) {
  (void)state;
  for (unsigned changed = 1; changed < 5; changed++) {
    kernel.interrupted_dumps = changed;
    check_poll(2, 3);
    assert_int_equal(kernel.interrupted_dumps, 0);
  }
  kernel.interrupted_dumps = 1000;
  check_refused(-EINTR);
}

static void test_a_silent_kernel(void **state) {
  (void)state;
  kernel.silent = true;
  check_refused(-ETIMEDOUT);
}

// --- weights --------------------------------------------------------------------------

static int set_weight(const char *server, uint32_t weight, uint32_t *ret_old) {
  struct ipvs_service_key service = service_key("192.0.2.2", IPPROTO_TCP, 80);
  struct ipvs_destination wanted = destination(server, 80, 0);
  return ipvs_netlink_set_weight(ours, &service, &wanted.key, weight, 50, ret_old);
}

static void test_a_weight_is_set_and_all_else_stays(void **state) {
  (void)state;
  struct ipvs_destination expected = kernel.services[1].destinations[1];
  uint32_t old = 99;
  expected.weight = 7;
  assert_int_equal(set_weight("10.0.0.2", 7, &old), 0);
  assert_int_equal(old, 2);
  assert_memory_equal(&kernel.services[1].destinations[1], &expected, sizeof(expected));
  assert_int_equal(kernel.services[0].destinations[1].weight, 2);
}

static void lose_a_server(uint8_t command) {
  if (command == IPVS_CMD_SET_DEST)
    kernel.services[1].destination_count = 1;
}

static void lose_the_service(uint8_t command) {
  if (command == IPVS_CMD_SET_DEST)
    kernel_remove(1);
}

static void test_weights_of_what_is_gone(void **state) {
  (void)state;
  uint32_t old = 99;
  assert_int_equal(set_weight("10.0.0.9", 1, &old), -ENOENT);
  kernel.before = lose_a_server;
  assert_int_equal(set_weight("10.0.0.2", 1, &old), -ENOENT);
  kernel.before = lose_the_service;
  assert_int_equal(set_weight("10.0.0.1", 1, &old), -ENOENT);
  kernel.before = NULL;
  assert_int_equal(set_weight("10.0.0.1", 1, &old), -ENOENT);
  assert_int_equal(old, 99);
}

static void test_weights_that_the_kernel_refuses(void **state) {
  (void)state;
  uint32_t old = 99;
  kernel.failing = IPVS_CMD_SET_DEST;
  kernel.failure = -ERANGE;
  assert_int_equal(set_weight("10.0.0.2", 1, &old), -ERANGE);
  assert_int_equal(old, 99);
  assert_int_equal(kernel.services[1].destinations[1].weight, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_everything_is_read),
      TEST(test_a_kernel_without_tcp_and_udp),
      TEST(test_only_wanted_services_are_asked_for_their_servers),
      TEST(test_a_service_that_the_dump_passed_over_is_asked_for),
      TEST(test_a_service_that_went_is_gone),
      TEST(test_a_server_that_the_dump_passed_over_is_asked_for),
      TEST(test_servers_that_one_of_two_looks_had_are_there),
      TEST(test_a_server_that_went_is_gone),
      TEST(test_torn_dumps_are_mended_or_counted),
      TEST(test_of_torn_dumps_every_row_is_believed),
      TEST(test_a_service_that_goes_while_it_is_read_is_gone),
      TEST(test_a_service_may_lose_all_its_servers),
      TEST(test_the_module_is_not_loaded_by_asking),
      TEST(test_the_module_is_loaded_on_request),
      TEST(test_a_reloaded_module_has_another_number),
      TEST(test_a_module_that_goes_while_it_is_read),
      TEST(test_signals_late_and_strange_datagrams),
      TEST(test_cut_datagrams_are_refused),
      TEST(test_what_the_kernel_refuses),
      TEST(test_what_was_lost_is_asked_for_again),
      TEST(test_dumps_that_changed_are_asked_for_again),
      TEST(test_a_silent_kernel),
      TEST(test_a_weight_is_set_and_all_else_stays),
      TEST(test_weights_of_what_is_gone),
      TEST(test_weights_that_the_kernel_refuses),
  };
  if (!has_generic_netlink())
    return skip_all("no generic netlink");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
