// SPDX-License-Identifier: MIT
// Which objects does each SNMP context show, and what does snmpd send us for them?
#ifndef HA_SNMP_AGENT_CONTEXTS_H
#define HA_SNMP_AGENT_CONTEXTS_H

#include "core/agentx_pdu.h"
#include "core/mapping.h"
#include "core/view.h"

// A view for each context that some table or scalar names.
struct contexts;

// Two objects that can't stand beside each other.
struct contexts_conflict {
  struct object a, b;
};

// Makes the views of a mapping that is ready, and must outlive them. Returns 0,
// -ENOMEM, or -EEXIST where two objects have one OID or one lies inside the other;
// then *ret_conflict tells which.
int contexts_create(const struct mapping *mapping, struct contexts **ret_contexts,
                    struct contexts_conflict *ret_conflict);
void contexts_destroy(struct contexts *contexts);

// The view of a context, or NULL.
struct view *contexts_find(const struct contexts *contexts, const char *name);

// See view_set_start.
void contexts_set_start(struct contexts *contexts, uint64_t start);

// Calls `add` for every region to register: a column each, so that a column of the
// same table that isn't ours stays snmpd's; a scalar each. Stops at the first error
// and returns it.
int contexts_regions(const struct contexts *contexts,
                     int (*add)(void *ctx, const struct agentx_region *region),
                     void *ctx);

#endif
