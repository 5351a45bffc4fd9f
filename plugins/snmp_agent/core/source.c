// SPDX-License-Identifier: MIT
// Where does a column's raw value come from?
#include "core/source.h"

#include "common/core/array.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REGEX_GROUPS = 10 };

struct map_entry {
  char *from;
  struct raw_value to;
};

struct map {
  char *name;
  struct map_entry *entries;
  size_t entry_count;
  bool has_default;
  struct raw_value fallback;
  int (*lookup)(const char *text, struct raw_value *ret_to); // or NULL
};

struct map *map_create(const char *name) {
  struct map *map = calloc(1, sizeof(*map));
  if (map == NULL)
    return NULL;
  map->name = strdup(name);
  if (map->name != NULL)
    return map;
  free(map);
  return NULL;
}

static void raw_free(struct raw_value *raw) {
  if (raw->kind == RAW_TEXT)
    free((char *)raw->text);
}

static int raw_copy(const struct raw_value *from, struct raw_value *ret) {
  *ret = *from;
  if (from->kind != RAW_TEXT)
    return 0;
  ret->text = strdup(from->text);
  return ret->text != NULL ? 0 : -ENOMEM;
}

void map_destroy(struct map *map) {
  if (map == NULL)
    return;
  for (size_t i = 0; i < map->entry_count; i++) {
    free(map->entries[i].from);
    raw_free(&map->entries[i].to);
  }
  free(map->entries);
  if (map->has_default)
    raw_free(&map->fallback);
  free(map->name);
  free(map);
}

const char *map_name(const struct map *map) {
  return map->name;
}

static const struct map_entry *map_find(const struct map *map, const char *from) {
  for (size_t i = 0; i < map->entry_count; i++)
    if (strcmp(map->entries[i].from, from) == 0)
      return &map->entries[i];
  return NULL;
}

