// SPDX-License-Identifier: MIT
// How does a collectd notification become a trap?
#ifndef HA_SNMP_AGENT_TRAPS_H
#define HA_SNMP_AGENT_TRAPS_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "core/trap.h"

// Describes a notification; everything points into it. Its meta data are read as a
// value's are, and its text and severity as "message" and "severity".
void trap_event_fill(const notification_t *n, struct trap_event *ret_event);

#endif
