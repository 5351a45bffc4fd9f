// SPDX-License-Identifier: MIT
// Is a fault new, said already, or over? It is said once, and its end once.
#include "common/core/fault.h"

enum ha_news ha_fault_watch(struct ha_fault *fault, int status) {
  int said = fault->status;
  fault->status = status;
  if (status == said)
    return HA_NOTHING_NEW;
  return status != 0 ? HA_BEGUN : HA_OVER;
}

enum ha_news ha_fault_judge(struct ha_fault *fault, bool is_wrong) {
  return ha_fault_watch(fault, is_wrong ? -1 : 0);
}

bool ha_fault_is_said(const struct ha_fault *fault) {
  return fault->status < 0;
}

static enum ha_news grow(struct ha_loss *loss, uint64_t count, uint64_t now) {
  bool was_said = loss->is_said;
  *loss = (struct ha_loss){count, now, true};
  return was_said ? HA_NOTHING_NEW : HA_BEGUN;
}

enum ha_news ha_loss_watch(struct ha_loss *loss, uint64_t count, uint64_t now,
                           uint64_t quiet) {
  if (count > loss->count)
    return grow(loss, count, now);
  if (!loss->is_said || now < loss->last || now - loss->last < quiet)
    return HA_NOTHING_NEW;
  loss->is_said = false;
  return HA_OVER;
}
