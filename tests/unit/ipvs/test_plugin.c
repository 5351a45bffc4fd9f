// SPDX-License-Identifier: MIT
// What does collectd get, and what does its log say, when, and how often?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "conf.h"
#include "daemon.h"
#include "io/totals.h"
#include "kernel.h"
#include "named_netns.h"
#include "needs.h"
#include "objects.h"
#include "utils/common/common.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

void module_register(void);

int timeout_g = 2; // intervals

static char host[] = "here";

// What is said of a source that is well.
#define WELL                                                                             \
  "/ipvs_poll- 0 0 0\n"                                                                  \
  "/ipvs_problem-absent 0\n"                                                             \
  "/ipvs_problem-unreadable 0\n"                                                         \
  "/ipvs_problem-estimator_off 0\n"                                                      \
  "/ipvs_problem-torn 0\n"                                                               \
  "/ipvs_problem-slow 0\n"

// In the place of io/totals.
static bool frozen;

bool ipvs_is_frozen(const char *proc) {
  assert_string_equal(proc, IPVS_PROC);
  return frozen;
}

int ipvs_read_totals(const char *proc, bool by_processor, struct ipvs_stats *ret_stats) {
  assert_string_equal(proc, IPVS_PROC);
  assert_int_equal(by_processor, frozen);
  if (!frozen)
    return -ENOENT;
  *ret_stats = (struct ipvs_stats){.connections = 30};
  return 0;
}

static int set_up(void **state) {
  (void)state;
  frozen = false;
  kernel_reset();
  hostname_g = host;
  module_register();
  daemon_forget();
  return 0;
}

// The plugin forgets its configuration's names, but not its switches.
static int tear_down(void **state) {
  (void)state;
  oconfig_item_t *switches =
      conf_read("<Plugin ipvs>\nReportDestinations true\n"
                "ForgetAfter 3600\nLoadModule false\nWritable false\n</Plugin>");
  kernel_reset();
  kernel.service_count = 0;
  collectd.read();
  int status = collectd.shutdown();
  collectd.config(switches);
  conf_free(switches);
  return status != 0 ? status : collectd.shutdown();
}

static void read_once(void) {
  daemon_forget();
  collectd.now++;
  assert_int_equal(collectd.read(), 0);
}

// --- values -------------------------------------------------------------------------

static void test_values_of_the_host(void **state) {
  (void)state;
  kernel.service_count = 0;
  read_once();
  assert_string_equal(collectd.values, "/ipvs_timeout-tcp 900\n"
                                       "/ipvs_timeout-tcp_fin 120\n"
                                       "/ipvs_timeout-udp 300\n"
                                       "/ipvs_connection_table-total 4096\n"
                                       "/ipvs_sync_daemon-master 0\n"
                                       "/ipvs_sync_daemon-backup 1\n"
                                       "/ipvs_sync_daemon-any 1\n" WELL);
}

static void test_no_timeout_is_no_value(void **state) {
  (void)state;
  kernel.no_timeouts = true;
  read_once();
  assert_null(strstr(collectd.values, "ipvs_timeout"));
  assert_non_null(strstr(collectd.values, "/ipvs_connection_table-total 4096\n"));
}

static void test_values_of_a_service(void **state) {
  (void)state;
  kernel.service_count = 1;
  kernel.services[0].destination_count = 1;
  read_once();
  assert_string_equal(
      strstr(collectd.values, "192."),
      "192.0.2.1_TCP80/connections-total 0\n"
      "192.0.2.1_TCP80/if_packets-total 0 0\n"
      "192.0.2.1_TCP80/if_octets-total 0 0\n"
      "192.0.2.1_TCP80/ipvs_service-total 1 1 0 0 0 0 0 0 0 0 0\n"
      "192.0.2.1_TCP80/connections-10.0.0.1_80 0\n"
      "192.0.2.1_TCP80/if_packets-10.0.0.1_80 0 0\n"
      "192.0.2.1_TCP80/if_octets-10.0.0.1_80 0 0\n"
      "192.0.2.1_TCP80/ipvs_server-10.0.0.1_80 1 0 100 50 0 0 0 0 0 0 0 0\n" WELL);
}

