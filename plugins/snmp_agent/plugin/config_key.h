// SPDX-License-Identifier: MIT
// What may be written in <IndexKey>?
#ifndef HA_SNMP_AGENT_CONFIG_KEY_H
#define HA_SNMP_AGENT_CONFIG_KEY_H

#include "plugin/config_state.h"

// Reads one block, which adds a part to the table's index. `column` is what a <Data>
// block around it says of the part's own column, or NULL. What is wrong is logged.
// Returns 0 or -errno.
int config_read_key(struct config *config, const struct ha_block *outer,
                    const oconfig_item_t *item, struct table_rule *table,
                    const struct column *column);

#endif
