// SPDX-License-Identifier: MIT
// What happened between two polls that an operator wants to be told?

#ifndef HA_IPVS_CHANGES_H
#define HA_IPVS_CHANGES_H

#include "core/snapshot.h"

enum ipvs_event {
  IPVS_SERVER_NEW,       // a real server joined a virtual server that was there
  IPVS_SERVER_GONE,      // a real server left a virtual server that stays
  IPVS_SERVER_DRAINED,   // its weight went to 0: it gets no new connections
  IPVS_SERVER_FORGOTTEN, // it had left and is no longer kept as missing
  IPVS_SERVER_BACK,      // it returned to the kernel, or its weight rose from 0
  IPVS_QUORUM_LOST,      // the last real server with a weight went
  IPVS_QUORUM_GAINED,    // the first real server with a weight came
  IPVS_SERVICE_NEW,
  IPVS_SERVICE_GONE,
  IPVS_EVENTS
};

struct ipvs_change {
  enum ipvs_event event;
  const struct ipvs_service *service;         // as it is; as it was if gone
  const struct ipvs_destination *destination; // likewise; NULL: the service's event
  uint32_t old_weight;                        // 0 for one that comes
  uint32_t new_weight;                        // 0 for one that is gone
};

typedef void ipvs_change_fn(void *context, const struct ipvs_change *change);

// Calls `told` for every change from `before` to `now`, both settled: service by
// service in key order, its real servers before its own quorum. A virtual server
// that comes or goes is told alone, without its real servers. The pointers in a
// change live as long as both snapshots.
void ipvs_changes(const struct ipvs_snapshot *before, const struct ipvs_snapshot *now,
                  ipvs_change_fn *told, void *context);

// "server_new", … : the event's name in meta data.
const char *ipvs_event_text(enum ipvs_event event);

#endif