int map_add(struct map *map, const char *from, const struct raw_value *to) {
  if (map_find(map, from) != NULL)
    return -EEXIST;
  struct map_entry *grown = ha_array_room(map->entries, map->entry_count, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  map->entries = grown;
  struct map_entry entry = {.from = strdup(from)};
  if (entry.from == NULL || raw_copy(to, &entry.to) != 0) {
    free(entry.from);
    return -ENOMEM;
  }
  map->entries[map->entry_count++] = entry;
  return 0;
}

int map_set_default(struct map *map, const struct raw_value *to) {
  if (map->has_default)
    return -EEXIST;
  int status = raw_copy(to, &map->fallback);
  map->has_default = status == 0;
  return status;
}

int raw_text(const struct raw_value *raw, char *buf, size_t size, const char **ret_text) {
  int n = 0;
  switch (raw->kind) {
  case RAW_TEXT:
    *ret_text = raw->text;
    return 0;
  case RAW_SIGNED:
    n = snprintf(buf, size, "%" PRId64, raw->i);
    break;
  case RAW_UNSIGNED:
    n = snprintf(buf, size, "%" PRIu64, raw->u);
    break;
  case RAW_REAL:
    if (!isfinite(raw->d))
      return -ENOENT;
    n = snprintf(buf, size, "%.15g", raw->d == 0 ? 0 : raw->d); // never "-0"
    break;
  }
  if (n < 0 || (size_t)n >= size)
    return -ENOENT;
  *ret_text = buf;
  return 0;
}

char *raw_format(const struct raw_value *raw, char *buf, size_t size) {
  char number[32];
  const char *text = raw->kind == RAW_REAL && raw->d < 0 ? "-infinity" : "infinity";
  raw_text(raw, number, sizeof(number), &text);
  snprintf(buf, size, "%s", text);
  for (char *p = buf; *p != '\0'; p++)
    if ((unsigned char)*p < ' ')
      *p = '?';
  return buf;
}

void map_set_lookup(struct map *map,
                    int (*lookup)(const char *text, struct raw_value *ret_to)) {
  map->lookup = lookup;
}

int map_apply(const struct map *map, const struct raw_value *from,
              struct raw_value *ret_to) {
  char buf[32];
  const char *text;
  int status = raw_text(from, buf, sizeof(buf), &text);
  if (status != 0)
    return status;
  const struct map_entry *entry = map_find(map, text);
  if (entry == NULL && map->lookup != NULL && map->lookup(text, ret_to) == 0)
    return 0;
  if (entry == NULL && !map->has_default)
    return -ENOENT;
  *ret_to = entry != NULL ? entry->to : map->fallback;
  return 0;
}

static const struct {
  const char *name;
  enum field field;
} field_names[] = {
    {"Hostname", FIELD_HOST}, {"Host", FIELD_HOST},
    {"Plugin", FIELD_PLUGIN}, {"PluginInstance", FIELD_PLUGIN_INSTANCE},
    {"Type", FIELD_TYPE},     {"TypeInstance", FIELD_TYPE_INSTANCE},
};

int field_by_name(const char *name, enum field *ret_field) {
  for (size_t i = 0; i < HA_COUNT_OF(field_names); i++) {
    if (strcasecmp(field_names[i].name, name) != 0)
      continue;
    *ret_field = field_names[i].field;
    return 0;
  }
  return -EINVAL;
}

static int source_set_text(struct source *source, enum source_kind kind,
                           const char *text) {
  char *copy = strdup(text);
  if (copy == NULL)
    return -ENOMEM;
  free(source->text);
  source->text = copy;
  source->kind = kind;
  return 0;
}

int source_parse(const char *text, struct source *source) {
  static const char meta[] = "Meta:", constant[] = "Constant:";
  if (strncasecmp(text, meta, sizeof(meta) - 1) == 0 && text[sizeof(meta) - 1] != '\0')
    return source_set_text(source, SOURCE_META, text + sizeof(meta) - 1);
  if (strncasecmp(text, constant, sizeof(constant) - 1) == 0)
    return source_set_text(source, SOURCE_CONSTANT, text + sizeof(constant) - 1);
  if (strcasecmp(text, "Value") == 0) {
    source->kind = SOURCE_VALUE;
    return 0;
  }
  int status = field_by_name(text, &source->field);
  if (status == 0)
    source->kind = SOURCE_FIELD;
  return status;
}

void source_free(struct source *source) {
  free(source->text);
  free(source->fallback);
  if (source->regex != NULL)
    regfree(source->regex);
  free(source->regex);
  *source = (struct source){0};
}

bool source_is_volatile(const struct source *source) {
  return source->kind == SOURCE_VALUE || source->kind == SOURCE_META ||
         (source->map != NULL && source->map->lookup != NULL);
}

static double raw_to_double(const struct raw_value *raw) {
  switch (raw->kind) {
  case RAW_SIGNED:
    return (double)raw->i;
  case RAW_UNSIGNED:
    return (double)raw->u;
  case RAW_REAL:
    return raw->d;
  case RAW_TEXT:
    break;
  }
  return NAN;
}

static int read_value(const struct source *source, const struct sample *sample, size_t i,
                      struct raw_value *ret) {
  if (i >= sample->value_count)
    return -ENOENT;
  struct raw_value raw = sample->values[i];
  if (source->rate) {
    raw.kind = RAW_REAL;
    int status = sample->rate(sample, i, &raw.d);
    if (status != 0)
      return status;
  }
  if (source->scaled)
    raw = (struct raw_value){.kind = RAW_REAL,
                             .d = raw_to_double(&raw) * source->scale + source->shift};
  *ret = raw;
  return 0;
}

static int read_origin(const struct source *source, const struct sample *sample, size_t i,
                       struct source_buffer *buffer, struct raw_value *ret) {
  switch (source->kind) {
  case SOURCE_VALUE:
    return read_value(source, sample, i, ret);
  case SOURCE_META:
    return sample->meta == NULL ? -ENOENT
                                : sample->meta(sample, source->text, buffer->text,
                                               sizeof(buffer->text), ret);
  case SOURCE_FIELD:
    *ret = (struct raw_value){.kind = RAW_TEXT, .text = sample->field[source->field]};
    return 0;
  case SOURCE_CONSTANT:
    *ret = (struct raw_value){.kind = RAW_TEXT, .text = source->text};
    return 0;
  }
  return -ENOENT;
}

// Leaves in the buffer what the regex's group matched.
static int cut(const struct source *source, struct source_buffer *buffer,
               struct raw_value *value) {
  char number[32];
  const char *text;
  if (raw_text(value, number, sizeof(number), &text) != 0)
    return -ENOENT;
  regmatch_t match[REGEX_GROUPS];
  if (regexec(source->regex, text, REGEX_GROUPS, match, 0) != 0)
    return -ENOENT;
  const regmatch_t *m = &match[source->group];
  if (m->rm_so < 0)
    return -ENOENT;
  size_t length = (size_t)(m->rm_eo - m->rm_so);
  if (length >= sizeof(buffer->text))
    return -ENOENT;
  memmove(buffer->text, text + m->rm_so, length);
  buffer->text[length] = '\0';
  *value = (struct raw_value){.kind = RAW_TEXT, .text = buffer->text};
  return 0;
}

int source_read(const struct source *source, const struct sample *sample, size_t i,
                struct source_buffer *buffer, struct raw_value *ret_value) {
  struct raw_value value;
  int status = read_origin(source, sample, i, buffer, &value);
  if (status == 0 && source->regex != NULL)
    status = cut(source, buffer, &value);
  if (status == 0 && source->map != NULL)
    status = map_apply(source->map, &value, &value);
  if (status == -ENOENT && source->fallback != NULL) {
    value = (struct raw_value){.kind = RAW_TEXT, .text = source->fallback};
    status = 0;
  }
  if (status == 0)
    *ret_value = value;
  return status;
}
