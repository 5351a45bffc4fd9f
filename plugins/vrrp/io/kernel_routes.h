// SPDX-License-Identifier: MIT
// Which routes and rules did keepalived put into the kernel?
#ifndef HA_VRRP_IO_KERNEL_ROUTES_H
#define HA_VRRP_IO_KERNEL_ROUTES_H

#include "core/keepalived_item.h"

struct kernel_route;
struct kernel_rule;

// A snapshot, zeroed before its first use. More than these are not looked at.
enum { KERNEL_ROUTES_MAX = 65536 };

struct kernel_routes {
  struct kernel_route *routes;
  struct kernel_rule *rules;
  size_t n_routes, n_rules;
};

// Reads the routes of all tables that have the routing protocol number of
// keepalived, and all rules, of this network namespace. Returns 0 or -errno;
// *routes is replaced on success only. The kernel answers at once.
int kernel_routes_read(struct kernel_routes *routes);

// Frees what it holds and zeroes it.
void kernel_routes_clear(struct kernel_routes *routes);

// True if a route of that type, destination, table and metric is there, whatever
// its gateway.
bool kernel_routes_has_route(const struct kernel_routes *routes,
                             const struct keepalived_item *route);

// True if a rule with those addresses, that table and, if told, that preference is
// there.
bool kernel_routes_has_rule(const struct kernel_routes *routes,
                            const struct keepalived_item *rule);

#endif
