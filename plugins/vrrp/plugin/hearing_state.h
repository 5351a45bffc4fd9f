// SPDX-License-Identifier: MIT
// Of which parts does hearing consist?
#ifndef HA_VRRP_HEARING_STATE_H
#define HA_VRRP_HEARING_STATE_H

#include "common/io/netns_follower.h"
#include "plugin/handover.h"

struct vrrp_hearing {
  const struct vrrp_config *config;
  struct vrrp_handover *handover;
  struct vrrp_loop loop;

  struct vrrp_batch *batch;
  struct vrrp_advert advert; // the one being decoded
  vrrp_time interval;
  unsigned namespace_number; // of the next one

  struct ha_netns_follower others; // namespaces, if any are wanted
  struct vrrp_source names_events;
  vrrp_time settled, names_again; // when all were, and when they are read again
};

#endif
