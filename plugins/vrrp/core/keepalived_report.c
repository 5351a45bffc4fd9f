// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#include "core/keepalived_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const SETTINGS[] = {
    [VRRP_KEEPALIVED_VRID] = "vrid",
    [VRRP_KEEPALIVED_VERSION] = "version",
    [VRRP_KEEPALIVED_STATE] = "state",
    [VRRP_KEEPALIVED_WANTED_STATE] = "wanted_state",
    [VRRP_KEEPALIVED_BASE_PRIORITY] = "base_priority",
    [VRRP_KEEPALIVED_EFFECTIVE_PRIORITY] = "effective_priority",
    [VRRP_KEEPALIVED_MASTER_PRIORITY] = "master_priority",
    [VRRP_KEEPALIVED_LAST_TRANSITION] = "last_transition",
    [VRRP_KEEPALIVED_ADVERT_INTERVAL] = "advert_interval",
    [VRRP_KEEPALIVED_MASTER_ADVERT_INTERVAL] = "master_advert_interval",
    [VRRP_KEEPALIVED_NO_PREEMPT] = "no_preempt",
    [VRRP_KEEPALIVED_PREEMPT_DELAY] = "preempt_delay",
    [VRRP_KEEPALIVED_ACCEPT] = "accept",
    [VRRP_KEEPALIVED_AUTH_TYPE] = "auth_type",
    [VRRP_KEEPALIVED_VIPS_SET] = "vips_set",
    [VRRP_KEEPALIVED_DONT_TRACK_PRIMARY] = "dont_track_primary",
    [VRRP_KEEPALIVED_SKIP_CHECK_ADVERT_ADDRESS] = "skip_check_advert_address",
    [VRRP_KEEPALIVED_STRICT_MODE] = "strict_mode",
    [VRRP_KEEPALIVED_PROMOTE_SECONDARIES] = "promote_secondaries",
    [VRRP_KEEPALIVED_SMTP_ALERT] = "smtp_alert",
    [VRRP_KEEPALIVED_NOTIFY_DELETED] = "notify_deleted",
    [VRRP_KEEPALIVED_GARP_DELAY] = "garp_delay",
    [VRRP_KEEPALIVED_GARP_REFRESH] = "garp_refresh",
    [VRRP_KEEPALIVED_GARP_REPEAT] = "garp_repeat",
    [VRRP_KEEPALIVED_GARP_REFRESH_REPEAT] = "garp_refresh_repeat",
    [VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_DELAY] = "garp_lower_priority_delay",
    [VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_REPEAT] = "garp_lower_priority_repeat",
    [VRRP_KEEPALIVED_LOWER_PRIORITY_NO_ADVERT] = "lower_priority_no_advert",
    [VRRP_KEEPALIVED_HIGHER_PRIORITY_SEND_ADVERT] = "higher_priority_send_advert",
};

static const char *const COUNTERS[] = {
    [VRRP_KEEPALIVED_ADVERTS_RECEIVED] = "adverts_received",
    [VRRP_KEEPALIVED_ADVERTS_SENT] = "adverts_sent",
    [VRRP_KEEPALIVED_BECAME_MASTER] = "became_master",
    [VRRP_KEEPALIVED_RELEASED_MASTER] = "released_master",
    [VRRP_KEEPALIVED_PACKET_LENGTH_ERRORS] = "packet_length",
    [VRRP_KEEPALIVED_INTERVAL_ERRORS] = "interval",
    [VRRP_KEEPALIVED_TTL_ERRORS] = "ttl",
    [VRRP_KEEPALIVED_INVALID_TYPE] = "type",
    [VRRP_KEEPALIVED_ADDRESS_LIST_ERRORS] = "address_list",
    [VRRP_KEEPALIVED_INVALID_AUTH_TYPE] = "auth_type_invalid",
    [VRRP_KEEPALIVED_AUTH_TYPE_MISMATCH] = "auth_type_mismatch",
    [VRRP_KEEPALIVED_AUTH_FAILURES] = "auth_failure",
    [VRRP_KEEPALIVED_PRIORITY_ZERO_RECEIVED] = "priority_zero_received",
    [VRRP_KEEPALIVED_PRIORITY_ZERO_SENT] = "priority_zero_sent",
    [VRRP_KEEPALIVED_AUTH_EXT_MISSING] = "auth_ext_missing",
    [VRRP_KEEPALIVED_AUTH_EXT_MALFORMED] = "auth_ext_malformed",
    [VRRP_KEEPALIVED_AUTH_EXT_UNKNOWN_KEY] = "auth_ext_unknown_key",
    [VRRP_KEEPALIVED_AUTH_EXT_INVALID_HMAC] = "auth_ext_invalid_hmac",
    [VRRP_KEEPALIVED_AUTH_EXT_STALE] = "auth_ext_stale",
    [VRRP_KEEPALIVED_AUTH_EXT_REPLAY] = "auth_ext_replay",
};

