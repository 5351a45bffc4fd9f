// SPDX-License-Identifier: MIT
// Which netlink attribute fills which field?
//
// The tables of netlink attributes and the one reader that walks a message by them.

#include "core/attributes.h"

#include "common/core/array.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>

#define BIT(attribute) (UINT32_C(1) << (attribute))

struct slice {
  const uint8_t *data;
  size_t length;
};

// How an attribute's octets become a field.
enum kind {
  KIND_NONE,    // not read
  KIND_U8,      // one octet into a uint16_t
  KIND_U16,     // host order
  KIND_BE16,    // network order into a uint16_t of host order
  KIND_U32,     // host order, or octets that keep their order
  KIND_NAME,    // up to 16 characters into char[17]
  KIND_IPV4,    // four octets into the first of uint8_t[16]
  KIND_ADDRESS, // 16 octets
  KIND_FLAGS,   // struct ip_vs_flags: the flags without their mask
  KIND_STATS32, // nested, into a struct ipvs_stats unless there is the next one
  KIND_STATS64, // likewise
  KINDS
};

static const struct {
  uint16_t least, most;
} lengths[] = {
    [KIND_NONE] = {0, UINT16_MAX},
    [KIND_U8] = {1, 1},
    [KIND_U16] = {2, 2},
    [KIND_BE16] = {2, 2},
    [KIND_U32] = {4, 4},
    [KIND_NAME] = {0, 64},
    [KIND_IPV4] = {4, 4},
    [KIND_ADDRESS] = {16, 16},
    [KIND_FLAGS] = {sizeof(struct ip_vs_flags), sizeof(struct ip_vs_flags)},
    [KIND_STATS32] = {0, 512},
    [KIND_STATS64] = {0, 512},
};
_Static_assert(HA_COUNT_OF(lengths) == KINDS, "every kind has its lengths");

struct field {
  uint16_t kind; // enum kind
  uint16_t offset;
};

// One attribute set: its fields by attribute number.
struct attribute_set {
  const struct field *fields;
  size_t field_count;
  uint32_t required; // BIT() of each that must be there
  size_t stats;      // offset of the struct ipvs_stats, if there is one
};

#define SET(name) .fields = (name), .field_count = HA_COUNT_OF(name)

#define STATS(member) offsetof(struct ipvs_stats, member)

// Where each counter goes: 32 or 64 bits, into a uint64_t. Attributes begin at 1.
static const uint16_t stats_offsets[] = {
    [IPVS_STATS_ATTR_CONNS] = STATS(connections),
    [IPVS_STATS_ATTR_INPKTS] = STATS(in_packets),
    [IPVS_STATS_ATTR_OUTPKTS] = STATS(out_packets),
    [IPVS_STATS_ATTR_INBYTES] = STATS(in_octets),
    [IPVS_STATS_ATTR_OUTBYTES] = STATS(out_octets),
    [IPVS_STATS_ATTR_CPS] = STATS(connection_rate),
    [IPVS_STATS_ATTR_INPPS] = STATS(in_packet_rate),
    [IPVS_STATS_ATTR_OUTPPS] = STATS(out_packet_rate),
    [IPVS_STATS_ATTR_INBPS] = STATS(in_octet_rate),
    [IPVS_STATS_ATTR_OUTBPS] = STATS(out_octet_rate),
};

// clang-format off
#define SERVICE(kind, member) {kind, offsetof(struct ipvs_service, member)}
// clang-format on

static const struct field service_fields[] = {
    [IPVS_SVC_ATTR_AF] = SERVICE(KIND_U16, key.family),
    [IPVS_SVC_ATTR_PROTOCOL] = SERVICE(KIND_U16, key.protocol),
    [IPVS_SVC_ATTR_ADDR] = SERVICE(KIND_ADDRESS, key.address),
    [IPVS_SVC_ATTR_PORT] = SERVICE(KIND_BE16, key.port),
    [IPVS_SVC_ATTR_FWMARK] = SERVICE(KIND_U32, key.fwmark),
    [IPVS_SVC_ATTR_SCHED_NAME] = SERVICE(KIND_NAME, scheduler),
    [IPVS_SVC_ATTR_FLAGS] = SERVICE(KIND_FLAGS, flags),
    [IPVS_SVC_ATTR_TIMEOUT] = SERVICE(KIND_U32, timeout),
    [IPVS_SVC_ATTR_NETMASK] = SERVICE(KIND_U32, netmask),
    [IPVS_SVC_ATTR_STATS] = SERVICE(KIND_STATS32, stats),
    [IPVS_SVC_ATTR_PE_NAME] = SERVICE(KIND_NAME, persistence_engine),
    [IPVS_SVC_ATTR_STATS64] = SERVICE(KIND_STATS64, stats),
};

