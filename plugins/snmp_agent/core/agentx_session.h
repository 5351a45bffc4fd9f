// SPDX-License-Identifier: MIT
// What does a subagent say to its master, and when, and what when it gets no answer?
//
// A state machine of bytes and time, both given from outside: no socket, no clock,
// no log. All calls come from one thread. Times are monotonic milliseconds. Whatever
// happened, agentx_session_tick() then says what is due, and the output is written.
#ifndef HA_SNMP_AGENT_AGENTX_SESSION_H
#define HA_SNMP_AGENT_AGENTX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/agentx_notification.h"
#include "core/agentx_pdu.h"
#include "core/agentx_request.h"

struct agentx_session_options {
  struct oid id;           // the subagent's own OID; empty is allowed
  const char *description; // shown in the master's tables; copied
  uint8_t timeout_s;       // how long the master shall wait for us; 0: its default
  uint32_t ping_ms;        // an idle session asks so often whether the master lives
  uint32_t reply_ms;       // give up on a master silent for so long; 0: never
  uint32_t refused_ms;     // pause before a refused region is tried again
  size_t notify_max;       // notifications kept while there is no session
};

// Counters since the session was made, and how many regions are what now.
struct agentx_stats {
  uint64_t opened;         // sessions that the master accepted
  uint64_t requests;       // PDUs answered
  uint64_t varbinds;       // variable bindings in them
  uint64_t notified;       // notifications sent
  uint64_t notify_dropped; // oldest ones, given up for want of room
  uint64_t notify_refused; // by the master, most recently with this error
  int notify_error;
  uint64_t faults[AGENTX_FAULT_COUNT];
  size_t regions_held, regions_refused;
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

// A region that is ours no more: it is unregistered. Returns 0 or -ENOENT.
int agentx_session_remove_region(struct agentx_session *s,
                                 const struct agentx_region *region);

// Queues a notification, which it takes over; it is sent once there is a session.
// When too many wait, the oldest goes.
void agentx_session_notify(struct agentx_session *s, struct agentx_notification *n);

// The transport is up: the session opens. Returns 0 or -ENOMEM.
int agentx_session_connected(struct agentx_session *s, uint64_t now);

// The transport is gone.
void agentx_session_disconnected(struct agentx_session *s);

// Takes in what the transport brought: all whole PDUs in `data`, whose answers are
// appended to the output. *ret_used tells how many bytes; the rest is to be offered
// again with what follows it. Returns 0, or what makes the transport useless:
// -EPROTO (nonsense), -EPERM (Open refused), -ECONNRESET (the master closed
// or forgot the session), -ENOBUFS (the master doesn't read), -ENOMEM.
int agentx_session_receive(struct agentx_session *s, const uint8_t *data, size_t length,
                           uint64_t now, size_t *ret_used);

// Does what is due at `now`. Returns 0, -ETIMEDOUT if the master is silent for
// longer than reply_ms, or an error as agentx_session_receive() does.
int agentx_session_tick(struct agentx_session *s, uint64_t now);

// When the next tick is due; UINT64_MAX: not until something happens.
uint64_t agentx_session_deadline(const struct agentx_session *s);

// What is to be written to the transport, and how much of it has been.
const uint8_t *agentx_session_output(const struct agentx_session *s, size_t *ret_length);
void agentx_session_sent(struct agentx_session *s, size_t length);

// Says good-bye: appends a Close to the output if there is a session.
void agentx_session_close(struct agentx_session *s);

// True between the master's consent and the end of the transport.
bool agentx_session_is_open(const struct agentx_session *s);

// Since when the master owes an answer to Open or Ping; 0: it owes none.
uint64_t agentx_session_waiting_since(const struct agentx_session *s);

// The moment at which the master's sysUpTime was 0, as its last answer tells; it may
// be negative. sysUpTime = (now - *ret_zero) / 10. False while unknown.
bool agentx_session_uptime_zero(const struct agentx_session *s, int64_t *ret_zero);

// Counts since agentx_session_new().
void agentx_session_stats(const struct agentx_session *s, struct agentx_stats *ret);

#endif
