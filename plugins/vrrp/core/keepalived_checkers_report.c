// SPDX-License-Identifier: MIT
// Which values does the text dump of keepalived's checkers yield?
#include "core/keepalived_text_report.h"

#include "common/core/array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct teller {
  const struct vrrp_keepalived_text *text;
  vrrp_keepalived_emit *emit;
  void *context;
};

static const char *string_of(const struct teller *t,
                             const struct vrrp_keepalived_record *record,
                             const char *key) {
  return vrrp_keepalived_text_string(t->text, record, key);
}

static double number_of(const struct teller *t,
                        const struct vrrp_keepalived_record *record, const char *key) {
  return vrrp_keepalived_text_number(t->text, record, key);
}

static bool has(const struct teller *t, const struct vrrp_keepalived_record *record,
                const char *key) {
  return vrrp_keepalived_text_fact(t->text, record, key) != NULL;
}

static bool is_part_of(const struct teller *t, const struct vrrp_keepalived_record *part,
                       const struct vrrp_keepalived_record *whole) {
  return part->parent == (int32_t)(whole - t->text->records);
}

// --- notes ----------------------------------------------------------------

static void note_record(const struct teller *t, struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *record) {
  for (int32_t i = record->first; i != VRRP_KEEPALIVED_NONE; i = t->text->facts[i].next) {
    const struct vrrp_keepalived_text_fact *fact = &t->text->facts[i];
    if (fact->text != NULL)
      vrrp_keepalived_note_text(value, fact->key, fact->text);
    else
      vrrp_keepalived_note_number(value, fact->key, fact->number);
  }
}

// What is 0 where keepalived leaves it out.
static void note_absent(const struct teller *t, struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *record,
                        const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!has(t, record, keys[i]))
      vrrp_keepalived_note_number(value, keys[i], 0);
}

// A number cut to whole units, as the MIB's older columns have it.
static void note_whole(const struct teller *t, struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *record, const char *from,
                       const char *key) {
  double number = number_of(t, record, from);
  vrrp_keepalived_note_number(value, key, isnan(number) ? 0 : trunc(number));
}

static void note_delays(const struct teller *t, struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *record) {
  static const char *const ZERO[] = {"retry", "retry_delay_us", "warmup_us",
                                     "delay_loop_us", "connection_timeout_us"};
  note_absent(t, value, record, ZERO, HA_COUNT_OF(ZERO));
  note_whole(t, value, record, "delay_loop", "delay_loop_whole");
  note_whole(t, value, record, "retry_delay", "retry_delay_whole");
  note_whole(t, value, record, "warmup", "warmup_whole");
}

// --- names ----------------------------------------------------------------

// As the plugin ipvs names the service; a group, which the kernel does not know, by its
// own name.
static void name_service(const struct teller *t, struct vrrp_keepalived_value *value,
                         const struct vrrp_keepalived_record *service) {
  char *name = value->plugin_instance;
  size_t size = sizeof(value->plugin_instance);
  if (has(t, service, "group"))
    snprintf(name, size, "%s", string_of(t, service, "group"));
  else if (has(t, service, "fwmark"))
    snprintf(name, size, "%s_FWMARK%.0f",
             strcmp(string_of(t, service, "family"), "inet6") == 0 ? "ipv6" : "ipv4",
             number_of(t, service, "fwmark"));
  else
    snprintf(name, size, "%.46s_%.8s%.0f", string_of(t, service, "address"),
             string_of(t, service, "protocol"), number_of(t, service, "port"));
}

static void name_server(const struct teller *t, struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *server) {
  snprintf(value->type_instance, sizeof(value->type_instance), "%.46s_%.0f",
           string_of(t, server, "address"), number_of(t, server, "port"));
}

// --- services -------------------------------------------------------------

static const char *kind_of(const struct teller *t,
                           const struct vrrp_keepalived_record *service) {
  return has(t, service, "group") ? "group" : has(t, service, "fwmark") ? "fwmark" : "ip";
}

