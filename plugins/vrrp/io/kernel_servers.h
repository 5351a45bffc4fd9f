// SPDX-License-Identifier: MIT
// Has something changed among the servers of the kernel's load balancer?
#ifndef HA_VRRP_IO_KERNEL_SERVERS_H
#define HA_VRRP_IO_KERNEL_SERVERS_H

#include <stdint.h>

// Where the kernel tells of those in the network namespace of a process.
#define VRRP_KERNEL_SERVERS "/proc/%d/net/ip_vs"

// A digest of the services, their servers and weights, but of no connection, as the file
// of this path, VRRP_KERNEL_SERVERS, has them; 0 if there is none. Never waits; any
// thread may call it.
uint64_t vrrp_kernel_servers_digest(const char *path);

#endif
