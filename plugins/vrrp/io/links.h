// SPDX-License-Identifier: MIT
// How does one learn which links and addresses this host has, and of every change?
#ifndef HA_VRRP_LINKS_H
#define HA_VRRP_LINKS_H

#include "io/link_table.h"

struct mnl_socket;

// A subscription to rtnetlink with the table that it keeps. One thread may use it.
struct vrrp_links {
  struct mnl_socket *events;
  struct vrrp_link_table table;
  bool stale; // something was lost, so all is to be read anew
};

// Subscribes and reads the present state. 0 or -errno; after a failure links is closed.
int vrrp_links_open(struct vrrp_links *links);
void vrrp_links_close(struct vrrp_links *links);

// Readable when vrrp_links_read() has something to do.
int vrrp_links_fd(const struct vrrp_links *links);

// Takes in all changes that wait, without blocking; if the kernel lost some, reads
// everything anew. Returns a mask of enum vrrp_link_change, or -errno: then the table may
// be out of date, and the next call tries again, so there should be one now and then.
int vrrp_links_read(struct vrrp_links *links);

#endif
