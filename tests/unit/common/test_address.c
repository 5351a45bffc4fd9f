// SPDX-License-Identifier: MIT
// Are addresses read and written as people know them, and nothing else taken for one?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/address.h"
#include "common/core/array.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void addresses_are_read(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    int family;
    uint8_t bytes[16];
  } rows[] = {
      {"192.0.2.1", AF_INET, {192, 0, 2, 1}},
      {"0.0.0.0", AF_INET, {0}},
      {"255.255.255.255", AF_INET, {255, 255, 255, 255}},
      {"::", AF_INET6, {0}},
      {"fe80::1", AF_INET6, {0xfe, 0x80, [15] = 1}},
      {"::ffff:192.0.2.1", AF_INET6, {[10] = 0xff, 0xff, 192, 0, 2, 1}},
      {"2001:db8:1:2:3:4:5:6",
       AF_INET6,
       {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6}},
  };
  for (size_t i = 0; i < HA_COUNT_OF(rows); i++) {
    uint8_t bytes[HA_ADDRESS_SIZE_MAX];
    char text[HA_ADDRESS_TEXT_MAX];
    memset(bytes, 0xaa, sizeof(bytes));
    assert_int_equal(ha_address_parse(rows[i].text, bytes), rows[i].family);
    assert_memory_equal(bytes, rows[i].bytes, sizeof(bytes));
    assert_string_equal(ha_address_format(rows[i].family, bytes, text), rows[i].text);
  }
}

static void others_are_not(void **unused) {
  (void)unused;
  static const char *const texts[] = {
      "",           "192.0.2",      "192.0.2.256",  "192.0.2.1 ",
      " 192.0.2.1", "192.0.2.1/24", "fe80::1%eth0", "1::2::3",
      ":",          "localhost",    "010.0.0.1",    "1:2:3:4:5:6:7",
  };
  for (size_t i = 0; i < HA_COUNT_OF(texts); i++) {
    uint8_t bytes[HA_ADDRESS_SIZE_MAX] = {7};
    assert_int_equal(ha_address_parse(texts[i], bytes), -EINVAL);
    assert_int_equal(bytes[0], 7);
  }
}

static void families_have_sizes(void **unused) {
  (void)unused;
  char text[HA_ADDRESS_TEXT_MAX] = "before";
  const uint8_t bytes[HA_ADDRESS_SIZE_MAX] = {1};
  assert_int_equal(ha_address_size(AF_INET), 4);
  assert_int_equal(ha_address_size(AF_INET6), 16);
  assert_int_equal(ha_address_size(AF_UNIX), 0);
  assert_string_equal(ha_address_format(AF_UNIX, bytes, text), "");
}

static void mac_addresses_are_read(void **unused) {
  (void)unused;
  static const uint8_t want[] = {0x00, 0x00, 0x5e, 0x00, 0x01, 0x0a};
  static const char *const texts[] = {"00:00:5e:00:01:0a", "0:0:5E:0:1:A"};
  for (size_t i = 0; i < HA_COUNT_OF(texts); i++) {
    uint8_t mac[HA_MAC_SIZE];
    char text[HA_MAC_TEXT_MAX];
    assert_int_equal(ha_mac_parse(texts[i], mac), 0);
    assert_memory_equal(mac, want, sizeof(mac));
    assert_string_equal(ha_mac_format(mac, text), texts[0]);
  }
}

static void other_texts_are_no_mac_addresses(void **unused) {
  (void)unused;
  static const char *const texts[] = {
      "",
      "00:00:5e:00:01",
      "00:00:5e:00:01:",
      "00:00:5e:00:01:0a:00",
      "00:00:5e:00:01:0a ",
      " 00:00:5e:00:01:0a",
      "00:00:5e:00:01:+a",
      "00-00-5e-00-01-0a",
      "00:00:5e:00:01:0ab",
      "0x0:00:5e:00:01:0a",
  };
  for (size_t i = 0; i < HA_COUNT_OF(texts); i++) {
    uint8_t mac[HA_MAC_SIZE] = {7};
    assert_int_equal(ha_mac_parse(texts[i], mac), -EINVAL);
    assert_int_equal(mac[0], 7);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_read),
      cmocka_unit_test(others_are_not),
      cmocka_unit_test(families_have_sizes),
      cmocka_unit_test(mac_addresses_are_read),
      cmocka_unit_test(other_texts_are_no_mac_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
