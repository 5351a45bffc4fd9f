// SPDX-License-Identifier: MIT
// Which values does a virtual router yield, and what stands in their meta data?
#ifndef HA_VRRP_REPORT_H
#define HA_VRRP_REPORT_H

#include "plugin/handover.h"

// What a report is about.
enum vrrp_extent {
  VRRP_REPORT_CHANGE,   // what an event can change
  VRRP_REPORT_PROBLEMS, // and the problems
  VRRP_REPORT_FIRST,    // everything
  VRRP_REPORT_INTERVAL, // everything, and the largest gap
};

// Dispatches the values of a virtual router; gap as in struct vrrp_news.
void vrrp_report_router(const struct vrrp_subject *subject, vrrp_time gap,
                        const struct vrrp_moment *moment, enum vrrp_extent extent);

// Dispatches the values that belong to no virtual router.
void vrrp_report_totals(const struct vrrp_totals *totals,
                        const struct vrrp_moment *moment);

#endif
