// SPDX-License-Identifier: MIT
// Which table of a rule has the rows of a context?
#include "core/context_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct context_table {
  struct ha_hash_link hash;
  struct table *table;
  char name[];
};

size_t table_rule_numbers(const struct table_rule *t) {
  size_t n = t->row_numbers != NULL;
  for (size_t i = 0; i < t->key_count; i++)
    n += t->keys[i].numbering != NULL;
  return n;
}

void context_table_free(struct ha_hash_link *link) {
  struct context_table *c = (struct context_table *)link;
  if (c != NULL)
    table_destroy(c->table);
  free(c);
}

static bool is_named(const struct ha_hash_link *link, const void *name) {
  return strcmp(((const struct context_table *)link)->name, name) == 0;
}

static uint32_t hash_of(const char *name) {
  return ha_hash_bytes(HA_HASH_SEED, name, strlen(name));
}

static struct context_table *create(const struct table_rule *t, const char *name) {
  size_t size = strlen(name) + 1;
  struct context_table *c = calloc(1, sizeof(*c) + size);
  if (c == NULL)
    return NULL;
  memcpy(c->name, name, size);
  c->table = table_create(t->cells, table_rule_numbers(t));
  if (c->table != NULL) {
    table_set_owner(c->table, c);
    return c;
  }
  free(c);
  return NULL;
}

// Tells the watcher last: what it has been told of is there.
static int add(struct table_rule *t, struct context_table *c) {
  int status = ha_hash_add(&t->context_tables, &c->hash, hash_of(c->name));
  if (status != 0 || t->watcher == NULL)
    return status;
  status = t->watcher->context_came(t->watcher->ctx, t, c->name, c->table);
  if (status != 0)
    ha_hash_remove(&t->context_tables, &c->hash);
  return status;
}

int context_table_get(struct table_rule *t, const char *context,
                      struct table **ret_table) {
  if (t->context_source == NULL) {
    *ret_table = t->table;
    return 0;
  }
  struct context_table *c = (struct context_table *)ha_hash_find(
      &t->context_tables, hash_of(context), is_named, context);
  if (c == NULL) {
    c = create(t, context);
    int status = c != NULL ? add(t, c) : -ENOMEM;
    if (status != 0) {
      context_table_free((struct ha_hash_link *)c);
      return status;
    }
  }
  *ret_table = c->table;
  return 0;
}

void context_table_let_go(struct table_rule *t, struct table *table) {
  struct context_table *c = table_owner(table);
  if (c == NULL || table_rows(table) > 0)
    return;
  if (t->watcher != NULL)
    t->watcher->context_left(t->watcher->ctx, t, c->name, table);
  ha_hash_remove(&t->context_tables, &c->hash);
  context_table_free(&c->hash);
}
