// SPDX-License-Identifier: MIT
// Who hands out the row numbers that a MIB invents?
#ifndef HA_SNMP_AGENT_NUMBERING_H
#define HA_SNMP_AGENT_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

// A name space of numbers. Keys are counted from 1 within a scope, which is the
// encoded index before the key. A key keeps its number while anyone holds it; a key
// that returns soon gets its old number back, and another key gets that number only
// after NUMBERING_REST other numbers have been given up.
struct numbering;

// One number in use.
struct number;

enum { NUMBERING_REST = 1024 };

// NULL without memory. Destroying takes back all numbers, and accepts NULL.
struct numbering *numbering_create(void);
void numbering_destroy(struct numbering *numbering);

// Takes hold of the number of `key` within `scope` (sub-identifiers; may be NULL if
// scope_length is 0). Returns 0 or -ENOMEM. Every success is undone by one
// numbering_release.
int numbering_take(struct numbering *numbering, const uint32_t *scope,
                   size_t scope_length, const char *key, struct number **ret_number);
void numbering_release(struct numbering *numbering, struct number *number);

// The number itself, from 1.
uint32_t number_value(const struct number *number);

#endif
