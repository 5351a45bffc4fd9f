// SPDX-License-Identifier: MIT
// What does a subagent say to its master, and when, and what when it gets no answer?
//
// A state machine of bytes and time, both given from outside: no socket, no clock,
// no log. All calls come from one thread. Times are monotonic milliseconds.
#ifndef HA_SNMP_AGENT_AGENTX_SESSION_H
#define HA_SNMP_AGENT_AGENTX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/agentx_pdu.h"

// Who has the answers. `ctx` is the pointer given to agentx_session_new().
struct agentx_ops {
  // Around each PDU that reads, so that all its variable bindings are answered from
  // one moment. What get and get_next hand out must stay valid until end(). No I/O
  // happens in between. Either may be NULL.
  void (*begin)(void *ctx);
  void (*end)(void *ctx);

  // The value of `name`, or SMI_NO_SUCH_OBJECT or SMI_NO_SUCH_INSTANCE.
  void (*get)(void *ctx, const char *context, const struct oid *name,
              struct smi_value *ret_value);

  // The first object in `range` and true, or false if there is none.
  bool (*get_next)(void *ctx, const char *context, const struct agentx_range *range,
                   struct oid *ret_name, struct smi_value *ret_value);

  // The three steps of a SET; they are not called between begin() and end(), and a
  // session without test_set answers notWritable. All variable bindings of a
  // transaction are tested in turn until one fails; then it is committed, and, if
  // any part anywhere failed, undone. cleanup_set() always comes last, even if the
  // connection breaks. Only one transaction is under way at a time.
  enum agentx_error (*test_set)(void *ctx, const char *context,
                                const struct agentx_varbind *varbind);
  enum agentx_error (*commit_set)(void *ctx);
  enum agentx_error (*undo_set)(void *ctx);
  void (*cleanup_set)(void *ctx);

  // The master refused a region (said once, and again if the reason changes), or,
  // with error 0, took one that it had refused before. May be NULL.
  void (*registered)(void *ctx, const struct agentx_region *region, int error);
};

struct agentx_session_options {
  struct oid id;           // the subagent's own OID; empty is allowed
  const char *description; // shown in the master's tables; copied
  uint8_t timeout_s;       // how long the master shall wait for us; 0: its default
  uint32_t ping_ms;        // an idle session asks so often whether the master lives
  uint32_t reply_ms;       // give up on a master silent for so long; 0: never
  uint32_t refused_ms;     // first pause before a refused region is tried again
  size_t notify_max;       // notifications kept while there is no session
};

// Counters since the session was made.
struct agentx_stats {
  uint64_t requests;       // Get, GetNext, GetBulk and the SET PDUs
  uint64_t varbinds;       // variable bindings answered
  uint64_t opened;         // sessions that the master accepted
  uint64_t notified;       // notifications sent
  uint64_t notify_dropped; // oldest ones, given up for want of room
  uint64_t faults[AGENTX_FAULT_COUNT];
};

struct agentx_session;

// Returns 0 or -ENOMEM. `ops` and `ctx` must outlive the session.
int agentx_session_new(const struct agentx_session_options *options,
                       const struct agentx_ops *ops, void *ctx,
                       struct agentx_session **ret);

// Accepts NULL.
void agentx_session_free(struct agentx_session *s);

// Adds a region (copied). It is registered as soon as there is a session, and with
// every new one. Returns 0, -EEXIST if it is there already, or -ENOMEM.
int agentx_session_add_region(struct agentx_session *s,
                              const struct agentx_region *region);

// Takes a region back. Returns 0 or -ENOENT.
int agentx_session_remove_region(struct agentx_session *s,
                                 const struct agentx_region *region);

// A notification as the body of a Notify PDU: its variable bindings, encoded with
// agentx_put_varbind() after agentx_begin(); snmpTrapOID.0 comes first, sysUpTime.0
// is the master's to add.
struct agentx_notification {
  char context[AGENTX_CONTEXT_MAX + 1];
  struct agentx_notification *next;
  size_t len;
  uint8_t varbinds[];
};

// Encodes `n` variable bindings behind snmpTrapOID.0 = `trap`. Pure; any thread.
// Returns 0, -ENOMEM, -EMSGSIZE or -EINVAL. The caller frees *ret with free().
struct agentx_binding {
  const uint32_t *name;
  size_t name_len;
  struct smi_value value;
};
int agentx_notification_new(const char *context, const struct oid *trap,
                            const struct agentx_binding *bindings, size_t n,
                            struct agentx_notification **ret);

// Sends a notification now, or when there is a session. Takes it over in any case;
// when too many wait, the oldest goes.
void agentx_session_notify(struct agentx_session *s, struct agentx_notification *n);

// The transport is up: the session opens.
void agentx_session_connected(struct agentx_session *s, uint64_t now);

// The transport is gone.
void agentx_session_disconnected(struct agentx_session *s);

// Takes in what the transport brought: all whole PDUs in `data`, whose answers are
// appended to the output. *ret_used tells how many bytes; the rest is to be offered
// again with what follows it. Returns 0, or what makes the transport useless:
// -EPROTO (nonsense), -ECONNREFUSED (Open refused), -ECONNRESET (the master closed
// or forgot the session), -ENOBUFS (the master doesn't read), -ENOMEM.
int agentx_session_receive(struct agentx_session *s, const uint8_t *data, size_t len,
                           uint64_t now, size_t *ret_used);

// Does what is due at `now`. Returns 0, -ETIMEDOUT if the master is silent for
// longer than reply_ms, or an error as agentx_session_receive() does.
int agentx_session_tick(struct agentx_session *s, uint64_t now);

// When the next tick is due; UINT64_MAX: not until something happens.
uint64_t agentx_session_deadline(const struct agentx_session *s);

// What is to be written to the transport, and how much of it has been.
const uint8_t *agentx_session_output(const struct agentx_session *s, size_t *ret_len);
void agentx_session_sent(struct agentx_session *s, size_t len);

// Says good-bye: appends a Close to the output if there is a session.
void agentx_session_close(struct agentx_session *s);

// True between the master's consent and the end of the transport.
bool agentx_session_is_open(const struct agentx_session *s);

// Since when the master owes an answer to Open or Ping; 0: it owes none.
uint64_t agentx_session_waiting_since(const struct agentx_session *s);

// The moment at which the master's sysUpTime was 0, as its last answer tells; it may
// be negative. sysUpTime = (now - *ret_zero) / 10. False while unknown.
bool agentx_session_uptime_zero(const struct agentx_session *s, int64_t *ret_zero);

const struct agentx_stats *agentx_session_stats(const struct agentx_session *s);

#endif
