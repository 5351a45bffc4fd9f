// SPDX-License-Identifier: MIT
// What does a mapping consist of, and who frees it?
//
// The rules of a mapping: made by the configuration, only read afterwards.
#include "core/mapping_private.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/context_table.h"

void where_free(struct where *where, size_t count) {
  for (size_t i = 0; i < count; i++)
    source_free(&where[i].source);
  free(where);
}

static void free_table_rule(struct table_rule *t) {
  for (size_t i = 0; i < t->key_count; i++)
    source_free(&t->keys[i].source);
  free(t->keys);
  where_free(t->where, t->where_count);
  if (t->context_source != NULL)
    source_free(t->context_source);
  free(t->context_source);
  ha_hash_clear(&t->context_tables, context_table_free);
  free(t->columns_by_cell);
  if (t->host != NULL)
    regfree(t->host);
  free(t->host);
  table_destroy(t->table);
  numbering_destroy(t->row_numbers);
  free(t->context);
  free(t->name);
  free(t);
}

static void free_data_rule(struct data_rule *d) {
  for (size_t i = 0; i < FIELD_COUNT; i++)
    free(d->match[i]);
  where_free(d->where, d->where_count);
  source_free(&d->source);
  free(d->real_format);
  free(d->data_source_name);
  for (size_t i = 0; i < d->column_count; i++)
    free(d->columns[i].ranges);
  free(d->columns);
  free(d->name);
  free(d);
}

static void free_metric(struct ha_hash_link *link) {
  free(link);
}

struct mapping *mapping_create(void) {
  return calloc(1, sizeof(struct mapping));
}

void mapping_destroy(struct mapping *m) {
  if (m == NULL)
    return;
  ha_hash_clear(&m->metrics, free_metric);
  for (size_t i = 0; i < m->data_count; i++)
    free_data_rule(m->datas[i]);
  for (size_t i = 0; i < m->table_count; i++)
    free_table_rule(m->tables[i]);
  for (size_t i = 0; i < m->map_count; i++)
    map_destroy(m->maps[i]);
  for (size_t i = 0; i < m->numbering_count; i++) {
    numbering_destroy(m->numberings[i].numbering);
    free(m->numberings[i].name);
  }
  for (size_t i = 0; i < m->ahead_count; i++)
    free(m->ahead[i]);
  free(m->ahead);
  free(m->types);
  free(m->datas);
  free(m->tables);
  free(m->maps);
  free(m->numberings);
  free(m->host);
  free(m);
}

struct table_rule *mapping_add_table(struct mapping *m) {
  struct table_rule **tables = ha_array_room(m->tables, m->table_count, sizeof(*tables));
  if (tables == NULL)
    return NULL;
  m->tables = tables;
  struct table_rule *t = calloc(1, sizeof(*t));
  if (t != NULL)
    m->tables[m->table_count++] = t;
  return t;
}

struct data_rule *mapping_add_data(struct mapping *m) {
  struct data_rule **datas = ha_array_room(m->datas, m->data_count, sizeof(*datas));
  if (datas == NULL)
    return NULL;
  m->datas = datas;
  struct data_rule *d = calloc(1, sizeof(*d));
  if (d == NULL)
    return NULL;
  d->source.scale = 1;
  m->datas[m->data_count++] = d;
  return d;
}

struct numbering *mapping_numbering(struct mapping *m, const char *name) {
  for (size_t i = 0; i < m->numbering_count; i++)
    if (strcmp(m->numberings[i].name, name) == 0)
      return m->numberings[i].numbering;
  struct named_numbering *numberings =
      ha_array_room(m->numberings, m->numbering_count, sizeof(*numberings));
  if (numberings == NULL)
    return NULL;
  m->numberings = numberings;
  struct named_numbering named = {.name = strdup(name), .numbering = numbering_create()};
  if (named.name == NULL || named.numbering == NULL) {
    free(named.name);
    numbering_destroy(named.numbering);
    return NULL;
  }
  m->numberings[m->numbering_count++] = named;
  return named.numbering;
}

