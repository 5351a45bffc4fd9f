// SPDX-License-Identifier: MIT
// What has the whole load balancer counted, services that are gone included?

#ifndef HA_IPVS_TOTALS_H
#define HA_IPVS_TOTALS_H

#include "core/service.h"

#include <stdbool.h>

// Parses /proc/net/ip_vs_stats: two lines of titles, one of counters, and the same
// of rates, all hexadecimal.
// `text` ends with a zero. Returns 0, or -EBADMSG with the output untouched.
int ipvs_parse_totals(const char *text, struct ipvs_stats *ret_stats);

// Adds the counters of one processor, if this is its line of
// /proc/net/ip_vs_stats_percpu: its number and five counters, all hexadecimal. Returns
// whether it was one.
bool ipvs_add_processor(const char *line, struct ipvs_stats *stats);

#endif
