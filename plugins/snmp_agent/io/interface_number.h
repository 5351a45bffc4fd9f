// SPDX-License-Identifier: MIT
// Which ifIndex has an interface?
#ifndef HA_SNMP_AGENT_INTERFACE_NUMBER_H
#define HA_SNMP_AGENT_INTERFACE_NUMBER_H

#include "core/syntax.h"

// The kernel's number of the interface of this name, as it is now. Returns 0 or -ENOENT.
// Any thread.
int interface_number(const char *name, struct raw_value *ret_number);

#endif
