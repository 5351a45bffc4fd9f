// SPDX-License-Identifier: MIT
// Which values does a service yield?
//
// One row a value; facts travel now and then, as meta data of one value a server.

#include "plugin/report.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"

#include "core/facts.h"
#include "core/memory.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

#include <linux/ip_vs.h>
#include <math.h>
#include <stddef.h>

#define SOURCES_MAX 12

// A data source: a field of the object that is reported.
struct source {
  enum { COUNTER64, RATE64, GAUGE64, GAUGE32, FLAG } kind;
  size_t offset;
};

struct metric {
  const char *type;
  size_t source_count;
  struct source sources[SOURCES_MAX];
};

// clang-format off
#define COUNTER(member) {COUNTER64, offsetof(struct ipvs_stats, member)}
#define RATE(base, member) {RATE64, (base) + offsetof(struct ipvs_stats, member)}
// clang-format on
// The five of the struct ipvs_stats that begins at this offset.
#define RATES(base)                                                                      \
  RATE(base, connection_rate), RATE(base, in_packet_rate), RATE(base, out_packet_rate),  \
      RATE(base, in_octet_rate), RATE(base, out_octet_rate)
// clang-format off
#define SUM(member) {GAUGE64, offsetof(struct ipvs_service, sums.member)}
#define NUMBER(member) {GAUGE32, offsetof(struct ipvs_destination, member)}
// clang-format on

// What collectd's own plugin reports, under its names: at every poll.
static const struct metric counters[] = {
    {"connections", 1, {COUNTER(connections)}},
    {"if_packets", 2, {COUNTER(in_packets), COUNTER(out_packets)}},
    {"if_octets", 2, {COUNTER(in_octets), COUNTER(out_octets)}},
};

// All other numbers of a virtual and of a real server, when it is due.
static const struct metric service_metric = {
    "ipvs_service",
    11,
    {SUM(servers), SUM(servers_up), SUM(servers_missing), SUM(active), SUM(inactive),
     SUM(persistent), RATES(offsetof(struct ipvs_service, stats))}};

static const struct metric server_metric = {
    "ipvs_server",
    12,
    {NUMBER(weight),
     {FLAG, offsetof(struct ipvs_destination, missing)},
     NUMBER(upper_threshold),
     NUMBER(lower_threshold),
     NUMBER(active),
     NUMBER(inactive),
     NUMBER(persistent),
     RATES(offsetof(struct ipvs_destination, stats))}};

const char *ipvs_report_type(bool is_real, size_t i) {
  if (i < HA_COUNT_OF(counters))
    return counters[i].type;
  if (i > HA_COUNT_OF(counters))
    return NULL;
  return is_real ? server_metric.type : service_metric.type;
}

static const struct metric rates_metric = {"ipvs_rates", 5, {RATES(0)}};

static const struct metric table_size_metric = {
    "ipvs_connection_table",
    1,
    {{GAUGE32, offsetof(struct ipvs_info, connection_table_size)}}};

static const struct metric timeout_metric = {"ipvs_timeout", 1, {{GAUGE32, 0}}};

static const struct {
  const char *name; // type instance
  size_t offset;
} timeouts[] = {
    {"tcp", offsetof(struct ipvs_timeouts, tcp)},
    {"tcp_fin", offsetof(struct ipvs_timeouts, tcp_fin)},
    {"udp", offsetof(struct ipvs_timeouts, udp)},
};

// While the kernel does not estimate, what it shows of rates is not true.
static value_t read_source(const struct source *source, const void *object, bool frozen) {
  const char *field = (const char *)object + source->offset;
  switch (source->kind) {
  case COUNTER64:
    return (value_t){.derive = (derive_t) * (const uint64_t *)field};
  case RATE64:
    return (value_t){.gauge = frozen ? NAN : (gauge_t) * (const uint64_t *)field};
  case GAUGE64:
    return (value_t){.gauge = (gauge_t) * (const uint64_t *)field};
  case GAUGE32:
    return (value_t){.gauge = *(const uint32_t *)field};
  case FLAG:
    break;
  }
  return (value_t){.gauge = *(const bool *)field};
}

