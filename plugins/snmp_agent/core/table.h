// SPDX-License-Identifier: MIT
// Where does a row live, in which order, and what does it hold?
#ifndef HA_SNMP_AGENT_TABLE_H
#define HA_SNMP_AGENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/numbering.h"
#include "core/smi.h"

// Rows in the order of their index. Not thread-safe: whoever shares it locks it.
struct table;

// One row. It lives while someone holds it.
struct row;

// A table whose rows have `cells` cells and hold up to `numbers` row numbers.
// NULL without memory.
struct table *table_create(size_t cells, size_t numbers);
void table_destroy(struct table *table);

// Whatever the owner of a table wants to find again; NULL at first.
void table_set_owner(struct table *table, void *owner);
void *table_owner(const struct table *table);

// How many rows it has, whatever their cells hold.
size_t table_rows(const struct table *table);

// The row with this index, or NULL.
struct row *table_find(struct table *table, const uint32_t *index, size_t length);

// The position of the first row whose index is not before `index` (`after` false) or
// is behind it (`after` true); table_rows() if there is none. The table remembers where
// that was: the next search for it, or for its neighbour, is short.
size_t table_seek(struct table *table, const uint32_t *index, size_t length, bool after);
struct row *table_at(const struct table *table, size_t position);

// Holds the row with this index; one that isn't there is made, with empty cells.
// *ret_made tells which. Returns 0 or -ENOMEM. Undone by table_release.
int table_hold(struct table *table, const uint32_t *index, size_t length,
               struct row **ret_row, bool *ret_made);

// Holds a row that somebody holds once more.
void table_hold_again(struct row *row);

// Lets go of a row; without a holder it leaves its table and is freed. Returns true
// if it did.
bool table_release(struct row *row);

// The table that the row belongs to.
struct table *row_table(const struct row *row);

// Its index, of *ret_length sub-identifiers, which live as long as the row.
const uint32_t *row_index(const struct row *row, size_t *ret_length);

// The row numbers that a row keeps for its holders; `count` as given to table_create.
struct number **row_numbers(struct row *row);

// Copies a value into a cell, in the name of `writer` (any address, or NULL; never
// followed). -ENOMEM leaves the cell empty. A writer may take a cell from another, but
// none takes it in turn: -EEXIST if who has it took it, and all stays as it is.
int row_set(struct row *row, size_t cell, const struct smi_value *value,
            const void *writer);

// Empties a cell, unless another has written it since `writer` did.
void row_clear(struct row *row, size_t cell, const void *writer);

// `writer`, which another took the cell from, does not want it back: who has it did not
// take it, as row_set() sees it.
void row_concede(struct row *row, size_t cell, const void *writer);

// Who wrote what a cell holds; NULL if it is empty.
const void *row_writer(const struct row *row, size_t cell);

// Marks that others know of the cell, for as long as the row lives. Returns true the
// first time.
bool row_announce(struct row *row, size_t cell);

// Reads a cell. False if it is empty. What *ret_value points to is the row's.
bool row_get(const struct row *row, size_t cell, struct smi_value *ret_value);

#endif
