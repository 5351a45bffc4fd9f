// SPDX-License-Identifier: MIT
// What does the agent tell of itself?
#include "plugin/health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/fault.h"
#include "utils/common/common.h"

enum { PATIENCE = 2 }; // intervals
enum { WHO_SIZE = 512, WHY_SIZE = 512 };

struct table_health {
  const struct table_rule *rule;
  size_t rows;
  bool filled;               // it has had a row
  struct ha_fault emptiness; // said once it lasts
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

// A line begins with this: `<Data "a"> has`, or `<Data "a"> and 29 more have`.
static const char *who(const struct health *h, const struct table_health *t, size_t more,
                       char buf[static WHO_SIZE]) {
  const char *where = config_where_table(h->config, t->rule);
  if (more > 0)
    snprintf(buf, WHO_SIZE, "%s and %zu more have", where, more);
  else
    snprintf(buf, WHO_SIZE, "%s has", where);
  return buf;
}

static const char *why_empty(const struct health *h, const struct table_health *t,
                             char buf[static WHY_SIZE]) {
  return mapping_why_empty(h->config->mapping, t->rule, buf, WHY_SIZE);
}

static bool is_due(const struct health *h, const struct table_health *t) {
  return !t->filled && !ha_fault_is_said(&t->emptiness) && h->turns > PATIENCE &&
         !mapping_is_left_out(t->rule);
}

// Scalars that lack a value for one reason, as a source that nobody loaded, share a line.
static size_t join_alike(struct health *h, const char *why) {
  char other[WHY_SIZE];
  size_t count = 0;
  for (size_t i = 0; i < h->table_count; i++) {
    struct table_health *t = &h->tables[i];
    if (!t->rule->scalar || !is_due(h, t) || strcmp(why_empty(h, t, other), why) != 0)
      continue;
    ha_fault_judge(&t->emptiness, true);
    count++;
  }
  return count;
}

static void say_empty(struct health *h, struct table_health *t) {
  char why[WHY_SIZE], name[WHO_SIZE];
  why_empty(h, t, why);
  ha_fault_judge(&t->emptiness, true);
  size_t more = t->rule->scalar ? join_alike(h, why) : 0;
  NOTICE(HA_PLUGIN_NAME " plugin: %s %s: %s", who(h, t, more, name),
         t->rule->scalar ? "no value" : "no row", why);
}

static void say_filled(const struct health *h) {
  const struct table_health *first = NULL;
  size_t more = 0;
  char name[WHO_SIZE];
  for (size_t i = 0; i < h->table_count; i++) {
    const struct table_health *t = &h->tables[i];
    if (t->rows == 0 || !ha_fault_is_said(&t->emptiness))
      continue;
    if (!t->rule->scalar)
      NOTICE(HA_PLUGIN_NAME " plugin: %s rows now", who(h, t, 0, name));
    else if (first == NULL)
      first = t;
    else
      more++;
  }
  if (first != NULL)
    NOTICE(HA_PLUGIN_NAME " plugin: %s a value now", who(h, first, more, name));
}

static void look_after(struct health *h, struct table_health *t) {
  t->filled |= t->rows > 0;
  if (t->rows > 0)
    ha_fault_judge(&t->emptiness, false);
  if (is_due(h, t))
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
  say_filled(h);
  for (size_t i = 0; i < h->table_count; i++)
    look_after(h, &h->tables[i]);
}
