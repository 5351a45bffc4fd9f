// SPDX-License-Identifier: MIT
// Does a process of this host take part in VRRP?
#ifndef HA_VRRP_PARTICIPATION_H
#define HA_VRRP_PARTICIPATION_H

#include "core/virtual_router.h"
#include "io/link_table.h"

#define VRRP_JOINED_MAX 256

// What /proc/net shows at one moment.
struct vrrp_participants {
  bool known[VRRP_FAMILIES];  // the files could be read
  bool socket[VRRP_FAMILIES]; // some process holds a raw socket for protocol 112
  // interfaces on which somebody besides our own captures joined the VRRP group
  unsigned joined[VRRP_FAMILIES][VRRP_JOINED_MAX];
  size_t joined_count[VRRP_FAMILIES];
};

// Reads /proc/net/{raw,raw6,igmp,igmp6}. own_joins(ifindex, family, user) tells how
// many memberships on an interface are this program's own.
void vrrp_participants_read(struct vrrp_participants *participants,
                            unsigned (*own_joins)(unsigned ifindex,
                                                  enum vrrp_family family, void *user),
                            void *user);

// Judges for a virtual router heard on the interface: for multicast it takes a raw
// socket and a membership there, or on a macvlan that stands on it; for unicast, which
// only its peers hear, the socket is enough.
enum vrrp_participation
vrrp_participants_judge(const struct vrrp_participants *participants,
                        const struct vrrp_link_table *links, unsigned ifindex,
                        enum vrrp_family family, bool unicast);

#endif
