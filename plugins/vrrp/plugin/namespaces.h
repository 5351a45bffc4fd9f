// SPDX-License-Identifier: MIT
// Which network namespaces are listened to beside collectd's own?
#ifndef HA_VRRP_NAMESPACES_H
#define HA_VRRP_NAMESPACES_H

#include "plugin/hearing_state.h"

// Begins to watch their names, and to listen in those that are there; nothing, if the
// configuration names none. 0 or -errno.
int vrrp_namespaces_open(struct vrrp_hearing *hearing);

// Looks at them again if that is due; returns when to do so at the latest.
vrrp_time vrrp_namespaces_pass(struct vrrp_hearing *hearing, vrrp_time now);

#endif
