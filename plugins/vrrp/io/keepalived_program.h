// SPDX-License-Identifier: MIT
// Which version of keepalived is it that runs?
#ifndef HA_VRRP_IO_KEEPALIVED_PROGRAM_H
#define HA_VRRP_IO_KEEPALIVED_PROGRAM_H

#include <sys/types.h>

enum { VRRP_KEEPALIVED_VERSION_SIZE = 96 };

struct vrrp_keepalived_program {
  char version[VRRP_KEEPALIVED_VERSION_SIZE]; // "Keepalived v2.2.7 (01/16,2022)"
  double ipvs_64bit; // 1 if it was built for 64 bit IPVS counters, else 0
};

// Reads it from the program that the process runs: the line that it prints on --version
// stands in there. So nothing is started, and a program that was upgraded on disk since
// is not mistaken for it. Returns 0, -errno, or -ENOMSG if it has no such line;
// *ret_program only on success. Reads a few megabytes; any thread may call it.
int vrrp_keepalived_program_read(pid_t pid, struct vrrp_keepalived_program *ret_program);

#endif
