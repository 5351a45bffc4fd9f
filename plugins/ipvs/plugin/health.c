// SPDX-License-Identifier: MIT
// How is it told that the source is ill, and that it is well again?
//
// A line and a notification where a problem begins, and where it ends.

#include "plugin/health.h"

#include "common/plugin/dispatch.h"

#include "daemon/globals.h"
#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <errno.h>

static const struct {
  int severity;
  const char *begins; // NULL: the poll's status says it
  const char *ends;
} announcements[] = {
    [IPVS_PROBLEM_ABSENT] = {NOTIF_WARNING, NULL, "the kernel has IPVS now"},
    [IPVS_PROBLEM_UNREADABLE] = {NOTIF_FAILURE, NULL, "values are read again"},
    [IPVS_PROBLEM_ESTIMATOR_OFF] =
        {NOTIF_WARNING,
         "net.ipv4.vs.run_estimation is 0: the kernel's counters and rates of virtual "
         "and real servers stand still and are not reported; the host's totals are",
         "net.ipv4.vs.run_estimation is 1 again: counters and rates are reported"},
    [IPVS_PROBLEM_TORN] = {NOTIF_WARNING,
                           "services change so often that some could not be read whole: "
                           "real servers may be missing or have left already",
                           "all services are read whole again"},
    [IPVS_PROBLEM_SLOW] =
        {NOTIF_WARNING,
         "a poll takes longer than the interval: a longer Interval, Service or "
         "ReportDestinations false in <Plugin ipvs> helps",
         "a poll takes less than the interval again"},
};
_Static_assert(STATIC_ARRAY_SIZE(announcements) == IPVS_PROBLEMS,
               "every problem is announced");

// What is wrong with a poll and what helps, or NULL for what is not foreseen.
static const char *explain(int status, bool load_module) {
  switch (status) {
  case -ENODEV:
    return load_module
               ? "the kernel has no IPVS and cannot load the module ip_vs; \"modprobe "
                 "ip_vs\" says why"
               : "the kernel has no IPVS; it is reported once the module ip_vs is loaded "
                 "(LoadModule true in <Plugin ipvs> asks the kernel to load it)";
  case -EPERM:
    return "the kernel refuses: collectd needs CAP_NET_ADMIN in the initial user "
           "namespace";
  case -ETIMEDOUT:
    return "the kernel did not answer in time";
  case -EINTR:
    return "the kernel's tables changed each time while they were read";
  case -EBADMSG:
    return "an answer of the kernel's makes no sense";
  default:
    return NULL;
  }
}

// Before what is said of another namespace than collectd's own: its name.
#define PLACE(scope)                                                                     \
  ipvs_scope_is_elsewhere(scope) ? "namespace " : "", (scope)->netns,                    \
      ipvs_scope_is_elsewhere(scope) ? ": " : ""

// A poll's status is said anew when it becomes another one.
static void log_status(enum ha_news news, int status, const struct ipvs_scope *scope) {
  const char *explanation = explain(status, scope->config->load_module);
  if (news == HA_OVER)
    INFO(HA_PLUGIN_NAME " plugin: %s%s%svalues are read again.", PLACE(scope));
  else if (news == HA_BEGUN)
    WARNING(HA_PLUGIN_NAME
            " plugin: %s%s%sno values: %s. The kernel is asked again each interval.",
            PLACE(scope), explanation != NULL ? explanation : STRERROR(-status));
}

// The poll's status was said already.
static void log_problem(enum ipvs_problem problem, const char *text, bool begins,
                        const struct ipvs_scope *scope) {
  if (announcements[problem].begins != NULL)
    plugin_log(begins ? LOG_WARNING : LOG_INFO, HA_PLUGIN_NAME " plugin: %s%s%s%s.",
               PLACE(scope), text);
}

