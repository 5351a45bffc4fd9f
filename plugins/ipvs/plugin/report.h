// SPDX-License-Identifier: MIT
// Which values does a service yield?

#ifndef HA_IPVS_REPORT_H
#define HA_IPVS_REPORT_H

#include "core/snapshot.h"
#include "plugin/scope.h"

#include "daemon/utils_time.h"

// Dispatches the values of a poll that are due, all with the same time. Never waits for
// anything but collectd's write queue.
// `totals` is NULL where the kernel does not tell them.
void ipvs_report(const struct ipvs_snapshot *snapshot, const struct ipvs_stats *totals,
                 const struct ipvs_scope *scope, cdtime_t time);

// Dispatches all of a real server but its counters, now, after its weight was set.
// `frozen` as in a snapshot; the scope's configuration is not used.
void ipvs_report_weight(const struct ipvs_scope *scope,
                        const struct ipvs_service *service,
                        const struct ipvs_destination *destination, bool frozen);

// The i-th type of the values that a real server has (`is_real`), or a virtual one; NULL
// behind the last.
const char *ipvs_report_type(bool is_real, size_t i);

#endif
