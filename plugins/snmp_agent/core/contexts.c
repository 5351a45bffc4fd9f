// SPDX-License-Identifier: MIT
// Which objects does each SNMP context show, and what does snmpd send us for them?
#include "core/contexts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// RFC 2741, section 6.2.3: the priority of a subagent that doesn't care.
enum { USUAL_PRIORITY = 127 };

struct context {
  struct ha_hash_link hash;
  struct view *view;
  bool fixed; // the configuration names it
  char name[];
};

struct contexts {
  struct mapping *mapping;
  struct ha_hash all;
  struct context *last; // that was found
  bool started;
  uint64_t start;
  struct mapping_watcher watcher;
  struct contexts_registrar registrar;
};

// --- which there are ------------------------------------------------------------

static uint32_t hash_of(const char *name) {
  return ha_hash_bytes(HA_HASH_SEED, name, strlen(name));
}

static bool is_named(const struct ha_hash_link *link, const void *name) {
  return strcmp(((const struct context *)link)->name, name) == 0;
}

// Requests come in runs that ask for one context.
static struct context *find(struct contexts *c, const char *name) {
  if (c->last != NULL && strcmp(c->last->name, name) == 0)
    return c->last;
  struct context *found =
      (struct context *)ha_hash_find(&c->all, hash_of(name), is_named, name);
  if (found != NULL)
    c->last = found;
  return found;
}

struct view *contexts_find(struct contexts *c, const char *name) {
  struct context *found = find(c, name);
  return found != NULL ? found->view : NULL;
}

static void free_context(struct ha_hash_link *link) {
  struct context *context = (struct context *)link;
  view_destroy(context->view);
  free(context);
}

static struct context *create(struct contexts *c, const char *name) {
  size_t size = strlen(name) + 1;
  struct context *context = calloc(1, sizeof(*context) + size);
  if (context == NULL)
    return NULL;
  memcpy(context->name, name, size);
  context->view = view_create();
  if (context->view != NULL && ha_hash_add(&c->all, &context->hash, hash_of(name)) == 0)
    return context;
  free_context(&context->hash);
  // cppcheck-suppress memleak ; freed as what the hash is part of
  return NULL;
}

static int get(struct contexts *c, const char *name, struct context **ret) {
  struct context *context = find(c, name);
  if (context == NULL && c->all.count >= CONTEXTS_MAX)
    return -ENOBUFS;
  if (context == NULL)
    context = create(c, name);
  if (context == NULL)
    return -ENOMEM;
  if (c->started)
    view_set_start(context->view, c->start);
  *ret = context;
  return 0;
}

static void drop_if_empty(struct contexts *c, struct context *context) {
  if (context->fixed || view_objects(context->view) > 0)
    return;
  c->last = NULL;
  ha_hash_remove(&c->all, &context->hash);
  free_context(&context->hash);
}

void contexts_destroy(struct contexts *c) {
  if (c == NULL)
    return;
  mapping_watch(c->mapping, NULL);
  ha_hash_clear(&c->all, free_context);
  free(c);
}

static void each_context(struct contexts *c,
                         void (*visit)(struct contexts *c, struct context *context)) {
  for (size_t i = 0; i < c->all.bucket_count; i++)
    for (struct ha_hash_link *link = c->all.buckets[i]; link != NULL; link = link->next)
      visit(c, (struct context *)link);
}

static void set_start(struct contexts *c, struct context *context) {
  view_set_start(context->view, c->start);
}

void contexts_set_start(struct contexts *c, uint64_t start) {
  uint64_t moved = start > c->start ? start - c->start : c->start - start;
  if (c->started && moved < VIEW_START_SLACK)
    return;
  c->started = true;
  c->start = start;
  each_context(c, set_start);
}

// --- what they show -------------------------------------------------------------

// The objects of one rule's table, on their way into a view.
struct placing {
  struct view *view;
  const struct table_rule *rule;
  struct table *table;
  size_t region_length; // 0: the whole OID
};

static int place(const struct placing *p, struct object object) {
  object.table = p->table;
  object.region_length = p->region_length != 0 ? p->region_length : object.oid->length;
  return view_add(p->view, &object);
}

static int place_column(const struct placing *p, const struct column *column,
                        const void *owner, bool writable) {
  bool stamp = column->syntax == SYNTAX_TIME_STAMP;
  return place(p, (struct object){.oid = &column->oid,
                                  .kind = stamp ? OBJECT_TIME_STAMP : OBJECT_COLUMN,
                                  .cell = column->cell,
                                  .owner = owner,
                                  .writable = writable,
                                  .is_shared = p->rule->shared});
}

