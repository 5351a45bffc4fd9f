// SPDX-License-Identifier: MIT
// Has something changed among the servers of the kernel's load balancer?
#include "io/kernel_servers.h"

#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 512, LINES_MAX = 1 << 20 };

// Of "  -> ADDRESS:PORT METHOD WEIGHT ACTIVE INACTIVE": all but the connections.
static size_t steady_length(const char *line) {
  static const char ARROW[] = "  -> ";
  const char *at = line;
  if (strncmp(line, ARROW, sizeof(ARROW) - 1) != 0)
    return strlen(line);
  for (int word = 0; word < 4; word++) {
    at += strspn(at, " ");
    at += strcspn(at, " ");
  }
  return (size_t)(at - line);
}

// FNV-1a.
static uint64_t digest(uint64_t before, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    before = (before ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
  return before;
}

uint64_t vrrp_kernel_servers_digest(const char *path) {
  FILE *file = fopen(path, "re");
  char line[LINE_SIZE];
  uint64_t sum = UINT64_C(0xcbf29ce484222325);
  if (file == NULL)
    return 0;
  for (int i = 0; i < LINES_MAX && fgets(line, sizeof(line), file) != NULL; i++)
    sum = digest(sum, line, steady_length(line));
  (void)fclose(file);
  return sum;
}
