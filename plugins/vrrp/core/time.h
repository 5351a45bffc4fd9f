// SPDX-License-Identifier: MIT
// In which unit does the core count time? It has no clock; the caller tells it.
#ifndef HA_VRRP_TIME_H
#define HA_VRRP_TIME_H

#include <stdint.h>

// Nanoseconds of a monotonic clock, or a span of them.
typedef uint64_t vrrp_time;

#define VRRP_NEVER       UINT64_MAX
#define VRRP_SECOND      UINT64_C(1000000000)
#define VRRP_MILLISECOND UINT64_C(1000000)
#define VRRP_CENTISECOND UINT64_C(10000000)

// How long ago it was; 0 if it is still to come: a frame that waited to be read is older
// than what was concluded in the meantime.
static inline vrrp_time vrrp_elapsed(vrrp_time then, vrrp_time now) {
  return now > then ? now - then : 0;
}

static inline vrrp_time vrrp_earlier(vrrp_time a, vrrp_time b) {
  return a < b ? a : b;
}

static inline vrrp_time vrrp_later(vrrp_time a, vrrp_time b) {
  return a > b ? a : b;
}

#endif
