// SPDX-License-Identifier: MIT
// Does a view over changing tables answer as the plainest list of instances would?
//
// The input chooses objects (which may overlap), then rows that come, change and go,
// and after each step a GET and a GETNEXT with random names and bounds. The model
// looks at every cell that there is, every time.
#include "input.h"

#include <stdbool.h>
#include <string.h>

#include "core/view.h"

enum { TABLES = 2, CELLS = 3, ROWS = 12, OBJECTS = 7, SUBS = 3, STEPS = 200 };

struct model_row {
  struct oid index;
  struct row *row; // NULL: isn't there
  uint32_t holds;
  uint32_t value[CELLS]; // 0: empty
};

struct world {
  struct table *table[TABLES];
  struct model_row rows[TABLES][ROWS];
  size_t rows_length[TABLES];
  struct oid oid[OBJECTS + 1];
  struct object object[OBJECTS];
  size_t objects;
  struct view *view;
};

static struct oid choose_oid(struct input *in, uint32_t min, uint32_t max) {
  struct oid oid = {.length = min + choose(in, max - min + 1)};
  for (size_t i = 0; i < oid.length; i++)
    oid.sub[i] = choose(in, SUBS);
  return oid;
}

static int compare(const struct oid *a, const struct oid *b) {
  return oid_compare(a->sub, a->length, b->sub, b->length);
}

static bool lies_inside(const struct oid *name, const struct oid *object) {
  if (name->length < object->length)
    return false;
  for (size_t i = 0; i < object->length; i++)
    if (name->sub[i] != object->sub[i])
      return false;
  return true;
}

static bool overlap(const struct object *a, const struct object *b) {
  return lies_inside(a->oid, b->oid) || lies_inside(b->oid, a->oid);
}

// Overlapping objects end a run at once, so that most inputs have none.
static bool choose_objects(struct world *w, struct input *in) {
  bool allowed = choose(in, 16) == 15, any = false;
  size_t wanted = 1 + choose(in, OBJECTS);
  for (size_t i = 0; i < wanted; i++) {
    struct oid *oid = &w->oid[i];
    *oid = choose_oid(in, 1, 4);
    struct object o = {.oid = oid,
                       .kind = choose(in, 4) == 0 ? OBJECT_SIZE : OBJECT_COLUMN,
                       .table = w->table[choose(in, TABLES)],
                       .cell = choose(in, CELLS)};
    bool overlaps = false;
    for (size_t j = 0; j < w->objects; j++)
      overlaps |= overlap(&o, &w->object[j]);
    if (overlaps && !allowed)
      continue;
    any |= overlaps;
    w->object[w->objects++] = o;
    CHECK(view_add(w->view, &o) == 0);
  }
  return any;
}

static size_t table_number(const struct world *w, const struct table *table) {
  return table == w->table[0] ? 0 : 1;
}

static size_t live_rows(const struct world *w, size_t t) {
  size_t n = 0;
  for (size_t i = 0; i < w->rows_length[t]; i++)
    n += w->rows[t][i].row != NULL;
  return n;
}

// Calls `see` for every instance that there is, in no order.
static void each_instance(const struct world *w,
                          void (*see)(void *ctx, const struct oid *name, uint64_t value),
                          void *ctx) {
  for (size_t i = 0; i < w->objects; i++) {
    const struct object *o = &w->object[i];
    size_t t = table_number(w, o->table);
    if (o->kind == OBJECT_SIZE)
      see(ctx, o->oid, live_rows(w, t));
    for (size_t r = 0; o->kind != OBJECT_SIZE && r < w->rows_length[t]; r++) {
      const struct model_row *row = &w->rows[t][r];
      if (row->row == NULL || row->value[o->cell] == 0)
        continue;
      struct oid name = *o->oid;
      CHECK(oid_append(&name, row->index.sub, row->index.length) == 0);
      see(ctx, &name, row->value[o->cell]);
    }
  }
}

struct question {
  struct oid start, end;
  bool include;
  bool found;
  struct oid name;
  uint64_t value;
};

