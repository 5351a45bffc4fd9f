// SPDX-License-Identifier: MIT
// What is an IP address of either family, as VRRP compares and prints it?
#include "core/address.h"

#include "common/core/address.h"
#include "common/core/array.h"

#include <errno.h>
#include <string.h>

static const char *const family_names[] = {"ipv4", "ipv6"};
_Static_assert(HA_COUNT_OF(family_names) == VRRP_FAMILIES, "every family has a name");

const char *vrrp_family_name(enum vrrp_family family) {
  return family_names[family];
}

struct vrrp_address vrrp_address_make(enum vrrp_family family, const uint8_t *bytes) {
  struct vrrp_address address = {.family = (uint8_t)family};
  memcpy(address.bytes, bytes, vrrp_address_size(family));
  return address;
}

int vrrp_address_parse(const char *text, struct vrrp_address *ret_address) {
  uint8_t bytes[HA_ADDRESS_SIZE_MAX];
  int family = ha_address_parse(text, bytes);

  if (family < 0)
    return family;
  *ret_address = vrrp_address_make(family == AF_INET ? VRRP_IPV4 : VRRP_IPV6, bytes);
  return 0;
}

const char *vrrp_address_format(const struct vrrp_address *address, char *text) {
  int family = address->family == VRRP_IPV4 ? AF_INET : AF_INET6;
  return ha_address_format(family, address->bytes, text);
}

int vrrp_address_compare(const struct vrrp_address *a, const struct vrrp_address *b) {
  if (a->family != b->family)
    return a->family - b->family;
  return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool vrrp_address_is_multicast(const struct vrrp_address *address) {
  if (address->family == VRRP_IPV4)
    return (address->bytes[0] & 0xf0) == 0xe0;
  return address->bytes[0] == 0xff;
}

bool vrrp_address_is_link_local(const struct vrrp_address *address) {
  return address->family == VRRP_IPV6 && address->bytes[0] == 0xfe &&
         (address->bytes[1] & 0xc0) == 0x80;
}
