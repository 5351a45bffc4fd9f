// SPDX-License-Identifier: MIT
// Do servers keep their names, never share one, and stand in one order?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "objects.h"

#include <stdio.h>

static const struct {
  const char *address;
  uint16_t protocol;
  uint16_t port;
  const char *name;
} named[] = {
    {"192.0.2.1", IPPROTO_TCP, 80, "192.0.2.1_TCP80"}, /* as collectd's own plugin */
    {"192.0.2.1", IPPROTO_UDP, 80, "192.0.2.1_UDP80"}, /* likewise */
    {"192.0.2.1", IPPROTO_SCTP, 80, "192.0.2.1_SCTP80"},
    {"255.255.255.255", IPPROTO_TCP, 65535, "255.255.255.255_TCP65535"},
    {"192.0.2.1", IPPROTO_TCP, 0, "192.0.2.1_TCP0"},
    {"192.0.2.1", 50, 0, "192.0.2.1_IP50_0"},
    {"2001:db8::1", IPPROTO_UDP, 53, "2001:db8::1_UDP53"},
    {"::ffff:192.0.2.1", IPPROTO_TCP, 80, "::ffff:192.0.2.1_TCP80"},
    {"2001:db8:1111:2222:3333:4444:5555:6666", IPPROTO_SCTP, 65535,
     "2001:db8:1111:2222:3333:4444:5555:6666_SCTP65535"},
};

static void test_names_of_addresses(void **state) {
  (void)state;
  char name[IPVS_INSTANCE_MAX];
  for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
    struct ipvs_service_key key =
        service_key(named[i].address, named[i].protocol, named[i].port);
    ipvs_service_name(&key, "", name);
    assert_string_equal(name, named[i].name);
  }
}

static void test_names_in_a_namespace(void **state) {
  (void)state;
  char name[IPVS_INSTANCE_MAX], longest[64], wanted[IPVS_INSTANCE_MAX];
  struct ipvs_service_key key =
      service_key("2001:db8:1111:2222:3333:4444:5555:6666", 50, 65535);
  ipvs_service_name(&key, "blue", name);
  assert_string_equal(name, "2001:db8:1111:2222:3333:4444:5555:6666_IP50_65535@blue");
  memset(longest, 'x', sizeof(longest) - 1);
  longest[sizeof(longest) - 1] = '\0';
  ipvs_service_name(&key, longest, name);
  snprintf(wanted, sizeof(wanted), "2001:db8:1111:2222:3333:4444:5555:6666_IP50_65535@%s",
           longest);
  assert_string_equal(name, wanted);
}

static void test_names_of_marks(void **state) {
  (void)state;
  char name[IPVS_INSTANCE_MAX];
  struct ipvs_service_key key = mark_key(AF_INET, 7);
  ipvs_service_name(&key, "", name);
  assert_string_equal(name, "ipv4_FWMARK7");
  key = mark_key(AF_INET6, UINT32_MAX);
  ipvs_service_name(&key, "", name);
  assert_string_equal(name, "ipv6_FWMARK4294967295");
}

static void test_names_of_real_servers(void **state) {
  (void)state;
  char name[IPVS_INSTANCE_MAX];
  struct ipvs_destination server = destination("10.0.0.1", 8080, 1);
  ipvs_destination_name(&server.key, name);
  assert_string_equal(name, "10.0.0.1_8080");
  server = destination("fd00::1", 80, 1);
  ipvs_destination_name(&server.key, name);
  assert_string_equal(name, "fd00::1_80");
}

static struct ipvs_service_key random_key(void) {
  static const uint16_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, 50, 51};
  uint16_t family = rand() % 2 != 0 ? AF_INET : AF_INET6;
  if (rand() % 4 == 0)
    return mark_key(family, (uint32_t)(rand() % 3 + 1));
  struct ipvs_service_key key = {.family = family,
                                 .protocol = protocols[rand() % 5],
                                 .port = (uint16_t)(rand() % 3)};
  key.address[0] = 10;
  key.address[family == AF_INET ? 3 : 15] = (uint8_t)(rand() % 3);
  return key;
}

// Equal order, equal names and equal keys are one and the same.
static void test_order_and_names_agree(void **state) {
  (void)state;
  char left[IPVS_INSTANCE_MAX], right[IPVS_INSTANCE_MAX];
  for (int round = 0; round < 20000; round++) {
    struct ipvs_service_key a = random_key(), b = random_key();
    ipvs_service_name(&a, "", left);
    ipvs_service_name(&b, "", right);
    int order = ipvs_service_key_compare(&a, &b);
    assert_int_equal(order == 0, strcmp(left, right) == 0);
    assert_int_equal(order > 0, ipvs_service_key_compare(&b, &a) < 0);
  }
}

static void test_order_is_readable(void **state) {
  (void)state;
  const struct ipvs_service_key ordered[] = {
      mark_key(AF_INET, 7),
      mark_key(AF_INET, 8),
      mark_key(AF_INET6, 7),
      service_key("10.0.0.1", IPPROTO_TCP, 80),
      service_key("10.0.0.1", IPPROTO_TCP, 443),
      service_key("10.0.0.1", IPPROTO_UDP, 53),
      service_key("10.0.0.2", IPPROTO_TCP, 80),
      service_key("fd00::1", IPPROTO_TCP, 80),
  };
  for (size_t i = 0; i < 8; i++)
    for (size_t k = 0; k < 8; k++) {
      int order = ipvs_service_key_compare(&ordered[i], &ordered[k]);
      assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_of_addresses),
      cmocka_unit_test(test_names_in_a_namespace),
      cmocka_unit_test(test_names_of_marks),
      cmocka_unit_test(test_names_of_real_servers),
      cmocka_unit_test(test_order_and_names_agree),
      cmocka_unit_test(test_order_is_readable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