// A netmask for IPv4, a prefix length for IPv6; what is usual of both if it is not said.
static void note_granularity(const struct teller *t, struct vrrp_keepalived_value *value,
                             const struct vrrp_keepalived_record *service) {
  const char *text = string_of(t, service, "persistence_granularity");
  bool is_netmask = strchr(text, '.') != NULL;
  if (text[0] == '\0' || is_netmask)
    vrrp_keepalived_note_text(value, "netmask", is_netmask ? text : "255.255.255.255");
  if (!is_netmask)
    vrrp_keepalived_note_number(value, "granularity6",
                                text[0] == '\0' ? UINT32_MAX : strtod(text, NULL));
}

static void note_service(const struct teller *t, struct vrrp_keepalived_value *value,
                         const struct vrrp_keepalived_record *service) {
  static const char *const ZERO[] = {"ha_suspend", "sh_port",     "sh_fallback",
                                     "mh_port",    "mh_fallback", "flag_3"};
  vrrp_keepalived_note_number(value, "position", service->place);
  note_record(t, value, service);
  note_delays(t, value, service);
  note_absent(t, value, service, ZERO, HA_COUNT_OF(ZERO));
  vrrp_keepalived_note_text(value, "kind", kind_of(t, service));
  vrrp_keepalived_note_number(value, "persistent",
                              has(t, service, "persistence_timeout"));
  note_granularity(t, value, service);
}

static void count_servers(const struct teller *t,
                          const struct vrrp_keepalived_record *service, double *ret_all,
                          double *ret_up) {
  *ret_all = *ret_up = 0;
  const struct vrrp_keepalived_record *end = t->text->records + t->text->record_count;
  for (const struct vrrp_keepalived_record *record = service + 1;
       record < end && record->kind != VRRP_KEEPALIVED_VIRTUAL_SERVER; record++) {
    if (record->kind != VRRP_KEEPALIVED_REAL_SERVER || !is_part_of(t, record, service))
      continue;
    ++*ret_all;
    *ret_up += number_of(t, record, "alive") > 0;
  }
}

// What the traps say of the service of a quorum or a server, which may be another's.
static void note_owner(const struct teller *t, struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *service) {
  double all, up;
  count_servers(t, service, &all, &up);
  vrrp_keepalived_note_number(value, "service", service->place);
  vrrp_keepalived_note_text(value, "service_kind", kind_of(t, service));
  vrrp_keepalived_note_text(value, "service_group", string_of(t, service, "group"));
  vrrp_keepalived_note_number(value, "service_fwmark", number_of(t, service, "fwmark"));
  vrrp_keepalived_note_text(value, "service_address", string_of(t, service, "address"));
  vrrp_keepalived_note_number(value, "service_port", number_of(t, service, "port"));
  vrrp_keepalived_note_text(value, "service_protocol", string_of(t, service, "protocol"));
  vrrp_keepalived_note_number(value, "servers", all);
  vrrp_keepalived_note_number(value, "servers_up", up);
}

static void tell_quorum(const struct teller *t,
                        const struct vrrp_keepalived_record *service) {
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_QUORUM, "quorum_up", number_of(t, service, "quorum_up_now"));
  name_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", service->place);
  vrrp_keepalived_note_number(&value, "quorum", number_of(t, service, "quorum"));
  note_owner(t, &value, service);
  t->emit(t->context, &value);
}

static void tell_number(const struct teller *t,
                        const struct vrrp_keepalived_record *service,
                        const char *type_instance, double number) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_SERVICE, type_instance, number);
  name_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", service->place);
  t->emit(t->context, &value);
}

static void tell_service(const struct teller *t,
                         const struct vrrp_keepalived_record *service) {
  double all, up;
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVICE, "up", number_of(t, service, "alive"));
  count_servers(t, service, &all, &up);
  name_service(t, &value, service);
  note_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "servers", all);
  vrrp_keepalived_note_number(&value, "servers_up", up);
  t->emit(t->context, &value);
  tell_number(t, service, "servers", all);
  tell_number(t, service, "servers_up", up);
  tell_number(t, service, "quorum", number_of(t, service, "quorum"));
  tell_quorum(t, service);
}

