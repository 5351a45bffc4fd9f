// SPDX-License-Identifier: MIT
// What is an object identifier, and which of two comes first?
#ifndef HA_SNMP_AGENT_OID_H
#define HA_SNMP_AGENT_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RFC 2578, section 3.5: at most 128 sub-identifiers, each below 2^32.
enum { OID_LENGTH_MAX = 128 };

// An OID that owns its sub-identifiers. Sub-identifiers are in host byte order.
struct oid {
  size_t length; // in sub-identifiers
  uint32_t sub[OID_LENGTH_MAX];
};

// Order of two OIDs as a walk meets them (RFC 2578, section 7.10): < 0, 0, > 0.
int oid_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length);

// True if `oid` starts with `prefix`; an OID starts with itself.
bool oid_starts_with(const uint32_t *oid, size_t length, const uint32_t *prefix,
                     size_t prefix_length);

// How many leading sub-identifiers two OIDs share.
size_t oid_common_length(const uint32_t *a, size_t a_length, const uint32_t *b,
                         size_t b_length);

// Copies what `from` holds: mostly a small part of its room.
void oid_copy(struct oid *to, const struct oid *from);

// Appends `count` sub-identifiers. Returns 0, or -ENAMETOOLONG with `oid` untouched.
int oid_append(struct oid *oid, const uint32_t *sub, size_t count);

// Parses "1.3.6.1" or ".1.3.6.1". Returns 0, -EINVAL for anything else (a name,
// an empty part, a part over 2^32-1) or -ENAMETOOLONG; *ret_oid only on success.
int oid_parse(const char *text, struct oid *ret_oid);

// Writes the dotted form, cut off where `size` ends, always terminated.
// Returns `buf`, so that it fits into a log call's arguments.
char *oid_format(const uint32_t *sub, size_t length, char *buf, size_t size);

// Room for the dotted form of the longest OID.
enum { OID_TEXT_SIZE = OID_LENGTH_MAX * 11 + 1 };

#endif
