// SPDX-License-Identifier: MIT
// Does each raw value become each SMI type exactly, or not at all?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/syntax.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "snmp_agent/make_rules.h"

#define REFUSED      UINT64_MAX - 12345 // no case below yields this number
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct syntax_options plain, saturating = {.saturate = true};

struct number_case {
  struct raw_value raw;
  uint64_t integer32, unsigned32, saturated, counter32, counter64;
};

#define NEGATIVE(n) ((uint64_t)(int64_t)(n))
#define U32         ((uint64_t)UINT32_MAX)

// Every bound of every type, one below, and one above, in each raw kind.
static const struct number_case cases[] = {
    {{RAW_SIGNED, .i = 0}, 0, 0, 0, 0, 0},
    {{RAW_SIGNED, .i = -1}, NEGATIVE(-1), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_SIGNED, .i = -5}, NEGATIVE(-5), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_SIGNED, .i = INT32_MAX - 1},
     2147483646,
     2147483646,
     2147483646,
     2147483646,
     2147483646},
    {{RAW_SIGNED, .i = INT32_MAX},
     2147483647,
     2147483647,
     2147483647,
     2147483647,
     2147483647},
    {{RAW_SIGNED, .i = INT32_MAX + 1LL},
     REFUSED,
     2147483648,
     2147483648,
     2147483648,
     2147483648},
    {{RAW_SIGNED, .i = INT32_MIN}, NEGATIVE(INT32_MIN), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_SIGNED, .i = INT32_MIN + 1},
     NEGATIVE(INT32_MIN + 1),
     REFUSED,
     0,
     REFUSED,
     REFUSED},
    {{RAW_SIGNED, .i = INT32_MIN - 1LL}, REFUSED, REFUSED, 0, REFUSED, REFUSED},
    {{RAW_SIGNED, .i = 4294967294}, REFUSED, U32 - 1, U32 - 1, U32 - 1, U32 - 1},
    {{RAW_SIGNED, .i = 4294967295}, REFUSED, U32, U32, U32, U32},
    {{RAW_SIGNED, .i = 4294967296}, REFUSED, REFUSED, U32, 0, 4294967296},
    {{RAW_SIGNED, .i = 4294967297}, REFUSED, REFUSED, U32, 1, 4294967297},
    {{RAW_SIGNED, .i = (1LL << 53) + 1}, REFUSED, REFUSED, U32, 1, (1ULL << 53) + 1},
    {{RAW_SIGNED, .i = INT64_MAX}, REFUSED, REFUSED, U32, U32, INT64_MAX},
    {{RAW_SIGNED, .i = INT64_MIN}, REFUSED, REFUSED, 0, REFUSED, REFUSED},
    {{RAW_UNSIGNED, .u = 0}, 0, 0, 0, 0, 0},
    {{RAW_UNSIGNED, .u = 2147483647},
     2147483647,
     2147483647,
     2147483647,
     2147483647,
     2147483647},
    {{RAW_UNSIGNED, .u = 2147483648},
     REFUSED,
     2147483648,
     2147483648,
     2147483648,
     2147483648},
    {{RAW_UNSIGNED, .u = U32}, REFUSED, U32, U32, U32, U32},
    {{RAW_UNSIGNED, .u = U32 + 1}, REFUSED, REFUSED, U32, 0, U32 + 1},
    {{RAW_UNSIGNED, .u = 1ULL << 63}, REFUSED, REFUSED, U32, 0, 1ULL << 63},
    {{RAW_UNSIGNED, .u = UINT64_MAX - 1}, REFUSED, REFUSED, U32, U32 - 1, UINT64_MAX - 1},
    {{RAW_UNSIGNED, .u = UINT64_MAX}, REFUSED, REFUSED, U32, U32, UINT64_MAX},
    {{RAW_REAL, .d = 0.4999}, 0, 0, 0, 0, 0},
    {{RAW_REAL, .d = 0.5}, 1, 1, 1, 1, 1},
    {{RAW_REAL, .d = 1.5}, 2, 2, 2, 2, 2},
    {{RAW_REAL, .d = 2.5}, 3, 3, 3, 3, 3},
    {{RAW_REAL, .d = -0.4999}, 0, 0, 0, 0, 0},
    {{RAW_REAL, .d = -0.5}, NEGATIVE(-1), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = -2.5}, NEGATIVE(-3), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = 2147483647.49},
     2147483647,
     2147483647,
     2147483647,
     2147483647,
     2147483647},
    {{RAW_REAL, .d = 2147483647.5},
     REFUSED,
     2147483648,
     2147483648,
     2147483648,
     2147483648},
    {{RAW_REAL, .d = 3e9}, REFUSED, 3000000000, 3000000000, 3000000000, 3000000000},
    {{RAW_REAL, .d = -2147483648.49}, NEGATIVE(INT32_MIN), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = -2147483648.5}, REFUSED, REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = 4294967295.49}, REFUSED, U32, U32, U32, U32},
    {{RAW_REAL, .d = 4294967295.5}, REFUSED, REFUSED, U32, 0, 4294967296},
    {{RAW_REAL, .d = 5e9}, REFUSED, REFUSED, U32, 705032704, 5000000000},
    {{RAW_REAL, .d = 9007199254740992.0}, REFUSED, REFUSED, U32, 0, 1ULL << 53},
    {{RAW_REAL, .d = 9223372036854775808.0}, REFUSED, REFUSED, U32, 0, 1ULL << 63},
    {{RAW_REAL, .d = 18446744073709549568.0},
     REFUSED,
     REFUSED,
     U32,
     U32 - 2047,
     UINT64_MAX - 2047},
    {{RAW_REAL, .d = 18446744073709551616.0}, REFUSED, REFUSED, U32, REFUSED, REFUSED},
    {{RAW_REAL, .d = 1e30}, REFUSED, REFUSED, U32, REFUSED, REFUSED},
    {{RAW_REAL, .d = -1e30}, REFUSED, REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = INFINITY}, REFUSED, REFUSED, U32, REFUSED, REFUSED},
    {{RAW_REAL, .d = -INFINITY}, REFUSED, REFUSED, 0, REFUSED, REFUSED},
    {{RAW_REAL, .d = NAN}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "42"}, 42, 42, 42, 42, 42},
    {{RAW_TEXT, .text = "+42"}, 42, 42, 42, 42, 42},
    {{RAW_TEXT, .text = "-42"}, NEGATIVE(-42), REFUSED, 0, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "-0"}, 0, 0, 0, 0, 0},
    {{RAW_TEXT, .text = "010"}, 10, 10, 10, 10, 10},
    {{RAW_TEXT, .text = "1.5"}, 2, 2, 2, 2, 2},
    {{RAW_TEXT, .text = "1e3"}, 1000, 1000, 1000, 1000, 1000},
    {{RAW_TEXT, .text = "18446744073709551615"}, REFUSED, REFUSED, U32, U32, UINT64_MAX},
    {{RAW_TEXT, .text = "18446744073709551616"},
     REFUSED,
     REFUSED,
     REFUSED,
     REFUSED,
     REFUSED},
    {{RAW_TEXT, .text = ""}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "-"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "0x10"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = " 1"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "1 "}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "one"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "nan"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
    {{RAW_TEXT, .text = "inf"}, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED},
};

