// SPDX-License-Identifier: MIT
// Which object has this OID, and which comes next?
#ifndef HA_SNMP_AGENT_VIEW_H
#define HA_SNMP_AGENT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/oid.h"
#include "core/smi.h"
#include "core/table.h"

enum object_kind {
  OBJECT_COLUMN,     // a cell of each row, at oid.index
  OBJECT_TIME_STAMP, // likewise; kept as time since the epoch
  OBJECT_SIZE,       // the number of rows, at oid itself
};

// A column, or a scalar: a column of a table whose only row has an empty index.
struct object {
  const struct oid *oid; // not owned
  enum object_kind kind;
  struct table *table; // not owned
  size_t cell;
  const void *owner;    // the rule that it comes from
  size_t region_length; // of its OID, how much is registered
  bool is_shared;       // its instances are, one by one
  bool writable;
};

// All objects of one SNMP context, in the order of their OIDs. It is sealed whenever
// objects were added; the tables behind it may change at any time.
struct view;

// An empty view, or NULL without memory. Destroying accepts NULL and leaves tables alone.
struct view *view_create(void);
void view_destroy(struct view *view);

// Copies an object into the view. Returns 0 or -ENOMEM.
int view_add(struct view *view, const struct object *object);

// Sorts the objects. Returns 0, or -EEXIST if one object is, or lies inside,
// another; *ret_a and *ret_b tell which.
int view_seal(struct view *view, const struct object **ret_a,
              const struct object **ret_b);

// Takes out all objects of a table.
void view_remove(struct view *view, const struct table *table);

// How many objects there are, and each by its place, in the order of their OIDs.
size_t view_objects(const struct view *view);
const struct object *view_object(const struct view *view, size_t i);

// When sysUpTime was 0, in hundredths of a second since the epoch. TimeStamp objects
// have no instance before this is known. A start that differs from the one before by
// less than VIEW_START_SLACK is the same one, seen by two clocks: time stamps stand
// still.
enum { VIEW_START_SLACK = 10 };
void view_set_start(struct view *view, uint64_t start);

// Reads the instance `name`. What isn't there is SMI_NO_SUCH_OBJECT or
// SMI_NO_SUCH_INSTANCE. What *ret_value points to is valid while the table is as it is.
void view_get(struct view *view, const struct oid *name, struct smi_value *ret_value);

// Finds the first instance behind `start` (or at it, if `include`) and before `end`
// (an empty `end` bounds nothing). Returns false if there is none.
bool view_next(struct view *view, const struct oid *start, bool include,
               const struct oid *end, struct oid *ret_name, struct smi_value *ret_value);

// The object whose instance `name` may be, and the row if there is one (else NULL).
// Returns NULL if no object covers `name`.
const struct object *view_resolve(struct view *view, const struct oid *name,
                                  struct row **ret_row);

#endif
