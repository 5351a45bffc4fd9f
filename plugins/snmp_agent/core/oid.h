// SPDX-License-Identifier: MIT
// What is an object identifier, and which of two comes first?
#ifndef HA_SNMP_AGENT_OID_H
#define HA_SNMP_AGENT_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RFC 2578, section 3.5: at most 128 sub-identifiers, each below 2^32.
enum { OID_MAX_LEN = 128 };

// An OID that owns its sub-identifiers. Sub-identifiers are in host byte order.
struct oid {
  size_t len;
  uint32_t sub[OID_MAX_LEN];
};

// Order of two OIDs as a walk meets them (RFC 2578, section 7.10): < 0, 0, > 0.
int oid_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len);

// True if `oid` starts with `prefix`; an OID starts with itself.
bool oid_starts_with(const uint32_t *oid, size_t len, const uint32_t *prefix,
                     size_t prefix_len);

// How many leading sub-identifiers two OIDs share.
size_t oid_common_len(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len);

// Copies what `from` holds: mostly a small part of its room.
void oid_copy(struct oid *to, const struct oid *from);

// Appends `n` sub-identifiers. Returns 0, or -ENAMETOOLONG with `oid` untouched.
int oid_append(struct oid *oid, const uint32_t *sub, size_t n);

// Parses "1.3.6.1" or ".1.3.6.1". Returns 0, -EINVAL for anything else (a name,
// an empty part, a part over 2^32-1) or -ENAMETOOLONG; *ret_oid only on success.
int oid_parse(const char *text, struct oid *ret_oid);

// Writes the dotted form, cut off where `size` ends, always terminated.
// Returns `buf`, so that it fits into a log call's arguments.
char *oid_format(const uint32_t *sub, size_t len, char *buf, size_t size);

// Room for the dotted form of the longest OID.
enum { OID_TEXT_SIZE = OID_MAX_LEN * 11 + 1 };

#endif
