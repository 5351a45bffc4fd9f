// SPDX-License-Identifier: MIT
// How is a change of the load balancer announced?
//
// One row an event; facts travel as meta data.

#include "plugin/notify.h"

#include "common/core/array.h"

#include "core/facts.h"
#include "plugin/report.h"

#include "daemon/globals.h"
#include "utils/common/common.h"

// A message takes the virtual server, the real one and a weight; or the first of them.
static const struct {
  int severity;
  const char *message;
} announcements[] = {
    [IPVS_SERVER_NEW] = {NOTIF_OKAY, "%s: real server %s is new, weight %u."},
    [IPVS_SERVER_GONE] = {NOTIF_WARNING,
                          "%s: real server %s is gone, its weight was %u."},
    [IPVS_SERVER_FORGOTTEN] = {NOTIF_OKAY,
                               "%s: real server %s is no longer kept as missing."},
    [IPVS_SERVER_DRAINED] = {NOTIF_WARNING, "%s: real server %s has weight 0 now, before "
                                            "%u: it gets no new connections."},
    [IPVS_SERVER_BACK] = {NOTIF_OKAY, "%s: real server %s is back, weight %u."},
    [IPVS_QUORUM_LOST] = {NOTIF_FAILURE, "%s: no real server has a weight above 0."},
    [IPVS_QUORUM_GAINED] = {NOTIF_OKAY, "%s: it has real servers again."},
    [IPVS_SERVICE_NEW] = {NOTIF_OKAY, "%s: the virtual server is new."},
    [IPVS_SERVICE_GONE] = {NOTIF_WARNING, "%s: the virtual server is gone."},
};
_Static_assert(HA_COUNT_OF(announcements) == IPVS_EVENTS, "every event is announced");

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

static void add_facts(notification_t *notification, const struct ipvs_change *change,
                      const struct ipvs_scope *scope) {
  ipvs_scope_mark(scope, notification);
  plugin_notification_meta_add_string(notification, "event",
                                      ipvs_event_text(change->event));
  ipvs_service_facts(change->service, add_service_fact, notification);
  plugin_notification_meta_add_unsigned_int(notification, "servers",
                                            change->service->sums.servers);
  plugin_notification_meta_add_unsigned_int(notification, "servers_up",
                                            change->service->sums.servers_up);
  plugin_notification_meta_add_unsigned_int(notification, "servers_missing",
                                            change->service->sums.servers_missing);
  if (change->destination == NULL)
    return;
  ipvs_destination_facts(change->destination, add_fact, notification);
  plugin_notification_meta_add_unsigned_int(notification, "old_weight",
                                            change->old_weight);
  plugin_notification_meta_add_unsigned_int(notification, "new_weight",
                                            change->new_weight);
}

// Where the next meta data of a notification belong. collectd looks for that place from
// the beginning at each, which thousands of real servers would feel.
static notification_meta_t **end_of(notification_t *notification) {
  notification_meta_t **end = &notification->meta;
  while (*end != NULL)
    end = &(*end)->next;
  return end;
}

// snmp_agent takes the rows of these values back at once, not when collectd forgets them.
// Returns the list's new end.
static notification_meta_t **take_back(notification_meta_t **end, bool is_real,
                                       const char *name) {
  char key[DATA_MAX_NAME_LEN];
  const char *type;
  for (size_t i = 0; (type = ipvs_report_type(is_real, i)) != NULL; i++) {
    notification_t one = {.meta = NULL};
    snprintf(key, sizeof(key), "snmp_agent:remove:%s-%s", type, name);
    plugin_notification_meta_add_boolean(&one, key, true);
    *end = one.meta;
    if (one.meta != NULL)
      end = &one.meta->next;
  }
  return end;
}

// A real server that its virtual server keeps as missing keeps its row.
static void take_back_gone(notification_t *notification,
                           const struct ipvs_change *change) {
  const struct ipvs_service *service = change->service;
  notification_meta_t **end = end_of(notification);
  if (change->destination != NULL &&
      ipvs_service_find(service, &change->destination->key) == NULL)
    take_back(end, true, change->destination->name);
  if (change->event != IPVS_SERVICE_GONE)
    return;
  end = take_back(end, false, "total");
  for (size_t i = 0; i < service->destination_count; i++)
    end = take_back(end, true, service->destinations[i].name);
}

static bool is_wanted(const struct ipvs_config *config,
                      const struct ipvs_change *change) {
  return change->destination == NULL ||
         ipvs_config_wants_destination(config, change->destination->name);
}

// In every event one of the two weights is 0.
static void write_message(notification_t *notification,
                          const struct ipvs_change *change) {
  snprintf(notification->message, sizeof(notification->message),
           announcements[change->event].message, notification->plugin_instance,
           notification->type_instance,
           change->old_weight != 0 ? change->old_weight : change->new_weight);
}

void ipvs_notify(void *context, const struct ipvs_change *change) {
  const struct ipvs_destination *destination = change->destination;
  const struct ipvs_scope *scope = context;
  if (!is_wanted(scope->config, change))
    return;

  notification_t notification = {.severity = announcements[change->event].severity,
                                 .time = cdtime()};
  sstrncpy(notification.host, hostname_g, sizeof(notification.host));
  sstrncpy(notification.plugin, "ipvs", sizeof(notification.plugin));
  sstrncpy(notification.plugin_instance, change->service->name,
           sizeof(notification.plugin_instance));
  sstrncpy(notification.type, destination != NULL ? "ipvs_server" : "ipvs_service",
           sizeof(notification.type));
  sstrncpy(notification.type_instance, destination != NULL ? destination->name : "total",
           sizeof(notification.type_instance));
  write_message(&notification, change);
  add_facts(&notification, change, scope);
  take_back_gone(&notification, change);
  plugin_dispatch_notification(&notification);
  plugin_notification_meta_free(notification.meta);
}
