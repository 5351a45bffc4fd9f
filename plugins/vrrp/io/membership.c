// SPDX-License-Identifier: MIT
// How does a host belong to the VRRP groups on a thousand interfaces with few
// descriptors?
#include "io/membership.h"

#include "common/core/array.h"

#include "io/descriptor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define GROUP_IPV4 0xe0000012 // 224.0.0.18
#define GROUP_IPV6                                                                       \
  {                                                                                      \
    {                                                                                    \
      { 0xff, 0x02, [15] = 0x12 }                                                        \
    }                                                                                    \
  }

static const struct family {
  int domain, level, join, leave;
} families[] = {
    [VRRP_IPV4] = {AF_INET, IPPROTO_IP, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP},
    [VRRP_IPV6] = {AF_INET6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP},
};
_Static_assert(HA_COUNT_OF(families) == VRRP_FAMILIES, "every family has its calls");

void vrrp_memberships_init(struct vrrp_memberships *memberships) {
  for (int family = 0; family < VRRP_FAMILIES; family++)
    for (int i = 0; i < VRRP_MEMBERSHIP_SOCKETS; i++)
      memberships->sockets[family][i] = -1;
}

void vrrp_memberships_close(struct vrrp_memberships *memberships) {
  for (int family = 0; family < VRRP_FAMILIES; family++)
    for (int i = 0; i < VRRP_MEMBERSHIP_SOCKETS; i++)
      if (memberships->sockets[family][i] >= 0)
        close(memberships->sockets[family][i]);
  vrrp_memberships_init(memberships);
}

// 0 or -errno of one membership's coming or going.
static int change(int fd, enum vrrp_family family, int option, unsigned ifindex) {
  const struct ip_mreqn ipv4 = {.imr_multiaddr.s_addr = htonl(GROUP_IPV4),
                                .imr_ifindex = (int)ifindex};
  const struct ipv6_mreq ipv6 = {.ipv6mr_multiaddr = GROUP_IPV6,
                                 .ipv6mr_interface = ifindex};
  const void *request = family == VRRP_IPV4 ? (const void *)&ipv4 : &ipv6;
  socklen_t length = family == VRRP_IPV4 ? sizeof(ipv4) : sizeof(ipv6);

  return setsockopt(fd, families[family].level, option, request, length) < 0 ? -errno : 0;
}

// The socket, opened if need be, or -errno.
static int open_socket(struct vrrp_memberships *memberships, enum vrrp_family family,
                       int which) {
  int *place = &memberships->sockets[family][which];

  if (*place >= 0)
    return *place;
  int fd =
      vrrp_descriptor_keep(socket(families[family].domain, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd >= 0)
    *place = fd;
  return fd;
}

int vrrp_memberships_join(struct vrrp_memberships *memberships, enum vrrp_family family,
                          unsigned ifindex) {
  for (int i = 0; i < VRRP_MEMBERSHIP_SOCKETS; i++) {
    int fd = open_socket(memberships, family, i);
    if (fd < 0)
      return fd;
    int status = change(fd, family, families[family].join, ifindex);
    if (status == 0)
      return i;
    if (status != -ENOBUFS && status != -ENOMEM)
      return status;
  }
  return -ENOBUFS;
}

void vrrp_memberships_leave(struct vrrp_memberships *memberships, enum vrrp_family family,
                            unsigned ifindex, int which) {
  if (which != VRRP_NOT_JOINED)
    change(memberships->sockets[family][which], family, families[family].leave, ifindex);
}
