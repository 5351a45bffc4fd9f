// SPDX-License-Identifier: MIT
// What does the agent tell of itself?
#include "plugin/health.h"

#include <stdlib.h>

#include "utils/common/common.h"

enum { PATIENCE = 2 }; // intervals

struct table_health {
  const struct table_rule *rule;
  size_t rows;
  bool filled; // it has had a row
  bool said;   // that it is empty
};

struct health {
  const struct config *config;
  unsigned turns; // of the reading thread
  size_t table_count;
  struct table_health tables[];
};

struct health *health_create(const struct config *config) {
  size_t count = mapping_tables(config->mapping);
  struct health *h = calloc(1, sizeof(*h) + count * sizeof(h->tables[0]));
  if (h == NULL)
    return NULL;
  h->config = config;
  h->table_count = count;
  for (size_t i = 0; i < count; i++)
    h->tables[i].rule = mapping_table(config->mapping, i);
  return h;
}

void health_destroy(struct health *h) {
  free(h);
}

void health_look(struct health *h) {
  for (size_t i = 0; i < h->table_count; i++)
    h->tables[i].rows = h->tables[i].rule->row_count;
}

// --- values ---------------------------------------------------------------------

static void dispatch(const char *type, const char *type_instance, value_t value) {
  value_list_t list = {.values = &value, .values_len = 1, .plugin = HA_PLUGIN_NAME};
  sstrncpy(list.type, type, sizeof(list.type));
  sstrncpy(list.type_instance, type_instance, sizeof(list.type_instance));
  plugin_dispatch_values(&list);
}

static void derive(const char *type, const char *type_instance, uint64_t value) {
  dispatch(type, type_instance, (value_t){.derive = (derive_t)value});
}

static void gauge(const char *type, const char *type_instance, size_t value) {
  dispatch(type, type_instance, (value_t){.gauge = (gauge_t)value});
}

static void tell_session(const struct agentx_stats *stats) {
  derive("agentx_sessions", "", stats->opened);
  derive("agentx_requests", "pdus", stats->requests);
  derive("agentx_requests", "objects", stats->varbinds);
  derive("agentx_traps", "sent", stats->notified);
  derive("agentx_traps", "refused", stats->notify_refused);
  derive("agentx_traps", "given_up", stats->notify_dropped);
  gauge("agentx_registrations", "held", stats->regions_held);
  gauge("agentx_registrations", "refused", stats->regions_refused);
  for (int i = AGENTX_FINE + 1; i < AGENTX_FAULT_COUNT; i++)
    derive("agentx_faults", agentx_fault_name(i), stats->faults[i]);
}

static bool is_named(const struct health *h, size_t i, const char *name) {
  const struct table_rule *rule = h->tables[i].rule;
  return !rule->scalar && strcmp(rule->name, name) == 0;
}

static bool has_namesake_before(const struct health *h, size_t i) {
  for (size_t j = 0; j < i; j++)
    if (is_named(h, j, h->tables[i].rule->name))
      return true;
  return false;
}

// Tables of one name are counted as one.
static void tell_rows(const struct health *h) {
  for (size_t i = 0; i < h->table_count; i++) {
    if (h->tables[i].rule->scalar || has_namesake_before(h, i))
      continue;
    size_t rows = 0;
    for (size_t j = i; j < h->table_count; j++)
      rows += is_named(h, j, h->tables[i].rule->name) ? h->tables[j].rows : 0;
    gauge("snmp_rows", h->tables[i].rule->name, rows);
  }
}

// --- words ----------------------------------------------------------------------

static void say_empty(const struct health *h, struct table_health *t) {
  char why[512];
  NOTICE(HA_PLUGIN_NAME " plugin: %s has %s: %s", config_where_table(h->config, t->rule),
         t->rule->scalar ? "no value" : "no row",
         mapping_why_empty(h->config->mapping, t->rule, why, sizeof(why)));
  t->said = true;
}

static void look_after(const struct health *h, struct table_health *t) {
  if (t->rows > 0 && t->said)
    NOTICE(HA_PLUGIN_NAME " plugin: %s has %s now",
           config_where_table(h->config, t->rule), t->rule->scalar ? "a value" : "rows");
  t->filled |= t->rows > 0;
  t->said &= t->rows == 0;
  if (!t->filled && !t->said && h->turns > PATIENCE && !mapping_is_left_out(t->rule))
    say_empty(h, t);
}

// Who comes from collectd's own plugin may not have our types.
static bool has_types(const struct health *h) {
  bool has = plugin_get_ds("snmp_rows") != NULL;
  if (!has && h->turns == 1)
    NOTICE(HA_PLUGIN_NAME
           " plugin: TypesDB doesn't name collectd-ha's types.db.custom, so "
           "there are no values of the agent itself");
  return has;
}

void health_tell(struct health *h, const struct agentx_stats *stats) {
  h->turns++;
  if (has_types(h)) {
    tell_session(stats);
    tell_rows(h);
  }
  for (size_t i = 0; i < h->table_count; i++)
    look_after(h, &h->tables[i]);
}
