// SPDX-License-Identifier: MIT
// Is this packet a VRRP advertisement, what does it say, and if not, why not?
#ifndef HA_VRRP_PACKET_H
#define HA_VRRP_PACKET_H

#include "core/address.h"

#define VRRP_PROTOCOL         112
#define VRRP_ADDRESSES_MAX    255
#define VRRP_PRIORITY_RELEASE 0
#define VRRP_PRIORITY_OWNER   255
#define VRRP_CENTISECONDS     100

// Why a packet is not an advertisement to believe. At once the index of the
// counter, the type instance of its metric and the oracle of the tests.
enum vrrp_verdict {
  VRRP_ACCEPTED,
  VRRP_REJECT_IP_HEADER,        // no sound IPv4 or IPv6 header
  VRRP_REJECT_FRAGMENT,         // a piece of a datagram
  VRRP_REJECT_PROTOCOL,         // IP, but not protocol 112
  VRRP_REJECT_CARP,             // the other protocol that lives on 112
  VRRP_REJECT_TTL,              // TTL or hop limit: it came through a router
  VRRP_REJECT_VERSION,          // neither 2 nor 3, or 2 over IPv6
  VRRP_REJECT_TYPE,             // not an advertisement
  VRRP_REJECT_LENGTH,           // shorter or longer than its own fields say
  VRRP_REJECT_VRID,             // 0 is nobody's
  VRRP_REJECT_CHECKSUM,         //
  VRRP_REJECT_NO_PSEUDO_HEADER, // v3 over IPv4, right but for the pseudo-header
  VRRP_REJECT_AUTH_TYPE,        // none of enum vrrp_auth, so what follows is unknown
  VRRP_REJECT_INTERVAL,         // 0
  VRRP_REJECT_ADDRESS_LIST,     // v3 with none
  VRRP_VERDICTS
};

// What an advertisement is authenticated by. The first three are also RFC 2338's
// numbers on the wire, where 3 is nobody's.
enum vrrp_auth {
  VRRP_AUTH_NONE,
  VRRP_AUTH_PASSWORD,
  VRRP_AUTH_IP_HEADER, // RFC 4302's, around the message
  VRRP_AUTH_HMAC,      // keepalived's auth_hmac, behind the message
  VRRP_AUTH_MD5,       // Cisco's type 254, with its digest behind the message
  VRRP_AUTHS
};

// What can be known of a packet's sender even if the packet is rejected.
struct vrrp_origin {
  struct vrrp_address source;
  struct vrrp_address destination;
  uint8_t vrid; // 0: not readable
  uint8_t ttl;
};

// The metric's type instance, such as "checksum"; the string is static.
const char *vrrp_verdict_name(enum vrrp_verdict verdict);

// What that means, for people, such as "wrong checksum"; static.
const char *vrrp_verdict_text(enum vrrp_verdict verdict);

// Which key of the configuration would accept what was rejected for this, as a phrase
// such as "a smaller UnicastMinimumTTL accepts it"; static. NULL: none would.
const char *vrrp_verdict_remedy(enum vrrp_verdict verdict,
                                const struct vrrp_origin *origin);

// What the configuration leaves open.
struct vrrp_rules {
  // Refuse VRRPv3 over IPv4 whose checksum covers the message only, or with it the
  // pseudo-header of the group instead of its own. RFC 9568 wants the first, RFC 5798
  // the other way round; the second is keepalived's old_unicast_checksum. All are met on
  // live networks.
  bool require_pseudo_header;
  // Smallest TTL of a unicast advertisement; multicast is always held to 255.
  uint8_t unicast_ttl_min;
};

// A decoded advertisement. Authentication data is never copied.
struct vrrp_advert {
  struct vrrp_origin origin;
  uint8_t version;   // 2 or 3
  uint8_t priority;  // 0: the master lets go
  uint8_t auth_type; // enum vrrp_auth
  uint8_t address_count;
  uint16_t interval_cs;    // centiseconds, in both versions
  bool no_pseudo_header;   // v3: its checksum does not cover its own pseudo-header
  uint64_t address_digest; // equal for equal lists, whatever their order
  // address_count addresses of vrrp_address_size(family) bytes, one after the other
  uint8_t addresses[VRRP_ADDRESSES_MAX * VRRP_ADDRESS_SIZE_MAX];
};

static inline enum vrrp_family vrrp_advert_family(const struct vrrp_advert *advert) {
  return (enum vrrp_family)advert->origin.source.family;
}

// The advertisement's address number index (from 0, below address_count).
struct vrrp_address vrrp_advert_address(const struct vrrp_advert *advert, unsigned index);

// Decodes a packet that begins with its IP header; bytes after the datagram, such
// as Ethernet's padding, are ignored.
//
// Returns VRRP_ACCEPTED and fills ret_advert, or the first reason to reject it.
// ret_advert->origin is filled in either case, as far as it could be read (zeros
// otherwise); the rest is written only on success. Pure: any thread may call it.
enum vrrp_verdict vrrp_packet_decode(const uint8_t *packet, size_t length,
                                     const struct vrrp_rules *rules,
                                     struct vrrp_advert *ret_advert);

#endif
