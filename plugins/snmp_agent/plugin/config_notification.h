// SPDX-License-Identifier: MIT
// What may be written in <Notification> and <Object>?
#ifndef HA_SNMP_AGENT_CONFIG_NOTIFICATION_H
#define HA_SNMP_AGENT_CONFIG_NOTIFICATION_H

#include "plugin/config_state.h"

// Reads one block. What is wrong is logged. Returns 0 or -errno.
int config_read_notification(struct config *config, const struct ha_block *outer,
                             const oconfig_item_t *item);

#endif
