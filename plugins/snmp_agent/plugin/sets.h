// SPDX-License-Identifier: MIT
// How does a SET find its owner, and its outcome?
//
// A SET travels as a collectd notification that names the value's identifier. Its
// plugin, plugin instance, type and type instance are those of the value, and its meta
// data hold the wanted value as a signed integer: under "snmp_agent:test" where the owner
// shall say whether it would take it, under "snmp_agent:set" where it shall do it. An
// owner takes no other type: what comes from outside collectd (PUTNOTIF) can only be
// text, and would pass by snmpd's access control. The owner answers, before its callback
// returns, by adding "snmp_agent:result": "ok", "notWritable", "wrongValue" or "genErr",
// and "snmp_agent:reason" in words, which is logged. No answer is notWritable.
#ifndef HA_SNMP_AGENT_SETS_H
#define HA_SNMP_AGENT_SETS_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "core/agentx_pdu.h"

// True for a notification that asks an owner: nobody else's business.
bool sets_is_request(const notification_t *n);

// The SET transaction under way. One thread.
struct sets;

// `patience_ms`: how long the owners may take to answer one step of it, all together.
// NULL without memory.
struct sets *sets_create(unsigned patience_ms);
void sets_destroy(struct sets *sets);

// One value to be written.
struct set_target {
  char identifier[6 * DATA_MAX_NAME_LEN]; // as collectd writes it
  char data_source[DATA_MAX_NAME_LEN];    // ""; or the one of several that is meant
  int64_t old, wanted;
};

// Asks the owner whether it takes the wanted value, and remembers the target. Returns
// what SNMP's error-status shall be; resourceUnavailable for an owner that takes too
// long.
enum agentx_error sets_test(struct sets *sets, const struct set_target *target);

// Does all that has been remembered, until an owner fails or takes too long:
// AGENTX_COMMIT_FAILED, and *ret_index is which one, from 1. What a late one does all the
// same is undone with the rest.
enum agentx_error sets_commit(struct sets *sets, uint16_t *ret_index);

// Sets back what has been done. If owners fail, AGENTX_UNDO_FAILED, and *ret_index is the
// first one.
enum agentx_error sets_undo(struct sets *sets, uint16_t *ret_index);

// Forgets the transaction.
void sets_cleanup(struct sets *sets);

#endif
