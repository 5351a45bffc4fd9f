// SPDX-License-Identifier: MIT
// Is it noticed that somebody has read a file, whatever happened to it before?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/file_reads.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/ha-file-reads-XXXXXX";
static char path[64], other[64];

static int begin(void **unused) {
  (void)unused;
  strcpy(strrchr(directory, '-'), "-XXXXXX");
  assert_non_null(mkdtemp(directory));
  snprintf(path, sizeof(path), "%s/conf", directory);
  snprintf(other, sizeof(other), "%s/conf.new", directory);
  return 0;
}

static int end(void **unused) {
  (void)unused;
  unlink(path);
  unlink(other);
  return rmdir(directory);
}

static void touch(const char *name, int flags) {
  int fd = open(name, flags, 0600);
  assert_true(fd >= 0);
  close(fd);
}

static void test_reads_of_the_file_alone(void **unused) {
  (void)unused;
  struct vrrp_file_reads reads;

  touch(path, O_WRONLY | O_CREAT);
  touch(other, O_WRONLY | O_CREAT);
  assert_int_equal(vrrp_file_reads_open(&reads, path), 0);
  assert_false(vrrp_file_reads_take(&reads));
  touch(other, O_RDONLY);
  touch(path, O_WRONLY); // an edit
  assert_false(vrrp_file_reads_take(&reads));
  touch(path, O_RDONLY);
  assert_true(vrrp_file_reads_take(&reads));
  assert_false(vrrp_file_reads_take(&reads));
  assert_int_equal(rename(other, path), 0); // as editors do
  assert_false(vrrp_file_reads_take(&reads));
  touch(path, O_RDONLY);
  touch(path, O_RDONLY);
  assert_true(vrrp_file_reads_take(&reads));
  vrrp_file_reads_close(&reads);
}

static void test_a_directory_that_comes_later(void **unused) {
  (void)unused;
  struct vrrp_file_reads reads;

  rmdir(directory);
  assert_int_equal(vrrp_file_reads_open(&reads, path), 0);
  assert_false(vrrp_file_reads_take(&reads));
  for (int i = 0; i < 2; i++) {
    assert_int_equal(mkdir(directory, 0700), 0);
    touch(path, O_WRONLY | O_CREAT);
    assert_false(vrrp_file_reads_take(&reads)); // and it is watched from now on
    touch(path, O_RDONLY);
    assert_true(vrrp_file_reads_take(&reads));
    unlink(path);
    rmdir(directory);
    vrrp_file_reads_take(&reads); // it is gone
  }
  vrrp_file_reads_close(&reads);
  assert_int_equal(mkdir(directory, 0700), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_reads_of_the_file_alone, begin, end),
      cmocka_unit_test_setup_teardown(test_a_directory_that_comes_later, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
