// SPDX-License-Identifier: MIT
// How is a block of collectd.conf read, and how is a person told what is wrong in it?
#include "common/plugin/options.h"

#include "utils/common/common.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>

static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
  size_t at = strlen(text);
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text + at, size - at, format, args);
  va_end(args);
}

// A line of the daemon's log has 1023 characters; what is wrong must still fit in.
#define VALUE_SHOWN 100

static void append_text(char *text, size_t size, const char *value) {
  bool cut = strlen(value) > VALUE_SHOWN;
  append(text, size, " \"%.*s%s\"", VALUE_SHOWN, value, cut ? "..." : "");
}

static void append_value(char *text, size_t size, const oconfig_value_t *value) {
  switch (value->type) {
  case OCONFIG_TYPE_STRING:
    append_text(text, size, value->value.string);
    break;
  case OCONFIG_TYPE_NUMBER:
    append(text, size, " %.15g", value->value.number);
    break;
  case OCONFIG_TYPE_BOOLEAN:
    append(text, size, " %s", value->value.boolean ? "true" : "false");
    break;
  default: // collectd has no other
    break;
  }
}

static void append_item(char *text, size_t size, const oconfig_item_t *item) {
  append(text, size, "%s", item->key);
  for (int i = 0; i < item->values_num; i++)
    append_value(text, size, &item->values[i]);
}

static void append_path(char *text, size_t size, const struct ha_block *block) {
  if (block->outer != NULL) {
    append_path(text, size, block->outer);
    append(text, size, ", ");
  }
  append(text, size, "<");
  append_item(text, size, block->item);
  append(text, size, ">");
}

char *ha_block_path(const struct ha_block *block, char *text, size_t size) {
  text[0] = '\0';
  append_path(text, size, block);
  return text;
}

static int complain(const char *where, const char *format, va_list args) {
  char what[1024];
  (void)vsnprintf(what, sizeof(what), format, args);
  ERROR(HA_PLUGIN_NAME " plugin: %s: %s", where, what);
  return -EINVAL;
}

int ha_options_complain(const char *where, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int status = complain(where, format, args);
  va_end(args);
  return status;
}

int ha_options_error(const struct ha_block *block, const oconfig_item_t *item,
                     const char *format, ...) {
  char where[1024];
  ha_block_path(block, where, sizeof(where));
  if (item != NULL && item != block->item) {
    append(where, sizeof(where), ": ");
    append_item(where, sizeof(where), item);
  }
  va_list args;
  va_start(args, format);
  int status = complain(where, format, args);
  va_end(args);
  return status;
}

// --- keys -----------------------------------------------------------------------

static int unknown_key(const struct ha_block *block, const oconfig_item_t *item,
                       const struct ha_option *options, size_t option_count) {
  char keys[1024] = "";
  for (size_t i = 0; i < option_count; i++)
    append(keys, sizeof(keys), "%s%s", i == 0 ? "" : ", ", options[i].key);
  return ha_options_error(block, item, "unknown key; known here: %s", keys);
}

static size_t find_option(const struct ha_option *options, size_t option_count,
                          const char *key) {
  size_t i = 0;
  while (i < option_count && strcasecmp(options[i].key, key) != 0)
    i++;
  return i;
}

// What stood in this block, and in those before it that it adds to.
struct seen {
  uint64_t here, *before;
};

static int read_option(const struct ha_block *block, const oconfig_item_t *item,
                       const struct ha_option *option, uint64_t bit, struct seen *seen,
                       void *target) {
  bool is_here = seen->here & bit, was_before = *seen->before & bit;
  seen->here |= bit;
  *seen->before |= bit;
  if (option->times == HA_ONCE && is_here)
    return ha_options_error(block, item, "stands twice in this block");
  if (option->times == HA_ONCE && was_before)
    return ha_options_error(block, item, "stands in another such block already");
  return option->read(block, item, target);
}

int ha_first_error(int first, int then) {
  return first == 0 || then == -ENOMEM ? then : first;
}

int ha_options_read(const struct ha_block *block, const struct ha_option *options,
                    size_t option_count, void *target) {
  uint64_t none = 0;
  struct seen seen = {.before = block->seen != NULL ? block->seen : &none};
  int status = 0;
  for (int i = 0; i < block->item->children_num && status != -ENOMEM; i++) {
    const oconfig_item_t *item = &block->item->children[i];
    size_t at = find_option(options, option_count, item->key);
    int then = at == option_count ? unknown_key(block, item, options, option_count)
                                  : read_option(block, item, &options[at],
                                                UINT64_C(1) << at, &seen, target);
    status = ha_first_error(status, then);
  }
  return status;
}

// --- values ---------------------------------------------------------------------

// A block has lines inside, too; any other key with some is wrong.
static const oconfig_value_t *only_value(const struct ha_block *block,
                                         const oconfig_item_t *item) {
  bool is_whole = item->children_num == 0 || item == block->item;
  return item->values_num == 1 && is_whole ? &item->values[0] : NULL;
}