static const char *const SCRIPTS[] = {
    [VRRP_KEEPALIVED_SCRIPT_BACKUP] = "script_backup",
    [VRRP_KEEPALIVED_SCRIPT_MASTER] = "script_master",
    [VRRP_KEEPALIVED_SCRIPT_FAULT] = "script_fault",
    [VRRP_KEEPALIVED_SCRIPT_STOP] = "script_stop",
    [VRRP_KEEPALIVED_SCRIPT_DELETED] = "script_deleted",
    [VRRP_KEEPALIVED_SCRIPT_ANY] = "script",
    [VRRP_KEEPALIVED_SCRIPT_MASTER_LOWER_PRIORITY] = "script_master_lower_priority",
};

static const char *const TRACKED_KINDS[] = {
    [VRRP_KEEPALIVED_TRACKED_INTERFACES] = "interface",
    [VRRP_KEEPALIVED_TRACKED_SCRIPTS] = "script",
    [VRRP_KEEPALIVED_TRACKED_PROCESSES] = "process",
};

static const char *const PROCESS_NUMBERS[] = {
    [VRRP_KEEPALIVED_PROCESS_MIN] = "min",
    [VRRP_KEEPALIVED_PROCESS_MAX] = "max",
    [VRRP_KEEPALIVED_PROCESS_CURRENT] = "current",
    [VRRP_KEEPALIVED_PROCESS_QUORUM] = "quorum",
    [VRRP_KEEPALIVED_PROCESS_WEIGHT] = "weight",
    [VRRP_KEEPALIVED_PROCESS_TERMINATE_DELAY] = "terminate_delay",
    [VRRP_KEEPALIVED_PROCESS_FORK_DELAY] = "fork_delay",
    [VRRP_KEEPALIVED_PROCESS_FULL_COMMAND] = "full_command",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
_Static_assert(COUNT(SETTINGS) == VRRP_KEEPALIVED_SETTINGS, "a name for each setting");
_Static_assert(COUNT(COUNTERS) == VRRP_KEEPALIVED_COUNTERS, "a name for each counter");
_Static_assert(COUNT(SCRIPTS) == VRRP_KEEPALIVED_SCRIPTS, "a name for each script");
_Static_assert(COUNT(TRACKED_KINDS) == VRRP_KEEPALIVED_NAME_LISTS,
               "a name for each kind");
_Static_assert(COUNT(PROCESS_NUMBERS) == VRRP_KEEPALIVED_PROCESS_NUMBERS,
               "a name for each");

// Who is told, and the place in the dump of the instance that is reported.
struct reporter {
  vrrp_keepalived_emit *emit;
  void *context;
  const struct vrrp_keepalived_instance *instance;
  size_t position;
};

// --- notes ----------------------------------------------------------------

static void note_number(struct vrrp_keepalived_value *value, const char *key,
                        double number) {
  if (!isnan(number) && value->n_notes < VRRP_KEEPALIVED_NOTES_MAX)
    value->notes[value->n_notes++] =
        (struct vrrp_keepalived_note){.key = key, .number = number};
}

static void note_text(struct vrrp_keepalived_value *value, const char *key,
                      const char *text) {
  if (text != NULL && text[0] != '\0' && value->n_notes < VRRP_KEEPALIVED_NOTES_MAX)
    value->notes[value->n_notes++] =
        (struct vrrp_keepalived_note){.key = key, .text = text};
}

static void note_facts(struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_item *item) {
  for (size_t i = 0; i < item->n_facts; i++) {
    const struct vrrp_keepalived_fact *fact = &item->facts[i];
    if (fact->is_text)
      note_text(value, fact->key, fact->text);
    else
      note_number(value, fact->key, (double)fact->number);
  }
}

static struct vrrp_keepalived_value value_of(const struct reporter *r, const char *type,
                                             const char *type_instance, double gauge) {
  struct vrrp_keepalived_value value = {
      .instance = r->instance, .type = type, .gauge = gauge};
  snprintf(value.type_instance, sizeof(value.type_instance), "%s", type_instance);
  if (r->instance == NULL)
    return value;
  note_number(&value, "position", (double)r->position);
  note_text(&value, "name", r->instance->name);
  return value;
}

// --- an instance ----------------------------------------------------------

// The interval as VRRP's packets and MIBs count it: seconds in version 2,
// centiseconds in version 3.
static double advertised_interval(const struct vrrp_keepalived_instance *instance) {
  double interval = instance->setting[VRRP_KEEPALIVED_ADVERT_INTERVAL];
  bool in_centiseconds = instance->setting[VRRP_KEEPALIVED_VERSION] == 3;
  if (isnan(interval))
    return NAN;
  return (double)(int64_t)(in_centiseconds ? interval * 100 + 0.5 : interval);
}

static void note_instance(struct vrrp_keepalived_value *value,
                          const struct vrrp_keepalived_instance *instance) {
  bool runs_script = false;
  note_text(value, "interface", instance->ifname);
  note_text(value, "base_interface", instance->base_ifname);
  note_number(value, "advertised_interval", advertised_interval(instance));
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    note_number(value, SETTINGS[i], instance->setting[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++) {
    note_text(value, SCRIPTS[i], instance->script[i]);
    runs_script |= instance->script[i] != NULL;
  }
  note_number(value, "runs_script", runs_script);
}

static void report_states(const struct reporter *r) {
  static const struct {
    const char *type, *type_instance;
    enum vrrp_keepalived_setting setting;
  } VALUES[] = {
      {"keepalived_state", "current", VRRP_KEEPALIVED_STATE},
      {"keepalived_state", "wanted", VRRP_KEEPALIVED_WANTED_STATE},
      {"vrrp_priority", "base", VRRP_KEEPALIVED_BASE_PRIORITY},
      {"vrrp_priority", "effective", VRRP_KEEPALIVED_EFFECTIVE_PRIORITY},
  };
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    struct vrrp_keepalived_value value =
        value_of(r, VALUES[i].type, VALUES[i].type_instance,
                 r->instance->setting[VALUES[i].setting]);
    if (i == 0)
      note_instance(&value, r->instance);
    r->emit(r->context, &value);
  }
}

static void report_counters(const struct reporter *r) {
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++) {
    struct vrrp_keepalived_value value =
        value_of(r, "keepalived_counter", COUNTERS[i], 0);
    value.is_counter = true;
    value.counter = r->instance->counter[i];
    if (value.counter >= 0)
      r->emit(r->context, &value);
  }
}