static void assert_converts(size_t nth, const struct raw_value *raw, enum syntax syntax,
                            const struct syntax_options *options, uint64_t wanted) {
  struct syntax_buffer buffer;
  struct smi_value value = {.type = SMI_NULL, .number = 4711};
  int status = syntax_convert(syntax, options, raw, &buffer, &value);
  if (wanted == REFUSED) {
    if (status == 0)
      fail_msg("case %zu as %s: %" PRIu64 ", but it can't be held", nth,
               syntax_name(syntax), value.number);
    assert_true(status == -ERANGE || status == -EINVAL);
    assert_int_equal(value.type, SMI_NULL);
    assert_int_equal(value.number, 4711);
    return;
  }
  if (status != 0 || value.number != wanted)
    fail_msg("case %zu as %s: status %d, %" PRIu64 " instead of %" PRIu64, nth,
             syntax_name(syntax), status, value.number, wanted);
  assert_int_equal(value.type, syntax_type(syntax));
}

static void assert_number(size_t nth, enum syntax syntax,
                          const struct syntax_options *options, uint64_t wanted) {
  assert_converts(nth, &cases[nth].raw, syntax, options, wanted);
}

static void numbers_are_exact_or_refused(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_number(i, SYNTAX_INTEGER32, &plain, cases[i].integer32);
    assert_number(i, SYNTAX_UNSIGNED32, &plain, cases[i].unsigned32);
    assert_number(i, SYNTAX_GAUGE32, &plain, cases[i].unsigned32);
    assert_number(i, SYNTAX_TIME_TICKS, &plain, cases[i].unsigned32);
    assert_number(i, SYNTAX_COUNTER32, &plain, cases[i].counter32);
    assert_number(i, SYNTAX_COUNTER64, &plain, cases[i].counter64);
  }
}

