// SPDX-License-Identifier: MIT
// Meta data of values that a test hands the plugin.

#include "meta.h"

#include <stdlib.h>
#include <string.h>

// What stands behind "key=", to the end of the line.
static char *find(const meta_data_t *meta, const char *key) {
  size_t length = strlen(key);
  for (const char *line = meta->text; *line != '\0'; line += strspn(line, "\n")) {
    size_t end = strcspn(line, "\n");
    if (strncmp(line, key, length) == 0 && line[length] == '=')
      return strndup(line + length + 1, end - length - 1);
    line += end;
  }
  return NULL;
}

static bool is_number(const char *text) {
  return text[strspn(text, "0123456789")] == '\0';
}

int meta_data_get_string(meta_data_t *meta, const char *key, char **ret) {
  char *found = find(meta, key);
  if (found == NULL || is_number(found)) {
    free(found);
    return -1;
  }
  *ret = found;
  return 0;
}

int meta_data_get_signed_int(meta_data_t *meta, const char *key, int64_t *ret) {
  char *found = find(meta, key);
  bool is_there = found != NULL && is_number(found);
  if (is_there)
    *ret = strtoll(found, NULL, 10);
  free(found);
  return is_there ? 0 : -1;
}