// All that goes into the queue goes to snmp_agent ahead of it, with its meta data.
static void test_values_ahead_of_the_queue(void **state) {
  (void)state;
  kernel.service_count = 1;
  kernel.services[0].destination_count = 1;
  collectd.has_agent = true;
  read_once();
  collectd.has_agent = false;
  size_t lines = 0;
  for (char *line = strtok(collectd.values, "\n"); line != NULL;
       line = strtok(NULL, "\n"), lines++)
    assert_non_null(strstr(collectd.ahead, line));
  for (char *at = collectd.ahead; (at = strchr(at, '\n')) != NULL; at++)
    lines--;
  assert_int_equal(lines, 0);
  assert_non_null(
      strstr(collectd.ahead, "/here/ipvs-192.0.2.1_TCP80/if_octets-10.0.0.1_80 -1 "));
  assert_non_null(
      strstr(collectd.ahead, "/here/ipvs-192.0.2.1_TCP80/ipvs_server-10.0.0.1_80 "));
  assert_null(strstr(collectd.ahead, "ipvs_server-10.0.0.1_80 -1 "));
  // A daemon that does not run has none: without meta data the last one's would hold.
  assert_non_null(strstr(collectd.ahead, "/here/ipvs/ipvs_sync_daemon-master 0 "));
}

// A trap and a GET never disagree.
static void test_values_are_ahead_of_what_is_notified(void **state) {
  (void)state;
  kernel.service_count = 1;
  collectd.has_agent = true;
  read_once();
  kernel.services[0].destinations[0].weight = 0;
  read_once();
  collectd.has_agent = false;
  assert_non_null(strstr(collectd.messages, "10.0.0.1_80 has weight 0 now"));
  char *value = strstr(collectd.ahead, "192.0.2.1_TCP80/ipvs_server-10.0.0.1_80 0 ");
  assert_non_null(value);
  assert_true(value < collectd.ahead + collectd.ahead_of_messages);
}

// --- notifications --------------------------------------------------------------------

static void test_every_change_is_told_once(void **state) {
  (void)state;
  struct ipvs_destination *servers = kernel.services[0].destinations;
  read_once();
  read_once();
  assert_string_equal(collectd.messages, "");
  servers[0].weight = servers[1].weight = 0;
  kernel.services[0].destination_count = 2;
  kernel.service_count = 3;
  read_once();
  assert_string_equal(
      collectd.messages,
      "2 192.0.2.1_TCP80: real server 10.0.0.1_80 has weight 0 now, before 1: it gets no "
      "new connections.\n"
      "2 192.0.2.1_TCP80: real server 10.0.0.2_80 has weight 0 now, before 2: it gets no "
      "new connections.\n"
      "2 192.0.2.1_TCP80: real server 10.0.0.3_80 is gone, its weight was 3.\n"
      "1 192.0.2.1_TCP80: no real server has a weight above 0.\n"
      "4 192.0.2.3_TCP80: the virtual server is new.\n");
  read_once();
  assert_string_equal(collectd.messages, "");
  servers[0].weight = 5;
  kernel.services[0].destination_count = 3;
  kernel.service_count = 2;
  read_once();
  assert_string_equal(collectd.messages,
                      "4 192.0.2.1_TCP80: real server 10.0.0.1_80 is back, weight 5.\n"
                      "4 192.0.2.1_TCP80: real server 10.0.0.3_80 is back, weight 3.\n"
                      "4 192.0.2.1_TCP80: it has real servers again.\n"
                      "2 192.0.2.3_TCP80: the virtual server is gone.\n");
}

static void test_a_real_server_that_left_goes_on_as_missing(void **state) {
  (void)state;
  kernel.service_count = 1;
  read_once();
  kernel.services[0].destination_count = 2;
  read_once();
  assert_non_null(strstr(collectd.values, "192.0.2.1_TCP80/ipvs_service-total 3 2 1 0 "));
  assert_non_null(
      strstr(collectd.values,
             "192.0.2.1_TCP80/connections-10.0.0.3_80 0\n"
             "192.0.2.1_TCP80/if_packets-10.0.0.3_80 0 0\n"
             "192.0.2.1_TCP80/if_octets-10.0.0.3_80 0 0\n"
             "192.0.2.1_TCP80/ipvs_server-10.0.0.3_80 0 1 0 0 0 0 0 0 0 0 0 0\n"));
  assert_string_equal(
      collectd.messages,
      "2 192.0.2.1_TCP80: real server 10.0.0.3_80 is gone, its weight was 3.\n");
}

