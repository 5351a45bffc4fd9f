// SPDX-License-Identifier: MIT
// What is known of a virtual router?
#include "core/router.h"

#include "common/core/array.h"

#include <string.h>

static const char *const counter_names[] = {
    [VRRP_COUNT_SENT] = "sent",
    [VRRP_COUNT_RECEIVED] = "received",
    [VRRP_COUNT_MISSED] = "missed",
    [VRRP_COUNT_PRIORITY_ZERO_SENT] = "priority_zero_sent",
    [VRRP_COUNT_PRIORITY_ZERO_RECEIVED] = "priority_zero_received",
    [VRRP_COUNT_NO_PSEUDO_HEADER] = "no_pseudo_header",
};
_Static_assert(HA_COUNT_OF(counter_names) == VRRP_COUNTERS, "every counter has a name");

const char *vrrp_counter_name(enum vrrp_counter counter) {
  return counter_names[counter];
}

const struct vrrp_speaker *vrrp_router_last_master(const struct vrrp_router *router) {
  return router->master == VRRP_NOBODY ? NULL : &router->speakers.all[router->master];
}

const struct vrrp_speaker *vrrp_router_master(const struct vrrp_router *router) {
  return router->tenure == VRRP_TENURE_HELD ? vrrp_router_last_master(router) : NULL;
}

const struct vrrp_speaker *vrrp_router_own(const struct vrrp_router *router) {
  return router->own == VRRP_NOBODY ? NULL : &router->speakers.all[router->own];
}

int vrrp_router_priority(const struct vrrp_router *router) {
  const struct vrrp_speaker *own = vrrp_router_own(router);

  if (router->here.priority != VRRP_PRIORITY_UNTOLD)
    return router->here.priority;
  return own ? own->priority : VRRP_PRIORITY_UNTOLD;
}

vrrp_time vrrp_router_down_interval(const struct vrrp_router *router,
                                    const struct vrrp_speaker *speaker,
                                    uint8_t priority) {
  unsigned adverts = VRRP_DOWN_ADVERTS;

  if (router->here.down_adverts != 0)
    adverts = router->here.down_adverts;
  else if (router->down_adverts != 0)
    adverts = router->down_adverts;
  return vrrp_speaker_down_interval(speaker, adverts, priority);
}

vrrp_time vrrp_router_patience(const struct vrrp_router *router,
                               const struct vrrp_speaker *speaker) {
  return vrrp_router_down_interval(router, speaker, 0);
}

vrrp_time vrrp_router_silent_since(const struct vrrp_router *router,
                                   const struct vrrp_speaker *speaker) {
  return vrrp_later(speaker->heard, router->missed_until);
}

bool vrrp_router_is_given_up(const struct vrrp_router *router) {
  return router->is_removed && router->here.listing != VRRP_LISTING_YES &&
         router->tenure != VRRP_TENURE_HELD;
}

bool vrrp_router_is_over(const struct vrrp_router *router, vrrp_time now,
                         vrrp_time forget_after) {
  if (router->here.listing == VRRP_LISTING_YES)
    return false;
  return vrrp_router_is_given_up(router) ||
         vrrp_elapsed(vrrp_later(router->last_heard, router->missed_until), now) >=
             forget_after;
}

const struct vrrp_list *vrrp_router_list(const struct vrrp_router *router) {
  return router->state == VRRP_STATE_MASTER ? &router->own_list : &router->list;
}

bool vrrp_router_lacks_addresses(const struct vrrp_router *router) {
  return router->here.addresses_anywhere < vrrp_router_list(router)->count;
}

struct vrrp_address vrrp_router_address(const struct vrrp_router *router,
                                        unsigned index) {
  size_t size = vrrp_address_size(router->key.family);
  return vrrp_address_make(router->key.family,
                           vrrp_router_list(router)->bytes + index * size);
}

void vrrp_router_virtual_mac(const struct vrrp_router_key *key, uint8_t ret_mac[6]) {
  const uint8_t mac[6] = {0, 0, 0x5e, 0, key->family == VRRP_IPV4 ? 1 : 2, key->vrid};
  memcpy(ret_mac, mac, sizeof(mac));
}

bool vrrp_router_is_only_rejected(const struct vrrp_router *router) {
  return router->speakers.count == 0 && router->last_rejection != VRRP_ACCEPTED;
}

unsigned vrrp_router_masters(const struct vrrp_router *router) {
  if (router->tenure != VRRP_TENURE_HELD)
    return 0;
  unsigned masters = 1;
  for (int i = 0; i < router->speakers.count; i++)
    masters += i != router->master && router->speakers.all[i].contender;
  return masters;
}
