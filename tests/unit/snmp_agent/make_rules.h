// SPDX-License-Identifier: MIT
// Rules and samples as the configuration and the cache would make them, in a line each.
#ifndef HA_TESTS_SNMP_AGENT_MAKE_RULES_H
#define HA_TESTS_SNMP_AGENT_MAKE_RULES_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mapping.h"

// --- samples --------------------------------------------------------------------

enum { FAKE_METAS = 4, FAKE_VALUES = 4 };

// A value list. `rate` is what collectd would say, or NAN's absence if has_rate is false.
struct fake {
  struct sample sample;
  struct raw_value values[FAKE_VALUES];
  struct {
    const char *key;
    struct raw_value value;
  } metas[FAKE_METAS];
  bool has_rate;
  double rate;
  char name[256];
};

static inline int fake_meta(const struct sample *sample, const char *key, char *buf,
                            size_t size, struct raw_value *ret) {
  const struct fake *f = sample->owner;
  for (size_t i = 0; i < FAKE_METAS; i++) {
    if (f->metas[i].key == NULL || strcmp(f->metas[i].key, key) != 0)
      continue;
    *ret = f->metas[i].value;
    if (ret->kind == RAW_TEXT) {
      snprintf(buf, size, "%s", ret->text);
      ret->text = buf;
    }
    return 0;
  }
  return -ENOENT;
}

static inline int fake_rate(const struct sample *sample, size_t i, double *ret) {
  const struct fake *f = sample->owner;
  if (!f->has_rate || i >= sample->value_count)
    return -ENOENT;
  *ret = f->rate;
  return 0;
}

static inline struct raw_value real(double d) {
  return (struct raw_value){.kind = RAW_REAL, .d = d};
}

static inline struct raw_value whole(int64_t i) {
  return (struct raw_value){.kind = RAW_SIGNED, .i = i};
}

static inline struct raw_value natural(uint64_t u) {
  return (struct raw_value){.kind = RAW_UNSIGNED, .u = u};
}

static inline struct raw_value text(const char *t) {
  return (struct raw_value){.kind = RAW_TEXT, .text = t};
}

// Fills in "host/test-INSTANCE/type-TYPE_INSTANCE" with one value.
static inline struct fake *fake(struct fake *f, const char *instance,
                                const char *type_instance, struct raw_value value) {
  *f = (struct fake){.values = {value}};
  snprintf(f->name, sizeof(f->name), "here/test-%s/type-%s", instance, type_instance);
  f->sample = (struct sample){.name = f->name,
                              .field = {"here", "test", instance, "type", type_instance},
                              .values = f->values,
                              .value_count = 1,
                              .meta = fake_meta,
                              .rate = fake_rate,
                              .owner = f};
  return f;
}

// --- rules ----------------------------------------------------------------------

// What can't fail in a test ends it.
static inline void must(bool holds) {
  if (!holds)
    abort();
}

static inline struct oid make_oid(const char *dotted) {
  struct oid oid;
  must(oid_parse(dotted, &oid) == 0);
  return oid;
}

static inline regex_t *make_regex(const char *pattern) {
  regex_t *regex = calloc(1, sizeof(*regex));
  must(regex != NULL && regcomp(regex, pattern, REG_EXTENDED) == 0);
  return regex;
}

static inline struct table_rule *make_table(struct mapping *m) {
  struct table_rule *t = mapping_add_table(m);
  must(t != NULL);
  return t;
}

// A table whose rows are numbered, as IndexOID does it.
static inline void make_numbered(struct table_rule *t, const char *oid) {
  t->row_numbers = numbering_create();
  t->number_column = (struct column){make_oid(oid), SYNTAX_INTEGER32, t->cells++};
  must(t->row_numbers != NULL);
}

static inline struct key *make_key(struct table_rule *t, const char *source,
                                   enum syntax syntax) {
  if (t->keys == NULL)
    t->keys = calloc(MAPPING_MAX_KEYS, sizeof(*t->keys));
  must(t->keys != NULL && t->key_count < MAPPING_MAX_KEYS);
  struct key *key = &t->keys[t->key_count++];
  key->source.scale = 1;
  key->syntax = syntax;
  must(source_parse(source, &key->source) == 0);
  return key;
}

static inline void make_where(struct where **where, size_t *length, const char *source,
                              const char *pattern) {
  *where = realloc(*where, (*length + 1) * sizeof(**where));
  must(*where != NULL);
  struct where *w = &(*where)[(*length)++];
  *w = (struct where){.source = {.scale = 1}};
  must(source_parse(source, &w->source) == 0);
  w->source.regex = make_regex(pattern);
}

// A column for every value of plugin "test" and type "type".
static inline struct data_rule *make_data(struct mapping *m, struct table_rule *t,
                                          const char *source, enum syntax syntax,
                                          const char *oid) {
  struct data_rule *d = mapping_add_data(m);
  must(d != NULL);
  d->table = t;
  d->match[FIELD_PLUGIN] = strdup("test");
  d->match[FIELD_TYPE] = strdup("type");
  d->columns = calloc(FAKE_VALUES, sizeof(*d->columns));
  must(d->columns != NULL && source_parse(source, &d->source) == 0);
  d->columns[d->column_count++] = (struct column){make_oid(oid), syntax, t->cells++};
  return d;
}

static inline void make_column(struct data_rule *d, enum syntax syntax, const char *oid) {
  must(d->column_count < FAKE_VALUES);
  d->columns[d->column_count++] =
      (struct column){make_oid(oid), syntax, d->table->cells++};
}

#endif
