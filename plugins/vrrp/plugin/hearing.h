// SPDX-License-Identifier: MIT
// Which parts does hearing have, and what does its thread do?
//
// Frames are read, stamped and judged here, by a thread that never dispatches, logs or
// waits for those who do.
#ifndef HA_VRRP_HEARING_H
#define HA_VRRP_HEARING_H

#include "common/core/fault.h"
#include "plugin/ears.h"
#include "plugin/handover.h"

#include "io/links.h"
#include "io/participation.h"

struct vrrp_hearing {
  const struct vrrp_config *config;
  struct vrrp_handover *handover;
  struct vrrp_loop loop;

  struct vrrp_source link_events;
  struct vrrp_links links;
  int links_changed; // mask of enum vrrp_link_change, not yet followed
  struct ha_fault links_fault;

  struct vrrp_ears ears;
  struct vrrp_participants participants;
  vrrp_time participants_read;
  struct vrrp_advert advert; // the one being decoded

  vrrp_time interval, next_interval;
  vrrp_time due; // no router's deadline was earlier at the last pass
};

// Opens all that it needs; config and handover must live longer. 0 or -errno, and what
// could not be had in ret_missing; destroy it in either case. Without CAP_NET_RAW it
// opens nevertheless, remarks on it, and tries again at every interval.
int vrrp_hearing_init(struct vrrp_hearing *hearing, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing);
void vrrp_hearing_destroy(struct vrrp_hearing *hearing);

// Does what is due now; returns when to do so again at the latest.
vrrp_time vrrp_hearing_pass(struct vrrp_hearing *hearing);

// The kernel has something to say of links and addresses.
void vrrp_hearing_read_links(struct vrrp_hearing *hearing);

// Runs until the loop is stopped.
void vrrp_hearing_run(struct vrrp_hearing *hearing);

#endif
