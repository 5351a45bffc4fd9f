// SPDX-License-Identifier: MIT
// Which netlink attribute fills which field?
//
// Every parser takes the attributes that follow the generic netlink header of
// one message, checks each length, and copies out. None keeps a pointer into the
// buffer. Attributes that are unknown are skipped, so that a newer kernel works.
// All return 0, or -EBADMSG with the output untouched when an attribute is cut
// off, has a length that its type cannot have, or a required one is missing.

#ifndef HA_IPVS_ATTRIBUTES_H
#define HA_IPVS_ATTRIBUTES_H

#include "core/service.h"

#include <stddef.h>
#include <stdint.h>

enum ipvs_daemon_role { IPVS_DAEMON_MASTER, IPVS_DAEMON_BACKUP, IPVS_DAEMON_ROLES };

// A sync daemon of this host.
struct ipvs_daemon {
  uint32_t state; // IP_VS_STATE_NONE (not running), _MASTER or _BACKUP
  uint32_t sync_id;
  uint16_t max_length; // octets of a sync message; 0: the kernel does not say
  uint16_t port;       // host byte order; 0: the kernel does not say
  uint16_t ttl;
  uint16_t group_family; // 0: the kernel does not say
  uint8_t group[16];     // network byte order
  char interface[17];
};

// Idle time after which a connection entry is dropped, seconds; 0: the kernel does not
// say, because it was built without the protocol.
struct ipvs_timeouts {
  uint32_t tcp;
  uint32_t tcp_fin;
  uint32_t udp;
};

struct ipvs_info {
  uint32_t version;               // as IP_VS_VERSION_CODE
  uint32_t connection_table_size; // buckets
};

// A generic netlink family, as nlctrl lists them.
struct ipvs_genl_family {
  uint16_t id;
  char name[17];
};

// Parses IPVS_CMD_GET_SERVICE's answer; destinations and sums come out zero.
int ipvs_parse_service(const uint8_t *attributes, size_t length,
                       struct ipvs_service *ret_service);

// Parses one row of IPVS_CMD_GET_DEST's dump.
// `service_family` is used where the kernel (before 3.18) tells no family.
int ipvs_parse_destination(const uint8_t *attributes, size_t length,
                           uint16_t service_family,
                           struct ipvs_destination *ret_destination);

// Parses one row of IPVS_CMD_GET_DAEMON's dump.
int ipvs_parse_daemon(const uint8_t *attributes, size_t length,
                      struct ipvs_daemon *ret_daemon);

// Parses IPVS_CMD_GET_CONFIG's answer.
int ipvs_parse_timeouts(const uint8_t *attributes, size_t length,
                        struct ipvs_timeouts *ret_timeouts);

// Parses IPVS_CMD_GET_INFO's answer.
int ipvs_parse_info(const uint8_t *attributes, size_t length, struct ipvs_info *ret_info);

// Parses one row of nlctrl's CTRL_CMD_GETFAMILY dump.
int ipvs_parse_genl_family(const uint8_t *attributes, size_t length,
                           struct ipvs_genl_family *ret_family);

#endif
