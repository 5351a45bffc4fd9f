// SPDX-License-Identifier: MIT
// Is the state that an instance begins in read from keepalived's configuration, and never
// guessed?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/keepalived_conf.h"
#include "io/keepalived_program.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int no_include(void *context, const char *pattern) {
  (void)context;
  (void)pattern;
  return -ENOENT;
}

static double state_in(const char *text, const char *name, double priority) {
  struct vrrp_keepalived_conf conf = {0};
  int status = vrrp_keepalived_conf_read(&conf, text, no_include, NULL);
  double state = status < 0 ? -1 : vrrp_keepalived_conf_state(&conf, name, priority);
  vrrp_keepalived_conf_clear(&conf);
  return state;
}

static void reads_what_keepalived_was_started_with(void **unused) {
  static const struct {
    const char *name;
    double priority, state;
  } WANTED[] = {{"V4A", 120, 2},   {"V4B", 90, 1}, {"VM", 101, 1},
                {"OWNER", 255, 2}, {"BK", 50, 1},  {"FLT", 70, 1}};
  (void)unused;
  struct vrrp_keepalived_conf conf = {0};
  assert_int_equal(vrrp_keepalived_conf_load(HA_DUMPS "/2.3.3/B/keepalived.conf", &conf),
                   0);
  for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
    assert_true(vrrp_keepalived_conf_state(&conf, WANTED[i].name, WANTED[i].priority) ==
                WANTED[i].state);
  vrrp_keepalived_conf_clear(&conf);
}

static void takes_each_way_of_writing(void **unused) {
  (void)unused;
  assert_true(state_in("vrrp_instance A {\n state MASTER\n}", "A", 100) == 2);
  assert_true(state_in("vrrp_instance A\n{\n state master # yes\n}", "A", 100) == 2);
  assert_true(state_in("vrrp_instance \"a b\" {\n  priority 7\n}\n", "a b", 7) == 1);
  assert_true(state_in("vrrp_instance A {\n}\nvrrp_instance B {\n state MASTER\n}\n", "A",
                       100) == 1);
  // A word of a block within is not the instance's, nor is one behind it.
  assert_true(state_in("vrrp_instance A {\n x {\n state MASTER\n }\n}", "A", 100) == 1);
  assert_true(state_in("vrrp_instance A {\n}\nx {\n state MASTER\n}", "A", 100) == 1);
  assert_true(state_in("! vrrp_instance A {\nvrrp_instance A {\n state MASTER\n}", "A",
                       100) == 2);
}

static void tells_nothing_when_in_doubt(void **unused) {
  static const char *const TEXTS[] = {
      "vrrp_instance B {\n state MASTER\n}",  // another one
      "vrrp_instance A {\n priority 90\n}",   // edited since
      "@main state\nvrrp_instance A {\n}",    // a condition
      "$P=1\nvrrp_instance A {\n}",           // a variable
      "vrrp_instance A {\n ~SEQ(x, 1, 2)\n}", // a sequence
      "vrrp_instance A {\n state FAULT\n}",   // no state to begin in
  };
  (void)unused;
  for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
    assert_true(isnan(state_in(TEXTS[i], "A", 100)));
  assert_true(state_in("include nowhere/*.conf\n", "A", 100) == -1);
}

static void put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void follows_includes(void **unused) {
  (void)unused;
  struct vrrp_keepalived_conf conf = {0};
  char dir[] = "/tmp/ka-conf-XXXXXX", path[64], inner[64];
  assert_non_null(mkdtemp(dir));
  snprintf(path, sizeof(path), "%s/main.conf", dir);
  snprintf(inner, sizeof(inner), "%s/one.inc", dir);
  put(path, "include *.inc\nvrrp_instance B {\n priority 5\n}\n");
  put(inner, "vrrp_instance A {\n state MASTER\n}\n");
  assert_int_equal(vrrp_keepalived_conf_load(path, &conf), 0);
  assert_true(vrrp_keepalived_conf_state(&conf, "A", 100) == 2);
  assert_true(vrrp_keepalived_conf_state(&conf, "B", 5) == 1);
  vrrp_keepalived_conf_clear(&conf);
  put(inner, "include one.inc\n");
  assert_int_equal(vrrp_keepalived_conf_load(path, &conf), -ELOOP);
  vrrp_keepalived_conf_clear(&conf);
  unlink(inner);
  assert_int_equal(vrrp_keepalived_conf_load(path, &conf), -ENOENT);
  vrrp_keepalived_conf_clear(&conf);
  unlink(path);
  rmdir(dir);
}

static const volatile char line[] = "Keepalived v9.8.7 (01/02,2034)";

static void reads_the_version_of_the_program_that_runs(void **unused) {
  (void)unused;
  struct vrrp_keepalived_program program;
  assert_int_equal(line[0], 'K');
  assert_int_equal(vrrp_keepalived_program_read(getpid(), &program), 0);
  assert_string_equal(program.version, "Keepalived v9.8.7 (01/02,2034)");
  assert_true(program.ipvs_64bit == 1); // the word stands in this program, too
  assert_true(vrrp_keepalived_program_read(0, &program) < 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_keepalived_was_started_with),
      cmocka_unit_test(takes_each_way_of_writing),
      cmocka_unit_test(tells_nothing_when_in_doubt),
      cmocka_unit_test(follows_includes),
      cmocka_unit_test(reads_the_version_of_the_program_that_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
