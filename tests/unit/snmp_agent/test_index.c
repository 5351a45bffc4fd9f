// SPDX-License-Identifier: MIT
// Is each part of an index encoded as RFC 2578, section 7.7, wants it?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/index.h"

#include <errno.h>
#include <string.h>

#include "snmp_agent/make_rules.h"

static int append(struct oid *index, enum syntax syntax, bool implied,
                  struct raw_value raw) {
  static const struct syntax_options plain;
  struct syntax_buffer buffer;
  struct smi_value value;
  int status = syntax_convert(syntax, &plain, &raw, &buffer, &value);
  return status != 0 ? status : index_append(index, syntax, implied, &value);
}

static void assert_index(enum syntax syntax, bool implied, struct raw_value raw,
                         const char *wanted) {
  struct oid index = {.length = 0};
  char got[OID_TEXT_SIZE];
  assert_int_equal(append(&index, syntax, implied, raw), 0);
  assert_string_equal(oid_format(index.sub, index.length, got, sizeof(got)), wanted);
}

static void integers_are_one_sub_identifier(void **unused) {
  (void)unused;
  assert_index(SYNTAX_INTEGER32, false, whole(0), "0");
  assert_index(SYNTAX_INTEGER32, false, whole(INT32_MAX), "2147483647");
  assert_index(SYNTAX_UNSIGNED32, false, natural(UINT32_MAX), "4294967295");
  assert_index(SYNTAX_TIME_TICKS, false, natural(7), "7");
  assert_index(SYNTAX_INTEGER32, false, text("010"), "10"); // decimal, never octal
  struct oid index = {.length = 0};
  assert_int_equal(append(&index, SYNTAX_INTEGER32, false, whole(-1)), -EINVAL);
  assert_int_equal(append(&index, SYNTAX_UNSIGNED32, false, whole(4294967296)), -ERANGE);
  assert_int_equal(index.length, 0);
}

static void strings_have_their_length_unless_implied(void **unused) {
  (void)unused;
  assert_index(SYNTAX_DISPLAY_STRING, false, text("ab"), "2.97.98");
  assert_index(SYNTAX_DISPLAY_STRING, true, text("ab"), "97.98");
  assert_index(SYNTAX_OCTET_STRING, false, text("\xff"), "1.255");
  assert_index(SYNTAX_DISPLAY_STRING, false, text(""), "0");
}

// A row without any index would be the column itself.
static void an_empty_string_is_not_implied(void **unused) {
  (void)unused;
  struct oid index = {.length = 0};
  assert_int_equal(append(&index, SYNTAX_DISPLAY_STRING, true, text("")), -EINVAL);
  assert_int_equal(index.length, 0);
}

static void addresses_have_their_lengths(void **unused) {
  (void)unused;
  assert_index(SYNTAX_IP_ADDRESS, false, text("192.0.2.1"), "192.0.2.1");
  assert_index(SYNTAX_INET_ADDRESS, false, text("192.0.2.1"), "4.192.0.2.1");
  assert_index(SYNTAX_INET_ADDRESS, false, text("2001:db8::1"),
               "16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1");
  assert_index(SYNTAX_INET_ADDRESS_TYPE, false, text("::1"), "2");
  assert_index(SYNTAX_MAC_ADDRESS, false, text("00:00:5e:00:01:0a"), "0.0.94.0.1.10");
}

static void oids_have_their_length_unless_implied(void **unused) {
  (void)unused;
  assert_index(SYNTAX_OBJECT_IDENTIFIER, false, text("1.3.6"), "3.1.3.6");
  assert_index(SYNTAX_OBJECT_IDENTIFIER, true, text("1.3.6"), "1.3.6");
}

// Findings 11: 112 bytes and more gave genErr, 120 a double free.
static void long_strings_fit_up_to_the_end(void **unused) {
  (void)unused;
  char name[OID_LENGTH_MAX + 2];
  for (size_t length = 100; length <= OID_LENGTH_MAX + 1; length++) {
    memset(name, 'n', length);
    name[length] = '\0';
    struct oid plain = {.length = 0}, implied = {.length = 0};
    bool fits = length + 1 <= OID_LENGTH_MAX;
    assert_int_equal(append(&plain, SYNTAX_DISPLAY_STRING, false, text(name)),
                     fits ? 0 : -ENAMETOOLONG);
    if (fits)
      assert_int_equal(plain.length, length + 1);
    fits = length <= OID_LENGTH_MAX;
    assert_int_equal(append(&implied, SYNTAX_DISPLAY_STRING, true, text(name)),
                     fits ? 0 : -ENAMETOOLONG);
    assert_int_equal(implied.length, fits ? length : 0);
  }
}

static void parts_follow_each_other(void **unused) {
  (void)unused;
  struct oid index = {.length = 0};
  char got[OID_TEXT_SIZE];
  assert_int_equal(append(&index, SYNTAX_INTEGER32, false, whole(3)), 0);
  assert_int_equal(append(&index, SYNTAX_DISPLAY_STRING, false, text("a")), 0);
  assert_int_equal(append(&index, SYNTAX_DISPLAY_STRING, true, text("b")), 0);
  assert_string_equal(oid_format(index.sub, index.length, got, sizeof(got)), "3.1.97.98");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(integers_are_one_sub_identifier),
      cmocka_unit_test(strings_have_their_length_unless_implied),
      cmocka_unit_test(an_empty_string_is_not_implied),
      cmocka_unit_test(addresses_have_their_lengths),
      cmocka_unit_test(oids_have_their_length_unless_implied),
      cmocka_unit_test(long_strings_fit_up_to_the_end),
      cmocka_unit_test(parts_follow_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
