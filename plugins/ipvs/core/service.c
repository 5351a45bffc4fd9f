// SPDX-License-Identifier: MIT
// What is a virtual server, what a real server, and what are they called?
//
// Names and order of virtual and real servers.

#include "core/service.h"

#include "common/core/array.h"

#include "common/core/address.h"

#include <endian.h>
#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct named {
  uint32_t number;
  const char *text;
  const char *label; // in a plugin instance
};

static const struct named protocols[] = {
    {IPPROTO_TCP, "tcp", "TCP"},
    {IPPROTO_UDP, "udp", "UDP"},
    {IPPROTO_SCTP, "sctp", "SCTP"},
};

static const struct named forwardings[] = {
    {IP_VS_CONN_F_MASQ, "masq", NULL},
    {IP_VS_CONN_F_LOCALNODE, "local", NULL},
    {IP_VS_CONN_F_TUNNEL, "tunnel", NULL},
    {IP_VS_CONN_F_DROUTE, "route", NULL},
};

static const struct named families[] = {
    {AF_INET, "ipv4", NULL},
    {AF_INET6, "ipv6", NULL},
};

static const struct named *find_named(const struct named *table, size_t length,
                                      uint32_t number) {
  for (size_t i = 0; i < length; i++)
    if (table[i].number == number)
      return &table[i];
  return NULL;
}

static const char *named_text(const struct named *table, size_t length, uint32_t number) {
  const struct named *found = find_named(table, length, number);
  return found != NULL ? found->text : NULL;
}

const char *ipvs_protocol_text(uint16_t protocol) {
  return named_text(protocols, HA_COUNT_OF(protocols), protocol);
}

const char *ipvs_forwarding_text(uint32_t forwarding) {
  return named_text(forwardings, HA_COUNT_OF(forwardings), forwarding);
}

const char *ipvs_family_text(uint16_t family) {
  return named_text(families, HA_COUNT_OF(families), family);
}

static int compare_numbers(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

// As memcmp(), which is a call that polls of thousands of servers notice.
static int compare_addresses(const uint8_t a[16], const uint8_t b[16]) {
  for (size_t i = 0; i < 16; i += sizeof(uint64_t)) {
    uint64_t left, right;
    memcpy(&left, a + i, sizeof(left));
    memcpy(&right, b + i, sizeof(right));
    if (left != right)
      return be64toh(left) < be64toh(right) ? -1 : 1;
  }
  return 0;
}

int ipvs_service_key_compare(const struct ipvs_service_key *a,
                             const struct ipvs_service_key *b) {
  int order = compare_numbers(b->fwmark != 0, a->fwmark != 0);
  if (order == 0)
    order = compare_numbers(a->family, b->family);
  if (order == 0)
    order = compare_numbers(a->fwmark, b->fwmark);
  if (order == 0)
    order = compare_addresses(a->address, b->address);
  if (order == 0)
    order = compare_numbers(a->protocol, b->protocol);
  return order != 0 ? order : compare_numbers(a->port, b->port);
}

int ipvs_destination_key_compare(const struct ipvs_destination_key *a,
                                 const struct ipvs_destination_key *b) {
  int order = compare_numbers(a->family, b->family);
  if (order == 0)
    order = compare_addresses(a->address, b->address);
  return order != 0 ? order : compare_numbers(a->port, b->port);
}

void ipvs_address_text(uint16_t family, const uint8_t address[16],
                       char text[IPVS_ADDRESS_TEXT_MAX]) {
  ha_address_format(family, address, text);
}

static void name_mark(const struct ipvs_service_key *key, char name[IPVS_NAME_MAX]) {
  const char *family = ipvs_family_text(key->family);
  snprintf(name, IPVS_NAME_MAX, "%s_FWMARK%u", family != NULL ? family : "", key->fwmark);
}

static void name_address(const struct ipvs_service_key *key, char name[IPVS_NAME_MAX]) {
  char address[IPVS_ADDRESS_TEXT_MAX];
  ipvs_address_text(key->family, key->address, address);
  const struct named *protocol =
      find_named(protocols, HA_COUNT_OF(protocols), key->protocol);
  if (protocol != NULL)
    snprintf(name, IPVS_NAME_MAX, "%s_%s%u", address, protocol->label, key->port);
  else
    snprintf(name, IPVS_NAME_MAX, "%s_IP%u_%u", address, key->protocol, key->port);
}

void ipvs_service_name(const struct ipvs_service_key *key, const char *netns,
                       char name[IPVS_INSTANCE_MAX]) {
  if (key->fwmark != 0)
    name_mark(key, name);
  else
    name_address(key, name);
  size_t length = strlen(name);
  if (netns[0] != '\0')
    snprintf(name + length, IPVS_INSTANCE_MAX - length, "@%s", netns);
}

void ipvs_destination_name(const struct ipvs_destination_key *key,
                           char name[IPVS_NAME_MAX]) {
  char address[IPVS_ADDRESS_TEXT_MAX];
  ipvs_address_text(key->family, key->address, address);
  snprintf(name, IPVS_NAME_MAX, "%s_%u", address, key->port);
}
