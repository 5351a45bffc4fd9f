// SPDX-License-Identifier: MIT
// Does a SET of many objects find its owners, and what if one fails or is late?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "daemon.h"
#include "plugin/sets.h"
#include "utils/common/common.h"

#include <pthread.h>
#include <unistd.h>

enum { PATIENCE_MS = 200, MANY = 200 };

// An owner of "r1/own-N/gauge", N below MANY.
static struct {
  pthread_mutex_t lock;
  int64_t value[MANY];
  int fails, hangs; // which one, or -1
} owner = {.lock = PTHREAD_MUTEX_INITIALIZER};

int parse_identifier_vl(const char *identifier, value_list_t *ret) {
  return sscanf(identifier, "%127[^/]/own-%127[^/]/gauge", ret->host,
                ret->plugin_instance) == 2
             ? 0
             : -1;
}

static int own(const notification_t *n, user_data_t *unused) {
  (void)unused;
  int i = atoi(n->plugin_instance);
  pthread_mutex_lock(&owner.lock);
  bool hangs = i == owner.hangs, fails = i == owner.fails;
  pthread_mutex_unlock(&owner.lock);
  bool commit = strcmp(n->meta->name, "snmp_agent:set") == 0;
  if (commit && hangs)
    usleep(3 * PATIENCE_MS * 1000);
  pthread_mutex_lock(&owner.lock);
  if (commit && !fails)
    owner.value[i] = n->meta->nm_value.nm_signed_int;
  pthread_mutex_unlock(&owner.lock);
  return plugin_notification_meta_add_string((notification_t *)n, "snmp_agent:result",
                                             commit && fails ? "genErr" : "ok");
}

static void let_hang(int which) {
  pthread_mutex_lock(&owner.lock);
  owner.hangs = which;
  pthread_mutex_unlock(&owner.lock);
}

static struct sets *sets;

static int set_up(void **state) {
  (void)state;
  memset(owner.value, 0, sizeof(owner.value));
  owner.fails = owner.hangs = -1;
  collectd.notification = own;
  collectd.dispatches = true;
  daemon_forget();
  sets = sets_create(PATIENCE_MS);
  return sets != NULL ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  sets_destroy(sets);
  return 0;
}

static enum agentx_error test_of(int i, int64_t wanted) {
  struct set_target target = {.old = 0, .wanted = wanted};
  snprintf(target.identifier, sizeof(target.identifier), "r1/own-%d/gauge", i);
  return sets_test(sets, &target);
}

static int64_t value(int i) {
  pthread_mutex_lock(&owner.lock);
  int64_t found = owner.value[i];
  pthread_mutex_unlock(&owner.lock);
  return found;
}

static void many_are_set_together(void **state) {
  (void)state;
  uint16_t index = 0;
  for (int i = 0; i < MANY; i++)
    assert_int_equal(test_of(i, i + 1), AGENTX_NO_ERROR);
  assert_int_equal(value(7), 0);
  assert_int_equal(sets_commit(sets, &index), AGENTX_NO_ERROR);
  for (int i = 0; i < MANY; i++)
    assert_int_equal(value(i), i + 1);
  sets_cleanup(sets);
}

static void the_one_that_fails_is_told_and_the_rest_undone(void **state) {
  (void)state;
  uint16_t index = 0;
  owner.fails = 70;
  for (int i = 0; i < MANY; i++)
    test_of(i, i + 1);
  assert_int_equal(sets_commit(sets, &index), AGENTX_COMMIT_FAILED);
  assert_int_equal(index, 71);
  assert_int_equal(value(69), 70);
  assert_int_equal(sets_undo(sets, &index), AGENTX_NO_ERROR);
  for (int i = 0; i < MANY; i++)
    assert_int_equal(value(i), 0);
}

static void an_owner_that_is_late_is_not_waited_for(void **state) {
  (void)state;
  uint16_t index = 0;
  let_hang(1);
  for (int i = 0; i < 3; i++)
    assert_int_equal(test_of(i, i + 1), AGENTX_NO_ERROR);
  assert_int_equal(sets_commit(sets, &index), AGENTX_COMMIT_FAILED);
  assert_int_equal(index, 2);
  assert_non_null(strstr(collectd.log, "can't wait for the owner of r1/own-1/gauge"));
  // The undo is late, too: the owner still hangs.
  assert_int_equal(sets_undo(sets, &index), AGENTX_UNDO_FAILED);
  sets_cleanup(sets);
  let_hang(-1);
  usleep(4 * PATIENCE_MS * 1000);
  assert_int_equal(test_of(1, 9), AGENTX_NO_ERROR);
  assert_int_equal(sets_commit(sets, &index), AGENTX_NO_ERROR);
  assert_int_equal(value(1), 9);
}

static void what_a_late_one_does_is_undone(void **state) {
  (void)state;
  uint16_t index = 0;
  let_hang(1);
  for (int i = 0; i < 3; i++)
    test_of(i, i + 1);
  assert_int_equal(sets_commit(sets, &index), AGENTX_COMMIT_FAILED);
  let_hang(-1);
  usleep(3 * PATIENCE_MS * 1000);
  assert_int_equal(value(1), 2);
  assert_int_equal(sets_undo(sets, &index), AGENTX_NO_ERROR);
  for (int i = 0; i < 3; i++)
    assert_int_equal(value(i), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(many_are_set_together),
      TEST(the_one_that_fails_is_told_and_the_rest_undone),
      TEST(an_owner_that_is_late_is_not_waited_for),
      TEST(what_a_late_one_does_is_undone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
