// SPDX-License-Identifier: MIT
// Which values does the text dump of keepalived's VRRP process yield?
#include "core/keepalived_text_report.h"

#include "common/core/array.h"

#include "core/keepalived_report.h"
#include "core/keepalived_teller.h"
#include "core/keepalived_tracked.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct vrrp_keepalived_record *
parent_of(const struct vrrp_keepalived_teller *t,
          const struct vrrp_keepalived_record *record) {
  return record->parent == VRRP_KEEPALIVED_NONE ? NULL
                                                : &t->text->records[record->parent];
}

// A value named after its record, with its place and its facts.
static struct vrrp_keepalived_value value_of(const struct vrrp_keepalived_teller *t,
                                             enum vrrp_keepalived_kind kind,
                                             const struct vrrp_keepalived_record *record,
                                             double gauge) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(kind, vrrp_keepalived_string(t, record, "name"), gauge);
  vrrp_keepalived_note_number(&value, "position", record->place);
  vrrp_keepalived_note_record(t, &value, record);
  return value;
}

static bool is_any_script(const char *key) {
  return strncmp(key, "script", strlen("script")) == 0;
}

static bool runs_script(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *record) {
  for (int32_t i = record->first; i != VRRP_KEEPALIVED_NONE; i = t->text->facts[i].next)
    if (is_any_script(t->text->facts[i].key))
      return true;
  return false;
}

// --- what is tracked ------------------------------------------------------

static void name_router(const struct vrrp_keepalived_teller *t,
                        struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *instance) {
  const char *base = vrrp_keepalived_string(t, instance, "base_interface");
  vrrp_keepalived_name_router(
      value, base[0] != '\0' ? base : vrrp_keepalived_string(t, instance, "interface"),
      vrrp_keepalived_has(t, instance, "ipv6") ? VRRP_IPV6 : VRRP_IPV4,
      vrrp_keepalived_number(t, instance, "vrid"));
}

static void tell_tracked(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *item) {
  const struct vrrp_keepalived_tracked *tracked =
      vrrp_keepalived_tracked_find(item->kind);
  const struct vrrp_keepalived_record *owner = parent_of(t, item);
  if (tracked == NULL || owner == NULL)
    return;
  bool is_group = owner->kind == VRRP_KEEPALIVED_SYNC_GROUP;
  const char *name = vrrp_keepalived_string(t, item, "name"),
             *of = vrrp_keepalived_string(t, owner, "name");
  char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  snprintf(text, sizeof(text), "%.50s%s%s-%.60s", is_group ? of : "", is_group ? "/" : "",
           tracked->kind, name);
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_TRACKED, text,
                                 vrrp_keepalived_tracked_health(t, tracked, item));
  if (!is_group)
    name_router(t, &value, owner);
  vrrp_keepalived_note_number(&value, is_group ? "group" : "position", owner->place);
  vrrp_keepalived_note_text(&value, is_group ? "group_name" : "name", of);
  vrrp_keepalived_note_number(&value, "index", item->place);
  vrrp_keepalived_note_text(&value, "kind", tracked->kind);
  vrrp_keepalived_note_text(&value, "tracked", name);
  if (tracked->what == VRRP_KEEPALIVED_INTERFACE)
    vrrp_keepalived_note_text(&value, "ifname", name);
  vrrp_keepalived_note_number(&value, "weight",
                              vrrp_keepalived_number(t, item, "weight"));
  vrrp_keepalived_note_number(&value, "reverse",
                              vrrp_keepalived_number(t, item, "reverse"));
  t->emit(t->context, &value);
}

static double script_activity(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *script) {
  static const char *const NAMES[] = {"idle", "running", "requested termination",
                                      "forcing termination"};
  const char *activity = vrrp_keepalived_string(t, script, "activity");
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
    if (strcmp(activity, NAMES[i]) == 0)
      return (double)i;
  return NAN;
}

// Told by itself only where it is another than the command's: behind a link, and in 2.3
// and later. The words of a command stand in quotes. False: it is told, or nobody knows.
static bool find_untold_path(const struct vrrp_keepalived_teller *t,
                             const struct vrrp_keepalived_record *script, char *path,
                             size_t size) {
  const char *command = vrrp_keepalived_string(t, script, "command");
  if (vrrp_keepalived_has(t, script, "path") || command[0] != '\'')
    return false;
  size_t length = strcspn(command + 1, "'");
  if (length >= size)
    return false;
  memcpy(path, command + 1, length);
  path[length] = '\0';
  return true;
}

