// SPDX-License-Identifier: MIT
#include "core/contexts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// RFC 2741, section 6.2.3: the priority of a subagent that doesn't care.
enum { USUAL_PRIORITY = 127 };

struct context {
  const char *name; // the rule's
  struct view *view;
};

struct contexts {
  struct context *contexts;
  size_t len;
};

static struct view *get_view(struct contexts *c, const char *name) {
  struct view *view = contexts_find(c, name);
  if (view != NULL)
    return view;
  struct context *grown = realloc(c->contexts, (c->len + 1) * sizeof(*grown));
  if (grown == NULL)
    return NULL;
  c->contexts = grown;
  view = view_create();
  if (view != NULL)
    c->contexts[c->len++] = (struct context){.name = name, .view = view};
  return view;
}

static const char *context_name(const struct table_rule *t) {
  return t->context != NULL ? t->context : "";
}

static int add_column(struct view *view, const struct table_rule *t,
                      const struct column *column, const void *owner, bool writable) {
  bool stamp = column->syntax == SYNTAX_TIME_STAMP;
  struct object object = {.oid = column->oid,
                          .kind = stamp ? OBJECT_TIME_STAMP : OBJECT_COLUMN,
                          .table = t->table,
                          .cell = column->cell,
                          .owner = owner,
                          .writable = writable};
  return view_add(view, &object);
}

static int add_table(struct contexts *c, const struct table_rule *t) {
  struct view *view = get_view(c, context_name(t));
  if (view == NULL)
    return -ENOMEM;
  int status = 0;
  if (t->row_numbers != NULL)
    status = add_column(view, t, &t->number_column, t, false);
  for (size_t i = 0; i < t->keys_len && status == 0; i++)
    if (t->keys[i].has_column)
      status = add_column(view, t, &t->keys[i].column, t, false);
  if (t->has_size && status == 0)
    status = view_add(view, &(struct object){.oid = t->size_oid,
                                             .kind = OBJECT_SIZE,
                                             .table = t->table,
                                             .owner = t});
  return status;
}

static int add_data(struct contexts *c, const struct data_rule *d) {
  struct view *view = get_view(c, context_name(d->table));
  if (view == NULL)
    return -ENOMEM;
  int status = 0;
  for (size_t i = 0; i < d->columns_len && status == 0; i++)
    status = add_column(view, d->table, &d->columns[i], d, d->writable);
  return status;
}

static int add_all(struct contexts *c, const struct mapping *m) {
  int status = 0;
  for (size_t i = 0; i < mapping_tables(m) && status == 0; i++)
    status = add_table(c, mapping_table(m, i));
  for (size_t i = 0; i < mapping_datas(m) && status == 0; i++)
    status = add_data(c, mapping_data(m, i));
  return status;
}

static int seal_all(struct contexts *c, struct contexts_conflict *ret_conflict) {
  for (size_t i = 0; i < c->len; i++) {
    const struct object *a, *b;
    int status = view_seal(c->contexts[i].view, &a, &b);
    if (status == 0)
      continue;
    *ret_conflict = (struct contexts_conflict){.a = *a, .b = *b};
    return status;
  }
  return 0;
}

int contexts_create(const struct mapping *mapping, struct contexts **ret_contexts,
                    struct contexts_conflict *ret_conflict) {
  struct contexts *c = calloc(1, sizeof(*c));
  if (c == NULL)
    return -ENOMEM;
  int status = add_all(c, mapping);
  if (status == 0)
    status = seal_all(c, ret_conflict);
  if (status != 0) {
    contexts_destroy(c);
    return status;
  }
  *ret_contexts = c;
  return 0;
}

void contexts_destroy(struct contexts *c) {
  if (c == NULL)
    return;
  for (size_t i = 0; i < c->len; i++)
    view_destroy(c->contexts[i].view);
  free(c->contexts);
  free(c);
}

struct view *contexts_find(const struct contexts *c, const char *name) {
  for (size_t i = 0; i < c->len; i++)
    if (strcmp(c->contexts[i].name, name) == 0)
      return c->contexts[i].view;
  return NULL;
}

void contexts_set_start(struct contexts *c, uint64_t start) {
  for (size_t i = 0; i < c->len; i++)
    view_set_start(c->contexts[i].view, start);
}

int contexts_regions(const struct contexts *c,
                     int (*add)(void *ctx, const struct agentx_region *region),
                     void *ctx) {
  for (size_t i = 0; i < c->len; i++) {
    const struct view *view = c->contexts[i].view;
    for (size_t j = 0; j < view_objects(view); j++) {
      struct agentx_region region = {.context = c->contexts[i].name,
                                     .subtree = view_object(view, j)->oid,
                                     .priority = USUAL_PRIORITY};
      int status = add(ctx, &region);
      if (status != 0)
        return status;
    }
  }
  return 0;
}
