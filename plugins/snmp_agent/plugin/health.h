// SPDX-License-Identifier: MIT
// What does the agent tell of itself?
#ifndef HA_SNMP_AGENT_HEALTH_H
#define HA_SNMP_AGENT_HEALTH_H

#include "io/agentx.h"
#include "plugin/config.h"

// What has been said of each table. One thread, collectd's reading one.
struct health;

// `config` must outlive it. NULL without memory.
struct health *health_create(const struct config *config);
void health_destroy(struct health *health);

// Looks how many rows each table has, under the lock of the mapping.
void health_look(struct health *health);

// Without the lock: dispatches what health_look saw and what the agent counts, as values
// of plugin "snmp_agent"; says once why a table is empty after two intervals.
void health_tell(struct health *health, const struct agentx_stats *stats);

#endif
