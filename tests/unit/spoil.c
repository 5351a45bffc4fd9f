// SPDX-License-Identifier: MIT
#include "spoil.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct spoil spoil;

static void pass(const struct msghdr *header, ssize_t *length) {
  struct sockaddr_nl *from = header->msg_name;
  size_t left = (size_t)*length;
  spoil.datagrams++;
  if (spoil.change == NULL || spoil.times == 0)
    return;
  spoil.times -= spoil.times != UINT32_MAX;
  spoil.change(header->msg_iov[0].iov_base, &left, &from->nl_pid);
  *length = (ssize_t)left;
}

static ssize_t say_nothing(struct msghdr *header) {
  const struct nlmsghdr nothing = {.nlmsg_len = sizeof(nothing),
                                   .nlmsg_type = NLMSG_NOOP};
  struct iovec *room = &header->msg_iov[0];
  memcpy(room->iov_base, &nothing,
         room->iov_len < sizeof(nothing) ? room->iov_len : sizeof(nothing));
  return sizeof(nothing);
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags) {
  if (spoil.errors > 0) {
    spoil.errors -= spoil.errors != UINT32_MAX;
    errno = spoil.error;
    return -1;
  }
  ssize_t length = syscall(SYS_recvmsg, fd, header, flags);
  if (length < 0 && errno == EAGAIN && spoil.is_endless)
    length = say_nothing(header);
  if (length >= 0 && (flags & MSG_PEEK) == 0)
    pass(header, &length);
  return length;
}
