// SPDX-License-Identifier: MIT
// Is this packet a VRRP advertisement, what does it say, and if not, why not?
#include "core/packet.h"

#include "core/cursor.h"

#include <string.h>

#define IPV4_HEADER_MIN     20
#define IPV6_HEADER         40
#define IPV6_EXTENSIONS_MAX 4
#define VRRP_HEADER         8
#define VRRP_V2_AUTH        8
#define VRRP_TYPE_ADVERT    1
#define VRRP_AUTH_LAST      2
#define VRRP_TTL            255
#define CARP_LENGTH         36
#define CARP_AUTH_WORDS     7

static const struct {
  const char *name, *text;
} verdicts[] = {
    [VRRP_ACCEPTED] = {"accepted", "nothing is wrong"},
    [VRRP_REJECT_IP_HEADER] = {"ip_header", "no sound IPv4 or IPv6 header"},
    [VRRP_REJECT_FRAGMENT] = {"fragment", "a piece of a datagram"},
    [VRRP_REJECT_PROTOCOL] = {"protocol", "not IP protocol 112"},
    [VRRP_REJECT_CARP] = {"carp", "CARP, the other protocol that lives on 112"},
    [VRRP_REJECT_TTL] = {"ttl",
                         "TTL or hop limit too small, so it came through a router"},
    [VRRP_REJECT_VERSION] = {"version", "neither version 2 nor 3, or 2 over IPv6"},
    [VRRP_REJECT_TYPE] = {"type", "not an advertisement"},
    [VRRP_REJECT_LENGTH] = {"length", "shorter or longer than its own fields say"},
    [VRRP_REJECT_VRID] = {"vrid", "VRID 0, which is nobody's"},
    [VRRP_REJECT_CHECKSUM] = {"checksum", "wrong checksum"},
    [VRRP_REJECT_NO_PSEUDO_HEADER] = {"no_pseudo_header",
                                      "checksum without the required pseudo-header"},
    [VRRP_REJECT_AUTH_TYPE] = {"auth_type", "unknown type of authentication"},
    [VRRP_REJECT_INTERVAL] = {"interval", "an interval of 0"},
    [VRRP_REJECT_ADDRESS_LIST] = {"address_list",
                                  "no address in version 3, or no link-local one first "
                                  "in IPv6"},
};
_Static_assert(sizeof(verdicts) / sizeof(verdicts[0]) == VRRP_VERDICTS,
               "every verdict has a name");

const char *vrrp_verdict_name(enum vrrp_verdict verdict) {
  return verdicts[verdict].name;
}

const char *vrrp_verdict_text(enum vrrp_verdict verdict) {
  return verdicts[verdict].text;
}

struct vrrp_address vrrp_advert_address(const struct vrrp_advert *advert,
                                        unsigned index) {
  enum vrrp_family family = vrrp_advert_family(advert);
  return vrrp_address_make(family, advert->addresses + index * vrrp_address_size(family));
}

// The ones' complement sum of RFC 1071, not yet folded or inverted. An odd last
// byte counts as the high half of a word.
static uint32_t sum16(const uint8_t *bytes, size_t length, uint32_t sum) {
  for (; length >= 2; bytes += 2, length -= 2)
    sum += get_be16(bytes);
  if (length > 0)
    sum += (uint32_t)bytes[0] << 8;
  return sum;
}

