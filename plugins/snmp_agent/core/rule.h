// SPDX-License-Identifier: MIT
// What does a <Table>, an <IndexKey>, a <Data> block demand?
#ifndef HA_SNMP_AGENT_RULE_H
#define HA_SNMP_AGENT_RULE_H

#include <regex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/fault.h"
#include "common/core/hash.h"
#include "core/numbering.h"
#include "core/oid.h"
#include "core/range.h"
#include "core/source.h"
#include "core/syntax.h"
#include "core/table.h"
#include "core/trouble.h"

enum { MAPPING_MAX_KEYS = 16, CONTEXT_MAX = 255 };

// A condition: the text of `source` must match `regex`.
struct where {
  struct source source; // its regex is the condition
};

// A column that values are written to, or a scalar.
struct column {
  struct oid oid;
  enum syntax syntax;
  size_t cell;
  struct range *ranges; // what its MIB allows; owned by a Data block's column
  size_t range_count;   // 0: all that the syntax holds
};

// One part of a table's index.
struct key {
  struct source source;
  enum syntax syntax;
  bool implied;
  struct numbering *numbering; // Enumerate, or NULL; not owned
  bool has_column;             // the part is also served as a column
  struct column column;
};

// How far values have come on their way into a table.
enum passed {
  PASSED_NAME = 1,  // one of the plugin and type that some column wants
  PASSED_HOST = 2,  // and of a host that the table takes
  PASSED_WHERE = 4, // and all conditions hold
  PASSED_INDEX = 8, // and it has a row
};

struct table_rule;

// Who wants to know what the values make appear and disappear. Called under the
// mapping's lock; does no I/O.
struct mapping_watcher {
  void *ctx;
  // A table's first row in this context, or its last. -ENOBUFS, -ENOMEM: it can't be had.
  int (*context_came)(void *ctx, const struct table_rule *t, const char *context,
                      struct table *table);
  void (*context_left)(void *ctx, const struct table_rule *t, const char *context,
                       const struct table *table);
  // An instance of a table that is Shared has a value, for the first time in its row.
  void (*instance_came)(void *ctx, const struct table_rule *t, const struct oid *name);
};

// A table, or a scalar: a table with no keys, whose one row has an empty index.
struct table_rule {
  char *name;
  char *context;                 // NULL or "" is the default context
  struct source *context_source; // ContextFrom, or NULL; owned
  bool is_again;                 // AlsoContextFrom: in all contexts but `context`
  bool scalar;
  bool shared;      // others have rows there: ours are registered one by one
  bool shared_told; // the configuration says so or not
  bool notified;    // Notified: notifications change its rows, too
  bool optional;    // Optional: perhaps nothing sends its values, which is no news
  struct key *keys;
  size_t key_count;
  struct numbering *row_numbers; // IndexOID: rows are numbered; owned, or NULL
  struct column number_column;   // IndexOID itself
  bool has_size;
  struct oid size_oid; // the instance
  regex_t *host;       // Host; NULL means this host
  struct where *where;
  size_t where_count;
  size_t cells;
  size_t index_max;    // sub-identifiers that fit behind all columns; by mapping_ready
  struct table *table; // made by mapping_ready; NULL with context_source
  struct ha_hash context_tables;         // with context_source: one a context
  const struct column **columns_by_cell; // made by mapping_ready
  size_t row_count;                      // in all contexts
  const struct mapping_watcher *watcher; // or NULL
  atomic_uint passed;                    // bits of enum passed; any thread
};

// One Data block: which values, and where they go.
struct data_rule {
  char *name;
  struct table_rule *table;
  char *match[FIELD_COUNT]; // exact text, or NULL for any; FIELD_HOST isn't used
  struct where *where;
  size_t where_count;
  struct source source;
  struct syntax_options options;
  char *real_format; // owned; options.real_format points here
  char *data_source_name;
  size_t data_source;     // the first data source that is served
  struct column *columns; // one a data source from there on
  size_t column_count;
  bool writable;
  struct ha_fault troubles[TROUBLE_COUNT]; // each is said once, and has no end
};

#endif