static void tell_script(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *script) {
  char path[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE]; // a note refers to its text
  double health = vrrp_keepalived_script_health(t, script);
  struct vrrp_keepalived_value value =
      value_of(t, VRRP_KEEPALIVED_KIND_SCRIPT, script, health);
  bool failed =
      strcmp(vrrp_keepalived_string(t, script, "init_state"), "INIT/FAILED") == 0;
  // As vrrpScriptResult numbers them: init, bad, good, init and failed.
  vrrp_keepalived_note_number(&value, "result",
                              isnan(health) ? (failed ? 5 : 1)
                              : health > 0  ? 3
                                            : 2);
  if (find_untold_path(t, script, path, sizeof(path)))
    vrrp_keepalived_note_text(&value, "path", path);
  vrrp_keepalived_note_number(&value, "interval_whole",
                              trunc(vrrp_keepalived_number(t, script, "interval")));
  t->emit(t->context, &value);
  struct vrrp_keepalived_value activity = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SCRIPT_ACTIVITY, vrrp_keepalived_string(t, script, "name"),
      script_activity(t, script));
  t->emit(t->context, &activity);
}

static void tell_file(const struct vrrp_keepalived_teller *t,
                      const struct vrrp_keepalived_record *file) {
  struct vrrp_keepalived_value value = value_of(
      t, VRRP_KEEPALIVED_KIND_FILE, file, vrrp_keepalived_number(t, file, "status"));
  t->emit(t->context, &value);
}

static void tell_process(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *process) {
  struct vrrp_keepalived_value value =
      value_of(t, VRRP_KEEPALIVED_KIND_PROCESS, process,
               vrrp_keepalived_number(t, process, "current"));
  if (!vrrp_keepalived_has(t, process, "match"))
    vrrp_keepalived_note_text(&value, "match", "none");
  if (!vrrp_keepalived_has(t, process, "parameters"))
    vrrp_keepalived_note_word(&value, "parameters", "");
  if (!vrrp_keepalived_has(t, process, "max"))
    vrrp_keepalived_note_number(&value, "max", -1);
  t->emit(t->context, &value);
}

static void tell_bfd(const struct vrrp_keepalived_teller *t,
                     const struct vrrp_keepalived_record *bfd) {
  struct vrrp_keepalived_value value =
      value_of(t, VRRP_KEEPALIVED_KIND_BFD, bfd, vrrp_keepalived_number(t, bfd, "up"));
  t->emit(t->context, &value);
}

// --- keepalived as a whole ------------------------------------------------

// linkbeat_use_polling, as far as the interfaces tell: one that is polled.
static double uses_polling(const struct vrrp_keepalived_teller *t) {
  double polling = NAN;
  for (size_t i = 0; i < t->text->record_count; i++) {
    double netlink = t->text->records[i].kind == VRRP_KEEPALIVED_INTERFACE
                         ? vrrp_keepalived_number(t, &t->text->records[i], "netlink")
                         : NAN;
    if (!isnan(netlink) && !(polling > 0))
      polling = netlink == 0;
  }
  return polling;
}

// 0 is what keepalived leaves out.
static void note_sync_settings(const struct vrrp_keepalived_teller *t,
                               struct vrrp_keepalived_value *value,
                               const struct vrrp_keepalived_record *global) {
  static const char *const ZERO[] = {"sync_max_length", "sync_port", "sync_ttl"};
  bool enabled = vrrp_keepalived_has(t, global, "sync_interface");
  vrrp_keepalived_note_number(value, "sync_enabled", enabled);
  for (size_t i = 0; enabled && i < sizeof(ZERO) / sizeof(ZERO[0]); i++)
    if (!vrrp_keepalived_has(t, global, ZERO[i]))
      vrrp_keepalived_note_number(value, ZERO[i], 0);
}

