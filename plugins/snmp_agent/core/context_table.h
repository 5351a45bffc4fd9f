// SPDX-License-Identifier: MIT
// Which table of a rule has the rows of a context?
#ifndef HA_SNMP_AGENT_CONTEXT_TABLE_H
#define HA_SNMP_AGENT_CONTEXT_TABLE_H

#include "core/rule.h"

// How many row numbers a row of the rule keeps.
size_t table_rule_numbers(const struct table_rule *t);

// The rule's table in this context. With ContextFrom one that isn't there yet is made,
// and the watcher is told. Returns 0, -ENOBUFS where the watcher takes no more, or
// -ENOMEM.
int context_table_get(struct table_rule *t, const char *context,
                      struct table **ret_table);

// After a row has left: a table of ContextFrom that is empty leaves, too.
void context_table_let_go(struct table_rule *t, struct table *table);

// Frees a table of ContextFrom with its rows; for ha_hash_clear().
void context_table_free(struct ha_hash_link *link);

#endif