// --- faults ---------------------------------------------------------------------------

static void check_fault(const char *text) {
  read_once();
  assert_non_null(strstr(collectd.log, "4 ipvs plugin: no values: "));
  assert_non_null(strstr(collectd.log, text));
  read_once();
  assert_string_equal(collectd.log, "");
}

// What was logged and notified at this poll and the next, where nothing more must be.
static void check_problem(const char *name, int value, const char *log,
                          const char *message) {
  char wanted[64];
  read_once();
  assert_string_equal(collectd.log, log);
  assert_string_equal(collectd.messages, message);
  snprintf(wanted, sizeof(wanted), "/ipvs_problem-%s %d\n", name, value);
  assert_non_null(strstr(collectd.values, wanted));
  read_once();
  assert_string_equal(collectd.log, "");
  assert_string_equal(collectd.messages, "");
  assert_non_null(strstr(collectd.values, wanted));
}

static void test_an_estimator_that_is_off(void **state) {
  (void)state;
  kernel.service_count = 1;
  read_once();
  frozen = true;
  check_problem("estimator_off", 1,
                "4 ipvs plugin: net.ipv4.vs.run_estimation is 0: the kernel's counters "
                "and rates of virtual and real servers stand still and are not reported; "
                "the host's totals are.\n",
                "2 net.ipv4.vs.run_estimation is 0: the kernel's counters and rates of "
                "virtual and real servers stand still and are not reported; the host's "
                "totals are.\n");
  assert_null(strstr(collectd.values, "192.0.2.1_TCP80/connections"));
  assert_non_null(strstr(collectd.values, "/connections-total 30\n"));
  assert_non_null(strstr(collectd.values, "/ipvs_rates-total nan nan nan nan nan\n"));
  assert_non_null(strstr(collectd.values, " 0 100 50 0 0 0 nan nan nan nan nan\n"));
  frozen = false;
  check_problem(
      "estimator_off", 0,
      "6 ipvs plugin: net.ipv4.vs.run_estimation is 1 again: counters and rates "
      "are reported.\n",
      "4 net.ipv4.vs.run_estimation is 1 again: counters and rates are "
      "reported.\n");
  assert_non_null(strstr(collectd.values, "192.0.2.1_TCP80/connections-total 0\n"));
}

static void take_long(uint8_t command) {
  if (command == IPVS_CMD_GET_INFO)
    usleep(120000); // the interval is 0.1 s
}

static void test_a_poll_that_takes_too_long(void **state) {
  (void)state;
  read_once();
  kernel.before = take_long;
  read_once();
  assert_non_null(strstr(collectd.log, "4 ipvs plugin: a poll takes longer than the "));
  assert_non_null(strstr(collectd.messages, "2 a poll takes longer than the interval"));
  assert_non_null(strstr(collectd.values, "/ipvs_problem-slow 1\n"));
  kernel.before = NULL;
  check_problem("slow", 0, "6 ipvs plugin: a poll takes less than the interval again.\n",
                "4 a poll takes less than the interval again.\n");
}

static void test_dumps_that_are_always_torn(void **state) {
  (void)state;
  kernel.service_count = 1;
  kernel.doublings = 1;
  read_once();
  assert_string_equal(collectd.log, "");
  assert_non_null(strstr(collectd.values, "/ipvs_poll- 0 1 0\n"));
  kernel.doublings = 100;
  read_once();
  assert_non_null(strstr(collectd.log, "4 ipvs plugin: services change so often that"));
  assert_non_null(strstr(collectd.messages, "2 services change so often that"));
  assert_non_null(strstr(collectd.values, "/ipvs_poll- 0 0 1\n"));
  assert_non_null(strstr(collectd.values, "/ipvs_problem-torn 1\n"));
  kernel.doublings = 0;
  check_problem("torn", 0, "6 ipvs plugin: all services are read whole again.\n",
                "4 all services are read whole again.\n");
}

