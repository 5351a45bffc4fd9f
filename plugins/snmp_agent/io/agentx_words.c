// SPDX-License-Identifier: MIT
// What is an operator told of snmpd, each once until all is calm again?
#include "io/agentx_words.h"

#include "common/core/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#define NOT_THERE                                                                        \
  "is not there yet; snmpd.conf needs \"master agentx\" and this agentXSocket"
#define HANGS "it hangs or is stopped"

static const struct fault {
  int error;
  enum notice notice;
  int severity;
  const char *text;
} faults[] = {
    {ENOENT, NOTICE_ABSENT, LOG_WARNING, NOT_THERE},
    {ECONNREFUSED, NOTICE_ABSENT, LOG_WARNING, NOT_THERE},
    {EAGAIN, NOTICE_SILENT, LOG_WARNING, "does not accept connections: " HANGS},
    {ETIMEDOUT, NOTICE_SILENT, LOG_WARNING, "does not answer: " HANGS},
    {ENOTSOCK, NOTICE_NONSENSE, LOG_ERR,
     "is no socket: AgentXSocket names a file of another kind"},
    {EPROTO, NOTICE_NONSENSE, LOG_ERR,
     "does not speak AgentX: is this its agentXSocket?"},
    {EACCES, NOTICE_REFUSED, LOG_ERR,
     "does not let us in (see agentXPerms in snmpd.conf(5))"},
    {EPERM, NOTICE_REFUSED, LOG_ERR, "refuses to open a session (its log may tell why)"},
    {ECONNRESET, NOTICE_CLOSED, LOG_WARNING, "closed the connection"},
    {EPIPE, NOTICE_CLOSED, LOG_WARNING, "closed the connection"},
    {ENOBUFS, NOTICE_DEAF, LOG_WARNING, "does not read its answers: " HANGS},
};

static void tell(struct agentx_words *words, int severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(struct agentx_words *words, int severity, const char *format, ...) {
  char what[256], message[512];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(what, sizeof(what), format, args);
  va_end(args);
  snprintf(message, sizeof(message), "snmpd at %s %s", words->name, what);
  words->log(words->ctx, severity, message);
}

void agentx_say(struct agentx_words *words, enum notice notice, int severity,
                const char *what) {
  if (ha_fault_judge(&words->said[notice], true) == HA_BEGUN)
    tell(words, severity, "%s", what);
  else
    words->muted = true;
}

void agentx_say_error(struct agentx_words *words, int error) {
  for (size_t i = 0; i < HA_COUNT_OF(faults); i++) {
    if (faults[i].error == error) {
      agentx_say(words, faults[i].notice, faults[i].severity, faults[i].text);
      return;
    }
  }
  char what[128];
  errno = error;
  snprintf(what, sizeof(what), "can't be talked to: %m");
  agentx_say(words, NOTICE_OTHER, LOG_ERR, what);
}

// All has been well for a while: whatever goes wrong next is news again.
void agentx_say_calm(struct agentx_words *words) {
  for (size_t i = 0; i < NOTICES; i++)
    ha_fault_judge(&words->said[i], false);
  if (words->muted)
    agentx_say(words, NOTICE_CONNECTED, LOG_NOTICE, "answers again");
  words->muted = false;
}

// Says that a fault has cleared, if it had been said.
void agentx_say_over(struct agentx_words *words, enum notice notice) {
  if (ha_fault_judge(&words->said[notice], false) != HA_OVER)
    return;
  ha_fault_judge(&words->said[NOTICE_CONNECTED], false);
  agentx_say(words, NOTICE_CONNECTED, LOG_NOTICE, "answers again");
}

// Traps that snmpd refuses, or that it was away for too long to be handed.
void agentx_say_lost_traps(struct agentx_words *words, const struct agentx_stats *stats) {
  if (stats->notify_dropped != words->dropped)
    agentx_say(words, NOTICE_DROPPED, LOG_WARNING,
               "is away for so long that the oldest waiting traps are given up");
  words->dropped = stats->notify_dropped;
  if (stats->notify_refused != words->refused &&
      ha_fault_judge(&words->refusal, true) == HA_BEGUN)
    tell(words, LOG_WARNING, "refuses a trap: %s; further ones are not told",
         agentx_error_name(stats->notify_error));
  words->refused = stats->notify_refused;
}

static void say_given_up(struct agentx_words *words) {
  uint64_t n = words->dropped - words->dropped_before;
  words->dropped_before = words->dropped;
  if (n > 0)
    tell(words, LOG_WARNING, "was away: %" PRIu64 " trap%s given up", n,
         n == 1 ? " was" : "s were");
}

void agentx_say_opened(struct agentx_words *words) {
  ha_fault_judge(&words->refusal, false);
  agentx_say(words, NOTICE_CONNECTED, LOG_NOTICE, "answers");
  say_given_up(words);
}

bool agentx_words_told(const struct agentx_words *words, enum notice notice) {
  return ha_fault_is_said(&words->said[notice]);
}
