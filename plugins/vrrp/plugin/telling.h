// SPDX-License-Identifier: MIT
// When is what told?
//
// What was heard becomes values, notifications and log lines here, by a thread that may
// be held up by whoever gets them. What keepalived knows is asked and told by it, too.
#ifndef HA_VRRP_TELLING_H
#define HA_VRRP_TELLING_H

#include "common/core/fault.h"
#include "plugin/keepalived.h"
#include "plugin/report.h"

// One keepalived that is asked.
struct vrrp_keepalived_seat {
  struct vrrp_telling *telling;
  const struct vrrp_keepalived_config *config;
  struct vrrp_keepalived *keepalived;
  struct vrrp_source events;
  bool owes;     // the values of its last answer
  time_t second; // of those that were told last
};

struct vrrp_telling {
  const struct vrrp_config *config;
  struct vrrp_handover *handover;
  struct vrrp_loop loop;
  struct vrrp_keepalived_seat *seats;
  size_t seat_count;
  struct vrrp_link_table link_names; // a copy, without addresses,
  size_t link_names_max;             // and for how many there is room

  struct vrrp_account **accounts; // all that were told of and are not gone
  size_t account_count;
  struct vrrp_news news; // what is being told
  struct ha_loss frames_lost, routers_lost;

  vrrp_time interval, next_interval;
  time_t interval_second; // of the last report of all
  cdtime_t last_wall;
};

// Opens all that it needs; config and handover must live longer. 0 or -errno, and what
// could not be had in ret_missing; destroy it in either case.
int vrrp_telling_init(struct vrrp_telling *telling, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing);
void vrrp_telling_destroy(struct vrrp_telling *telling);

// Tells what may be told now; returns when to do so again at the latest.
vrrp_time vrrp_telling_pass(struct vrrp_telling *telling);

// Runs until the loop is stopped.
void vrrp_telling_run(struct vrrp_telling *telling);

#endif
