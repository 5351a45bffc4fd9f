// SPDX-License-Identifier: MIT
// What did the kernel's load balancer look like in one poll?
//
// A snapshot is filled in dump order, duplicates and all, then settled: sorted,
// without duplicates, summed. Only a settled snapshot may be searched or compared.

#ifndef HA_IPVS_SNAPSHOT_H
#define HA_IPVS_SNAPSHOT_H

#include "core/attributes.h"
#include "core/service.h"

struct ipvs_snapshot {
  struct ipvs_service *services; // owned
  size_t service_count;
  size_t service_max;
  struct ipvs_daemon daemons[IPVS_DAEMON_ROLES]; // state NONE: not running
  struct ipvs_timeouts timeouts;
  struct ipvs_info info;
  // As ipvs_remember() counts: which poll it is, and servers that ever appeared.
  unsigned number, newcomers;
  // Dumps that held a row twice: a change tore them, so that they may lack another. How
  // often a second look mended it, and how often none did.
  unsigned mended, unmended;
  bool frozen; // the kernel does not estimate: its counters and rates stand still
};

// A growing list of real servers, before a service owns it.
struct ipvs_destinations {
  struct ipvs_destination *list; // owned
  size_t count;
  size_t max;
};

// Frees a snapshot's content and leaves it empty. An empty one is fine.
void ipvs_snapshot_clear(struct ipvs_snapshot *snapshot);

// Appends a service, which must own no destinations. 0 or -ENOMEM.
int ipvs_snapshot_add(struct ipvs_snapshot *snapshot, const struct ipvs_service *service);

// Sorts the services and drops duplicates, which a dump under change contains; returns
// how many there were.
size_t ipvs_snapshot_settle(struct ipvs_snapshot *snapshot);

// Finds a real server by the names that it is reported under, which ipvs_remember() gave.
// Returns false when there is none; the outputs are untouched then.
bool ipvs_snapshot_find_named(const struct ipvs_snapshot *snapshot,
                              const char *service_name, const char *destination_name,
                              const struct ipvs_service **ret_service,
                              const struct ipvs_destination **ret_destination);

// Where two settled lists are, walked side by side as a merge does. Begins with zeros.
struct ipvs_walk {
  size_t before, now;
};

// The next virtual server of either snapshot in key order; one of the two is NULL where
// only the other has it. False at the end of both.
bool ipvs_walk_services(struct ipvs_walk *walk, const struct ipvs_snapshot *before,
                        const struct ipvs_snapshot *now,
                        const struct ipvs_service **ret_before,
                        struct ipvs_service **ret_now);

// Likewise of the real servers of two settled virtual servers.
bool ipvs_walk_destinations(struct ipvs_walk *walk, const struct ipvs_service *before,
                            const struct ipvs_service *now,
                            const struct ipvs_destination **ret_before,
                            struct ipvs_destination **ret_now);

// Appends a real server. 0 or -ENOMEM.
int ipvs_destinations_add(struct ipvs_destinations *destinations,
                          const struct ipvs_destination *destination);

// Frees the list and leaves it empty.
void ipvs_destinations_clear(struct ipvs_destinations *destinations);

// Gives a service its real servers: sorted, without duplicates, summed. What it
// owned before is freed. Takes the list; *destinations is empty afterwards. Returns how
// many duplicates there were.
size_t ipvs_service_settle(struct ipvs_service *service,
                           struct ipvs_destinations *destinations);

// The real server with this key of a settled service, or NULL.
struct ipvs_destination *ipvs_service_find(const struct ipvs_service *service,
                                           const struct ipvs_destination_key *key);

// Whether every real server that `before` had in the kernel is in `now`; either is
// settled.
bool ipvs_service_has_all(const struct ipvs_service *now,
                          const struct ipvs_service *before);

#endif
