// SPDX-License-Identifier: MIT
// Is everything that is wrong in a block told, all in one start, and all that is right
// read?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"
#include "common/plugin/options.h"
#include "conf.h"
#include "daemon.h"

#include <errno.h>

struct target {
  double number;
  long whole;
  bool flag;
  char *text, *path;
  regex_t *regex;
  int blocks;
  uint64_t seen;
};

static int read_number(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  return ha_option_number(block, item, &((struct target *)target)->number);
}

static int read_whole(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  return ha_option_whole(block, item, -5, 255, &((struct target *)target)->whole);
}

static int read_flag(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  return ha_option_bool(block, item, &((struct target *)target)->flag);
}

static int read_text(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  return ha_option_copy(block, item, &((struct target *)target)->text);
}

static int read_path(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  return ha_option_path(block, item, "/run/x.pid", &((struct target *)target)->path);
}

static int read_regex(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  const char *text;
  int status = ha_option_string(block, item, &text);
  if (status != 0)
    return status;
  return ha_option_regex(block, item, text, false, &((struct target *)target)->regex);
}

static int no_memory(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  (void)block, (void)item, (void)target;
  return -ENOMEM;
}

static int read_inner(const struct ha_block *outer, const oconfig_item_t *item,
                      void *target) {
  static const struct ha_option options[] = {{"Whole", read_whole, HA_ONCE},
                                             {"Text", read_text, HA_MANY}};
  struct target *t = target;
  struct ha_block block = {.outer = outer, .item = item, .seen = &t->seen};
  t->blocks++;
  return ha_options_read(&block, options, HA_COUNT_OF(options), target);
}

static const struct ha_option options[] = {
    {"Number", read_number, HA_ONCE}, {"Whole", read_whole, HA_ONCE},
    {"Flag", read_flag, HA_ONCE},     {"Text", read_text, HA_MANY},
    {"Path", read_path, HA_ONCE},     {"Regex", read_regex, HA_ONCE},
    {"Inner", read_inner, HA_MANY},   {"Memory", no_memory, HA_MANY},
};

static int read_lines(const char *lines, struct target *target) {
  char text[1024];
  snprintf(text, sizeof(text), "<Plugin test>\n%s\n</Plugin>", lines);
  oconfig_item_t *item = conf_read(text);
  struct ha_block block = {.item = item};
  daemon_forget();
  int status = ha_options_read(&block, options, HA_COUNT_OF(options), target);
  conf_free(item);
  return status;
}

static void clear(struct target *target) {
  free(target->text);
  free(target->path);
  if (target->regex != NULL)
    regfree(target->regex);
  free(target->regex);
  *target = (struct target){0};
}

static void refused(const char *lines, const char *log) {
  struct target target = {0};
  assert_int_equal(read_lines(lines, &target), -EINVAL);
  assert_string_equal(collectd.log, log);
  clear(&target);
}

static void reads_what_is_right(void **unused) {
  (void)unused;
  struct target target = {0};
  assert_int_equal(read_lines("number 2.5\nWHOLE -5\nFlag yes\nText \"a\"\nText \"b\"\n"
                              "Path \"/x\"\nRegex \"/^a+$/\"",
                              &target),
                   0);
  assert_string_equal(collectd.log, "");
  assert_true(target.number == 2.5);
  assert_int_equal(target.whole, -5);
  assert_true(target.flag);
  assert_string_equal(target.text, "b");
  assert_string_equal(target.path, "/x");
  assert_int_equal(regexec(target.regex, "aa", 0, NULL, 0), 0);
  clear(&target);
}

static void takes_quoted_values(void **unused) {
  (void)unused;
  static const struct {
    const char *word;
    bool flag;
  } flags[] = {{"true", true},   {"True", true}, {"yes", true}, {"on", true},
               {"false", false}, {"NO", false},  {"off", false}};
  for (size_t i = 0; i < HA_COUNT_OF(flags); i++) {
    struct target target = {.flag = !flags[i].flag};
    char line[64];
    snprintf(line, sizeof(line), "Flag \"%s\"\nNumber \"-1.5e1\"\nWhole \"0x10\"",
             flags[i].word);
    assert_int_equal(read_lines(line, &target), 0);
    assert_int_equal(target.flag, flags[i].flag);
    assert_true(target.number == -15);
    assert_int_equal(target.whole, 16);
  }
}