static void test_ipvs_that_is_absent(void **state) {
  (void)state;
  kernel.service_count = 0;
  read_once();
  kernel.absent = true;
  read_once();
  assert_non_null(strstr(collectd.messages, "2 the kernel has no IPVS; it is reported"));
  assert_string_equal(collectd.values, "/ipvs_poll- 0 0 0\n"
                                       "/ipvs_problem-absent 1\n"
                                       "/ipvs_problem-unreadable 0\n"
                                       "/ipvs_problem-estimator_off 0\n"
                                       "/ipvs_problem-torn 0\n"
                                       "/ipvs_problem-slow 0\n");
  kernel.absent = false;
  check_problem("absent", 0, "6 ipvs plugin: values are read again.\n",
                "4 the kernel has IPVS now.\n");
}

static void test_a_fault_is_said_once_and_its_end(void **state) {
  (void)state;
  read_once();
  assert_string_equal(collectd.log, "");
  kernel.failing = IPVS_CMD_GET_INFO;
  kernel.failure = -EPERM;
  check_fault("CAP_NET_ADMIN");
  kernel.failure = -ENOBUFS;
  check_fault("no values: No buffer space available. The kernel is asked again");
  kernel.failure = 1;
  check_fault("makes no sense");
  kernel.failing = 0;
  read_once();
  assert_string_equal(collectd.log, "6 ipvs plugin: values are read again.\n");
  kernel.silent = true;
  check_fault("did not answer in time");
  kernel.silent = false;
  kernel.absent = true;
  check_fault("LoadModule true in <Plugin ipvs> asks");
  assert_int_equal(kernel.asked_by_name, 0);
}

// --- configuration
// ------------------------------------------------------------------------

static oconfig_value_t text_value(const char *text) {
  return (oconfig_value_t){.value.string = (char *)text, .type = OCONFIG_TYPE_STRING};
}

static oconfig_value_t switch_value(bool on) {
  return (oconfig_value_t){.value.boolean = on, .type = OCONFIG_TYPE_BOOLEAN};
}

static int configure(const char *key, oconfig_value_t value) {
  oconfig_item_t item = {.key = (char *)key, .values = &value, .values_num = 1};
  oconfig_value_t name = text_value("ipvs");
  oconfig_item_t block = {.key = "Plugin",
                          .values = &name,
                          .values_num = 1,
                          .children = &item,
                          .children_num = 1};
  daemon_forget();
  return collectd.config(&block);
}

static void test_selected_servers(void **state) {
  (void)state;
  assert_int_equal(configure("Service", text_value("192.0.2.2_TCP80")), 0);
  assert_int_equal(configure("destination", text_value("/\\.2_80$/")), 0);
  read_once();
  assert_null(strstr(collectd.values, "192.0.2.1_TCP80"));
  assert_null(strstr(collectd.values, "10.0.0.1_80"));
  assert_non_null(
      strstr(collectd.values, "192.0.2.2_TCP80/ipvs_server-10.0.0.2_80 2 0 100 50 "));
  assert_non_null(strstr(collectd.values, "192.0.2.2_TCP80/ipvs_service-total 3 3 0 "));
}

static void test_sums_only(void **state) {
  (void)state;
  assert_int_equal(configure("ReportDestinations", switch_value(false)), 0);
  read_once();
  assert_null(strstr(collectd.values, "10.0.0."));
  assert_non_null(strstr(collectd.values, "192.0.2.2_TCP80/ipvs_service-total 3 3 0 "));
}

static void refused(const char *key, oconfig_value_t value, const char *said) {
  char log[512];
  snprintf(log, sizeof(log), "3 ipvs plugin: <Plugin \"ipvs\">: %s\n", said);
  assert_int_equal(configure(key, value), -EINVAL);
  assert_string_equal(collectd.log, log);
}

static void test_missing_real_servers_are_not_wanted(void **state) {
  (void)state;
  oconfig_value_t none = {.value.number = 0, .type = OCONFIG_TYPE_NUMBER};
  assert_int_equal(configure("ForgetAfter", none), 0);
  read_once();
  kernel.services[0].destination_count = 2;
  read_once();
  assert_non_null(strstr(collectd.values, "192.0.2.1_TCP80/ipvs_service-total 2 2 0 0 "));
}

