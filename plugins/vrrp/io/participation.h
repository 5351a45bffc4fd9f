// SPDX-License-Identifier: MIT
// Does a process of this host take part in VRRP?
#ifndef HA_VRRP_PARTICIPATION_H
#define HA_VRRP_PARTICIPATION_H

#include "core/router.h"
#include "io/link_table.h"

#include <stdio.h>

#define VRRP_JOINED_MAX 1024

// What /proc/net shows at one moment.
struct vrrp_participants {
  bool known[VRRP_FAMILIES];  // the files could be read
  bool socket[VRRP_FAMILIES]; // some process holds a raw socket for VRRP or AH
  // interfaces on which somebody besides our own captures joined the VRRP group
  unsigned joined[VRRP_FAMILIES][VRRP_JOINED_MAX];
  size_t joined_count[VRRP_FAMILIES];
};

// How many memberships in the VRRP group on an interface are this program's own.
struct vrrp_own_joins {
  unsigned (*count)(unsigned ifindex, enum vrrp_family family, void *user);
  void *user;
};

// The files of /proc/net that tell.
enum vrrp_proc_file {
  VRRP_PROC_RAW,
  VRRP_PROC_RAW6,
  VRRP_PROC_IGMP,
  VRRP_PROC_IGMP6,
  VRRP_PROC_FILES
};

// Reads all of them anew; what cannot be read is not known.
void vrrp_participants_read(struct vrrp_participants *participants,
                            const struct vrrp_own_joins *own);

// Takes in the text of one of them.
void vrrp_participants_take(struct vrrp_participants *participants,
                            enum vrrp_proc_file which, FILE *file,
                            const struct vrrp_own_joins *own);

// Judges for a virtual router heard on the interface: for multicast it takes a raw
// socket and a membership there, or on a macvlan that stands on it; for unicast, which
// only its peers hear, the socket is enough.
enum vrrp_participation
vrrp_participants_judge(const struct vrrp_participants *participants,
                        const struct vrrp_link_table *links, unsigned ifindex,
                        enum vrrp_family family, bool unicast);

#endif
