// SPDX-License-Identifier: MIT
// What does a poll of ours cost beside a bare netlink dump of the same, and beside what
// collectd's own plugin reads?
//
//   ipvs_poll ROUNDS    prints, for each, the median of wall and CPU milliseconds
//
// The bare dump asks as we do, one dump of the services and one a service of its real
// servers, with plain sockets, and looks at nothing but the end of each dump and the
// key that the next one needs. collectd's own plugin asks by the older getsockopt,
// without IPv6 and 64-bit counters; here nothing is done with what that brings.

#include "io/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROOM 32768

static double clock_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* --- the bare dump -------------------------------------------------------------- */

/* The services of one dump: each the nested attribute that names it. */
struct keys {
  uint8_t *octets;
  size_t length;
};

static void keep_key(struct keys *keys, const struct nlmsghdr *message) {
  size_t length = message->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
  keys->octets = realloc(keys->octets, keys->length + ROOM);
  memcpy(keys->octets + keys->length, (uint8_t *)NLMSG_DATA(message) + GENL_HDRLEN,
         length);
  keys->length += NLA_ALIGN(length);
}

/* Returns the rows of one dump. */
static size_t dump(int file, uint16_t family, uint8_t command, uint8_t version,
                   const void *key, size_t key_length, struct keys *keys,
                   void (*look)(const struct nlmsghdr *)) {
  static _Alignas(struct nlmsghdr) uint8_t buffer[ROOM];
  struct {
    struct nlmsghdr header;
    struct genlmsghdr generic;
    uint8_t key[1024];
  } request = {
      .header = {.nlmsg_type = family,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                 .nlmsg_len = (uint32_t)(NLMSG_LENGTH(GENL_HDRLEN) + key_length)},
      .generic = {.cmd = command, .version = version}};
  memcpy(request.key, key, key_length);
  if (send(file, &request, request.header.nlmsg_len, 0) < 0)
    fail("send");
  for (size_t rows = 0;;) {
    ssize_t length = recv(file, buffer, sizeof(buffer), 0);
    if (length < 0)
      fail("recv");
    struct nlmsghdr *message = (struct nlmsghdr *)buffer;
    for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
        return rows;
      rows++;
      if (keys != NULL)
        keep_key(keys, message);
      if (look != NULL)
        look(message);
    }
  }
}

static uint16_t ipvs_family;

static void look_for_family(const struct nlmsghdr *message) {
  struct ipvs_genl_family family;
  if (ipvs_parse_genl_family((uint8_t *)NLMSG_DATA(message) + GENL_HDRLEN,
                             message->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN),
                             &family) == 0 &&
      strcmp(family.name, IPVS_GENL_NAME) == 0)
    ipvs_family = family.id;
}

static size_t bare_dump(int file) {
  struct keys keys = {0};
  size_t rows = dump(file, ipvs_family, IPVS_CMD_GET_SERVICE, 1, "", 0, &keys, NULL);
  for (size_t at = 0; at < keys.length;) {
    struct nlattr nest;
    memcpy(&nest, keys.octets + at, sizeof(nest));
    rows += dump(file, ipvs_family, IPVS_CMD_GET_DEST, 1, keys.octets + at, nest.nla_len,
                 NULL, NULL);
    at += NLA_ALIGN(nest.nla_len);
  }
  free(keys.octets);
  return rows;
}

/* --- as collectd's own plugin reads ------------------------------------------------ */

static void get(int raw, int option, void *answer, size_t size) {
  socklen_t length = (socklen_t)size;
  if (getsockopt(raw, IPPROTO_IP, option, answer, &length) != 0)
    fail("getsockopt");
}

static size_t old_destinations(int raw, const struct ip_vs_service_entry *service) {
  size_t size = sizeof(struct ip_vs_get_dests) +
                service->num_dests * sizeof(struct ip_vs_dest_entry);
  struct ip_vs_get_dests *found = calloc(1, size);
  *found = (struct ip_vs_get_dests){.protocol = service->protocol,
                                    .addr = service->addr,
                                    .port = service->port,
                                    .fwmark = service->fwmark,
                                    .num_dests = service->num_dests};
  get(raw, IP_VS_SO_GET_DESTS, found, size);
  free(found);
  return service->num_dests;
}

static size_t old_read(int raw) {
  struct ip_vs_getinfo info;
  get(raw, IP_VS_SO_GET_INFO, &info, sizeof(info));
  size_t size = sizeof(struct ip_vs_get_services) +
                info.num_services * sizeof(struct ip_vs_service_entry);
  struct ip_vs_get_services *found = calloc(1, size);
  found->num_services = info.num_services;
  get(raw, IP_VS_SO_GET_SERVICES, found, size);
  size_t rows = info.num_services;
  for (unsigned i = 0; i < info.num_services; i++)
    rows += old_destinations(raw, &found->entrytable[i]);
  free(found);
  return rows;
}

/* --- ours ------------------------------------------------------------------------ */

static size_t our_poll(struct ipvs_netlink *netlink, struct ipvs_snapshot *snapshot) {
  struct ipvs_snapshot now = {0};
  const struct ipvs_poll poll = {.before = snapshot, .budget_ms = 60000};
  int status = ipvs_netlink_poll(netlink, &poll, &now);
  if (status != 0) {
    errno = -status;
    fail("poll");
  }
  ipvs_snapshot_clear(snapshot);
  *snapshot = now;
  size_t rows = now.service_count;
  for (size_t i = 0; i < now.service_count; i++)
    rows += now.services[i].destination_count;
  return rows;
}

/* --- measuring -------------------------------------------------------------------- */

struct series {
  double wall[1000], cpu[1000];
  int count;
};

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double median(double *numbers, int count) {
  qsort(numbers, (size_t)count, sizeof(*numbers), compare);
  return numbers[count / 2];
}

static void note(struct series *series, double wall, double cpu) {
  series->wall[series->count] = clock_ms(CLOCK_MONOTONIC) - wall;
  series->cpu[series->count++] = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
}

static void print(size_t rows, struct series *series) {
  printf("%zu %.2f %.2f\n", rows, median(series->wall, series->count),
         median(series->cpu, series->count));
}

int main(int argc, char **argv) {
  static struct series bare, ours, old;
  int rounds = argc > 1 ? atoi(argv[1]) : 11;
  int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
  int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  struct ipvs_netlink *netlink = NULL;
  struct ipvs_snapshot snapshot = {0};
  if (file < 0 || raw < 0 || ipvs_netlink_open(&netlink) != 0)
    fail("sockets");
  dump(file, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, "", 0, NULL, look_for_family);
  size_t bare_rows = 0, our_rows = 0, old_rows = 0;
  for (int i = 0; i < rounds && i < 1000; i++) {
    double wall = clock_ms(CLOCK_MONOTONIC), cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    bare_rows = bare_dump(file);
    note(&bare, wall, cpu);
    wall = clock_ms(CLOCK_MONOTONIC), cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    our_rows = our_poll(netlink, &snapshot);
    note(&ours, wall, cpu);
    wall = clock_ms(CLOCK_MONOTONIC), cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    old_rows = old_read(raw);
    note(&old, wall, cpu);
  }
  print(bare_rows, &bare);
  print(our_rows, &ours);
  print(old_rows, &old);
  ipvs_snapshot_clear(&snapshot);
  ipvs_netlink_close(netlink);
  close(raw);
  close(file);
  return bare_rows == our_rows && bare_rows == old_rows ? 0 : 1;
}
