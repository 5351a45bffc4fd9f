// SPDX-License-Identifier: MIT
// How does keepalived's view of the load balancer reach ipvs, and what does it get back?
//
// While the plugin vrrp reads keepalived's checkers, their virtual and real servers and
// groups are values in collectd's cache. With ReportKeepalived each gets what the kernel
// counts for it, as a value of type keepalived_traffic with its place in keepalived's
// configuration.

#ifndef HA_IPVS_PLUGIN_ROWS_H
#define HA_IPVS_PLUGIN_ROWS_H

#include "core/snapshot.h"
#include "plugin/config.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"

// Learns from an event of collectd's cache what keepalived has. Any thread.
void ipvs_rows_learn(cache_event_t *event);

// Dispatches what the snapshot, settled and remembered, has for each of keepalived's rows
// that the configuration wants; nothing while the kernel does not estimate. What
// keepalived has no more gets a last value without its place. Read thread.
void ipvs_rows_report(const struct ipvs_snapshot *snapshot,
                      const struct ipvs_config *config, cdtime_t time);

// Forgets all; at the shutdown.
void ipvs_rows_forget(void);

#endif
