// SPDX-License-Identifier: MIT
// Which names did the configuration choose?
//
// Exact names and regular expressions.

#include "core/selection.h"

#include "common/core/array.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ipvs_selection_entry {
  char *exact; // NULL: the expression decides
  regex_t expression;
};

static int compile(const char *text, size_t length, regex_t *expression, char *error,
                   size_t error_size) {
  char *pattern = strndup(text, length);
  if (pattern == NULL)
    return -ENOMEM;
  int status = regcomp(expression, pattern, REG_EXTENDED | REG_NOSUB);
  free(pattern);
  if (status == 0)
    return 0;
  char why[96];
  regerror(status, expression, why, sizeof(why));
  snprintf(error, error_size, "not an extended regular expression: %s", why);
  return -EINVAL;
}

static int make_entry(const char *text, struct ipvs_selection_entry *entry, char *error,
                      size_t error_size) {
  size_t length = strlen(text);
  if (length == 0) {
    snprintf(error, error_size, "the name is empty");
    return -EINVAL;
  }
  if (length > 2 && text[0] == '/' && text[length - 1] == '/')
    return compile(text + 1, length - 2, &entry->expression, error, error_size);
  entry->exact = strdup(text);
  return entry->exact != NULL ? 0 : -ENOMEM;
}

int ipvs_selection_add(struct ipvs_selection *selection, const char *text, char *error,
                       size_t error_size) {
  struct ipvs_selection_entry *grown = ha_array_room(
      selection->entries, selection->entry_count, sizeof(*selection->entries));
  if (grown == NULL)
    return -ENOMEM;
  selection->entries = grown;

  struct ipvs_selection_entry entry = {0};
  int status = make_entry(text, &entry, error, error_size);
  if (status == 0)
    selection->entries[selection->entry_count++] = entry;
  return status;
}

static bool matches(const struct ipvs_selection_entry *entry, const char *name) {
  if (entry->exact != NULL)
    return strcmp(entry->exact, name) == 0;
  return regexec(&entry->expression, name, 0, NULL, 0) == 0;
}

bool ipvs_selection_wants(const struct ipvs_selection *selection, bool invert,
                          const char *name) {
  if (selection->entry_count == 0)
    return true;
  for (size_t i = 0; i < selection->entry_count; i++)
    if (matches(&selection->entries[i], name))
      return !invert;
  return invert;
}

void ipvs_selection_clear(struct ipvs_selection *selection) {
  for (size_t i = 0; i < selection->entry_count; i++) {
    if (selection->entries[i].exact != NULL)
      free(selection->entries[i].exact);
    else
      regfree(&selection->entries[i].expression);
  }
  free(selection->entries);
  *selection = (struct ipvs_selection){0};
}
