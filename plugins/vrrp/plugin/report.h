// SPDX-License-Identifier: MIT
// Which values does a virtual router yield?
#ifndef HA_VRRP_REPORT_H
#define HA_VRRP_REPORT_H

#include "plugin/handover.h"

// What all values of one report have in common. Whoever began it may read its moment and
// its extent; the rest is report.c's.
struct vrrp_report {
  value_list_t list;
  meta_data_t *whole, *index; // meta data
  const struct vrrp_news *news;
  const struct vrrp_subject *subject; // the news'
  const struct vrrp_router *router;   // the subject's
  const struct vrrp_moment *moment;
  enum vrrp_extent extent;

  void (*dispatch)(value_list_t *list); // the way that is taken
  struct vrrp_told *told;               // what went that way before
  bool is_whole;                        // not only what changed
};

// Begins a report of a router's copy: of what an event changed and was not told before,
// or, at an interval, of everything, with the counters and the largest gap. `news` and
// `moment` must outlive it.
void vrrp_report_begin(struct vrrp_report *report, const struct vrrp_news *news,
                       const struct vrrp_moment *moment, enum vrrp_extent extent);
void vrrp_report_end(struct vrrp_report *report);

// Dispatches its values; and hands them to SNMP, if anybody waits there, which has no
// queue and no seconds of a file's clock. What is news is known apart for each of the
// two.
void vrrp_report_router(struct vrrp_report *report);
void vrrp_report_ahead(struct vrrp_report *report);

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
