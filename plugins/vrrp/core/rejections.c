// SPDX-License-Identifier: MIT
// How often was which reason met to reject a packet, and is it news?
#include "core/rejections.h"

_Static_assert(VRRP_VERDICTS <= 32, "a mask holds every verdict");

bool vrrp_rejections_count(struct vrrp_rejections *rejections, enum vrrp_verdict verdict,
                           vrrp_time now) {
  uint32_t bit = UINT32_C(1) << verdict;
  bool news = !(rejections->current & bit);

  rejections->count[verdict]++;
  rejections->last[verdict] = now;
  rejections->current |= bit;
  return news;
}

uint64_t vrrp_rejections_total(const struct vrrp_rejections *rejections) {
  uint64_t total = 0;

  for (int i = 0; i < VRRP_VERDICTS; i++)
    total += rejections->count[i];
  return total;
}

uint32_t vrrp_rejections_take_ended(struct vrrp_rejections *rejections, vrrp_time now) {
  uint32_t ended = 0;

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (rejections->current & UINT32_C(1) << i &&
        vrrp_elapsed(rejections->last[i], now) >= VRRP_REJECTIONS_QUIET)
      ended |= UINT32_C(1) << i;
  rejections->current &= ~ended;
  return ended;
}
