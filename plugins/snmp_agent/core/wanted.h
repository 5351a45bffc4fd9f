// SPDX-License-Identifier: MIT
// Does a rule want a value?
#ifndef HA_SNMP_AGENT_WANTED_H
#define HA_SNMP_AGENT_WANTED_H

#include "core/rule.h"

#include <stdbool.h>
#include <stddef.h>

// Conditions on the identifier decide for good, the others at each update that tells of
// what they are about. Bits.
enum { RULE_OF_NAME = 1, RULE_OF_META = 2, RULE_OF_NUMBER = 4, RULE_OF_ALL = 7 };

// True if every condition holds for the sample. Any thread, as all here.
bool where_fits(const struct where *where, size_t count, const struct sample *sample);

// True if the rule's and its table's conditions of these kinds hold.
bool rule_wants(const struct data_rule *rule, const struct sample *sample,
                unsigned which);

// True if the identifier is one that the rule is about, where `own` is this host's name:
// what else it demands may change.
bool rule_may_want(const struct data_rule *rule, const char *own,
                   const struct sample *sample);

// Some value came so far on its way to the table: for whoever asks why it is empty.
void table_rule_pass(struct table_rule *table, enum passed passed);

#endif
