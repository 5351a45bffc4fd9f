// SPDX-License-Identifier: MIT
// How is the kernel's load balancer asked, and told a weight?
//
// One connection serves one thread at a time. No call here waits for longer than
// its time budget once the kernel has taken the request.

#ifndef HA_IPVS_NETLINK_H
#define HA_IPVS_NETLINK_H

#include "core/snapshot.h"

struct ipvs_netlink;

// Chooses virtual servers: false leaves one, with its real servers, out.
typedef bool ipvs_want_fn(void *context, const struct ipvs_service_key *key);

struct ipvs_poll {
  const struct ipvs_snapshot *before; // the last poll's, settled; may be empty
  ipvs_want_fn *want;                 // NULL: all
  void *want_context;
  int budget_ms;    // for all waiting together; work is not cut short
  bool load_module; // ask the kernel to load ip_vs if it is absent
};

// Opens a generic netlink connection in the network namespace of this thread.
// Returns 0, -ENOMEM, or what socket() and bind() say.
int ipvs_netlink_open(struct ipvs_netlink **ret_netlink);

// Closes and frees; NULL is fine.
void ipvs_netlink_close(struct ipvs_netlink *netlink);

// Reads everything: services, their real servers, sync daemons, timeouts, sizes.
//
// The kernel's dumps skip and repeat rows while services come and go, and no
// NLM_F_DUMP_INTR tells of it. So a virtual server that was in the last poll and is not
// in this dump is asked for by its key, and a virtual server that misses a real server
// is dumped once more. What is missing then is gone. A dump that has a row twice is asked
// for again, too.
//
// *ret_snapshot comes settled and is the caller's; it is untouched on failure.
// Returns 0; -ENODEV: IPVS is not in the kernel; -EPERM: no CAP_NET_ADMIN;
//   -ETIMEDOUT: the budget is used up; -EBADMSG: an answer that makes no sense;
//   or another -errno of the socket or the kernel.
int ipvs_netlink_poll(struct ipvs_netlink *netlink, const struct ipvs_poll *poll,
                      struct ipvs_snapshot *ret_snapshot);

// Asks for a real server as the kernel has it now.
// Returns 0; -ENOENT: no such virtual or real server; else as ipvs_netlink_poll().
int ipvs_netlink_find(struct ipvs_netlink *netlink,
                      const struct ipvs_service_key *service,
                      const struct ipvs_destination_key *key, int budget_ms,
                      struct ipvs_destination *ret_destination);

// Gives a real server another weight; everything else of it stays as the kernel
// has it at that moment.
// *ret_old takes the weight that it had just before. Returns as ipvs_netlink_find().
int ipvs_netlink_set_weight(struct ipvs_netlink *netlink,
                            const struct ipvs_service_key *service,
                            const struct ipvs_destination_key *key, uint32_t weight,
                            int budget_ms, uint32_t *ret_old);

#endif
