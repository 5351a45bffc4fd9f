// SPDX-License-Identifier: MIT
// Does each row of keepalived's get what the kernel counts for it, and its place?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "conf.h"
#include "core/rows.h"
#include "daemon.h"
#include "kernel.h"
#include "meta.h"
#include "needs.h"

#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void module_register(void);

int timeout_g = 2; // intervals

static char host[] = "here";
static cdtime_t queued; // how long a value has been in collectd's queue

#define INTERVAL plugin_get_interval()

static void configure(const char *text) {
  oconfig_item_t *block = conf_read(text);
  assert_int_equal(collectd.config(block), 0);
  conf_free(block);
}

static int set_up(void **state) {
  (void)state;
  kernel_reset();
  kernel.service_count = 1;
  kernel.services[0].stats.in_octets = UINT64_C(1) << 40;
  kernel.services[0].destinations[1].stats.connections = 7;
  kernel.services[0].destinations[1].active = 3;
  hostname_g = host;
  queued = 0;
  module_register();
  configure("<Plugin ipvs>\nReportKeepalived true\n</Plugin>");
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  kernel_reset();
  kernel.service_count = 0;
  collectd.read();
  int status = collectd.shutdown();
  configure("<Plugin ipvs>\nReportKeepalived false\n</Plugin>");
  return status != 0 ? status : collectd.shutdown();
}

static void read_once(void) {
  daemon_forget();
  collectd.now++;
  assert_int_equal(collectd.read(), 0);
}

// A value of the plugin vrrp's in collectd's cache; NULL: without meta data.
static void say(enum cache_event_type_e type, const char *service, const char *kind,
                const char *type_instance, const char *meta) {
  meta_data_t data = {meta};
  value_list_t list = {.time = collectd.now - queued,
                       .interval = INTERVAL,
                       .plugin = "ipvs",
                       .meta = meta != NULL ? &data : NULL};
  cache_event_t event = {
      .type = type, .value_list = &list, .value_list_name = "here/ipvs"};
  snprintf(list.host, sizeof(list.host), "here");
  snprintf(list.plugin_instance, sizeof(list.plugin_instance), "%s", service);
  snprintf(list.type, sizeof(list.type), "%s", kind);
  snprintf(list.type_instance, sizeof(list.type_instance), "%s", type_instance);
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
  assert_int_equal(event.ret, type == CE_VALUE_NEW);
}

static void say_service(void) {
  say(CE_VALUE_NEW, "192.0.2.1_TCP80", "keepalived_service", "up",
      "position=4\nkind=ip\n");
}

static void say_server(const char *name, const char *place) {
  char meta[64];
  snprintf(meta, sizeof(meta), "service=4\nkind=real\nposition=%s\n", place);
  say(CE_VALUE_NEW, "192.0.2.1_TCP80", "keepalived_server", name, meta);
}

#define HAS(text)   assert_non_null(strstr(collectd.values, text))
#define LACKS(text) assert_null(strstr(collectd.values, text))

static void nothing_is_told_without_keepalived_or_the_key(void **state) {
  (void)state;
  read_once();
  LACKS("keepalived_traffic");
  say_service();
  configure("<Plugin ipvs>\nReportKeepalived false\n</Plugin>");
  read_once();
  LACKS("keepalived_traffic");
}

static void rows_have_64_bits_and_their_place(void **state) {
  (void)state;
  say_service();
  say_server("10.0.0.2_80", "2");
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-total 0 0 0 1099511627776 0 3 0 0 0 0 0 0 0\n");
  HAS("192.0.2.1_TCP80/keepalived_traffic-10.0.0.2_80 7 0 0 0 0 3 0 0 0 0 0 0 0\n");
  assert_non_null(strstr(collectd.places, "position=4\nposition=2\nservice=4\n"));
}