static void tell_global(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *global) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_GLOBAL, "", 1);
  const char *namespace = vrrp_keepalived_string(t, global, "network_namespace");
  vrrp_keepalived_note_record(t, &value, global);
  vrrp_keepalived_note_text(&value, "version", t->beside->version);
  vrrp_keepalived_note_number(&value, "ipvs_64bit", t->beside->ipvs_64bit);
  vrrp_keepalived_note_word(&value, "namespace_name",
                            strcmp(namespace, "(default)") == 0 ? "" : namespace);
  vrrp_keepalived_note_number(&value, "fault_mail",
                              !vrrp_keepalived_has(t, global, "no_fault_mail"));
  note_sync_settings(t, &value, global);
  vrrp_keepalived_note_number(&value, "linkbeat_polling", uses_polling(t));
  t->emit(t->context, &value);
}

static void tell_email(const struct vrrp_keepalived_teller *t,
                       const struct vrrp_keepalived_record *email) {
  char place[16];
  snprintf(place, sizeof(place), "%u", email->place);
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_EMAIL, place, 1);
  vrrp_keepalived_note_number(&value, "position", email->place);
  vrrp_keepalived_note_record(t, &value, email);
  t->emit(t->context, &value);
}

static void tell_static(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *record) {
  static const struct {
    enum vrrp_keepalived_record_kind record;
    enum vrrp_keepalived_kind kind;
    int (*parse)(const char *line, struct vrrp_keepalived_item *ret_item);
  } KINDS[] = {
      {VRRP_KEEPALIVED_STATIC_ADDRESS, VRRP_KEEPALIVED_KIND_ADDRESS,
       vrrp_keepalived_address_parse},
      {VRRP_KEEPALIVED_STATIC_ROUTE, VRRP_KEEPALIVED_KIND_ROUTE,
       vrrp_keepalived_route_parse},
      {VRRP_KEEPALIVED_STATIC_RULE, VRRP_KEEPALIVED_KIND_RULE,
       vrrp_keepalived_rule_parse},
  };
  struct vrrp_keepalived_item item = {0};
  for (size_t i = 0; i < HA_COUNT_OF(KINDS); i++)
    if (KINDS[i].record == record->kind &&
        KINDS[i].parse(vrrp_keepalived_string(t, record, "line"), &item) == 0)
      vrrp_keepalived_tell_static(KINDS[i].kind, &item, record->place, t->emit,
                                  t->context);
  vrrp_keepalived_item_clear(&item);
}

// --- instances and groups -------------------------------------------------

static void note_sync_daemon(const struct vrrp_keepalived_teller *t,
                             struct vrrp_keepalived_value *value, const char *name) {
  bool is_it = t->global != NULL &&
               strcmp(vrrp_keepalived_string(t, t->global, "sync_instance"), name) == 0 &&
               name[0] != '\0';
  vrrp_keepalived_note_number(value, "sync_daemon", is_it);
  if (is_it)
    vrrp_keepalived_note_text(value, "sync_interface",
                              vrrp_keepalived_string(t, t->global, "sync_interface"));
}

static void note_linkbeat(const struct vrrp_keepalived_teller *t,
                          struct vrrp_keepalived_value *value,
                          const struct vrrp_keepalived_record *instance) {
  const struct vrrp_keepalived_record *interface =
      vrrp_keepalived_text_named(t->text, VRRP_KEEPALIVED_INTERFACE,
                                 vrrp_keepalived_string(t, instance, "interface"));
  // An interface that is gone is asked in no way.
  vrrp_keepalived_note_number(value, "linkbeat",
                              interface != NULL &&
                                  vrrp_keepalived_number(t, interface, "netlink") == 0);
}

static void note_fault(struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_fault *fault) {
  if (fault == NULL)
    return;
  vrrp_keepalived_note_text(value, "fault_cause", fault->cause);
  vrrp_keepalived_note_number(value, "fault_since", trunc(fault->since));
}

static void tell_instance(const struct vrrp_keepalived_teller *t,
                          const struct vrrp_keepalived_record *instance) {
  const char *name = vrrp_keepalived_string(t, instance, "name");
  struct vrrp_keepalived_value value =
      value_of(t, VRRP_KEEPALIVED_KIND_INSTANCE, instance, 1);
  name_router(t, &value, instance);
  note_sync_daemon(t, &value, name);
  note_linkbeat(t, &value, instance);
  if (t->global != NULL && vrrp_keepalived_has(t, t->global, "v3_checksum_as_v2") &&
      !vrrp_keepalived_has(t, instance, "v3_checksum_as_v2"))
    vrrp_keepalived_note_number(&value, "v3_checksum_as_v2", 0);
  vrrp_keepalived_note_number(&value, "initial_state",
                              t->beside->initial_state(t->beside->context, name));
  note_fault(&value, t->beside->fault(t->beside->context, name));
  t->emit(t->context, &value);
  struct vrrp_keepalived_value delay =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_GARP_DELAY, "",
                                 vrrp_keepalived_number(t, instance, "garp_delay"));
  name_router(t, &delay, instance);
  t->emit(t->context, &delay);
}

