// SPDX-License-Identifier: MIT
// Where do the load balancer's totals come from?

#ifndef HA_IPVS_IO_TOTALS_H
#define HA_IPVS_IO_TOTALS_H

#include "core/totals.h"

// Reads the totals of this network namespace; netlink does not carry them.
// Returns 0, -ENOENT when IPVS is not in the kernel, or another -errno with the
//   output untouched.
int ipvs_read_totals(struct ipvs_stats *ret_stats);

#endif
