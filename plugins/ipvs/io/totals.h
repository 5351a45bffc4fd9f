// SPDX-License-Identifier: MIT
// Where do the load balancer's totals come from, and are its counters brought up to date?

#ifndef HA_IPVS_IO_TOTALS_H
#define HA_IPVS_IO_TOTALS_H

#include "core/totals.h"

// Where the kernel's files are; tests have others.
#define IPVS_PROC "/proc"

// Reads the totals of this thread's network namespace; netlink does not carry them.
// `frozen`: sums up what each processor has counted; rates are 0 then. Returns 0, -ENOENT
// when IPVS is not in the kernel, or another -errno with the output untouched.
int ipvs_read_totals(const char *proc, bool frozen, struct ipvs_stats *ret_stats);

// Whether net.ipv4.vs.run_estimation is 0 in this thread's network namespace: then the
// kernel neither estimates rates nor adds up what its processors have counted, and all
// that it shows of either stands still. A kernel without the setting always estimates.
bool ipvs_is_frozen(const char *proc);

#endif