static void tell_group(const struct vrrp_keepalived_teller *t,
                       const struct vrrp_keepalived_record *group) {
  struct vrrp_keepalived_value value =
      value_of(t, VRRP_KEEPALIVED_KIND_SYNC_GROUP, group,
               vrrp_keepalived_number(t, group, "state"));
  vrrp_keepalived_note_number(&value, "runs_script", runs_script(t, group));
  if (!vrrp_keepalived_has(t, group, "tracking_weight"))
    vrrp_keepalived_note_number(&value, "tracking_weight", 0);
  t->emit(t->context, &value);
}

// Members stand in sync groups and in static track groups, which the MIB has not.
static void tell_member(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *member) {
  const struct vrrp_keepalived_record *group = parent_of(t, member);
  if (group == NULL)
    return;
  const char *name = vrrp_keepalived_string(t, member, "name");
  const struct vrrp_keepalived_record *instance =
      vrrp_keepalived_text_named(t->text, VRRP_KEEPALIVED_INSTANCE, name);
  char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  snprintf(text, sizeof(text), "%.100s.%u", vrrp_keepalived_string(t, group, "name"),
           member->place);
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_MEMBER, text,
      instance != NULL ? vrrp_keepalived_number(t, instance, "state") : NAN);
  vrrp_keepalived_note_number(&value, "group", group->place);
  vrrp_keepalived_note_text(&value, "group_name",
                            vrrp_keepalived_string(t, group, "name"));
  vrrp_keepalived_note_number(&value, "index", member->place);
  vrrp_keepalived_note_text(&value, "name", name);
  t->emit(t->context, &value);
}

// --- the dump -------------------------------------------------------------

void vrrp_keepalived_tell_vrrp(const struct vrrp_keepalived_text *text,
                               const struct vrrp_keepalived_beside *beside,
                               vrrp_keepalived_emit *emit, void *context) {
  static vrrp_keepalived_tell_record *const TELL[VRRP_KEEPALIVED_RECORD_KINDS] = {
      [VRRP_KEEPALIVED_GLOBAL] = tell_global,
      [VRRP_KEEPALIVED_EMAIL] = tell_email,
      [VRRP_KEEPALIVED_STATIC_ADDRESS] = tell_static,
      [VRRP_KEEPALIVED_STATIC_ROUTE] = tell_static,
      [VRRP_KEEPALIVED_STATIC_RULE] = tell_static,
      [VRRP_KEEPALIVED_INSTANCE] = tell_instance,
      [VRRP_KEEPALIVED_SYNC_GROUP] = tell_group,
      [VRRP_KEEPALIVED_MEMBER] = tell_member,
      [VRRP_KEEPALIVED_TRACKS_INTERFACE] = tell_tracked,
      [VRRP_KEEPALIVED_TRACKS_SCRIPT] = tell_tracked,
      [VRRP_KEEPALIVED_TRACKS_FILE] = tell_tracked,
      [VRRP_KEEPALIVED_TRACKS_PROCESS] = tell_tracked,
      [VRRP_KEEPALIVED_TRACKS_BFD] = tell_tracked,
      [VRRP_KEEPALIVED_TRACK_SCRIPT] = tell_script,
      [VRRP_KEEPALIVED_TRACK_FILE] = tell_file,
      [VRRP_KEEPALIVED_TRACK_PROCESS] = tell_process,
      [VRRP_KEEPALIVED_TRACK_BFD] = tell_bfd,
  };
  struct vrrp_keepalived_teller t = {
      .text = text, .beside = beside, .emit = emit, .context = context};
  for (size_t i = 0; i < text->record_count; i++)
    if (text->records[i].kind == VRRP_KEEPALIVED_GLOBAL)
      t.global = &text->records[i];
  vrrp_keepalived_tell_records(&t, TELL);
}