static int place_data(const struct placing *p, const struct data_rule *d) {
  int status = 0;
  for (size_t i = 0; i < d->column_count && status == 0; i++)
    status = place_column(p, &d->columns[i], d, d->writable);
  return status;
}

static int place_rule(const struct contexts *c, const struct placing *p) {
  const struct table_rule *t = p->rule;
  int status = 0;
  if (t->row_numbers != NULL)
    status = place_column(p, &t->number_column, t, false);
  for (size_t i = 0; i < t->key_count && status == 0; i++)
    if (t->keys[i].has_column)
      status = place_column(p, &t->keys[i].column, t, false);
  for (size_t i = 0; i < mapping_datas(c->mapping) && status == 0; i++)
    if (mapping_data(c->mapping, i)->table == t)
      status = place_data(p, mapping_data(c->mapping, i));
  if (t->has_size && status == 0)
    status =
        place(p, (struct object){.oid = &t->size_oid, .kind = OBJECT_SIZE, .owner = t});
  return status;
}

static const char *context_name(const struct table_rule *t) {
  return t->context != NULL ? t->context : "";
}

static int seal(const struct view *view, struct contexts_conflict *ret_conflict) {
  const struct object *a, *b;
  int status = view_seal((struct view *)view, &a, &b);
  if (status != 0)
    *ret_conflict = (struct contexts_conflict){.a = *a, .b = *b};
  return status;
}

// What ContextFrom makes may meet any context: it must have room beside each.
static bool may_meet(const struct table_rule *t, const char *name) {
  bool is_usual = strcmp(context_name(t), name) == 0;
  return t->is_again ? !is_usual : t->context_source != NULL || is_usual;
}

static int check(const struct contexts *c, const char *name,
                 struct contexts_conflict *ret_conflict) {
  struct view *all = view_create();
  int status = all != NULL ? 0 : -ENOMEM;
  for (size_t i = 0; i < mapping_tables(c->mapping) && status == 0; i++) {
    const struct table_rule *t = mapping_table(c->mapping, i);
    if (may_meet(t, name))
      status = place_rule(c, &(struct placing){.view = all, .rule = t});
  }
  if (status == 0)
    status = seal(all, ret_conflict);
  view_destroy(all);
  return status;
}

static int add_fixed(struct contexts *c, const struct table_rule *t,
                     struct contexts_conflict *ret_conflict) {
  struct context *context;
  int status = check(c, context_name(t), ret_conflict);
  if (status != 0 || t->context_source != NULL)
    return status;
  status = get(c, context_name(t), &context);
  if (status != 0)
    return status;
  context->fixed = true;
  status = place_rule(
      c, &(struct placing){.view = context->view, .rule = t, .table = t->table});
  return status == 0 ? seal(context->view, ret_conflict) : status;
}

// --- what is registered ---------------------------------------------------------

static void region_of(const struct context *context, const struct object *object,
                      struct agentx_region *ret) {
  ret->context = context->name;
  ret->priority = USUAL_PRIORITY;
  ret->subtree.length = object->region_length;
  memcpy(ret->subtree.sub, object->oid->sub,
         object->region_length * sizeof(object->oid->sub[0]));
}

static bool same_region(const struct object *a, const struct object *b) {
  return oid_compare(a->oid->sub, a->region_length, b->oid->sub, b->region_length) == 0;
}

// Objects are sorted, so that those of one region are neighbours.
static bool repeats_region(const struct view *view, size_t i) {
  return i > 0 && same_region(view_object(view, i - 1), view_object(view, i));
}

static int add_region(struct contexts *c, const struct context *context,
                      const struct object *object) {
  struct agentx_region region;
  region_of(context, object, &region);
  return c->registrar.add != NULL ? c->registrar.add(c->registrar.ctx, &region) : 0;
}

static int register_view(struct contexts *c, const struct context *context,
                         const struct table *only) {
  int status = 0;
  for (size_t i = 0; i < view_objects(context->view) && status == 0; i++) {
    const struct object *object = view_object(context->view, i);
    if ((only == NULL || object->table == only) && !object->is_shared &&
        !repeats_region(context->view, i))
      status = add_region(c, context, object);
  }
  return status;
}

// A region that several tables share is given up with the last of them.
static void give_up_regions(struct contexts *c, const struct context *context,
                            const struct table *table) {
  const struct view *view = context->view;
  bool kept = false, ours = false;
  for (size_t i = 0; i < view_objects(view); i++) {
    const struct object *object = view_object(view, i);
    if (!repeats_region(view, i))
      kept = ours = false;
    if (object->table == table)
      ours = true;
    else
      kept = true;
    bool last = i + 1 == view_objects(view) || !repeats_region(view, i + 1);
    struct agentx_region region;
    if (!last || !ours || kept || c->registrar.remove == NULL)
      continue;
    region_of(context, object, &region);
    c->registrar.remove(c->registrar.ctx, &region);
  }
}

