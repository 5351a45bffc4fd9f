// SPDX-License-Identifier: MIT
// How is what the kernel says by netlink received: whole, in time, and from the kernel
// alone?
#include "common/io/netlink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t ha_netlink_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- the socket -----------------------------------------------------------------

static int find_port(int fd, uint32_t *ret_port) {
  struct sockaddr_nl address = {0};
  socklen_t size = sizeof(address);
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
    return -errno;
  *ret_port = address.nl_pid;
  return 0;
}

static int grow_buffer(struct ha_netlink *netlink, size_t size) {
  if (size <= netlink->buffer_size)
    return 0;
  if (size > HA_NETLINK_DATAGRAM_MAX)
    return -EMSGSIZE;
  // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it was opened anew since it was freed
  uint8_t *grown = realloc(netlink->buffer, size);
  if (grown == NULL)
    return -ENOMEM;
  netlink->buffer = grown;
  netlink->buffer_size = size;
  return 0;
}

static int prepare(struct ha_netlink *netlink) {
  struct sockaddr_nl any = {.nl_family = AF_NETLINK};
  if (bind(netlink->fd, (struct sockaddr *)&any, sizeof(any)) < 0)
    return -errno;
  int status = find_port(netlink->fd, &netlink->port);
  return status == 0 ? grow_buffer(netlink, HA_NETLINK_DATAGRAM) : status;
}

int ha_netlink_open(struct ha_netlink *netlink, int protocol) {
  *netlink = (struct ha_netlink){
      .fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol),
      .protocol = protocol,
  };
  int status = netlink->fd < 0 ? -errno : prepare(netlink);
  if (status != 0)
    ha_netlink_close(netlink);
  return status;
}

void ha_netlink_close(struct ha_netlink *netlink) {
  if (netlink->fd > 0)
    close(netlink->fd);
  free(netlink->buffer); // NOLINT(clang-analyzer-unix.Malloc): as in grow_buffer()
  *netlink = (struct ha_netlink){.fd = -1};
}

int ha_netlink_join(struct ha_netlink *netlink, int group) {
  return setsockopt(netlink->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
                    sizeof(group)) < 0
             ? -errno
             : 0;
}

// --- receiving ------------------------------------------------------------------

// After a loss the kernel may hold twice as much: it doubles what it is asked for
// (socket(7)), so what there is is asked for. Without CAP_NET_ADMIN the system's bound
// holds.
static void grow_receive_buffer(int fd) {
  int size = 0;
  socklen_t length = sizeof(size);
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0 ||
      size > HA_NETLINK_RECEIVE_MAX / 2)
    return;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

// Looks how long the next datagram is (MSG_PEEK), or takes it. Returns its whole length,
// whatever of it has room, or -errno.
static ssize_t receive_now(struct ha_netlink *netlink, int flags, uint32_t *ret_sender) {
  struct sockaddr_nl from = {0};
  struct iovec room = {netlink->buffer, flags & MSG_PEEK ? 0 : netlink->buffer_size};
  struct msghdr header = {
      .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &room, .msg_iovlen = 1};
  ssize_t length = recvmsg(netlink->fd, &header, flags | MSG_DONTWAIT | MSG_TRUNC);
  *ret_sender = from.nl_pid;
  return length < 0 ? -errno : length;
}

// What is to be done with a datagram that is longer than the buffer: it is looked at
// first, so that it finds room; or, since it can be asked for again, it is lost and the
// next finds room, which costs one system call less for each.
enum longer { LONGER_KEPT, LONGER_LOST };

static int make_room(struct ha_netlink *netlink) {
  uint32_t sender;
  ssize_t length = receive_now(netlink, MSG_PEEK, &sender);
  return length < 0 ? (int)length : grow_buffer(netlink, (size_t)length);
}

static int make_room_for_next(struct ha_netlink *netlink, size_t length) {
  int status = grow_buffer(netlink, length);
  return status == 0 ? -ENOBUFS : status;
}

// 0 octets are left of what another process sent.
static int take_one(struct ha_netlink *netlink, enum longer longer, size_t *ret_length) {
  uint32_t sender;
  int room = longer == LONGER_KEPT ? make_room(netlink) : 0;
  if (room != 0 && room != -EMSGSIZE)
    return room;
  ssize_t length = receive_now(netlink, 0, &sender);
  if (length < 0)
    return (int)length;
  if (sender == 0 && (size_t)length > netlink->buffer_size)
    return make_room_for_next(netlink, (size_t)length);
  *ret_length = sender == 0 ? (size_t)length : 0;
  return 0;
}

// -EINTR: the socket should be looked at again.
static int wait_for_more(int fd, int64_t deadline) {
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  int64_t left = deadline - ha_netlink_now();
  if (deadline == 0)
    return -EAGAIN;
  if (left <= 0)
    return -ETIMEDOUT;
  return poll(&wait, 1, left < INT32_MAX ? (int)left : INT32_MAX) < 0 ? -errno : -EINTR;
}

static int receive(struct ha_netlink *netlink, enum longer longer, int64_t deadline,
                   size_t *ret_length) {
  int status = -EINTR;
  while (status == -EINTR) {
    status = take_one(netlink, longer, ret_length);
    if (status == -EAGAIN)
      status = wait_for_more(netlink->fd, deadline);
  }
  if (status == -ENOBUFS)
    grow_receive_buffer(netlink->fd);
  return status;
}

