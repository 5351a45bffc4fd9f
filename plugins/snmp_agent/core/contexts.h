// SPDX-License-Identifier: MIT
// Which objects does each SNMP context show, and what does snmpd send us for them?
#ifndef HA_SNMP_AGENT_CONTEXTS_H
#define HA_SNMP_AGENT_CONTEXTS_H

#include "core/agentx_pdu.h"
#include "core/mapping.h"
#include "core/view.h"

// More contexts than that are not made from data (ContextFrom).
enum { CONTEXTS_MAX = 4096 };

// A view for each context that some table or scalar names, or some row is in.
struct contexts;

// Two objects that can't stand beside each other.
struct contexts_conflict {
  struct object a, b;
};

// Makes the views of a mapping that is ready, and must outlive them, and watches it from
// then on. Returns 0, -ENOMEM, or -EEXIST where two objects have one OID or one lies
// inside the other; then *ret_conflict tells which.
int contexts_create(struct mapping *mapping, struct contexts **ret_contexts,
                    struct contexts_conflict *ret_conflict);
void contexts_destroy(struct contexts *contexts);

// The view of a context, or NULL.
struct view *contexts_find(struct contexts *contexts, const char *name);

// See view_set_start.
void contexts_set_start(struct contexts *contexts, uint64_t start);

// Who has regions registered; both return 0 or -errno.
struct contexts_registrar {
  int (*add)(void *ctx, const struct agentx_region *region);
  int (*remove)(void *ctx, const struct agentx_region *region);
  void *ctx;
};

// Adds every region to register: a column each, so that a column of the same table that
// isn't ours stays snmpd's; a scalar each. From then on those that come and go with rows:
// each instance of a Shared table, and of ContextFrom the whole entry, where no table of
// snmpd's own is, or, in the default context, the columns. Returns the first error.
int contexts_register(struct contexts *contexts,
                      const struct contexts_registrar *registrar);

// The rule whose objects a region has; NULL if there are none any more.
const void *contexts_owner(struct contexts *contexts, const struct agentx_region *region);

#endif
