// SPDX-License-Identifier: MIT
// Are the network namespaces that have a name known, and can one work inside of them?
//
// With real ones, whose names are in a directory of the test's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/io/netns.h"
#include "named_netns.h"
#include "needs.h"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static char root[] = "/tmp/test_netns.XXXXXX";

static bool is_news(const struct ha_netns_set *set) {
  struct pollfd events = {set->events, POLLIN, 0};
  return poll(&events, 1, 0) == 1;
}

static void test_names_come_and_go(void **state) {
  (void)state;
  struct ha_netns_set set;

  named_netns_make("blue");
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  assert_int_equal(set.count, 1);
  assert_false(is_news(&set));
  named_netns_make("a");
  assert_true(is_news(&set));
  assert_int_equal(ha_netns_read(&set), 0);
  assert_false(is_news(&set));
  assert_true(set.is_settled);
  assert_int_equal(set.count, 2);
  assert_string_equal(set.all[0].name, "a");
  named_netns_delete("blue");
  assert_true(is_news(&set));
  assert_int_equal(ha_netns_read(&set), 0);
  assert_null(ha_netns_find(&set, "blue"));
  assert_non_null(ha_netns_find(&set, "a"));
  named_netns_delete("a");
  ha_netns_close(&set);
}

static void test_a_directory_that_comes_later(void **state) {
  (void)state;
  struct ha_netns_set set;

  assert_int_equal(rmdir(named_netns_directory), 0);
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  assert_int_equal(set.count, 0);
  for (int i = 0; i < 2; i++) { // and goes, and comes again
    assert_int_equal(mkdir(named_netns_directory, 0755), 0);
    assert_true(is_news(&set));
    assert_int_equal(ha_netns_read(&set), 0);
    named_netns_make("blue");
    assert_true(is_news(&set));
    assert_int_equal(ha_netns_read(&set), 0);
    assert_int_equal(set.count, 1);
    named_netns_delete("blue");
    assert_int_equal(rmdir(named_netns_directory), 0);
    assert_int_equal(ha_netns_read(&set), 0);
    assert_int_equal(set.count, 0);
  }
  ha_netns_close(&set);
  assert_int_equal(mkdir(named_netns_directory, 0755), 0);
}

static void test_a_name_is_there_before_its_namespace(void **state) {
  (void)state;
  struct ha_netns_set set;

  named_netns_make_file("blue");
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  assert_int_equal(set.count, 0);
  assert_false(set.is_settled);
  named_netns_bind("blue");
  assert_int_equal(ha_netns_read(&set), 0);
  assert_int_equal(set.count, 1);
  assert_true(set.is_settled);
  named_netns_delete("blue");
  ha_netns_close(&set);
}

// A namespace that only a process holds, as a container's, whose name is a link.
static void test_a_link_to_a_process(void **state) {
  (void)state;
  char target[64], path[128];
  int ready[2];
  struct ha_netns_set set;

  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    alarm(10); // whatever becomes of the test
    if (unshare(CLONE_NEWNET) == 0)
      close(ready[1]);
    pause();
    _exit(0);
  }
  close(ready[1]);
  assert_int_equal(read(ready[0], target, 1), 0); // it is inside
  close(ready[0]);
  snprintf(target, sizeof(target), "/proc/%d/ns/net", (int)child);
  named_netns_path("container", path);
  assert_int_equal(symlink(target, path), 0);
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  assert_int_equal(set.count, 1);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  assert_int_equal(ha_netns_read(&set), 0);
  assert_int_equal(set.count, 0);
  assert_true(set.is_settled);
  assert_int_equal(unlink(path), 0);
  ha_netns_close(&set);
}

static void test_what_is_passed_over(void **state) {
  (void)state;
  char path[128], second[128], name[HA_NETNS_NAME_SIZE + 1];
  struct ha_netns_set set;

  memset(name, 'x', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  named_netns_make(name);
  named_netns_make("with space");
  named_netns_make_file("own");
  named_netns_path("own", path);
  assert_int_equal(mount("/proc/self/ns/net", path, "none", MS_BIND, NULL), 0);
  named_netns_make("once");
  named_netns_make_file("twice");
  named_netns_path("once", path);
  named_netns_path("twice", second);
  assert_int_equal(mount(path, second, "none", MS_BIND, NULL), 0);
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  assert_int_equal(set.count, 1);
  named_netns_delete("once");
  named_netns_delete("twice");
  named_netns_delete("own");
  named_netns_delete("with space");
  named_netns_delete(name);
  ha_netns_close(&set);
}

static void test_more_than_there_is_room_for(void **state) {
  (void)state;
  struct ha_netns_set set;

  named_netns_make("a");
  named_netns_make("b");
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 1), 0);
  assert_int_equal(set.count, 1);
  assert_true(set.is_full);
  named_netns_delete("a");
  assert_int_equal(ha_netns_read(&set), 0);
  assert_int_equal(set.count, 1);
  assert_false(set.is_full);
  named_netns_delete("b");
  ha_netns_close(&set);
}

// --- inside -------------------------------------------------------------------------

static int look_around(void *user) {
  FILE *file = fopen("/proc/thread-self/net/dev", "re");
  char line[256];
  int lines = 0;

  while (fgets(line, sizeof(line), file) != NULL)
    lines++;
  fclose(file);
  *(uint64_t *)user = named_netns_here();
  return lines; // two of them are a header
}

static void test_work_inside(void **state) {
  (void)state;
  struct ha_netns_set set;
  struct ha_netns blue;
  struct ha_netns own = {.inode = 0};
  uint64_t seen, here = named_netns_here();

  named_netns_make("blue");
  assert_int_equal(ha_netns_open(&set, named_netns_directory, 16), 0);
  blue = *ha_netns_find(&set, "blue");
  assert_int_equal(ha_netns_within(named_netns_directory, &blue, look_around, &seen), 3);
  assert_int_equal(seen, blue.inode);
  assert_int_equal(named_netns_here(), here);
  ha_netns_within(named_netns_directory, &own, look_around, &seen);
  assert_int_equal(seen, here);
  named_netns_delete("blue");
  assert_int_equal(ha_netns_within(named_netns_directory, &blue, look_around, &seen),
                   -ENOENT);
  named_netns_make_file("blue");
  assert_int_equal(ha_netns_within(named_netns_directory, &blue, look_around, &seen),
                   -ESTALE);
  named_netns_delete("blue");
  ha_netns_close(&set);
}

static int prepare(void **state) {
  (void)state;
  if (mkdtemp(root) == NULL)
    return -1;
  snprintf(named_netns_directory, sizeof(named_netns_directory), "%s/netns", root);
  return mkdir(named_netns_directory, 0755);
}

static int clear(void **state) {
  (void)state;
  rmdir(named_netns_directory);
  return rmdir(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_come_and_go),
      cmocka_unit_test(test_a_directory_that_comes_later),
      cmocka_unit_test(test_a_name_is_there_before_its_namespace),
      cmocka_unit_test(test_a_link_to_a_process),
      cmocka_unit_test(test_what_is_passed_over),
      cmocka_unit_test(test_more_than_there_is_room_for),
      cmocka_unit_test(test_work_inside),
  };
  // The mounts of this test are nobody else's.
  if (!named_netns_begin())
    return skip_all("namespaces");
  return cmocka_run_group_tests(tests, prepare, clear);
}
