// SPDX-License-Identifier: MIT
// What was a virtual router like at one moment, with all that is known beside the wire?
#include "plugin/subject.h"

#include "utils/common/common.h"

void vrrp_subject_name(const struct vrrp_router_key *key, const char *interface,
                       const char *netns, char *instance, size_t size) {
  ssnprintf(instance, size, "%s%s%s-%s-%u", interface, netns[0] ? "@" : "", netns,
            vrrp_family_name(key->family), key->vrid);
}

// True if the address is one of the virtual router's.
static bool is_virtual(const struct vrrp_router *router,
                       const struct vrrp_address *address) {
  for (unsigned i = 0; i < vrrp_router_list(router)->count; i++) {
    struct vrrp_address virtual = vrrp_router_address(router, i);
    if (vrrp_address_equal(&virtual, address))
      return true;
  }
  return false;
}

static bool can_be_primary(const struct vrrp_router *router,
                           const struct vrrp_address *address) {
  return address->family == router->key.family &&
         (router->key.family == VRRP_IPV4 || vrrp_address_is_link_local(address)) &&
         !is_virtual(router, address);
}

// The address this host speaks from: as heard, or the interface's first one that fits.
static bool find_primary(const struct vrrp_router *router,
                         const struct vrrp_link_table *links,
                         struct vrrp_address *ret_primary) {
  const struct vrrp_speaker *own = vrrp_router_own(router);
  const struct vrrp_local_address *local = NULL;

  if (own != NULL)
    *ret_primary = own->source;
  if (own != NULL || router->state == VRRP_STATE_OBSERVER ||
      router->state == VRRP_STATE_UNKNOWN)
    return own != NULL;
  local = vrrp_local_addresses_on(&links->addresses, router->key.ifindex);
  while (local != NULL && !can_be_primary(router, &local->address))
    local = vrrp_local_addresses_next_on(local);
  if (local != NULL)
    *ret_primary = local->address;
  return local != NULL;
}

// A master may keep an address on a loopback interface; elsewhere it is a real server's.
static bool is_held(const struct vrrp_router *router, const struct vrrp_link_table *links,
                    const struct vrrp_address *address) {
  enum vrrp_place place = vrrp_link_table_place(links, address);
  return place >
         (router->state == VRRP_STATE_MASTER ? VRRP_PLACE_NONE : VRRP_PLACE_LOOPBACK);
}

void vrrp_subject_copy(struct vrrp_subject *subject, const struct vrrp_router *router,
                       const char *interface, const char *netns,
                       const struct vrrp_link_table *links) {
  struct vrrp_list list = *vrrp_router_list(router);
  size_t size = list.count * vrrp_address_size(router->key.family);

  if (size > 0)
    memcpy(subject->addresses, list.bytes, size);
  list.bytes = subject->addresses;
  subject->router = *router;
  subject->router.list = subject->router.own_list = list;
  for (unsigned i = 0; i < list.count; i++) {
    struct vrrp_address address = vrrp_router_address(router, i);
    subject->is_here[i] = is_held(router, links, &address);
  }
  sstrncpy(subject->interface, interface, sizeof(subject->interface));
  sstrncpy(subject->netns, netns, sizeof(subject->netns));
  vrrp_subject_name(&router->key, interface, netns, subject->instance,
                    sizeof(subject->instance));
  subject->has_primary = find_primary(router, links, &subject->primary);
  subject->keepalived = NULL;
  subject->fault = NULL;
}

const struct vrrp_speaker *vrrp_subject_witness(const struct vrrp_subject *subject) {
  const struct vrrp_speaker *master = vrrp_router_last_master(&subject->router);
  return master ? master : vrrp_router_own(&subject->router);
}
