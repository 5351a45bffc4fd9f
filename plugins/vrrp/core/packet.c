// SPDX-License-Identifier: MIT
// Is this packet a VRRP advertisement, what does it say, and if not, why not?
#include "core/packet.h"

#include "common/core/array.h"

#include "core/cursor.h"

#include <string.h>

#define IPV4_HEADER_MIN   20
#define IPV6_HEADER       40
#define EXTENSIONS_MAX    4
#define VRRP_HEADER       8
#define VRRP_V2_AUTH      8
#define VRRP_V2_AUTH_LAST VRRP_AUTH_IP_HEADER
#define VRRP_TYPE_ADVERT  1
#define VRRP_TTL          255
#define HMAC_EXTENSION    28 // keepalived's, with 16 octets of digest at its end
#define HMAC_SHA256       1  // its first octet
#define MD5_TYPE          254
#define MD5_EXTENSION     30 // Cisco's: the type, how much follows, the digest at its end
#define CARP_LENGTH       36
#define CARP_AUTH_WORDS   7

static const struct {
  const char *name, *text, *remedy;
} verdicts[] = {
    [VRRP_ACCEPTED] = {"accepted", "nothing is wrong"},
    [VRRP_REJECT_IP_HEADER] = {"ip_header", "no sound IPv4 or IPv6 header"},
    [VRRP_REJECT_FRAGMENT] = {"fragment", "a piece of a datagram"},
    [VRRP_REJECT_PROTOCOL] = {"protocol", "not IP protocol 112"},
    [VRRP_REJECT_CARP] = {"carp", "CARP, the other protocol that lives on 112"},
    [VRRP_REJECT_TTL] = {"ttl", "TTL or hop limit too small, so it came through a router",
                         "a smaller UnicastMinimumTTL accepts it"},
    [VRRP_REJECT_VERSION] = {"version", "neither version 2 nor 3, or 2 over IPv6"},
    [VRRP_REJECT_TYPE] = {"type", "not an advertisement"},
    [VRRP_REJECT_LENGTH] = {"length", "shorter or longer than its own fields say"},
    [VRRP_REJECT_VRID] = {"vrid", "VRID 0, which is nobody's"},
    [VRRP_REJECT_CHECKSUM] = {"checksum", "wrong checksum"},
    [VRRP_REJECT_NO_PSEUDO_HEADER] = {"no_pseudo_header",
                                      "checksum without the required pseudo-header",
                                      "RequirePseudoHeader false accepts it"},
    [VRRP_REJECT_AUTH_TYPE] = {"auth_type", "unknown type of authentication"},
    [VRRP_REJECT_INTERVAL] = {"interval", "an interval of 0"},
    [VRRP_REJECT_ADDRESS_LIST] = {"address_list", "no address in version 3"},
};
_Static_assert(HA_COUNT_OF(verdicts) == VRRP_VERDICTS, "every verdict has a name");

const char *vrrp_verdict_name(enum vrrp_verdict verdict) {
  return verdicts[verdict].name;
}

const char *vrrp_verdict_text(enum vrrp_verdict verdict) {
  return verdicts[verdict].text;
}

