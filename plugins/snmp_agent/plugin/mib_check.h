// SPDX-License-Identifier: MIT
// Does the configuration say what the installed MIB files say?
#ifndef HA_SNMP_AGENT_MIB_CHECK_H
#define HA_SNMP_AGENT_MIB_CHECK_H

#include "plugin/config_state.h"

// Warns, once a table or column, with the line to write, and notes what columns may hold.
// Nothing is changed: who knows the MIB better may go on.
void mib_check(const struct config *config);

#endif
