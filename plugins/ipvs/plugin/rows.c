// SPDX-License-Identifier: MIT
// How does keepalived's view of the load balancer reach ipvs, and what does it get back?

#include "plugin/rows.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"

#include "core/rows.h"

#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct {
  pthread_mutex_t lock;
  struct ipvs_rows rows;
  bool comes_ahead; // of collectd's queue; what comes out of that may be hours old
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

// --- meta data ----------------------------------------------------------------------

// 0 of what is not there.
static uint32_t read_number(meta_data_t *meta, const char *key) {
  int64_t number = 0;
  if (meta_data_get_signed_int(meta, key, &number) != 0 || number < 0 ||
      number > UINT32_MAX)
    return 0;
  return (uint32_t)number;
}

// "" of what is not there.
static void read_text(meta_data_t *meta, const char *key, char *text, size_t size) {
  char *found = NULL;
  text[0] = '\0';
  if (meta_data_get_string(meta, key, &found) == 0)
    sstrncpy(text, found, size);
  free(found);
}

// Returns the family, or 0 if it is no address.
static uint16_t read_address(meta_data_t *meta, const char *key, uint8_t address[16]) {
  char text[INET6_ADDRSTRLEN];
  read_text(meta, key, text, sizeof(text));
  memset(address, 0, 16);
  if (inet_pton(AF_INET, text, address) == 1)
    return AF_INET;
  return inet_pton(AF_INET6, text, address) == 1 ? AF_INET6 : 0;
}

// Returns the number that keepalived's word stands for, or 0 of any other.
static uint16_t read_word(meta_data_t *meta, const char *key) {
  static const struct {
    const char *text;
    uint16_t number;
  } words[] = {{"inet", AF_INET},
               {"inet6", AF_INET6},
               {"TCP", IPPROTO_TCP},
               {"UDP", IPPROTO_UDP},
               {"SCTP", IPPROTO_SCTP}};
  char text[16];
  read_text(meta, key, text, sizeof(text));
  for (size_t i = 0; i < HA_COUNT_OF(words); i++)
    if (strcasecmp(text, words[i].text) == 0)
      return words[i].number;
  return 0;
}

// --- what keepalived has ------------------------------------------------------------

static void read_service(meta_data_t *meta, struct ipvs_row *row) {
  row->service = row->position = read_number(meta, "position");
  read_text(meta, "group", row->group, sizeof(row->group));
  row->family = read_word(meta, "family");
  row->protocol = read_word(meta, "protocol");
}

static void read_server(meta_data_t *meta, struct ipvs_row *row) {
  row->service = read_number(meta, "service");
  row->position = read_number(meta, "position");
}

static void read_member(meta_data_t *meta, struct ipvs_row *row) {
  struct ipvs_range *range = &row->range;
  row->position = read_number(meta, "index");
  read_text(meta, "group_name", row->group, sizeof(row->group));
  range->fwmark = read_number(meta, "fwmark");
  range->port = (uint16_t)read_number(meta, "port");
  row->family = read_address(meta, "first", range->first);
  if (row->family != 0 && read_address(meta, "last", range->last) == row->family)
    return;
  row->family = read_address(meta, "address", range->first);
  memcpy(range->last, range->first, sizeof(range->last));
}

// The values that say it, and how their meta data are read. A service's values are
// several.
static const struct teacher {
  const char *type, *type_instance; // NULL: any
  void (*read)(meta_data_t *meta, struct ipvs_row *row);
} teachers[] = {
    [IPVS_ROW_SERVICE] = {"keepalived_service", "up", read_service},
    [IPVS_ROW_SERVER] = {"keepalived_server", NULL, read_server},
    [IPVS_ROW_MEMBER] = {"keepalived_server_group_member", NULL, read_member},
};

static bool is_said_by(const struct teacher *teacher, const value_list_t *list) {
  return strcmp(list->type, teacher->type) == 0 &&
         (teacher->type_instance == NULL ||
          strcmp(list->type_instance, teacher->type_instance) == 0);
}

