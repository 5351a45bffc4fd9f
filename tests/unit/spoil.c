// SPDX-License-Identifier: MIT
#include "spoil.h"

#include <errno.h>
#include <stdbool.h>
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

ssize_t recvmsg(int fd, struct msghdr *header, int flags) {
  if (spoil.errors > 0) {
    spoil.errors--;
    errno = spoil.error;
    return -1;
  }
  ssize_t length = syscall(SYS_recvmsg, fd, header, flags);
  if (length >= 0 && (flags & MSG_PEEK) == 0)
    pass(header, &length);
  return length;
}
