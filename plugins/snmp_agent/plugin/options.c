// SPDX-License-Identifier: MIT
#include "plugin/options.h"

#include <math.h>
#include <stdarg.h>

static void append(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *buf, size_t size, const char *format, ...) {
  size_t at = strlen(buf);
  va_list args;
  va_start(args, format);
  vsnprintf(buf + at, size - at, format, args);
  va_end(args);
}

static void append_value(char *buf, size_t size, const oconfig_value_t *value) {
  switch (value->type) {
  case OCONFIG_TYPE_STRING:
    append(buf, size, " \"%s\"", value->value.string);
    break;
  case OCONFIG_TYPE_NUMBER:
    append(buf, size, " %.15g", value->value.number);
    break;
  case OCONFIG_TYPE_BOOLEAN:
    append(buf, size, " %s", value->value.boolean ? "true" : "false");
    break;
  }
}

static void append_item(char *buf, size_t size, const oconfig_item_t *item) {
  append(buf, size, "%s", item->key);
  for (int i = 0; i < item->values_num; i++)
    append_value(buf, size, &item->values[i]);
}

static void append_path(char *buf, size_t size, const struct block *block) {
  if (block->outer != NULL) {
    append_path(buf, size, block->outer);
    append(buf, size, ", ");
  }
  append(buf, size, "<");
  append_item(buf, size, block->item);
  append(buf, size, ">");
}

char *block_path(const struct block *block, char *buf, size_t size) {
  buf[0] = '\0';
  append_path(buf, size, block);
  return buf;
}

static int complain(const char *where, const char *format, va_list args) {
  char what[1024];
  vsnprintf(what, sizeof(what), format, args);
  ERROR("snmp_agent plugin: %s: %s", where, what);
  return -EINVAL;
}

int options_complain(const char *where, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int status = complain(where, format, args);
  va_end(args);
  return status;
}

int options_error(const struct block *block, const oconfig_item_t *item,
                  const char *format, ...) {
  char where[1024];
  block_path(block, where, sizeof(where));
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

static int unknown_key(const struct block *block, const oconfig_item_t *item,
                       const struct option *options, size_t len) {
  char keys[1024] = "";
  for (size_t i = 0; i < len; i++)
    append(keys, sizeof(keys), "%s%s", i == 0 ? "" : ", ", options[i].key);
  return options_error(block, item, "unknown key; known here: %s", keys);
}

static const struct option *find_option(const struct option *options, size_t len,
                                        const char *key) {
  for (size_t i = 0; i < len; i++)
    if (strcasecmp(options[i].key, key) == 0)
      return &options[i];
  return NULL;
}

static bool stands_before(const struct block *block, int nth) {
  const oconfig_item_t *items = block->item->children;
  for (int i = 0; i < nth; i++)
    if (strcasecmp(items[i].key, items[nth].key) == 0)
      return true;
  return false;
}

int options_read(const struct block *block, const struct option *options, size_t len,
                 void *target) {
  for (int i = 0; i < block->item->children_num; i++) {
    const oconfig_item_t *item = &block->item->children[i];
    const struct option *option = find_option(options, len, item->key);
    if (option == NULL)
      return unknown_key(block, item, options, len);
    if (option->times == ONCE && stands_before(block, i))
      return options_error(block, item, "stands twice in this block");
    int status = option->read(block, item, target);
    if (status != 0)
      return status;
  }
  return 0;
}

static int one_value(const struct block *block, const oconfig_item_t *item, int type,
                     const char *wanted) {
  if (item->values_num != 1 || item->values[0].type != type)
    return options_error(block, item, "needs exactly one %s", wanted);
  return 0;
}

int option_string(const struct block *block, const oconfig_item_t *item,
                  const char **ret) {
  int status = one_value(block, item, OCONFIG_TYPE_STRING, "text in quotes");
  if (status == 0)
    *ret = item->values[0].value.string;
  return status;
}

int option_number(const struct block *block, const oconfig_item_t *item, double *ret) {
  int status = one_value(block, item, OCONFIG_TYPE_NUMBER, "number");
  if (status == 0)
    *ret = item->values[0].value.number;
  return status;
}

int option_whole(const struct block *block, const oconfig_item_t *item, long min,
                 long max, long *ret) {
  const oconfig_value_t *value = item->values;
  if (item->values_num == 1 && value->type == OCONFIG_TYPE_NUMBER &&
      value->value.number >= (double)min && value->value.number <= (double)max &&
      value->value.number == floor(value->value.number)) {
    *ret = (long)value->value.number;
    return 0;
  }
  return options_error(block, item, "needs exactly one whole number from %ld to %ld", min,
                       max);
}

int option_bool(const struct block *block, const oconfig_item_t *item, bool *ret) {
  int status = one_value(block, item, OCONFIG_TYPE_BOOLEAN, "of true and false");
  if (status == 0)
    *ret = item->values[0].value.boolean;
  return status;
}

int option_copy(const struct block *block, const oconfig_item_t *item, char **ret) {
  const char *text;
  int status = option_string(block, item, &text);
  if (status != 0)
    return status;
  *ret = strdup(text);
  return *ret != NULL ? 0 : -ENOMEM;
}

int option_regex(const struct block *block, const oconfig_item_t *item, const char *text,
                 bool whole, regex_t **ret) {
  size_t len = strlen(text);
  bool slashes = len >= 2 && text[0] == '/' && text[len - 1] == '/';
  char *pattern = slashes ? ssnprintf_alloc("%.*s", (int)len - 2, text + 1)
                          : ssnprintf_alloc(whole ? "^(%s)$" : "%s", text);
  regex_t *regex = calloc(1, sizeof(*regex));
  if (pattern == NULL || regex == NULL) {
    free(pattern);
    free(regex);
    return -ENOMEM;
  }
  int status = regcomp(regex, pattern, REG_EXTENDED);
  free(pattern);
  if (status == 0) {
    *ret = regex;
    return 0;
  }
  char why[128];
  regerror(status, regex, why, sizeof(why));
  free(regex);
  return options_error(block, item, "not an extended regular expression: %s", why);
}
