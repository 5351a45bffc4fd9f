// SPDX-License-Identifier: MIT
// Which values does the text dump of keepalived's checkers yield?
#include "core/keepalived_text_report.h"

#include "core/keepalived_teller.h"

#include "common/core/array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_part_of(const struct vrrp_keepalived_teller *t,
                       const struct vrrp_keepalived_record *part,
                       const struct vrrp_keepalived_record *whole) {
  return part->parent == (int32_t)(whole - t->text->records);
}

// --- notes ----------------------------------------------------------------

// What is 0 where keepalived leaves it out.
static void note_absent(const struct vrrp_keepalived_teller *t,
                        struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *record,
                        const char *const *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!vrrp_keepalived_has(t, record, keys[i]))
      vrrp_keepalived_note_number(value, keys[i], 0);
}

// A number cut to whole units, as the MIB's older columns have it.
static void note_whole(const struct vrrp_keepalived_teller *t,
                       struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *record, const char *from,
                       const char *key) {
  double number = vrrp_keepalived_number(t, record, from);
  vrrp_keepalived_note_number(value, key, isnan(number) ? 0 : trunc(number));
}

static void note_delays(const struct vrrp_keepalived_teller *t,
                        struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *record) {
  static const char *const ZERO[] = {"retry", "retry_delay_us", "warmup_us",
                                     "delay_loop_us", "connection_timeout_us"};
  note_absent(t, value, record, ZERO, HA_COUNT_OF(ZERO));
  note_whole(t, value, record, "delay_loop", "delay_loop_whole");
  note_whole(t, value, record, "retry_delay", "retry_delay_whole");
  note_whole(t, value, record, "warmup", "warmup_whole");
}

// --- names ----------------------------------------------------------------

// Of a firewall mark there is none.
static bool has_protocol(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *service) {
  const char *protocol = vrrp_keepalived_string(t, service, "protocol");
  return protocol[0] != '\0' && strcmp(protocol, "none") != 0;
}

static void name_group(const struct vrrp_keepalived_teller *t,
                       struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *service) {
  bool is_typed = has_protocol(t, service);
  snprintf(value->plugin_instance, sizeof(value->plugin_instance), "%.100s%s%.8s",
           vrrp_keepalived_string(t, service, "group"), is_typed ? "_" : "",
           is_typed ? vrrp_keepalived_string(t, service, "protocol") : "");
}

static void name_mark(const struct vrrp_keepalived_teller *t,
                      struct vrrp_keepalived_value *value,
                      const struct vrrp_keepalived_record *service) {
  bool is_ipv6 = strcmp(vrrp_keepalived_string(t, service, "family"), "inet6") == 0;
  snprintf(value->plugin_instance, sizeof(value->plugin_instance), "%s_FWMARK%.0f",
           is_ipv6 ? "ipv6" : "ipv4", vrrp_keepalived_number(t, service, "fwmark"));
}

// As the plugin ipvs names the service. A group, which the kernel does not know, by its
// own name and the protocol: there may be a service for each.
static void name_service(const struct vrrp_keepalived_teller *t,
                         struct vrrp_keepalived_value *value,
                         const struct vrrp_keepalived_record *service) {
  if (vrrp_keepalived_has(t, service, "group"))
    name_group(t, value, service);
  else if (vrrp_keepalived_has(t, service, "fwmark"))
    name_mark(t, value, service);
  else
    snprintf(value->plugin_instance, sizeof(value->plugin_instance), "%.46s_%.8s%.0f",
             vrrp_keepalived_string(t, service, "address"),
             vrrp_keepalived_string(t, service, "protocol"),
             vrrp_keepalived_number(t, service, "port"));
}

static void name_server(const struct vrrp_keepalived_teller *t,
                        struct vrrp_keepalived_value *value,
                        const struct vrrp_keepalived_record *server) {
  snprintf(value->type_instance, sizeof(value->type_instance), "%.46s_%.0f",
           vrrp_keepalived_string(t, server, "address"),
           vrrp_keepalived_number(t, server, "port"));
}

// --- services -------------------------------------------------------------

static const char *kind_of(const struct vrrp_keepalived_teller *t,
                           const struct vrrp_keepalived_record *service) {
  return vrrp_keepalived_has(t, service, "group")    ? "group"
         : vrrp_keepalived_has(t, service, "fwmark") ? "fwmark"
                                                     : "ip";
}

