// SPDX-License-Identifier: MIT
// How is a change of the load balancer announced?

#ifndef HA_IPVS_NOTIFY_H
#define HA_IPVS_NOTIFY_H

#include "core/changes.h"
#include "plugin/scope.h"

// Dispatches the notification of a change; an ipvs_change_fn of struct ipvs_scope.
void ipvs_notify(void *scope, const struct ipvs_change *change);

#endif