static void saturation_is_for_gauges_alone(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_number(i, SYNTAX_GAUGE32, &saturating, cases[i].saturated);
    assert_number(i, SYNTAX_UNSIGNED32, &saturating, cases[i].saturated);
    assert_number(i, SYNTAX_INTEGER32, &saturating, cases[i].integer32);
    assert_number(i, SYNTAX_TIME_TICKS, &saturating, cases[i].unsigned32);
    assert_number(i, SYNTAX_COUNTER32, &saturating, cases[i].counter32);
    assert_number(i, SYNTAX_COUNTER64, &saturating, cases[i].counter64);
  }
}

// Converts and asserts bytes; NULL means refused.
static void assert_bytes(enum syntax syntax, const struct syntax_options *options,
                         struct raw_value raw, const void *bytes, size_t length) {
  struct syntax_buffer buffer;
  struct smi_value value = {.type = SMI_NULL};
  int status = syntax_convert(syntax, options, &raw, &buffer, &value);
  if (bytes == NULL) {
    assert_true(status == -EINVAL || status == -ERANGE);
    assert_int_equal(value.type, SMI_NULL);
    return;
  }
  assert_int_equal(status, 0);
  assert_int_equal(value.type, syntax_type(syntax));
  assert_int_equal(value.length, length);
  assert_memory_equal(value.bytes, bytes, length);
}

static void assert_text(const struct syntax_options *options, struct raw_value raw,
                        const char *wanted) {
  size_t length = wanted != NULL ? strlen(wanted) : 0;
  assert_bytes(SYNTAX_DISPLAY_STRING, options, raw, wanted, length);
  assert_bytes(SYNTAX_OCTET_STRING, options, raw, wanted, length);
}

// A word of what was rounded: the two of one number make it up again, or both are absent.
static void words_are_cut_out_of_the_rounded_number(void **state) {
  static const struct {
    struct raw_value raw;
    uint64_t low, high;
  } words[] = {
      {{RAW_UNSIGNED, .u = 0}, 0, 0},
      {{RAW_UNSIGNED, .u = UINT32_MAX}, U32, 0},
      {{RAW_UNSIGNED, .u = 1ULL << 32}, 0, 1},
      {{RAW_UNSIGNED, .u = (1ULL << 53) + 1}, 1, 1 << 21},
      {{RAW_UNSIGNED, .u = UINT64_MAX}, U32, U32},
      {{RAW_SIGNED, .i = INT64_MAX}, U32, INT32_MAX},
      {{RAW_SIGNED, .i = -1}, REFUSED, REFUSED},
      {{RAW_REAL, .d = 4294967295.0}, U32, 0},
      {{RAW_REAL, .d = 4294967295.4}, U32, 0},
      {{RAW_REAL, .d = 4294967295.5}, 0, 1},
      {{RAW_REAL, .d = 4294967296.0}, 0, 1},
      {{RAW_REAL, .d = 9007199254740992.0}, 0, 1 << 21},
      {{RAW_REAL, .d = 18446744073709549568.0}, U32 - 2047, U32},
      {{RAW_REAL, .d = 18446744073709551616.0}, REFUSED, REFUSED},
      {{RAW_REAL, .d = -0.4}, 0, 0},
      {{RAW_REAL, .d = -0.5}, REFUSED, REFUSED},
      {{RAW_REAL, .d = NAN}, REFUSED, REFUSED},
      {{RAW_REAL, .d = INFINITY}, REFUSED, REFUSED},
      {{RAW_TEXT, .text = "4294967297"}, 1, 1},
  };
  static const struct syntax_options low = {.word = WORD_LOW}, high = {.word = WORD_HIGH};
  (void)state;
  for (size_t i = 0; i < COUNT(words); i++)
    for (enum syntax s = 0; s < SYNTAX_COUNT; s++) {
      if (!syntax_fits_word(s))
        continue;
      assert_converts(i, &words[i].raw, s, &low, words[i].low);
      assert_converts(i, &words[i].raw, s, &high, words[i].high);
    }
}

