// SPDX-License-Identifier: MIT
// What do the MIB files that are installed here say of an OID?
#ifndef HA_SNMP_AGENT_MIB_H
#define HA_SNMP_AGENT_MIB_H

#include <stdbool.h>

#include "core/oid.h"
#include "core/range.h"
#include "core/syntax.h"

// Net-SNMP's MIB parser is one for the whole process and not thread-safe: call these
// from collectd's configuration callback only, before any thread runs. MIB files are
// read at the first need.

// Resolves a numeric or symbolic OID ("IF-MIB::ifDescr"). Returns 0 or -ENOENT.
int mib_parse_oid(const char *text, struct oid *ret_oid);

// The syntax of the object that `oid` is or is an instance of. Returns 0, or -ENOENT
// if no MIB file knows it. *ret_whole tells whether `oid` is the object itself.
int mib_syntax(const struct oid *oid, enum syntax *ret_syntax, bool *ret_whole);

enum { MIB_INDEX_MAX = 16 };

// What a MIB says of an object. Texts belong to the parser and stay.
struct mib_object {
  const char *name, *units; // units may be NULL
  bool accessible, writable;
  size_t index_count; // of its table's INDEX clause; 0: not known, or no column
  const char *index[MIB_INDEX_MAX];
  bool implied; // the last one
};

// What a MIB allows an object: its ranges, sizes or enumeration. They are the caller's to
// free; none if it says nothing of the kind, or without memory.
void mib_ranges(const struct oid *oid, struct range **ret_ranges, size_t *ret_count);

// Returns 0, or -ENOENT if no MIB file knows the object, or none had to be read for a
// name or a syntax: a configuration of numbers alone does without them.
int mib_describe(const struct oid *oid, struct mib_object *ret_object);

#endif
