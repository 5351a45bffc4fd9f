// SPDX-License-Identifier: MIT
// How is a master's request answered, given someone who has the answers?
#ifndef HA_SNMP_AGENT_AGENTX_REQUEST_H
#define HA_SNMP_AGENT_AGENTX_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/agentx_writer.h"

// Who has the answers; `ctx` comes from whoever gave these.
struct agentx_ops {
  // Around each PDU that reads, so that all its variable bindings are answered from
  // one moment. What get and get_next hand out must stay valid until end(). No I/O
  // happens in between. Both or neither may be NULL.
  void (*begin)(void *ctx);
  void (*end)(void *ctx);

  // The value of `name`, or SMI_NO_SUCH_OBJECT or SMI_NO_SUCH_INSTANCE.
  void (*get)(void *ctx, const char *context, const struct oid *name,
              struct smi_value *ret_value);

  // The first object in `range` and true, or false if there is none.
  bool (*get_next)(void *ctx, const char *context, const struct agentx_range *range,
                   struct oid *ret_name, struct smi_value *ret_value);

  // The steps of a SET, all or none of them NULL (nothing is writable); they are not
  // called between begin() and end(). All variable bindings of a transaction are
  // tested in turn until one fails; then it is committed and, if any part of it
  // failed anywhere, undone. cleanup_set() always comes last, even if the connection
  // breaks or the master leaves it at UndoSet, as snmpd does. Only one transaction is
  // under way at a time, and no step is done twice, though snmpd repeats a request that
  // isn't answered within a second.
  enum agentx_error (*test_set)(void *ctx, const char *context,
                                const struct agentx_varbind *varbind);
  // commit_set() and undo_set() tell which binding failed, from 1.
  enum agentx_error (*commit_set)(void *ctx, uint16_t *ret_index);
  enum agentx_error (*undo_set)(void *ctx, uint16_t *ret_index);
  void (*cleanup_set)(void *ctx);

  // The master refused a region (said once, and again if the reason changes), or,
  // with error 0, took one that it had refused before. May be NULL.
  void (*registered)(void *ctx, const struct agentx_region *region, int error);
};

// Answers requests; remembers only the SET that is under way.
struct agentx_responder {
  const struct agentx_ops *ops;
  void *ctx;
  bool in_set; // cleanup_set() is due
  bool remembers_step;
  uint32_t set_transaction; // of the latest step, and how that ended
  uint32_t set_packet;
  enum agentx_error set_error;
  uint16_t set_index;
  uint64_t requests; // PDUs answered
  uint64_t varbinds; // variable bindings read or tested for them
};

// Is a PDU of this type a request?
bool agentx_is_request(enum agentx_type type);

// Answers the request `header` with its payload, which must be all there: appends
// a Response to `out`, none for CleanupSet. A request that can't be parsed is
// answered with parseError, one whose answer is too long with tooBig. *ret_fault is
// always set. Returns 0, -ENOBUFS if `out` is full, or -ENOMEM.
int agentx_answer(struct agentx_responder *responder, const struct agentx_header *header,
                  const uint8_t *payload, struct agentx_writer *out,
                  enum agentx_fault *ret_fault);

// Appends a Response to `header` that tells an error. Returns as agentx_answer().
int agentx_answer_error(const struct agentx_header *header, enum agentx_error error,
                        uint16_t index, struct agentx_writer *out);

// The master is gone: cleans up after a SET that was under way.
void agentx_responder_reset(struct agentx_responder *responder);

#endif
