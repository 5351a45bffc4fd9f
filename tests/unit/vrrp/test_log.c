// SPDX-License-Identifier: MIT
// Does the log stay readable, and is what was left out counted?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "plugin/log.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "io/loop.h"

static vrrp_time now;
static unsigned lines;
static char last[2][256];

vrrp_time vrrp_loop_now(void) {
  return now;
}

void plugin_log(int level, const char *format, ...) {
  va_list arguments;

  (void)level;
  memcpy(last[0], last[1], sizeof(last[0]));
  va_start(arguments, format);
  vsnprintf(last[1], sizeof(last[1]), format, arguments);
  va_end(arguments);
  lines++;
}

static int begin(void **unused) {
  (void)unused;
  now = 1000 * VRRP_SECOND;
  lines = 0;
  vrrp_log_open();
  return 0;
}

// So many interfaces come and go that 100 lines would be logged each millisecond.
static void test_ten_seconds_of_too_much(void **unused) {
  (void)unused;
  for (vrrp_time end = now + 10 * VRRP_SECOND; now < end; now += VRRP_MILLISECOND)
    for (int i = 0; i < 100; i++)
      vrrp_log(LOG_NOTICE, "Interface \"eth%d\" is there now.", i);
  assert_in_range(lines, VRRP_LOG_BURST, VRRP_LOG_BURST + 2 * 10000 / VRRP_LOG_SPAN);
}

static void test_what_was_left_out_is_counted(void **unused) {
  (void)unused;
  for (int i = 0; i < VRRP_LOG_BURST + 7; i++)
    vrrp_log(LOG_NOTICE, "line %d", i);
  assert_int_equal(lines, VRRP_LOG_BURST);
  assert_string_equal(last[1], "vrrp plugin: line 63");
  now += VRRP_SECOND;
  vrrp_log(LOG_WARNING, "the next one");
  assert_int_equal(lines, VRRP_LOG_BURST + 2);
  assert_string_equal(last[0],
                      "vrrp plugin: 7 lines were left out: too many came at once.");
  assert_string_equal(last[1], "vrrp plugin: the next one");
  vrrp_log(LOG_WARNING, "one more");
  assert_int_equal(lines, VRRP_LOG_BURST + 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_ten_seconds_of_too_much, begin),
      cmocka_unit_test_setup(test_what_was_left_out_is_counted, begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
