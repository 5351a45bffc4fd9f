// SPDX-License-Identifier: MIT
// What does keepalived track, and is it well?
#ifndef HA_VRRP_KEEPALIVED_TRACKED_H
#define HA_VRRP_KEEPALIVED_TRACKED_H

#include "core/keepalived_teller.h"

// One kind of thing that an instance or a sync group can track.
struct vrrp_keepalived_tracked {
  const char *kind, *failed;                   // in words
  enum vrrp_keepalived_record_kind list, what; // who lists it; what it is
  double (*health)(const struct vrrp_keepalived_teller *t,
                   const struct vrrp_keepalived_record *what);
};

// The kind that records of this kind list; NULL: they list none. Static.
const struct vrrp_keepalived_tracked *
vrrp_keepalived_tracked_find(enum vrrp_keepalived_record_kind list);

// Whether what this entry of a list names is well: 1, 0, or NaN if nobody knows (yet).
double vrrp_keepalived_tracked_health(const struct vrrp_keepalived_teller *t,
                                      const struct vrrp_keepalived_tracked *tracked,
                                      const struct vrrp_keepalived_record *item);

// The same of a script and of an interface themselves.
double vrrp_keepalived_script_health(const struct vrrp_keepalived_teller *t,
                                     const struct vrrp_keepalived_record *script);
double vrrp_keepalived_interface_health(const struct vrrp_keepalived_teller *t,
                                        const struct vrrp_keepalived_record *interface);

#endif
