// SPDX-License-Identifier: MIT
// Can any datagrams in the kernel's place hurt a poll, or leave half a snapshot?
//
// An input is a list of datagrams, each behind its length in two octets, little endian.
// They answer whatever is asked, in turn, until none is left and the kernel is silent.
#include "io/netlink.h"

#include <errno.h>
#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *next, *end;

static void check(int holds) {
  if (!holds)
    abort();
}

// --- in the place of the C library ----------------------------------------------------

static struct nlmsghdr asked;

ssize_t send(int fd, const void *message, size_t length, int flags) {
  (void)fd, (void)flags;
  memcpy(&asked, message, sizeof(asked));
  return (ssize_t)length;
}

// Every request has the number 0 in the inputs.
static void number(uint8_t *datagram, size_t length) {
  while (length >= sizeof(struct nlmsghdr)) {
    struct nlmsghdr *message = (void *)datagram;
    if (message->nlmsg_seq == 0) {
      message->nlmsg_seq = asked.nlmsg_seq;
      message->nlmsg_pid = asked.nlmsg_pid;
    }
    size_t step = NLMSG_ALIGN((size_t)message->nlmsg_len);
    if (step < sizeof(*message) || step > length)
      return;
    datagram += step;
    length -= step;
  }
}

// As the kernel's with MSG_TRUNC: what has no room is lost, and the whole length told.
ssize_t recvmsg(int fd, struct msghdr *header, int flags) {
  (void)fd;
  if (end - next < 2) {
    errno = EAGAIN;
    return -1;
  }
  const struct iovec *room = header->msg_iov;
  size_t length = next[0] | (size_t)next[1] << 8, left = (size_t)(end - next) - 2;
  if (length > left)
    length = left;
  if (flags & MSG_PEEK)
    return (ssize_t)length;
  size_t taken = length < room->iov_len ? length : room->iov_len;
  memcpy(room->iov_base, next + 2, taken);
  number(room->iov_base, taken);
  next += 2 + length;
  return (ssize_t)length;
}

// --- what must hold ------------------------------------------------------------------

static void check_service(const struct ipvs_service *service) {
  check(service->sums.servers == service->destination_count);
  for (size_t i = 1; i < service->destination_count; i++)
    check(ipvs_destination_key_compare(&service->destinations[i - 1].key,
                                       &service->destinations[i].key) < 0);
}

static void check_snapshot(const struct ipvs_snapshot *snapshot) {
  for (size_t i = 0; i < snapshot->service_count; i++) {
    check_service(&snapshot->services[i]);
    check(i == 0 || ipvs_service_key_compare(&snapshot->services[i - 1].key,
                                             &snapshot->services[i].key) < 0);
  }
}

static void poll_twice(struct ipvs_netlink *netlink, struct ipvs_snapshot *before) {
  for (int i = 0; i < 2; i++) {
    struct ipvs_snapshot now = {0};
    const struct ipvs_poll poll = {.before = before};
    int status = ipvs_netlink_poll(netlink, &poll, &now);
    check(status <= 0);
    check(status == 0 || now.services == NULL);
    check_snapshot(&now);
    ipvs_snapshot_clear(before);
    *before = now;
  }
}

static void set_a_weight(struct ipvs_netlink *netlink) {
  struct ipvs_service_key service = {
      .family = AF_INET, .protocol = IPPROTO_TCP, .port = 80, .address = {192, 0, 2, 1}};
  struct ipvs_destination_key server = {
      .family = AF_INET, .port = 80, .address = {10, 0, 0, 1}};
  uint32_t old = UINT32_MAX;
  int status = ipvs_netlink_set_weight(netlink, &service, &server, 7, 0, &old);
  check(status <= 0);
  check(status == 0 || old == UINT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ipvs_netlink *netlink = NULL;
  struct ipvs_snapshot snapshot = {0};
  next = data, end = data + size;
  check(ipvs_netlink_open(&netlink) == 0);
  poll_twice(netlink, &snapshot);
  set_a_weight(netlink);
  ipvs_snapshot_clear(&snapshot);
  ipvs_netlink_close(netlink);
  return 0;
}
