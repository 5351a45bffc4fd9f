// SPDX-License-Identifier: MIT
// How does one learn which links and addresses this host has, and of every change?
#include "io/links.h"

#include "io/messages.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define DUMP_TRIES 5

static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

static int send_dump_request(struct mnl_socket *socket, uint16_t type, unsigned seq) {
  char buffer[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct ifinfomsg))];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message->nlmsg_seq = seq;
  mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
  return mnl_socket_sendto(socket, message, message->nlmsg_len) < 0 ? -errno : 0;
}

// Looks for the end of a dump. 1 at the end, 0 if more follows, or -errno: -EINTR if
// the dump is inconsistent.
static int find_end(const void *buffer, size_t length) {
  const struct nlmsghdr *message = buffer;
  int left = (int)length, end = 0;

  for (; vrrp_message_fits(message, left); message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
      return -EINTR;
    if (message->nlmsg_type == NLMSG_ERROR)
      return -EIO;
    end |= message->nlmsg_type == NLMSG_DONE;
  }
  return end;
}

static int dump(struct vrrp_links *links, struct mnl_socket *socket, uint16_t type) {
  char buffer[32768];
  int status = send_dump_request(socket, type, type), changes = 0;

  while (status == 0) {
    ssize_t length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
    if (length < 0)
      return -errno;
    int change = vrrp_link_table_feed(&links->table, buffer, (size_t)length);
    if (change < 0)
      return change;
    changes |= change;
    status = find_end(buffer, (size_t)length);
  }
  return status < 0 ? status : changes;
}

static int dump_all(struct vrrp_links *links) {
  struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  int changes = -EIO;

  if (socket == NULL)
    return -errno;
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
    changes = -errno;
  } else {
    changes = dump(links, socket, RTM_GETLINK);
    if (changes >= 0) {
      int more = dump(links, socket, RTM_GETADDR);
      changes = more < 0 ? more : changes | more;
    }
  }
  mnl_socket_close(socket);
  return changes;
}

static int resync(struct vrrp_links *links) {
  int changes = -EINTR;

  for (int i = 0; i < DUMP_TRIES && changes == -EINTR; i++) {
    vrrp_link_table_begin_dump(&links->table);
    changes = dump_all(links);
  }
  if (changes < 0)
    return changes;
  return changes | VRRP_LINKS_CHANGED | vrrp_link_table_end_dump(&links->table);
}

int vrrp_links_open(struct vrrp_links *links) {
  *links = (struct vrrp_links){
      .events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  int status = links->events == NULL ? -errno : 0;

  if (status == 0 && mnl_socket_bind(links->events, 0, MNL_SOCKET_AUTOPID) < 0)
    status = -errno;
  for (size_t i = 0; i < MNL_ARRAY_SIZE(groups) && status == 0; i++) {
    int group = groups[i];
    if (mnl_socket_setsockopt(links->events, NETLINK_ADD_MEMBERSHIP, &group,
                              sizeof(group)) < 0)
      status = -errno;
  }
  if (status == 0)
    status = resync(links);
  if (status < 0) {
    vrrp_links_close(links);
    return status;
  }
  return 0;
}

void vrrp_links_close(struct vrrp_links *links) {
  if (links->events != NULL)
    mnl_socket_close(links->events);
  links->events = NULL;
  vrrp_link_table_destroy(&links->table);
}

int vrrp_links_fd(const struct vrrp_links *links) {
  return mnl_socket_get_fd(links->events);
}

// Takes in what waits, to the end even if something was lost: what waits is older than
// what will be read anew, and until it is gone the kernel goes on losing messages.
// Returns a mask of changes, or -errno if the socket is of no use now.
static int take_events(struct vrrp_links *links) {
  char buffer[32768];
  int changes = 0;

  for (;;) {
    ssize_t length = mnl_socket_recvfrom(links->events, buffer, sizeof(buffer));
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return changes;
    int change =
        length < 0 ? -errno : vrrp_link_table_feed(&links->table, buffer, (size_t)length);
    if (change >= 0) {
      changes |= change;
      continue;
    }
    links->stale = true;
    if (length < 0 && change != -ENOBUFS)
      return change;
  }
}

int vrrp_links_read(struct vrrp_links *links) {
  int changes = take_events(links);

  if (changes < 0 || !links->stale)
    return changes;
  int more = resync(links);
  if (more < 0)
    return more;
  links->stale = false;
  return changes | more;
}
