// SPDX-License-Identifier: MIT
// Which value goes to which columns of which tables?
#ifndef HA_SNMP_AGENT_MAPPING_H
#define HA_SNMP_AGENT_MAPPING_H

#include "core/rule.h"
#include "core/trouble_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Frees the conditions and what they own.
void where_free(struct where *where, size_t count);

// All rules, and the rows that the values in the cache make. Not thread-safe: one
// lock around all calls from mapping_ready on, but mapping_wants.
//
// A value comes as it enters collectd's cache (mapping_update), perhaps long after it was
// measured, and leaves with it (mapping_expire). A plugin may hand its values over ahead
// of collectd's queue (mapping_take_ahead): then what comes out of the queue later only
// tells rates. A notification may carry the state of a value (mapping_tell).
struct mapping;

// NULL without memory.
struct mapping *mapping_create(void);
void mapping_destroy(struct mapping *mapping);

// Makes an empty rule that belongs to the mapping, to be filled in by the caller.
// NULL without memory.
struct table_rule *mapping_add_table(struct mapping *mapping);
struct data_rule *mapping_add_data(struct mapping *mapping);

// The shared numbering, or the map, of this name. A numbering is made if need be
// (NULL: no memory); a map that isn't there is NULL.
struct numbering *mapping_numbering(struct mapping *mapping, const char *name);
struct map *mapping_map(struct mapping *mapping, const char *name);
int mapping_add_map(struct mapping *mapping, struct map *map);

// The tables in the order of the configuration: how many, and each by its place, from 0.
size_t mapping_tables(const struct mapping *mapping);
struct table_rule *mapping_table(const struct mapping *mapping, size_t i);
// The first rule that brings values to a table; NULL if none does.
const struct data_rule *mapping_first_data(const struct mapping *mapping,
                                           const struct table_rule *table);

// Is it no news that the table is empty: it is Optional, and nothing sends its values, or
// the first of a twofold table says so?
bool mapping_is_left_out(const struct table_rule *table);

// Writes why nothing has filled a table yet. Returns `buf`.
char *mapping_why_empty(const struct mapping *mapping, const struct table_rule *table,
                        char *buf, size_t size);

// The rules that bring values to tables, likewise.
size_t mapping_datas(const struct mapping *mapping);
struct data_rule *mapping_data(const struct mapping *mapping, size_t i);

// Ends the configuration: makes the tables. `host` is the name of this host. Returns 0
// or -ENOMEM.
int mapping_ready(struct mapping *mapping, const char *host);

// From mapping_ready on. The watcher must outlive the mapping.
void mapping_watch(struct mapping *mapping, const struct mapping_watcher *watcher);

// True if some rule wants this value. Needs no lock.
bool mapping_wants(const struct mapping *mapping, const struct sample *sample);

// Takes a value in: the rows it belongs to get its columns, all at once. A value that
// no rule wants is passed over, and so is one that was overtaken by a later one on its
// way here, or is not known though its plugin hands its values over ahead: it is no more.
// Returns 0, -ENOENT for a value that is not known while `add` is false, or -ENOMEM.
int mapping_update(struct mapping *mapping, const struct sample *sample, bool add,
                   struct trouble_list *troubles);

// Takes in a value that its plugin hands over ahead (`sample->keep`, `sample->interval`):
// it makes its rows, and they stay for as long as it holds, whatever leaves the cache.
// One that is older than the last one by less than its interval was overtaken and is
// passed over. Returns 0 or -ENOMEM.
int mapping_take_ahead(struct mapping *mapping, const struct sample *sample,
                       struct trouble_list *troubles);

// What a notification says of the value that it is about.
enum news {
  NEWS_NONE,
  NEWS_UPDATE, // its whole meta data, as they are now
  NEWS_GONE,   // it is no more
};

// A notification, whose identifier, time and meta data `sample` has, overtakes the value
// of this name on its way through collectd's queue. In tables that are Notified, columns
// are as it says at once (those of the number if it has one), and rows of a value that is
// gone leave; an older value that comes later changes nothing there. Returns 0, or
// -ENOENT if no such value is known.
int mapping_tell(struct mapping *mapping, const struct sample *sample, enum news news,
                 struct trouble_list *troubles);

// A value has left the cache at `now`: what it wrote leaves the tables, but for rows that
// a value handed over ahead still keeps.
void mapping_expire(struct mapping *mapping, const char *name, uint64_t now);

// To be called now and then: what was kept, but is not any more, leaves the tables.
void mapping_sweep(struct mapping *mapping, uint64_t now);

// The value behind a cell of one of the tables: its identifier, and the rule that wrote
// it there. NULL if it is empty or part of the index. The identifier is the mapping's.
const char *mapping_writer(const struct row *row, size_t cell,
                           const struct data_rule **ret_rule);

#endif
