// SPDX-License-Identifier: MIT
// How is it told that the source is ill, and that it is well again?

#ifndef HA_IPVS_PLUGIN_HEALTH_H
#define HA_IPVS_PLUGIN_HEALTH_H

#include "common/core/fault.h"
#include "core/health.h"
#include "plugin/scope.h"

#include "daemon/collectd.h"

#include "daemon/utils_time.h"

// What was told last; begins with zeros.
struct ipvs_told_health {
  struct ha_fault poll;
  struct ha_fault problems[IPVS_PROBLEMS];
};

// Logs and notifies what has become wrong since it was told last, each problem once, and
// what no longer is.
void ipvs_health_tell(const struct ipvs_health *health, const struct ipvs_scope *scope,
                      struct ipvs_told_health *told);

// The network namespace is gone: whatever was wrong with it, is over.
void ipvs_health_end(const struct ipvs_scope *scope, struct ipvs_told_health *told);

// Dispatches ipvs_problem, one a problem, and ipvs_poll.
void ipvs_health_report(const struct ipvs_health *health, const struct ipvs_scope *scope,
                        cdtime_t time);

#endif
