// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#include "core/keepalived_report.h"

#include "core/keepalived_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const TYPES[] = {
    [VRRP_KEEPALIVED_KIND_STATE] = "keepalived_state",
    [VRRP_KEEPALIVED_KIND_WANTED_STATE] = "keepalived_state",
    [VRRP_KEEPALIVED_KIND_BASE_PRIORITY] = "vrrp_priority",
    [VRRP_KEEPALIVED_KIND_EFFECTIVE_PRIORITY] = "vrrp_priority",
    [VRRP_KEEPALIVED_KIND_COUNTER] = "keepalived_counter",
    [VRRP_KEEPALIVED_KIND_ADDRESS] = "keepalived_address",
    [VRRP_KEEPALIVED_KIND_ROUTE] = "keepalived_route",
    [VRRP_KEEPALIVED_KIND_NEXT_HOP] = "keepalived_next_hop",
    [VRRP_KEEPALIVED_KIND_RULE] = "keepalived_rule",
    [VRRP_KEEPALIVED_KIND_TRACKED] = "keepalived_tracked",
    [VRRP_KEEPALIVED_KIND_PROCESS] = "keepalived_process",
    [VRRP_KEEPALIVED_KIND_UP] = "keepalived_up",
};
_Static_assert(COUNT(TYPES) == VRRP_KEEPALIVED_KINDS, "a type for each kind");

const char *vrrp_keepalived_type(enum vrrp_keepalived_kind kind) {
  return TYPES[kind];
}

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

static struct vrrp_keepalived_value value_of(const struct reporter *r,
                                             enum vrrp_keepalived_kind kind,
                                             const char *type_instance, double gauge) {
  struct vrrp_keepalived_value value = {
      .instance = r->instance, .kind = kind, .gauge = gauge};
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
    note_number(value, VRRP_KEEPALIVED_SETTING[i].name, instance->setting[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++) {
    note_text(value, VRRP_KEEPALIVED_SCRIPT[i].name, instance->script[i]);
    runs_script |= instance->script[i] != NULL;
  }
  note_number(value, "runs_script", runs_script);
}

static void report_states(const struct reporter *r) {
  static const struct {
    enum vrrp_keepalived_kind kind;
    const char *type_instance;
    enum vrrp_keepalived_setting setting;
  } VALUES[] = {
      {VRRP_KEEPALIVED_KIND_STATE, "current", VRRP_KEEPALIVED_STATE},
      {VRRP_KEEPALIVED_KIND_WANTED_STATE, "wanted", VRRP_KEEPALIVED_WANTED_STATE},
      {VRRP_KEEPALIVED_KIND_BASE_PRIORITY, "base", VRRP_KEEPALIVED_BASE_PRIORITY},
      {VRRP_KEEPALIVED_KIND_EFFECTIVE_PRIORITY, "effective",
       VRRP_KEEPALIVED_EFFECTIVE_PRIORITY},
  };
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    struct vrrp_keepalived_value value =
        value_of(r, VALUES[i].kind, VALUES[i].type_instance,
                 r->instance->setting[VALUES[i].setting]);
    if (i == 0)
      note_instance(&value, r->instance);
    r->emit(r->context, &value);
  }
}

static void report_counters(const struct reporter *r) {
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++) {
    struct vrrp_keepalived_value value =
        value_of(r, VRRP_KEEPALIVED_KIND_COUNTER, VRRP_KEEPALIVED_COUNTER[i].name, 0);
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
      struct vrrp_keepalived_value value = value_of(
          r, VRRP_KEEPALIVED_KIND_ADDRESS, vrrp_keepalived_item_text(item, "address"),
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
    struct vrrp_keepalived_value value =
        value_of(r, VRRP_KEEPALIVED_KIND_NEXT_HOP, place, 1);
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

static void report_lines(const struct reporter *r, int list,
                         enum vrrp_keepalived_kind kind) {
  const struct vrrp_keepalived_items *items = &r->instance->items[list];
  for (size_t i = 0; i < items->n; i++) {
    char place[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu", i + 1);
    struct vrrp_keepalived_value value = value_of(r, kind, place, 1);
    note_number(&value, "index", (double)(i + 1));
    note_facts(&value, &items->item[i]);
    value.item = &items->item[i];
    if (kind == VRRP_KEEPALIVED_KIND_ROUTE)
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
      snprintf(text, sizeof(text), "%s-%.100s", VRRP_KEEPALIVED_TRACKED[kind].name,
               names->name[i]);
      struct vrrp_keepalived_value value =
          value_of(r, VRRP_KEEPALIVED_KIND_TRACKED, text, 1);
      note_number(&value, "index", (double)(i + 1));
      note_text(&value, "kind", VRRP_KEEPALIVED_TRACKED[kind].name);
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
      value_of(r, VRRP_KEEPALIVED_KIND_PROCESS, process->name,
               process->number[VRRP_KEEPALIVED_PROCESS_CURRENT]);
  note_number(&value, "position", (double)r->position);
  note_text(&value, "name", process->name);
  note_text(&value, "parameters", process->parameters);
  note_text(&value, "match", process->match);
  for (int i = 0; i < VRRP_KEEPALIVED_PROCESS_NUMBERS; i++)
    note_number(&value, VRRP_KEEPALIVED_PROCESS_NUMBER[i].name, process->number[i]);
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
    report_lines(&r, VRRP_KEEPALIVED_ROUTES, VRRP_KEEPALIVED_KIND_ROUTE);
    report_lines(&r, VRRP_KEEPALIVED_RULES, VRRP_KEEPALIVED_KIND_RULE);
    report_tracked(&r);
  }
  r.instance = NULL;
  for (size_t i = 0; i < state->n_processes; i++) {
    r.position = i + 1;
    report_process(&r, &state->processes[i]);
  }
}
