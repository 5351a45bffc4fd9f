// SPDX-License-Identifier: MIT
// Which changes of what keepalived says are notifications, and what do they say?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_NOTIFY_H
#define HA_VRRP_PLUGIN_KEEPALIVED_NOTIFY_H

#include "core/keepalived_fault.h"
#include "core/keepalived_value.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

// A value that says something else than before, and what is said beside it.
struct vrrp_keepalived_change {
  const struct vrrp_keepalived_value *value;
  const char *netns;           // its namespace; "": collectd's own
  const char *plugin_instance; // of the value, with its namespace's name
  double before;
  cdtime_t at;
  const struct vrrp_keepalived_fault *fault; // NULL: it is none
  double initial_state;                      // of an instance; NaN: not known
  const char *router_id;
};

// True if that this value was `before` and is what it is now is worth a notification: the
// state of an instance or a sync group, a script's result, a quorum, a real server's
// health; not if one of both is unknown.
bool vrrp_keepalived_is_change(double before, const struct vrrp_keepalived_value *value);

// Dispatches the notification of it, with all the value's notes as meta data.
void vrrp_keepalived_notify(const struct vrrp_keepalived_change *change);

#endif
