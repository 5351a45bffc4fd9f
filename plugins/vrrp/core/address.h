// SPDX-License-Identifier: MIT
// What is an IP address of either family, as VRRP compares and prints it?
#ifndef HA_VRRP_ADDRESS_H
#define HA_VRRP_ADDRESS_H

#include "common/core/address.h"

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vrrp_family { VRRP_IPV4, VRRP_IPV6, VRRP_FAMILIES };

#define VRRP_ADDRESS_SIZE_MAX HA_ADDRESS_SIZE_MAX
#define VRRP_ADDRESS_TEXT_MAX HA_ADDRESS_TEXT_MAX

// An address in network byte order; bytes beyond the family's size are zero.
struct vrrp_address {
  uint8_t bytes[VRRP_ADDRESS_SIZE_MAX];
  uint8_t family; // enum vrrp_family
};

// Where in this namespace an address is; the best place of several.
enum vrrp_place {
  VRRP_PLACE_NONE,     // a packet with this source is not ours
  VRRP_PLACE_LOOPBACK, // where a load balancer's real servers keep addresses that they
                       // don't answer for; but a master may keep it there, too
  VRRP_PLACE_LINK
};

// "ipv4" or "ipv6"; the string is static.
const char *vrrp_family_name(enum vrrp_family family);

// Bytes that an address of the family takes on the wire: 4 or 16.
static inline size_t vrrp_address_size(enum vrrp_family family) {
  return family == VRRP_IPV4 ? 4 : 16;
}

// Makes an address of vrrp_address_size(family) bytes in network byte order.
struct vrrp_address vrrp_address_make(enum vrrp_family family, const uint8_t *bytes);

// Reads "192.0.2.1" or "fe80::1". Returns 0, or -EINVAL and leaves ret_address alone.
int vrrp_address_parse(const char *text, struct vrrp_address *ret_address);

// Writes the usual text form into text[VRRP_ADDRESS_TEXT_MAX] and returns it.
const char *vrrp_address_format(const struct vrrp_address *address, char *text);

// Orders by family, then by numeric value: less than, equal to, greater than 0.
int vrrp_address_compare(const struct vrrp_address *a, const struct vrrp_address *b);

static inline bool vrrp_address_equal(const struct vrrp_address *a,
                                      const struct vrrp_address *b) {
  return vrrp_address_compare(a, b) == 0;
}

// 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291); fe80::/10.
bool vrrp_address_is_multicast(const struct vrrp_address *address);
bool vrrp_address_is_link_local(const struct vrrp_address *address);

#endif
