// SPDX-License-Identifier: MIT
// Is a row of keepalived's the sum of what is its own in the kernel, and of nothing else?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/rows.h"
#include "objects.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct ipvs_rows rows;
static struct ipvs_snapshot snapshot;

static int tear_down(void **state) {
  (void)state;
  ipvs_rows_clear(&rows);
  ipvs_snapshot_clear(&snapshot);
  return 0;
}

// A virtual server of the kernel's with so many connections, and one real server,
// 10.0.0.1:80, with one more.
static void add(struct ipvs_service_key key, uint64_t connections) {
  add_service(&snapshot, key, (int[]){1}, 1);
  struct ipvs_service *service = &snapshot.services[snapshot.service_count - 1];
  ipvs_service_name(&service->key, "", service->name);
  ipvs_destination_name(&service->destinations->key, service->destinations->name);
  service->stats.connections = connections;
  service->destinations->stats.connections = connections + 1;
}

static struct ipvs_row row_of(enum ipvs_row_kind kind, const char *service,
                              const char *server, const char *group) {
  struct ipvs_row row = {.kind = kind, .service = 1, .position = 1};
  snprintf(row.name.service, sizeof(row.name.service), "%s", service);
  snprintf(row.name.server, sizeof(row.name.server), "%s", server);
  snprintf(row.group, sizeof(row.group), "%s", group);
  return row;
}

static void put(struct ipvs_row row) {
  assert_int_equal(ipvs_rows_put(&rows, &row), 0);
}

static void put_group(const char *service, const char *group, uint16_t family,
                      uint16_t protocol) {
  struct ipvs_row row = row_of(IPVS_ROW_SERVICE, service, "", group);
  row.family = family, row.protocol = protocol;
  put(row);
}

static void put_member(const char *name, const char *group, const char *first,
                       const char *last, uint16_t port) {
  struct ipvs_row row = row_of(IPVS_ROW_MEMBER, "keepalived", name, group);
  row.family = family_of(first);
  row.range.port = port;
  inet_pton(row.family, first, row.range.first);
  inet_pton(row.family, last, row.range.last);
  put(row);
}

static void put_mark(const char *name, const char *group, uint32_t fwmark) {
  struct ipvs_row row = row_of(IPVS_ROW_MEMBER, "keepalived", name, group);
  row.range.fwmark = fwmark;
  put(row);
}

static int64_t connections(const char *service, const char *server) {
  for (size_t i = 0; i < rows.count; i++)
    if (strcmp(rows.list[i]->name.service, service) == 0 &&
        strcmp(rows.list[i]->name.server, server) == 0)
      return (int64_t)rows.list[i]->stats.connections;
  return -1;
}

#define COUNTS(service, server, wanted)                                                  \
  assert_int_equal(connections(service, server), wanted)

static void a_row_has_what_the_kernel_counts(void **state) {
  (void)state;
  add(service_key("192.0.2.1", IPPROTO_TCP, 80), 10);
  add(service_key("192.0.2.1", IPPROTO_UDP, 80), 20);
  put(row_of(IPVS_ROW_SERVICE, "192.0.2.1_TCP80", "", ""));
  put(row_of(IPVS_ROW_SERVER, "192.0.2.1_TCP80", "10.0.0.1_80", ""));
  put(row_of(IPVS_ROW_SERVER, "192.0.2.1_TCP80", "10.0.0.2_80", ""));
  put(row_of(IPVS_ROW_SERVICE, "192.0.2.9_TCP80", "", ""));
  for (int poll = 0; poll < 2; poll++) { // anew each time, not on top
    ipvs_rows_count(&rows, "", &snapshot);
    COUNTS("192.0.2.1_TCP80", "", 10);
    COUNTS("192.0.2.1_TCP80", "10.0.0.1_80", 11);
    COUNTS("192.0.2.1_TCP80", "10.0.0.2_80", 0);
    COUNTS("192.0.2.9_TCP80", "", 0);
  }
}