static bool is_ipv4_alone(const struct vrrp_keepalived_teller *t,
                          const struct vrrp_keepalived_record *service) {
  return strcmp(kind_of(t, service), "ip") == 0 &&
         strchr(vrrp_keepalived_string(t, service, "address"), ':') == NULL;
}

// A netmask for IPv4, a prefix length for IPv6; if it is not said, what is usual of those
// that it may be of.
static void note_granularity(const struct vrrp_keepalived_teller *t,
                             struct vrrp_keepalived_value *value,
                             const struct vrrp_keepalived_record *service) {
  const char *text = vrrp_keepalived_string(t, service, "persistence_granularity");
  bool is_netmask = strchr(text, '.') != NULL;
  if (text[0] == '\0' || is_netmask)
    vrrp_keepalived_note_text(value, "netmask", is_netmask ? text : "255.255.255.255");
  if (!is_netmask && !is_ipv4_alone(t, service))
    vrrp_keepalived_note_number(value, "granularity6",
                                text[0] == '\0' ? UINT32_MAX : strtod(text, NULL));
}

static void note_service(const struct vrrp_keepalived_teller *t,
                         struct vrrp_keepalived_value *value,
                         const struct vrrp_keepalived_record *service) {
  static const char *const ZERO[] = {"ha_suspend", "sh_port",     "sh_fallback",
                                     "mh_port",    "mh_fallback", "flag_3"};
  vrrp_keepalived_note_number(value, "position", service->place);
  vrrp_keepalived_note_record(t, value, service);
  note_delays(t, value, service);
  note_absent(t, value, service, ZERO, HA_COUNT_OF(ZERO));
  vrrp_keepalived_note_text(value, "kind", kind_of(t, service));
  vrrp_keepalived_note_number(value, "persistent",
                              vrrp_keepalived_has(t, service, "persistence_timeout"));
  note_granularity(t, value, service);
}

static void count_servers(const struct vrrp_keepalived_teller *t,
                          const struct vrrp_keepalived_record *service, double *ret_all,
                          double *ret_up) {
  *ret_all = *ret_up = 0;
  const struct vrrp_keepalived_record *end = t->text->records + t->text->record_count;
  for (const struct vrrp_keepalived_record *record = service + 1;
       record < end && record->kind != VRRP_KEEPALIVED_VIRTUAL_SERVER; record++) {
    if (record->kind != VRRP_KEEPALIVED_REAL_SERVER || !is_part_of(t, record, service))
      continue;
    ++*ret_all;
    *ret_up += vrrp_keepalived_number(t, record, "alive") > 0;
  }
}

// What the traps say of the service of a quorum or a server, which may be another's.
static void note_owner(const struct vrrp_keepalived_teller *t,
                       struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *service) {
  double all, up;
  count_servers(t, service, &all, &up);
  vrrp_keepalived_note_number(value, "service", service->place);
  vrrp_keepalived_note_text(value, "service_kind", kind_of(t, service));
  vrrp_keepalived_note_text(value, "service_group",
                            vrrp_keepalived_string(t, service, "group"));
  vrrp_keepalived_note_number(value, "service_fwmark",
                              vrrp_keepalived_number(t, service, "fwmark"));
  vrrp_keepalived_note_text(value, "service_address",
                            vrrp_keepalived_string(t, service, "address"));
  vrrp_keepalived_note_number(value, "service_port",
                              vrrp_keepalived_number(t, service, "port"));
  vrrp_keepalived_note_text(value, "service_protocol",
                            vrrp_keepalived_string(t, service, "protocol"));
  vrrp_keepalived_note_number(value, "servers", all);
  vrrp_keepalived_note_number(value, "servers_up", up);
}

static void tell_quorum(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *service) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_QUORUM, "quorum_up",
                                 vrrp_keepalived_number(t, service, "quorum_up_now"));
  name_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", service->place);
  vrrp_keepalived_note_number(&value, "quorum",
                              vrrp_keepalived_number(t, service, "quorum"));
  note_owner(t, &value, service);
  t->emit(t->context, &value);
}