static void test_rows_of_what_is_gone_are_taken_back(void **state) {
  (void)state;
  oconfig_value_t none = {.value.number = 0, .type = OCONFIG_TYPE_NUMBER};
  assert_int_equal(configure("ForgetAfter", none), 0);
  kernel.service_count = 2;
  kernel.services[1].destination_count = 1;
  read_once();
  kernel.services[0].destination_count = 2;
  kernel.service_count = 1;
  read_once();
  assert_string_equal(collectd.flags, "snmp_agent:remove:connections-10.0.0.3_80\n"
                                      "snmp_agent:remove:if_packets-10.0.0.3_80\n"
                                      "snmp_agent:remove:if_octets-10.0.0.3_80\n"
                                      "snmp_agent:remove:ipvs_server-10.0.0.3_80\n"
                                      "snmp_agent:remove:connections-total\n"
                                      "snmp_agent:remove:if_packets-total\n"
                                      "snmp_agent:remove:if_octets-total\n"
                                      "snmp_agent:remove:ipvs_service-total\n"
                                      "snmp_agent:remove:connections-10.0.0.1_80\n"
                                      "snmp_agent:remove:if_packets-10.0.0.1_80\n"
                                      "snmp_agent:remove:if_octets-10.0.0.1_80\n"
                                      "snmp_agent:remove:ipvs_server-10.0.0.1_80\n");
}

// Its row stays while it is missing, and leaves when it is forgotten.
static void test_the_row_of_a_forgotten_server_is_taken_back(void **state) {
  (void)state;
  kernel.service_count = 1;
  read_once();
  kernel.services[0].destination_count = 2;
  read_once();
  assert_string_equal(collectd.flags, "");
  oconfig_value_t none = {.value.number = 0, .type = OCONFIG_TYPE_NUMBER};
  assert_int_equal(configure("ForgetAfter", none), 0);
  read_once();
  assert_string_equal(
      collectd.messages,
      "4 192.0.2.1_TCP80: real server 10.0.0.3_80 is no longer kept as missing.\n");
  assert_string_equal(collectd.flags, "snmp_agent:remove:connections-10.0.0.3_80\n"
                                      "snmp_agent:remove:if_packets-10.0.0.3_80\n"
                                      "snmp_agent:remove:if_octets-10.0.0.3_80\n"
                                      "snmp_agent:remove:ipvs_server-10.0.0.3_80\n");
  read_once();
  assert_string_equal(collectd.messages, "");
}

static void test_wrong_configuration(void **state) {
  (void)state;
  refused("Servce", text_value("x"),
          "Servce \"x\": unknown key; known here: Service, Destination, IgnoreSelected, "
          "Namespace, ReportDestinations, ReportKeepalived, ForgetAfter, LoadModule, "
          "Writable");
  refused("Service", switch_value(true),
          "Service true: needs exactly one name in quotes, or one extended regular "
          "expression between slashes, like \"/^a/\"");
  refused("Service", text_value(""), "Service \"\": the name is empty");
  refused("Service", text_value("/(/"),
          "Service \"/(/\": not an extended regular expression: Unmatched ( or \\(");
  refused("Writable", text_value("perhaps"),
          "Writable \"perhaps\": needs exactly one of true and false");
  refused("ForgetAfter", text_value("soon"),
          "ForgetAfter \"soon\": needs exactly one whole number from 0 to 31536000");
  assert_int_equal(configure("LoadModule", text_value("false")), 0);
  refused("loadmodule", switch_value(true),
          "loadmodule true: stands in another such block already");
}

static void test_all_that_is_wrong_is_told(void **state) {
  (void)state;
  oconfig_item_t *block = conf_read("<Plugin ipvs>\nWritable \"perhaps\"\nServce \"x\"\n"
                                    "LoadModule 1\nLoadModule 1\n</Plugin>");
  daemon_forget();
  assert_int_equal(collectd.config(block), -EINVAL);
  conf_free(block);
  assert_non_null(strstr(collectd.log, "Writable \"perhaps\": needs"));
  assert_non_null(strstr(collectd.log, "Servce \"x\": unknown key"));
  assert_non_null(strstr(collectd.log, "LoadModule 1: needs"));
  assert_non_null(strstr(collectd.log, "LoadModule 1: stands twice in this block\n"));
}

