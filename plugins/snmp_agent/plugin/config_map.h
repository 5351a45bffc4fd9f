// SPDX-License-Identifier: MIT
// What may be written in <Map>?
#ifndef HA_SNMP_AGENT_CONFIG_MAP_H
#define HA_SNMP_AGENT_CONFIG_MAP_H

#include "plugin/config_state.h"

// Reads one block. What is wrong is logged. Returns 0 or -errno.
int config_read_map(struct config *config, const struct ha_block *outer,
                    const oconfig_item_t *item);

#endif
