// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#include "core/keepalived_report.h"

#include "core/keepalived_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Who is told, and the place in the dump of the instance that is reported.
struct reporter {
  vrrp_keepalived_emit *emit;
  void *context;
  const struct vrrp_keepalived_instance *instance; // NULL: keepalived as a whole
  size_t position; // 0: of what belongs to no instance, the static routes and so on
};

static struct vrrp_keepalived_value value_of(const struct reporter *r,
                                             enum vrrp_keepalived_kind kind,
                                             const char *type_instance, double gauge) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(kind, type_instance, gauge);
  vrrp_keepalived_note_number(&value, "position", (double)r->position);
  value.instance = r->instance;
  if (r->instance == NULL)
    return value;
  vrrp_keepalived_name_router(&value, r->instance->base_ifname, r->instance->family,
                              r->instance->setting[VRRP_KEEPALIVED_VRID]);
  vrrp_keepalived_note_text(&value, "name", r->instance->name);
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
  vrrp_keepalived_note_text(value, "interface", instance->ifname);
  vrrp_keepalived_note_text(value, "base_interface", instance->base_ifname);
  vrrp_keepalived_note_number(value, "advertised_interval",
                              advertised_interval(instance));
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    vrrp_keepalived_note_number(value, VRRP_KEEPALIVED_SETTING[i].name,
                                instance->setting[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++) {
    vrrp_keepalived_note_text(value, VRRP_KEEPALIVED_SCRIPT[i].name, instance->script[i]);
    runs_script |= instance->script[i] != NULL;
  }
  vrrp_keepalived_note_number(value, "runs_script", runs_script);
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

static void report_address(const struct reporter *r,
                           const struct vrrp_keepalived_item *item, size_t index,
                           bool is_advertised) {
  struct vrrp_keepalived_value value = value_of(
      r, VRRP_KEEPALIVED_KIND_ADDRESS, vrrp_keepalived_item_text(item, "address"),
      (double)vrrp_keepalived_item_number(item, "set", 0));
  vrrp_keepalived_note_number(&value, "index", (double)index);
  vrrp_keepalived_note_number(&value, "advertised", is_advertised);
  vrrp_keepalived_note_facts(&value, item);
  if (item->fact_count > 0)
    r->emit(r->context, &value);
}

// The virtual addresses and, numbered after them, those not advertised.
static void report_addresses(const struct reporter *r) {
  size_t index = 0;
  for (int kind = VRRP_KEEPALIVED_VIPS; kind <= VRRP_KEEPALIVED_EXCLUDED_VIPS; kind++) {
    const struct vrrp_keepalived_items *items = &r->instance->items[kind];
    for (size_t i = 0; i < items->count; i++)
      report_address(r, &items->item[i], ++index, kind == VRRP_KEEPALIVED_VIPS);
  }
}

static void report_hops(const struct reporter *r,
                        const struct vrrp_keepalived_item *route, size_t route_index) {
  for (size_t i = 0; i < route->hop_count; i++) {
    char place[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
    snprintf(place, sizeof(place), "%zu.%zu", route_index, i + 1);
    struct vrrp_keepalived_value value =
        value_of(r, VRRP_KEEPALIVED_KIND_NEXT_HOP, place, 1);
    vrrp_keepalived_note_number(&value, "route_index", (double)route_index);
    vrrp_keepalived_note_number(&value, "index", (double)(i + 1));
    vrrp_keepalived_note_facts(&value, &route->hops[i]);
    r->emit(r->context, &value);
  }
}

// What the MIB wants of a route beside its facts.
static void note_route(struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_item *route) {
  if (route->hop_count == 1)
    vrrp_keepalived_note_text(value, "second_gateway",
                              vrrp_keepalived_item_text(&route->hops[0], "gateway"));
}

// What the MIB wants of a rule beside its facts: which one of its addresses it
// would have shown when it had room for one.
static void note_rule(struct vrrp_keepalived_value *value,
                      const struct vrrp_keepalived_item *rule) {
  bool from = vrrp_keepalived_item_fact(rule, "from") != NULL;
  bool to = vrrp_keepalived_item_fact(rule, "to") != NULL;
  int64_t tunnel = vrrp_keepalived_item_number(rule, "tunnel_id", -1);
  vrrp_keepalived_note_word(value, "direction",
                            from && to ? "both"
                            : to       ? "to"
                            : from     ? "from"
                                       : "");
  vrrp_keepalived_note_text(value, "address",
                            vrrp_keepalived_item_text(rule, to ? "to" : "from"));
  if (from || to)
    vrrp_keepalived_note_number(
        value, "prefix",
        (double)vrrp_keepalived_item_number(rule, to ? "to_prefix" : "from_prefix", 0));
  vrrp_keepalived_note_number(value, "inverted",
                              (double)vrrp_keepalived_item_number(rule, "invert", 0));
  if (tunnel >= 0) {
    vrrp_keepalived_note_number(value, "tunnel_id_high", (double)(tunnel >> 32));
    vrrp_keepalived_note_number(value, "tunnel_id_low", (double)(tunnel & UINT32_MAX));
  }
}

static void report_line(const struct reporter *r, enum vrrp_keepalived_kind kind,
                        const struct vrrp_keepalived_item *item, size_t index) {
  char place[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  snprintf(place, sizeof(place), "%zu", index);
  struct vrrp_keepalived_value value = value_of(r, kind, place, 1);
  vrrp_keepalived_note_number(&value, "index", (double)index);
  vrrp_keepalived_note_facts(&value, item);
  value.item = item;
  if (kind == VRRP_KEEPALIVED_KIND_ROUTE)
    note_route(&value, item);
  else
    note_rule(&value, item);
  r->emit(r->context, &value);
  report_hops(r, item, index);
}

static void report_lines(const struct reporter *r, int list,
                         enum vrrp_keepalived_kind kind) {
  const struct vrrp_keepalived_items *items = &r->instance->items[list];
  for (size_t i = 0; i < items->count; i++)
    report_line(r, kind, &items->item[i], i + 1);
}

void vrrp_keepalived_tell_static(enum vrrp_keepalived_kind kind,
                                 const struct vrrp_keepalived_item *item, size_t index,
                                 vrrp_keepalived_emit *emit, void *context) {
  struct reporter r = {.emit = emit, .context = context};
  if (kind == VRRP_KEEPALIVED_KIND_ADDRESS)
    report_address(&r, item, index, false);
  else
    report_line(&r, kind, item, index);
}

static void report_tracked(const struct reporter *r) {
  for (int kind = 0; kind < VRRP_KEEPALIVED_NAME_LISTS; kind++) {
    const struct vrrp_keepalived_names *names = &r->instance->names[kind];
    for (size_t i = 0; i < names->count; i++) {
      char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
      snprintf(text, sizeof(text), "%s-%.100s", VRRP_KEEPALIVED_TRACKED[kind].name,
               names->name[i]);
      struct vrrp_keepalived_value value =
          value_of(r, VRRP_KEEPALIVED_KIND_TRACKED, text, NAN);
      vrrp_keepalived_note_number(&value, "index", (double)(i + 1));
      vrrp_keepalived_note_text(&value, "kind", VRRP_KEEPALIVED_TRACKED[kind].name);
      vrrp_keepalived_note_text(&value, "tracked", names->name[i]);
      if (kind == VRRP_KEEPALIVED_TRACKED_INTERFACES)
        vrrp_keepalived_note_text(&value, "ifname", names->name[i]);
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
  vrrp_keepalived_note_text(&value, "name", process->name);
  vrrp_keepalived_note_text(&value, "parameters", process->parameters);
  vrrp_keepalived_note_text(&value, "match", process->match);
  for (int i = 0; i < VRRP_KEEPALIVED_PROCESS_NUMBERS; i++)
    vrrp_keepalived_note_number(&value, VRRP_KEEPALIVED_PROCESS_NUMBER[i].name,
                                process->number[i]);
  vrrp_keepalived_note_number(&value, "terminate_delay_us",
                              process->number[VRRP_KEEPALIVED_PROCESS_TERMINATE_DELAY] *
                                  1e6);
  vrrp_keepalived_note_number(&value, "fork_delay_us",
                              process->number[VRRP_KEEPALIVED_PROCESS_FORK_DELAY] * 1e6);
  r->emit(r->context, &value);
}

void vrrp_keepalived_tell(const struct vrrp_keepalived_state *state, bool is_all,
                          vrrp_keepalived_emit *emit, void *context) {
  struct reporter r = {.emit = emit, .context = context};
  for (size_t i = 0; i < state->instance_count; i++) {
    r.instance = &state->instances[i];
    r.position = r.instance->position;
    report_states(&r);
    report_counters(&r);
    report_addresses(&r);
    report_lines(&r, VRRP_KEEPALIVED_ROUTES, VRRP_KEEPALIVED_KIND_ROUTE);
    report_lines(&r, VRRP_KEEPALIVED_RULES, VRRP_KEEPALIVED_KIND_RULE);
    if (is_all)
      report_tracked(&r);
  }
  r.instance = NULL;
  for (size_t i = 0; is_all && i < state->process_count; i++) {
    r.position = i + 1;
    report_process(&r, &state->processes[i]);
  }
}
