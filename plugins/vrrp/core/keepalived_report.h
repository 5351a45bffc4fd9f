// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#ifndef HA_VRRP_KEEPALIVED_REPORT_H
#define HA_VRRP_KEEPALIVED_REPORT_H

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
  VRRP_KEEPALIVED_KINDS,
};

// The type's name, for example "keepalived_state"; static.
const char *vrrp_keepalived_type(enum vrrp_keepalived_kind kind);

// Something told beside a value: meta data.
struct vrrp_keepalived_note {
  const char *key;  // static
  const char *text; // NULL: it is a number
  double number;
};

enum { VRRP_KEEPALIVED_NOTES_MAX = 64, VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE = 128 };

// One value, with the virtual router that it belongs to. Everything in it lives
// as long as the call that hands it out.
struct vrrp_keepalived_value {
  const struct vrrp_keepalived_instance *instance; // NULL: keepalived as a whole
  const struct vrrp_keepalived_item *item;         // NULL: it is about no item
  enum vrrp_keepalived_kind kind;
  char type_instance[VRRP_KEEPALIVED_TYPE_INSTANCE_SIZE];
  bool is_counter;
  double gauge;    // NaN: not told
  int64_t counter; // if is_counter
  size_t n_notes;
  struct vrrp_keepalived_note notes[VRRP_KEEPALIVED_NOTES_MAX];
};

typedef void vrrp_keepalived_emit(void *context,
                                  const struct vrrp_keepalived_value *value);

// Hands each value of the state to `emit`, in the state's order:
//
//   type                 type instance       value
//   keepalived_state     current, wanted     0 init, 1 backup, 2 master, 3 fault
//   vrrp_priority        base, effective
//   keepalived_counter   the counter's name
//   keepalived_address   the address         1 if it is set, else 0
//   keepalived_route     its place           1
//   keepalived_next_hop  ROUTE.HOP           1
//   keepalived_rule      its place           1
//   keepalived_tracked   KIND-NAME           1
//   keepalived_process   its program         how many run
//
// Every value of an instance has the notes `position` (1 for the first) and
// `name`; keepalived_state-current has all that is known of the instance; items
// have their facts and their place among their kind as `index`.
void vrrp_keepalived_tell(const struct vrrp_keepalived_state *state,
                          vrrp_keepalived_emit *emit, void *context);

#endif