static const struct attribute_set service_set = {
    SET(service_fields),
    .required = BIT(IPVS_SVC_ATTR_AF),
    .stats = offsetof(struct ipvs_service, stats),
};

// clang-format off
#define DESTINATION(kind, member) {kind, offsetof(struct ipvs_destination, member)}
// clang-format on

static const struct field destination_fields[] = {
    [IPVS_DEST_ATTR_ADDR] = DESTINATION(KIND_ADDRESS, key.address),
    [IPVS_DEST_ATTR_PORT] = DESTINATION(KIND_BE16, key.port),
    [IPVS_DEST_ATTR_FWD_METHOD] = DESTINATION(KIND_U32, forwarding),
    [IPVS_DEST_ATTR_WEIGHT] = DESTINATION(KIND_U32, weight),
    [IPVS_DEST_ATTR_U_THRESH] = DESTINATION(KIND_U32, upper_threshold),
    [IPVS_DEST_ATTR_L_THRESH] = DESTINATION(KIND_U32, lower_threshold),
    [IPVS_DEST_ATTR_ACTIVE_CONNS] = DESTINATION(KIND_U32, active),
    [IPVS_DEST_ATTR_INACT_CONNS] = DESTINATION(KIND_U32, inactive),
    [IPVS_DEST_ATTR_PERSIST_CONNS] = DESTINATION(KIND_U32, persistent),
    [IPVS_DEST_ATTR_STATS] = DESTINATION(KIND_STATS32, stats),
    [IPVS_DEST_ATTR_ADDR_FAMILY] = DESTINATION(KIND_U16, key.family),
    [IPVS_DEST_ATTR_STATS64] = DESTINATION(KIND_STATS64, stats),
    [IPVS_DEST_ATTR_TUN_TYPE] = DESTINATION(KIND_U8, tunnel_type),
    [IPVS_DEST_ATTR_TUN_PORT] = DESTINATION(KIND_BE16, tunnel_port),
    [IPVS_DEST_ATTR_TUN_FLAGS] = DESTINATION(KIND_U16, tunnel_flags),
};

static const struct attribute_set destination_set = {
    SET(destination_fields),
    .required = BIT(IPVS_DEST_ATTR_ADDR) | BIT(IPVS_DEST_ATTR_PORT),
    .stats = offsetof(struct ipvs_destination, stats),
};

// clang-format off
#define DAEMON(kind, member) {kind, offsetof(struct ipvs_daemon, member)}
// clang-format on

static const struct field daemon_fields[] = {
    [IPVS_DAEMON_ATTR_STATE] = DAEMON(KIND_U32, state),
    [IPVS_DAEMON_ATTR_MCAST_IFN] = DAEMON(KIND_NAME, interface),
    [IPVS_DAEMON_ATTR_SYNC_ID] = DAEMON(KIND_U32, sync_id),
    [IPVS_DAEMON_ATTR_SYNC_MAXLEN] = DAEMON(KIND_U16, max_length),
    [IPVS_DAEMON_ATTR_MCAST_GROUP] = DAEMON(KIND_IPV4, group),
    [IPVS_DAEMON_ATTR_MCAST_GROUP6] = DAEMON(KIND_ADDRESS, group),
    [IPVS_DAEMON_ATTR_MCAST_PORT] = DAEMON(KIND_U16, port),
    [IPVS_DAEMON_ATTR_MCAST_TTL] = DAEMON(KIND_U8, ttl),
};

static const struct attribute_set daemon_set = {
    SET(daemon_fields),
    .required = BIT(IPVS_DAEMON_ATTR_STATE),
};

static const struct field timeout_fields[] = {
    [IPVS_CMD_ATTR_TIMEOUT_TCP] = {KIND_U32, offsetof(struct ipvs_timeouts, tcp)},
    [IPVS_CMD_ATTR_TIMEOUT_TCP_FIN] = {KIND_U32, offsetof(struct ipvs_timeouts, tcp_fin)},
    [IPVS_CMD_ATTR_TIMEOUT_UDP] = {KIND_U32, offsetof(struct ipvs_timeouts, udp)},
};

// A kernel built without one of the protocols tells no timeout of it.
static const struct attribute_set timeout_set = {SET(timeout_fields)};