static void words_have_names_and_32_bits(void **state) {
  enum word word = WORD_WHOLE;
  (void)state;
  assert_int_equal(word_by_name("Low", &word), 0);
  assert_int_equal(word, WORD_LOW);
  assert_int_equal(word_by_name("high", &word), 0);
  assert_int_equal(word, WORD_HIGH);
  assert_int_equal(word_by_name("", &word), -EINVAL);
  assert_int_equal(word_by_name("middle", &word), -EINVAL);
  assert_int_equal(word, WORD_HIGH);
  for (enum syntax s = 0; s < SYNTAX_COUNT; s++)
    assert_int_equal(syntax_fits_word(s), s == SYNTAX_UNSIGNED32 || s == SYNTAX_GAUGE32 ||
                                              s == SYNTAX_COUNTER32);
}

static void strings_are_what_they_are(void **unused) {
  (void)unused;
  assert_text(&plain, text("eth0"), "eth0");
  assert_text(&plain, text(""), "");
  assert_text(&plain, whole(INT64_MIN), "-9223372036854775808");
  assert_text(&plain, natural(UINT64_MAX), "18446744073709551615");
  assert_text(&plain, real(0.1), "0.1");
  assert_text(&plain, real(3), "3");
  assert_text(&plain, real(NAN), NULL);
  assert_text(&plain, real(INFINITY), NULL);
}

static void strings_follow_their_format(void **unused) {
  (void)unused;
  static const struct syntax_options two = {.real_format = "%.2f"};
  static const struct syntax_options wide = {.real_format = "%2000f"};
  assert_text(&two, real(0.005), "0.01");
  assert_text(&two, whole(-7), "-7.00");
  assert_text(&two, natural(7), "7.00");
  assert_text(&two, text("as it is"), "as it is");
  assert_text(&two, real(NAN), NULL);
  assert_text(&wide, real(1), NULL);
}

static void a_text_has_an_end(void **unused) {
  (void)unused;
  char endless[RAW_TEXT_SIZE + 1];
  memset(endless, 'x', sizeof(endless));
  endless[RAW_TEXT_SIZE - 1] = '\0';
  assert_text(&plain, text(endless), endless);
  endless[RAW_TEXT_SIZE - 1] = 'x';
  endless[RAW_TEXT_SIZE] = '\0';
  assert_text(&plain, text(endless), NULL);
}

static void formats_have_one_conversion_of_a_double(void **unused) {
  (void)unused;
  static const char *const good[] = {"%f",    "%.2f",      "%+08.3e",
                                     "%g %%", "100%% %G!", "load: %#f"};
  static const char *const bad[] = {"",     "x",     "%%",   "%d",  "%s",   "%n",
                                    "%f%f", "%*f",   "%.*f", "%lf", "%Lf",  "%",
                                    "%5",   "%f %s", "%5.",  "%f%", "%1$f", "%hhn"};
  for (size_t i = 0; i < COUNT(good); i++)
    assert_true(syntax_format_ok(good[i]));
  for (size_t i = 0; i < COUNT(bad); i++)
    if (syntax_format_ok(bad[i]))
      fail_msg("\"%s\" is taken for a format", bad[i]);
}

