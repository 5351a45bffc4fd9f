// SPDX-License-Identifier: MIT
// Has something changed among the servers of the kernel's load balancer?
#ifndef HA_VRRP_IO_KERNEL_SERVERS_H
#define HA_VRRP_IO_KERNEL_SERVERS_H

#include <stdint.h>

// A digest of the services, their servers and weights, but of no connection, as
// /proc/net/ip_vs has them; 0 if the kernel has none or does not tell. Never waits; any
// thread may call it.
uint64_t vrrp_kernel_servers_digest(void);

#endif