static void a_group_is_the_sum_of_its_members(void **state) {
  (void)state;
  add(service_key("192.0.2.1", IPPROTO_TCP, 80), 1);
  add(service_key("192.0.2.10", IPPROTO_TCP, 80), 10);
  add(service_key("192.0.2.12", IPPROTO_TCP, 80), 100);
  add(service_key("192.0.2.13", IPPROTO_TCP, 80), 1000);    // behind the range
  add(service_key("192.0.2.11", IPPROTO_TCP, 443), 10000);  // another port
  add(service_key("2001:db8::1", IPPROTO_TCP, 80), 100000); // another family
  add(mark_key(AF_INET, 7), 1000000);
  add(mark_key(AF_INET6, 7), 10000000);
  put_group("WEB_TCP", "WEB", AF_INET, IPPROTO_TCP);
  put_member("WEB.2", "WEB", "192.0.2.1", "192.0.2.1", 80);
  put_member("WEB.3", "WEB", "192.0.2.10", "192.0.2.12", 80);
  put_member("WEB.4", "WEB", "2001:db8::1", "2001:db8::1", 80);
  put_member("OTHER.1", "OTHER", "192.0.2.13", "192.0.2.13", 80);
  put_mark("WEB.1", "WEB", 7);
  put(row_of(IPVS_ROW_SERVER, "WEB_TCP", "10.0.0.1_80", ""));
  ipvs_rows_count(&rows, "", &snapshot);
  COUNTS("WEB_TCP", "", 1000111);
  COUNTS("WEB_TCP", "10.0.0.1_80", 1000115);
}

// One virtual_server_group may be of two virtual servers.
static void services_of_one_group_differ_by_protocol(void **state) {
  (void)state;
  add(service_key("192.0.2.1", IPPROTO_TCP, 53), 1);
  add(service_key("192.0.2.1", IPPROTO_UDP, 53), 10);
  put_group("DNS_TCP", "DNS", AF_INET, IPPROTO_TCP);
  put_group("DNS_UDP", "DNS", AF_INET, IPPROTO_UDP);
  put_group("DNS", "DNS", 0, 0); // of any
  put_member("DNS.1", "DNS", "192.0.2.1", "192.0.2.1", 53);
  ipvs_rows_count(&rows, "", &snapshot);
  COUNTS("DNS_TCP", "", 1);
  COUNTS("DNS_UDP", "", 10);
  COUNTS("DNS", "", 11);
}

// One of the same addresses and the same group in another network namespace.
static void namespaces_are_apart(void **state) {
  (void)state;
  add(service_key("192.0.2.1", IPPROTO_TCP, 80), 1);
  put_group("WEB_TCP", "WEB", AF_INET, IPPROTO_TCP);
  put_member("WEB.1", "WEB", "192.0.2.1", "192.0.2.1", 80);
  struct ipvs_row blue = row_of(IPVS_ROW_SERVICE, "WEB_TCP@blue", "", "WEB");
  strcpy(blue.netns, "blue");
  blue.is_told = true;
  put(blue);
  ipvs_rows_count(&rows, "", &snapshot);
  COUNTS("WEB_TCP", "", 1);
  COUNTS("WEB_TCP@blue", "", 0);
  ipvs_rows_count(&rows, "blue", &snapshot); // no member there
  COUNTS("WEB_TCP", "", 1);
  COUNTS("WEB_TCP@blue", "", 0);
  ipvs_rows_lose(&rows, &blue.name);
  ipvs_rows_sweep(&rows, "");
  assert_int_equal(rows.count, 3);
  ipvs_rows_sweep(&rows, "blue");
  assert_int_equal(rows.count, 2);
}

static enum ipvs_word word(const char *netns, const char *server) {
  return ipvs_rows_word(&rows, netns, &snapshot.services[0], server);
}

