// SPDX-License-Identifier: MIT
// Which row of its table does a value belong to?
#ifndef HA_SNMP_AGENT_ROW_NAME_H
#define HA_SNMP_AGENT_ROW_NAME_H

#include "core/mapping.h"

// What a table's keys read from a sample.
struct row_name {
  struct oid index;
  struct number *numbers[MAPPING_MAX_KEYS + 1]; // held
  size_t numbers_len;
  size_t key;                      // the one that is or was read last
  char misfit[TROUBLE_VALUE_SIZE]; // what it yielded, if that doesn't fit; or ""
};

// Reads the name of the sample's row, and holds the numbers in it. Returns 0, -ENOENT for
// a key that the sample doesn't tell, -EINVAL for one that doesn't fit, -ENAMETOOLONG or
// -ENOMEM; then nothing is held, and `key` and `misfit` say why.
int row_name_read(struct row_name *name, const struct table_rule *t,
                  const struct sample *s);

// Holds the row of this name, which is made if need be; the numbers become the row's.
// Undone by row_name_release. NULL without memory; then nothing is held.
struct row *row_name_hold(const struct row_name *name, const struct table_rule *t,
                          const struct sample *s);
void row_name_release(const struct table_rule *t, struct row *row);

// The index alone, whether or not there is such a row. Returns as row_name_read.
int row_name_index(const struct table_rule *t, const struct sample *s,
                   struct oid *ret_index);

// True if a value's row may change while its identifier stays the same.
bool row_name_is_volatile(const struct table_rule *t);

#endif