// HA_COUNT_OF(teachers) of any other value.
static size_t find_teacher(const value_list_t *list) {
  size_t kind = 0;
  if (strcmp(list->plugin, "ipvs") != 0 || strcmp(list->host, hostname_g) != 0)
    return HA_COUNT_OF(teachers);
  while (kind < HA_COUNT_OF(teachers) && !is_said_by(&teachers[kind], list))
    kind++;
  return kind;
}

// A row whose meta data do not say its place is gone.
static void read_row(const cache_event_t *event, size_t kind, struct ipvs_row *ret_row) {
  const value_list_t *list = event->value_list;
  struct ipvs_row row = {.kind = (enum ipvs_row_kind)kind, .said = list->time};
  sstrncpy(row.name.service, list->plugin_instance, sizeof(row.name.service));
  if (kind != IPVS_ROW_SERVICE)
    sstrncpy(row.name.server, list->type_instance, sizeof(row.name.server));
  if (event->type != CE_VALUE_EXPIRED) {
    read_text(list->meta, "namespace", row.netns, sizeof(row.netns));
    teachers[kind].read(list->meta, &row);
  }
  *ret_row = row;
}

// What was handed over ahead holds for as long as collectd keeps a value, whatever leaves
// its cache. From the future nothing is: the clock was set back.
static bool is_kept(const struct ipvs_row_name *name, cdtime_t interval) {
  const struct ipvs_row *row = ipvs_rows_find(&known.rows, name);
  cdtime_t now = cdtime();
  if (row == NULL || !known.comes_ahead)
    return false;
  cdtime_t age = now > row->said ? now - row->said : row->said - now;
  return age < interval * (cdtime_t)timeout_g;
}

// Under the lock. Of what comes ahead the queue and the cache only tell its end.
static bool is_news(const cache_event_t *event, const struct ipvs_row *row) {
  if (event->type == CE_VALUE_EXPIRED)
    return !is_kept(&row->name, event->value_list->interval);
  known.comes_ahead |= ha_is_ahead(event->value_list_name);
  return ha_is_ahead(event->value_list_name) || !known.comes_ahead;
}

static void learn(const cache_event_t *event, const struct ipvs_row *row) {
  pthread_mutex_lock(&known.lock);
  bool is_new = is_news(event, row);
  if (is_new && row->position > 0)
    (void)ipvs_rows_put(&known.rows, row);
  else if (is_new)
    ipvs_rows_lose(&known.rows, &row->name);
  pthread_mutex_unlock(&known.lock);
}

void ipvs_rows_learn(cache_event_t *event) {
  const value_list_t *list = event->value_list;
  size_t kind = find_teacher(list);
  if (kind == HA_COUNT_OF(teachers))
    return;
  event->ret = event->type == CE_VALUE_NEW && !ha_is_ahead(event->value_list_name);
  if (event->type != CE_VALUE_EXPIRED && list->meta == NULL)
    return; // what was said holds
  struct ipvs_row row;
  read_row(event, kind, &row);
  learn(event, &row);
}

enum ipvs_word ipvs_keepalived_word(const char *netns, const struct ipvs_service *service,
                                    const char *server) {
  pthread_mutex_lock(&known.lock);
  enum ipvs_word word = ipvs_rows_word(&known.rows, netns, service, server);
  pthread_mutex_unlock(&known.lock);
  return word;
}

void ipvs_rows_end(const char *netns) {
  pthread_mutex_lock(&known.lock);
  ipvs_rows_leave(&known.rows, netns);
  pthread_mutex_unlock(&known.lock);
}

void ipvs_rows_forget(void) {
  pthread_mutex_lock(&known.lock);
  ipvs_rows_clear(&known.rows);
  known.comes_ahead = false;
  pthread_mutex_unlock(&known.lock);
}

// --- what the kernel counts ---------------------------------------------------------

