// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#include "core/keepalived_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const SETTINGS[] = {
    [KEEPALIVED_VRID] = "vrid",
    [KEEPALIVED_VERSION] = "version",
    [KEEPALIVED_STATE] = "state",
    [KEEPALIVED_WANTED_STATE] = "wanted_state",
    [KEEPALIVED_BASE_PRIORITY] = "base_priority",
    [KEEPALIVED_EFFECTIVE_PRIORITY] = "effective_priority",
    [KEEPALIVED_MASTER_PRIORITY] = "master_priority",
    [KEEPALIVED_LAST_TRANSITION] = "last_transition",
    [KEEPALIVED_ADVERT_INTERVAL] = "advert_interval",
    [KEEPALIVED_MASTER_ADVERT_INTERVAL] = "master_advert_interval",
    [KEEPALIVED_NO_PREEMPT] = "no_preempt",
    [KEEPALIVED_PREEMPT_DELAY] = "preempt_delay",
    [KEEPALIVED_ACCEPT] = "accept",
    [KEEPALIVED_AUTH_TYPE] = "auth_type",
    [KEEPALIVED_VIPS_SET] = "vips_set",
    [KEEPALIVED_DONT_TRACK_PRIMARY] = "dont_track_primary",
    [KEEPALIVED_SKIP_CHECK_ADVERT_ADDRESS] = "skip_check_advert_address",
    [KEEPALIVED_STRICT_MODE] = "strict_mode",
    [KEEPALIVED_PROMOTE_SECONDARIES] = "promote_secondaries",
    [KEEPALIVED_SMTP_ALERT] = "smtp_alert",
    [KEEPALIVED_NOTIFY_DELETED] = "notify_deleted",
    [KEEPALIVED_GARP_DELAY] = "garp_delay",
    [KEEPALIVED_GARP_REFRESH] = "garp_refresh",
    [KEEPALIVED_GARP_REPEAT] = "garp_repeat",
    [KEEPALIVED_GARP_REFRESH_REPEAT] = "garp_refresh_repeat",
    [KEEPALIVED_GARP_LOWER_PRIORITY_DELAY] = "garp_lower_priority_delay",
    [KEEPALIVED_GARP_LOWER_PRIORITY_REPEAT] = "garp_lower_priority_repeat",
    [KEEPALIVED_LOWER_PRIORITY_NO_ADVERT] = "lower_priority_no_advert",
    [KEEPALIVED_HIGHER_PRIORITY_SEND_ADVERT] = "higher_priority_send_advert",
};

static const char *const COUNTERS[] = {
    [KEEPALIVED_ADVERTS_RECEIVED] = "adverts_received",
    [KEEPALIVED_ADVERTS_SENT] = "adverts_sent",
    [KEEPALIVED_BECAME_MASTER] = "became_master",
    [KEEPALIVED_RELEASED_MASTER] = "released_master",
    [KEEPALIVED_PACKET_LENGTH_ERRORS] = "packet_length",
    [KEEPALIVED_INTERVAL_ERRORS] = "interval",
    [KEEPALIVED_TTL_ERRORS] = "ttl",
    [KEEPALIVED_INVALID_TYPE] = "type",
    [KEEPALIVED_ADDRESS_LIST_ERRORS] = "address_list",
    [KEEPALIVED_INVALID_AUTH_TYPE] = "auth_type_invalid",
    [KEEPALIVED_AUTH_TYPE_MISMATCH] = "auth_type_mismatch",
    [KEEPALIVED_AUTH_FAILURES] = "auth_failure",
    [KEEPALIVED_PRIORITY_ZERO_RECEIVED] = "priority_zero_received",
    [KEEPALIVED_PRIORITY_ZERO_SENT] = "priority_zero_sent",
    [KEEPALIVED_AUTH_EXT_MISSING] = "auth_ext_missing",
    [KEEPALIVED_AUTH_EXT_MALFORMED] = "auth_ext_malformed",
    [KEEPALIVED_AUTH_EXT_UNKNOWN_KEY] = "auth_ext_unknown_key",
    [KEEPALIVED_AUTH_EXT_INVALID_HMAC] = "auth_ext_invalid_hmac",
    [KEEPALIVED_AUTH_EXT_STALE] = "auth_ext_stale",
    [KEEPALIVED_AUTH_EXT_REPLAY] = "auth_ext_replay",
};

