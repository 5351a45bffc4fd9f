// SPDX-License-Identifier: MIT
// May it be told now, although strangers can make it happen all the time?
#ifndef HA_VRRP_BUDGET_H
#define HA_VRRP_BUDGET_H

#include "core/time.h"

#include <stdbool.h>

// So many in a row; then one whenever the span has passed.
struct vrrp_pace {
  unsigned burst;
  vrrp_time span;
};

// A bucket of tokens at a pace, for a virtual router or for the whole host. Zeroed, it is
// full.
struct vrrp_bucket {
  vrrp_time spent_until; // when all of it will be there again
};

// When there will be a token; now, if there is one.
static inline vrrp_time vrrp_bucket_next(const struct vrrp_bucket *bucket,
                                         const struct vrrp_pace *pace, vrrp_time now) {
  vrrp_time full_in = vrrp_elapsed(now, bucket->spent_until);
  return now + vrrp_elapsed((pace->burst - 1) * pace->span, full_in);
}

// Takes one. If there is none now, returns false and when there will be one.
static inline bool vrrp_bucket_take(struct vrrp_bucket *bucket,
                                    const struct vrrp_pace *pace, vrrp_time now,
                                    vrrp_time *ret_again) {
  vrrp_time next = vrrp_bucket_next(bucket, pace, now);

  if (next > now) {
    *ret_again = next;
    return false;
  }
  bucket->spent_until = vrrp_later(bucket->spent_until, now) + pace->span;
  return true;
}

// The pace of one virtual router, and the rest that is always kept between two: what
// happens together is told together, and the first of two has passed collectd's several
// write threads before the second can overtake it there.
#define VRRP_BUDGET_BURST 8
#define VRRP_BUDGET_SPAN  (VRRP_SECOND / 2)
#define VRRP_BUDGET_REST  (20 * VRRP_MILLISECOND)

// Zeroed, it is full.
struct vrrp_budget {
  vrrp_time last; // when the last one was taken; 0: never
  struct vrrp_bucket bucket;
};

// Takes one. If there is none now, returns false and when there will be one.
static inline bool vrrp_budget_take(struct vrrp_budget *budget, vrrp_time now,
                                    vrrp_time *ret_again) {
  static const struct vrrp_pace pace = {VRRP_BUDGET_BURST, VRRP_BUDGET_SPAN};

  if (budget->last != 0 && vrrp_elapsed(budget->last, now) < VRRP_BUDGET_REST &&
      vrrp_bucket_next(&budget->bucket, &pace, now) <= now) {
    *ret_again = budget->last + VRRP_BUDGET_REST;
    return false;
  }
  if (!vrrp_bucket_take(&budget->bucket, &pace, now, ret_again))
    return false;
  budget->last = now;
  return true;
}

#endif
