// SPDX-License-Identifier: MIT
// How does a test make an advertisement, right or wrong in one place?
#ifndef HA_TEST_MAKE_ADVERT_H
#define HA_TEST_MAKE_ADVERT_H

#include "core/packet.h"

#include <assert.h>
#include <string.h>

#define MAKE_EXTENSION 28

enum make_checksum {
  MAKE_RIGHT,
  MAKE_WITHOUT_PSEUDO_HEADER,
  MAKE_WITH_GROUP, // unicast, with the pseudo-header of multicast
  MAKE_WRONG
};

// What the packet shall say; make_packet() fills in what is 0 but for the fields that
// mean something with 0.
struct make_advert {
  const char *source, *destination;
  unsigned version, type, vrid, priority, auth_type;
  unsigned interval;        // as on the wire: seconds, or centiseconds in v3
  const char *addresses[4]; // NULL ends the list
  unsigned count;           // as told in the header; 0: as many as there are
  unsigned ttl;             // 0: 255
  size_t cut;               // bytes to leave out at the end
  size_t extra;             // bytes to add behind the message
  const uint8_t *extension; // MAKE_EXTENSION bytes behind all of it, or NULL
  enum make_checksum checksum;
};

static inline void make_put16(uint8_t *at, unsigned value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

// The ones' complement checksum over the buffer, started with sum.
static inline unsigned make_sum(const uint8_t *bytes, size_t length, unsigned sum) {
  for (size_t i = 0; i < length; i++)
    sum += i % 2 ? bytes[i] : (unsigned)bytes[i] << 8;
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static inline struct vrrp_address make_address(const char *text) {
  struct vrrp_address address;
  int status = vrrp_address_parse(text, &address);
  assert(status == 0);
  (void)status;
  return address;
}

// Writes the message; returns its length.
static inline size_t make_message(const struct make_advert *a,
                                  const struct vrrp_address *source,
                                  const struct vrrp_address *destination,
                                  uint8_t *message) {
  size_t size = vrrp_address_size(source->family), length = 8;
  unsigned count = 0;

  for (; count < 4 && a->addresses[count] != NULL; count++, length += size) {
    struct vrrp_address address = make_address(a->addresses[count]);
    memcpy(message + length, address.bytes, size);
  }
  if (a->version == 2) {
    memcpy(message + length, "SECRET42", 8);
    length += 8;
  }
  memset(message + length, 0, a->extra);
  length += a->extra;
  message[0] = (uint8_t)(a->version << 4 | (a->type ? a->type : 1));
  message[1] = (uint8_t)a->vrid;
  message[2] = (uint8_t)a->priority;
  message[3] = (uint8_t)(a->count ? a->count : count);
  if (a->version == 2) {
    message[4] = (uint8_t)a->auth_type;
    message[5] = (uint8_t)a->interval;
  } else {
    make_put16(message + 4, a->interval);
  }
  make_put16(message + 6, 0);
  if (a->extension != NULL)
    memcpy(message + length, a->extension, MAKE_EXTENSION);
  if (a->extension != NULL && size == 16) // over IPv4 the checksum does not cover it
    length += MAKE_EXTENSION;
  unsigned sum = 0;
  if (a->version != 2 && a->checksum != MAKE_WITHOUT_PSEUDO_HEADER) {
    struct vrrp_address group = make_address("224.0.0.18");
    bool wants_group = a->checksum == MAKE_WITH_GROUP;
    sum = make_sum(source->bytes, 16, 112 + (unsigned)length);
    sum = make_sum(wants_group ? group.bytes : destination->bytes, 16, sum);
  }
  sum = make_sum(message, length, sum);
  make_put16(message + 6, (a->checksum == MAKE_WRONG ? ~sum + 1 : ~sum) & 0xffff);
  if (a->extension != NULL && size == 4)
    length += MAKE_EXTENSION;
  return length - a->cut;
}

// Writes a packet of at most 600 bytes with its IP header; returns its length.
static inline size_t make_packet(const struct make_advert *a, uint8_t *packet) {
  struct vrrp_address source = make_address(a->source);
  bool v4 = source.family == VRRP_IPV4;
  const char *group = v4 ? "224.0.0.18" : "ff02::12";
  struct vrrp_address destination = make_address(a->destination ? a->destination : group);
  size_t header = v4 ? 20 : 40;
  size_t length = make_message(a, &source, &destination, packet + header);
  uint8_t ttl = (uint8_t)(a->ttl ? a->ttl : 255);

  memset(packet, 0, header);
  if (v4) {
    packet[0] = 0x45;
    make_put16(packet + 2, (unsigned)(header + length));
    packet[8] = ttl;
    packet[9] = VRRP_PROTOCOL;
    memcpy(packet + 12, source.bytes, 4);
    memcpy(packet + 16, destination.bytes, 4);
    make_put16(packet + 10, ~make_sum(packet, 20, 0) & 0xffff);
  } else {
    packet[0] = 0x60;
    make_put16(packet + 4, (unsigned)length);
    packet[6] = VRRP_PROTOCOL;
    packet[7] = ttl;
    memcpy(packet + 8, source.bytes, 16);
    memcpy(packet + 24, destination.bytes, 16);
  }
  return header + length;
}

#endif
