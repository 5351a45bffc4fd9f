// SPDX-License-Identifier: MIT
// May it be told once more, although strangers can make it happen all the time?
#ifndef HA_VRRP_BUDGET_H
#define HA_VRRP_BUDGET_H

#include "core/time.h"

#include <stdbool.h>

// So many at once; then one whenever the span has passed.
#define VRRP_BUDGET_BURST 16
#define VRRP_BUDGET_SPAN  (VRRP_SECOND / 8)

// Zeroed, it is full.
struct vrrp_budget {
  vrrp_time spent_until; // when all of it is there again
};

// Takes one, if there is one.
static inline bool vrrp_budget_take(struct vrrp_budget *budget, vrrp_time now) {
  vrrp_time from = budget->spent_until > now ? budget->spent_until : now;

  if (from + VRRP_BUDGET_SPAN > now + VRRP_BUDGET_BURST * VRRP_BUDGET_SPAN)
    return false;
  budget->spent_until = from + VRRP_BUDGET_SPAN;
  return true;
}

#endif
