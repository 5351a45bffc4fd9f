// SPDX-License-Identifier: MIT
// A master's side of AgentX, written from RFC 2741 and not from our codec: what our
// code reads is built here, and what it writes is taken apart here.
#ifndef HA_TEST_MASTER_H
#define HA_TEST_MASTER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct wire {
  uint8_t buf[1 << 17];
  size_t length;
  bool big_endian;
};

static inline void wire_u8(struct wire *w, uint8_t v) {
  assert(w->length < sizeof(w->buf));
  w->buf[w->length++] = v;
}

static inline void wire_number(struct wire *w, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++)
    wire_u8(w, v >> 8 * (w->big_endian ? bytes - 1 - i : i));
}

static inline void wire_u16(struct wire *w, uint16_t v) {
  wire_number(w, v, 2);
}

static inline void wire_u32(struct wire *w, uint32_t v) {
  wire_number(w, v, 4);
}

// An OID as it stands: `n` sub-identifiers behind `prefix`.
static inline void wire_oid(struct wire *w, uint8_t prefix, bool include,
                            const uint32_t *sub, uint8_t n) {
  wire_u8(w, n);
  wire_u8(w, prefix);
  wire_u8(w, include);
  wire_u8(w, 0);
  for (int i = 0; i < n; i++)
    wire_u32(w, sub[i]);
}

#define WIRE_OID(w, prefix, include, ...)                                                \
  wire_oid(w, prefix, include, (const uint32_t[]){__VA_ARGS__},                          \
           sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static inline void wire_bytes(struct wire *w, const void *bytes, uint32_t length) {
  wire_u32(w, length);
  for (uint32_t i = 0; i < length; i++)
    wire_u8(w, ((const uint8_t *)bytes)[i]);
  while (w->length % 4 != 0)
    wire_u8(w, 0);
}

static inline void wire_header(struct wire *w, uint8_t type, uint8_t flags,
                               uint32_t session, uint32_t transaction, uint32_t packet) {
  w->length = 0;
  wire_u8(w, 1);
  wire_u8(w, type);
  wire_u8(w, flags | (w->big_endian ? 0x10 : 0));
  wire_u8(w, 0);
  wire_u32(w, session);
  wire_u32(w, transaction);
  wire_u32(w, packet);
  wire_u32(w, 0);
}

// Fills in the payload's length.
static inline void wire_end(struct wire *w) {
  size_t length = w->length;
  w->length = 16;
  wire_u32(w, length - 20);
  w->length = length;
}

// A Response without variable bindings.
static inline void wire_response(struct wire *w, uint32_t session, uint32_t packet,
                                 uint32_t uptime, uint16_t error) {
  wire_header(w, 18, 0, session, 0, packet);
  wire_u32(w, uptime);
  wire_u16(w, error);
  wire_u16(w, 0);
  wire_end(w);
}

// What we sent, always in network byte order.
static inline uint32_t sent_u32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint16_t sent_u16(const uint8_t *at) {
  return at[0] << 8 | at[1];
}

struct sent {
  uint8_t type;
  uint8_t flags;
  uint32_t session;
  uint32_t transaction;
  uint32_t packet;
  const uint8_t *payload;
  uint32_t length;
};

// Takes one PDU off what we sent; false if there is no whole one.
static inline bool sent_pdu(const uint8_t **at, size_t *left, struct sent *ret) {
  if (*left < 20 || *left - 20 < sent_u32(*at + 16))
    return false;
  const uint8_t *p = *at;
  *ret = (struct sent){p[1],
                       p[2],
                       sent_u32(p + 4),
                       sent_u32(p + 8),
                       sent_u32(p + 12),
                       p + 20,
                       sent_u32(p + 16)};
  assert(p[0] == 1 && (p[2] & 0x10) && p[3] == 0 && ret->length % 4 == 0);
  *at += 20 + ret->length;
  *left -= 20 + ret->length;
  return true;
}

#endif
