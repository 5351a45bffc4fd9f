// SPDX-License-Identifier: MIT
// Where do the load balancer's totals come from?
//
// Reads /proc/net/ip_vs_stats.

#include "io/totals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int ipvs_read_totals(struct ipvs_stats *ret_stats) {
  char text[2048];
  int file = open("/proc/self/net/ip_vs_stats", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return -errno;
  ssize_t length = read(file, text, sizeof(text) - 1);
  int status = length < 0 ? -errno : 0;
  close(file);
  if (status != 0)
    return status;
  text[length] = '\0';
  return ipvs_parse_totals(text, ret_stats);
}
