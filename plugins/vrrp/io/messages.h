// SPDX-License-Identifier: MIT
// Where does the next netlink message of a buffer stand, and is it whole?
#ifndef HA_VRRP_MESSAGES_H
#define HA_VRRP_MESSAGES_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

// True if a whole message stands at `message`, with `left` bytes to the buffer's end,
// its padding included: libmnl reads attributes up to there. libmnl's own test takes
// lengths above INT_MAX for negative ones.
static inline bool vrrp_message_fits(const struct nlmsghdr *message, int left) {
  return left >= (int)sizeof(*message) && message->nlmsg_len <= (unsigned)left &&
         MNL_ALIGN(message->nlmsg_len) <= (unsigned)left && mnl_nlmsg_ok(message, left);
}

#endif
