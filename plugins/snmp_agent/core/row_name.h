// SPDX-License-Identifier: MIT
// Which row of its table does a value belong to?
#ifndef HA_SNMP_AGENT_ROW_NAME_H
#define HA_SNMP_AGENT_ROW_NAME_H

#include "core/rule.h"

// What a table's keys read from a sample.
struct row_name {
  struct oid index;
  const char *context;                          // the rule's, or in `context_text`
  struct number *numbers[MAPPING_MAX_KEYS + 1]; // held
  size_t number_count;
  size_t key;                      // the one that is or was read last
  char misfit[TROUBLE_VALUE_SIZE]; // what it yielded, if that doesn't fit; or ""
  char context_text[CONTEXT_MAX + 1];
};

// Reads the name of the sample's row, and holds the numbers in it. Returns 0, -ENOENT for
// a key that the sample doesn't tell, -EINVAL for one that doesn't fit, -ENAMETOOLONG,
// -EDOM for a context that can't be one, -EALREADY where the first of a twofold table has
// the row, or -ENOMEM; then nothing is held, and `key` and `misfit` say why.
int row_name_read(struct row_name *name, const struct table_rule *t,
                  const struct sample *s);

// The context of a sample: ContextFrom's, or, where the sample doesn't tell it, `usual`
// (may be NULL: the default context). *ret_context may point into `buf`. Returns 0, or
// -EDOM for what is too long.
int read_context(const struct source *source, const char *usual, const struct sample *s,
                 char buf[static CONTEXT_MAX + 1], const char **ret_context);

// Holds the row of this name, which is made if need be; the numbers become the row's.
// Undone by row_name_release. Returns 0, -ENOBUFS where there are too many contexts, or
// -ENOMEM; then nothing is held.
int row_name_hold(const struct row_name *name, struct table_rule *t,
                  const struct sample *s, struct row **ret_row);
void row_name_release(struct table_rule *t, struct row *row);

// A cell of the row has a value: where the table is Shared, the watcher hears of it once.
void row_name_announce(const struct table_rule *t, struct row *row, size_t cell);

// The index alone, whether or not there is such a row. Returns as row_name_read.
int row_name_index(const struct table_rule *t, const struct sample *s,
                   struct oid *ret_index);

// True if a value's row may change while its identifier stays the same.
bool row_name_is_volatile(const struct table_rule *t);

#endif
