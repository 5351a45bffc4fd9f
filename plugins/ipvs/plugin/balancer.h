// SPDX-License-Identifier: MIT
// How is one network namespace's load balancer asked anew, and what follows?
#ifndef HA_IPVS_BALANCER_H
#define HA_IPVS_BALANCER_H

#include "common/io/netns.h"
#include "core/snapshot.h"
#include "io/netlink.h"
#include "plugin/health.h"
#include "plugin/scope.h"

#include <pthread.h>

// Zeroed, collectd's own namespace of which nothing is known yet. It belongs to the read
// thread; others may look at the namespace, and under the turn's lock at the snapshot.
struct ipvs_balancer {
  struct ha_netns netns; // zeroed: collectd's own
  // Stays open in collectd's own only, if a poll went well: another namespace could not
  // end while a socket is open there.
  struct ipvs_netlink *netlink;
  bool polled; // there is something to compare with
  int status;  // of the last poll
  struct ipvs_told_health told;
  struct ipvs_snapshot snapshot;
};

// What the polls of one interval have in common.
struct ipvs_turn {
  const struct ipvs_config *config;
  pthread_mutex_t *lock; // of all snapshots
  cdtime_t time;         // of the values
  int budget_ms;         // that each may wait
};

// The scope of what is told of it.
struct ipvs_scope ipvs_balancer_scope(const struct ipvs_balancer *balancer,
                                      const struct ipvs_config *config);

// Seconds of a clock that only goes forward.
double ipvs_monotonic(void);

// Polls it, inside of its namespace, and tells its values and changes. 0, and how the
// poll went, though it may have failed; or the -errno of ha_netns_within(): nothing is
// told.
int ipvs_balancer_poll(struct ipvs_balancer *balancer, const struct ipvs_turn *turn,
                       struct ipvs_health *ret_health);

// Its namespace has gone: tells that everything has, and forgets it.
void ipvs_balancer_end(struct ipvs_balancer *balancer, const struct ipvs_turn *turn);

// Closes and forgets without a word, and leaves it zeroed but for its namespace.
void ipvs_balancer_clear(struct ipvs_balancer *balancer, pthread_mutex_t *lock);

#endif
