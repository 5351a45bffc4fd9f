// SPDX-License-Identifier: MIT
// One row a value; facts travel as meta data of one value a server.

#include "plugin/report.h"

#include "core/facts.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

#include <linux/ip_vs.h>
#include <stddef.h>

#define SOURCES_MAX 5

// A data source: a field of the object that is reported.
struct source {
  enum { COUNTER64, GAUGE32, GAUGE64 } kind;
  size_t offset;
};

struct metric {
  const char *type;
  bool unless_zero; // left out while all its sources are 0
  size_t source_count;
  struct source sources[SOURCES_MAX];
};

#define COUNTER(member)                                                                  \
  { COUNTER64, offsetof(struct ipvs_stats, member) }
#define RATE(member)                                                                     \
  { GAUGE64, offsetof(struct ipvs_stats, member) }
#define SUM(member)                                                                      \
  { GAUGE64, offsetof(struct ipvs_sums, member) }
#define NUMBER(member)                                                                   \
  { GAUGE32, offsetof(struct ipvs_destination, member) }

static const struct metric stats_metrics[] = {
    {"connections", false, 1, {COUNTER(connections)}},
    {"if_packets", false, 2, {COUNTER(in_packets), COUNTER(out_packets)}},
    {"if_octets", false, 2, {COUNTER(in_octets), COUNTER(out_octets)}},
    {"ipvs_rates",
     false,
     5,
     {RATE(connection_rate), RATE(in_packet_rate), RATE(out_packet_rate),
      RATE(in_octet_rate), RATE(out_octet_rate)}},
};

static const struct metric sums_metric = {
    "ipvs_connections", false, 3, {SUM(active), SUM(inactive), SUM(persistent)}};

static const struct metric servers_metric = {
    "ipvs_servers", false, 2, {SUM(servers), SUM(servers_up)}};

static const struct metric destination_metrics[] = {
    {"ipvs_connections",
     false,
     3,
     {NUMBER(active), NUMBER(inactive), NUMBER(persistent)}},
    {"ipvs_thresholds", true, 2, {NUMBER(upper_threshold), NUMBER(lower_threshold)}},
};

static const struct metric weight_metric = {"ipvs_weight", false, 1, {NUMBER(weight)}};

static const struct metric table_size_metric = {
    "ipvs_connection_table",
    false,
    1,
    {{GAUGE32, offsetof(struct ipvs_info, connection_table_size)}}};

static const struct {
  const char *name; // type instance
  struct metric metric;
} timeout_metrics[] = {
    {"tcp", {"ipvs_timeout", true, 1, {{GAUGE32, offsetof(struct ipvs_timeouts, tcp)}}}},
    {"tcp_fin",
     {"ipvs_timeout", true, 1, {{GAUGE32, offsetof(struct ipvs_timeouts, tcp_fin)}}}},
    {"udp", {"ipvs_timeout", true, 1, {{GAUGE32, offsetof(struct ipvs_timeouts, udp)}}}},
};

static uint64_t read_source(const struct source *source, const void *object) {
  const char *field = (const char *)object + source->offset;
  uint32_t narrow;
  uint64_t wide;
  if (source->kind == GAUGE32) {
    memcpy(&narrow, field, sizeof(narrow));
    return narrow;
  }
  memcpy(&wide, field, sizeof(wide));
  return wide;
}

static void dispatch(value_list_t *list, const struct metric *metric,
                     const void *object) {
  value_t values[SOURCES_MAX];
  uint64_t any = 0;
  for (size_t i = 0; i < metric->source_count; i++) {
    uint64_t number = read_source(&metric->sources[i], object);
    any |= number;
    if (metric->sources[i].kind == COUNTER64)
      values[i].derive = (derive_t)number;
    else
      values[i].gauge = (gauge_t)number;
  }
  if (metric->unless_zero && any == 0)
    return;
  list->values = values;
  list->values_len = metric->source_count;
  sstrncpy(list->type, metric->type, sizeof(list->type));
  plugin_dispatch_values(list);
}

static void dispatch_all(value_list_t *list, const struct metric *metrics,
                         size_t metric_count, const void *object) {
  for (size_t i = 0; i < metric_count; i++)
    dispatch(list, &metrics[i], object);
}

static void dispatch_stats(value_list_t *list, const struct ipvs_stats *stats) {
  dispatch_all(list, stats_metrics, STATIC_ARRAY_SIZE(stats_metrics), stats);
}

