// SPDX-License-Identifier: MIT
// What does the hearing thread do for one network namespace?
#ifndef HA_VRRP_LISTENING_H
#define HA_VRRP_LISTENING_H

#include "plugin/hearing_state.h"

// Begins to listen in a namespace; NULL: in collectd's own. 0, or -errno and what could
// not be had. Without CAP_NET_RAW collectd's own opens nevertheless: it is remarked on,
// and tried again at every interval.
int vrrp_listening_open(struct vrrp_hearing *hearing, const struct ha_netns *netns,
                        const char **ret_missing);

// Ends it. Nothing is wrong with its routers any more, and they are forgotten.
void vrrp_listening_close(struct vrrp_namespace *namespace);

// Does what is due now, if anything is; returns when to do so again at the latest.
vrrp_time vrrp_listening_pass(struct vrrp_namespace *namespace, vrrp_time now);

#endif
