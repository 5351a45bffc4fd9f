// SPDX-License-Identifier: MIT
// What do keepalived's text dumps (SIGUSR1) say, line by line?
#ifndef HA_VRRP_KEEPALIVED_TEXT_H
#define HA_VRRP_KEEPALIVED_TEXT_H

#include "core/keepalived_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A dump of 200 virtual servers with 4 real ones each has 0.8 MB.
enum {
  VRRP_KEEPALIVED_DUMP_MAX = 16 << 20, // bytes
  VRRP_KEEPALIVED_RECORDS_MAX = 1 << 17,
  VRRP_KEEPALIVED_TEXT_FACTS_MAX = 1 << 21,
  VRRP_KEEPALIVED_STRANGE_SIZE = 160,
};

// The two dumps that are read: they end in different sections.
enum vrrp_keepalived_dump {
  VRRP_KEEPALIVED_DUMP_VRRP,     // keepalived.data
  VRRP_KEEPALIVED_DUMP_CHECKERS, // keepalived_check.data
};

// One thing said. What was not said has no fact.
struct vrrp_keepalived_text_fact {
  const char *key;  // static
  const char *text; // NULL: it is a number
  double number;
  int32_t next; // the next fact of its record, or NONE
};

enum { VRRP_KEEPALIVED_NONE = -1 };

struct vrrp_keepalived_record {
  enum vrrp_keepalived_record_kind kind;
  int32_t parent;      // the index of the record that it is part of, or NONE
  uint32_t place;      // from 1, among the records of its kind and parent
  int32_t first, last; // of its facts, or NONE
};

struct vrrp_keepalived_named {
  enum vrrp_keepalived_record_kind kind;
  const char *name;
  int32_t record; // its index
};

// A whole dump. Texts are as keepalived wrote them: raw, of any length and bytes but
// NUL and line feed.
struct vrrp_keepalived_text {
  struct vrrp_keepalived_record *records; // in the dump's order
  size_t record_count, record_max;
  struct vrrp_keepalived_named *named; // those with a name, by kind and name
  size_t named_count;
  struct vrrp_keepalived_text_fact *facts;
  size_t fact_count, fact_max;
  uint64_t unknown_count; // lines of known sections that no label fits
  // A section that does not begin as any version known begins it: its name and its
  // first line; empty if there is none.
  char strange_section[VRRP_KEEPALIVED_STRANGE_SIZE];
  char strange_line[VRRP_KEEPALIVED_STRANGE_SIZE];
  char *bytes; // where the texts point to
};

// Overwrites every secret in a dump, complete or not, with asterisks: what stands behind
// a label that speaks of a password, a secret or a key's value.
void vrrp_keepalived_text_scrub(uint8_t *bytes, size_t length);

// Reads a dump. The secrets in `bytes` are overwritten first. Returns 0, -EBADMSG if
// the dump is not complete, -EPROTO if it is none, -E2BIG beyond a bound, or -ENOMEM.
// *ret_text only on success; the caller frees it with vrrp_keepalived_text_free(). Any
// thread may call it.
int vrrp_keepalived_text_parse(enum vrrp_keepalived_dump dump, uint8_t *bytes,
                               size_t length, struct vrrp_keepalived_text **ret_text);

// NULL is fine.
void vrrp_keepalived_text_free(struct vrrp_keepalived_text *text);

// The fact of that key, or NULL if it was not said.
const struct vrrp_keepalived_text_fact *
vrrp_keepalived_text_fact(const struct vrrp_keepalived_text *text,
                          const struct vrrp_keepalived_record *record, const char *key);

// The text of a fact, or "" if it was not said or is a number.
const char *vrrp_keepalived_text_string(const struct vrrp_keepalived_text *text,
                                        const struct vrrp_keepalived_record *record,
                                        const char *key);

// The number of a fact, or NaN if it was not said or is a text.
double vrrp_keepalived_text_number(const struct vrrp_keepalived_text *text,
                                   const struct vrrp_keepalived_record *record,
                                   const char *key);

// The first record of that kind with that text as its fact "name", or NULL. Takes a time
// that hardly grows with the dump.
const struct vrrp_keepalived_record *
vrrp_keepalived_text_named(const struct vrrp_keepalived_text *text,
                           enum vrrp_keepalived_record_kind kind, const char *name);

#endif
