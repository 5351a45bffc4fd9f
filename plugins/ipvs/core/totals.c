// SPDX-License-Identifier: MIT
// What has the whole load balancer counted, services that are gone included?
//
// /proc/net/ip_vs_stats and ip_vs_stats_percpu.

#include "core/totals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TITLES 2 // lines before the numbers

static const char *skip_lines(const char *text, int lines) {
  for (; lines > 0 && text != NULL; lines--) {
    text = strchr(text, '\n');
    text = text != NULL ? text + 1 : NULL;
  }
  return text;
}

// Five of them stand in a line, in this order.
#define NUMBERS 5

static bool read_five(const char *line, uint64_t numbers[static NUMBERS]) {
  return line != NULL &&
         sscanf(line, " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
                &numbers[0], &numbers[1], &numbers[2], &numbers[3],
                &numbers[4]) == NUMBERS;
}

int ipvs_parse_totals(const char *text, struct ipvs_stats *ret_stats) {
  uint64_t count[NUMBERS], rate[NUMBERS];
  const char *counters = skip_lines(text, TITLES);
  const char *rates = counters != NULL ? strstr(counters, "Conns/s") : NULL;
  if (!read_five(counters, count) || !read_five(skip_lines(rates, 1), rate))
    return -EBADMSG;
  *ret_stats = (struct ipvs_stats){
      .connections = count[0],
      .in_packets = count[1],
      .out_packets = count[2],
      .in_octets = count[3],
      .out_octets = count[4],
      .connection_rate = rate[0],
      .in_packet_rate = rate[1],
      .out_packet_rate = rate[2],
      .in_octet_rate = rate[3],
      .out_octet_rate = rate[4],
  };
  return 0;
}

bool ipvs_add_processor(const char *line, struct ipvs_stats *stats) {
  uint64_t own[NUMBERS];
  int behind = 0; // the processor's number
  if (sscanf(line, " %*x%n", &behind) < 0 || behind == 0 ||
      !read_five(line + behind, own))
    return false;
  stats->connections += own[0];
  stats->in_packets += own[1];
  stats->out_packets += own[2];
  stats->in_octets += own[3];
  stats->out_octets += own[4];
  return true;
}
