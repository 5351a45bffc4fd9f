// SPDX-License-Identifier: MIT
// Which values does a virtual router yield, and what stands in their meta data?
#include "plugin/report.h"

#include "plugin/meta.h"
#include "utils/common/common.h"

// Reasons that are met before it is clear whose advert it would have been.
#define REASONS_OF_NOBODY                                                                \
  (1u << VRRP_ACCEPTED | 1u << VRRP_REJECT_IP_HEADER | 1u << VRRP_REJECT_FRAGMENT |      \
   1u << VRRP_REJECT_PROTOCOL | 1u << VRRP_REJECT_CARP | 1u << VRRP_REJECT_VRID)

// One report: what all of its values have in common.
struct report {
  value_list_t list;
  const struct vrrp_subject *subject;
  const struct vrrp_router *router; // the subject's
  vrrp_time gap;
  const struct vrrp_moment *moment;
};

static double seconds(vrrp_time time) {
  return (double)time / (double)VRRP_SECOND;
}

static void dispatch(struct report *report, const char *type, const char *type_instance,
                     value_t value) {
  sstrncpy(report->list.type, type, sizeof(report->list.type));
  sstrncpy(report->list.type_instance, type_instance, sizeof(report->list.type_instance));
  report->list.values = &value;
  report->list.values_len = 1;
  plugin_dispatch_values(&report->list);
  report->list.values = NULL;
}

static void gauge(struct report *report, const char *type, const char *type_instance,
                  double value) {
  dispatch(report, type, type_instance, (value_t){.gauge = value});
}

static void derive(struct report *report, const char *type, const char *type_instance,
                   uint64_t value) {
  dispatch(report, type, type_instance, (value_t){.derive = (derive_t)value});
}

// NaN if it was known, but is not any more: keepalived has fallen silent.
static void report_own_priority(struct report *report) {
  int own = vrrp_router_priority(report->router);

  if (own != VRRP_PRIORITY_UNTOLD || report->router->priority_told)
    gauge(report, "vrrp_priority", "own", own != VRRP_PRIORITY_UNTOLD ? own : NAN);
}

static vrrp_time down_interval(const struct vrrp_router *router,
                               const struct vrrp_speaker *master) {
  int own = vrrp_router_priority(router);
  return own != VRRP_PRIORITY_UNTOLD
             ? vrrp_router_down_interval(router, master, (uint8_t)own)
             : vrrp_router_patience(router, master);
}

static void report_speakers(struct report *report) {
  const struct vrrp_speaker *master = vrrp_router_master(report->router);
  const struct vrrp_speaker *last = vrrp_router_last_master(report->router);

  if (report->router->speakers.count > 0)
    gauge(report, "vrrp_masters", "", vrrp_router_masters(report->router));
  if (last != NULL) {
    gauge(report, "vrrp_priority", "master", master ? master->priority : NAN);
    gauge(report, "vrrp_interval", "", seconds(vrrp_speaker_interval(last)));
    gauge(report, "vrrp_down_interval", "", seconds(down_interval(report->router, last)));
  }
  report_own_priority(report);
}

static void report_state(struct report *report) {
  const struct vrrp_router *router = report->router;
  bool up = router->state == VRRP_STATE_BACKUP || router->state == VRRP_STATE_MASTER;

  gauge(report, "vrrp_state", "",
        router->state == VRRP_STATE_UNKNOWN ? NAN : (double)router->state);
  if (router->state == VRRP_STATE_UNKNOWN)
    return;
  gauge(report, "vrrp_uptime", "",
        up ? seconds(vrrp_elapsed(router->up_since, report->moment->now)) : 0);
  derive(report, "vrrp_transitions", "master", router->became_master);
  derive(report, "vrrp_transitions", "change", router->master_changes);
}

static void report_outage(struct report *report) {
  if (report->router->outage != VRRP_NEVER)
    gauge(report, "vrrp_outage", "", seconds(report->router->outage));
}

static void report_gap(struct report *report) {
  gauge(report, "vrrp_gap", "", report->gap == VRRP_NEVER ? NAN : seconds(report->gap));
}

static void report_rejections(struct report *report) {
  const struct vrrp_rejections *rejections = &report->router->rejections;

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (!(REASONS_OF_NOBODY & 1u << i))
      derive(report, "vrrp_rejected", vrrp_verdict_name(i), rejections->count[i]);
}

static void report_counters(struct report *report) {
  const struct vrrp_router *router = report->router;

  for (int i = 0; i < VRRP_COUNTERS; i++)
    derive(report, "vrrp_adverts", vrrp_counter_name(i), router->counters[i]);
  for (int i = 0; i < VRRP_DIFFERENCES; i++)
    derive(report, "vrrp_differs", vrrp_difference_name(i), router->differences[i]);
}

static void report_problems(struct report *report) {
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    gauge(report, "vrrp_problem", vrrp_problem_name(i),
          report->router->problems.raised >> i & 1);
}

static void report_addresses(struct report *report) {
  char text[VRRP_ADDRESS_TEXT_MAX];

  for (unsigned i = 0; i < vrrp_router_list(report->router)->count; i++) {
    struct vrrp_address address = vrrp_router_address(report->router, i);
    gauge(report, "vrrp_address", vrrp_address_format(&address, text),
          report->subject->is_here[i]);
  }
}

static void report_what_is_known(struct report *report, enum vrrp_extent extent) {
  report_speakers(report);
  report_addresses(report);
  report_outage(report);
  if (extent >= VRRP_REPORT_PROBLEMS)
    report_problems(report);
  if (extent >= VRRP_REPORT_FIRST)
    report_counters(report);
  if (extent >= VRRP_REPORT_INTERVAL)
    report_gap(report);
}

void vrrp_report_router(const struct vrrp_subject *subject, vrrp_time gap,
                        const struct vrrp_moment *moment, enum vrrp_extent extent) {
  struct report report = {
      .list = {.time = moment->wall,
               .plugin = "vrrp",
               .meta = vrrp_meta_of_router(subject, moment)},
      .subject = subject,
      .router = &subject->router,
      .gap = gap,
      .moment = moment,
  };

  sstrncpy(report.list.plugin_instance, subject->instance,
           sizeof(report.list.plugin_instance));
  report_state(&report);
  if (subject->router.state != VRRP_STATE_UNKNOWN)
    report_what_is_known(&report, extent);
  if (extent >= VRRP_REPORT_FIRST)
    report_rejections(&report);
  meta_data_destroy(report.list.meta);
}

void vrrp_report_totals(const struct vrrp_totals *totals,
                        const struct vrrp_moment *moment) {
  struct report report = {
      .list = {.time = moment->wall, .plugin = "vrrp", .meta = meta_data_create()}};

  if (report.list.meta != NULL)
    meta_data_add_unsigned_int(report.list.meta, "created",
                               vrrp_moment_epoch(moment, totals->started));
  for (int i = VRRP_ACCEPTED + 1; i < VRRP_VERDICTS; i++)
    derive(&report, "vrrp_rejected", vrrp_verdict_name(i), totals->rejections.count[i]);
  derive(&report, "vrrp_dropped", "frames", totals->dropped);
  derive(&report, "vrrp_dropped", "virtual_routers", totals->routers_forgotten);
  meta_data_destroy(report.list.meta);
}