static void addresses_become_bytes(void **unused) {
  (void)unused;
  static const uint8_t v4[] = {192, 0, 2, 1};
  static const uint8_t v6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
  assert_bytes(SYNTAX_IP_ADDRESS, &plain, text("192.0.2.1"), v4, 4);
  assert_bytes(SYNTAX_IP_ADDRESS, &plain, text("2001:db8::1"), NULL, 0);
  assert_bytes(SYNTAX_INET_ADDRESS, &plain, text("192.0.2.1"), v4, 4);
  assert_bytes(SYNTAX_INET_ADDRESS, &plain, text("2001:db8::1"), v6, 16);
  static const char *const bad[] = {"",           "192.0.2", "192.0.2.256",
                                    "1.2.3.4/24", "::1%lo",  "host"};
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_bytes(SYNTAX_INET_ADDRESS, &plain, text(bad[i]), NULL, 0);
  assert_bytes(SYNTAX_IP_ADDRESS, &plain, whole(1), NULL, 0);
}

static void address_types_are_those_of_rfc_4001(void **unused) {
  (void)unused;
  struct syntax_buffer buffer;
  struct smi_value value;
  struct raw_value v4 = text("192.0.2.1"), v6 = text("::"), none = text("x");
  assert_int_equal(syntax_convert(SYNTAX_INET_ADDRESS_TYPE, &plain, &v4, &buffer, &value),
                   0);
  assert_int_equal(value.type, SMI_INTEGER32);
  assert_int_equal(value.number, 1);
  assert_int_equal(syntax_convert(SYNTAX_INET_ADDRESS_TYPE, &plain, &v6, &buffer, &value),
                   0);
  assert_int_equal(value.number, 2);
  assert_int_equal(
      syntax_convert(SYNTAX_INET_ADDRESS_TYPE, &plain, &none, &buffer, &value), -EINVAL);
}

static void mac_addresses_become_bytes(void **unused) {
  (void)unused;
  static const uint8_t mac[] = {0, 0, 0x5e, 0, 1, 0xff};
  assert_bytes(SYNTAX_MAC_ADDRESS, &plain, text("00:00:5e:00:01:ff"), mac, 6);
  assert_bytes(SYNTAX_MAC_ADDRESS, &plain, text("0:0:5E:0:1:FF"), mac, 6);
  static const char *const bad[] = {"",
                                    "00:00:5e:00:01",
                                    "00:00:5e:00:01:ff:1",
                                    "00:00:5e:00:01:fff",
                                    "00-00-5e-00-01-ff",
                                    "00:00:5e:00:01:gg",
                                    "-1:00:5e:00:01:ff",
                                    " 0:00:5e:00:01:ff",
                                    "0x:00:5e:00:01:ff"};
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_bytes(SYNTAX_MAC_ADDRESS, &plain, text(bad[i]), NULL, 0);
}

static void object_identifiers_become_sub_identifiers(void **unused) {
  (void)unused;
  struct syntax_buffer buffer;
  struct smi_value value;
  struct raw_value good = text("1.3.6.4294967295"), bad = text("sysName"), no = whole(1);
  assert_int_equal(
      syntax_convert(SYNTAX_OBJECT_IDENTIFIER, &plain, &good, &buffer, &value), 0);
  assert_int_equal(value.length, 4);
  assert_int_equal(value.subids[3], UINT32_MAX);
  assert_int_equal(
      syntax_convert(SYNTAX_OBJECT_IDENTIFIER, &plain, &bad, &buffer, &value), -EINVAL);
  assert_int_equal(syntax_convert(SYNTAX_OBJECT_IDENTIFIER, &plain, &no, &buffer, &value),
                   -EINVAL);
}

// As laLoadFloat shows them: snmpget prints these bytes as "Opaque: Float: 1.5".
static void reals_are_opaque_as_net_snmp_has_them(void **unused) {
  (void)unused;
  static const uint8_t f[] = {0x9f, 0x78, 4, 0x3f, 0xc0, 0, 0};
  static const uint8_t d[] = {0x9f, 0x79, 8, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0};
  assert_bytes(SYNTAX_FLOAT, &plain, real(1.5), f, sizeof(f));
  assert_bytes(SYNTAX_FLOAT, &plain, text("1.5"), f, sizeof(f));
  assert_bytes(SYNTAX_DOUBLE, &plain, real(-1.5), d, sizeof(d));
  assert_bytes(SYNTAX_FLOAT, &plain, real(1e39), NULL, 0);
  static const enum syntax both[] = {SYNTAX_FLOAT, SYNTAX_DOUBLE};
  for (size_t i = 0; i < 2; i++) {
    assert_bytes(both[i], &plain, real(NAN), NULL, 0);
    assert_bytes(both[i], &plain, real(-INFINITY), NULL, 0);
    assert_bytes(both[i], &plain, text("1.5 "), NULL, 0);
    assert_bytes(both[i], &plain, text("0x2"), NULL, 0);
    assert_bytes(both[i], &plain, text(""), NULL, 0);
    assert_bytes(both[i], &plain, text("inf"), NULL, 0);
  }
}