// True if a sum that includes the checksum field says that nothing was changed.
static bool sum16_is_sound(uint32_t sum) {
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

static uint32_t pseudo_header_sum(const struct vrrp_address *source,
                                  const struct vrrp_address *destination, size_t length) {
  uint32_t sum = sum16(source->bytes, sizeof(source->bytes), 0);
  sum = sum16(destination->bytes, sizeof(destination->bytes), sum);
  return sum + VRRP_PROTOCOL + (uint32_t)length;
}

static enum vrrp_verdict open_ipv4(struct cursor *cursor, struct vrrp_origin *origin) {
  const uint8_t *start = cursor->at, *header;

  if (!cursor_take(cursor, IPV4_HEADER_MIN, &header))
    return VRRP_REJECT_IP_HEADER;
  size_t header_length = (size_t)(header[0] & 0x0f) * 4;
  size_t total_length = get_be16(header + 2);
  if (header_length < IPV4_HEADER_MIN || total_length < header_length ||
      !cursor_skip(cursor, header_length - IPV4_HEADER_MIN) ||
      !cursor_limit(cursor, total_length - header_length) ||
      !sum16_is_sound(sum16(start, header_length, 0)))
    return VRRP_REJECT_IP_HEADER;

  origin->ttl = header[8];
  origin->source = vrrp_address_make(VRRP_IPV4, header + 12);
  origin->destination = vrrp_address_make(VRRP_IPV4, header + 16);
  if ((get_be16(header + 6) & 0x3fff) != 0)
    return VRRP_REJECT_FRAGMENT;
  return header[9] == VRRP_PROTOCOL ? VRRP_ACCEPTED : VRRP_REJECT_PROTOCOL;
}

// Walks over the extension headers that may stand before an advertisement.
static enum vrrp_verdict skip_extensions(struct cursor *cursor, uint8_t next) {
  for (int i = 0; i < IPV6_EXTENSIONS_MAX && next != VRRP_PROTOCOL; i++) {
    const uint8_t *extension;

    if (next == IPPROTO_FRAGMENT)
      return VRRP_REJECT_FRAGMENT;
    if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS)
      return VRRP_REJECT_PROTOCOL;
    if (!cursor_take(cursor, 8, &extension) ||
        !cursor_skip(cursor, (size_t)extension[1] * 8))
      return VRRP_REJECT_IP_HEADER;
    next = extension[0];
  }
  return next == VRRP_PROTOCOL ? VRRP_ACCEPTED : VRRP_REJECT_PROTOCOL;
}

static enum vrrp_verdict open_ipv6(struct cursor *cursor, struct vrrp_origin *origin) {
  const uint8_t *header;

  if (!cursor_take(cursor, IPV6_HEADER, &header) ||
      !cursor_limit(cursor, get_be16(header + 4)))
    return VRRP_REJECT_IP_HEADER;
  origin->ttl = header[7];
  origin->source = vrrp_address_make(VRRP_IPV6, header + 8);
  origin->destination = vrrp_address_make(VRRP_IPV6, header + 24);
  return skip_extensions(cursor, header[6]);
}

// Leaves the cursor on the IP payload.
static enum vrrp_verdict open_ip(struct cursor *cursor, struct vrrp_origin *origin) {
  switch (cursor->left > 0 ? cursor->at[0] >> 4 : 0) {
  case 4:
    return open_ipv4(cursor, origin);
  case 6:
    return open_ipv6(cursor, origin);
  default:
    return VRRP_REJECT_IP_HEADER;
  }
}

// CARP's version 2, type 1 and always seven words of digest make a shape that no
// VRRPv2 message has: seven addresses would take 44 bytes.
static bool is_carp(const struct cursor *message) {
  return message->left == CARP_LENGTH && message->at[0] == 0x21 &&
         message->at[3] == CARP_AUTH_WORDS;
}

static enum vrrp_verdict check_ttl(const struct vrrp_origin *origin,
                                   const struct vrrp_rules *rules) {
  bool multicast = vrrp_address_is_multicast(&origin->destination);
  uint8_t least = multicast ? VRRP_TTL : rules->unicast_ttl_min;
  return origin->ttl >= least ? VRRP_ACCEPTED : VRRP_REJECT_TTL;
}

static enum vrrp_verdict check_checksum(const struct cursor *message, int version,
                                        const struct vrrp_origin *origin,
                                        const struct vrrp_rules *rules,
                                        bool *ret_no_pseudo_header) {
  uint32_t bare = sum16(message->at, message->left, 0);
  bool bare_is_sound = sum16_is_sound(bare);

  if (version == 2)
    return bare_is_sound ? VRRP_ACCEPTED : VRRP_REJECT_CHECKSUM;
  uint32_t pseudo =
      pseudo_header_sum(&origin->source, &origin->destination, message->left);
  if (sum16_is_sound(bare + pseudo))
    return VRRP_ACCEPTED;
  if (!bare_is_sound || origin->source.family == VRRP_IPV6)
    return VRRP_REJECT_CHECKSUM;
  *ret_no_pseudo_header = true;
  return rules->require_pseudo_header ? VRRP_REJECT_NO_PSEUDO_HEADER : VRRP_ACCEPTED;
}

static enum vrrp_verdict check_address_list(const uint8_t *addresses, uint8_t count,
                                            int version, enum vrrp_family family) {
  if (version == 2)
    return VRRP_ACCEPTED;
  if (count == 0)
    return VRRP_REJECT_ADDRESS_LIST;
  struct vrrp_address first = vrrp_address_make(family, addresses);
  if (family == VRRP_IPV6 && !vrrp_address_is_link_local(&first))
    return VRRP_REJECT_ADDRESS_LIST;
  return VRRP_ACCEPTED;
}

static uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

// A sum over the addresses' hashes, so that the order in the list does not matter.
static uint64_t digest_addresses(const uint8_t *addresses, size_t count, size_t size) {
  uint64_t digest = count;

  for (; count > 0; count--, addresses += size) {
    uint64_t words[2] = {0, 0};
    memcpy(words, addresses, size);
    digest += mix64(words[0] + mix64(words[1] + 1));
  }
  return digest;
}

// A message whose fixed header and address list have been found, unchecked.
struct message {
  struct cursor whole;
  const uint8_t *header;    // VRRP_HEADER bytes
  const uint8_t *addresses; // as many as the header says
  int version;
};

static unsigned interval_cs(const struct message *message) {
  if (message->version == 2)
    return message->header[5] * VRRP_CENTISECONDS;
  return get_be16(message->header + 4) & 0x0fff;
}

static uint8_t auth_type(const struct message *message) {
  return message->version == 2 ? message->header[4] : 0;
}

// Finds the parts of a message; on the way everything that says how long they are.
static enum vrrp_verdict open_message(struct cursor cursor,
                                      const struct vrrp_rules *rules,
                                      struct vrrp_origin *origin,
                                      struct message *ret_message) {
  struct message message = {.whole = cursor};

  if (!cursor_take(&cursor, VRRP_HEADER, &message.header))
    return VRRP_REJECT_LENGTH;
  message.version = message.header[0] >> 4;
  origin->vrid = message.header[1];

  enum vrrp_verdict verdict = check_ttl(origin, rules);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  if (message.version != 3 &&
      (message.version != 2 || origin->source.family != VRRP_IPV4))
    return VRRP_REJECT_VERSION;
  if ((message.header[0] & 0x0f) != VRRP_TYPE_ADVERT)
    return VRRP_REJECT_TYPE;
  size_t list = message.header[3] * vrrp_address_size(origin->source.family);
  if (!cursor_take(&cursor, list, &message.addresses) ||
      cursor.left != (message.version == 2 ? VRRP_V2_AUTH : 0))
    return VRRP_REJECT_LENGTH;
  *ret_message = message;
  return VRRP_ACCEPTED;
}

static enum vrrp_verdict check_message(const struct message *message,
                                       const struct vrrp_rules *rules,
                                       const struct vrrp_origin *origin,
                                       bool *ret_no_pseudo_header) {
  if (origin->vrid == 0)
    return VRRP_REJECT_VRID;
  enum vrrp_verdict verdict = check_checksum(&message->whole, message->version, origin,
                                             rules, ret_no_pseudo_header);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  if (auth_type(message) > VRRP_AUTH_LAST)
    return VRRP_REJECT_AUTH_TYPE;
  if (interval_cs(message) == 0)
    return VRRP_REJECT_INTERVAL;
  return check_address_list(message->addresses, message->header[3], message->version,
                            origin->source.family);
}

static void copy_message(const struct message *message, struct vrrp_advert *advert) {
  size_t size = vrrp_address_size(vrrp_advert_family(advert));

  advert->version = (uint8_t)message->version;
  advert->priority = message->header[2];
  advert->auth_type = auth_type(message);
  advert->address_count = message->header[3];
  advert->interval_cs = (uint16_t)interval_cs(message);
  advert->address_digest =
      digest_addresses(message->addresses, advert->address_count, size);
  memcpy(advert->addresses, message->addresses, advert->address_count * size);
}

enum vrrp_verdict vrrp_packet_decode(const uint8_t *packet, size_t length,
                                     const struct vrrp_rules *rules,
                                     struct vrrp_advert *ret_advert) {
  struct cursor cursor = {.at = packet, .left = length};
  struct vrrp_origin *origin = &ret_advert->origin;
  struct message message;
  bool no_pseudo_header = false;

  memset(origin, 0, sizeof(*origin));
  enum vrrp_verdict verdict = open_ip(&cursor, origin);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  if (is_carp(&cursor))
    return VRRP_REJECT_CARP;
  verdict = open_message(cursor, rules, origin, &message);
  if (verdict == VRRP_ACCEPTED)
    verdict = check_message(&message, rules, origin, &no_pseudo_header);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  copy_message(&message, ret_advert);
  ret_advert->no_pseudo_header = no_pseudo_header;
  return VRRP_ACCEPTED;
}