static const struct field info_fields[] = {
    [IPVS_INFO_ATTR_VERSION] = {KIND_U32, offsetof(struct ipvs_info, version)},
    [IPVS_INFO_ATTR_CONN_TAB_SIZE] = {KIND_U32,
                                      offsetof(struct ipvs_info, connection_table_size)},
};

static const struct attribute_set info_set = {
    SET(info_fields),
    .required = BIT(IPVS_INFO_ATTR_VERSION) | BIT(IPVS_INFO_ATTR_CONN_TAB_SIZE),
};

static const struct field family_fields[] = {
    [CTRL_ATTR_FAMILY_ID] = {KIND_U16, offsetof(struct ipvs_genl_family, id)},
    [CTRL_ATTR_FAMILY_NAME] = {KIND_NAME, offsetof(struct ipvs_genl_family, name)},
};

static const struct attribute_set family_set = {
    SET(family_fields),
    .required = BIT(CTRL_ATTR_FAMILY_ID) | BIT(CTRL_ATTR_FAMILY_NAME),
};

// --- the reader ----------------------------------------------------------------

// Takes the next attribute off *message. Octets too few for a header are padding and
// end it. Returns 1, 0 at the end, or -EBADMSG.
static inline int next_attribute(struct slice *message, uint16_t *ret_type,
                                 struct slice *ret_value) {
  struct nlattr header;
  if (message->length < NLA_HDRLEN)
    return 0;
  memcpy(&header, message->data, sizeof(header));
  if (header.nla_len < NLA_HDRLEN || header.nla_len > message->length)
    return -EBADMSG;

  *ret_type = header.nla_type & NLA_TYPE_MASK;
  *ret_value = (struct slice){message->data + NLA_HDRLEN, header.nla_len - NLA_HDRLEN};
  size_t step = NLA_ALIGN(header.nla_len);
  if (step > message->length)
    step = message->length;
  message->data += step;
  message->length -= step;
  return 1;
}

static inline int read_counter(struct slice value, void *target) {
  uint64_t wide;
  uint32_t narrow;
  if (value.length == sizeof(wide)) {
    memcpy(&wide, value.data, sizeof(wide));
  } else if (value.length == sizeof(narrow)) {
    memcpy(&narrow, value.data, sizeof(narrow));
    wide = narrow;
  } else {
    return -EBADMSG;
  }
  memcpy(target, &wide, sizeof(wide));
  return 0;
}

static int read_stats(struct slice message, void *stats) {
  struct slice value;
  uint16_t type;
  int status;
  while ((status = next_attribute(&message, &type, &value)) > 0)
    if (type > 0 && type < HA_COUNT_OF(stats_offsets) &&
        read_counter(value, (char *)stats + stats_offsets[type]) != 0)
      return -EBADMSG;
  return status;
}

// The kernel ends its names with a zero; a name without one is as long as its
// attribute. What does not fit is no name the kernel has.
static int read_name(struct slice value, char name[17]) {
  size_t length = strnlen((const char *)value.data, value.length);
  if (length > 16)
    return -EBADMSG;
  memcpy(name, value.data, length);
  name[length] = '\0';
  return 0;
}

// The length is one that the kind may have.
static inline int read_value(enum kind kind, struct slice value, void *target) {
  uint16_t small;
  switch (kind) {
  case KIND_U8:
    small = value.data[0];
    memcpy(target, &small, sizeof(small));
    return 0;
  case KIND_U16:
    memcpy(target, value.data, sizeof(uint16_t));
    return 0;
  case KIND_BE16:
    memcpy(&small, value.data, sizeof(small));
    small = ntohs(small);
    memcpy(target, &small, sizeof(small));
    return 0;
  case KIND_U32:
  case KIND_IPV4:
    memcpy(target, value.data, sizeof(uint32_t));
    return 0;
  case KIND_ADDRESS:
    memcpy(target, value.data, 16);
    return 0;
  case KIND_FLAGS:
    memcpy(target, value.data + offsetof(struct ip_vs_flags, flags), sizeof(uint32_t));
    return 0;
  case KIND_NAME:
    return read_name(value, target);
  case KIND_STATS32:
  case KIND_STATS64:
  case KIND_NONE:
  case KINDS:
    break; // read_set() sees to these
  }
  return 0;
}