static const char *const SCRIPTS[] = {
    [KEEPALIVED_SCRIPT_BACKUP] = "script_backup",
    [KEEPALIVED_SCRIPT_MASTER] = "script_master",
    [KEEPALIVED_SCRIPT_FAULT] = "script_fault",
    [KEEPALIVED_SCRIPT_STOP] = "script_stop",
    [KEEPALIVED_SCRIPT_DELETED] = "script_deleted",
    [KEEPALIVED_SCRIPT_ANY] = "script",
    [KEEPALIVED_SCRIPT_MASTER_LOWER_PRIORITY] = "script_master_lower_priority",
};

static const char *const TRACKED_KINDS[] = {
    [KEEPALIVED_TRACKED_INTERFACES] = "interface",
    [KEEPALIVED_TRACKED_SCRIPTS] = "script",
    [KEEPALIVED_TRACKED_PROCESSES] = "process",
};

static const char *const PROCESS_NUMBERS[] = {
    [KEEPALIVED_PROCESS_MIN] = "min",
    [KEEPALIVED_PROCESS_MAX] = "max",
    [KEEPALIVED_PROCESS_CURRENT] = "current",
    [KEEPALIVED_PROCESS_QUORUM] = "quorum",
    [KEEPALIVED_PROCESS_WEIGHT] = "weight",
    [KEEPALIVED_PROCESS_TERMINATE_DELAY] = "terminate_delay",
    [KEEPALIVED_PROCESS_FORK_DELAY] = "fork_delay",
    [KEEPALIVED_PROCESS_FULL_COMMAND] = "full_command",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
_Static_assert(COUNT(SETTINGS) == KEEPALIVED_SETTINGS, "a name for each setting");
_Static_assert(COUNT(COUNTERS) == KEEPALIVED_COUNTERS, "a name for each counter");
_Static_assert(COUNT(SCRIPTS) == KEEPALIVED_SCRIPTS, "a name for each script");
_Static_assert(COUNT(TRACKED_KINDS) == KEEPALIVED_NAME_LISTS, "a name for each kind");
_Static_assert(COUNT(PROCESS_NUMBERS) == KEEPALIVED_PROCESS_NUMBERS, "a name for each");

// Who is told, and the place in the dump of the instance that is reported.
struct reporter {
  keepalived_emit *emit;
  void *context;
  const struct keepalived_instance *instance;
  size_t position;
};

// --- notes ----------------------------------------------------------------

static void note_number(struct keepalived_value *value, const char *key, double number) {
  if (!isnan(number) && value->n_notes < KEEPALIVED_NOTES_MAX)
    value->notes[value->n_notes++] =
        (struct keepalived_note){.key = key, .number = number};
}

static void note_text(struct keepalived_value *value, const char *key, const char *text) {
  if (text != NULL && text[0] != '\0' && value->n_notes < KEEPALIVED_NOTES_MAX)
    value->notes[value->n_notes++] = (struct keepalived_note){.key = key, .text = text};
}

static void note_facts(struct keepalived_value *value,
                       const struct keepalived_item *item) {
  for (size_t i = 0; i < item->n_facts; i++) {
    const struct keepalived_fact *fact = &item->facts[i];
    if (fact->is_text)
      note_text(value, fact->key, fact->text);
    else
      note_number(value, fact->key, (double)fact->number);
  }
}

static struct keepalived_value value_of(const struct reporter *r, const char *type,
                                        const char *type_instance, double gauge) {
  struct keepalived_value value = {.instance = r->instance, .type = type, .gauge = gauge};
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
static double advertised_interval(const struct keepalived_instance *instance) {
  double interval = instance->setting[KEEPALIVED_ADVERT_INTERVAL];
  bool in_centiseconds = instance->setting[KEEPALIVED_VERSION] == 3;
  if (isnan(interval))
    return NAN;
  return (double)(int64_t)(in_centiseconds ? interval * 100 + 0.5 : interval);
}

static void note_instance(struct keepalived_value *value,
                          const struct keepalived_instance *instance) {
  bool runs_script = false;
  note_text(value, "interface", instance->ifname);
  note_text(value, "base_interface", instance->base_ifname);
  note_number(value, "advertised_interval", advertised_interval(instance));
  for (int i = 0; i < KEEPALIVED_SETTINGS; i++)
    note_number(value, SETTINGS[i], instance->setting[i]);
  for (int i = 0; i < KEEPALIVED_SCRIPTS; i++) {
    note_text(value, SCRIPTS[i], instance->script[i]);
    runs_script |= instance->script[i] != NULL;
  }
  note_number(value, "runs_script", runs_script);
}

static void report_states(const struct reporter *r) {
  static const struct {
    const char *type, *type_instance;
    enum keepalived_setting setting;
  } VALUES[] = {
      {"keepalived_state", "current", KEEPALIVED_STATE},
      {"keepalived_state", "wanted", KEEPALIVED_WANTED_STATE},
      {"vrrp_priority", "base", KEEPALIVED_BASE_PRIORITY},
      {"vrrp_priority", "effective", KEEPALIVED_EFFECTIVE_PRIORITY},
  };
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    struct keepalived_value value = value_of(r, VALUES[i].type, VALUES[i].type_instance,
                                             r->instance->setting[VALUES[i].setting]);
    if (i == 0)
      note_instance(&value, r->instance);
    r->emit(r->context, &value);
  }
}

static void report_counters(const struct reporter *r) {
  for (int i = 0; i < KEEPALIVED_COUNTERS; i++) {
    struct keepalived_value value = value_of(r, "keepalived_counter", COUNTERS[i], 0);
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
  for (int kind = KEEPALIVED_VIPS; kind <= KEEPALIVED_EXCLUDED_VIPS; kind++) {
    const struct keepalived_items *items = &r->instance->items[kind];
    for (size_t i = 0; i < items->n; i++) {
      const struct keepalived_item *item = &items->item[i];
      struct keepalived_value value =
          value_of(r, "keepalived_address", keepalived_item_text(item, "address"),
                   (double)keepalived_item_number(item, "set", 0));
      note_number(&value, "index", (double)++index);
      note_number(&value, "advertised", kind == KEEPALIVED_VIPS);
      note_facts(&value, item);
      if (item->n_facts > 0)
        r->emit(r->context, &value);
    }
  }
}

static void report_hops(const struct reporter *r, const struct keepalived_item *route,
                        size_t route_index) {
  for (size_t i = 0; i < route->n_hops; i++) {
    char place[KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu.%zu", route_index, i + 1);
    struct keepalived_value value = value_of(r, "keepalived_next_hop", place, 1);
    note_number(&value, "route_index", (double)route_index);
    note_number(&value, "index", (double)(i + 1));
    note_facts(&value, &route->hops[i]);
    r->emit(r->context, &value);
  }
}

// What the MIB wants of a route beside its facts.
static void note_route(struct keepalived_value *value,
                       const struct keepalived_item *route) {
  if (route->n_hops == 1)
    note_text(value, "second_gateway", keepalived_item_text(&route->hops[0], "gateway"));
}

// What the MIB wants of a rule beside its facts: which one of its addresses it
// would have shown when it had room for one.
static void note_rule(struct keepalived_value *value,
                      const struct keepalived_item *rule) {
  bool from = keepalived_item_fact(rule, "from") != NULL;
  bool to = keepalived_item_fact(rule, "to") != NULL;
  int64_t tunnel = keepalived_item_number(rule, "tunnel_id", -1);
  note_text(value, "direction", from && to ? "both" : to ? "to" : from ? "from" : NULL);
  note_text(value, "address", keepalived_item_text(rule, to ? "to" : "from"));
  if (from || to)
    note_number(
        value, "prefix",
        (double)keepalived_item_number(rule, to ? "to_prefix" : "from_prefix", 0));
  note_number(value, "inverted", (double)keepalived_item_number(rule, "invert", 0));
  if (tunnel >= 0) {
    note_number(value, "tunnel_id_high", (double)(tunnel >> 32));
    note_number(value, "tunnel_id_low", (double)(tunnel & UINT32_MAX));
  }
}

static void report_lines(const struct reporter *r, int kind, const char *type) {
  const struct keepalived_items *items = &r->instance->items[kind];
  for (size_t i = 0; i < items->n; i++) {
    char place[KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu", i + 1);
    struct keepalived_value value = value_of(r, type, place, 1);
    note_number(&value, "index", (double)(i + 1));
    note_facts(&value, &items->item[i]);
    value.item = &items->item[i];
    if (kind == KEEPALIVED_ROUTES)
      note_route(&value, &items->item[i]);
    else
      note_rule(&value, &items->item[i]);
    r->emit(r->context, &value);
    report_hops(r, &items->item[i], i + 1);
  }
}

static void report_tracked(const struct reporter *r) {
  for (int kind = 0; kind < KEEPALIVED_NAME_LISTS; kind++) {
    const struct keepalived_names *names = &r->instance->names[kind];
    for (size_t i = 0; i < names->n; i++) {
      char text[KEEPALIVED_TYPE_INSTANCE_SIZE];
      snprintf(text, sizeof(text), "%s-%.100s", TRACKED_KINDS[kind], names->name[i]);
      struct keepalived_value value = value_of(r, "keepalived_tracked", text, 1);
      note_number(&value, "index", (double)(i + 1));
      note_text(&value, "kind", TRACKED_KINDS[kind]);
      note_text(&value, "tracked", names->name[i]);
      if (kind == KEEPALIVED_TRACKED_INTERFACES)
        note_text(&value, "ifname", names->name[i]);
      r->emit(r->context, &value);
    }
  }
}

// --- the state ------------------------------------------------------------

static void report_process(const struct reporter *r,
                           const struct keepalived_process *process) {
  if (process->name == NULL)
    return;
  struct keepalived_value value = value_of(r, "keepalived_process", process->name,
                                           process->number[KEEPALIVED_PROCESS_CURRENT]);
  note_number(&value, "position", (double)r->position);
  note_text(&value, "name", process->name);
  note_text(&value, "parameters", process->parameters);
  note_text(&value, "match", process->match);
  for (int i = 0; i < KEEPALIVED_PROCESS_NUMBERS; i++)
    note_number(&value, PROCESS_NUMBERS[i], process->number[i]);
  note_number(&value, "terminate_delay_us",
              process->number[KEEPALIVED_PROCESS_TERMINATE_DELAY] * 1e6);
  note_number(&value, "fork_delay_us",
              process->number[KEEPALIVED_PROCESS_FORK_DELAY] * 1e6);
  r->emit(r->context, &value);
}

void keepalived_report(const struct keepalived_state *state, keepalived_emit *emit,
                       void *context) {
  struct reporter r = {.emit = emit, .context = context};
  for (size_t i = 0; i < state->n_instances; i++) {
    r.instance = &state->instances[i];
    r.position = r.instance->position;
    report_states(&r);
    report_counters(&r);
    report_addresses(&r);
    report_lines(&r, KEEPALIVED_ROUTES, "keepalived_route");
    report_lines(&r, KEEPALIVED_RULES, "keepalived_rule");
    report_tracked(&r);
  }
  r.instance = NULL;
  for (size_t i = 0; i < state->n_processes; i++) {
    r.position = i + 1;
    report_process(&r, &state->processes[i]);
  }
}

const char *keepalived_counter_name(enum keepalived_counter counter) {
  return COUNTERS[counter];
}