// What all values of one poll share.
struct telling {
  const struct ipvs_scope *scope;
  cdtime_t time;
  bool frozen;
};

static void dispatch(const struct telling *telling, value_list_t *list,
                     const struct metric *metric, const void *object) {
  value_t values[SOURCES_MAX];
  for (size_t i = 0; i < metric->source_count; i++)
    values[i] = read_source(&metric->sources[i], object, telling->frozen);
  list->values = values;
  list->values_len = metric->source_count;
  sstrncpy(list->type, metric->type, sizeof(list->type));
  ha_dispatch(list);
  list->values = NULL; // they end with this call
  list->values_len = 0;
}

static void dispatch_counters(const struct telling *telling, value_list_t *list,
                              const struct ipvs_stats *stats) {
  for (size_t i = 0; i < HA_COUNT_OF(counters); i++)
    dispatch(telling, list, &counters[i], stats);
}

static value_list_t new_list(const struct telling *telling, const char *plugin_instance,
                             const char *type_instance) {
  value_list_t list = VALUE_LIST_INIT;
  list.time = telling->time;
  sstrncpy(list.plugin, "ipvs", sizeof(list.plugin));
  sstrncpy(list.plugin_instance, plugin_instance, sizeof(list.plugin_instance));
  sstrncpy(list.type_instance, type_instance, sizeof(list.type_instance));
  list.meta = ipvs_scope_meta(telling->scope);
  return list;
}

static void add_meta(void *context, const struct ipvs_fact *fact) {
  if (fact->is_number)
    meta_data_add_unsigned_int(context, fact->key, fact->number);
  else
    meta_data_add_string(context, fact->key, fact->text);
}

// Where facts can be added; made even if there are none, it says that those told before
// hold no more.
static meta_data_t *meta_of(value_list_t *list) {
  if (list->meta == NULL)
    list->meta = meta_data_create();
  return list->meta;
}

// A value with meta data has all of them: where each has some, the facts go with each.
static bool has_facts(const value_list_t *list, enum ipvs_due due) {
  return due == IPVS_DUE_FACTS || (due == IPVS_DUE_NUMBERS && list->meta != NULL);
}

// Dispatches the numbers that are not told at each poll. The cache keeps a value for
// about twice its interval.
static void dispatch_numbers(const struct telling *telling, value_list_t *list,
                             const struct metric *metric, const void *object) {
  list->interval = IPVS_NUMBERS_TURNS * plugin_get_interval();
  dispatch(telling, list, metric, object);
}

static void report_destination(const struct telling *telling, const char *service_name,
                               const struct ipvs_destination *destination) {
  enum ipvs_due due = destination->standing.due;
  value_list_t list = new_list(telling, service_name, destination->name);
  if (!telling->frozen)
    dispatch_counters(telling, &list, &destination->stats);
  if (has_facts(&list, due))
    ipvs_destination_facts(destination, add_meta, meta_of(&list));
  if (due != IPVS_DUE_COUNTERS)
    dispatch_numbers(telling, &list, &server_metric, destination);
  meta_data_destroy(list.meta);
}

static void report_service(const struct telling *telling,
                           const struct ipvs_service *service) {
  enum ipvs_due due = service->standing.due;
  value_list_t list = new_list(telling, service->name, "total");
  if (!telling->frozen)
    dispatch_counters(telling, &list, &service->stats);
  if (has_facts(&list, due))
    ipvs_service_facts(service, add_meta, meta_of(&list));
  if (due != IPVS_DUE_COUNTERS)
    dispatch_numbers(telling, &list, &service_metric, service);
  meta_data_destroy(list.meta);
}

