// SPDX-License-Identifier: MIT
// Which values does a virtual router yield, and what stands in their meta data?
#ifndef HA_VRRP_REPORT_H
#define HA_VRRP_REPORT_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "core/keepalived_state.h"
#include "core/neighbourhood.h"
#include "io/link_table.h"

// The moment of a report, on both clocks.
struct vrrp_moment {
  vrrp_time now; // monotonic
  cdtime_t wall; // later than that of every report before
};

// What is reported beside the virtual routers.
struct vrrp_totals {
  struct vrrp_rejections rejections;
  uint64_t dropped;           // frames the kernel had to drop
  uint64_t routers_forgotten; // that there was no room for
  vrrp_time started;
};

// The virtual router's plugin instance, "eth0-ipv4-10", into instance[size].
void vrrp_report_instance(const struct vrrp_router *router, const char *interface,
                          char *instance, size_t size);

// A virtual router and all that is known of it beside the wire.
struct vrrp_subject {
  struct vrrp_router *router;
  const char *interface;                             // its name now
  const struct vrrp_link_table *links;               // tells which addresses are here
  const struct vrrp_keepalived_instance *keepalived; // NULL: not told
};

// What a report is about.
enum vrrp_extent {
  VRRP_REPORT_CHANGE,   // what an event can change
  VRRP_REPORT_PROBLEMS, // and the problems
  VRRP_REPORT_FIRST,    // everything
  VRRP_REPORT_INTERVAL, // everything; the largest gap starts anew
};

// Dispatches the values of a virtual router.
void vrrp_report_router(const struct vrrp_subject *subject,
                        const struct vrrp_moment *moment, enum vrrp_extent extent);

// Dispatches the values that belong to no virtual router.
void vrrp_report_totals(const struct vrrp_totals *totals,
                        const struct vrrp_moment *moment);

// The wall clock's seconds since the epoch at a monotonic time of the past.
uint64_t vrrp_moment_epoch(const struct vrrp_moment *moment, vrrp_time time);

#endif
