// SPDX-License-Identifier: MIT
// Does a loss go on, and was that said?
#include "plugin/loss.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

void vrrp_loss_watch(struct vrrp_loss *loss, uint64_t count, vrrp_time now,
                     const char *begun, const char *over) {
  if (count > loss->count) {
    if (!loss->is_said)
      WARNING("vrrp plugin: %s", begun);
    loss->is_said = true;
    loss->last = now;
    loss->count = count;
  } else if (loss->is_said && vrrp_elapsed(loss->last, now) >= VRRP_LOSS_QUIET) {
    INFO("vrrp plugin: %s", over);
    loss->is_said = false;
  }
}