static void lose_server(const value_list_t *list) {
  if (strcmp(list->type, "keepalived_traffic") == 0)
    say(CE_VALUE_UPDATE, "192.0.2.1_TCP80", "keepalived_server", "10.0.0.2_80", "");
}

// The threads of others go on while values are told: what they learn then is told next.
static void what_is_told_holds_up_nobody(void **state) {
  (void)state;
  say_service();
  say_server("10.0.0.2_80", "2");
  collectd.told = lose_server;
  alarm(10); // instead of for ever
  read_once();
  alarm(0);
  collectd.told = NULL;
  HAS("keepalived_traffic-10.0.0.2_80 7 ");
  assert_non_null(strstr(collectd.places, "position=2\n"));
  read_once();
  HAS("keepalived_traffic-10.0.0.2_80 7 ");
  assert_null(strstr(collectd.places, "position=2\n"));
  read_once();
  LACKS("keepalived_traffic-10.0.0.2_80");
}

// It failed its checks, or is a sorry server that is not needed.
static void what_the_kernel_lacks_has_zeros(void **state) {
  (void)state;
  say_service();
  say_server("10.0.0.9_80", "5");
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-10.0.0.9_80 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

// With what else stands in the meta data.
static void say_group(const char *more) {
  char service[128], member[128];
  snprintf(service, sizeof(service),
           "%sposition=1\nkind=group\ngroup=WEB\nfamily=inet\nprotocol=TCP\n", more);
  snprintf(member, sizeof(member),
           "%sgroup=1\ngroup_name=WEB\nindex=1\nfirst=192.0.2.1\nlast=192.0.2.2\n"
           "port=80\n",
           more);
  say(CE_VALUE_NEW, "WEB_TCP", "keepalived_service", "up", service);
  say(CE_VALUE_NEW, "keepalived", "keepalived_server_group_member", "WEB.1", member);
}

static void a_group_is_told_once(void **state) {
  (void)state;
  say_group("");
  say(CE_VALUE_NEW, "WEB_TCP", "keepalived_server", "10.0.0.2_80",
      "service=1\nposition=1\n");
  kernel.service_count = 2;
  kernel.services[1].destinations[1].stats.connections = 5;
  read_once();
  HAS("WEB_TCP/keepalived_traffic-total 0 0 0 1099511627776 0 3 0 0 0 0 0 0 0\n");
  HAS("WEB_TCP/keepalived_traffic-10.0.0.2_80 12 0 0 0 0 3 0 0 0 0 0 0 0\n");
  LACKS("192.0.2.1_TCP80/keepalived_traffic");
}

// Its last value has no place: by that its columns leave SNMP.
static void what_keepalived_has_no_more_is_taken_back_once(void **state) {
  (void)state;
  say_service();
  say_server("10.0.0.2_80", "2");
  read_once();
  say(CE_VALUE_UPDATE, "192.0.2.1_TCP80", "keepalived_server", "10.0.0.2_80", "");
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-10.0.0.2_80 7 ");
  assert_non_null(strstr(collectd.places, "position=4\n"));
  assert_null(strstr(collectd.places, "position=2\n"));
  read_once();
  LACKS("keepalived_traffic-10.0.0.2_80");
  say(CE_VALUE_EXPIRED, "192.0.2.1_TCP80", "keepalived_service", "up", NULL);
  read_once();
  read_once();
  LACKS("keepalived_traffic");
}

static void a_value_without_meta_data_takes_nothing_back(void **state) {
  (void)state;
  say_service();
  say(CE_VALUE_UPDATE, "192.0.2.1_TCP80", "keepalived_service", "up", NULL);
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-total ");
}

// It may come before collectd's cache has it; without meta data of its own it says
// nothing of its place.
static void what_is_ahead_of_the_queue_is_learned_and_not_subscribed_to(void **state) {
  (void)state;
  meta_data_t whole = {"position=4\n"};
  value_list_t list = {.host = "here",
                       .plugin = "ipvs",
                       .plugin_instance = "192.0.2.1_TCP80",
                       .type = "keepalived_service",
                       .type_instance = "up",
                       .meta = &whole};
  cache_event_t event = {.type = CE_VALUE_NEW,
                         .value_list = &list,
                         .value_list_name =
                             "/here/ipvs-192.0.2.1_TCP80/keepalived_service-up"};
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
  assert_int_equal(event.ret, 0);
  list.meta = NULL;
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
  assert_int_equal(event.ret, 0);
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-total ");
}

// Of the real server 10.0.0.2_80, ahead of collectd's queue.
static void say_ahead(const char *meta) {
  meta_data_t data = {meta};
  value_list_t list = {.time = collectd.now,
                       .interval = INTERVAL,
                       .host = "here",
                       .plugin = "ipvs",
                       .plugin_instance = "192.0.2.1_TCP80",
                       .type = "keepalived_server",
                       .type_instance = "10.0.0.2_80",
                       .meta = &data};
  cache_event_t event = {
      .type = CE_VALUE_NEW, .value_list = &list, .value_list_name = "/here/ipvs"};
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
}

// It was taken out while collectd's queue still has values that say where it was.
static void what_is_late_in_the_queue_brings_nothing_back(void **state) {
  (void)state;
  collectd.now = 100 * INTERVAL;
  say_ahead("service=4\nposition=2\n");
  read_once();
  HAS("keepalived_traffic-10.0.0.2_80");
  collectd.now += INTERVAL;
  say_ahead("");
  read_once();
  read_once();
  queued = 10 * INTERVAL;
  say_server("10.0.0.2_80", "2");
  read_once();
  LACKS("keepalived_traffic-10.0.0.2_80");
}

// What leaves collectd's cache while values are late in its queue is there all the same;
// it is gone once none is handed over ahead any more.
static void what_is_late_in_the_queue_takes_nothing_away(void **state) {
  (void)state;
  collectd.now = 100 * INTERVAL;
  say_ahead("service=4\nposition=2\n");
  queued = 10 * INTERVAL;
  say(CE_VALUE_EXPIRED, "192.0.2.1_TCP80", "keepalived_server", "10.0.0.2_80", NULL);
  read_once();
  HAS("keepalived_traffic-10.0.0.2_80");
  assert_non_null(strstr(collectd.places, "position=2\n"));
  collectd.now -= 50 * INTERVAL; // the clock was set back
  say_ahead("service=4\nposition=3\n");
  say(CE_VALUE_EXPIRED, "192.0.2.1_TCP80", "keepalived_server", "10.0.0.2_80", NULL);
  read_once();
  assert_non_null(strstr(collectd.places, "position=3\n"));
  collectd.now += 2 * INTERVAL;
  say(CE_VALUE_EXPIRED, "192.0.2.1_TCP80", "keepalived_server", "10.0.0.2_80", NULL);
  read_once();
  read_once();
  LACKS("keepalived_traffic-10.0.0.2_80");
}

static void only_what_is_chosen_is_told(void **state) {
  (void)state;
  say_service();
  say_server("10.0.0.2_80", "2");
  say_server("10.0.0.3_80", "3");
  configure("<Plugin ipvs>\nDestination \"10.0.0.3_80\"\n</Plugin>");
  read_once();
  HAS("keepalived_traffic-total");
  HAS("keepalived_traffic-10.0.0.3_80");
  LACKS("keepalived_traffic-10.0.0.2_80");
}

#define HAS_SERVERS(numbers) HAS("192.0.2.1_TCP80/ipvs_service-total " numbers " ")

// What was read of its checkers decides, and no time, also for a group's member.
static void keepalived_knows_whether_one_is_missing(void **state) {
  const char *service = *state, *const name = "10.0.0.3_80";
  configure("<Plugin ipvs>\nForgetAfter 0\n</Plugin>");
  read_once();
  HAS_SERVERS("3 3 0");
  say(CE_VALUE_NEW, service, "keepalived_server", name, "service=1\nposition=3\n");
  kernel.services[0].destination_count = 2;
  read_once();
  HAS_SERVERS("3 2 1"); // a check failed
  read_once();
  say(CE_VALUE_UPDATE, service, "keepalived_server", name, "");
  read_once();
  HAS_SERVERS("2 2 0"); // it was taken out
  kernel.services[0].destination_count = 1;
  read_once();
  HAS_SERVERS("1 1 0");
}

static void what_is_missing_of_a_virtual_server(void **state) {
  (void)state;
  say_service();
  keepalived_knows_whether_one_is_missing((void *[]){(char *)"192.0.2.1_TCP80"});
}

static void what_is_missing_of_a_group(void **state) {
  (void)state;
  say_group("");
  keepalived_knows_whether_one_is_missing((void *[]){(char *)"WEB_TCP"});
}

// One of the same addresses in another network namespace.
static void what_is_missing_elsewhere_is_no_member_s(void **state) {
  (void)state;
  say_group("namespace=blue\n");
  configure("<Plugin ipvs>\nForgetAfter 3600\n</Plugin>");
  read_once();
  kernel.services[0].destination_count = 2;
  read_once();
  HAS_SERVERS("3 2 1"); // nobody knows
}

// Of a network namespace that is not looked at, real servers come and go for months.
static void what_is_gone_elsewhere_leaves_room(void **state) {
  (void)state;
  for (int i = 0; i < IPVS_ROWS_MAX; i++) {
    char name[32];
    snprintf(name, sizeof(name), "10.0.0.1_%05d", i);
    say(CE_VALUE_NEW, "192.0.2.1_TCP80@blue", "keepalived_server", name,
        "namespace=blue\nservice=4\nposition=1\n");
    say(CE_VALUE_UPDATE, "192.0.2.1_TCP80@blue", "keepalived_server", name,
        "namespace=blue\n");
  }
  say_service();
  read_once();
  HAS("192.0.2.1_TCP80/keepalived_traffic-total ");
}

// Another host's values, and others of keepalived's, are none of this kernel's.
static void strangers_are_passed_over(void **state) {
  (void)state;
  meta_data_t data = {"position=1\n"};
  value_list_t list = {.host = "there",
                       .plugin = "ipvs",
                       .plugin_instance = "192.0.2.1_TCP80",
                       .type = "keepalived_service",
                       .type_instance = "up",
                       .meta = &data};
  cache_event_t event = {
      .type = CE_VALUE_NEW, .value_list = &list, .value_list_name = "here/ipvs"};
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
  strcpy(list.host, "here");
  strcpy(list.type_instance, "quorum_up");
  assert_int_equal(collectd.cache_event(&event, NULL), 0);
  assert_int_equal(event.ret, 0);
  read_once();
  LACKS("keepalived_traffic");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(nothing_is_told_without_keepalived_or_the_key),
      TEST(rows_have_64_bits_and_their_place),
      TEST(what_is_told_holds_up_nobody),
      TEST(what_the_kernel_lacks_has_zeros),
      TEST(a_group_is_told_once),
      TEST(what_keepalived_has_no_more_is_taken_back_once),
      TEST(a_value_without_meta_data_takes_nothing_back),
      TEST(what_is_ahead_of_the_queue_is_learned_and_not_subscribed_to),
      TEST(what_is_late_in_the_queue_brings_nothing_back),
      TEST(what_is_late_in_the_queue_takes_nothing_away),
      TEST(only_what_is_chosen_is_told),
      TEST(what_is_missing_of_a_virtual_server),
      TEST(what_is_missing_of_a_group),
      TEST(what_is_missing_elsewhere_is_no_member_s),
      TEST(what_is_gone_elsewhere_leaves_room),
      TEST(strangers_are_passed_over),
  };
  if (!has_generic_netlink())
    return skip_all("no generic netlink");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