static value_list_t new_list(const char *plugin_instance, const char *type_instance,
                             cdtime_t time) {
  value_list_t list = VALUE_LIST_INIT;
  list.time = time;
  sstrncpy(list.plugin, "ipvs", sizeof(list.plugin));
  sstrncpy(list.plugin_instance, plugin_instance, sizeof(list.plugin_instance));
  sstrncpy(list.type_instance, type_instance, sizeof(list.type_instance));
  return list;
}

static void add_meta(void *context, const struct ipvs_fact *fact) {
  if (fact->is_number)
    meta_data_add_unsigned_int(context, fact->key, fact->number);
  else
    meta_data_add_string(context, fact->key, fact->text);
}

// Facts go with one value a server: every value would pay for a copy of them.
static void dispatch_weight(value_list_t *list,
                            const struct ipvs_destination *destination) {
  list->meta = meta_data_create();
  ipvs_destination_facts(destination, add_meta, list->meta);
  dispatch(list, &weight_metric, destination);
  meta_data_destroy(list->meta);
  list->meta = NULL;
}

static void report_destination(const struct ipvs_destination *destination,
                               const char *service_name, const char *name,
                               cdtime_t time) {
  value_list_t list = new_list(service_name, name, time);
  dispatch_stats(&list, &destination->stats);
  dispatch_all(&list, destination_metrics, STATIC_ARRAY_SIZE(destination_metrics),
               destination);
  dispatch_weight(&list, destination);
}

static bool wants_destination(const struct ipvs_config *config, const char *name) {
  return config->report_destinations &&
         ipvs_selection_wants(&config->destinations, config->ignore_selected, name);
}

static void dispatch_service(const struct ipvs_service *service, const char *name,
                             cdtime_t time) {
  value_list_t list = new_list(name, "total", time);
  dispatch_stats(&list, &service->stats);
  dispatch(&list, &sums_metric, &service->sums);
  list.meta = meta_data_create();
  ipvs_service_facts(service, add_meta, list.meta);
  dispatch(&list, &servers_metric, &service->sums);
  meta_data_destroy(list.meta);
}

static void report_service(const struct ipvs_service *service,
                           const struct ipvs_config *config, cdtime_t time) {
  char service_name[IPVS_NAME_MAX], name[IPVS_NAME_MAX];
  ipvs_service_name(&service->key, service_name);
  dispatch_service(service, service_name, time);
  for (size_t i = 0; i < service->destination_count; i++) {
    ipvs_destination_name(&service->destinations[i].key, name);
    if (wants_destination(config, name))
      report_destination(&service->destinations[i], service_name, name, time);
  }
}

static void report_daemon(const struct ipvs_daemon *daemon, const char *role,
                          cdtime_t time) {
  value_list_t list = new_list("", role, time);
  list.values = &(value_t){.gauge = daemon->state != IP_VS_STATE_NONE};
  list.values_len = 1;
  sstrncpy(list.type, "ipvs_sync_daemon", sizeof(list.type));
  list.meta = meta_data_create();
  if (daemon->state != IP_VS_STATE_NONE)
    ipvs_daemon_facts(daemon, add_meta, list.meta);
  plugin_dispatch_values(&list);
  meta_data_destroy(list.meta);
}

static void report_daemons(const struct ipvs_daemon daemons[IPVS_DAEMON_ROLES],
                           cdtime_t time) {
  const struct ipvs_daemon *master = &daemons[IPVS_DAEMON_MASTER];
  const struct ipvs_daemon *backup = &daemons[IPVS_DAEMON_BACKUP];
  report_daemon(master, "master", time);
  report_daemon(backup, "backup", time);
  report_daemon(master->state != IP_VS_STATE_NONE ? master : backup, "any", time);
}

static void report_host(const struct ipvs_snapshot *snapshot,
                        const struct ipvs_stats *totals, cdtime_t time) {
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(timeout_metrics); i++) {
    value_list_t list = new_list("", timeout_metrics[i].name, time);
    dispatch(&list, &timeout_metrics[i].metric, &snapshot->timeouts);
  }
  value_list_t list = new_list("", "total", time);
  dispatch(&list, &table_size_metric, &snapshot->info);
  if (totals != NULL)
    dispatch_stats(&list, totals);
  report_daemons(snapshot->daemons, time);
}

void ipvs_report(const struct ipvs_snapshot *snapshot, const struct ipvs_stats *totals,
                 const struct ipvs_config *config, cdtime_t time) {
  report_host(snapshot, totals, time);
  for (size_t i = 0; i < snapshot->service_count; i++)
    report_service(&snapshot->services[i], config, time);
}

