// SPDX-License-Identifier: MIT
// How does keepalived's view of the load balancer reach ipvs, and what does it get back?
//
// While the plugin vrrp reads keepalived's checkers, their virtual and real servers and
// groups are values in collectd's cache. So it is known whether a real server that left
// the kernel is dead or was taken out; and with ReportKeepalived each of keepalived's
// rows gets what the kernel counts for it, as a value of type keepalived_traffic with its
// place in keepalived's configuration.

#ifndef HA_IPVS_PLUGIN_ROWS_H
#define HA_IPVS_PLUGIN_ROWS_H

#include "core/snapshot.h"
#include "plugin/scope.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"

// Learns from an event of collectd's cache what keepalived has. Once its values are
// handed over ahead of collectd's queue, those alone tell it: the queue's may be hours
// old. Any thread.
void ipvs_rows_learn(cache_event_t *event);

// An ipvs_word_fn. Any thread.
enum ipvs_word ipvs_keepalived_word(const char *netns, const struct ipvs_service *service,
                                    const char *server);

// Dispatches what the snapshot, settled and remembered, has for each of keepalived's
// rows, if its configuration wants it; nothing while the kernel does not estimate. What
// keepalived has no more gets a last value without its place. Read thread.
void ipvs_rows_report(const struct ipvs_snapshot *snapshot,
                      const struct ipvs_scope *scope, cdtime_t time);

// The network namespace of that name has gone, with all that the kernel counted in it.
void ipvs_rows_end(const char *netns);

// Forgets all; at the shutdown.
void ipvs_rows_forget(void);

#endif