static void tell_number(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *service,
                        const char *type_instance, double number) {
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_SERVICE, type_instance, number);
  name_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", service->place);
  t->emit(t->context, &value);
}

static void tell_service(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *service) {
  double all, up;
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVICE, "up", vrrp_keepalived_number(t, service, "alive"));
  count_servers(t, service, &all, &up);
  name_service(t, &value, service);
  note_service(t, &value, service);
  vrrp_keepalived_note_number(&value, "servers", all);
  vrrp_keepalived_note_number(&value, "servers_up", up);
  t->emit(t->context, &value);
  tell_number(t, service, "servers", all);
  tell_number(t, service, "servers_up", up);
  tell_number(t, service, "quorum", vrrp_keepalived_number(t, service, "quorum"));
  tell_quorum(t, service);
}

// --- servers --------------------------------------------------------------

// The sorry server is the first of its service's rows.
static bool has_sorry_server(const struct vrrp_keepalived_teller *t,
                             const struct vrrp_keepalived_record *service) {
  const struct vrrp_keepalived_record *next = service + 1;
  return next < t->text->records + t->text->record_count &&
         next->kind == VRRP_KEEPALIVED_SORRY_SERVER && is_part_of(t, next, service);
}

// Of its checkers, those that have not run.
static double checkers_not_run(const struct vrrp_keepalived_teller *t,
                               const struct vrrp_keepalived_record *service,
                               const struct vrrp_keepalived_record *server) {
  char virtual[160], real[160];
  double count = 0;
  const char *protocol = vrrp_keepalived_string(t, service, "protocol");
  if (vrrp_keepalived_has(t, service, "group"))
    snprintf(virtual, sizeof(virtual), "%.140s]:0",
             vrrp_keepalived_string(t, service, "group"));
  else if (vrrp_keepalived_has(t, service, "fwmark"))
    snprintf(virtual, sizeof(virtual), "%.0f",
             vrrp_keepalived_number(t, service, "fwmark"));
  else
    snprintf(virtual, sizeof(virtual), "%.46s]:%.8s:%.0f",
             vrrp_keepalived_string(t, service, "address"), protocol,
             vrrp_keepalived_number(t, service, "port"));
  snprintf(real, sizeof(real), "%.46s]:%.8s:%.0f",
           vrrp_keepalived_string(t, server, "address"), protocol,
           vrrp_keepalived_number(t, server, "port"));
  for (size_t i = 0; i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *checker = &t->text->records[i];
    count += checker->kind == VRRP_KEEPALIVED_CHECKER &&
             strcasecmp(vrrp_keepalived_string(t, checker, "virtual"), virtual) == 0 &&
             strcasecmp(vrrp_keepalived_string(t, checker, "real"), real) == 0 &&
             vrrp_keepalived_number(t, checker, "has_run") == 0;
  }
  return count;
}

static struct vrrp_keepalived_value
server_value(const struct vrrp_keepalived_teller *t,
             const struct vrrp_keepalived_record *server, uint32_t position) {
  const struct vrrp_keepalived_record *service = &t->text->records[server->parent];
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVER, "", vrrp_keepalived_number(t, server, "alive"));
  name_service(t, &value, service);
  name_server(t, &value, server);
  note_owner(t, &value, service);
  vrrp_keepalived_note_number(&value, "position", position);
  vrrp_keepalived_note_record(t, &value, server);
  note_delays(t, &value, server);
  return value;
}

// 0 is no limit.
static void note_limit(const struct vrrp_keepalived_teller *t,
                       struct vrrp_keepalived_value *value,
                       const struct vrrp_keepalived_record *server, const char *from,
                       const char *key) {
  double limit = vrrp_keepalived_number(t, server, from);
  vrrp_keepalived_note_number(value, key, limit > 0 ? limit : NAN);
}

static void tell_server(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *server) {
  const struct vrrp_keepalived_record *service = &t->text->records[server->parent];
  struct vrrp_keepalived_value value =
      server_value(t, server, server->place + has_sorry_server(t, service));
  vrrp_keepalived_note_text(&value, "kind", "real");
  vrrp_keepalived_note_number(&value, "status",
                              vrrp_keepalived_number(t, server, "alive"));
  vrrp_keepalived_note_number(&value, "inhibit_when_down",
                              vrrp_keepalived_number(t, server, "inhibit"));
  vrrp_keepalived_note_number(&value, "checkers_not_run",
                              checkers_not_run(t, service, server));
  note_limit(t, &value, server, "upper_limit", "upper_bound");
  note_limit(t, &value, server, "lower_limit", "lower_bound");
  t->emit(t->context, &value);
}

