// SPDX-License-Identifier: MIT
// Does a source yield the value, field, meta data or constant that it names?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/source.h"

#include <math.h>
#include <string.h>

#include "snmp_agent/make_rules.h"

static struct source parsed(const char *from) {
  struct source source = {.scale = 1};
  assert_int_equal(source_parse(from, &source), 0);
  return source;
}

// Reads and gives back what a DisplayString would show; NULL if there is nothing.
static const char *shown(struct source *source, const struct sample *sample) {
  static struct source_buffer buffer;
  static struct syntax_buffer bytes;
  static const struct syntax_options plain;
  static char line[RAW_TEXT_SIZE];
  struct raw_value raw = whole(4711);
  struct smi_value value;
  int status = source_read(source, sample, 0, &buffer, &raw);
  if (status != 0) {
    assert_int_equal(status, -ENOENT);
    assert_int_equal(raw.i, 4711);
    return NULL;
  }
  if (syntax_convert(SYNTAX_DISPLAY_STRING, &plain, &raw, &bytes, &value) != 0)
    return NULL;
  snprintf(line, sizeof(line), "%.*s", (int)value.length, (const char *)value.bytes);
  return line;
}

static void assert_shown(const char *from, const struct sample *sample,
                         const char *wanted) {
  struct source source = parsed(from);
  const char *got = shown(&source, sample);
  if (wanted == NULL)
    assert_null(got);
  else
    assert_string_equal(got, wanted);
  source_free(&source);
}

static void reads_each_origin(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "instance", "what", natural(UINT64_MAX));
  f.metas[0].key = "address";
  f.metas[0].value = text("192.0.2.1");
  f.metas[1].key = "ifindex";
  f.metas[1].value = natural(7);
  assert_shown("Value", &f.sample, "18446744073709551615");
  assert_shown("Hostname", &f.sample, "here");
  assert_shown("host", &f.sample, "here");
  assert_shown("Plugin", &f.sample, "test");
  assert_shown("PluginInstance", &f.sample, "instance");
  assert_shown("Type", &f.sample, "type");
  assert_shown("TypeInstance", &f.sample, "what");
  assert_shown("Meta:address", &f.sample, "192.0.2.1");
  assert_shown("Meta:ifindex", &f.sample, "7");
  assert_shown("Meta:Address", &f.sample, NULL);
  assert_shown("Constant:Meta:x", &f.sample, "Meta:x");
  assert_shown("Constant:", &f.sample, "");
}

static void refuses_what_is_no_source(void **unused) {
  (void)unused;
  static const char *const bad[] = {"", "Meta:", "Meta", "Values", "Constant", "Hosts"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct source source = {.kind = SOURCE_VALUE};
    assert_int_equal(source_parse(bad[i], &source), -EINVAL);
    assert_null(source.text);
  }
}

static void cuts_by_group(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "eth0.5-ipv4-010", "", real(1));
  struct source source = parsed("PluginInstance");
  source.regex = make_regex("^(.*)-(ipv[46])(x)?-([0-9]+)$");
  static const char *const groups[] = {"eth0.5-ipv4-010", "eth0.5", "ipv4", NULL, "010"};
  for (source.group = 0; source.group < 5; source.group++) {
    const char *got = shown(&source, &f.sample);
    if (groups[source.group] == NULL)
      assert_null(got); // a group that took no part
    else
      assert_string_equal(got, groups[source.group]);
  }
  source.group = 0;
  fake(&f, "eth0", "", real(1));
  assert_null(shown(&source, &f.sample));
  source_free(&source);
}

static void takes_the_fallback_where_there_is_nothing(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "eth0@blue-ipv4-10", "", real(1));
  struct source source = parsed("Meta:namespace");
  source.fallback = strdup("");
  assert_string_equal(shown(&source, &f.sample), "");
  f.metas[0].key = "namespace";
  f.metas[0].value = text("blue");
  assert_string_equal(shown(&source, &f.sample), "blue");
  source.regex = make_regex("^red$");
  assert_string_equal(shown(&source, &f.sample), "");
  f.sample.meta = NULL; // a value without any
  assert_string_equal(shown(&source, &f.sample), "");
  source_free(&source);
}

static void cuts_meta_data_in_place(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "", "", real(1));
  f.metas[0].key = "vip";
  f.metas[0].value = text("192.0.2.1/24 dev eth0");
  struct source source = parsed("Meta:vip");
  source.regex = make_regex("/([0-9]+)");
  source.group = 1;
  assert_string_equal(shown(&source, &f.sample), "24");
  source_free(&source);
}

