// SPDX-License-Identifier: MIT
// Where does a column's raw value come from?
#ifndef HA_SNMP_AGENT_SOURCE_H
#define HA_SNMP_AGENT_SOURCE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/syntax.h"

// The parts of a value's identifier.
enum field {
  FIELD_HOST,
  FIELD_PLUGIN,
  FIELD_PLUGIN_INSTANCE,
  FIELD_TYPE,
  FIELD_TYPE_INSTANCE,
  FIELD_COUNT,
};

// One dispatched value list as the core sees it; lives as long as the dispatch.
struct sample {
  const char *name; // the whole identifier, unique in the cache
  uint64_t time;    // when it was measured, in any unit that grows
  // Of a value that its plugin hands over ahead of collectd's queue, in the same unit:
  // how often it comes, and for how long it holds without another one.
  uint64_t interval, keep;
  const char *field[FIELD_COUNT];
  const struct raw_value *values; // one a data source
  size_t value_count;

  // Reads meta data; text goes into `buf`. Returns 0 or -ENOENT. NULL: the value came
  // without any, which says nothing of what it had before.
  int (*meta)(const struct sample *sample, const char *key, char *buf, size_t size,
              struct raw_value *ret_value);
  // Reads the rate of data source `i`, a second. Returns 0 or -ENOENT.
  int (*rate)(const struct sample *sample, size_t i, double *ret_rate);
  const void *owner; // for the two functions
};

// Translates a text, or a whole number's decimal form, into what the MIB enumerates.
struct map;

// An empty one; the name is copied. NULL without memory.
struct map *map_create(const char *name);
void map_destroy(struct map *map);
const char *map_name(const struct map *map);

// Adds an entry; `to` is copied. Returns 0, -EEXIST or -ENOMEM.
int map_add(struct map *map, const char *from, const struct raw_value *to);
int map_set_default(struct map *map, const struct raw_value *to);

// What has no entry is looked up: `lookup` returns 0 or -ENOENT. What it finds may change
// at any time.
void map_set_lookup(struct map *map,
                    int (*lookup)(const char *text, struct raw_value *ret_to));

// Writes a value as a person reads it, cut off where `size` ends, without control
// characters. Returns `buf`.
char *raw_format(const struct raw_value *raw, char *buf, size_t size);

// The text by which a raw value is looked up in a map or cut by a regex; a number's is
// written into `buf`. Returns 0, or -ENOENT for NaN and infinity.
int raw_text(const struct raw_value *raw, char *buf, size_t size, const char **ret_text);

// Returns 0, or -ENOENT without an entry or a default; NaN and infinity have neither.
// The result belongs to the map.
int map_apply(const struct map *map, const struct raw_value *from,
              struct raw_value *ret_to);

enum source_kind { SOURCE_VALUE, SOURCE_FIELD, SOURCE_META, SOURCE_CONSTANT };

// A recipe: take the value, a field, meta data or a constant; cut a part out of its
// text by `regex`; translate by `map`. Zeroed, it takes the value as it is.
struct source {
  enum source_kind kind;
  enum field field; // SOURCE_FIELD
  char *text;       // SOURCE_META: the key, SOURCE_CONSTANT: the constant; owned
  bool rate;        // SOURCE_VALUE: collectd's rate instead of the raw number
  regex_t *regex;   // or NULL; owned
  size_t group;
  double scale; // SOURCE_VALUE, unless scale is 1 and shift 0
  double shift;
  bool scaled;
  const struct map *map; // or NULL; not owned
  char *fallback;        // the result where there is none, or NULL; owned
};

// Frees what the source owns; zeroed, it takes the value as it is.
void source_free(struct source *source);

// Finds a field by its name in the configuration ("Hostname" or "Host", "Plugin", …).
// Returns 0 or -EINVAL.
int field_by_name(const char *name, enum field *ret_field);

// Parses "Value", a field's name, "Meta:KEY" or "Constant:X" into kind, field and text.
// Returns 0, -EINVAL or -ENOMEM.
int source_parse(const char *text, struct source *source);

// Room for the texts on a raw value's way.
struct source_buffer {
  char text[RAW_TEXT_SIZE];
};

// True if the result may change while the identifier stays the same.
bool source_is_volatile(const struct source *source);

// Reads data source `i` of `sample` by the recipe. Returns 0; -ENOENT where the meta
// data, the rate, the match or the map's entry is missing, and a fallback, too.
// *ret_value may point into `buffer`, the sample or the recipe.
int source_read(const struct source *source, const struct sample *sample, size_t i,
                struct source_buffer *buffer, struct raw_value *ret_value);

#endif
