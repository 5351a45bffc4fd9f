// SPDX-License-Identifier: MIT
// Which values does keepalived's state yield?
#ifndef HA_VRRP_KEEPALIVED_REPORT_H
#define HA_VRRP_KEEPALIVED_REPORT_H

#include "core/keepalived_value.h"

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
//   keepalived_tracked   KIND-NAME           NaN: the JSON does not tell
//   keepalived_process   its program         how many run
//
// Every value of an instance has the notes `position` (1 for the first) and
// `name`; keepalived_state-current has all that is known of the instance; items
// have their facts and their place among their kind as `index`. Without `is_all` what
// is tracked is left out: the text dump tells more of it.
void vrrp_keepalived_tell(const struct vrrp_keepalived_state *state, bool is_all,
                          vrrp_keepalived_emit *emit, void *context);

// Hands out the value of a static address, route or rule (kind), numbered `index`: as
// those of an instance, with the position 0.
void vrrp_keepalived_tell_static(enum vrrp_keepalived_kind kind,
                                 const struct vrrp_keepalived_item *item, size_t index,
                                 vrrp_keepalived_emit *emit, void *context);

#endif
