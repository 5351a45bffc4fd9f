// SPDX-License-Identifier: MIT
// Which object has this OID, and which comes next?
#include "core/view.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

#include "core/seek.h"
#include "core/syntax.h"

struct view {
  struct object *objects;
  size_t object_count;
  size_t near; // where the last name was found
  bool started;
  uint64_t start;
};

struct view *view_create(void) {
  return calloc(1, sizeof(struct view));
}

void view_destroy(struct view *view) {
  if (view == NULL)
    return;
  free(view->objects);
  free(view);
}

int view_add(struct view *view, const struct object *object) {
  struct object *grown = ha_array_room(view->objects, view->object_count, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  grown[view->object_count++] = *object;
  view->objects = grown;
  return 0;
}

static int compare_objects(const void *a, const void *b) {
  const struct object *x = a, *y = b;
  return oid_compare(x->oid->sub, x->oid->length, y->oid->sub, y->oid->length);
}

int view_seal(struct view *view, const struct object **ret_a,
              const struct object **ret_b) {
  if (view->object_count > 0)
    qsort(view->objects, view->object_count, sizeof(*view->objects), compare_objects);
  for (size_t i = 1; i < view->object_count; i++) {
    const struct object *a = &view->objects[i - 1], *b = &view->objects[i];
    if (!oid_starts_with(b->oid->sub, b->oid->length, a->oid->sub, a->oid->length))
      continue;
    *ret_a = a;
    *ret_b = b;
    return -EEXIST;
  }
  return 0;
}

size_t view_objects(const struct view *view) {
  return view->object_count;
}

const struct object *view_object(const struct view *view, size_t i) {
  return &view->objects[i];
}

void view_remove(struct view *view, const struct table *table) {
  size_t kept = 0;
  for (size_t i = 0; i < view->object_count; i++)
    if (view->objects[i].table != table)
      view->objects[kept++] = view->objects[i];
  view->object_count = kept;
}

void view_set_start(struct view *view, uint64_t start) {
  uint64_t moved = start > view->start ? start - view->start : view->start - start;
  if (view->started && moved < VIEW_START_SLACK)
    return;
  view->start = start;
  view->started = true;
}

struct target {
  const struct view *view;
  const struct oid *name;
};

static bool is_up_to(const void *context, size_t position) {
  const struct target *target = context;
  const struct oid *oid = target->view->objects[position].oid, *name = target->name;
  return oid_compare(oid->sub, oid->length, name->sub, name->length) <= 0;
}

// The number of objects whose OID is not behind `name`.
static size_t objects_up_to(struct view *view, const struct oid *name) {
  struct target target = {view, name};
  view->near = seek(view->object_count, view->near, is_up_to, &target);
  return view->near;
}

static bool covers(const struct object *object, const struct oid *name) {
  return oid_starts_with(name->sub, name->length, object->oid->sub, object->oid->length);
}

static const struct object *covering(struct view *view, const struct oid *name) {
  size_t n = objects_up_to(view, name);
  return n > 0 && covers(&view->objects[n - 1], name) ? &view->objects[n - 1] : NULL;
}

static bool read_cell(const struct view *view, const struct object *object,
                      const struct row *row, struct smi_value *ret_value) {
  if (!row_get(row, object->cell, ret_value))
    return false;
  if (object->kind != OBJECT_TIME_STAMP)
    return true;
  if (!view->started)
    return false;
  ret_value->number = syntax_time_stamp(ret_value->number, view->start);
  return true;
}

static void read_size(const struct object *object, struct smi_value *ret_value) {
  *ret_value =
      (struct smi_value){.type = SMI_INTEGER32, .number = table_rows(object->table)};
}

const struct object *view_resolve(struct view *view, const struct oid *name,
                                  struct row **ret_row) {
  const struct object *object = covering(view, name);
  *ret_row = NULL;
  if (object != NULL && object->kind != OBJECT_SIZE)
    *ret_row = table_find(object->table, name->sub + object->oid->length,
                          name->length - object->oid->length);
  return object;
}

void view_get(struct view *view, const struct oid *name, struct smi_value *ret_value) {
  struct row *row;
  const struct object *object = view_resolve(view, name, &row);
  if (object == NULL) {
    *ret_value = (struct smi_value){.type = SMI_NO_SUCH_OBJECT};
    return;
  }
  if (object->kind == OBJECT_SIZE && name->length == object->oid->length) {
    read_size(object, ret_value);
    return;
  }
  if (row == NULL || !read_cell(view, object, row, ret_value))
    *ret_value = (struct smi_value){.type = SMI_NO_SUCH_INSTANCE};
}

// The first row of `object` that `start` lets through.
static size_t first_row(const struct object *object, const struct oid *start,
                        bool include) {
  if (!covers(object, start))
    return 0; // the whole object lies behind `start`
  return table_seek(object->table, start->sub + object->oid->length,
                    start->length - object->oid->length, !include);
}

static bool is_behind(const struct oid *name, const struct oid *start, bool include) {
  int order = oid_compare(name->sub, name->length, start->sub, start->length);
  return include ? order >= 0 : order > 0;
}

static bool next_in_object(const struct view *view, const struct object *object,
                           const struct oid *start, bool include, struct oid *ret_name,
                           struct smi_value *ret_value) {
  if (object->kind == OBJECT_SIZE) {
    if (!is_behind(object->oid, start, include))
      return false;
    oid_copy(ret_name, object->oid);
    read_size(object, ret_value);
    return true;
  }
  size_t rows = table_rows(object->table);
  for (size_t i = first_row(object, start, include); i < rows; i++) {
    const struct row *row = table_at(object->table, i);
    if (!read_cell(view, object, row, ret_value))
      continue;
    size_t length;
    const uint32_t *index = row_index(row, &length);
    oid_copy(ret_name, object->oid);
    if (oid_append(ret_name, index, length) == 0)
      return true;
  }
  return false;
}

bool view_next(struct view *view, const struct oid *start, bool include,
               const struct oid *end, struct oid *ret_name, struct smi_value *ret_value) {
  size_t i = objects_up_to(view, start);
  if (i > 0 && covers(&view->objects[i - 1], start))
    i--;
  for (; i < view->object_count; i++) {
    const struct object *object = &view->objects[i];
    if (end->length > 0 && is_behind(object->oid, end, true))
      return false;
    struct oid name;
    struct smi_value value;
    if (!next_in_object(view, object, start, include, &name, &value))
      continue;
    if (end->length > 0 && is_behind(&name, end, true))
      return false;
    oid_copy(ret_name, &name);
    *ret_value = value;
    return true;
  }
  return false;
}
