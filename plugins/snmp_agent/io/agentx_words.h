// SPDX-License-Identifier: MIT
// What is an operator told of snmpd, each once until all is calm again?
#ifndef HA_SNMP_AGENT_AGENTX_WORDS_H
#define HA_SNMP_AGENT_AGENTX_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/fault.h"
#include "core/agentx_session.h"

enum notice {
  NOTICE_CONNECTED,
  NOTICE_ABSENT,
  NOTICE_SILENT,
  NOTICE_NONSENSE,
  NOTICE_REFUSED,
  NOTICE_CLOSED,
  NOTICE_DEAF,
  NOTICE_DROPPED,
  NOTICE_OTHER,
  NOTICES,
};

// What was said of one snmpd, in the agent's thread. Zeroed but for the first three,
// nothing was.
struct agentx_words {
  const char *name; // the address as configured; not owned
  void (*log)(void *ctx, int severity, const char *message);
  void *ctx;
  struct ha_fault said[NOTICES];
  bool muted;              // something was said before and so not again
  struct ha_fault refusal; // of a trap, in this session
  uint64_t refused;        // traps, as counted by the session when last looked at
  uint64_t dropped;        // likewise
  uint64_t dropped_before; // when the session before this one ended
};

// Says "snmpd at ADDRESS" and `what`, unless it was said; severity is syslog's LOG_*.
void agentx_say(struct agentx_words *words, enum notice notice, int severity,
                const char *what);

// Says what an errno, which made the connection useless, means to whoever can mend it.
void agentx_say_error(struct agentx_words *words, int error);

// The master has accepted the session: that it answers, and what was given up meanwhile.
void agentx_say_opened(struct agentx_words *words);

// Says that a fault has cleared, if it had been said.
void agentx_say_over(struct agentx_words *words, enum notice notice);

// All has been well for a while: whatever goes wrong next is news again.
void agentx_say_calm(struct agentx_words *words);

// Says that traps are refused, or given up since snmpd is away for too long.
void agentx_say_lost_traps(struct agentx_words *words, const struct agentx_stats *stats);

// True from when it was said to its end.
bool agentx_words_told(const struct agentx_words *words, enum notice notice);

#endif
