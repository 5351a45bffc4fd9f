// SPDX-License-Identifier: MIT
// How is a message that was recorded on a little-endian machine read on any?
#ifndef HA_TEST_RECORDED_H
#define HA_TEST_RECORDED_H

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ATTR(name) (1u << IPVS_##name)

// What is no number in each of the nested sets: text and what is in network order; and
// which attributes are sets in turn.
static const struct recorded_set {
  uint32_t octets, nested;
} recorded_sets[] = {
    [IPVS_CMD_ATTR_SERVICE] = {ATTR(SVC_ATTR_ADDR) | ATTR(SVC_ATTR_PORT) |
                                   ATTR(SVC_ATTR_SCHED_NAME) | ATTR(SVC_ATTR_NETMASK) |
                                   ATTR(SVC_ATTR_PE_NAME),
                               ATTR(SVC_ATTR_STATS) | ATTR(SVC_ATTR_STATS64)},
    [IPVS_CMD_ATTR_DEST] = {ATTR(DEST_ATTR_ADDR) | ATTR(DEST_ATTR_PORT) |
                                ATTR(DEST_ATTR_TUN_PORT),
                            ATTR(DEST_ATTR_STATS) | ATTR(DEST_ATTR_STATS64)},
    [IPVS_CMD_ATTR_DAEMON] = {ATTR(DAEMON_ATTR_MCAST_IFN) |
                                  ATTR(DAEMON_ATTR_MCAST_GROUP) |
                                  ATTR(DAEMON_ATTR_MCAST_GROUP6),
                              0},
};

static inline void turn(uint8_t *octets, size_t size) {
  for (size_t i = 0; i < size / 2; i++) {
    uint8_t other = octets[i];
    octets[i] = octets[size - 1 - i];
    octets[size - 1 - i] = other;
  }
}

// Turns an attribute's header round; returns its type.
static inline unsigned turn_header(uint8_t *at, struct nlattr *ret) {
  turn(at, 2);
  turn(at + 2, 2);
  memcpy(ret, at, sizeof(*ret));
  return ret->nla_type & NLA_TYPE_MASK;
}

static inline void turn_numbers(uint8_t *at, const uint8_t *end) {
  struct nlattr attribute;
  for (; at < end; at += NLA_ALIGN(attribute.nla_len)) {
    turn_header(at, &attribute);
    turn(at + NLA_HDRLEN, attribute.nla_len - (size_t)NLA_HDRLEN);
  }
}

static inline void turn_set(uint8_t *at, const uint8_t *end, unsigned of) {
  struct nlattr attribute;
  for (; at < end; at += NLA_ALIGN(attribute.nla_len)) {
    unsigned type = turn_header(at, &attribute);
    uint8_t *data = at + NLA_HDRLEN;
    if (recorded_sets[of].nested >> type & 1)
      turn_numbers(data, at + attribute.nla_len);
    else if (of == IPVS_CMD_ATTR_SERVICE && type == IPVS_SVC_ATTR_FLAGS) {
      turn(data, 4); // struct ip_vs_flags: two numbers
      turn(data + 4, 4);
    } else if (!(recorded_sets[of].octets >> type & 1))
      turn(data, attribute.nla_len - (size_t)NLA_HDRLEN);
  }
}

// To this machine's order, in place. What is two or four octets long at the top is a
// number; what is longer is a set of IPVS's, or text (of the message that tells the
// family).
static inline void make_native(uint8_t *at, size_t length, bool has_sets) {
  const uint8_t *end = at + length;
  struct nlattr attribute;
  for (; htons(1) == 1 && at < end; at += NLA_ALIGN(attribute.nla_len)) {
    unsigned type = turn_header(at, &attribute);
    if (attribute.nla_len <= NLA_HDRLEN + 4)
      turn(at + NLA_HDRLEN, attribute.nla_len - (size_t)NLA_HDRLEN);
    else if (has_sets)
      turn_set(at + NLA_HDRLEN, at + attribute.nla_len, type);
  }
}

#undef ATTR

#endif