// Of equal attributes the last wins, as in the kernel's own nla_parse().
static int read_set(struct slice message, const struct attribute_set *set, void *object,
                    uint32_t *ret_seen) {
  struct slice value, stats[] = {{NULL, 0}, {NULL, 0}};
  uint32_t seen = 0;
  uint16_t type;
  int status;
  while ((status = next_attribute(&message, &type, &value)) > 0) {
    if (type >= set->field_count)
      continue;
    const struct field *field = &set->fields[type];
    if (value.length < lengths[field->kind].least ||
        value.length > lengths[field->kind].most)
      return -EBADMSG;
    if (field->kind == KIND_STATS32 || field->kind == KIND_STATS64)
      stats[field->kind == KIND_STATS64] = value;
    else if (read_value(field->kind, value, (char *)object + field->offset) != 0)
      return -EBADMSG;
    seen |= BIT(type);
  }
  const struct slice *chosen = &stats[stats[1].data != NULL];
  if (status == 0 && chosen->data != NULL)
    status = read_stats(*chosen, (char *)object + set->stats);
  if (status != 0 || (seen & set->required) != set->required)
    return -EBADMSG;
  *ret_seen = seen;
  return 0;
}

// Reads the set that is nested in the attribute of a command's answer.
static int read_nested(struct slice message, uint16_t outer,
                       const struct attribute_set *set, void *object,
                       uint32_t *ret_seen) {
  struct slice value, nest = {NULL, 0};
  uint16_t type;
  int status;
  while ((status = next_attribute(&message, &type, &value)) > 0)
    if (type == outer)
      nest = value;
  return status == 0 && nest.data != NULL ? read_set(nest, set, object, ret_seen)
                                          : -EBADMSG;
}

// The kernel says an IPv4 address in 16 octets, of which the last twelve need not be
// zero.
static int settle_address(uint16_t family, uint8_t address[16]) {
  if (family == AF_INET)
    memset(address + 4, 0, 12);
  return family == AF_INET || family == AF_INET6 ? 0 : -EBADMSG;
}

int ipvs_parse_service(const uint8_t *attributes, size_t length,
                       struct ipvs_service *ret_service) {
  struct ipvs_service service = {0};
  uint32_t seen;
  int status = read_nested((struct slice){attributes, length}, IPVS_CMD_ATTR_SERVICE,
                           &service_set, &service, &seen);
  if (status == 0)
    status = settle_address(service.key.family, service.key.address);
  if (status == 0)
    *ret_service = service;
  return status;
}

int ipvs_parse_destination(const uint8_t *attributes, size_t length,
                           uint16_t service_family,
                           struct ipvs_destination *ret_destination) {
  struct ipvs_destination destination = {.key.family = service_family};
  uint32_t seen;
  int status = read_nested((struct slice){attributes, length}, IPVS_CMD_ATTR_DEST,
                           &destination_set, &destination, &seen);
  if (status == 0)
    status = settle_address(destination.key.family, destination.key.address);
  if (status == 0)
    *ret_destination = destination;
  return status;
}

int ipvs_parse_daemon(const uint8_t *attributes, size_t length,
                      struct ipvs_daemon *ret_daemon) {
  struct ipvs_daemon daemon = {0};
  uint32_t seen;
  int status = read_nested((struct slice){attributes, length}, IPVS_CMD_ATTR_DAEMON,
                           &daemon_set, &daemon, &seen);
  if (status != 0)
    return status;
  if ((seen & BIT(IPVS_DAEMON_ATTR_MCAST_GROUP6)) != 0)
    daemon.group_family = AF_INET6;
  else if ((seen & BIT(IPVS_DAEMON_ATTR_MCAST_GROUP)) != 0)
    daemon.group_family = AF_INET;
  *ret_daemon = daemon;
  return 0;
}

int ipvs_parse_timeouts(const uint8_t *attributes, size_t length,
                        struct ipvs_timeouts *ret_timeouts) {
  struct ipvs_timeouts timeouts = {0};
  int status = read_set((struct slice){attributes, length}, &timeout_set, &timeouts,
                        &(uint32_t){0});
  if (status == 0)
    *ret_timeouts = timeouts;
  return status;
}

int ipvs_parse_info(const uint8_t *attributes, size_t length,
                    struct ipvs_info *ret_info) {
  struct ipvs_info info = {0};
  int status =
      read_set((struct slice){attributes, length}, &info_set, &info, &(uint32_t){0});
  if (status == 0)
    *ret_info = info;
  return status;
}

int ipvs_parse_genl_family(const uint8_t *attributes, size_t length,
                           struct ipvs_genl_family *ret_family) {
  struct ipvs_genl_family family = {0};
  int status =
      read_set((struct slice){attributes, length}, &family_set, &family, &(uint32_t){0});
  if (status == 0)
    *ret_family = family;
  return status;
}
