// SPDX-License-Identifier: MIT
// The tables of netlink attributes and the one reader that walks them.

#include "core/attributes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>

/* No attribute set read here numbers its attributes higher than this. */
#define ATTRIBUTE_MAX 16

_Static_assert(IPVS_CMD_ATTR_MAX <= ATTRIBUTE_MAX, "commands fit");
_Static_assert(IPVS_SVC_ATTR_MAX <= ATTRIBUTE_MAX, "services fit");
_Static_assert(IPVS_DEST_ATTR_MAX <= ATTRIBUTE_MAX, "destinations fit");
_Static_assert(IPVS_DAEMON_ATTR_MAX <= ATTRIBUTE_MAX, "daemons fit");
_Static_assert(IPVS_STATS_ATTR_MAX <= ATTRIBUTE_MAX, "statistics fit");

struct slice {
  const uint8_t *data; /* NULL: the attribute is not there */
  size_t length;
};

/* One attribute set, by attribute type. */
struct attribute_set {
  struct slice slot[ATTRIBUTE_MAX + 1];
};

/* How an attribute's octets become a field. */
enum kind {
  KIND_U8,      /* one octet into a uint16_t */
  KIND_U16,     /* host order */
  KIND_BE16,    /* network order into a uint16_t of host order */
  KIND_U32,     /* host order, or octets that keep their order */
  KIND_COUNTER, /* 32 or 64 bits into a uint64_t */
  KIND_NAME,    /* up to 16 characters into char[17] */
  KIND_IPV4,    /* four octets into the first of uint8_t[16] */
  KIND_ADDRESS, /* 16 octets */
  KIND_FLAGS,   /* struct ip_vs_flags: the flags without their mask */
  KIND_STATS,   /* nested, into a struct ipvs_stats */
};

static const struct {
  size_t least, most;
} lengths[] = {
    [KIND_U8] = {1, 1},
    [KIND_U16] = {2, 2},
    [KIND_BE16] = {2, 2},
    [KIND_U32] = {4, 4},
    [KIND_COUNTER] = {4, 8},
    [KIND_NAME] = {0, 64},
    [KIND_IPV4] = {4, 4},
    [KIND_ADDRESS] = {16, 16},
    [KIND_FLAGS] = {sizeof(struct ip_vs_flags), sizeof(struct ip_vs_flags)},
    [KIND_STATS] = {0, 512},
};

struct field {
  uint16_t attribute;
  uint8_t kind; /* enum kind */
  bool required;
  size_t offset;
};

#define STATS(attribute, member)                                                         \
  {                                                                                      \
    IPVS_STATS_ATTR_##attribute, KIND_COUNTER, false,                                    \
        offsetof(struct ipvs_stats, member)                                              \
  }

static const struct field stats_fields[] = {
    STATS(CONNS, connections),    STATS(INPKTS, in_packets),
    STATS(OUTPKTS, out_packets),  STATS(INBYTES, in_octets),
    STATS(OUTBYTES, out_octets),  STATS(CPS, connection_rate),
    STATS(INPPS, in_packet_rate), STATS(OUTPPS, out_packet_rate),
    STATS(INBPS, in_octet_rate),  STATS(OUTBPS, out_octet_rate),
};

