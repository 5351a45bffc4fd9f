// SPDX-License-Identifier: MIT
// Of which parts does hearing consist?
#ifndef HA_VRRP_HEARING_STATE_H
#define HA_VRRP_HEARING_STATE_H

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

#endif
