// SPDX-License-Identifier: MIT
// Is something kept for each namespace that is wanted, no longer than it is there, and is
// what is wrong with some of them said once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/io/netns_follower.h"
#include "named_netns.h"
#include "needs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// What is kept, and what comes of the next beginnings.
static struct {
  struct ha_netns all[8];
  size_t count;
  int status;
} kept;

static struct ha_selection chosen;
static struct ha_netns_follower follower;

static const struct ha_netns *at(void *user, size_t i) {
  (void)user;
  return i < kept.count ? &kept.all[i] : NULL;
}

static int begin(void *user, const struct ha_netns *netns) {
  (void)user;
  if (kept.status == 0)
    kept.all[kept.count++] = *netns;
  return kept.status;
}

static void end(void *user, size_t i) {
  (void)user;
  kept.count--;
  memmove(&kept.all[i], &kept.all[i + 1], (kept.count - i) * sizeof(kept.all[0]));
}

static const struct ha_netns_keeper keeper = {at, begin, end};

// The names of what is kept, a blank behind each.
static const char *look(void) {
  static char text[8 * HA_NETNS_NAME_SIZE];
  text[0] = '\0';
  assert_int_equal(ha_netns_follow(&follower), 0);
  for (size_t i = 0; i < kept.count; i++)
    strcat(strcat(text, kept.all[i].name), " ");
  return text;
}

static void choose(const char *name) {
  assert_int_equal(ha_selection_add(&chosen, name, NULL, 0), 0);
}

static void test_those_that_are_wanted(void **state) {
  (void)state;
  named_netns_make("blue");
  named_netns_make("red");
  assert_string_equal(look(), ""); // nothing was chosen
  choose("blue");
  assert_string_equal(look(), "blue ");
  choose("/^gr/");
  named_netns_make("green");
  assert_string_equal(look(), "blue green ");
  named_netns_delete("blue");
  assert_string_equal(look(), "green ");
  named_netns_delete("green");
  assert_string_equal(look(), "");
  named_netns_delete("red");
}

static void test_a_name_that_is_another_ones(void **state) {
  (void)state;
  choose("*");
  named_netns_make("a");
  named_netns_make("blue");
  named_netns_make("c");
  assert_string_equal(look(), "a blue c ");
  uint64_t before = kept.all[1].inode;
  named_netns_make("pin"); // or else it may get the same number
  named_netns_delete("blue");
  named_netns_make("blue");
  assert_string_equal(look(), "a c blue pin ");
  assert_int_not_equal(kept.all[2].inode, before);
  named_netns_delete("a");
  named_netns_delete("blue");
  named_netns_delete("c");
  named_netns_delete("pin");
  assert_string_equal(look(), "");
}

// What is said after a look that met this.
static enum ha_news judge(int status, struct ha_netns_trouble *ret_trouble) {
  kept.status = status;
  look();
  return ha_netns_judge(&follower, ret_trouble);
}

static void test_troubles_are_said_once(void **state) {
  (void)state;
  struct ha_netns_trouble trouble;
  choose("*");
  named_netns_make("a");
  named_netns_make("b");
  assert_int_equal(judge(-EPERM, &trouble), HA_BEGUN);
  assert_int_equal(trouble.status, -EPERM);
  assert_string_equal(trouble.name, "a");
  assert_int_equal(judge(-EPERM, &trouble), HA_NOTHING_NEW);
  assert_int_equal(judge(-EMFILE, &trouble), HA_BEGUN);
  assert_int_equal(judge(-ENOENT, &trouble), HA_OVER); // it went meanwhile
  assert_int_equal(judge(0, &trouble), HA_NOTHING_NEW);
  assert_string_equal(look(), "a b ");
  ha_netns_note(&follower, &kept.all[1], -EPERM); // by whoever keeps it
  assert_int_equal(ha_netns_judge(&follower, &trouble), HA_BEGUN);
  assert_string_equal(trouble.name, "b");
  follower.names.max = 1;
  assert_int_equal(judge(0, &trouble), HA_BEGUN);
  assert_int_equal(trouble.status, -EUSERS);
  named_netns_delete("a");
  named_netns_delete("b");
}

static int set_up(void **state) {
  (void)state;
  memset(&kept, 0, sizeof(kept));
  return ha_netns_follower_open(&follower, named_netns_directory, &chosen, &keeper, NULL);
}

static int tear_down(void **state) {
  (void)state;
  ha_netns_follower_close(&follower);
  ha_selection_clear(&chosen);
  return 0;
}

static int prepare(void **state) {
  (void)state;
  strcpy(named_netns_directory, "/tmp/test_follower.XXXXXX");
  return mkdtemp(named_netns_directory) == NULL ? -1 : 0;
}

static int clear(void **state) {
  (void)state;
  return rmdir(named_netns_directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_those_that_are_wanted),
      TEST(test_a_name_that_is_another_ones),
      TEST(test_troubles_are_said_once),
  };
  if (!named_netns_begin())
    return skip_all("namespaces");
  return cmocka_run_group_tests(tests, prepare, clear);
}