static void notify_problem(enum ipvs_problem problem, const char *text, bool begins,
                           const struct ipvs_scope *scope) {
  notification_t notification = {
      .severity = begins ? announcements[problem].severity : NOTIF_OKAY,
      .time = cdtime(),
  };
  sstrncpy(notification.host, hostname_g, sizeof(notification.host));
  sstrncpy(notification.plugin, "ipvs", sizeof(notification.plugin));
  ipvs_scope_instance(scope, notification.plugin_instance);
  sstrncpy(notification.type, "ipvs_problem", sizeof(notification.type));
  sstrncpy(notification.type_instance, ipvs_problem_text(problem),
           sizeof(notification.type_instance));
  snprintf(notification.message, sizeof(notification.message), "%s%s%s%s.", PLACE(scope),
           text);
  ipvs_scope_mark(scope, &notification);
  plugin_notification_meta_add_string(&notification, "event",
                                      begins ? "problem_begins" : "problem_ends");
  plugin_notification_meta_add_string(&notification, "problem",
                                      ipvs_problem_text(problem));
  plugin_dispatch_notification(&notification);
  plugin_notification_meta_free(notification.meta);
}

static void tell_problem(enum ipvs_problem problem, const char *text, bool begins,
                         const struct ipvs_scope *scope) {
  log_problem(problem, text, begins, scope);
  notify_problem(problem, text, begins, scope);
}

static const char *text_of(enum ipvs_problem problem, bool begins, int status,
                           bool load_module) {
  if (!begins)
    return announcements[problem].ends;
  if (announcements[problem].begins != NULL)
    return announcements[problem].begins;
  const char *explanation = explain(status, load_module);
  return explanation != NULL ? explanation : "the kernel can't be read";
}

void ipvs_health_tell(const struct ipvs_health *health, const struct ipvs_scope *scope,
                      struct ipvs_told_health *told) {
  bool load_module = scope->config->load_module;
  log_status(ha_fault_watch(&told->poll, health->status), health->status, scope);
  for (enum ipvs_problem problem = 0; problem < IPVS_PROBLEMS; problem++) {
    bool wrong = ipvs_has_problem(health, problem);
    if (ha_fault_judge(&told->problems[problem], wrong) != HA_NOTHING_NEW)
      tell_problem(problem, text_of(problem, wrong, health->status, load_module), wrong,
                   scope);
  }
}

void ipvs_health_end(const struct ipvs_scope *scope, struct ipvs_told_health *told) {
  for (enum ipvs_problem problem = 0; problem < IPVS_PROBLEMS; problem++)
    if (ha_fault_judge(&told->problems[problem], false) != HA_NOTHING_NEW)
      tell_problem(problem, "it is gone", false, scope);
}

// --- values -----------------------------------------------------------------------

static void dispatch(const char *type, const char *type_instance, value_t *values,
                     size_t value_count, const struct ipvs_scope *scope, cdtime_t time) {
  value_list_t list = VALUE_LIST_INIT;
  list.time = time;
  list.values = values;
  list.values_len = value_count;
  sstrncpy(list.plugin, "ipvs", sizeof(list.plugin));
  ipvs_scope_instance(scope, list.plugin_instance);
  sstrncpy(list.type, type, sizeof(list.type));
  sstrncpy(list.type_instance, type_instance, sizeof(list.type_instance));
  list.meta = ipvs_scope_meta(scope);
  ha_dispatch(&list);
  meta_data_destroy(list.meta);
}

void ipvs_health_report(const struct ipvs_health *health, const struct ipvs_scope *scope,
                        cdtime_t time) {
  value_t poll[] = {
      {.gauge = health->seconds}, {.gauge = health->mended}, {.gauge = health->unmended}};
  dispatch("ipvs_poll", "", poll, STATIC_ARRAY_SIZE(poll), scope, time);
  for (enum ipvs_problem problem = 0; problem < IPVS_PROBLEMS; problem++) {
    value_t wrong = {.gauge = ipvs_has_problem(health, problem)};
    dispatch("ipvs_problem", ipvs_problem_text(problem), &wrong, 1, scope, time);
  }
}