static void tell_sorry_server(const struct vrrp_keepalived_teller *t,
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

static uint32_t count_members(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *group,
                              enum vrrp_keepalived_record_kind kind) {
  uint32_t count = 0;
  const struct vrrp_keepalived_record *end = t->text->records + t->text->record_count;
  for (const struct vrrp_keepalived_record *member = group + 1;
       member < end && is_member(member->kind); member++)
    count += member->kind == kind || kind == VRRP_KEEPALIVED_NOTHING;
  return count;
}

static void tell_server_group(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *group) {
  struct vrrp_keepalived_value value = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_SERVER_GROUP, vrrp_keepalived_string(t, group, "name"),
      count_members(t, group, VRRP_KEEPALIVED_NOTHING));
  vrrp_keepalived_note_number(&value, "position", group->place);
  vrrp_keepalived_note_text(&value, "name", vrrp_keepalived_string(t, group, "name"));
  t->emit(t->context, &value);
}

// keepalived's SNMP counts fwmarks first, then addresses, then ranges.
static uint32_t index_of(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *group,
                         const struct vrrp_keepalived_record *member) {
  uint32_t index = member->place;
  if (member->kind != VRRP_KEEPALIVED_GROUP_FWMARK)
    index += count_members(t, group, VRRP_KEEPALIVED_GROUP_FWMARK);
  if (member->kind == VRRP_KEEPALIVED_GROUP_RANGE)
    index += count_members(t, group, VRRP_KEEPALIVED_GROUP_ADDRESS);
  return index;
}

static void tell_group_member(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *member) {
  const struct vrrp_keepalived_record *group = &t->text->records[member->parent];
  bool is_range = member->kind == VRRP_KEEPALIVED_GROUP_RANGE;
  bool is_fwmark = member->kind == VRRP_KEEPALIVED_GROUP_FWMARK;
  uint32_t index = index_of(t, group, member);
  char text[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  snprintf(text, sizeof(text), "%.100s.%u", vrrp_keepalived_string(t, group, "name"),
           index);
  struct vrrp_keepalived_value value =
      vrrp_keepalived_value_make(VRRP_KEEPALIVED_KIND_SERVER_GROUP_MEMBER, text, 1);
  vrrp_keepalived_note_number(&value, "group", group->place);
  vrrp_keepalived_note_text(&value, "group_name",
                            vrrp_keepalived_string(t, group, "name"));
  vrrp_keepalived_note_number(&value, "index", index);
  vrrp_keepalived_note_text(&value, "kind",
                            is_fwmark  ? "fwmark"
                            : is_range ? "range"
                                       : "ip");
  vrrp_keepalived_note_record(t, &value, member);
  if (!is_fwmark)
    vrrp_keepalived_note_text(
        &value, "any_address",
        vrrp_keepalived_string(t, member, is_range ? "first" : "address"));
  t->emit(t->context, &value);
}

// --- the dump -------------------------------------------------------------

void vrrp_keepalived_tell_checkers(const struct vrrp_keepalived_text *text,
                                   vrrp_keepalived_emit *emit, void *context) {
  static vrrp_keepalived_tell_record *const TELL[VRRP_KEEPALIVED_RECORD_KINDS] = {
      [VRRP_KEEPALIVED_SERVER_GROUP] = tell_server_group,
      [VRRP_KEEPALIVED_GROUP_ADDRESS] = tell_group_member,
      [VRRP_KEEPALIVED_GROUP_RANGE] = tell_group_member,
      [VRRP_KEEPALIVED_GROUP_FWMARK] = tell_group_member,
      [VRRP_KEEPALIVED_VIRTUAL_SERVER] = tell_service,
      [VRRP_KEEPALIVED_SORRY_SERVER] = tell_sorry_server,
      [VRRP_KEEPALIVED_REAL_SERVER] = tell_server,
  };
  struct vrrp_keepalived_teller t = {.text = text, .emit = emit, .context = context};
  vrrp_keepalived_tell_records(&t, TELL);
}