static void keepalived_s_word_is_of_its_own_row_or_its_group_s(void **state) {
  (void)state;
  add(service_key("192.0.2.1", IPPROTO_TCP, 80), 1);
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_NONE);
  put(row_of(IPVS_ROW_SERVICE, "192.0.2.9_TCP80", "", ""));
  put_group("DNS_UDP", "DNS", AF_INET, IPPROTO_UDP);
  put_member("DNS.1", "DNS", "192.0.2.1", "192.0.2.1", 80);
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_NONE);
  put_group("WEB_TCP", "WEB", AF_INET, IPPROTO_TCP);
  put_member("WEB.1", "WEB", "192.0.2.1", "192.0.2.1", 80);
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_REMOVED);
  put(row_of(IPVS_ROW_SERVER, "WEB_TCP", "10.0.0.1_80", ""));
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_KEPT);
  assert_int_equal(word("blue", "10.0.0.1_80"), IPVS_WORD_NONE);
  struct ipvs_row_name lost = {.service = "WEB_TCP", .server = "10.0.0.1_80"};
  ipvs_rows_lose(&rows, &lost);
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_REMOVED);
  put(row_of(IPVS_ROW_SERVICE, "192.0.2.1_TCP80", "", ""));
  put(row_of(IPVS_ROW_SERVER, "192.0.2.1_TCP80", "10.0.0.1_80", ""));
  assert_int_equal(word("", "10.0.0.1_80"), IPVS_WORD_KEPT);
}

static void what_is_lost_untold_is_dropped_at_once(void **state) {
  (void)state;
  for (const char *name = "bac"; *name != '\0'; name++)
    put(row_of(IPVS_ROW_SERVICE, (char[]){*name, '\0'}, "", ""));
  rows.list[2]->is_told = true;
  ipvs_rows_lose(&rows, &rows.list[1]->name);
  ipvs_rows_lose(&rows, &rows.list[1]->name);
  assert_int_equal(rows.count, 2);
  assert_string_equal(rows.list[0]->name.service, "a");
  assert_string_equal(rows.list[1]->name.service, "c");
  put(row_of(IPVS_ROW_SERVICE, "c", "", "")); // is back
  ipvs_rows_lose(&rows, &rows.list[1]->name);
  assert_int_equal(rows.count, 2); // it was told all the same
  rows.list[0]->is_told = true;
  ipvs_rows_leave(&rows, "blue");
  assert_int_equal(rows.count, 2);
  ipvs_rows_leave(&rows, "");
  assert_int_equal(rows.count, 1);
  ipvs_rows_lose(&rows, &rows.list[0]->name);
  assert_int_equal(rows.count, 0);
}

static void what_is_lost_stays_until_it_is_swept(void **state) {
  (void)state;
  put(row_of(IPVS_ROW_SERVICE, "b", "", ""));
  put(row_of(IPVS_ROW_SERVICE, "a", "", ""));
  put(row_of(IPVS_ROW_SERVICE, "c", "", ""));
  put(row_of(IPVS_ROW_SERVICE, "b", "", "")); // replaced
  assert_int_equal(rows.count, 3);
  rows.list[1]->is_told = true;
  ipvs_rows_lose(&rows, &rows.list[1]->name);
  struct ipvs_row_name unknown = {.service = "z"};
  ipvs_rows_lose(&rows, &unknown);
  assert_int_equal(rows.list[1]->position, 0);
  ipvs_rows_sweep(&rows, "");
  assert_int_equal(rows.count, 2);
  assert_string_equal(rows.list[0]->name.service, "a");
  assert_string_equal(rows.list[1]->name.service, "c");
}

static void rows_are_bounded(void **state) {
  (void)state;
  struct ipvs_row row = row_of(IPVS_ROW_SERVICE, "", "", "");
  for (int i = 0; i < IPVS_ROWS_MAX; i++) {
    snprintf(row.name.service, sizeof(row.name.service), "%08d", i);
    put(row);
  }
  snprintf(row.name.service, sizeof(row.name.service), "more");
  assert_int_equal(ipvs_rows_put(&rows, &row), -E2BIG);
  assert_int_equal(rows.count, IPVS_ROWS_MAX);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_row_has_what_the_kernel_counts),
      TEST(a_group_is_the_sum_of_its_members),
      TEST(services_of_one_group_differ_by_protocol),
      TEST(namespaces_are_apart),
      TEST(keepalived_s_word_is_of_its_own_row_or_its_group_s),
      TEST(what_is_lost_untold_is_dropped_at_once),
      TEST(what_is_lost_stays_until_it_is_swept),
      TEST(rows_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
