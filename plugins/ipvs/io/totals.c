// SPDX-License-Identifier: MIT
// Where do the load balancer's totals come from, and are its counters brought up to date?
//
// Reads three small files of /proc.

#include "io/totals.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define LINE_MAX_LENGTH 256

static FILE *open_in(const char *proc, const char *name) {
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", proc, name);
  return fopen(path, "re");
}

static int read_sum(const char *proc, struct ipvs_stats *ret_stats) {
  char text[2048];
  FILE *file = open_in(proc, "thread-self/net/ip_vs_stats");
  if (file == NULL)
    return -errno;
  text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
  (void)fclose(file);
  return ipvs_parse_totals(text, ret_stats);
}

static int read_processors(const char *proc, struct ipvs_stats *ret_stats) {
  char line[LINE_MAX_LENGTH];
  struct ipvs_stats stats = {0};
  size_t processors = 0;
  FILE *file = open_in(proc, "thread-self/net/ip_vs_stats_percpu");
  if (file == NULL)
    return -errno;
  while (fgets(line, sizeof(line), file) != NULL)
    processors += ipvs_add_processor(line, &stats);
  (void)fclose(file);
  if (processors == 0)
    return -EBADMSG;
  *ret_stats = stats;
  return 0;
}

int ipvs_read_totals(const char *proc, bool frozen, struct ipvs_stats *ret_stats) {
  return frozen ? read_processors(proc, ret_stats) : read_sum(proc, ret_stats);
}

bool ipvs_is_frozen(const char *proc) {
  FILE *file = open_in(proc, "sys/net/ipv4/vs/run_estimation");
  if (file == NULL)
    return false;
  int first = fgetc(file);
  (void)fclose(file);
  return first == '0';
}
