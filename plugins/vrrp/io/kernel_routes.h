// SPDX-License-Identifier: MIT
// Which routes and rules did keepalived put into the kernel?
#ifndef HA_VRRP_IO_KERNEL_ROUTES_H
#define HA_VRRP_IO_KERNEL_ROUTES_H

#include "core/keepalived_item.h"

struct vrrp_kernel_route;
struct vrrp_kernel_rule;

// A snapshot, zeroed before its first use. More than these are not looked at.
enum { KERNEL_ROUTES_MAX = 65536 };

struct vrrp_kernel_routes {
  struct vrrp_kernel_route *routes;
  struct vrrp_kernel_rule *rules;
  size_t route_count, rule_count;
};

// Reads the routes of all tables that have the routing protocol number of
// keepalived, and all rules, of this network namespace. Returns 0 or -errno;
// *routes is replaced on success only. The kernel answers at once; it is waited for a
// second.
int vrrp_kernel_routes_read(struct vrrp_kernel_routes *routes);

// Frees what it holds and zeroes it.
void vrrp_kernel_routes_clear(struct vrrp_kernel_routes *routes);

// True if a route of that type, destination, table and metric is there, whatever
// its gateway.
bool vrrp_kernel_routes_has_route(const struct vrrp_kernel_routes *routes,
                                  const struct vrrp_keepalived_item *route);

// True if a rule with those addresses, that table and, if told, that preference is
// there.
bool vrrp_kernel_routes_has_rule(const struct vrrp_kernel_routes *routes,
                                 const struct vrrp_keepalived_item *rule);

#endif
