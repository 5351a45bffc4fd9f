// SPDX-License-Identifier: MIT
// What if the kernel answers as it seldom does? Stands between netlink sockets and this
// test, in the place of recvmsg(), and changes what passes.
#ifndef HA_TESTS_SPOIL_H
#define HA_TESTS_SPOIL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spoil {
  int error;          // errno instead of a datagram,
  unsigned errors;    // so often; UINT_MAX: for ever
  unsigned datagrams; // that have passed
  bool is_endless;    // where there is nothing, a message that says nothing: for ever

  // Changes a datagram, which may become shorter, and its sender.
  void (*change)(uint8_t *datagram, size_t *length, uint32_t *sender);
  unsigned times; // it is still to be called; UINT_MAX: for ever
};

// Zeroed, it changes nothing.
extern struct spoil spoil;

#endif
