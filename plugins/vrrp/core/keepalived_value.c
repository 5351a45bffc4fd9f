// SPDX-License-Identifier: MIT
// What is a value of keepalived, and how is one made?
#include "core/keepalived_value.h"

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
    [VRRP_KEEPALIVED_KIND_GLOBAL] = "keepalived_global",
    [VRRP_KEEPALIVED_KIND_EMAIL] = "keepalived_email",
    [VRRP_KEEPALIVED_KIND_INSTANCE] = "keepalived_instance",
    [VRRP_KEEPALIVED_KIND_GARP_DELAY] = "keepalived_garp_delay",
    [VRRP_KEEPALIVED_KIND_SYNC_GROUP] = "keepalived_sync_group",
    [VRRP_KEEPALIVED_KIND_MEMBER] = "keepalived_member",
    [VRRP_KEEPALIVED_KIND_SCRIPT] = "keepalived_script",
    [VRRP_KEEPALIVED_KIND_SCRIPT_ACTIVITY] = "keepalived_script_activity",
    [VRRP_KEEPALIVED_KIND_FILE] = "keepalived_track_file",
    [VRRP_KEEPALIVED_KIND_BFD] = "keepalived_bfd",
    [VRRP_KEEPALIVED_KIND_SERVER_GROUP] = "keepalived_server_group",
    [VRRP_KEEPALIVED_KIND_SERVER_GROUP_MEMBER] = "keepalived_server_group_member",
    [VRRP_KEEPALIVED_KIND_SERVICE] = "keepalived_service",
    [VRRP_KEEPALIVED_KIND_QUORUM] = "keepalived_service",
    [VRRP_KEEPALIVED_KIND_SERVER] = "keepalived_server",
};
_Static_assert(COUNT(TYPES) == VRRP_KEEPALIVED_KINDS, "a type for each kind");

const char *vrrp_keepalived_type(enum vrrp_keepalived_kind kind) {
  return TYPES[kind];
}

bool vrrp_keepalived_is_of_ipvs(enum vrrp_keepalived_kind kind) {
  return kind >= VRRP_KEEPALIVED_KIND_SERVER_GROUP;
}

struct vrrp_keepalived_value vrrp_keepalived_value_make(enum vrrp_keepalived_kind kind,
                                                        const char *type_instance,
                                                        double gauge) {
  struct vrrp_keepalived_value value = {
      .kind = kind, .plugin_instance = "keepalived", .gauge = gauge};
  snprintf(value.type_instance, sizeof(value.type_instance), "%s", type_instance);
  return value;
}

void vrrp_keepalived_note_number(struct vrrp_keepalived_value *value, const char *key,
                                 double number) {
  if (!isnan(number) && value->note_count < VRRP_KEEPALIVED_NOTES_MAX)
    value->notes[value->note_count++] =
        (struct vrrp_keepalived_note){.key = key, .number = number};
}

void vrrp_keepalived_note_word(struct vrrp_keepalived_value *value, const char *key,
                               const char *text) {
  if (value->note_count < VRRP_KEEPALIVED_NOTES_MAX)
    value->notes[value->note_count++] =
        (struct vrrp_keepalived_note){.key = key, .text = text};
}

void vrrp_keepalived_note_text(struct vrrp_keepalived_value *value, const char *key,
                               const char *text) {
  if (text != NULL && text[0] != '\0')
    vrrp_keepalived_note_word(value, key, text);
}

void vrrp_keepalived_note_facts(struct vrrp_keepalived_value *value,
                                const struct vrrp_keepalived_item *item) {
  for (size_t i = 0; i < item->fact_count; i++) {
    const struct vrrp_keepalived_fact *fact = &item->facts[i];
    if (fact->is_text)
      vrrp_keepalived_note_text(value, fact->key, fact->text);
    else
      vrrp_keepalived_note_number(value, fact->key, (double)fact->number);
  }
}

void vrrp_keepalived_name_router(struct vrrp_keepalived_value *value,
                                 const char *interface, int family, double vrid) {
  value->plugin_instance[0] = '\0';
  value->interface_length = strnlen(interface, IFNAMSIZ - 1);
  if (interface[0] != '\0' && !isnan(vrid))
    snprintf(value->plugin_instance, sizeof(value->plugin_instance), "%.15s-%s-%.0f",
             interface, family == VRRP_IPV6 ? "ipv6" : "ipv4", vrid);
}
