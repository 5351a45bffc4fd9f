// SPDX-License-Identifier: MIT
// Can any sequence of packets harm the decoder or the observer behind it?
//
// Input: packets, each behind two bytes of its length, one that says how it came and how
// much time has passed.
#include "core/neighbourhood.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct vrrp_router *router) {
  if (router->speakers.count > VRRP_SPEAKERS_MAX || router->master >= VRRP_SPEAKERS_MAX ||
      vrrp_router_masters(router) > router->speakers.count)
    abort();
}

static void take(struct vrrp_neighbourhood *all, const uint8_t *packet, size_t length,
                 uint8_t how, vrrp_time now) {
  static struct vrrp_advert advert;
  struct vrrp_rules rules = {.require_pseudo_header = how & 1, .unicast_ttl_min = how};
  enum vrrp_verdict verdict = vrrp_packet_decode(packet, length, &rules, &advert);
  struct vrrp_router_key key = {1 + (how >> 7), vrrp_advert_family(&advert),
                                advert.origin.vrid};
  struct vrrp_arrival arrival = {.at = now, .own = how & 2, .forged = how & 4};
  struct vrrp_here here = {
      .link_up = !(how & 8), .process = (how >> 4 & 3) % 3, .addresses = how & 1};
  bool is_new;

  if (verdict != VRRP_ACCEPTED)
    return;
  struct vrrp_router *router = vrrp_neighbourhood_admit(all, &key, now, &is_new);
  if (router == NULL)
    return;
  vrrp_router_hear(router, &advert, &arrival);
  vrrp_router_set_here(router, &here, now);
  check(router);
}

static void pass_time(struct vrrp_neighbourhood *all, vrrp_time now) {
  for (size_t i = 0; i < all->count; i++) {
    vrrp_router_tick(all->routers[i], now);
    vrrp_router_take_gap(all->routers[i], now);
    if (all->routers[i]->deadline <= now)
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vrrp_neighbourhood all;
  vrrp_time now = VRRP_SECOND;

  if (vrrp_neighbourhood_init(&all, 3) < 0)
    return 0;
  while (size >= 4) {
    size_t length = (size_t)data[0] << 8 | data[1];
    uint8_t how = data[2];
    now += data[3] * 20 * VRRP_MILLISECOND;
    data += 4, size -= 4;
    if (length > size)
      length = size;
    uint8_t *exact = malloc(length ? length : 1);
    for (size_t i = 0; i < length; i++)
      exact[i] = data[i];
    pass_time(&all, now);
    take(&all, exact, length, how, now);
    free(exact);
    data += length, size -= length;
  }
  vrrp_neighbourhood_destroy(&all);
  return 0;
}
