// SPDX-License-Identifier: MIT
// Does a thread wait for what it should, and no longer?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/loop.h"

#include <stdint.h>
#include <unistd.h>

// A pipe that counts how often it was readable.
struct counted {
  struct vrrp_source source;
  int writer, served;
  struct vrrp_loop *loop;
  struct counted *rival; // is taken away when this one is served
};

static void count(struct vrrp_source *source) {
  struct counted *counted = (struct counted *)source;
  char octet;
  assert_int_equal(read(source->fd, &octet, 1), 1);
  counted->served++;
  if (counted->rival != NULL)
    vrrp_loop_unwatch(counted->loop, &counted->rival->source);
}

static void make(struct counted *counted, struct vrrp_loop *loop) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  *counted = (struct counted){{ends[0], count}, .writer = ends[1], .loop = loop};
  assert_int_equal(vrrp_loop_watch(loop, &counted->source), 0);
}

static void drop(struct counted *counted) {
  close(counted->source.fd);
  close(counted->writer);
}

static int open_loop(void **state) {
  static struct vrrp_loop loop;
  *state = &loop;
  return vrrp_loop_open(&loop);
}

static int close_loop(void **state) {
  vrrp_loop_close(*state);
  return 0;
}

static void a_time_ends_the_wait(void **state) {
  vrrp_time until = vrrp_loop_now() + 20 * VRRP_MILLISECOND;
  assert_true(vrrp_loop_wait(*state, until));
  assert_true(vrrp_loop_now() >= until);
  assert_true(vrrp_loop_wait(*state, 1)); // long gone
}

static void what_is_readable_is_served(void **state) {
  struct counted one, other;
  make(&one, *state);
  make(&other, *state);
  assert_int_equal(write(one.writer, "x", 1), 1);
  assert_true(vrrp_loop_wait(*state, VRRP_NEVER));
  assert_int_equal(one.served, 1);
  assert_int_equal(other.served, 0);
  drop(&one);
  drop(&other);
}

// Both are readable; whichever is served first takes the other away.
static void what_was_taken_away_is_not_served(void **state) {
  struct counted one, other;
  make(&one, *state);
  make(&other, *state);
  one.rival = &other;
  other.rival = &one;
  assert_int_equal(write(one.writer, "x", 1), 1);
  assert_int_equal(write(other.writer, "x", 1), 1);
  assert_true(vrrp_loop_wait(*state, VRRP_NEVER));
  assert_int_equal(one.served + other.served, 1);
  drop(&one);
  drop(&other);
}

static void a_nudge_ends_one_wait(void **state) {
  vrrp_loop_nudge(*state);
  assert_true(vrrp_loop_wait(*state, VRRP_NEVER));
  vrrp_time until = vrrp_loop_now() + 10 * VRRP_MILLISECOND;
  assert_true(vrrp_loop_wait(*state, until));
  assert_true(vrrp_loop_now() >= until);
}

static void a_rest_is_as_long_as_wanted(void **state) {
  (void)state;
  vrrp_time until = vrrp_loop_now() + 2 * VRRP_MILLISECOND;
  vrrp_loop_rest(2 * VRRP_MILLISECOND);
  assert_true(vrrp_loop_now() >= until);
}

static void a_stop_ends_all(void **state) {
  vrrp_loop_stop(*state);
  assert_false(vrrp_loop_wait(*state, VRRP_NEVER));
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)
      TEST(a_time_ends_the_wait),
      TEST(what_is_readable_is_served),
      TEST(what_was_taken_away_is_not_served),
      TEST(a_nudge_ends_one_wait),
      TEST(a_rest_is_as_long_as_wanted),
      TEST(a_stop_ends_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
