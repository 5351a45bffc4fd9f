// SPDX-License-Identifier: MIT
// Does an advertisement come from farther away than a virtual router's usually do?
#ifndef HA_VRRP_DISTANCE_H
#define HA_VRRP_DISTANCE_H

#include "core/time.h"

#include <stdbool.h>
#include <stdint.h>

// The smallest TTL heard for so long is usual from then on.
#define VRRP_DISTANCE_LEARN (600 * VRRP_SECOND)

// Which TTLs unicast advertisements arrive with; zeroed, nothing is known.
struct vrrp_distance {
  uint8_t usual;  // the smallest one that is no surprise; 0: not known yet
  uint8_t lowest; // since then:
  vrrp_time since;
};

// Takes in the TTL or hop limit of an advertisement; true if it is smaller than usual.
bool vrrp_distance_is_unusual(struct vrrp_distance *distance, uint8_t ttl, vrrp_time now);

#endif
