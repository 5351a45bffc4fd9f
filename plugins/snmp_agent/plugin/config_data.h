// SPDX-License-Identifier: MIT
// What may be written in <Data>?
#ifndef HA_SNMP_AGENT_CONFIG_DATA_H
#define HA_SNMP_AGENT_CONFIG_DATA_H

#include "plugin/config_state.h"

// Reads one block, in this table, or as a scalar if `table` is NULL. What is wrong is
// logged. Returns 0 or -errno.
int config_read_data(struct config *config, const struct ha_block *outer,
                     const oconfig_item_t *item, struct table_rule *table);

#endif
