// SPDX-License-Identifier: MIT
// How is what the kernel says by netlink received: whole, in time, and from the kernel
// alone?
#ifndef HA_COMMON_NETLINK_H
#define HA_COMMON_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  HA_NETLINK_TRIES = 5, // of one question, while its answer changes or gets lost
  // The kernel fills the parts of a dump up to this, if it can. It takes as much memory
  // for each, and clears it: with what it adds, this is one page, the least it takes.
  HA_NETLINK_DATAGRAM = 3584,
  HA_NETLINK_DATAGRAM_MAX = 1 << 20, // a link of very many parts needs more
  HA_NETLINK_RECEIVE_MAX = 16 << 20, // what the kernel may hold for us
};

// A socket and its buffer. One thread at a time may use it.
struct ha_netlink {
  int fd; // 0 or less: closed
  int protocol;
  uint32_t port;     // what the kernel calls the socket
  uint32_t sequence; // of the last question
  uint8_t *buffer;   // the datagram that was received last, aligned for messages
  size_t buffer_size;
};

// Opens a socket of the protocol (NETLINK_ROUTE …), which never waits by itself. 0 or
// -errno; then it is closed. A socket that is closed may be opened again.
int ha_netlink_open(struct ha_netlink *netlink, int protocol);

// Closes the socket, unless it is closed, or was zeroed and never opened.
void ha_netlink_close(struct ha_netlink *netlink);

// Subscribes to a group (RTNLGRP_LINK …). 0 or -errno.
int ha_netlink_join(struct ha_netlink *netlink, int group);

// Milliseconds of CLOCK_MONOTONIC, for the deadlines below.
int64_t ha_netlink_now(void);

// Receives one datagram of the kernel's into the buffer, which grows to what comes; of
// another process's nothing is kept, not an octet. A deadline of 0 does not wait. Returns
// 0; -EAGAIN if nothing is there and nothing is waited for; -ETIMEDOUT; -ENOBUFS if
// messages were lost: the kernel may hold more from now on; -EMSGSIZE, or another -errno
// of the socket.
int ha_netlink_receive(struct ha_netlink *netlink, int64_t deadline, size_t *ret_length);

// The whole message at *left octets before the buffer's end, or NULL at its end and where
// a message is cut: then *left is not 0. Moves *next and *left behind it.
const struct nlmsghdr *ha_netlink_next(const uint8_t **next, size_t *left);

// Sends a request, whose number and port are filled in; one that is no dump is to be
// acknowledged, so that each answer has an end. 0 or -errno.
int ha_netlink_send(struct ha_netlink *netlink, struct nlmsghdr *request);

// How far the answer to the last request has come.
enum ha_netlink_progress {
  HA_NETLINK_MORE,  // not to its end
  HA_NETLINK_WHOLE, // to its end
  HA_NETLINK_STALE, // to its end, but it changed meanwhile: ask again
};

struct ha_netlink_answer {
  enum ha_netlink_progress progress;
  bool is_stale; // a part of it said so (NLM_F_DUMP_INTR), or was lost
};

// One message of the answer. 0 goes on, a negative number ends it.
typedef int ha_netlink_take(void *context, const struct nlmsghdr *message);

// Goes through the datagram that was received, and hands what belongs to the answer to
// `take`, if it isn't NULL. Late answers to other questions, and notifications, are
// passed over. Returns 0; what `take` returned; the kernel's -errno; or -EBADMSG for what
// is cut off or makes no sense.
int ha_netlink_follow(const struct ha_netlink *netlink, size_t length,
                      struct ha_netlink_answer *answer, ha_netlink_take *take,
                      void *context);

struct ha_netlink_question {
  struct nlmsghdr *request;
  void (*begin)(void *context); // before each try: forget what the last one took; or NULL
  ha_netlink_take *take;
  void *context;
  bool is_work; // an answer that goes on is heard to its end, however late
};

// Asks and hears the whole answer, at the longest until the deadline. Asks again if it
// changed under way, and by a new socket if a part of it was lost, or was longer than the
// buffer, which has room then. After a failure the rest of an answer may still come:
// close the socket. Not for a socket that has subscribed. Returns 0; -EINTR if it never
// stood still; -ENOBUFS; -ETIMEDOUT; or as ha_netlink_follow() and ha_netlink_receive().
int ha_netlink_ask(struct ha_netlink *netlink, const struct ha_netlink_question *question,
                   int64_t deadline);

#endif