static void scales_and_shifts_only_if_asked(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "", "", whole((1LL << 53) + 1));
  struct source source = parsed("Value");
  assert_string_equal(shown(&source, &f.sample), "9007199254740993"); // not a double
  source.scaled = true;
  source.scale = 0.5;
  source.shift = 1;
  f.values[0] = whole(-3);
  assert_string_equal(shown(&source, &f.sample), "-0.5");
  f.values[0] = real(NAN);
  assert_null(shown(&source, &f.sample));
}

static void takes_the_rate(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "", "", natural(1000000));
  struct source source = parsed("Value");
  source.rate = true;
  assert_null(shown(&source, &f.sample));
  f.has_rate = true;
  f.rate = 12.5;
  assert_string_equal(shown(&source, &f.sample), "12.5");
  source.scaled = true;
  source.scale = 8;
  assert_string_equal(shown(&source, &f.sample), "100");
}

static void a_data_source_that_is_missing_has_no_value(void **unused) {
  (void)unused;
  struct fake f;
  struct source source = parsed("Value");
  struct source_buffer buffer;
  struct raw_value raw;
  fake(&f, "", "", real(1));
  assert_int_equal(source_read(&source, &f.sample, 1, &buffer, &raw), -ENOENT);
}

static void maps_texts_and_whole_numbers(void **unused) {
  (void)unused;
  struct fake f;
  fake(&f, "", "rr", real(2));
  struct map *map = map_create("m");
  struct raw_value one = whole(1), twenty = whole(20), named = text("zero");
  assert_int_equal(map_add(map, "rr", &one), 0);
  assert_int_equal(map_add(map, "2", &twenty), 0);
  assert_int_equal(map_add(map, "0", &named), 0);
  assert_int_equal(map_add(map, "rr", &twenty), -EEXIST);

  struct source field = parsed("TypeInstance"), value = parsed("Value");
  field.map = value.map = map;
  assert_string_equal(shown(&field, &f.sample), "1");
  assert_string_equal(shown(&value, &f.sample), "20");
  f.values[0] = natural(2);
  assert_string_equal(shown(&value, &f.sample), "20");
  f.values[0] = real(-0.0);
  assert_string_equal(shown(&value, &f.sample), "zero");
  f.values[0] = real(2.5);
  assert_null(shown(&value, &f.sample));
  fake(&f, "", "RR", real(3));
  assert_null(shown(&field, &f.sample));

  struct raw_value other = whole(99);
  assert_int_equal(map_set_default(map, &other), 0);
  assert_int_equal(map_set_default(map, &other), -EEXIST);
  assert_string_equal(shown(&field, &f.sample), "99");
  assert_string_equal(shown(&value, &f.sample), "99");
  source_free(&field);
  map_destroy(map);
}

// What is not known is not "anything else".
static void the_default_is_not_for_nan(void **unused) {
  (void)unused;
  struct map *map = map_create("m");
  struct raw_value other = whole(99), ret = whole(4711);
  assert_int_equal(map_set_default(map, &other), 0);
  static const double unknown[] = {NAN, INFINITY, -INFINITY};
  for (size_t i = 0; i < 3; i++) {
    struct raw_value raw = real(unknown[i]);
    assert_int_equal(map_apply(map, &raw, &ret), -ENOENT);
    assert_int_equal(ret.i, 4711);
  }
  map_destroy(map);
}

static void only_value_and_meta_change(void **unused) {
  (void)unused;
  static const struct {
    const char *from;
    bool changes;
  } cases[] = {{"Value", true},
               {"Meta:x", true},
               {"Constant:x", false},
               {"TypeInstance", false},
               {"Hostname", false}};
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct source source = parsed(cases[i].from);
    assert_int_equal(source_is_volatile(&source), cases[i].changes);
    source_free(&source);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_each_origin),
      cmocka_unit_test(refuses_what_is_no_source),
      cmocka_unit_test(cuts_by_group),
      cmocka_unit_test(takes_the_fallback_where_there_is_nothing),
      cmocka_unit_test(cuts_meta_data_in_place),
      cmocka_unit_test(scales_and_shifts_only_if_asked),
      cmocka_unit_test(takes_the_rate),
      cmocka_unit_test(a_data_source_that_is_missing_has_no_value),
      cmocka_unit_test(maps_texts_and_whole_numbers),
      cmocka_unit_test(the_default_is_not_for_nan),
      cmocka_unit_test(only_value_and_meta_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