const char *vrrp_verdict_remedy(enum vrrp_verdict verdict,
                                const struct vrrp_origin *origin) {
  if (verdict == VRRP_REJECT_TTL && vrrp_address_is_multicast(&origin->destination))
    return NULL;
  return verdicts[verdict].remedy;
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

// An IP packet whose headers are being walked over.
struct packet {
  struct cursor cursor;
  struct vrrp_origin *origin;
  uint8_t next;          // the protocol that the cursor stands on
  bool is_authenticated; // by an IP authentication header
};

static enum vrrp_verdict open_ipv4(struct packet *packet) {
  struct cursor *cursor = &packet->cursor;
  struct vrrp_origin *origin = packet->origin;
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
  packet->next = header[9];
  return (get_be16(header + 6) & 0x3fff) == 0 ? VRRP_ACCEPTED : VRRP_REJECT_FRAGMENT;
}

static enum vrrp_verdict open_ipv6(struct packet *packet) {
  struct vrrp_origin *origin = packet->origin;
  const uint8_t *header;

  if (!cursor_take(&packet->cursor, IPV6_HEADER, &header) ||
      !cursor_limit(&packet->cursor, get_be16(header + 4)))
    return VRRP_REJECT_IP_HEADER;
  origin->ttl = header[7];
  origin->source = vrrp_address_make(VRRP_IPV6, header + 8);
  origin->destination = vrrp_address_make(VRRP_IPV6, header + 24);
  packet->next = header[6];
  return VRRP_ACCEPTED;
}

// The headers that may stand between IP's and the message. The second octet of each
// counts what it has beyond 8 octets: in units of 8, but in words in the authentication
// header (RFC 4302, 2.2), the only one that IPv4 has.
static const struct extension {
  uint8_t protocol;
  uint8_t unit;
  bool in_ipv4;
} extensions[] = {
    {IPPROTO_HOPOPTS, 8, false},
    {IPPROTO_ROUTING, 8, false},
    {IPPROTO_DSTOPTS, 8, false},
    {IPPROTO_AH, 4, true},
};

static const struct extension *find_extension(const struct packet *packet) {
  for (size_t i = 0; i < HA_COUNT_OF(extensions); i++)
    if (extensions[i].protocol == packet->next &&
        (extensions[i].in_ipv4 || packet->origin->source.family == VRRP_IPV6))
      return &extensions[i];
  return NULL;
}

static enum vrrp_verdict skip_extensions(struct packet *packet) {
  for (int i = 0; i < EXTENSIONS_MAX && packet->next != VRRP_PROTOCOL; i++) {
    const struct extension *extension = find_extension(packet);
    const uint8_t *header;

    if (extension == NULL)
      break;
    if (!cursor_take(&packet->cursor, 8, &header) ||
        !cursor_skip(&packet->cursor, (size_t)header[1] * extension->unit))
      return VRRP_REJECT_IP_HEADER;
    packet->is_authenticated |= packet->next == IPPROTO_AH;
    packet->next = header[0];
  }
  if (packet->next == IPPROTO_FRAGMENT)
    return VRRP_REJECT_FRAGMENT;
  return packet->next == VRRP_PROTOCOL ? VRRP_ACCEPTED : VRRP_REJECT_PROTOCOL;
}

static enum vrrp_verdict open_ip(struct packet *packet) {
  switch (packet->cursor.left > 0 ? packet->cursor.at[0] >> 4 : 0) {
  case 4:
    return open_ipv4(packet);
  case 6:
    return open_ipv6(packet);
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
  size_t length;            // of all of it
  size_t extension;         // of what keepalived adds behind it; in length
  const uint8_t *header;    // VRRP_HEADER bytes
  const uint8_t *addresses; // as many as the header says
  int version;
  enum vrrp_auth auth;
};

static unsigned interval_cs(const struct message *message) {
  if (message->version == 2)
    return message->header[5] * VRRP_CENTISECONDS;
  return get_be16(message->header + 4) & 0x0fff;
}

// What the header says that the message is authenticated by; VRRP_AUTHS: nothing known.
static enum vrrp_auth auth_of(const struct message *message) {
  uint8_t type = message->header[4];

  if (message->version != 2)
    return VRRP_AUTH_NONE;
  if (type == MD5_TYPE)
    return VRRP_AUTH_MD5;
  return type <= VRRP_V2_AUTH_LAST ? (enum vrrp_auth)type : VRRP_AUTHS;
}

static enum vrrp_verdict open_md5(struct cursor rest, struct message *message) {
  if (rest.left != MD5_EXTENSION || rest.at[0] != MD5_TYPE ||
      rest.at[1] != MD5_EXTENSION - 2)
    return VRRP_REJECT_LENGTH;
  message->extension = rest.left;
  return VRRP_ACCEPTED;
}

// What may still follow is keepalived's auth_hmac: type, key, two zeros, a time that
// grows, the digest.
static enum vrrp_verdict open_extension(struct cursor rest, struct message *message) {
  if (message->auth == VRRP_AUTH_MD5)
    return open_md5(rest, message);
  if (rest.left == 0)
    return VRRP_ACCEPTED;
  if (rest.left != HMAC_EXTENSION || get_be16(rest.at + 2) != 0)
    return VRRP_REJECT_LENGTH;
  if (rest.at[0] != HMAC_SHA256)
    return VRRP_REJECT_AUTH_TYPE;
  message->extension = rest.left;
  message->auth = VRRP_AUTH_HMAC;
  return VRRP_ACCEPTED;
}

static enum vrrp_verdict open_list(struct cursor cursor, enum vrrp_family family,
                                   struct message *message) {
  size_t list = message->header[3] * vrrp_address_size(family);

  if (!cursor_take(&cursor, list, &message->addresses) ||
      (message->version == 2 && !cursor_skip(&cursor, VRRP_V2_AUTH)))
    return VRRP_REJECT_LENGTH;
  return open_extension(cursor, message);
}

// Finds the parts of a message; on the way everything that says how long they are.
static enum vrrp_verdict open_message(const struct packet *packet,
                                      const struct vrrp_rules *rules,
                                      struct message *ret_message) {
  struct vrrp_origin *origin = packet->origin;
  struct cursor cursor = packet->cursor;
  struct message message = {.length = cursor.left};

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
  message.auth = auth_of(&message);
  if (message.auth == VRRP_AUTHS)
    return VRRP_REJECT_AUTH_TYPE;
  if (packet->is_authenticated)
    message.auth = VRRP_AUTH_IP_HEADER;
  verdict = open_list(cursor, origin->source.family, &message);
  if (verdict == VRRP_ACCEPTED)
    *ret_message = message;
  return verdict;
}

// Judges the checksum as one over so many octets of the message.
static enum vrrp_verdict judge_checksum(const struct message *message, size_t length,
                                        const struct vrrp_origin *origin,
                                        bool *ret_no_pseudo_header) {
  static const struct vrrp_address group = {.family = VRRP_IPV4,
                                            .bytes = {224, 0, 0, 18}};
  uint32_t bare = sum16(message->header, length, 0);

  if (message->version == 2)
    return sum16_is_sound(bare) ? VRRP_ACCEPTED : VRRP_REJECT_CHECKSUM;
  if (sum16_is_sound(bare +
                     pseudo_header_sum(&origin->source, &origin->destination, length)))
    return VRRP_ACCEPTED;
  if (origin->source.family == VRRP_IPV6 ||
      (!sum16_is_sound(bare) &&
       !sum16_is_sound(bare + pseudo_header_sum(&origin->source, &group, length))))
    return VRRP_REJECT_CHECKSUM;
  *ret_no_pseudo_header = true;
  return VRRP_ACCEPTED;
}

// keepalived leaves its extension out; the kernel, which does it for IPv6, does not.
static enum vrrp_verdict check_checksum(const struct message *message,
                                        const struct vrrp_origin *origin,
                                        const struct vrrp_rules *rules,
                                        bool *ret_no_pseudo_header) {
  enum vrrp_verdict verdict =
      judge_checksum(message, message->length, origin, ret_no_pseudo_header);

  if (verdict != VRRP_ACCEPTED && message->extension != 0)
    verdict = judge_checksum(message, message->length - message->extension, origin,
                             ret_no_pseudo_header);
  if (*ret_no_pseudo_header && rules->require_pseudo_header)
    return VRRP_REJECT_NO_PSEUDO_HEADER;
  return verdict;
}

static enum vrrp_verdict check_message(const struct message *message,
                                       const struct vrrp_rules *rules,
                                       const struct vrrp_origin *origin,
                                       bool *ret_no_pseudo_header) {
  if (origin->vrid == 0)
    return VRRP_REJECT_VRID;
  enum vrrp_verdict verdict =
      check_checksum(message, origin, rules, ret_no_pseudo_header);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  if (interval_cs(message) == 0)
    return VRRP_REJECT_INTERVAL;
  return message->version == 3 && message->header[3] == 0 ? VRRP_REJECT_ADDRESS_LIST
                                                          : VRRP_ACCEPTED;
}

static void copy_message(const struct message *message, struct vrrp_advert *advert) {
  size_t size = vrrp_address_size(vrrp_advert_family(advert));

  advert->version = (uint8_t)message->version;
  advert->priority = message->header[2];
  advert->auth_type = (uint8_t)message->auth;
  advert->address_count = message->header[3];
  advert->interval_cs = (uint16_t)interval_cs(message);
  advert->address_digest =
      digest_addresses(message->addresses, advert->address_count, size);
  memcpy(advert->addresses, message->addresses, advert->address_count * size);
}

enum vrrp_verdict vrrp_packet_decode(const uint8_t *bytes, size_t length,
                                     const struct vrrp_rules *rules,
                                     struct vrrp_advert *ret_advert) {
  struct packet packet = {.cursor = {.at = bytes, .left = length},
                          .origin = &ret_advert->origin};
  struct message message;
  bool no_pseudo_header = false;

  memset(packet.origin, 0, sizeof(*packet.origin));
  enum vrrp_verdict verdict = open_ip(&packet);
  if (verdict == VRRP_ACCEPTED)
    verdict = skip_extensions(&packet);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  if (is_carp(&packet.cursor))
    return VRRP_REJECT_CARP;
  verdict = open_message(&packet, rules, &message);
  if (verdict == VRRP_ACCEPTED)
    verdict = check_message(&message, rules, packet.origin, &no_pseudo_header);
  if (verdict != VRRP_ACCEPTED)
    return verdict;
  copy_message(&message, ret_advert);
  ret_advert->no_pseudo_header = no_pseudo_header;
  return VRRP_ACCEPTED;
}