static void test_quoted_values(void **state) {
  (void)state;
  assert_int_equal(configure("ReportDestinations", text_value("false")), 0);
  read_once();
  assert_null(strstr(collectd.values, "10.0.0."));
}

// --- weights by SNMP
// ----------------------------------------------------------------------

// Begins with the data source that is meant.
static notification_t about(const char *server, const char *data_source) {
  notification_t notification = {
      .plugin = "ipvs", .plugin_instance = "192.0.2.1_TCP80", .type = "ipvs_server"};
  snprintf(notification.host, sizeof(notification.host), "%s", host);
  snprintf(notification.type_instance, sizeof(notification.type_instance), "%s", server);
  plugin_notification_meta_add_string(&notification, "snmp_agent:data_source",
                                      data_source);
  return notification;
}

// "RESULT: REASON", or "" if the notification was left alone.
static const char *outcome_of(notification_t *notification) {
  static char text[256];
  daemon_forget();
  assert_int_equal(collectd.notification(notification, NULL), 0);
  text[0] = '\0';
  for (notification_meta_t *meta = notification->meta->next->next; meta;
       meta = meta->next)
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
             text[0] != '\0' ? ": " : "", meta->nm_value.nm_string);
  plugin_notification_meta_free(notification->meta);
  return text;
}

// Of a SET or a test of it.
static const char *ask(const char *action, const char *server, int64_t weight) {
  notification_t notification = about(server, "weight");
  plugin_notification_meta_add_signed_int(&notification, action, weight);
  return outcome_of(&notification);
}

#define SET(server, weight) ask("snmp_agent:set", server, weight)

static uint32_t kernel_weight(void) {
  return kernel.services[0].destinations[0].weight;
}

static void test_weights_are_not_writable_by_default(void **state) {
  (void)state;
  read_once();
  assert_string_equal(SET("10.0.0.1_80", 7),
                      "notWritable: <Plugin ipvs> has no Writable true");
  assert_string_equal(collectd.log,
                      "4 ipvs plugin: 192.0.2.1_TCP80: weight of real server 10.0.0.1_80 "
                      "is not set to 7: <Plugin ipvs> has no Writable true.\n");
  assert_int_equal(kernel_weight(), 1);
}

static void test_a_weight_is_set(void **state) {
  (void)state;
  configure("Writable", switch_value(true));
  read_once();
  assert_string_equal(ask("snmp_agent:test", "10.0.0.1_80", 7), "ok");
  assert_int_equal(kernel_weight(), 1);
  assert_string_equal(collectd.log, "");
  assert_string_equal(SET("10.0.0.1_80", 7), "ok");
  assert_int_equal(kernel_weight(), 7);
  assert_string_equal(collectd.log,
                      "5 ipvs plugin: 192.0.2.1_TCP80: weight of real server 10.0.0.1_80 "
                      "set from 1 to 7 on request of SNMP.\n");
  assert_string_equal(
      collectd.values,
      "192.0.2.1_TCP80/ipvs_server-10.0.0.1_80 7 0 100 50 0 0 0 0 0 0 0 0\n");
  assert_string_equal(ask("another", "10.0.0.1_80", 7), "");
}

static void test_only_a_weight_is_set(void **state) {
  (void)state;
  configure("Writable", switch_value(true));
  read_once();
  notification_t notification = about("10.0.0.1_80", "active");
  plugin_notification_meta_add_signed_int(&notification, "snmp_agent:set", 7);
  assert_string_equal(outcome_of(&notification), "");
  assert_int_equal(kernel_weight(), 1);
  configure("Writable", switch_value(false));
}

// PUTNOTIF, which knows no access control, makes meta data of text.
static void test_a_forged_set(void **state) {
  (void)state;
  static const char *const actions[] = {"snmp_agent:set", "snmp_agent:test"};
  configure("Writable", switch_value(true));
  read_once();
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(actions); i++) {
    notification_t notification = about("10.0.0.1_80", "weight");
    plugin_notification_meta_add_string(&notification, actions[i], "7");
    assert_string_equal(outcome_of(&notification), "");
  }
  assert_int_equal(kernel_weight(), 1);
  assert_string_equal(collectd.log, "");
}