enum { COUNTERS = 5, GAUGES = 8 }; // of keepalived_traffic in types.db.custom

static void fill_values(const struct ipvs_row *row, value_t values[COUNTERS + GAUGES]) {
  const struct ipvs_stats *stats = &row->stats;
  const uint64_t counters[COUNTERS] = {stats->connections, stats->in_packets,
                                       stats->out_packets, stats->in_octets,
                                       stats->out_octets};
  const uint64_t gauges[GAUGES] = {row->active,           row->inactive,
                                   row->persistent,       stats->connection_rate,
                                   stats->in_packet_rate, stats->out_packet_rate,
                                   stats->in_octet_rate,  stats->out_octet_rate};
  for (size_t i = 0; i < COUNTERS; i++)
    values[i].derive = (derive_t)counters[i];
  for (size_t i = 0; i < GAUGES; i++)
    values[COUNTERS + i].gauge = (gauge_t)gauges[i];
}

static void add_place(const struct ipvs_row *row, meta_data_t *meta) {
  if (row->position == 0)
    return;
  meta_data_add_unsigned_int(meta, "position", row->position);
  if (row->kind == IPVS_ROW_SERVER)
    meta_data_add_unsigned_int(meta, "service", row->service);
}

static void report_row(const struct ipvs_row *row, const struct ipvs_scope *scope,
                       cdtime_t time) {
  meta_data_t *meta = ipvs_scope_meta(scope);
  value_t values[COUNTERS + GAUGES];
  value_list_t list = {.values = values,
                       .values_len = HA_COUNT_OF(values),
                       .time = time,
                       .plugin = "ipvs",
                       .type = "keepalived_traffic",
                       .meta = meta != NULL ? meta : meta_data_create()};
  fill_values(row, values);
  add_place(row, list.meta);
  sstrncpy(list.plugin_instance, row->name.service, sizeof(list.plugin_instance));
  sstrncpy(list.type_instance, row->kind == IPVS_ROW_SERVICE ? "total" : row->name.server,
           sizeof(list.type_instance));
  ha_dispatch(&list);
  meta_data_destroy(list.meta);
}

static bool is_wanted(const struct ipvs_row *row, const struct ipvs_scope *scope) {
  return row->kind != IPVS_ROW_MEMBER && strcmp(row->netns, scope->netns) == 0 &&
         ipvs_config_wants_service(scope->config, row->name.service) &&
         (row->kind == IPVS_ROW_SERVICE ||
          ipvs_config_wants_destination(scope->config, row->name.server));
}

// Copies of what is to be told, for the caller to free; without memory nothing is.
// Returns how many.
static size_t copy_rows(const struct ipvs_snapshot *snapshot,
                        const struct ipvs_scope *scope, struct ipvs_row **ret_rows) {
  size_t count = 0;
  struct ipvs_row *rows = malloc(known.rows.count * sizeof(*rows));
  ipvs_rows_count(&known.rows, scope->netns, snapshot);
  for (size_t i = 0; i < known.rows.count && rows != NULL; i++) {
    struct ipvs_row *row = known.rows.list[i];
    if (!is_wanted(row, scope))
      continue;
    row->is_told = true;
    rows[count++] = *row;
  }
  *ret_rows = rows;
  return count;
}

// To dispatch thousands of values takes its time, which no other thread is to wait.
void ipvs_rows_report(const struct ipvs_snapshot *snapshot,
                      const struct ipvs_scope *scope, cdtime_t time) {
  bool is_told = scope->config->report_keepalived && !snapshot->frozen;
  struct ipvs_row *rows = NULL;
  pthread_mutex_lock(&known.lock);
  size_t count = is_told ? copy_rows(snapshot, scope, &rows) : 0;
  ipvs_rows_sweep(&known.rows, scope->netns);
  pthread_mutex_unlock(&known.lock);
  for (size_t i = 0; i < count; i++)
    report_row(&rows[i], scope, time);
  free(rows);
}