static void report_whole_service(const struct telling *telling,
                                 const struct ipvs_service *service) {
  const struct ipvs_destination *destinations = service->destinations;
  report_service(telling, service);
  for (size_t i = 0; i < service->destination_count; i++)
    if (ipvs_config_wants_destination(telling->scope->config, destinations[i].name))
      report_destination(telling, service->name, &destinations[i]);
}

// --- the whole load balancer --------------------------------------------------------

static value_list_t new_whole(const struct telling *telling, const char *type_instance) {
  char instance[DATA_MAX_NAME_LEN];
  ipvs_scope_instance(telling->scope, instance);
  return new_list(telling, instance, type_instance);
}

static void report_daemon(const struct telling *telling, const struct ipvs_daemon *daemon,
                          const char *role) {
  value_list_t list = new_whole(telling, role);
  list.values = &(value_t){.gauge = daemon->state != IP_VS_STATE_NONE};
  list.values_len = 1;
  sstrncpy(list.type, "ipvs_sync_daemon", sizeof(list.type));
  meta_data_t *meta = meta_of(&list);
  if (daemon->state != IP_VS_STATE_NONE)
    ipvs_daemon_facts(daemon, add_meta, meta);
  ha_dispatch(&list);
  meta_data_destroy(list.meta);
}

static void report_daemons(const struct telling *telling,
                           const struct ipvs_daemon daemons[IPVS_DAEMON_ROLES]) {
  const struct ipvs_daemon *master = &daemons[IPVS_DAEMON_MASTER];
  const struct ipvs_daemon *backup = &daemons[IPVS_DAEMON_BACKUP];
  report_daemon(telling, master, "master");
  report_daemon(telling, backup, "backup");
  report_daemon(telling, master->state != IP_VS_STATE_NONE ? master : backup, "any");
}

// A timeout of 0 is none: the kernel was built without the protocol.
static void report_timeouts(const struct telling *telling,
                            const struct ipvs_timeouts *all) {
  for (size_t i = 0; i < HA_COUNT_OF(timeouts); i++) {
    const void *seconds = (const char *)all + timeouts[i].offset;
    value_list_t list = new_whole(telling, timeouts[i].name);
    if (*(const uint32_t *)seconds != 0)
      dispatch(telling, &list, &timeout_metric, seconds);
    meta_data_destroy(list.meta);
  }
}

static void report_whole(const struct telling *telling,
                         const struct ipvs_snapshot *snapshot,
                         const struct ipvs_stats *totals) {
  report_timeouts(telling, &snapshot->timeouts);
  value_list_t list = new_whole(telling, "total");
  dispatch(telling, &list, &table_size_metric, &snapshot->info);
  if (totals != NULL) {
    dispatch_counters(telling, &list, totals);
    dispatch(telling, &list, &rates_metric, totals);
  }
  meta_data_destroy(list.meta);
  report_daemons(telling, snapshot->daemons);
}

void ipvs_report(const struct ipvs_snapshot *snapshot, const struct ipvs_stats *totals,
                 const struct ipvs_scope *scope, cdtime_t time) {
  const struct telling telling = {scope, time, snapshot->frozen};
  report_whole(&telling, snapshot, totals);
  for (size_t i = 0; i < snapshot->service_count; i++)
    report_whole_service(&telling, &snapshot->services[i]);
}

void ipvs_report_weight(const struct ipvs_scope *scope,
                        const struct ipvs_service *service,
                        const struct ipvs_destination *destination, bool frozen) {
  const struct telling telling = {scope, cdtime(), frozen};
  value_list_t list = new_list(&telling, service->name, destination->name);
  if (has_facts(&list, IPVS_DUE_NUMBERS))
    ipvs_destination_facts(destination, add_meta, meta_of(&list));
  dispatch_numbers(&telling, &list, &server_metric, destination);
  meta_data_destroy(list.meta);
}