static void test_a_weight_that_cannot_be_set(void **state) {
  (void)state;
  static const struct {
    int failure;
    const char *outcome;
  } cases[] = {
      {-EPERM, "notWritable: collectd has no CAP_NET_ADMIN"},
      {-ENOENT, "genErr: the real server is gone"},
      {-ESRCH, "genErr: the real server is gone"},
      {-ERANGE, "wrongValue: the kernel refuses this weight"},
      {-EBUSY, "genErr: the kernel refuses: Device or resource busy"},
  };
  configure("Writable", switch_value(true));
  read_once();
  static const int64_t wrong[] = {-1, 2147483648, INT64_MIN, INT64_MAX};
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(wrong); i++)
    assert_string_equal(SET("10.0.0.1_80", wrong[i]),
                        "wrongValue: a weight is 0 to 2147483647");
  assert_string_equal(SET("10.0.0.9_80", 7), "notWritable: no such real server");
  kernel.failing = IPVS_CMD_SET_DEST;
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(cases); i++) {
    kernel.failure = cases[i].failure;
    assert_string_equal(SET("10.0.0.1_80", 7), cases[i].outcome);
    assert_string_equal(collectd.values, "");
  }
  kernel.absent = true;
  assert_string_equal(SET("10.0.0.1_80", 7), "genErr: IPVS is not in the kernel");
  kernel.absent = false;
  assert_int_equal(kernel_weight(), 1);
}

static void test_a_set_after_the_shutdown(void **state) {
  (void)state;
  configure("Writable", switch_value(true));
  read_once();
  assert_int_equal(collectd.shutdown(), 0);
  assert_string_equal(SET("10.0.0.1_80", 7), "notWritable: no such real server");
}

// --- network namespaces
// ------------------------------------------------------------------

// What the kernel is like in collectd's own namespace, and in all others.
static struct {
  uint64_t own, asked_last;
  uint8_t failing, failing_elsewhere;
  int failure;
} places;

static void answer_by_place(uint8_t command) {
  (void)command;
  places.asked_last = named_netns_here();
  bool is_own = places.asked_last == places.own;
  kernel.services[0].destination_count = is_own ? 1 : 2;
  kernel.failing = is_own ? places.failing : places.failing_elsewhere;
  kernel.failure = places.failure;
}

static int set_up_places(void **state) {
  places.failing = places.failing_elsewhere = 0;
  set_up(state);
  places.own = named_netns_here();
  kernel.service_count = 1;
  kernel.before = answer_by_place;
  return configure("Namespace", text_value("/^b/"));
}

static void test_one_service_in_two_namespaces(void **state) {
  (void)state;
  named_netns_make("blue");
  named_netns_make("red");
  read_once();
  assert_non_null(strstr(collectd.values, "\n192.0.2.1_TCP80/ipvs_service-total 1 1 0 "));
  assert_non_null(
      strstr(collectd.values, "\n192.0.2.1_TCP80@blue/ipvs_service-total 2 2 0 "));
  assert_non_null(
      strstr(collectd.values, "\n192.0.2.1_TCP80@blue/connections-10.0.0.2_80 0\n"));
  assert_non_null(strstr(collectd.values, "\n@blue/ipvs_timeout-tcp 900\n"));
  assert_non_null(strstr(collectd.values, "\n@blue/ipvs_problem-absent 0\n"));
  assert_null(strstr(collectd.values, "@red"));
  assert_string_equal(collectd.log, "");
  named_netns_delete("blue");
  named_netns_delete("red");
  read_once();
  assert_string_equal(collectd.messages,
                      "2 192.0.2.1_TCP80@blue: the virtual server is gone.\n");
  assert_null(strstr(collectd.values, "@blue"));
  assert_non_null(strstr(collectd.values, "\n192.0.2.1_TCP80/ipvs_service-total 1 1 0 "));
}

