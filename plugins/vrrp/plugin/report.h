// SPDX-License-Identifier: MIT
// Which values does a virtual router yield?
#ifndef HA_VRRP_REPORT_H
#define HA_VRRP_REPORT_H

#include "plugin/handover.h"

// Dispatches the values of a router's copy. What an event changed and was not told
// before, or, at an interval, everything, with the counters and the largest gap.
void vrrp_report_router(const struct vrrp_news *news, const struct vrrp_moment *moment,
                        enum vrrp_extent extent);

// The same to SNMP alone, which has no queue and no seconds of a file's clock: what it
// was not told before.
void vrrp_report_ahead(const struct vrrp_news *news, const struct vrrp_moment *moment,
                       enum vrrp_extent extent);

// Hands over each address that was told of and is advertised no more, once.
void vrrp_report_each_gone(const struct vrrp_news *news, const struct vrrp_moment *moment,
                           void (*take)(const struct vrrp_subject *subject,
                                        const struct vrrp_address *address,
                                        const struct vrrp_moment *moment));

// Hands over each value that a router may have had since it was told of.
typedef void vrrp_report_value_taker(void *context, const char *type,
                                     const char *type_instance);
void vrrp_report_each_value(const struct vrrp_told *told, enum vrrp_family family,
                            vrrp_report_value_taker *take, void *context);

// Dispatches the values that belong to no virtual router.
void vrrp_report_totals(const struct vrrp_totals *totals,
                        const struct vrrp_moment *moment);

#endif
