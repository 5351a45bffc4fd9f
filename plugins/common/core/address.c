// SPDX-License-Identifier: MIT
// How are an IP address and a MAC address written and read?
#include "common/core/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(HA_ADDRESS_TEXT_MAX == INET6_ADDRSTRLEN, "room for any address");

size_t ha_address_size(int family) {
  return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

char *ha_address_format(int family, const uint8_t *bytes, char *text) {
  text[0] = '\0';
  inet_ntop(family, bytes, text, HA_ADDRESS_TEXT_MAX);
  return text;
}

int ha_address_parse(const char *text, uint8_t *ret_bytes) {
  uint8_t bytes[HA_ADDRESS_SIZE_MAX] = {0};
  int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

  if (inet_pton(family, text, bytes) != 1)
    return -EINVAL;
  memcpy(ret_bytes, bytes, sizeof(bytes));
  return family;
}

char *ha_mac_format(const uint8_t mac[HA_MAC_SIZE], char *text) {
  snprintf(text, HA_MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
           mac[3], mac[4], mac[5]);
  return text;
}

int ha_mac_parse(const char *text, uint8_t ret_mac[HA_MAC_SIZE]) {
  unsigned part[HA_MAC_SIZE];
  int end = 0;

  if (text[strspn(text, "0123456789abcdefABCDEF:")] != '\0')
    return -EINVAL; // sscanf takes signs and spaces
  if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &part[0], &part[1], &part[2], &part[3],
             &part[4], &part[5], &end) != HA_MAC_SIZE ||
      text[end] != '\0')
    return -EINVAL;
  for (size_t i = 0; i < HA_MAC_SIZE; i++)
    ret_mac[i] = (uint8_t)part[i];
  return 0;
}
