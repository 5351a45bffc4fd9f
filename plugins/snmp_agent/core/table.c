// SPDX-License-Identifier: MIT
// Where does a row live, in which order, and what does it hold?
#include "core/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/oid.h"
#include "common/core/array.h"
#include "core/seek.h"

// A value at rest: 24 bytes, whatever it holds. SMI_NULL is an empty cell.
struct cell {
  const void *writer;
  uint8_t type;
  bool contested; // the writer took it from another
  bool announced;
  uint32_t length;
  union {
    uint64_t number;
    void *memory; // owned: bytes or sub-identifiers
  };
};

struct table {
  struct row **rows;
  size_t row_count;
  size_t cells, numbers;
  size_t near; // where the last index was found
  void *owner;
};

struct row {
  struct table *table;
  uint32_t refs;
  uint32_t index_length;
  uint32_t *index;         // behind the cells
  struct number **numbers; // behind the index
  uint32_t cell_count;
  struct cell cells[];
};

struct table *table_create(size_t cells, size_t numbers) {
  struct table *table = calloc(1, sizeof(*table));
  if (table == NULL)
    return NULL;
  table->cells = cells;
  table->numbers = numbers;
  return table;
}

static bool points_to_memory(uint8_t type) {
  return type == SMI_OCTET_STRING || type == SMI_IP_ADDRESS || type == SMI_OPAQUE ||
         type == SMI_OBJECT_IDENTIFIER;
}

static void cell_clear(struct cell *c) {
  if (points_to_memory(c->type))
    free(c->memory);
  *c = (struct cell){.type = SMI_NULL, .announced = c->announced};
}

void row_clear(struct row *row, size_t cell, const void *writer) {
  if (row->cells[cell].writer == writer)
    cell_clear(&row->cells[cell]);
}

void row_concede(struct row *row, size_t cell, const void *writer) {
  if (row->cells[cell].writer != writer)
    row->cells[cell].contested = false;
}

const void *row_writer(const struct row *row, size_t cell) {
  return row->cells[cell].writer;
}

static void row_free(struct row *row) {
  for (size_t i = 0; i < row->cell_count; i++)
    cell_clear(&row->cells[i]);
  free(row);
}

void table_destroy(struct table *table) {
  if (table == NULL)
    return;
  for (size_t i = 0; i < table->row_count; i++)
    row_free(table->rows[i]);
  free(table->rows);
  free(table);
}

void table_set_owner(struct table *table, void *owner) {
  table->owner = owner;
}

void *table_owner(const struct table *table) {
  return table->owner;
}

size_t table_rows(const struct table *table) {
  return table->row_count;
}

struct row *table_at(const struct table *table, size_t position) {
  return table->rows[position];
}

// An index that is looked for.
struct target {
  const struct table *table;
  const uint32_t *index;
  size_t length;
  bool after;
};

static bool is_before(const void *context, size_t position) {
  const struct target *target = context;
  const struct row *row = target->table->rows[position];
  int order = oid_compare(row->index, row->index_length, target->index, target->length);
  return order < 0 || (target->after && order == 0);
}

size_t table_seek(struct table *table, const uint32_t *index, size_t length, bool after) {
  struct target target = {table, index, length, after};
  table->near = seek(table->row_count, table->near, is_before, &target);
  return table->near;
}

static bool row_is(const struct row *row, const uint32_t *index, size_t length) {
  return oid_compare(row->index, row->index_length, index, length) == 0;
}

struct row *table_find(struct table *table, const uint32_t *index, size_t length) {
  size_t at = table_seek(table, index, length, false);
  if (at == table->row_count || !row_is(table->rows[at], index, length))
    return NULL;
  return table->rows[at];
}

