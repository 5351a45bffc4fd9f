// SPDX-License-Identifier: MIT
// How often was which reason met to reject a packet, and is it news?
#ifndef HA_VRRP_REJECTIONS_H
#define HA_VRRP_REJECTIONS_H

#include "core/packet.h"
#include "core/time.h"

// A reason that was not met for so long is over, and news when it returns.
#define VRRP_REJECTIONS_QUIET (60 * VRRP_SECOND)

struct vrrp_rejections {
  uint64_t count[VRRP_VERDICTS];
  vrrp_time last[VRRP_VERDICTS];
  uint32_t current; // mask of 1 << enum vrrp_verdict: told, and not yet over
};

// Counts one; true if the reason was not current, so that it should be told.
bool vrrp_rejections_count(struct vrrp_rejections *rejections, enum vrrp_verdict verdict,
                           vrrp_time now);

// How many there were, of all reasons.
uint64_t vrrp_rejections_total(const struct vrrp_rejections *rejections);

// Returns the mask of the reasons that came to an end, each once.
uint32_t vrrp_rejections_take_ended(struct vrrp_rejections *rejections, vrrp_time now);

#endif