// --- items ----------------------------------------------------------------

// The virtual addresses and, numbered after them, those not advertised.
static void report_addresses(const struct reporter *r) {
  size_t index = 0;
  for (int kind = VRRP_KEEPALIVED_VIPS; kind <= VRRP_KEEPALIVED_EXCLUDED_VIPS; kind++) {
    const struct vrrp_keepalived_items *items = &r->instance->items[kind];
    for (size_t i = 0; i < items->n; i++) {
      const struct vrrp_keepalived_item *item = &items->item[i];
      struct vrrp_keepalived_value value =
          value_of(r, "keepalived_address", vrrp_keepalived_item_text(item, "address"),
                   (double)vrrp_keepalived_item_number(item, "set", 0));
      note_number(&value, "index", (double)++index);
      note_number(&value, "advertised", kind == VRRP_KEEPALIVED_VIPS);
      note_facts(&value, item);
      if (item->n_facts > 0)
        r->emit(r->context, &value);
    }
  }
}

static void report_hops(const struct reporter *r,
                        const struct vrrp_keepalived_item *route, size_t route_index) {
  for (size_t i = 0; i < route->n_hops; i++) {
    char place[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu.%zu", route_index, i + 1);
    struct vrrp_keepalived_value value = value_of(r, "keepalived_next_hop", place, 1);
    note_number(&value, "route_index", (double)route_index);
    note_number(&value, "index", (double)(i + 1));
    note_facts(&value, &route->hops[i]);
    r->emit(r->context, &value);
  }
}

// What the MIB wants of a route beside its facts.
static void note_route(struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_item *route) {
  if (route->n_hops == 1)
    note_text(value, "second_gateway",
              vrrp_keepalived_item_text(&route->hops[0], "gateway"));
}

// What the MIB wants of a rule beside its facts: which one of its addresses it
// would have shown when it had room for one.
static void note_rule(struct vrrp_keepalived_value *value,
                      const struct vrrp_keepalived_item *rule) {
  bool from = vrrp_keepalived_item_fact(rule, "from") != NULL;
  bool to = vrrp_keepalived_item_fact(rule, "to") != NULL;
  int64_t tunnel = vrrp_keepalived_item_number(rule, "tunnel_id", -1);
  note_text(value, "direction", from && to ? "both" : to ? "to" : from ? "from" : NULL);
  note_text(value, "address", vrrp_keepalived_item_text(rule, to ? "to" : "from"));
  if (from || to)
    note_number(
        value, "prefix",
        (double)vrrp_keepalived_item_number(rule, to ? "to_prefix" : "from_prefix", 0));
  note_number(value, "inverted", (double)vrrp_keepalived_item_number(rule, "invert", 0));
  if (tunnel >= 0) {
    note_number(value, "tunnel_id_high", (double)(tunnel >> 32));
    note_number(value, "tunnel_id_low", (double)(tunnel & UINT32_MAX));
  }
}

static void report_lines(const struct reporter *r, int kind, const char *type) {
  const struct vrrp_keepalived_items *items = &r->instance->items[kind];
  for (size_t i = 0; i < items->n; i++) {
    char place[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu", i + 1);
    struct vrrp_keepalived_value value = value_of(r, type, place, 1);
    note_number(&value, "index", (double)(i + 1));
    note_facts(&value, &items->item[i]);
    value.item = &items->item[i];
    if (kind == VRRP_KEEPALIVED_ROUTES)
      note_route(&value, &items->item[i]);
    else
      note_rule(&value, &items->item[i]);
    r->emit(r->context, &value);
    report_hops(r, &items->item[i], i + 1);
  }
}

static void report_tracked(const struct reporter *r) {
  for (int kind = 0; kind < VRRP_KEEPALIVED_NAME_LISTS; kind++) {
    const struct vrrp_keepalived_names *names = &r->instance->names[kind];
    for (size_t i = 0; i < names->n; i++) {
      char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
      snprintf(text, sizeof(text), "%s-%.100s", TRACKED_KINDS[kind], names->name[i]);
      struct vrrp_keepalived_value value = value_of(r, "keepalived_tracked", text, 1);
      note_number(&value, "index", (double)(i + 1));
      note_text(&value, "kind", TRACKED_KINDS[kind]);
      note_text(&value, "tracked", names->name[i]);
      if (kind == VRRP_KEEPALIVED_TRACKED_INTERFACES)
        note_text(&value, "ifname", names->name[i]);
      r->emit(r->context, &value);
    }
  }
}

// --- the state ------------------------------------------------------------

static void report_process(const struct reporter *r,
                           const struct vrrp_keepalived_process *process) {
  if (process->name == NULL)
    return;
  struct vrrp_keepalived_value value =
      value_of(r, "keepalived_process", process->name,
               process->number[VRRP_KEEPALIVED_PROCESS_CURRENT]);
  note_number(&value, "position", (double)r->position);
  note_text(&value, "name", process->name);
  note_text(&value, "parameters", process->parameters);
  note_text(&value, "match", process->match);
  for (int i = 0; i < VRRP_KEEPALIVED_PROCESS_NUMBERS; i++)
    note_number(&value, PROCESS_NUMBERS[i], process->number[i]);
  note_number(&value, "terminate_delay_us",
              process->number[VRRP_KEEPALIVED_PROCESS_TERMINATE_DELAY] * 1e6);
  note_number(&value, "fork_delay_us",
              process->number[VRRP_KEEPALIVED_PROCESS_FORK_DELAY] * 1e6);
  r->emit(r->context, &value);
}

void vrrp_keepalived_tell(const struct vrrp_keepalived_state *state,
                          vrrp_keepalived_emit *emit, void *context) {
  struct reporter r = {.emit = emit, .context = context};
  for (size_t i = 0; i < state->n_instances; i++) {
    r.instance = &state->instances[i];
    r.position = r.instance->position;
    report_states(&r);
    report_counters(&r);
    report_addresses(&r);
    report_lines(&r, VRRP_KEEPALIVED_ROUTES, "keepalived_route");
    report_lines(&r, VRRP_KEEPALIVED_RULES, "keepalived_rule");
    report_tracked(&r);
  }
  r.instance = NULL;
  for (size_t i = 0; i < state->n_processes; i++) {
    r.position = i + 1;
    report_process(&r, &state->processes[i]);
  }
}

const char *vrrp_keepalived_counter_name(enum vrrp_keepalived_counter counter) {
  return COUNTERS[counter];
}
