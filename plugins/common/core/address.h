// SPDX-License-Identifier: MIT
// How are an IP address and a MAC address written and read?
#ifndef HA_COMMON_ADDRESS_H
#define HA_COMMON_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

enum {
  HA_ADDRESS_SIZE_MAX = 16,
  HA_ADDRESS_TEXT_MAX = 46, // with the final zero, as INET6_ADDRSTRLEN
  HA_MAC_SIZE = 6,
  HA_MAC_TEXT_MAX = 18,
};

// Bytes of an address of the family, AF_INET or AF_INET6; 0 for any other.
size_t ha_address_size(int family);

// Writes "192.0.2.1" or "fe80::1" (RFC 5952) of an address in network byte order into
// text[HA_ADDRESS_TEXT_MAX]; "" if the family is neither. Returns text.
char *ha_address_format(int family, const uint8_t *bytes, char *text);

// Reads an address of either family into ret_bytes[HA_ADDRESS_SIZE_MAX], in network byte
// order, and zeroes the rest of it. Returns its family, AF_INET or AF_INET6, or -EINVAL
// and leaves ret_bytes alone.
int ha_address_parse(const char *text, uint8_t *ret_bytes);

// Writes "00:00:5e:00:01:0a" into text[HA_MAC_TEXT_MAX] and returns it.
char *ha_mac_format(const uint8_t mac[HA_MAC_SIZE], char *text);

// Reads six numbers of one or two hexadecimal digits between colons. Returns 0, or
// -EINVAL and leaves ret_mac alone.
int ha_mac_parse(const char *text, uint8_t ret_mac[HA_MAC_SIZE]);

#endif
