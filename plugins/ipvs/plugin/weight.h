// SPDX-License-Identifier: MIT
// How does a weight that someone SETs over SNMP reach the kernel?

#ifndef HA_IPVS_WEIGHT_H
#define HA_IPVS_WEIGHT_H

#include "common/io/netns.h"
#include "core/snapshot.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"

// A real server of the last poll.
struct ipvs_found {
  struct ha_netns netns;       // where it is; zeroed: collectd's own
  struct ipvs_service service; // its virtual server; owns nothing
  struct ipvs_destination destination;
  bool frozen; // as in the snapshot
};

// Copies the real server of these names; false when there is none. Thread safe.
typedef bool ipvs_lookup_fn(const char *service_name, const char *destination_name,
                            struct ipvs_found *ret_found);

// Answers a notification that wants a real server's weight set (meta data
// "snmp_agent:set") or wants to know whether it would be ("snmp_agent:test"); leaves
// every other one alone. The outcome is written into the notification's meta data as
// "snmp_agent:result" and "snmp_agent:reason".
// Runs in the thread that dispatched the notification, for a second at most.
void ipvs_weight_answer(const notification_t *notification, bool writable,
                        ipvs_lookup_fn *lookup);

#endif
