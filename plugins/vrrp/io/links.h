// SPDX-License-Identifier: MIT
// How does one learn which links and addresses this host has, and of every change?
#ifndef HA_VRRP_LINKS_H
#define HA_VRRP_LINKS_H

#include "common/io/netlink.h"
#include "core/time.h"
#include "io/link_table.h"

// What was lost is read anew within this time, or given up.
#define VRRP_LINKS_PATIENCE (5 * VRRP_SECOND)

// What is being read anew.
enum vrrp_links_stage { VRRP_LINKS_WHOLE, VRRP_LINKS_LINKS, VRRP_LINKS_ADDRESSES };

// A subscription to rtnetlink with the table that it keeps. Events and what is read anew
// come by one socket, so in the kernel's order: neither can overtake the other. One
// thread may use it. Zeroed, it is closed and its table is empty.
struct vrrp_links {
  struct ha_netlink netlink;
  struct vrrp_link_table table;
  enum vrrp_links_stage stage;
  struct ha_netlink_answer answer; // to what is being read
  bool is_stale;                   // something was lost, so all is to be read anew
  unsigned tries;                  // at reading it
  vrrp_time deadline;              // while it is not whole: by when it shall be
};

// Subscribes, and takes in the present state: all of it, but on a host of so many links
// that vrrp_links_read() takes in the rest. Never waits. Returns a mask of
// enum vrrp_link_change, or -errno: then it is closed, and the table is as it was.
int vrrp_links_open(struct vrrp_links *links, vrrp_time now);

// Gives up the subscription, but not the table.
void vrrp_links_close(struct vrrp_links *links);

// The same, and frees the table.
void vrrp_links_destroy(struct vrrp_links *links);

// True from a vrrp_links_open() that succeeded until it is closed, also by a failure.
bool vrrp_links_is_open(const struct vrrp_links *links);

// Readable when vrrp_links_read() has something to do. A socket that is closed leaves any
// epoll by itself; vrrp_links_open() makes another.
int vrrp_links_fd(const struct vrrp_links *links);

// When vrrp_links_read() has something to do although nothing is readable; VRRP_NEVER as
// long as the table is whole.
vrrp_time vrrp_links_deadline(const struct vrrp_links *links);

// Takes in all that waits, until nothing does, or more has come for a fifth of a second;
// never waits itself. If the kernel lost some, everything is read anew, by and by.
// Returns a mask of enum vrrp_link_change, or -errno: then it is closed, the table may be
// out of date, and vrrp_links_open() is to be tried now and then.
int vrrp_links_read(struct vrrp_links *links, vrrp_time now);

#endif
