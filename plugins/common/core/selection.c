// SPDX-License-Identifier: MIT
// Which names did the configuration choose?
#include "common/core/selection.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_expression(const char *text) {
  size_t length = strlen(text);
  return length > 2 && text[0] == '/' && text[length - 1] == '/';
}

// What stands between the slashes. 0, -ENOMEM, or -EINVAL and why.
static int compile(const char *text, regex_t *regex, char *error, size_t error_size) {
  char why[96], *pattern = strndup(text + 1, strlen(text) - 2);
  if (pattern == NULL)
    return -ENOMEM;
  int status = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);
  free(pattern);
  if (status == 0)
    return 0;
  regerror(status, regex, why, sizeof(why));
  snprintf(error, error_size, "not an extended regular expression: %s", why);
  return -EINVAL;
}

static void free_entry(struct ha_selection_entry *entry) {
  if (entry->regex != NULL)
    regfree(entry->regex);
  free(entry->regex);
  free(entry->text);
}

static int make_regex(const char *text, regex_t **ret_regex, char *error,
                      size_t error_size) {
  regex_t *regex = malloc(sizeof(*regex));
  int status = regex != NULL ? compile(text, regex, error, error_size) : -ENOMEM;
  if (status == 0)
    *ret_regex = regex;
  else
    free(regex);
  return status;
}

static int make_entry(const char *text, struct ha_selection_entry *entry, char *error,
                      size_t error_size) {
  if (text[0] == '\0') {
    snprintf(error, error_size, "the name is empty");
    return -EINVAL;
  }
  entry->text = strdup(text);
  if (entry->text == NULL)
    return -ENOMEM;
  return is_expression(text) ? make_regex(text, &entry->regex, error, error_size) : 0;
}

int ha_selection_add(struct ha_selection *selection, const char *text, char *error,
                     size_t error_size) {
  struct ha_selection_entry *grown =
      ha_array_room(selection->entries, selection->entry_count, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  selection->entries = grown;

  struct ha_selection_entry entry = {0};
  int status = make_entry(text, &entry, error, error_size);
  if (status == 0)
    grown[selection->entry_count++] = entry;
  else
    free_entry(&entry);
  return status;
}

static bool matches(const struct ha_selection_entry *entry, const char *name) {
  if (entry->regex == NULL)
    return strcmp(entry->text, name) == 0 || strcmp(entry->text, "*") == 0;
  return regexec(entry->regex, name, 0, NULL, 0) == 0;
}

bool ha_selection_wants(const struct ha_selection *selection, bool invert,
                        const char *name) {
  if (selection->entry_count == 0)
    return true;
  for (size_t i = 0; i < selection->entry_count; i++)
    if (matches(&selection->entries[i], name))
      return !invert;
  return invert;
}

void ha_selection_clear(struct ha_selection *selection) {
  for (size_t i = 0; i < selection->entry_count; i++)
    free_entry(&selection->entries[i]);
  free(selection->entries);
  *selection = (struct ha_selection){0};
}
