// SPDX-License-Identifier: MIT
// Where does snmpd serve objects of its own?
#ifndef HA_SNMP_AGENT_SNMPD_TREES_H
#define HA_SNMP_AGENT_SNMPD_TREES_H

#include "core/oid.h"

// The tree of snmpd's own modules that an OID lies in, such as "IF-MIB's ifTable"; NULL
// if there is none.
const char *snmpd_tree(const struct oid *oid);

#endif
