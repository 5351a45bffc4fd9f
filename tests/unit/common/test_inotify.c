// SPDX-License-Identifier: MIT
// Is what inotify says taken in order, and does whoever makes events keep nobody?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/io/inotify.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/test_inotify.XXXXXX";

// The next event tells of this file; another one is made whenever one is taken, if
// `more`.
struct story {
  int taken, made;
  int more;
};

static void make(struct story *story) {
  char path[64];

  snprintf(path, sizeof(path), "%s/%d", directory, story->made++);
  close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  unlink(path);
}

static void take(void *user, const struct inotify_event *event) {
  struct story *story = user;

  assert_int_equal(atoi(event->name), story->taken++);
  if (story->more)
    make(story);
}

static int watch(void) {
  int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

  assert_true(fd >= 0);
  assert_true(inotify_add_watch(fd, directory, IN_CREATE) >= 0);
  return fd;
}

static int is_readable(int fd) {
  struct pollfd events = {fd, POLLIN, 0};
  return poll(&events, 1, 0) == 1;
}

static void test_in_order(void **unused) {
  (void)unused;
  struct story story = {0};
  int fd = watch();

  for (int i = 0; i < 1000; i++)
    make(&story);
  ha_inotify_take(fd, take, &story);
  assert_int_equal(story.taken, 1000);
  assert_false(is_readable(fd));
  close(fd);
}

static void test_faster_than_they_are_taken(void **unused) {
  (void)unused;
  struct story story = {.more = 1};
  int fd = watch();

  make(&story);
  ha_inotify_take(fd, take, &story);
  assert_true(story.taken > 0 && is_readable(fd));
  close(fd);
}

static int prepare(void **unused) {
  (void)unused;
  return mkdtemp(directory) != NULL ? 0 : -1;
}

static int clear(void **unused) {
  (void)unused;
  return rmdir(directory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_in_order),
      cmocka_unit_test(test_faster_than_they_are_taken),
  };
  return cmocka_run_group_tests(tests, prepare, clear);
}
