// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "conf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *word, const char *const words[3]) {
  return strcasecmp(word, words[0]) == 0 || strcasecmp(word, words[1]) == 0 ||
         strcasecmp(word, words[2]) == 0;
}

static oconfig_value_t bare_value(const char *word) {
  static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no",
                                                                         "off"};
  char *end;
  double number = strtod(word, &end);
  if (is_one_of(word, yes) || is_one_of(word, no))
    return (oconfig_value_t){.type = OCONFIG_TYPE_BOOLEAN,
                             .value.boolean = is_one_of(word, yes)};
  if (*end == '\0')
    return (oconfig_value_t){.type = OCONFIG_TYPE_NUMBER, .value.number = number};
  return (oconfig_value_t){.type = OCONFIG_TYPE_STRING, .value.string = strdup(word)};
}

static void *one_more(void *array, int count, size_t size) {
  char *grown = realloc(array, (size_t)(count + 1) * size);
  assert_non_null(grown);
  memset(grown + (size_t)count * size, 0, size);
  return grown;
}

static void read_value(oconfig_item_t *item, const char **at) {
  item->values = one_more(item->values, item->values_num, sizeof(*item->values));
  oconfig_value_t *value = &item->values[item->values_num++];
  bool quoted = **at == '"';
  *at += quoted;
  size_t length = strcspn(*at, quoted ? "\"" : " >\n");
  char *word = strndup(*at, length);
  *at += length + quoted;
  *value = quoted ? (oconfig_value_t){.type = OCONFIG_TYPE_STRING, .value.string = word}
                  : bare_value(word);
  if (!quoted)
    free(word);
}

static void read_line(oconfig_item_t *item, const char **at) {
  size_t length = strcspn(*at, " >\n");
  item->key = strndup(*at, length);
  *at += length;
  while (**at == ' ') {
    (*at)++;
    read_value(item, at);
  }
  *at += strcspn(*at, "\n");
  *at += strspn(*at, " \n");
}

static void read_item(oconfig_item_t *item, oconfig_item_t *parent, const char **at) {
  bool is_block = **at == '<';
  item->parent = parent;
  *at += is_block;
  read_line(item, at);
  while (is_block && strncmp(*at, "</", 2) != 0) {
    assert_int_not_equal(**at, '\0'); // a block without an end
    item->children = one_more(item->children, item->children_num, sizeof(*item));
    read_item(&item->children[item->children_num++], item, at);
  }
  if (is_block) {
    *at += strcspn(*at, "\n");
    *at += strspn(*at, " \n");
  }
}

oconfig_item_t *conf_read(const char *text) {
  oconfig_item_t *item = one_more(NULL, 0, sizeof(*item));
  read_item(item, NULL, &text);
  assert_int_equal(*text, '\0'); // more than one block
  return item;
}

static void free_item(oconfig_item_t *item) {
  for (int i = 0; i < item->children_num; i++)
    free_item(&item->children[i]);
  for (int i = 0; i < item->values_num; i++)
    if (item->values[i].type == OCONFIG_TYPE_STRING)
      free(item->values[i].value.string);
  free(item->children);
  free(item->values);
  free(item->key);
}

void conf_free(oconfig_item_t *item) {
  free_item(item);
  free(item);
}