static const char *as_string(const oconfig_value_t *value) {
  return value != NULL && value->type == OCONFIG_TYPE_STRING ? value->value.string : NULL;
}

int ha_option_string(const struct ha_block *block, const oconfig_item_t *item,
                     const char **ret) {
  const char *text = as_string(only_value(block, item));
  if (text == NULL)
    return ha_options_error(block, item, "needs exactly one text in quotes");
  *ret = text;
  return 0;
}

// As collectd writes numbers: nothing around it, and a number that ends.
static bool parse_number(const char *text, double *ret) {
  char *end;
  if (text == NULL || text[0] == '\0' ||
      text[strspn(text, "0123456789abcdefABCDEFxX+-.")])
    return false;
  double number = strtod(text, &end);
  if (*end != '\0' || !isfinite(number))
    return false;
  *ret = number;
  return true;
}

bool ha_option_is_number(const oconfig_value_t *value, double *ret) {
  if (value->type != OCONFIG_TYPE_NUMBER)
    return parse_number(as_string(value), ret);
  *ret = value->value.number;
  return true;
}

int ha_option_number(const struct ha_block *block, const oconfig_item_t *item,
                     double *ret) {
  const oconfig_value_t *value = only_value(block, item);
  if (value != NULL && ha_option_is_number(value, ret))
    return 0;
  return ha_options_error(block, item, "needs exactly one number");
}

int ha_option_whole(const struct ha_block *block, const oconfig_item_t *item, long min,
                    long max, long *ret) {
  const oconfig_value_t *value = only_value(block, item);
  double number;
  if (value != NULL && ha_option_is_number(value, &number) && number >= (double)min &&
      number <= (double)max && number == (double)(long)number) {
    *ret = (long)number;
    return 0;
  }
  return ha_options_error(block, item, "needs exactly one whole number from %ld to %ld",
                          min, max);
}

// The words are those that collectd takes without quotes.
static bool parse_bool(const char *text, bool *ret) {
  if (text == NULL || (!IS_TRUE(text) && !IS_FALSE(text)))
    return false;
  *ret = IS_TRUE(text);
  return true;
}

int ha_option_bool(const struct ha_block *block, const oconfig_item_t *item, bool *ret) {
  const oconfig_value_t *value = only_value(block, item);
  if (parse_bool(as_string(value), ret))
    return 0;
  if (value == NULL || value->type != OCONFIG_TYPE_BOOLEAN)
    return ha_options_error(block, item, "needs exactly one of true and false");
  *ret = value->value.boolean;
  return 0;
}

static int replace_text(char **text, const char *by) {
  char *copy = strdup(by);
  if (copy == NULL)
    return -ENOMEM;
  free(*text);
  *text = copy;
  return 0;
}

int ha_option_copy(const struct ha_block *block, const oconfig_item_t *item, char **ret) {
  const char *text = NULL;
  int status = ha_option_string(block, item, &text);
  return text != NULL ? replace_text(ret, text) : status;
}

int ha_option_path(const struct ha_block *block, const oconfig_item_t *item,
                   const char *example, char **ret) {
  const char *text = as_string(only_value(block, item));
  if (text == NULL || text[0] != '/')
    return ha_options_error(block, item, "needs exactly one absolute path, like \"%s\"",
                            example);
  return replace_text(ret, text);
}

static bool is_between_slashes(const char *text) {
  size_t length = strlen(text);
  return length >= 2 && text[0] == '/' && text[length - 1] == '/';
}

// Compiled as it must be: 0, or what regcomp() says.
static int compile(const char *text, bool whole, regex_t *regex) {
  char *pattern;
  int made = is_between_slashes(text)
                 ? asprintf(&pattern, "%.*s", (int)strlen(text) - 2, text + 1)
                 : asprintf(&pattern, whole ? "^(%s)$" : "%s", text);
  if (made < 0)
    return REG_ESPACE;
  int status = regcomp(regex, pattern, REG_EXTENDED);
  free(pattern);
  return status;
}

int ha_option_regex(const struct ha_block *block, const oconfig_item_t *item,
                    const char *text, bool whole, regex_t **ret) {
  regex_t *regex = calloc(1, sizeof(*regex));
  int status = regex != NULL ? compile(text, whole, regex) : REG_ESPACE;
  if (status == 0) {
    *ret = regex;
    return 0;
  }
  char why[128];
  regerror(status, regex, why, sizeof(why));
  free(regex);
  return status == REG_ESPACE
             ? -ENOMEM
             : ha_options_error(block, item, "not an extended regular expression: %s",
                                why);
}

int ha_option_select(const struct ha_block *block, const oconfig_item_t *item,
                     struct ha_selection *selection) {
  const char *text = as_string(only_value(block, item));
  char reason[128] = "";
  if (text == NULL)
    return ha_options_error(block, item,
                            "needs exactly one name in quotes, or one extended regular "
                            "expression between slashes, like \"/^a/\"");
  int status = ha_selection_add(selection, text, reason, sizeof(reason));
  return status == -EINVAL ? ha_options_error(block, item, "%s", reason) : status;
}
