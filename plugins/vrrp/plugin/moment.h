// SPDX-License-Identifier: MIT
// What time is it, on both clocks?
#ifndef HA_VRRP_MOMENT_H
#define HA_VRRP_MOMENT_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "core/time.h"

// One moment: of what is concluded, and of the values that tell it.
struct vrrp_moment {
  vrrp_time now; // monotonic
  cdtime_t wall;
};

// The wall clock's seconds since the epoch at a monotonic time of the past.
static inline uint64_t vrrp_moment_epoch(const struct vrrp_moment *moment,
                                         vrrp_time time) {
  cdtime_t past = NS_TO_CDTIME_T(vrrp_elapsed(time, moment->now));
  return CDTIME_T_TO_TIME_T(moment->wall - past);
}

// The second that a file of whole seconds, such as rrdtool's, files the moment under.
static inline time_t vrrp_moment_second(const struct vrrp_moment *moment) {
  return CDTIME_T_TO_TIME_T(moment->wall);
}

#endif
