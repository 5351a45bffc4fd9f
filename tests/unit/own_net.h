// SPDX-License-Identifier: MIT
// How does a test get a network of its own?
#ifndef HA_TEST_OWN_NET_H
#define HA_TEST_OWN_NET_H

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK_IFINDEX 1 // in every network namespace

// Moves this process into a new network namespace with its loopback up. False if it
// isn't allowed to.
static inline bool enter_own_net(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

  if (unshare(CLONE_NEWNET) < 0)
    return false;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  close(fd);
  return up;
}

#endif
