// SPDX-License-Identifier: MIT
// What is a value of keepalived, and how is one made?
#ifndef HA_VRRP_KEEPALIVED_VALUE_H
#define HA_VRRP_KEEPALIVED_VALUE_H

#include "core/keepalived_state.h"

// What a value is: its type in types.db.custom.
enum vrrp_keepalived_kind {
  VRRP_KEEPALIVED_KIND_STATE,
  VRRP_KEEPALIVED_KIND_WANTED_STATE,
  VRRP_KEEPALIVED_KIND_BASE_PRIORITY,
  VRRP_KEEPALIVED_KIND_EFFECTIVE_PRIORITY,
  VRRP_KEEPALIVED_KIND_COUNTER,
  VRRP_KEEPALIVED_KIND_ADDRESS,
  VRRP_KEEPALIVED_KIND_ROUTE,
  VRRP_KEEPALIVED_KIND_NEXT_HOP,
  VRRP_KEEPALIVED_KIND_RULE,
  VRRP_KEEPALIVED_KIND_TRACKED,
  VRRP_KEEPALIVED_KIND_PROCESS,
  VRRP_KEEPALIVED_KIND_UP,
  VRRP_KEEPALIVED_KIND_GLOBAL, // from here on: of the text dumps
  VRRP_KEEPALIVED_KIND_EMAIL,
  VRRP_KEEPALIVED_KIND_INSTANCE,
  VRRP_KEEPALIVED_KIND_GARP_DELAY,
  VRRP_KEEPALIVED_KIND_SYNC_GROUP,
  VRRP_KEEPALIVED_KIND_MEMBER,
  VRRP_KEEPALIVED_KIND_SCRIPT,
  VRRP_KEEPALIVED_KIND_SCRIPT_ACTIVITY,
  VRRP_KEEPALIVED_KIND_FILE,
  VRRP_KEEPALIVED_KIND_BFD,
  VRRP_KEEPALIVED_KIND_SERVER_GROUP, // from here on: of the checkers' dump
  VRRP_KEEPALIVED_KIND_SERVER_GROUP_MEMBER,
  VRRP_KEEPALIVED_KIND_SERVICE,
  VRRP_KEEPALIVED_KIND_QUORUM,
  VRRP_KEEPALIVED_KIND_SERVER,
  VRRP_KEEPALIVED_KINDS,
};

// The type's name, for example "keepalived_state"; static.
const char *vrrp_keepalived_type(enum vrrp_keepalived_kind kind);

// True if it is about a service of the kernel's load balancer and carries the names that
// the plugin ipvs gives: its plugin is "ipvs".
bool vrrp_keepalived_is_of_ipvs(enum vrrp_keepalived_kind kind);

// Something told beside a value: meta data.
struct vrrp_keepalived_note {
  const char *key;  // static
  const char *text; // NULL: it is a number
  double number;
};

enum { VRRP_KEEPALIVED_NOTES_MAX = 96, VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE = 128 };

// One value, with the virtual router that it belongs to. Everything in it lives
// as long as the call that hands it out.
struct vrrp_keepalived_value {
  const struct vrrp_keepalived_instance *instance; // NULL: keepalived as a whole
  const struct vrrp_keepalived_item *item;         // NULL: it is about no item
  enum vrrp_keepalived_kind kind;
  char plugin_instance[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE]; // "": it has no name yet
  size_t interface_length; // of the interface that it begins with; 0: with none
  char type_instance[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  bool is_counter;
  double gauge;    // NaN: not told
  int64_t counter; // if is_counter
  size_t note_count;
  struct vrrp_keepalived_note notes[VRRP_KEEPALIVED_NOTES_MAX];
};

typedef void vrrp_keepalived_emit(void *context,
                                  const struct vrrp_keepalived_value *value);

// A value of keepalived as a whole ("keepalived"), without notes.
struct vrrp_keepalived_value vrrp_keepalived_value_make(enum vrrp_keepalived_kind kind,
                                                        const char *type_instance,
                                                        double gauge);

// Adds a note, if there is room: a number that is not NaN, a text that is not empty.
void vrrp_keepalived_note_number(struct vrrp_keepalived_value *value, const char *key,
                                 double number);
void vrrp_keepalived_note_text(struct vrrp_keepalived_value *value, const char *key,
                               const char *text);

// The same of a text that may be empty and says something by it.
void vrrp_keepalived_note_word(struct vrrp_keepalived_value *value, const char *key,
                               const char *text);

// The facts of an address, route or rule.
void vrrp_keepalived_note_facts(struct vrrp_keepalived_value *value,
                                const struct vrrp_keepalived_item *item);

// Names the virtual router, "eth0-ipv4-10"; "" if something of it is not known.
void vrrp_keepalived_name_router(struct vrrp_keepalived_value *value,
                                 const char *interface, int family, double vrid);

#endif
