// SPDX-License-Identifier: MIT
// What do the MIB files that are installed here say of an OID?
#ifndef HA_SNMP_AGENT_MIB_H
#define HA_SNMP_AGENT_MIB_H

#include <stdbool.h>

#include "core/oid.h"
#include "core/syntax.h"

// Net-SNMP's MIB parser is one for the whole process and not thread-safe: call these
// from collectd's configuration callback only, before any thread runs. MIB files are
// read at the first need.

// Resolves a numeric or symbolic OID ("IF-MIB::ifDescr"). Returns 0 or -ENOENT.
int mib_parse_oid(const char *text, struct oid *ret_oid);

// The syntax of the object that `oid` is or is an instance of. Returns 0, or -ENOENT
// if no MIB file knows it. *ret_whole tells whether `oid` is the object itself.
int mib_syntax(const struct oid *oid, enum syntax *ret_syntax, bool *ret_whole);

#endif