static void see_get(void *ctx, const struct oid *name, uint64_t value) {
  struct question *q = ctx;
  if (compare(name, &q->start) != 0)
    return;
  q->found = true;
  q->value = value;
}

static void see_next(void *ctx, const struct oid *name, uint64_t value) {
  struct question *q = ctx;
  int order = compare(name, &q->start);
  if (order < 0 || (order == 0 && !q->include))
    return;
  if (q->end.length > 0 && compare(name, &q->end) >= 0)
    return;
  if (q->found && compare(name, &q->name) > 0)
    return;
  q->found = true;
  q->name = *name;
  q->value = value;
}

static void check_get(const struct world *w, struct input *in) {
  struct question q = {.start = choose_oid(in, 0, 7)};
  struct smi_value value;
  each_instance(w, see_get, &q);
  view_get(w->view, &q.start, &value);
  bool covered = false;
  for (size_t i = 0; i < w->objects; i++)
    covered |= lies_inside(&q.start, w->object[i].oid);
  if (q.found)
    CHECK(value.number == q.value && value.type != SMI_NO_SUCH_INSTANCE);
  else
    CHECK(value.type == (covered ? SMI_NO_SUCH_INSTANCE : SMI_NO_SUCH_OBJECT));
}

static void check_next(const struct world *w, struct input *in) {
  struct question q = {.start = choose_oid(in, 0, 7), .include = choose(in, 2)};
  if (choose(in, 2))
    q.end = choose_oid(in, 1, 7);
  struct oid name;
  struct smi_value value;
  each_instance(w, see_next, &q);
  bool found = view_next(w->view, &q.start, q.include, &q.end, &name, &value);
  CHECK(found == q.found);
  if (found)
    CHECK(compare(&name, &q.name) == 0 && value.number == q.value);
}

static struct model_row *choose_row(struct world *w, struct input *in,
                                    size_t *ret_table) {
  size_t t = *ret_table = choose(in, TABLES);
  struct oid index = choose_oid(in, 0, 3);
  for (size_t i = 0; i < w->rows_length[t]; i++)
    if (compare(&w->rows[t][i].index, &index) == 0)
      return &w->rows[t][i];
  if (w->rows_length[t] == ROWS)
    return &w->rows[t][choose(in, ROWS)];
  struct model_row *row = &w->rows[t][w->rows_length[t]++];
  row->index = index;
  return row;
}

static void write_cell(struct model_row *row, size_t cell, uint32_t number) {
  struct smi_value value = {.type = SMI_GAUGE32, .number = number};
  if (number == 0)
    row_clear(row->row, cell, NULL);
  else
    CHECK(row_set(row->row, cell, &value, NULL) == 0);
  row->value[cell] = number;
}

static void change(struct world *w, struct input *in) {
  size_t t;
  struct model_row *row = choose_row(w, in, &t);
  uint32_t what = choose(in, 4);
  if (what == 0 && row->row != NULL) {
    bool gone = table_release(row->row);
    CHECK(gone == (--row->holds == 0));
    if (gone)
      *row = (struct model_row){.index = row->index};
  } else if (what == 1 || row->row == NULL) {
    bool made;
    CHECK(table_hold(w->table[t], row->index.sub, row->index.length, &row->row, &made) ==
          0);
    CHECK(made == (row->holds++ == 0));
  } else {
    write_cell(row, choose(in, CELLS), choose(in, 5));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, size};
  struct world w = {.view = view_create()};
  for (size_t t = 0; t < TABLES; t++)
    w.table[t] = table_create(CELLS, 0);
  bool overlaps = choose_objects(&w, &in);
  const struct object *a, *b;
  int status = view_seal(w.view, &a, &b);
  CHECK((status != 0) == overlaps);
  for (size_t i = 0; status == 0 && in.left > 0 && i < STEPS; i++) {
    change(&w, &in);
    check_get(&w, &in);
    check_next(&w, &in);
  }
  view_destroy(w.view);
  for (size_t t = 0; t < TABLES; t++)
    table_destroy(w.table[t]);
  return 0;
}