struct map *mapping_map(struct mapping *m, const char *name) {
  for (size_t i = 0; i < m->map_count; i++)
    if (strcmp(map_name(m->maps[i]), name) == 0)
      return m->maps[i];
  return NULL;
}

int mapping_add_map(struct mapping *m, struct map *map) {
  struct map **maps = ha_array_room(m->maps, m->map_count, sizeof(*maps));
  if (maps == NULL)
    return -ENOMEM;
  m->maps = maps;
  m->maps[m->map_count++] = map;
  return 0;
}

size_t mapping_tables(const struct mapping *m) {
  return m->table_count;
}

struct table_rule *mapping_table(const struct mapping *m, size_t i) {
  return m->tables[i];
}

size_t mapping_datas(const struct mapping *m) {
  return m->data_count;
}

struct data_rule *mapping_data(const struct mapping *m, size_t i) {
  return m->datas[i];
}

// What the longest column leaves of an instance's name.
static size_t room_for_index(const struct mapping *m, const struct table_rule *t) {
  size_t longest = t->row_numbers != NULL ? t->number_column.oid.length : 1;
  for (size_t i = 0; i < t->key_count; i++)
    if (t->keys[i].has_column && t->keys[i].column.oid.length > longest)
      longest = t->keys[i].column.oid.length;
  for (size_t i = 0; i < m->data_count; i++)
    for (size_t j = 0; m->datas[i]->table == t && j < m->datas[i]->column_count; j++)
      if (m->datas[i]->columns[j].oid.length > longest)
        longest = m->datas[i]->columns[j].oid.length;
  return OID_LENGTH_MAX - longest;
}

static void note_column(struct table_rule *t, const struct column *column) {
  t->columns_by_cell[column->cell] = column;
}

static int note_columns(const struct mapping *m, struct table_rule *t) {
  t->columns_by_cell = calloc(t->cells + 1, sizeof(*t->columns_by_cell));
  if (t->columns_by_cell == NULL)
    return -ENOMEM;
  if (t->row_numbers != NULL)
    note_column(t, &t->number_column);
  for (size_t i = 0; i < t->key_count; i++)
    if (t->keys[i].has_column)
      note_column(t, &t->keys[i].column);
  for (size_t i = 0; i < m->data_count; i++)
    for (size_t j = 0; m->datas[i]->table == t && j < m->datas[i]->column_count; j++)
      note_column(t, &m->datas[i]->columns[j]);
  return 0;
}

static int make_ready(const struct mapping *m, struct table_rule *t) {
  t->index_max = room_for_index(m, t);
  int status = note_columns(m, t);
  if (status != 0 || t->context_source != NULL)
    return status;
  t->table = table_create(t->cells, table_rule_numbers(t));
  return t->table != NULL ? 0 : -ENOMEM;
}

void mapping_watch(struct mapping *m, const struct mapping_watcher *watcher) {
  for (size_t i = 0; i < m->table_count; i++)
    m->tables[i]->watcher = watcher;
}

static int compare_types(const void *a, const void *b) {
  const char *const *one = a, *const *other = b;
  return strcmp(*one, *other);
}

static int gather_types(struct mapping *m) {
  m->types = calloc(m->data_count + 1, sizeof(*m->types));
  if (m->types == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < m->data_count; i++) {
    const char *type = m->datas[i]->match[FIELD_TYPE];
    m->takes_any_type |= type == NULL;
    if (type != NULL)
      m->types[m->type_count++] = type;
  }
  qsort(m->types, m->type_count, sizeof(*m->types), compare_types);
  return 0;
}

bool mapping_knows_type(const struct mapping *m, const char *type) {
  return m->takes_any_type || bsearch(&type, m->types, m->type_count, sizeof(*m->types),
                                      compare_types) != NULL;
}

int mapping_ready(struct mapping *m, const char *host) {
  m->host = strdup(host);
  int status = m->host != NULL ? gather_types(m) : -ENOMEM;
  for (size_t i = 0; i < m->table_count && status == 0; i++)
    status = make_ready(m, m->tables[i]);
  return status;
}
