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

static int read_five(const char *line, uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d,
                     uint64_t *e) {
  if (line == NULL)
    return -EBADMSG;
  int found = sscanf(line, " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64, a,
                     b, c, d, e);
  return found == 5 ? 0 : -EBADMSG;
}

int ipvs_parse_totals(const char *text, struct ipvs_stats *ret_stats) {
  struct ipvs_stats stats = {0};
  const char *counters = skip_lines(text, TITLES);
  const char *rates = counters != NULL ? strstr(counters, "Conns/s") : NULL;
  rates = skip_lines(rates, 1);
  if (read_five(counters, &stats.connections, &stats.in_packets, &stats.out_packets,
                &stats.in_octets, &stats.out_octets) != 0 ||
      read_five(rates, &stats.connection_rate, &stats.in_packet_rate,
                &stats.out_packet_rate, &stats.in_octet_rate, &stats.out_octet_rate) != 0)
    return -EBADMSG;
  *ret_stats = stats;
  return 0;
}

bool ipvs_add_processor(const char *line, struct ipvs_stats *stats) {
  struct ipvs_stats own;
  unsigned processor;
  if (sscanf(line, " %x %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
             &processor, &own.connections, &own.in_packets, &own.out_packets,
             &own.in_octets, &own.out_octets) != 6)
    return false;
  stats->connections += own.connections;
  stats->in_packets += own.in_packets;
  stats->out_packets += own.out_packets;
  stats->in_octets += own.in_octets;
  stats->out_octets += own.out_octets;
  return true;
}