static struct row *row_create(struct table *table, const uint32_t *index, size_t length) {
  size_t cells = table->cells * sizeof(struct cell);
  size_t numbers = table->numbers * sizeof(struct number *);
  struct row *row = malloc(sizeof(*row) + cells + numbers + length * sizeof(*index));
  if (row == NULL)
    return NULL;
  *row = (struct row){.table = table,
                      .refs = 1,
                      .index_length = (uint32_t)length,
                      .cell_count = (uint32_t)table->cells};
  for (size_t i = 0; i < table->cells; i++)
    row->cells[i] = (struct cell){.type = SMI_NULL};
  row->numbers = (struct number **)(row->cells + table->cells);
  memset(row->numbers, 0, numbers);
  row->index = (uint32_t *)(row->numbers + table->numbers);
  memcpy(row->index, index, length * sizeof(*index));
  return row;
}

static int make_room(struct table *table) {
  struct row **rows = ha_array_room(table->rows, table->row_count, sizeof(*rows));
  if (rows == NULL)
    return -ENOMEM;
  table->rows = rows;
  return 0;
}

int table_hold(struct table *table, const uint32_t *index, size_t length,
               struct row **ret_row, bool *ret_made) {
  size_t at = table_seek(table, index, length, false);
  bool found = at < table->row_count && row_is(table->rows[at], index, length);
  if (found) {
    table->rows[at]->refs++;
  } else {
    struct row *row = make_room(table) == 0 ? row_create(table, index, length) : NULL;
    if (row == NULL)
      return -ENOMEM;
    ha_array_open_gap(table->rows, table->row_count++, sizeof(*table->rows), at);
    table->rows[at] = row;
  }
  *ret_row = table->rows[at];
  *ret_made = !found;
  return 0;
}

void table_hold_again(struct row *row) {
  row->refs++;
}

bool table_release(struct row *row) {
  if (--row->refs > 0)
    return false;
  struct table *table = row->table;
  size_t at = table_seek(table, row->index, row->index_length, false);
  ha_array_take_out(table->rows, table->row_count--, sizeof(*table->rows), at);
  row_free(row);
  return true;
}

struct table *row_table(const struct row *row) {
  return row->table;
}

const uint32_t *row_index(const struct row *row, size_t *ret_length) {
  *ret_length = row->index_length;
  return row->index;
}

struct number **row_numbers(struct row *row) {
  return row->numbers;
}

static size_t memory_size(const struct smi_value *value) {
  return value->type == SMI_OBJECT_IDENTIFIER ? value->length * sizeof(*value->subids)
                                              : value->length;
}

// Text columns rarely change: where the new value fits exactly, the old room serves.
static int set_memory(struct cell *c, const struct smi_value *value) {
  size_t size = memory_size(value);
  if (c->type != value->type || c->length != value->length) {
    void *memory = malloc(size + 1);
    if (memory == NULL)
      return -ENOMEM;
    if (points_to_memory(c->type))
      free(c->memory);
    c->memory = memory;
  }
  memcpy(c->memory, value->bytes, size);
  c->type = (uint8_t)value->type;
  c->length = value->length;
  return 0;
}

static void set_number(struct cell *c, const struct smi_value *value) {
  cell_clear(c);
  c->type = (uint8_t)value->type;
  c->number = value->number;
}

int row_set(struct row *row, size_t cell, const struct smi_value *value,
            const void *writer) {
  struct cell *c = &row->cells[cell];
  bool taken = c->writer != NULL && c->writer != writer;
  if (taken && c->contested)
    return -EEXIST;
  bool contested = taken || c->contested;
  int status = 0;
  if (points_to_memory((uint8_t)value->type))
    status = set_memory(c, value);
  else
    set_number(c, value);
  if (status != 0) {
    cell_clear(c);
    return status;
  }
  c->writer = writer;
  c->contested = contested;
  return 0;
}

bool row_announce(struct row *row, size_t cell) {
  bool was = row->cells[cell].announced;
  row->cells[cell].announced = true;
  return !was;
}

bool row_get(const struct row *row, size_t cell, struct smi_value *ret_value) {
  const struct cell *c = &row->cells[cell];
  if (c->type == SMI_NULL)
    return false;
  *ret_value = (struct smi_value){.type = (enum smi_type)c->type, .length = c->length};
  if (points_to_memory(c->type))
    ret_value->bytes = c->memory;
  else
    ret_value->number = c->number;
  return true;
}