static void time_stamps_count_from_the_agents_start(void **unused) {
  (void)unused;
  struct syntax_buffer buffer;
  struct smi_value value;
  struct raw_value when = real(1700000000.126), past = real(-1), end = real(1e17);
  assert_int_equal(syntax_convert(SYNTAX_TIME_STAMP, &plain, &when, &buffer, &value), 0);
  assert_int_equal(value.type, SMI_TIME_TICKS);
  assert_int_equal(value.number, 170000000013);
  assert_int_not_equal(syntax_convert(SYNTAX_TIME_STAMP, &plain, &past, &buffer, &value),
                       0);
  assert_int_not_equal(syntax_convert(SYNTAX_TIME_STAMP, &plain, &end, &buffer, &value),
                       0);
  assert_int_equal(syntax_time_stamp(1000, 400), 600);
  assert_int_equal(syntax_time_stamp(400, 400), 0);
  assert_int_equal(syntax_time_stamp(399, 400), 0);
  assert_int_equal(syntax_time_stamp((1ULL << 32) + 405, 400), 5);
}

static void syntaxes_have_names(void **unused) {
  char names[512];
  (void)unused;
  for (int i = 0; i < SYNTAX_COUNT; i++) {
    enum syntax found;
    assert_int_equal(syntax_by_name(syntax_name((enum syntax)i), &found), 0);
    assert_int_equal(found, i);
    assert_non_null(
        strstr(syntax_names(names, sizeof(names)), syntax_name((enum syntax)i)));
  }
  enum syntax kept = SYNTAX_FLOAT;
  assert_int_equal(syntax_by_name("gauge32", &kept), 0);
  assert_int_equal(kept, SYNTAX_GAUGE32);
  assert_int_equal(syntax_by_name("Gauge", &kept), -EINVAL);
  assert_int_equal(kept, SYNTAX_GAUGE32);
}

// RFC 2578, section 7.7: no counters, no Opaque.
static void not_all_fit_an_index(void **unused) {
  (void)unused;
  assert_false(syntax_fits_index(SYNTAX_COUNTER32));
  assert_false(syntax_fits_index(SYNTAX_COUNTER64));
  assert_false(syntax_fits_index(SYNTAX_FLOAT));
  assert_false(syntax_fits_index(SYNTAX_DOUBLE));
  assert_true(syntax_fits_index(SYNTAX_INTEGER32));
  assert_true(syntax_fits_index(SYNTAX_OBJECT_IDENTIFIER));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_exact_or_refused),
      cmocka_unit_test(saturation_is_for_gauges_alone),
      cmocka_unit_test(words_are_cut_out_of_the_rounded_number),
      cmocka_unit_test(words_have_names_and_32_bits),
      cmocka_unit_test(strings_are_what_they_are),
      cmocka_unit_test(strings_follow_their_format),
      cmocka_unit_test(a_text_has_an_end),
      cmocka_unit_test(formats_have_one_conversion_of_a_double),
      cmocka_unit_test(addresses_become_bytes),
      cmocka_unit_test(address_types_are_those_of_rfc_4001),
      cmocka_unit_test(mac_addresses_become_bytes),
      cmocka_unit_test(object_identifiers_become_sub_identifiers),
      cmocka_unit_test(reals_are_opaque_as_net_snmp_has_them),
      cmocka_unit_test(time_stamps_count_from_the_agents_start),
      cmocka_unit_test(syntaxes_have_names),
      cmocka_unit_test(not_all_fit_an_index),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
