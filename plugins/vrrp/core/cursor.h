// SPDX-License-Identifier: MIT
// How are bytes of a stranger read without ever leaving the buffer?
#ifndef HA_VRRP_CURSOR_H
#define HA_VRRP_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is still unread of a buffer that somebody else owns.
struct cursor {
  const uint8_t *at;
  size_t left;
};

// Takes length bytes and points ret_bytes at them; false, and nothing moves, if
// there are not as many.
static inline bool cursor_take(struct cursor *cursor, size_t length,
                               const uint8_t **ret_bytes) {
  if (length > cursor->left)
    return false;
  *ret_bytes = cursor->at;
  cursor->at += length;
  cursor->left -= length;
  return true;
}

static inline bool cursor_skip(struct cursor *cursor, size_t length) {
  const uint8_t *ignored;
  return cursor_take(cursor, length, &ignored);
}

// Forgets everything behind the next length bytes; false if there are not as many.
static inline bool cursor_limit(struct cursor *cursor, size_t length) {
  if (length > cursor->left)
    return false;
  cursor->left = length;
  return true;
}

// A 16-bit number in network byte order at bytes[0..1].
static inline uint16_t get_be16(const uint8_t *bytes) {
  return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

#endif