static void says_where_what_and_what_instead(void **unused) {
  (void)unused;
  static const struct {
    const char *line, *said;
  } rows[] = {
      {"Numbre 5", "Numbre 5: unknown key; known here: Number, Whole, Flag, Text, Path, "
                   "Regex, Inner, Memory"},
      {"Number \"much\"", "Number \"much\": needs exactly one number"},
      {"Number \"5 \"", "Number \"5 \": needs exactly one number"},
      {"Number \"\"", "Number \"\": needs exactly one number"},
      {"Number \"nan\"", "Number \"nan\": needs exactly one number"},
      {"Number \"1e999\"", "Number \"1e999\": needs exactly one number"},
      {"Number true", "Number true: needs exactly one number"},
      {"Number 1 2", "Number 1 2: needs exactly one number"},
      {"Whole 2.5", "Whole 2.5: needs exactly one whole number from -5 to 255"},
      {"Whole 256", "Whole 256: needs exactly one whole number from -5 to 255"},
      {"Whole \"256\"", "Whole \"256\": needs exactly one whole number from -5 to 255"},
      {"Flag \"perhaps\"", "Flag \"perhaps\": needs exactly one of true and false"},
      {"Flag 1", "Flag 1: needs exactly one of true and false"},
      {"Flag", "Flag: needs exactly one of true and false"},
      {"Text 5", "Text 5: needs exactly one text in quotes"},
      {"Text \"a\" \"b\"", "Text \"a\" \"b\": needs exactly one text in quotes"},
      {"<Text \"a\">\nWhole 1\n</Text>", "Text \"a\": needs exactly one text in quotes"},
      {"Path \"x.pid\"",
       "Path \"x.pid\": needs exactly one absolute path, like \"/run/x.pid\""},
      {"Path \"\"", "Path \"\": needs exactly one absolute path, like \"/run/x.pid\""},
      {"Regex \"(\"",
       "Regex \"(\": not an extended regular expression: Unmatched ( or \\("},
      {"Whole 1\nwhole 2", "whole 2: stands twice in this block"},
  };
  for (size_t i = 0; i < HA_COUNT_OF(rows); i++) {
    char log[512];
    snprintf(log, sizeof(log), "3 common plugin: <Plugin \"test\">: %s\n", rows[i].said);
    refused(rows[i].line, log);
  }
}

static void tells_all_at_once(void **unused) {
  (void)unused;
  refused(
      "Flag 1\nNumbre 5\n<Inner \"a\">\nWhole 2.5\nColour \"red\"\n</Inner>\nFlag 2",
      "3 common plugin: <Plugin \"test\">: Flag 1: needs exactly one of true and false\n"
      "3 common plugin: <Plugin \"test\">: Numbre 5: unknown key; known here: Number, "
      "Whole, Flag, Text, Path, Regex, Inner, Memory\n"
      "3 common plugin: <Plugin \"test\">, <Inner \"a\">: Whole 2.5: needs exactly one "
      "whole number from -5 to 255\n"
      "3 common plugin: <Plugin \"test\">, <Inner \"a\">: Colour \"red\": unknown key; "
      "known here: Whole, Text\n"
      "3 common plugin: <Plugin \"test\">: Flag 2: stands twice in this block\n");
}

static void blocks_that_add_up_have_a_key_once(void **unused) {
  (void)unused;
  refused(
      "<Inner>\nWhole 1\nText \"a\"\n</Inner>\n<Inner>\nText \"b\"\nwhole 2\n</Inner>",
      "3 common plugin: <Plugin \"test\">, <Inner>: whole 2: stands in another such "
      "block already\n");
}

static void what_is_right_stays_beside_what_is_wrong(void **unused) {
  (void)unused;
  struct target target = {.number = 7};
  assert_int_equal(
      read_lines("Number \"x\"\nWhole 3\n<Inner>\nText \"a\"\n</Inner>", &target),
      -EINVAL);
  assert_true(target.number == 7);
  assert_int_equal(target.whole, 3);
  assert_string_equal(target.text, "a");
  clear(&target);
}

static void without_memory_it_stops(void **unused) {
  (void)unused;
  struct target target = {0};
  assert_int_equal(read_lines("Flag 1\nMemory 1\nFlag 2", &target), -ENOMEM);
  assert_string_equal(collectd.log, "3 common plugin: <Plugin \"test\">: Flag 1: needs "
                                    "exactly one of true and false\n");
}

// However long the line is, what is wrong with it is told.
static void long_values_are_cut(void **unused) {
  (void)unused;
  char line[1000] = "Number \"", said[200];
  memset(line + strlen(line), 'x', sizeof(line) - 10);
  line[sizeof(line) - 2] = '"';
  snprintf(said, sizeof(said),
           "3 common plugin: <Plugin \"test\">: Number \"%.100s...\": needs exactly one "
           "number\n",
           line + strlen("Number \""));
  refused(line, said);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_is_right),
      cmocka_unit_test(takes_quoted_values),
      cmocka_unit_test(says_where_what_and_what_instead),
      cmocka_unit_test(tells_all_at_once),
      cmocka_unit_test(blocks_that_add_up_have_a_key_once),
      cmocka_unit_test(what_is_right_stays_beside_what_is_wrong),
      cmocka_unit_test(without_memory_it_stops),
      cmocka_unit_test(long_values_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