#define SERVICE(attribute, kind, required, member)                                       \
  { IPVS_SVC_ATTR_##attribute, kind, required, offsetof(struct ipvs_service, member) }

/* STATS64 stands after STATS and so replaces it where the kernel has both. */
static const struct field service_fields[] = {
    SERVICE(AF, KIND_U16, true, key.family),
    SERVICE(PROTOCOL, KIND_U16, false, key.protocol),
    SERVICE(ADDR, KIND_ADDRESS, false, key.address),
    SERVICE(PORT, KIND_BE16, false, key.port),
    SERVICE(FWMARK, KIND_U32, false, key.fwmark),
    SERVICE(SCHED_NAME, KIND_NAME, false, scheduler),
    SERVICE(PE_NAME, KIND_NAME, false, persistence_engine),
    SERVICE(FLAGS, KIND_FLAGS, false, flags),
    SERVICE(TIMEOUT, KIND_U32, false, timeout),
    SERVICE(NETMASK, KIND_U32, false, netmask),
    SERVICE(STATS, KIND_STATS, false, stats),
    SERVICE(STATS64, KIND_STATS, false, stats),
};

#define DESTINATION(attribute, kind, required, member)                                   \
  {                                                                                      \
    IPVS_DEST_ATTR_##attribute, kind, required,                                          \
        offsetof(struct ipvs_destination, member)                                        \
  }

static const struct field destination_fields[] = {
    DESTINATION(ADDR, KIND_ADDRESS, true, key.address),
    DESTINATION(PORT, KIND_BE16, true, key.port),
    DESTINATION(ADDR_FAMILY, KIND_U16, false, key.family),
    DESTINATION(FWD_METHOD, KIND_U32, false, forwarding),
    DESTINATION(WEIGHT, KIND_U32, false, weight),
    DESTINATION(U_THRESH, KIND_U32, false, upper_threshold),
    DESTINATION(L_THRESH, KIND_U32, false, lower_threshold),
    DESTINATION(ACTIVE_CONNS, KIND_U32, false, active),
    DESTINATION(INACT_CONNS, KIND_U32, false, inactive),
    DESTINATION(PERSIST_CONNS, KIND_U32, false, persistent),
    DESTINATION(TUN_TYPE, KIND_U8, false, tunnel_type),
    DESTINATION(TUN_PORT, KIND_BE16, false, tunnel_port),
    DESTINATION(TUN_FLAGS, KIND_U16, false, tunnel_flags),
    DESTINATION(STATS, KIND_STATS, false, stats),
    DESTINATION(STATS64, KIND_STATS, false, stats),
};

#define DAEMON(attribute, kind, required, member)                                        \
  { IPVS_DAEMON_ATTR_##attribute, kind, required, offsetof(struct ipvs_daemon, member) }

static const struct field daemon_fields[] = {
    DAEMON(STATE, KIND_U32, true, state),
    DAEMON(MCAST_IFN, KIND_NAME, false, interface),
    DAEMON(SYNC_ID, KIND_U32, false, sync_id),
    DAEMON(SYNC_MAXLEN, KIND_U16, false, max_length),
    DAEMON(MCAST_GROUP, KIND_IPV4, false, group),
    DAEMON(MCAST_GROUP6, KIND_ADDRESS, false, group),
    DAEMON(MCAST_PORT, KIND_U16, false, port),
    DAEMON(MCAST_TTL, KIND_U8, false, ttl),
};

static const struct field timeout_fields[] = {
    {IPVS_CMD_ATTR_TIMEOUT_TCP, KIND_U32, true, offsetof(struct ipvs_timeouts, tcp)},
    {IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, KIND_U32, true,
     offsetof(struct ipvs_timeouts, tcp_fin)},
    {IPVS_CMD_ATTR_TIMEOUT_UDP, KIND_U32, false, offsetof(struct ipvs_timeouts, udp)},
};

static const struct field info_fields[] = {
    {IPVS_INFO_ATTR_VERSION, KIND_U32, true, offsetof(struct ipvs_info, version)},
    {IPVS_INFO_ATTR_CONN_TAB_SIZE, KIND_U32, true,
     offsetof(struct ipvs_info, connection_table_size)},
};

static const struct field family_fields[] = {
    {CTRL_ATTR_FAMILY_ID, KIND_U16, true, offsetof(struct ipvs_genl_family, id)},
    {CTRL_ATTR_FAMILY_NAME, KIND_NAME, true, offsetof(struct ipvs_genl_family, name)},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Sorts the attributes of one set by type. The last of a type wins, as in the
 * kernel's own nla_parse(). Trailing octets too few for a header are padding. */
static int split(const uint8_t *data, size_t length, struct attribute_set *set) {
  *set = (struct attribute_set){0};
  while (length >= NLA_HDRLEN) {
    struct nlattr header;
    memcpy(&header, data, sizeof(header));
    if (header.nla_len < NLA_HDRLEN || header.nla_len > length)
      return -EBADMSG;

    uint16_t type = header.nla_type & NLA_TYPE_MASK;
    if (type <= ATTRIBUTE_MAX)
      set->slot[type] = (struct slice){data + NLA_HDRLEN, header.nla_len - NLA_HDRLEN};

    size_t step = NLA_ALIGN(header.nla_len);
    if (step >= length)
      return 0;
    data += step;
    length -= step;
  }
  return 0;
}

static int read_fields(const uint8_t *data, size_t length, const struct field *fields,
                       size_t fields_num, void *object); /* statistics nest */

/* The kernel ends its names with a zero; a name without one is as long as its
 * attribute. What does not fit is no name the kernel has. */
static int read_name(struct slice value, char name[17]) {
  size_t length = strnlen((const char *)value.data, value.length);
  if (length > 16)
    return -EBADMSG;
  memcpy(name, value.data, length);
  name[length] = '\0';
  return 0;
}

static int read_counter(struct slice value, uint64_t *ret_counter) {
  uint32_t narrow;
  if (value.length == sizeof(*ret_counter)) {
    memcpy(ret_counter, value.data, sizeof(*ret_counter));
    return 0;
  }
  if (value.length != sizeof(narrow))
    return -EBADMSG;
  memcpy(&narrow, value.data, sizeof(narrow));
  *ret_counter = narrow;
  return 0;
}

static int read_value(enum kind kind, struct slice value, void *target) {
  uint16_t small;
  switch (kind) {
  case KIND_U8:
    small = value.data[0];
    memcpy(target, &small, sizeof(small));
    return 0;
  case KIND_BE16:
    memcpy(&small, value.data, sizeof(small));
    small = ntohs(small);
    memcpy(target, &small, sizeof(small));
    return 0;
  case KIND_U16:
  case KIND_U32:
  case KIND_IPV4:
  case KIND_ADDRESS:
    memcpy(target, value.data, value.length);
    return 0;
  case KIND_FLAGS:
    memcpy(target, value.data + offsetof(struct ip_vs_flags, flags), sizeof(uint32_t));
    return 0;
  case KIND_COUNTER:
    return read_counter(value, target);
  case KIND_NAME:
    return read_name(value, target);
  case KIND_STATS:
    return read_fields(value.data, value.length, stats_fields, LENGTH(stats_fields),
                       target);
  }
  return -EBADMSG;
}

static int read_field(const struct attribute_set *set, const struct field *field,
                      void *object) {
  struct slice value = set->slot[field->attribute];
  if (value.data == NULL)
    return field->required ? -EBADMSG : 0;
  if (value.length < lengths[field->kind].least ||
      value.length > lengths[field->kind].most)
    return -EBADMSG;
  return read_value(field->kind, value, (char *)object + field->offset);
}

static int read_set(const struct attribute_set *set, const struct field *fields,
                    size_t fields_num, void *object) {
  int status = 0;
  for (size_t i = 0; status == 0 && i < fields_num; i++)
    status = read_field(set, &fields[i], object);
  return status;
}

static int read_fields(const uint8_t *data, size_t length, const struct field *fields,
                       size_t fields_num, void *object) {
  struct attribute_set set;
  int status = split(data, length, &set);
  return status != 0 ? status : read_set(&set, fields, fields_num, object);
}

/* Splits the one attribute in which a command's answer is nested. */
static int split_nest(const uint8_t *data, size_t length, uint16_t type,
                      struct attribute_set *ret_set) {
  struct attribute_set outer;
  int status = split(data, length, &outer);
  if (status != 0)
    return status;
  struct slice nest = outer.slot[type];
  return nest.data != NULL ? split(nest.data, nest.length, ret_set) : -EBADMSG;
}

static int read_nested(const uint8_t *data, size_t length, uint16_t type,
                       const struct field *fields, size_t fields_num, void *object) {
  struct attribute_set set;
  int status = split_nest(data, length, type, &set);
  return status != 0 ? status : read_set(&set, fields, fields_num, object);
}

/* The kernel says an IPv4 address in 16 octets, the last twelve of which are
 * not always zero; and a mark's service may carry no address at all. */
static void clear_unused(uint16_t family, uint8_t address[16]) {
  if (family == AF_INET)
    memset(address + 4, 0, 12);
}

static bool is_family(uint16_t family) {
  return family == AF_INET || family == AF_INET6;
}

int ipvs_parse_service(const uint8_t *attributes, size_t length,
                       struct ipvs_service *ret_service) {
  struct ipvs_service service = {0};
  int status = read_nested(attributes, length, IPVS_CMD_ATTR_SERVICE, service_fields,
                           LENGTH(service_fields), &service);
  if (status != 0)
    return status;
  if (!is_family(service.key.family))
    return -EBADMSG;
  clear_unused(service.key.family, service.key.address);
  *ret_service = service;
  return 0;
}

int ipvs_parse_destination(const uint8_t *attributes, size_t length,
                           uint16_t service_family,
                           struct ipvs_destination *ret_destination) {
  struct ipvs_destination destination = {.key.family = service_family};
  int status = read_nested(attributes, length, IPVS_CMD_ATTR_DEST, destination_fields,
                           LENGTH(destination_fields), &destination);
  if (status != 0)
    return status;
  if (!is_family(destination.key.family))
    return -EBADMSG;
  clear_unused(destination.key.family, destination.key.address);
  *ret_destination = destination;
  return 0;
}

int ipvs_parse_daemon(const uint8_t *attributes, size_t length,
                      struct ipvs_daemon *ret_daemon) {
  struct attribute_set set;
  struct ipvs_daemon daemon = {0};
  int status = split_nest(attributes, length, IPVS_CMD_ATTR_DAEMON, &set);
  if (status == 0)
    status = read_set(&set, daemon_fields, LENGTH(daemon_fields), &daemon);
  if (status != 0)
    return status;

  if (set.slot[IPVS_DAEMON_ATTR_MCAST_GROUP6].data != NULL)
    daemon.group_family = AF_INET6;
  else if (set.slot[IPVS_DAEMON_ATTR_MCAST_GROUP].data != NULL)
    daemon.group_family = AF_INET;
  *ret_daemon = daemon;
  return 0;
}

int ipvs_parse_timeouts(const uint8_t *attributes, size_t length,
                        struct ipvs_timeouts *ret_timeouts) {
  struct ipvs_timeouts timeouts = {0};
  int status =
      read_fields(attributes, length, timeout_fields, LENGTH(timeout_fields), &timeouts);
  if (status == 0)
    *ret_timeouts = timeouts;
  return status;
}

int ipvs_parse_info(const uint8_t *attributes, size_t length,
                    struct ipvs_info *ret_info) {
  struct ipvs_info info = {0};
  int status = read_fields(attributes, length, info_fields, LENGTH(info_fields), &info);
  if (status == 0)
    *ret_info = info;
  return status;
}

int ipvs_parse_genl_family(const uint8_t *attributes, size_t length,
                           struct ipvs_genl_family *ret_family) {
  struct ipvs_genl_family family = {0};
  int status =
      read_fields(attributes, length, family_fields, LENGTH(family_fields), &family);
  if (status == 0)
    *ret_family = family;
  return status;
}
