// SPDX-License-Identifier: MIT
// Does a value lie where its MIB allows?
#ifndef HA_SNMP_AGENT_RANGE_H
#define HA_SNMP_AGENT_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/smi.h"

// A part of a range, a size or an enumeration (RFC 2578, section 9): numbers from `low`
// to `high`, or the octets that a string may have.
struct range {
  int64_t low, high;
};

// True without ranges, and for types that have none.
bool range_fits(const struct range *ranges, size_t count, const struct smi_value *value);

// "0..100, 200". Returns `buf`.
char *range_format(const struct range *ranges, size_t count, char *buf, size_t size);

#endif
