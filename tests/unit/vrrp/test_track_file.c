// SPDX-License-Identifier: MIT
// Does a tracked file say what was written, and nothing else what it does not?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/track_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state) {
  static char dir[] = "/tmp/ka-track-XXXXXX";
  *state = dir;
  return mkdtemp(dir) == NULL || chdir(dir) < 0 ? -1 : 0;
}

static int tear_down(void **state) {
  unlink("file");
  return rmdir(*state);
}

static void put(const char *text) {
  FILE *file = fopen("file", "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void reads_what_was_written(void **state) {
  (void)state;
  static const int OFFSETS[] = {0, 1, -1, 120, 254, -254};
  for (size_t i = 0; i < sizeof(OFFSETS) / sizeof(OFFSETS[0]); i++) {
    int offset = 999;
    assert_int_equal(vrrp_track_file_write("file", OFFSETS[i]), 0);
    assert_int_equal(vrrp_track_file_read("file", &offset), 0);
    assert_int_equal(offset, OFFSETS[i]);
  }
  assert_int_equal(access("file.new", F_OK), -1);
}

static void a_file_that_is_not_there_counts_nothing(void **state) {
  (void)state;
  int offset = 999;
  unlink("file");
  assert_int_equal(vrrp_track_file_read("file", &offset), 0);
  assert_int_equal(offset, 0);
}

static void refuses_what_is_no_offset(void **state) {
  (void)state;
  static const char *const TEXTS[] = {
      "", "\n", "x", "1x", "255", "-255", "99999999999999"};
  for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
    int offset = 999;
    put(TEXTS[i]);
    assert_int_equal(vrrp_track_file_read("file", &offset), -EBADMSG);
    assert_int_equal(offset, 999);
  }
}

// keepalived holds the old file open or reads the new one, never half of one.
static void replaces_the_file(void **state) {
  (void)state;
  struct stat before, after;
  put("5\n");
  assert_int_equal(stat("file", &before), 0);
  assert_int_equal(vrrp_track_file_write("file", 6), 0);
  assert_int_equal(stat("file", &after), 0);
  assert_int_not_equal(before.st_ino, after.st_ino);
  assert_int_equal(after.st_mode & 0777, 0644);
}

static void tells_why_it_could_not_write(void **state) {
  (void)state;
  char path[PATH_MAX + 8];
  assert_int_equal(vrrp_track_file_write("no/such/directory", 1), -ENOENT);
  memset(path, 'x', sizeof(path) - 1);
  path[sizeof(path) - 1] = '\0';
  assert_int_equal(vrrp_track_file_write(path, 1), -ENAMETOOLONG);
}

int main(void) {
  umask(022);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_was_written),
      cmocka_unit_test(a_file_that_is_not_there_counts_nothing),
      cmocka_unit_test(refuses_what_is_no_offset),
      cmocka_unit_test(replaces_the_file),
      cmocka_unit_test(tells_why_it_could_not_write),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
