// SPDX-License-Identifier: MIT
// Does an advertisement come from farther away than a virtual router's usually do?
#include "core/distance.h"

static void learn(struct vrrp_distance *distance, uint8_t usual, uint8_t ttl,
                  vrrp_time now) {
  *distance = (struct vrrp_distance){.usual = usual, .lowest = ttl, .since = now};
}

bool vrrp_distance_is_unusual(struct vrrp_distance *distance, uint8_t ttl,
                              vrrp_time now) {
  if (distance->usual == 0)
    learn(distance, ttl, ttl, now);
  else if (vrrp_elapsed(distance->since, now) >= VRRP_DISTANCE_LEARN)
    learn(distance, distance->lowest, ttl, now);
  if (ttl < distance->lowest)
    distance->lowest = ttl;
  return ttl < distance->usual;
}
