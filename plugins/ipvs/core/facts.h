// SPDX-License-Identifier: MIT
// Which properties that are no numbers over time does a server have?
//
// They travel as meta data of values and of notifications.

#ifndef HA_IPVS_FACTS_H
#define HA_IPVS_FACTS_H

#include "core/attributes.h"
#include "core/service.h"

#define IPVS_FACT_TEXT_MAX 64

struct ipvs_fact {
  const char *key; // static
  bool is_number;
  uint64_t number;
  char text[IPVS_FACT_TEXT_MAX];
};

typedef void ipvs_fact_fn(void *context, const struct ipvs_fact *fact);

// Calls `told` for each fact of a settled virtual server that applies to it: kind,
// family, address, port, protocol, fwmark, scheduler, persistence_engine,
// forwarding (when all its real servers agree), persistent, persistence_timeout,
// netmask, prefix_length, and the flags hashed, one_packet, sched1 to sched3.
// Flags are 1 or 0.
void ipvs_service_facts(const struct ipvs_service *service, ipvs_fact_fn *told,
                        void *context);

// Likewise of a real server: family, address, port, forwarding, upper_threshold,
// lower_threshold, tunnel_type, tunnel_port, tunnel_checksum.
void ipvs_destination_facts(const struct ipvs_destination *destination,
                            ipvs_fact_fn *told, void *context);

// Likewise of a sync daemon that runs: interface, sync_id, max_length, port, ttl,
// group.
void ipvs_daemon_facts(const struct ipvs_daemon *daemon, ipvs_fact_fn *told,
                       void *context);

#endif
