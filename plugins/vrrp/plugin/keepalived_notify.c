// SPDX-License-Identifier: MIT
// Which changes of what keepalived says are notifications, and what do they say?
#include "plugin/keepalived_notify.h"

#include "common/core/array.h"

#include "plugin/log.h"

#include "utils/common/common.h"

#include <math.h>

static const char *state_name(double state) {
  static const char *const NAMES[] = {
      [VRRP_KEEPALIVED_INIT] = "init",
      [VRRP_KEEPALIVED_BACKUP] = "backup",
      [VRRP_KEEPALIVED_MASTER] = "master",
      [VRRP_KEEPALIVED_FAULT] = "fault",
  };
  return state >= 0 && state < STATIC_ARRAY_SIZE(NAMES) ? NAMES[(int)state] : "unknown";
}

static const char *health_name(double health) {
  return health > 0 ? "good" : "bad";
}

static const char *quorum_name(double quorum) {
  return quorum > 0 ? "met" : "lost";
}

static const char *server_name(double alive) {
  return alive > 0 ? "alive" : "dead";
}

// What of each kind is told: how it is called, its states by name, and the bad one. The
// wire tells of masters at once; this tells of faults, which are silent there, and by
// keepalived's own names.
static const struct subject {
  enum vrrp_keepalived_kind kind;
  const char *what;
  const char *(*name)(double value);
  double bad;
  int severity; // of the bad one
} subjects[] = {
    {VRRP_KEEPALIVED_KIND_STATE, "instance", state_name, VRRP_KEEPALIVED_FAULT,
     NOTIF_FAILURE},
    {VRRP_KEEPALIVED_KIND_SYNC_GROUP, "sync group", state_name, VRRP_KEEPALIVED_FAULT,
     NOTIF_FAILURE},
    {VRRP_KEEPALIVED_KIND_SCRIPT, "script", health_name, 0, NOTIF_WARNING},
    {VRRP_KEEPALIVED_KIND_QUORUM, "quorum of", quorum_name, 0, NOTIF_FAILURE},
    {VRRP_KEEPALIVED_KIND_SERVER, "real server", server_name, 0, NOTIF_WARNING},
};

static const struct subject *find_subject(enum vrrp_keepalived_kind kind) {
  for (size_t i = 0; i < HA_COUNT_OF(subjects); i++)
    if (subjects[i].kind == kind)
      return &subjects[i];
  return NULL;
}

bool vrrp_keepalived_is_change(double before, const struct vrrp_keepalived_value *value) {
  return !isnan(before) && !isnan(value->gauge) && before != value->gauge &&
         find_subject(value->kind) != NULL;
}

// "VI_1", "WEB4", "10.2.0.11_80 of WEB4".
static void name_subject(const struct vrrp_keepalived_value *value, char *name,
                         size_t size) {
  switch (value->kind) {
  case VRRP_KEEPALIVED_KIND_STATE:
    ssnprintf(name, size, "%s", value->instance->name);
    break;
  case VRRP_KEEPALIVED_KIND_QUORUM:
    ssnprintf(name, size, "%s", value->plugin_instance);
    break;
  case VRRP_KEEPALIVED_KIND_SERVER:
    ssnprintf(name, size, "%s of %s", value->type_instance, value->plugin_instance);
    break;
  default:
    ssnprintf(name, size, "%s", value->type_instance);
  }
}

static void add_note(notification_t *n, const struct vrrp_keepalived_note *note) {
  bool is_whole = fabs(note->number) <= (double)(INT64_C(1) << 53) &&
                  note->number == trunc(note->number);

  if (note->text != NULL)
    plugin_notification_meta_add_string(n, note->key, note->text);
  else if (is_whole)
    plugin_notification_meta_add_signed_int(n, note->key, (int64_t)note->number);
  else
    plugin_notification_meta_add_double(n, note->key, note->number);
}

static void add_fault(notification_t *n, const struct vrrp_keepalived_fault *fault) {
  if (fault->cause[0] != '\0')
    plugin_notification_meta_add_string(n, "fault_cause", fault->cause);
  plugin_notification_meta_add_unsigned_int(n, "fault_since", (uint64_t)fault->since);
}

static void add_meta(notification_t *n, const struct vrrp_keepalived_change *change,
                     const struct subject *subject) {
  const struct vrrp_keepalived_value *value = change->value;

  plugin_notification_meta_add_string(n, "state", subject->name(value->gauge));
  plugin_notification_meta_add_string(n, "old_state", subject->name(change->before));
  plugin_notification_meta_add_string(n, "router_id", change->router_id);
  if (change->netns[0] != '\0')
    plugin_notification_meta_add_string(n, "namespace", change->netns);
  if (change->fault != NULL)
    add_fault(n, change->fault);
  if (value->kind == VRRP_KEEPALIVED_KIND_STATE)
    plugin_notification_meta_add_signed_int(
        n, "initial_state",
        isnan(change->initial_state) ? 4 : (int64_t)change->initial_state);
  for (size_t i = 0; i < value->note_count; i++)
    if (strcmp(value->notes[i].key, "state") != 0)
      add_note(n, &value->notes[i]);
}

void vrrp_keepalived_notify(const struct vrrp_keepalived_change *change) {
  const struct vrrp_keepalived_value *value = change->value;
  const struct subject *subject = find_subject(value->kind);
  bool is_bad = value->gauge == subject->bad;
  notification_t n = {.severity = is_bad ? subject->severity : NOTIF_OKAY,
                      .time = change->at};
  char name[256], why[VRRP_KEEPALIVED_WHY_SIZE];

  sstrncpy(n.host, hostname_g, sizeof(n.host));
  sstrncpy(n.plugin, vrrp_keepalived_is_of_ipvs(value->kind) ? "ipvs" : "vrrp",
           sizeof(n.plugin));
  sstrncpy(n.plugin_instance, change->plugin_instance, sizeof(n.plugin_instance));
  sstrncpy(n.type, vrrp_keepalived_type(value->kind), sizeof(n.type));
  sstrncpy(n.type_instance, value->type_instance, sizeof(n.type_instance));
  name_subject(value, name, sizeof(name));
  vrrp_keepalived_fault_tell(change->fault, CDTIME_T_TO_DOUBLE(change->at), why);
  ssnprintf(n.message, sizeof(n.message), "keepalived's %s %s%s%s went from %s to %s%s%s",
            subject->what, name, VRRP_LOG_ELSEWHERE(change->netns),
            subject->name(change->before), subject->name(value->gauge),
            why[0] != '\0' ? ": " : "", why);
  add_meta(&n, change, subject);
  plugin_dispatch_notification(&n);
  plugin_notification_meta_free(n.meta);
}
