// SPDX-License-Identifier: MIT
// How do other threads hand work to the agent's thread without ever waiting for it?
#ifndef HA_SNMP_AGENT_AGENTX_QUEUE_H
#define HA_SNMP_AGENT_AGENTX_QUEUE_H

#include <pthread.h>
#include <stddef.h>

#include "core/agentx_notification.h"
#include "core/agentx_pdu.h"

enum agentx_command_kind {
  AGENTX_ADD_REGION,
  AGENTX_REMOVE_REGION,
  AGENTX_NOTIFY_MASTER,
};

struct agentx_command {
  struct agentx_command *next;
  enum agentx_command_kind kind;
  struct agentx_region region;              // owns its context
  struct agentx_notification *notification; // owned; NULL once handed on
};

// `fd` becomes readable when there is something to do; the rest is behind `lock`,
// which is held for a few instructions only.
struct agentx_queue {
  int fd;
  pthread_mutex_t lock;
  struct agentx_command *first;
  struct agentx_command **last;
  size_t notification_count;
};

// Returns 0 or -errno; on failure agentx_queue_free() may still be called.
int agentx_queue_init(struct agentx_queue *q);
void agentx_queue_free(struct agentx_queue *q);

// Any thread: queue something and make `fd` readable. Regions are copied and
// notifications taken over in any case. Return 0, -ENOMEM, or -ENOBUFS if too many
// notifications wait.
int agentx_queue_region(struct agentx_queue *q, enum agentx_command_kind kind,
                        const struct agentx_region *region);
int agentx_queue_notification(struct agentx_queue *q,
                              struct agentx_notification *notification);

// Any thread: makes `fd` readable.
void agentx_queue_wake(struct agentx_queue *q);

// The agent's thread: makes `fd` unreadable.
void agentx_queue_rest(struct agentx_queue *q);

// The agent's thread: takes out all commands, in order, each to be freed by the
// caller with agentx_command_free().
struct agentx_command *agentx_queue_take(struct agentx_queue *q);

// Accepts NULL.
void agentx_command_free(struct agentx_command *c);

#endif
