// SPDX-License-Identifier: MIT
// How is a row's index encoded in its OID?
#ifndef HA_SNMP_AGENT_INDEX_H
#define HA_SNMP_AGENT_INDEX_H

#include <stdbool.h>

#include "core/oid.h"
#include "core/syntax.h"

// True where the length of an index part of this syntax varies from row to row.
bool index_varies(enum syntax syntax);

// Appends one part of an index (RFC 2578, section 7.7): integers are one
// sub-identifier and never negative; IpAddress and MacAddress have a fixed length;
// other strings and OIDs are preceded by their length unless `implied`, which an empty
// one can't be.
// Returns 0, -EINVAL for a value that can't be an index, -ENAMETOOLONG.
int index_append(struct oid *index, enum syntax syntax, bool implied,
                 const struct smi_value *value);

#endif
