// SPDX-License-Identifier: MIT
// The benchmark's table, the same for all who serve it: N rows named "row000001" and so
// on (values.c names them likewise), indexed by that name, and ten columns of numbers.
//
// Whoever includes this defines SUBID, the type of a sub-identifier, before.
#ifndef HA_BENCH_ROWS_H
#define HA_BENCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ENTRY_LEN = 12,
  FIRST_COLUMN = 2,
  LAST_COLUMN = 11,
  NAME_LEN = 9,
  ROWS_MAX = 999999, // a name of more digits would be another row's, cut off
  INDEX_LEN = 1 + NAME_LEN,
  CELL_LEN = ENTRY_LEN + 1 + INDEX_LEN,
};

static const SUBID entry[ENTRY_LEN] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 77, 1, 1};

struct row {
  SUBID index[INDEX_LEN];
  uint32_t number;
};

struct rows {
  struct row *rows;
  size_t n;
};

// INDEX_LEN sub-identifiers: the name of the row of this number, from 1 to ROWS_MAX.
static inline void rows_index(size_t number, SUBID *ret_index) {
  char name[32];
  snprintf(name, sizeof(name), "row%06zu", number);
  ret_index[0] = NAME_LEN;
  for (size_t k = 0; k < NAME_LEN; k++)
    ret_index[1 + k] = (unsigned char)name[k];
}

static inline int rows_make(struct rows *t, size_t n) {
  if (n > ROWS_MAX)
    return -1;
  t->rows = calloc(n, sizeof(t->rows[0]));
  t->n = n;
  for (size_t i = 0; t->rows != NULL && i < n; i++) {
    t->rows[i].number = i + 1;
    rows_index(i + 1, t->rows[i].index);
  }
  return t->rows != NULL ? 0 : -1;
}

static inline int rows_compare(const SUBID *a, size_t a_length, const SUBID *b,
                               size_t b_length) {
  for (size_t i = 0; i < a_length && i < b_length; i++) {
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  }
  return (a_length > b_length) - (a_length < b_length);
}

// The first row whose index is not before `index`, or, if `after`, behind it.
static inline size_t rows_search(const struct rows *t, const SUBID *index, size_t length,
                                 bool after) {
  size_t low = 0, high = t->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = rows_compare(t->rows[middle].index, INDEX_LEN, index, length);
    if (order < 0 || (order == 0 && after))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// The cell of this very name.
static inline const struct row *rows_get(const struct rows *t, const SUBID *name,
                                         size_t length, SUBID *ret_column) {
  if (length != CELL_LEN || rows_compare(name, ENTRY_LEN, entry, ENTRY_LEN) != 0)
    return NULL;
  *ret_column = name[ENTRY_LEN];
  if (*ret_column < FIRST_COLUMN || *ret_column > LAST_COLUMN)
    return NULL;
  size_t at = rows_search(t, name + ENTRY_LEN + 1, INDEX_LEN, false);
  const struct row *row = at < t->n ? &t->rows[at] : NULL;
  bool found = row != NULL &&
               rows_compare(row->index, INDEX_LEN, name + ENTRY_LEN + 1, INDEX_LEN) == 0;
  return found ? row : NULL;
}

// The first cell from `name` on, without itself if `after`; writes its name.
static inline const struct row *rows_next(const struct rows *t, const SUBID *name,
                                          size_t length, bool after, SUBID *ret_name,
                                          SUBID *ret_column) {
  SUBID column = FIRST_COLUMN;
  size_t at = 0;
  size_t shared = length < ENTRY_LEN ? length : ENTRY_LEN;
  int order = rows_compare(name, shared, entry, shared);
  if (order > 0)
    return NULL;
  if (order == 0 && length > ENTRY_LEN && name[ENTRY_LEN] >= FIRST_COLUMN) {
    column = name[ENTRY_LEN];
    at = rows_search(t, name + ENTRY_LEN + 1, length - ENTRY_LEN - 1, after);
  }
  if (at == t->n) {
    column++;
    at = 0;
  }
  if (column > LAST_COLUMN || t->n == 0)
    return NULL;
  memcpy(ret_name, entry, sizeof(entry));
  ret_name[ENTRY_LEN] = *ret_column = column;
  memcpy(ret_name + ENTRY_LEN + 1, t->rows[at].index, sizeof(t->rows[at].index));
  return &t->rows[at];
}

static inline uint32_t rows_value(const struct row *row, SUBID column) {
  return row->number * 100 + (uint32_t)column;
}

#endif
