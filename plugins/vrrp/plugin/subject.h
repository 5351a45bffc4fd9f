// SPDX-License-Identifier: MIT
// What was a virtual router like at one moment, with all that is known beside the wire?
//
// A copy, so that it can be told, however long that takes, while others go on hearing.
#ifndef HA_VRRP_SUBJECT_H
#define HA_VRRP_SUBJECT_H

#include "plugin/moment.h"

#include "common/io/netns.h"
#include "core/keepalived_fault.h"
#include "core/keepalived_state.h"
#include "core/virtual_router.h"
#include "io/link_table.h"

struct vrrp_subject {
  struct vrrp_router router; // both its lists are the one below
  uint8_t addresses[UINT8_MAX * VRRP_ADDRESS_SIZE_MAX]; // as vrrp_router_list() has them
  bool is_here[UINT8_MAX];                              // which of them are on this host
  char interface[IFNAMSIZ];
  char netns[HA_NETNS_NAME_SIZE];   // its namespace; "": collectd's own
  char instance[DATA_MAX_NAME_LEN]; // the plugin instance, "eth0-ipv4-10"
  struct vrrp_address primary;      // this host's on the interface, if has_primary
  bool has_primary;
  const struct vrrp_keepalived_instance *keepalived; // NULL: not told
  const struct vrrp_keepalived_fault *fault;         // of it; NULL: none
};

// The virtual router's plugin instance, "eth0-ipv4-10", into instance[size]; in another
// namespace than collectd's own, whose name is "", it is "eth0@blue-ipv4-10".
void vrrp_subject_name(const struct vrrp_router_key *key, const char *interface,
                       const char *netns, char *instance, size_t size);

// Copies a router, heard on the interface of this name in this namespace, as far as the
// wire and the links tell of it.
void vrrp_subject_copy(struct vrrp_subject *subject, const struct vrrp_router *router,
                       const char *interface, const char *netns,
                       const struct vrrp_link_table *links);

// The speaker that tells what the virtual router is like: its last master, or else this
// host. NULL: nobody has spoken.
const struct vrrp_speaker *vrrp_subject_witness(const struct vrrp_subject *subject);

#endif
