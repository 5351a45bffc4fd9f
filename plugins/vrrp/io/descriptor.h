// SPDX-License-Identifier: MIT
// May this descriptor be kept, or is it one of those that the others need?
//
// A process without a free descriptor does not fail gently: collectd's other plugins
// cannot write, and glibc aborts it when a thread ends and libgcc_s cannot be opened.
#ifndef HA_VRRP_DESCRIPTOR_H
#define HA_VRRP_DESCRIPTOR_H

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#define VRRP_DESCRIPTOR_RESERVE 32 // left to everybody else

// Takes what a call returned that makes a descriptor. The descriptor; -errno if there is
// none; -EMFILE, and it is closed, if fewer than the reserve are left.
static inline int vrrp_descriptor_keep(int fd) {
  struct rlimit limit;

  if (fd < 0)
    return -errno;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
      (rlim_t)fd + VRRP_DESCRIPTOR_RESERVE >= limit.rlim_cur) {
    close(fd);
    return -EMFILE;
  }
  return fd;
}

#endif
