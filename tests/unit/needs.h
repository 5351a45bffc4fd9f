// SPDX-License-Identifier: MIT
// Can a test be run here? An emulator of a processor does not know all of the kernel.
#ifndef HA_TEST_NEEDS_H
#define HA_TEST_NEEDS_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HA_TEST_SKIPPED 77 // as ctest is told

static inline int skip_all(const char *lacking) {
  printf("can't be run here: %s\n", lacking);
  return HA_TEST_SKIPPED;
}

static inline bool has_socket(int domain, int type, int protocol) {
  int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
  bool has = fd >= 0;
  close(fd);
  return has;
}

static inline bool has_generic_netlink(void) {
  return has_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
}

static inline bool has_frame_stamps(void) {
  int on = 1, fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool has = setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0;
  close(fd);
  return has;
}

static inline bool has_pidfd(void) {
  int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
  bool has = fd >= 0 && syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0;
  close(fd);
  return has;
}

// A process is what its program is, in the eyes of another: not under an emulator.
static inline bool is_its_own_program(void) {
  char path[32];
  struct stat own, seen;
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  snprintf(path, sizeof(path), "/proc/%d/exe", (int)child);
  bool is = stat(program_invocation_name, &own) == 0 && stat(path, &seen) == 0 &&
            own.st_dev == seen.st_dev && own.st_ino == seen.st_ino;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return is;
}

// What a test lacks that is a daemon itself, to be found by its program and signalled;
// NULL: nothing.
static inline const char *lacks_own_daemon(void) {
  if (!has_pidfd())
    return "no descriptors of processes";
  return is_its_own_program() ? NULL : "a process is not seen as its program";
}

static inline bool has_memberships(void) {
  struct ip_mreqn loopback = {.imr_multiaddr.s_addr = htonl(0xe0000012),
                              .imr_ifindex = 1};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool has =
      setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &loopback, sizeof(loopback)) == 0;
  close(fd);
  return has;
}

static inline bool has_routing_rules(void) {
  struct {
    struct nlmsghdr header;
    struct rtmsg rule;
  } ask = {.header = {.nlmsg_len = sizeof(ask),
                      .nlmsg_type = RTM_GETRULE,
                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  bool has = send(fd, &ask, sizeof(ask), 0) == (ssize_t)sizeof(ask);
  close(fd);
  return has;
}

#endif
