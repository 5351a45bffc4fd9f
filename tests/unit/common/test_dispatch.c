// SPDX-License-Identifier: MIT
// Does a value come to SNMP ahead of the queue, as it comes out of the queue later, and
// only where somebody waits for it?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/plugin/dispatch.h"
#include "daemon.h"
#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

static char host[] = "here";

static value_list_t make(value_t *value, meta_data_t *meta) {
  value_list_t list = {.values = value, .values_len = 1, .meta = meta, .plugin = "hand"};
  sstrncpy(list.plugin_instance, "a/b", sizeof(list.plugin_instance));
  sstrncpy(list.type, "gauge", sizeof(list.type));
  return list;
}

static void dispatch(bool has_agent, meta_data_t *meta) {
  value_list_t list = make(&(value_t){.gauge = 7}, meta);
  daemon_forget();
  hostname_g = host;
  collectd.has_agent = has_agent;
  ha_dispatch_prepare();
  ha_dispatch(&list);
  assert_ptr_equal(list.meta, meta);
}

static void test_with_meta_data(void **unused) {
  (void)unused;
  meta_data_t *meta = meta_data_create();
  meta_data_add_string(meta, "key", "value");
  dispatch(true, meta);
  assert_string_equal(collectd.ahead, "/here/hand-a_b/gauge 1 a_b/gauge- 7\n");
  assert_string_equal(collectd.values, "a_b/gauge- 7\n");
  meta_data_destroy(meta);
}

static void test_without_meta_data(void **unused) {
  (void)unused;
  dispatch(true, NULL);
  assert_string_equal(collectd.ahead, "/here/hand-a_b/gauge -1 a_b/gauge- 7\n");
  assert_string_equal(collectd.values, "a_b/gauge- 7\n");
}

static void test_nobody_waits(void **unused) {
  (void)unused;
  dispatch(false, NULL);
  assert_string_equal(collectd.ahead, "");
  assert_non_null(strstr(collectd.values, "/gauge- 7\n"));
}

static void test_only_ahead(void **unused) {
  (void)unused;
  value_list_t list = make(&(value_t){.gauge = 8}, NULL);
  daemon_forget();
  collectd.has_agent = true;
  ha_dispatch_prepare();
  ha_hand_ahead(&list);
  assert_non_null(strstr(collectd.ahead, " 8\n"));
  assert_string_equal(collectd.values, "");
  assert_string_equal(list.host, host);
  assert_int_equal(list.interval, plugin_get_interval());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_with_meta_data),
      cmocka_unit_test(test_without_meta_data),
      cmocka_unit_test(test_nobody_waits),
      cmocka_unit_test(test_only_ahead),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
