// SPDX-License-Identifier: MIT
// Which values and notifications does a service yield?

#ifndef HA_IPVS_REPORT_H
#define HA_IPVS_REPORT_H

#include "core/changes.h"
#include "plugin/config.h"

#include "daemon/utils_time.h"

// Dispatches every value of a poll with the same time. Never waits for anything but
// collectd's write queue.
// `totals` is NULL where the kernel does not tell them.
void ipvs_report(const struct ipvs_snapshot *snapshot, const struct ipvs_stats *totals,
                 const struct ipvs_config *config, cdtime_t time);

// Dispatches a real server's weight alone, now, after it was set.
void ipvs_report_weight(const struct ipvs_service *service,
                        const struct ipvs_destination *destination);

// Dispatches the notification of a change; an ipvs_change_fn of struct ipvs_config.
void ipvs_notify(void *config, const struct ipvs_change *change);

#endif
