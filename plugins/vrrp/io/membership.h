// SPDX-License-Identifier: MIT
// How does a host belong to the VRRP groups on a thousand interfaces with few
// descriptors?
//
// A switch with IGMP or MLD snooping delivers a group where somebody has joined it. For
// IPv6 that is needed: ff02::12 is joined like any other group (RFC 4541, section 3). For
// IPv4 it seldom is: 224.0.0.0/24 goes to all ports (RFC 4541, section 2.1.2), and only
// switches that do not heed that want a report. So both are joined as long as the sockets
// have room: an IPv4 socket for net.ipv4.igmp_max_memberships (20), an IPv6 socket for
// what net.core.optmem_max holds (300 at its least usual value, 20480).
#ifndef HA_VRRP_MEMBERSHIP_H
#define HA_VRRP_MEMBERSHIP_H

#include "core/address.h"

#define VRRP_MEMBERSHIP_SOCKETS 4 // of each family
#define VRRP_NOT_JOINED         (-1)

// Sockets without any use but to be members. Opened as they are needed. One thread may
// use it.
struct vrrp_memberships {
  int sockets[VRRP_FAMILIES][VRRP_MEMBERSHIP_SOCKETS]; // -1: not open
};

// No socket is open until the first join; closing leaves all groups.
void vrrp_memberships_init(struct vrrp_memberships *memberships);
void vrrp_memberships_close(struct vrrp_memberships *memberships);

// Joins the family's VRRP group on an interface, which need not be up. Which of the
// sockets did it, or -errno: -ENOBUFS if there is no room in any.
int vrrp_memberships_join(struct vrrp_memberships *memberships, enum vrrp_family family,
                          unsigned ifindex);

// Leaves it by the socket that joined it, also when the interface is gone; nothing to do
// for VRRP_NOT_JOINED.
void vrrp_memberships_leave(struct vrrp_memberships *memberships, enum vrrp_family family,
                            unsigned ifindex, int which);

#endif
