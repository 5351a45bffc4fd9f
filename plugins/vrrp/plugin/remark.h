// SPDX-License-Identifier: MIT
// What have those who hear to say to whoever reads the log?
//
// They never log themselves: a remark is a kind with its arguments, and whoever tells
// makes a line of it.
#ifndef HA_VRRP_REMARK_H
#define HA_VRRP_REMARK_H

#include "common/io/netns.h"
#include "core/packet.h"
#include "core/virtual_router.h"

#include <net/if.h>

enum vrrp_remark_kind {
  VRRP_REMARK_DEAF,            // no packet socket: status
  VRRP_REMARK_HEARS,           //
  VRRP_REMARK_NOT_JOINED,      // too many interfaces for the memberships: family
  VRRP_REMARK_LISTENS,         // whereabouts
  VRRP_REMARK_UNHEARD,         // an Interface of the configuration: name, text says why
  VRRP_REMARK_HEARD,           // it is there now: name
  VRRP_REMARK_LINKS_UNKNOWN,   // status
  VRRP_REMARK_LINKS_KNOWN,     //
  VRRP_REMARK_REJECTED,        // key, interface, origin, verdict; is_news to the router,
                               // is_first of all routers
  VRRP_REMARK_REJECTIONS_OVER, // verdict
  VRRP_REMARK_NOT_ENTERED,     // a namespace that is wanted: netns, status
  VRRP_REMARK_ENTERED,         // none is left that cannot be
  VRRP_REMARKS
};

// All kinds of interfaces with all of their names that are told.
#define VRRP_WHEREABOUTS_SIZE 896

struct vrrp_remark {
  enum vrrp_remark_kind kind;
  int status;       // -errno
  const char *name; // of the configuration,
  const char *text; // or static
  enum vrrp_family family;
  enum vrrp_verdict verdict;
  unsigned namespace; // its number, and its name, "": collectd's own
  char netns[HA_NETNS_NAME_SIZE];
  struct vrrp_router_key key;
  char interface[IFNAMSIZ];
  struct vrrp_origin origin;
  bool is_news, is_first;
  char whereabouts[VRRP_WHEREABOUTS_SIZE];
};

// Logs it.
void vrrp_remark_log(const struct vrrp_remark *remark);

#endif