void ipvs_report_weight(const struct ipvs_service *service,
                        const struct ipvs_destination *destination) {
  char service_name[IPVS_NAME_MAX], name[IPVS_NAME_MAX];
  ipvs_service_name(&service->key, service_name);
  ipvs_destination_name(&destination->key, name);
  value_list_t list = new_list(service_name, name, cdtime());
  dispatch_weight(&list, destination);
}

// --- notifications ------------------------------------------------------

// A message takes the virtual server, the real one and a weight; or the first of them.
static const struct {
  int severity;
  const char *message;
} announcements[] = {
    [IPVS_SERVER_NEW] = {NOTIF_OKAY, "%s: real server %s is new, weight %u."},
    [IPVS_SERVER_GONE] = {NOTIF_WARNING,
                          "%s: real server %s is gone, its weight was %u."},
    [IPVS_SERVER_DRAINED] = {NOTIF_WARNING, "%s: real server %s has weight 0 now, before "
                                            "%u: it gets no new connections."},
    [IPVS_SERVER_BACK] = {NOTIF_OKAY, "%s: real server %s is back, weight %u."},
    [IPVS_QUORUM_LOST] = {NOTIF_FAILURE, "%s: no real server has a weight above 0."},
    [IPVS_QUORUM_GAINED] = {NOTIF_OKAY, "%s: it has real servers again."},
    [IPVS_SERVICE_NEW] = {NOTIF_OKAY, "%s: the virtual server is new."},
    [IPVS_SERVICE_GONE] = {NOTIF_WARNING, "%s: the virtual server is gone."},
};
_Static_assert(STATIC_ARRAY_SIZE(announcements) == IPVS_EVENTS,
               "every event is announced");

static void add_fact(void *context, const struct ipvs_fact *fact) {
  if (fact->is_number)
    plugin_notification_meta_add_unsigned_int(context, fact->key, fact->number);
  else
    plugin_notification_meta_add_string(context, fact->key, fact->text);
}

static void add_service_fact(void *context, const struct ipvs_fact *fact) {
  char key[IPVS_FACT_TEXT_MAX];
  struct ipvs_fact renamed = *fact;
  snprintf(key, sizeof(key), "service_%s", fact->key);
  renamed.key = key;
  add_fact(context, &renamed);
}

static void add_facts(notification_t *notification, const struct ipvs_change *change) {
  plugin_notification_meta_add_string(notification, "event",
                                      ipvs_event_text(change->event));
  ipvs_service_facts(change->service, add_service_fact, notification);
  plugin_notification_meta_add_unsigned_int(notification, "servers",
                                            change->service->sums.servers);
  plugin_notification_meta_add_unsigned_int(notification, "servers_up",
                                            change->service->sums.servers_up);
  if (change->destination == NULL)
    return;
  ipvs_destination_facts(change->destination, add_fact, notification);
  plugin_notification_meta_add_unsigned_int(notification, "old_weight",
                                            change->old_weight);
  plugin_notification_meta_add_unsigned_int(notification, "new_weight",
                                            change->new_weight);
}

void ipvs_notify(void *context, const struct ipvs_change *change) {
  const struct ipvs_config *config = context;
  char service_name[IPVS_NAME_MAX], name[IPVS_NAME_MAX] = "total";
  ipvs_service_name(&change->service->key, service_name);
  if (change->destination != NULL) {
    ipvs_destination_name(&change->destination->key, name);
    if (!wants_destination(config, name))
      return;
  }

  notification_t notification = {.severity = announcements[change->event].severity,
                                 .time = cdtime()};
  sstrncpy(notification.host, hostname_g, sizeof(notification.host));
  sstrncpy(notification.plugin, "ipvs", sizeof(notification.plugin));
  sstrncpy(notification.plugin_instance, service_name,
           sizeof(notification.plugin_instance));
  sstrncpy(notification.type,
           change->destination != NULL ? "ipvs_weight" : "ipvs_servers",
           sizeof(notification.type));
  sstrncpy(notification.type_instance, name, sizeof(notification.type_instance));
  // In every event one of the two weights is 0.
  snprintf(notification.message, sizeof(notification.message),
           announcements[change->event].message, service_name, name,
           change->old_weight != 0 ? change->old_weight : change->new_weight);
  add_facts(&notification, change);
  plugin_dispatch_notification(&notification);
  plugin_notification_meta_free(notification.meta);
}
