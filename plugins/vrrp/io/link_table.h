// SPDX-License-Identifier: MIT
// What do the kernel's rtnetlink messages say about links and addresses?
#ifndef HA_VRRP_LINK_TABLE_H
#define HA_VRRP_LINK_TABLE_H

#include "io/local_addresses.h"

#include <net/if.h>

// What a link is to VRRP.
enum vrrp_link_role {
  VRRP_LINK_BASE,     // adverts are seen here
  VRRP_LINK_MACVLAN,  // macvlan, macvtap, ipvlan: shows again what its base here shows
  VRRP_LINK_VRF,      // shows again what its ports show
  VRRP_LINK_PORT,     // of a bridge, bond or team, which shows it all
  VRRP_LINK_LOOPBACK, //
  VRRP_LINK_OTHER,    // carries no IP
  VRRP_LINK_ROLES
};

struct vrrp_link {
  unsigned ifindex;
  unsigned base; // of a macvlan: the ifindex of the link it stands on, otherwise 0
  char name[IFNAMSIZ];
  enum vrrp_link_role role;
  bool admin_up;
  bool running; // up, with carrier
  bool seen;    // in the present dump
  // Another number whenever the interface may have gone and come back with its index, so
  // that whatever was set on it is gone.
  unsigned incarnation;
};

// The links and addresses of this network namespace; all zeros is an empty one.
struct vrrp_link_table {
  struct vrrp_link *links; // sorted by ifindex
  size_t link_count;
  unsigned incarnations;
  struct vrrp_local_addresses addresses;
};

// What a buffer of messages changed, bits.
enum vrrp_link_change {
  VRRP_LINKS_CHANGED = 1,
  VRRP_ADDRESSES_CHANGED = 2,
};

// Frees all links and addresses, and leaves it zeroed: empty.
void vrrp_link_table_destroy(struct vrrp_link_table *table);

// Takes in one datagram of rtnetlink messages (RTM_NEWLINK, DELLINK, NEWADDR,
// DELADDR; others are ignored). Returns a mask of enum vrrp_link_change, -EBADMSG if
// a message is not sound (those before it count), or -ENOMEM.
int vrrp_link_table_feed(struct vrrp_link_table *table, const void *buffer,
                         size_t length);

// Around a complete dump: begin marks everything unseen, end removes what the dump
// did not show and returns a mask of enum vrrp_link_change.
void vrrp_link_table_begin_dump(struct vrrp_link_table *table);
int vrrp_link_table_end_dump(struct vrrp_link_table *table);

// The link, or NULL. Valid until the next feed.
const struct vrrp_link *vrrp_link_table_find(const struct vrrp_link_table *table,
                                             unsigned ifindex);

// The ifindex on which adverts of this link are seen: its base's, or its own.
unsigned vrrp_link_table_base(const struct vrrp_link_table *table, unsigned ifindex);

// The best place in this namespace where the address is.
enum vrrp_place vrrp_link_table_place(const struct vrrp_link_table *table,
                                      const struct vrrp_address *address);

// True if the address is on this very link.
bool vrrp_link_table_has_address_on(const struct vrrp_link_table *table, unsigned ifindex,
                                    const struct vrrp_address *address);

// Moves to ret_set the addresses that came or went since the last call: only the virtual
// routers that have one of them are concerned. To be destroyed.
void vrrp_link_table_take_changed(struct vrrp_link_table *table,
                                  struct vrrp_address_set *ret_set);

#endif
