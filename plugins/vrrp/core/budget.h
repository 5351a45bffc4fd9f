// SPDX-License-Identifier: MIT
// May it be told now, although strangers can make it happen all the time?
#ifndef HA_VRRP_BUDGET_H
#define HA_VRRP_BUDGET_H

#include "core/time.h"

#include <stdbool.h>

// So many in a row; then one whenever the span has passed; and always this rest
// between two: what happens together is told together, and the first of two has passed
// collectd's several write threads before the second can overtake it there.
#define VRRP_BUDGET_BURST 8
#define VRRP_BUDGET_SPAN  (VRRP_SECOND / 2)
#define VRRP_BUDGET_REST  (20 * VRRP_MILLISECOND)

// Zeroed, it is full.
struct vrrp_budget {
  vrrp_time last;        // when the last one was taken; 0: never
  vrrp_time spent_until; // when all of it will be there again
};

// Takes one. If there is none now, returns false and when there will be one.
static inline bool vrrp_budget_take(struct vrrp_budget *budget, vrrp_time now,
                                    vrrp_time *ret_again) {
  vrrp_time from = budget->spent_until > now ? budget->spent_until : now;
  vrrp_time full = now + VRRP_BUDGET_BURST * VRRP_BUDGET_SPAN;

  if (from + VRRP_BUDGET_SPAN > full) {
    *ret_again = now + (from + VRRP_BUDGET_SPAN - full);
    return false;
  }
  if (budget->last != 0 && now < budget->last + VRRP_BUDGET_REST) {
    *ret_again = budget->last + VRRP_BUDGET_REST;
    return false;
  }
  budget->last = now;
  budget->spent_until = from + VRRP_BUDGET_SPAN;
  return true;
}

#endif
