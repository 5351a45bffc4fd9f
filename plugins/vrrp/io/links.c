// SPDX-License-Identifier: MIT
// How does one learn which links and addresses this host has, and of every change?
#include "io/links.h"

#include "common/core/array.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#define BUDGET_MS 200 // of one call, while more keeps coming

static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

static bool is_whole(const struct vrrp_links *links) {
  return links->stage == VRRP_LINKS_WHOLE && !links->is_stale;
}

// --- reading anew -------------------------------------------------------------------

static int request_dump(struct vrrp_links *links, enum vrrp_links_stage stage) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg family; // any
  } request = {.header = {
                   .nlmsg_len = sizeof(request),
                   .nlmsg_type = stage == VRRP_LINKS_LINKS ? RTM_GETLINK : RTM_GETADDR,
                   .nlmsg_flags = NLM_F_DUMP,
               }};

  links->stage = stage;
  links->answer = (struct ha_netlink_answer){0};
  return ha_netlink_send(&links->netlink, &request.header);
}

static int read_anew(struct vrrp_links *links) {
  if (links->tries++ == HA_NETLINK_TRIES)
    return links->answer.is_stale ? -EINTR : -ENOBUFS;
  links->is_stale = false;
  vrrp_link_table_begin_dump(&links->table);
  return request_dump(links, VRRP_LINKS_LINKS);
}

// Links that went and came back unseen are others now, though nothing of them differs. A
// mask of changes.
static int end_dump(struct vrrp_links *links) {
  links->stage = VRRP_LINKS_WHOLE;
  if (links->is_stale)
    return 0;
  links->tries = 0;
  return VRRP_LINKS_CHANGED | vrrp_link_table_end_dump(&links->table);
}

// The next dump begins only when the last one is at its end. A mask of changes, or
// -errno.
static int follow_dump(struct vrrp_links *links, size_t length) {
  if (links->stage == VRRP_LINKS_WHOLE)
    return 0;
  int status = ha_netlink_follow(&links->netlink, length, &links->answer, NULL, NULL);
  if (status < 0 && status != -EBADMSG)
    return status;
  if (links->answer.progress == HA_NETLINK_MORE)
    return 0;
  links->is_stale |= links->answer.progress == HA_NETLINK_STALE;
  if (links->stage == VRRP_LINKS_LINKS && !links->is_stale)
    return request_dump(links, VRRP_LINKS_ADDRESSES);
  return end_dump(links);
}

// --- what waits ---------------------------------------------------------------------

// What is not sound is as good as lost. A mask of changes, or -errno.
static int take_datagram(struct vrrp_links *links, size_t length) {
  int changes = vrrp_link_table_feed(&links->table, links->netlink.buffer, length);
  int more = follow_dump(links, length);

  if (changes < 0)
    links->is_stale = true;
  return changes < 0 || more < 0 ? more : changes | more;
}

// To the end even if something was lost: what waits is older than what will be read anew,
// and until it is gone the kernel goes on losing messages. Where there is no end, the
// next call goes on. A mask of changes, or -errno.
static int take_all(struct vrrp_links *links, int64_t until) {
  int changes = 0;

  while (ha_netlink_now() < until) {
    size_t length;
    int status = ha_netlink_receive(&links->netlink, 0, &length);
    if (status == -EAGAIN)
      return changes;
    if (status == -ENOBUFS || status == -EMSGSIZE) {
      links->is_stale = true;
      continue;
    }
    int change = status < 0 ? status : take_datagram(links, length);
    if (change < 0)
      return change;
    changes |= change;
  }
  return changes;
}

static int take_all_anew(struct vrrp_links *links) {
  int64_t until = ha_netlink_now() + BUDGET_MS;
  int changes = take_all(links, until);

  while (changes >= 0 && links->is_stale && links->stage == VRRP_LINKS_WHOLE &&
         ha_netlink_now() < until) {
    int status = read_anew(links);
    int more = status < 0 ? status : take_all(links, until);
    changes = more < 0 ? more : changes | more;
  }
  return changes;
}

int vrrp_links_read(struct vrrp_links *links, vrrp_time now) {
  if (is_whole(links))
    links->deadline = now + VRRP_LINKS_PATIENCE; // if this call finds that it is not

  int changes = take_all_anew(links);
  if (changes >= 0 && now >= vrrp_links_deadline(links))
    changes = -ETIMEDOUT;
  if (changes < 0)
    vrrp_links_close(links);
  return changes;
}

// --- the subscription ---------------------------------------------------------------

static int subscribe(struct vrrp_links *links) {
  int status = ha_netlink_open(&links->netlink, NETLINK_ROUTE);

  for (size_t i = 0; i < HA_COUNT_OF(groups) && status == 0; i++)
    status = ha_netlink_join(&links->netlink, groups[i]);
  return status;
}

int vrrp_links_open(struct vrrp_links *links, vrrp_time now) {
  int status = subscribe(links);

  links->is_stale = true;
  links->tries = 0;
  links->deadline = now + VRRP_LINKS_PATIENCE;
  if (status == 0)
    return vrrp_links_read(links, now);
  vrrp_links_close(links);
  return status;
}

void vrrp_links_close(struct vrrp_links *links) {
  ha_netlink_close(&links->netlink);
  links->stage = VRRP_LINKS_WHOLE; // nothing more will come of it
  links->is_stale = false;
}

void vrrp_links_destroy(struct vrrp_links *links) {
  vrrp_links_close(links);
  vrrp_link_table_destroy(&links->table);
}

bool vrrp_links_is_open(const struct vrrp_links *links) {
  return links->netlink.fd > 0;
}

int vrrp_links_fd(const struct vrrp_links *links) {
  return links->netlink.fd;
}

vrrp_time vrrp_links_deadline(const struct vrrp_links *links) {
  return is_whole(links) ? VRRP_NEVER : links->deadline;
}