int ha_netlink_receive(struct ha_netlink *netlink, int64_t deadline, size_t *ret_length) {
  return receive(netlink, LONGER_KEPT, deadline, ret_length);
}

// --- messages -------------------------------------------------------------------

const struct nlmsghdr *ha_netlink_next(const uint8_t **next, size_t *left) {
  const struct nlmsghdr *message = (const void *)*next;
  // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as in grow_buffer()
  if (*left < sizeof(*message) || message->nlmsg_len < sizeof(*message) ||
      message->nlmsg_len > *left || NLMSG_ALIGN(message->nlmsg_len) > *left)
    return NULL;
  *next += NLMSG_ALIGN(message->nlmsg_len);
  *left -= NLMSG_ALIGN(message->nlmsg_len);
  return message;
}

int ha_netlink_send(struct ha_netlink *netlink, struct nlmsghdr *request) {
  bool is_dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
  request->nlmsg_flags |= is_dump ? NLM_F_REQUEST : NLM_F_REQUEST | NLM_F_ACK;
  request->nlmsg_seq = ++netlink->sequence;
  request->nlmsg_pid = netlink->port;
  return send(netlink->fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
}

// The end of an answer carries the kernel's -errno; 0 is success.
static int take_end(const struct nlmsghdr *message, struct ha_netlink_answer *answer) {
  int status;
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(status)))
    return -EBADMSG;
  memcpy(&status, NLMSG_DATA(message), sizeof(status));
  if (status == -EINTR)
    answer->is_stale = true;
  answer->progress = answer->is_stale ? HA_NETLINK_STALE : HA_NETLINK_WHOLE;
  if (status > 0)
    return -EBADMSG;
  return answer->is_stale ? 0 : status;
}

static int take_message(const struct nlmsghdr *message, struct ha_netlink_answer *answer,
                        ha_netlink_take *take, void *context) {
  answer->is_stale |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
  switch (message->nlmsg_type) {
  case NLMSG_NOOP:
    return 0;
  case NLMSG_ERROR:
  case NLMSG_DONE:
    return take_end(message, answer);
  case NLMSG_OVERRUN:
    answer->is_stale = true;
    return 0;
  default:
    return take != NULL ? take(context, message) : 0;
  }
}

int ha_netlink_follow(const struct ha_netlink *netlink, size_t length,
                      struct ha_netlink_answer *answer, ha_netlink_take *take,
                      void *context) {
  const uint8_t *next = netlink->buffer;
  const struct nlmsghdr *message;
  int status = 0;
  while (status == 0 && answer->progress == HA_NETLINK_MORE &&
         (message = ha_netlink_next(&next, &length)) != NULL)
    if (message->nlmsg_seq == netlink->sequence && message->nlmsg_pid == netlink->port)
      status = take_message(message, answer, take, context);
  if (status == 0 && answer->progress == HA_NETLINK_MORE && length > 0)
    return -EBADMSG; // cut off
  return status;
}

// --- questions ------------------------------------------------------------------

// The kernel makes the parts of a dump as they are read, so that none is waited for.
static bool takes_too_long(const struct ha_netlink_question *question, size_t length,
                           int64_t deadline) {
  bool is_work = question->is_work && length > 0;
  return !is_work && ha_netlink_now() >= deadline;
}

static int hear_answer(struct ha_netlink *netlink,
                       const struct ha_netlink_question *question, int64_t deadline) {
  struct ha_netlink_answer answer = {0};
  int status = ha_netlink_send(netlink, question->request);
  while (status == 0 && answer.progress == HA_NETLINK_MORE) {
    size_t length = 0;
    status = receive(netlink, LONGER_LOST, deadline, &length);
    if (status == 0)
      status =
          ha_netlink_follow(netlink, length, &answer, question->take, question->context);
    if (status == 0 && answer.progress == HA_NETLINK_MORE &&
        takes_too_long(question, length, deadline))
      status = -ETIMEDOUT;
  }
  return status == 0 && answer.progress == HA_NETLINK_STALE ? -EINTR : status;
}

// A dump of which the kernel could not make a part never ends, and no other begins
// before.
static int open_anew(struct ha_netlink *netlink) {
  int protocol = netlink->protocol;
  uint32_t sequence = netlink->sequence;
  size_t size = netlink->buffer_size;
  ha_netlink_close(netlink);
  int status = ha_netlink_open(netlink, protocol);
  netlink->sequence = sequence;
  return status == 0 ? grow_buffer(netlink, size) : status;
}

int ha_netlink_ask(struct ha_netlink *netlink, const struct ha_netlink_question *question,
                   int64_t deadline) {
  int status = -EINTR;
  for (int i = 0; i < HA_NETLINK_TRIES && (status == -EINTR || status == -ENOBUFS); i++) {
    int opened = status == -ENOBUFS ? open_anew(netlink) : 0;
    if (opened != 0)
      return opened;
    if (question->begin != NULL)
      question->begin(question->context);
    status = hear_answer(netlink, question, deadline);
  }
  return status;
}