static void test_a_weight_is_set_where_it_is(void **state) {
  (void)state;
  configure("Writable", switch_value(true));
  named_netns_make("blue");
  read_once();
  notification_t notification = about("10.0.0.2_80", "weight");
  strcpy(notification.plugin_instance, "192.0.2.1_TCP80@blue");
  plugin_notification_meta_add_signed_int(&notification, "snmp_agent:set", 7);
  assert_string_equal(outcome_of(&notification), "ok");
  assert_int_not_equal(places.asked_last, places.own);
  assert_int_equal(kernel.services[0].destinations[1].weight, 7);
  assert_string_equal(collectd.values,
                      "192.0.2.1_TCP80@blue/ipvs_server-10.0.0.2_80 7 0 100 50 0 0 0 0 0 "
                      "0 0 0\n");
  named_netns_delete("blue");
}

static void test_one_in_trouble_touches_no_other(void **state) {
  (void)state;
  named_netns_make("blue");
  places.failing_elsewhere = IPVS_CMD_GET_INFO;
  places.failure = -ENOBUFS;
  read_once();
  assert_string_equal(collectd.log,
                      "4 ipvs plugin: namespace blue: no values: No buffer space "
                      "available. The kernel is asked again each interval.\n");
  assert_non_null(strstr(collectd.values, "192.0.2.1_TCP80/ipvs_service-total 1 1 0 "));
  assert_non_null(strstr(collectd.values, "\n@blue/ipvs_problem-unreadable 1\n"));
  assert_non_null(strstr(collectd.values, "\n/ipvs_problem-unreadable 0\n"));
  read_once();
  assert_string_equal(collectd.log, "");
  named_netns_delete("blue");
  read_once();
  assert_string_equal(collectd.messages, "4 namespace blue: it is gone.\n");
}

static void test_what_is_wrong_with_all_is_said_once(void **state) {
  (void)state;
  named_netns_make("blue");
  places.failing = places.failing_elsewhere = IPVS_CMD_GET_INFO;
  places.failure = -EPERM;
  check_fault("CAP_NET_ADMIN");
  assert_null(strstr(collectd.log, "blue"));
  named_netns_delete("blue");
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define PLACES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_places, tear_down)

// The names are this process's own.
static bool prepare_places(void) {
  strcpy(named_netns_directory, "/run/netns");
  return named_netns_begin() && mount("none", "/run", "tmpfs", 0, NULL) == 0 &&
         mkdir(named_netns_directory, 0755) == 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_values_of_the_host),
      TEST(test_no_timeout_is_no_value),
      TEST(test_values_of_a_service),
      TEST(test_values_ahead_of_the_queue),
      TEST(test_values_are_ahead_of_what_is_notified),
      TEST(test_every_change_is_told_once),
      TEST(test_a_real_server_that_left_goes_on_as_missing),
      TEST(test_an_estimator_that_is_off),
      TEST(test_a_poll_that_takes_too_long),
      TEST(test_dumps_that_are_always_torn),
      TEST(test_ipvs_that_is_absent),
      TEST(test_a_fault_is_said_once_and_its_end),
      TEST(test_selected_servers),
      TEST(test_sums_only),
      TEST(test_missing_real_servers_are_not_wanted),
      TEST(test_rows_of_what_is_gone_are_taken_back),
      TEST(test_the_row_of_a_forgotten_server_is_taken_back),
      TEST(test_wrong_configuration),
      TEST(test_all_that_is_wrong_is_told),
      TEST(test_quoted_values),
      TEST(test_weights_are_not_writable_by_default),
      TEST(test_a_weight_is_set),
      TEST(test_only_a_weight_is_set),
      TEST(test_a_forged_set),
      TEST(test_a_weight_that_cannot_be_set),
      TEST(test_a_set_after_the_shutdown),
  };
  const struct CMUnitTest elsewhere[] = {
      PLACES_TEST(test_one_service_in_two_namespaces),
      PLACES_TEST(test_a_weight_is_set_where_it_is),
      PLACES_TEST(test_one_in_trouble_touches_no_other),
      PLACES_TEST(test_what_is_wrong_with_all_is_said_once),
  };
  if (!has_generic_netlink())
    return skip_all("no generic netlink");
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  if (prepare_places())
    failed += cmocka_run_group_tests(elsewhere, NULL, NULL);
  return failed;
}
