// SPDX-License-Identifier: MIT
// How does a value list of collectd's look to the core?
#ifndef HA_SNMP_AGENT_SAMPLE_H
#define HA_SNMP_AGENT_SAMPLE_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "core/source.h"

// Describes `vl`, named `name`. Everything points into the arguments; `values` has room
// for vl->values_len. Returns 0, or -ENOENT if the type has no data set.
int sample_fill(const value_list_t *vl, const char *name, struct raw_value *values,
                struct sample *ret_sample);

#endif
