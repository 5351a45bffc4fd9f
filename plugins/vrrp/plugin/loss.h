// SPDX-License-Identifier: MIT
// Does a loss go on, and was that said?
#ifndef HA_VRRP_LOSS_H
#define HA_VRRP_LOSS_H

#include "core/time.h"

#include <stdbool.h>

// A loss that does not grow for so long is over.
#define VRRP_LOSS_QUIET (60 * VRRP_SECOND)

// Zeroed, nothing was lost yet.
struct vrrp_loss {
  uint64_t count;
  vrrp_time last; // when it grew
  bool is_said;
};

// Takes in how much was lost until now. Logs `begun` when it begins and `over` when it is
// over, each once.
void vrrp_loss_watch(struct vrrp_loss *loss, uint64_t count, vrrp_time now,
                     const char *begun, const char *over);

#endif
