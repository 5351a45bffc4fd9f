// SPDX-License-Identifier: MIT
// When is the source ill, and are its totals read where they are?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/health.h"
#include "io/totals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// The problems of a poll by their names, a blank behind each.
static const char *problems_of(struct ipvs_health health) {
  static char text[128];
  text[0] = '\0';
  for (enum ipvs_problem problem = 0; problem < IPVS_PROBLEMS; problem++)
    if (ipvs_has_problem(&health, problem))
      snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ",
               ipvs_problem_text(problem));
  return text;
}

#define PROBLEMS(...) problems_of((struct ipvs_health){.interval = 10, __VA_ARGS__})

static void test_problems(void **state) {
  (void)state;
  assert_string_equal(PROBLEMS(.seconds = 10), "");
  assert_string_equal(PROBLEMS(.seconds = 10.1), "slow ");
  assert_string_equal(PROBLEMS(.status = -ENODEV), "absent ");
  assert_string_equal(PROBLEMS(.status = -EPERM), "unreadable ");
  assert_string_equal(PROBLEMS(.status = -ETIMEDOUT, .seconds = 11), "unreadable slow ");
  assert_string_equal(PROBLEMS(.status = -EINTR), "torn ");
  assert_string_equal(PROBLEMS(.mended = 3), "");
  assert_string_equal(PROBLEMS(.mended = 3, .unmended = 1), "torn ");
  assert_string_equal(PROBLEMS(.frozen = true), "estimator_off ");
  assert_string_equal(PROBLEMS(.frozen = true, .status = -EPERM), "unreadable ");
}

// --- /proc ------------------------------------------------------------------------

static char proc[] = "/tmp/test-ipvs-XXXXXX";

static void put(const char *directory, const char *name, const char *text) {
  char path[256];
  for (const char *slash = directory; slash != NULL; slash = strchr(slash + 1, '/')) {
    snprintf(path, sizeof(path), "%s/%.*s", proc, (int)(slash - directory), directory);
    mkdir(path, 0700);
  }
  snprintf(path, sizeof(path), "%s/%s", proc, directory);
  mkdir(path, 0700);
  snprintf(path, sizeof(path), "%s/%s/%s", proc, directory, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static int make_proc(void **state) {
  (void)state;
  strcpy(proc, "/tmp/test-ipvs-XXXXXX");
  return mkdtemp(proc) == NULL;
}

static int remove_proc(void **state) {
  (void)state;
  static const char *const paths[] = {"thread-self/net/ip_vs_stats",
                                      "thread-self/net/ip_vs_stats_percpu",
                                      "thread-self/net",
                                      "self",
                                      "sys/net/ipv4/vs/run_estimation",
                                      "sys/net/ipv4/vs",
                                      "sys/net/ipv4",
                                      "sys/net",
                                      "sys",
                                      ""};
  char path[256];
  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    snprintf(path, sizeof(path), "%s/%s", proc, paths[i]);
    remove(path);
  }
  return 0;
}

#define SUM                                                                              \
  "   Total Incoming Outgoing         Incoming         Outgoing\n"                       \
  "   Conns  Packets  Packets            Bytes            Bytes\n"                       \
  "       A       14       1E              100              200\n\n"                     \
  " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"                       \
  "       1        2        3                4                5\n"

// As Linux 6.1 writes it: what it has added up itself stands behind the tilde.
#define PROCESSORS                                                                       \
  "       Total Incoming Outgoing         Incoming         Outgoing\n"                   \
  "CPU    Conns  Packets  Packets            Bytes            Bytes\n"                   \
  "  0        A       14       1E              100              200\n"                   \
  " 1F       14       14       1E        100000000              200\n"                   \
  "  ~        1        2        3                4                5\n\n"                 \
  "     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"                   \
  "           1        2        3                4                5\n"

static void test_totals(void **state) {
  (void)state;
  struct ipvs_stats stats = {.connections = 99};
  assert_int_equal(ipvs_read_totals(proc, false, &stats), -ENOENT);
  assert_int_equal(ipvs_read_totals(proc, true, &stats), -ENOENT);
  put("thread-self/net", "ip_vs_stats", "nothing of it\n");
  put("thread-self/net", "ip_vs_stats_percpu", "nothing of it\n");
  assert_int_equal(ipvs_read_totals(proc, false, &stats), -EBADMSG);
  assert_int_equal(ipvs_read_totals(proc, true, &stats), -EBADMSG);
  assert_int_equal(stats.connections, 99);
  put("thread-self/net", "ip_vs_stats", SUM);
  put("thread-self/net", "ip_vs_stats_percpu", PROCESSORS);
  assert_int_equal(ipvs_read_totals(proc, false, &stats), 0);
  assert_int_equal(stats.connections, 10);
  assert_int_equal(stats.out_octet_rate, 5);
  assert_int_equal(ipvs_read_totals(proc, true, &stats), 0);
  assert_int_equal(stats.connections, 30);
  assert_int_equal(stats.in_packets, 40);
  assert_int_equal(stats.out_packets, 60);
  assert_int_equal(stats.in_octets, 0x100000100);
  assert_int_equal(stats.out_octets, 0x400);
  assert_int_equal(stats.out_octet_rate, 0);
}

static void test_the_estimator(void **state) {
  (void)state;
  assert_false(ipvs_is_frozen(proc)); // a kernel that has no such setting
  put("sys/net/ipv4/vs", "run_estimation", "1\n");
  assert_false(ipvs_is_frozen(proc));
  put("sys/net/ipv4/vs", "run_estimation", "0\n");
  assert_true(ipvs_is_frozen(proc));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_proc, remove_proc)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_problems),
      TEST(test_totals),
      TEST(test_the_estimator),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
