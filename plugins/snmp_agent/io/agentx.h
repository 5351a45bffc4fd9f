// SPDX-License-Identifier: MIT
// Who talks to snmpd, and how is it found again when it is gone?
//
// One thread owns the connection and waits in the kernel. No other thread ever
// waits for snmpd: what they hand over is queued, and the thread is woken.
#ifndef HA_SNMP_AGENT_AGENTX_H
#define HA_SNMP_AGENT_AGENTX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/agentx_session.h"
#include "io/agentx_address.h"

struct agentx_options {
  const char *address;     // see agentx_address_parse()
  const char *description; // shown in the master's tables
  uint8_t timeout_s;       // how long snmpd shall wait for an answer; 0: its default
  uint32_t ping_ms;        // 0: 15 s
  // Says what an operator should know, in the agent's thread; `severity` is one of
  // syslog's LOG_*. A lasting fault is said once, and once when it clears.
  void (*log)(void *ctx, int severity, const char *message);
};

struct agentx;

// Makes an agent that doesn't run yet. `ops` and `ctx` are used in its thread until
// agentx_free(). Returns 0, -EINVAL (address), -ENOMEM or another -errno.
int agentx_new(const struct agentx_options *options, const struct agentx_ops *ops,
               void *ctx, struct agentx **ret);

// Stops the thread if it runs. Accepts NULL.
void agentx_free(struct agentx *a);

// Starts the thread. Returns 0 or -errno.
int agentx_start(struct agentx *a);

// Stops the thread within a second, whatever snmpd does. Idempotent.
void agentx_stop(struct agentx *a);

// Any thread, before or after the start; never blocks. The region is copied, the
// notification taken over in any case. Return 0, -ENOMEM, or -ENOBUFS for a
// notification when too many wait.
int agentx_add_region(struct agentx *a, const struct agentx_region *region);
int agentx_remove_region(struct agentx *a, const struct agentx_region *region);
int agentx_notify(struct agentx *a, struct agentx_notification *notification);

// snmpd's sysUpTime at this moment, in hundredths of a second. False until snmpd has
// been reached once. Any thread.
bool agentx_sysuptime(const struct agentx *a, uint32_t *ret);

// Any thread. What has happened since the start.
void agentx_stats(struct agentx *a, struct agentx_stats *ret);

// Any thread. True while snmpd accepts us.
bool agentx_is_open(const struct agentx *a);

#endif
