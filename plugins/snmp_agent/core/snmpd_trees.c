// SPDX-License-Identifier: MIT
// Where does snmpd serve objects of its own?
//
// No subagent can ask; these are what Net-SNMP's agent/mibgroup has and distributions
// build.
#include "core/snmpd_trees.h"

#include <stddef.h>

#include "common/core/array.h"

static const struct {
  const char *name;
  size_t length;
  uint32_t sub[10];
} trees[] = {
    {"SNMPv2-MIB's system", 7, {1, 3, 6, 1, 2, 1, 1}},
    {"IF-MIB's interfaces and ifTable", 7, {1, 3, 6, 1, 2, 1, 2}},
    {"RFC1213-MIB's atTable", 7, {1, 3, 6, 1, 2, 1, 3}},
    {"IP-MIB", 7, {1, 3, 6, 1, 2, 1, 4}},
    {"IP-MIB's icmp", 7, {1, 3, 6, 1, 2, 1, 5}},
    {"TCP-MIB", 7, {1, 3, 6, 1, 2, 1, 6}},
    {"UDP-MIB", 7, {1, 3, 6, 1, 2, 1, 7}},
    {"EtherLike-MIB", 8, {1, 3, 6, 1, 2, 1, 10, 7}},
    {"SNMPv2-MIB's snmp", 7, {1, 3, 6, 1, 2, 1, 11}},
    {"RMON-MIB", 7, {1, 3, 6, 1, 2, 1, 16}},
    {"HOST-RESOURCES-MIB", 7, {1, 3, 6, 1, 2, 1, 25}},
    {"IF-MIB's ifXTable", 7, {1, 3, 6, 1, 2, 1, 31}},
    {"IPV6-MIB", 7, {1, 3, 6, 1, 2, 1, 55}},
    {"DISMAN-EVENT-MIB", 7, {1, 3, 6, 1, 2, 1, 88}},
    {"NOTIFICATION-LOG-MIB", 7, {1, 3, 6, 1, 2, 1, 92}},
    {"SCTP-MIB", 7, {1, 3, 6, 1, 2, 1, 104}},
    {"UCD-SNMP-MIB", 7, {1, 3, 6, 1, 4, 1, 2021}},
    {"NET-SNMP-AGENT-MIB", 8, {1, 3, 6, 1, 4, 1, 8072, 1}},
    {"SNMP's own modules", 6, {1, 3, 6, 1, 6, 3}},
};

const char *snmpd_tree(const struct oid *oid) {
  for (size_t i = 0; i < HA_COUNT_OF(trees); i++)
    if (oid_starts_with(oid->sub, oid->length, trees[i].sub, trees[i].length))
      return trees[i].name;
  return NULL;
}
