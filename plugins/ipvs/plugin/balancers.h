// SPDX-License-Identifier: MIT
// Which load balancers are there, collectd's own and those of other network namespaces?
#ifndef HA_IPVS_BALANCERS_H
#define HA_IPVS_BALANCERS_H

#include "common/io/netns_follower.h"
#include "plugin/balancer.h"
#include "plugin/weight.h"

// Zeroed but for the lock, there are none yet. The read thread's, but for the lock and
// what it guards.
struct ipvs_balancers {
  pthread_mutex_t lock;       // the list, and the snapshots of those in it
  struct ipvs_balancer **all; // owned; collectd's own is the first
  size_t count;

  struct ipvs_turn turn; // the present one
  struct ha_netns_follower others;
  bool follows; // others is open
  struct ha_fault names_fault;
};

// Polls them all, and tells values, changes and what is wrong.
void ipvs_balancers_poll(struct ipvs_balancers *balancers,
                         const struct ipvs_config *config);

// Copies the real server of these names; false when there is none. Any thread.
bool ipvs_balancers_find(struct ipvs_balancers *balancers, const char *service_name,
                         const char *destination_name, struct ipvs_found *ret_found);

// Forgets them all, without a word. They may be polled again.
void ipvs_balancers_clear(struct ipvs_balancers *balancers);

#endif
