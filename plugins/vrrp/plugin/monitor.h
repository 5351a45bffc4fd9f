// SPDX-License-Identifier: MIT
// Who hears, who tells, and how do both begin and end?
#ifndef HA_VRRP_MONITOR_H
#define HA_VRRP_MONITOR_H

#include "plugin/config.h"

struct vrrp_monitor;

// Starts both threads. config must live until the monitor is stopped. 0, or -errno after
// it has logged what fails; ret_monitor only on success. Without CAP_NET_RAW it starts
// nevertheless, says so, and tries again at every interval.
int vrrp_monitor_start(const struct vrrp_config *config,
                       struct vrrp_monitor **ret_monitor);

// Stops both threads and frees everything; NULL is fine.
void vrrp_monitor_stop(struct vrrp_monitor *monitor);

#endif