// --- servers --------------------------------------------------------------

// The sorry server is the first of its service's rows.
static bool has_sorry_server(const struct teller *t,
                             const struct vrrp_keepalived_record *service) {
  const struct vrrp_keepalived_record *next = service + 1;
  return next < t->text->records + t->text->record_count &&
         next->kind == VRRP_KEEPALIVED_SORRY_SERVER && is_part_of(t, next, service);
}

// Of its checkers, those that have not run.
static double checkers_not_run(const struct teller *t,
                               const struct vrrp_keepalived_record *service,
                               const struct vrrp_keepalived_record *server) {
  char virtual[160], real[160];
  double count = 0;
  const char *protocol = string_of(t, service, "protocol");
  if (has(t, service, "group"))
    snprintf(virtual, sizeof(virtual), "%.140s]:0", string_of(t, service, "group"));
  else if (has(t, service, "fwmark"))
    snprintf(virtual, sizeof(virtual), "%.0f", number_of(t, service, "fwmark"));
  else
    snprintf(virtual, sizeof(virtual), "%.46s]:%.8s:%.0f",
             string_of(t, service, "address"), protocol, number_of(t, service, "port"));
  snprintf(real, sizeof(real), "%.46s]:%.8s:%.0f", string_of(t, server, "address"),
           protocol, number_of(t, server, "port"));
  for (size_t i = 0; i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *checker = &t->text->records[i];
    count += checker->kind == VRRP_KEEPALIVED_CHECKER &&
             strcasecmp(string_of(t, checker, "virtual"), virtual) == 0 &&
             strcasecmp(string_of(t, checker, "real"), real) == 0 &&
             number_of(t, checker, "has_run") == 0;
  }
  return count;
}

static struct vrrp_keepalived_value
server_value(const struct teller *t, const struct vrrp_keepalived_record *server,
             uint32_t position) {
  const struct vrrp_keepalived_record *service = &t->text->records[server->parent];
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVER, "", number_of(t, server, "alive"));
  name_service(t, &value, service);
  name_server(t, &value, server);
  note_owner(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", position);
  note_record(t, &value, server);
  note_delays(t, &value, server);
  return value;
}

// 0 is no limit.
static void note_limit(const struct teller *t, struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *server, const char *from,
                       const char *key) {
  double limit = number_of(t, server, from);
  vrrp_keepalived_note_number(value, key, limit > 0 ? limit : NAN);
}

static void tell_server(const struct teller *t,
                        const struct vrrp_keepalived_record *server) {
  const struct vrrp_keepalived_record *service = &t->text->records[server->parent];
  struct vrrp_keepalived_value value =
      server_value(t, server, server->place + has_sorry_server(t, service));
  vrrp_keepalived_note_text(&value, "kind", "real");
  vrrp_keepalived_note_number(&value, "status", number_of(t, server, "alive"));
  vrrp_keepalived_note_number(&value, "inhibit_when_down",
                              number_of(t, server, "inhibit"));
  vrrp_keepalived_note_number(&value, "checkers_not_run",
                              checkers_not_run(t, service, server));
  note_limit(t, &value, server, "upper_limit", "upper_bound");
  note_limit(t, &value, server, "lower_limit", "lower_bound");
  t->emit(t->context, &value);
}

static void tell_sorry_server(const struct teller *t,
                              const struct vrrp_keepalived_record *server) {
  static const char *const ZERO[] = {"alpha", "smtp_alert"};
  struct vrrp_keepalived_value value = server_value(t, server, 1);
  note_absent(t, &value, server, ZERO, 2);
  vrrp_keepalived_note_text(&value, "kind", "sorry");
  if (isnan(value.gauge)) // before 2.3 nothing is said of it
    value.gauge = 1;
  t->emit(t->context, &value);
}