int contexts_register(struct contexts *c, const struct contexts_registrar *registrar) {
  int status = 0;
  c->registrar = *registrar;
  for (size_t i = 0; i < mapping_tables(c->mapping) && status == 0; i++) {
    const struct table_rule *t = mapping_table(c->mapping, i);
    if (t->context_source == NULL)
      status = register_view(c, find(c, context_name(t)), t->table);
  }
  return status;
}

const void *contexts_owner(struct contexts *c, const struct agentx_region *region) {
  const struct view *view = contexts_find(c, region->context);
  for (size_t i = 0; view != NULL && i < view_objects(view); i++) {
    const struct oid *oid = view_object(view, i)->oid, *subtree = &region->subtree;
    if (oid_starts_with(oid->sub, oid->length, subtree->sub, subtree->length) ||
        oid_starts_with(subtree->sub, subtree->length, oid->sub, oid->length))
      return view_object(view, i)->owner;
  }
  return NULL;
}

// --- what comes and goes --------------------------------------------------------

// How much of their OIDs all columns of a rule have in common, if they stand in one
// entry: that is registered. A scalar's is its whole OID. 0: each on its own.
static size_t entry_length(const struct table_rule *t) {
  const struct oid *first = &t->columns_by_cell[0]->oid;
  size_t common = first->length;
  for (size_t i = 1; i < t->cells; i++) {
    const struct oid *oid = &t->columns_by_cell[i]->oid;
    size_t length = oid_common_length(first->sub, first->length, oid->sub, oid->length);
    common = length < common ? length : common;
  }
  return common + 1 >= first->length ? common : 0;
}

static int on_context_came(void *ctx, const struct table_rule *t, const char *name,
                           struct table *table) {
  struct contexts *c = ctx;
  struct context *context;
  struct contexts_conflict conflict;
  int status = get(c, name, &context);
  if (status != 0)
    return status;
  // snmpd's own tables are in the default context: there, columns are enough.
  size_t region_length = name[0] != '\0' && !t->has_size ? entry_length(t) : 0;
  status = place_rule(c, &(struct placing){context->view, t, table, region_length});
  if (status == 0)
    status = seal(context->view, &conflict); // was checked at the start
  if (status == 0)
    status = register_view(c, context, table);
  if (status != 0) {
    view_remove(context->view, table);
    drop_if_empty(c, context);
  }
  return status;
}

static void on_context_left(void *ctx, const struct table_rule *t, const char *name,
                            const struct table *table) {
  (void)t;
  struct contexts *c = ctx;
  struct context *context = find(c, name);
  if (context == NULL)
    return;
  give_up_regions(c, context, table);
  view_remove(context->view, table);
  drop_if_empty(c, context);
}

static void instance_region(const struct table_rule *t, const struct oid *name,
                            struct agentx_region *ret) {
  ret->context = context_name(t);
  ret->priority = USUAL_PRIORITY;
  oid_copy(&ret->subtree, name);
}

// It stays registered when the row leaves: snmpd 5.9 does not put its own table together
// again behind an Unregister, and a walk would miss rows that have nothing to do with us.
static void on_instance_came(void *ctx, const struct table_rule *t,
                             const struct oid *name) {
  struct contexts *c = ctx;
  struct agentx_region region;
  instance_region(t, name, &region);
  if (c->registrar.add != NULL)
    c->registrar.add(c->registrar.ctx, &region);
}

static void watch(struct contexts *c, struct mapping *mapping) {
  c->watcher = (struct mapping_watcher){.ctx = c,
                                        .context_came = on_context_came,
                                        .context_left = on_context_left,
                                        .instance_came = on_instance_came};
  mapping_watch(mapping, &c->watcher);
}

int contexts_create(struct mapping *mapping, struct contexts **ret_contexts,
                    struct contexts_conflict *ret_conflict) {
  struct contexts *c = calloc(1, sizeof(*c));
  if (c == NULL)
    return -ENOMEM;
  c->mapping = mapping;
  int status = 0;
  for (size_t i = 0; i < mapping_tables(mapping) && status == 0; i++)
    status = add_fixed(c, mapping_table(mapping, i), ret_conflict);
  if (status != 0) {
    contexts_destroy(c);
    return status;
  }
  watch(c, mapping);
  *ret_contexts = c;
  return 0;
}
