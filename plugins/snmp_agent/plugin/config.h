// SPDX-License-Identifier: MIT
// What may be written in collectd.conf?
#ifndef HA_SNMP_AGENT_CONFIG_H
#define HA_SNMP_AGENT_CONFIG_H

#include "plugin/config_state.h"

// Reads one <Plugin snmp_agent> block. All that is wrong is logged. Returns 0 or -errno.
int config_read(struct config *config, const oconfig_item_t *item);

// Once all blocks are read, and types.db and this host's name are known: resolves what
// stands across blocks, and checks what config_read() found nothing wrong with. All that
// is wrong is logged. Returns 0 or -errno.
int config_finish(struct config *config);

#endif