// --- groups ---------------------------------------------------------------

static bool is_member(enum vrrp_keepalived_record_kind kind) {
  return kind == VRRP_KEEPALIVED_GROUP_ADDRESS || kind == VRRP_KEEPALIVED_GROUP_RANGE ||
         kind == VRRP_KEEPALIVED_GROUP_FWMARK;
}

static uint32_t count_members(const struct teller *t,
                              const struct vrrp_keepalived_record *group,
                              enum vrrp_keepalived_record_kind kind) {
  uint32_t count = 0;
  const struct vrrp_keepalived_record *end = t->text->records + t->text->record_count;
  for (const struct vrrp_keepalived_record *member = group + 1;
       member < end && is_member(member->kind); member++)
    count += member->kind == kind || kind == VRRP_KEEPALIVED_NOTHING;
  return count;
}

static void tell_server_group(const struct teller *t,
                              const struct vrrp_keepalived_record *group) {
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVER_GROUP, string_of(t, group, "name"),
      count_members(t, group, VRRP_KEEPALIVED_NOTHING));
  vrrp_keepalived_note_number(&value, "position", group->place);
  vrrp_keepalived_note_text(&value, "name", string_of(t, group, "name"));
  t->emit(t->context, &value);
}

// keepalived's SNMP counts fwmarks first, then addresses, then ranges.
static void tell_group_member(const struct teller *t,
                              const struct vrrp_keepalived_record *member) {
  const struct vrrp_keepalived_record *group = &t->text->records[member->parent];
  bool is_range = member->kind == VRRP_KEEPALIVED_GROUP_RANGE;
  bool is_fwmark = member->kind == VRRP_KEEPALIVED_GROUP_FWMARK;
  uint32_t index = member->place;
  char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  if (!is_fwmark)
    index += count_members(t, group, VRRP_KEEPALIVED_GROUP_FWMARK);
  if (is_range)
    index += count_members(t, group, VRRP_KEEPALIVED_GROUP_ADDRESS);
  snprintf(text, sizeof(text), "%.100s.%u", string_of(t, group, "name"), index);
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_SERVER_GROUP_MEMBER, text, 1);
  vrrp_keepalived_note_number(&value, "group", group->place);
  vrrp_keepalived_note_number(&value, "index", index);
  vrrp_keepalived_note_text(&value, "kind",
                            is_fwmark  ? "fwmark"
                            : is_range ? "range"
                                       : "ip");
  note_record(t, &value, member);
  if (!is_fwmark)
    vrrp_keepalived_note_text(&value, "any_address",
                              string_of(t, member, is_range ? "first" : "address"));
  t->emit(t->context, &value);
}

// --- the dump -------------------------------------------------------------

typedef void tell_record(const struct teller *t,
                         const struct vrrp_keepalived_record *record);

void vrrp_keepalived_tell_checkers(const struct vrrp_keepalived_text *text,
                                   vrrp_keepalived_emit *emit, void *context) {
  static tell_record *const TELL[VRRP_KEEPALIVED_RECORD_KINDS] = {
      [VRRP_KEEPALIVED_SERVER_GROUP] = tell_server_group,
      [VRRP_KEEPALIVED_GROUP_ADDRESS] = tell_group_member,
      [VRRP_KEEPALIVED_GROUP_RANGE] = tell_group_member,
      [VRRP_KEEPALIVED_GROUP_FWMARK] = tell_group_member,
      [VRRP_KEEPALIVED_VIRTUAL_SERVER] = tell_service,
      [VRRP_KEEPALIVED_SORRY_SERVER] = tell_sorry_server,
      [VRRP_KEEPALIVED_REAL_SERVER] = tell_server,
  };
  struct teller t = {.text = text, .emit = emit, .context = context};
  for (size_t i = 0; i < text->record_count; i++)
    if (TELL[text->records[i].kind] != NULL)
      TELL[text->records[i].kind](&t, &text->records[i]);
}
