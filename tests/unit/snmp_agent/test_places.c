// SPDX-License-Identifier: MIT
// Are things called what they are: snmpd's own trees, interfaces, faults of a PDU?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/agentx_pdu.h"
#include "core/snmpd_trees.h"
#include "io/interface_number.h"

#include <errno.h>

static void snmpds_own_trees_have_names(void **state) {
  (void)state;
  const struct oid if_index = {.length = 11, .sub = {1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 1}};
  const struct oid mib_2 = {.length = 6, .sub = {1, 3, 6, 1, 2, 1}};
  const struct oid vrrp = {.length = 7, .sub = {1, 3, 6, 1, 2, 1, 68}};
  assert_string_equal(snmpd_tree(&if_index), "IF-MIB's interfaces and ifTable");
  assert_null(snmpd_tree(&mib_2));
  assert_null(snmpd_tree(&vrrp));
}

static void an_interface_has_its_number(void **state) {
  (void)state;
  struct raw_value number = {.kind = RAW_UNSIGNED, .u = 99};
  assert_int_equal(interface_number("no such one", &number), -ENOENT);
  assert_int_equal(number.u, 99);
  assert_int_equal(interface_number("lo", &number), 0);
  assert_int_equal(number.u, 1); // in each network namespace
}

static void each_fault_has_a_name(void **state) {
  (void)state;
  for (int fault = 0; fault < AGENTX_FAULT_COUNT; fault++)
    assert_string_not_equal(agentx_fault_name((enum agentx_fault)fault), "unknown");
  assert_string_equal(agentx_fault_name(AGENTX_FAULT_COUNT), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(snmpds_own_trees_have_names),
      cmocka_unit_test(an_interface_has_its_number),
      cmocka_unit_test(each_fault_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
