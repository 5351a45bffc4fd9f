// SPDX-License-Identifier: MIT
// What does the hearing thread do, and when?
//
// Frames are read, stamped and judged here, by a thread that never dispatches, logs or
// waits for those who do.
#ifndef HA_VRRP_HEARING_H
#define HA_VRRP_HEARING_H

#include "plugin/hearing_state.h"

// Opens all that it needs; config and handover must live longer. 0 or -errno, and what
// could not be had in ret_missing; destroy it in either case. Without CAP_NET_RAW it
// opens nevertheless, remarks on it, and tries again at every interval.
int vrrp_hearing_init(struct vrrp_hearing *hearing, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing);
void vrrp_hearing_destroy(struct vrrp_hearing *hearing);

// Does what is due now; returns when to do so again at the latest.
vrrp_time vrrp_hearing_pass(struct vrrp_hearing *hearing);

// Runs until the loop is stopped.
void vrrp_hearing_run(struct vrrp_hearing *hearing);

#endif
