// SPDX-License-Identifier: MIT
// How do other threads hand work to the agent's thread without ever waiting for it?
#include "io/agentx_queue.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { NOTIFICATIONS_MAX = 1024 };

int agentx_queue_init(struct agentx_queue *q) {
  *q = (struct agentx_queue){.last = &q->first};
  pthread_mutex_init(&q->lock, NULL);
  q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return q->fd >= 0 ? 0 : -errno;
}

void agentx_queue_free(struct agentx_queue *q) {
  struct agentx_command *c = agentx_queue_take(q);
  while (c != NULL) {
    struct agentx_command *next = c->next;
    agentx_command_free(c);
    c = next;
  }
  pthread_mutex_destroy(&q->lock);
  if (q->fd >= 0)
    close(q->fd);
}

void agentx_command_free(struct agentx_command *c) {
  if (c == NULL)
    return;
  free((char *)c->region.context);
  free(c->notification);
  free(c);
}

void agentx_queue_wake(struct agentx_queue *q) {
  uint64_t one = 1;
  ssize_t n = write(q->fd, &one, sizeof(one));
  (void)n; // fails only if the thread is due to wake up anyway
}

void agentx_queue_rest(struct agentx_queue *q) {
  uint64_t count;
  ssize_t n = read(q->fd, &count, sizeof(count));
  (void)n; // fails only if there was no wake-up
}

static int put(struct agentx_queue *q, struct agentx_command *c) {
  bool notifies = c->kind == AGENTX_NOTIFY_MASTER;
  pthread_mutex_lock(&q->lock);
  bool full = notifies && q->notification_count >= NOTIFICATIONS_MAX;
  if (!full) {
    *q->last = c;
    q->last = &c->next;
    q->notification_count += notifies;
  }
  pthread_mutex_unlock(&q->lock);
  if (full) {
    agentx_command_free(c);
    return -ENOBUFS;
  }
  agentx_queue_wake(q);
  return 0;
}

int agentx_queue_region(struct agentx_queue *q, enum agentx_command_kind kind,
                        const struct agentx_region *region) {
  struct agentx_command *c = calloc(1, sizeof(*c));
  char *context = strdup(region->context);
  if (c == NULL || context == NULL) {
    free(c);
    free(context);
    return -ENOMEM;
  }
  c->kind = kind;
  c->region = *region;
  c->region.context = context;
  return put(q, c);
}

int agentx_queue_notification(struct agentx_queue *q,
                              struct agentx_notification *notification) {
  struct agentx_command *c = calloc(1, sizeof(*c));
  if (c == NULL) {
    free(notification);
    return -ENOMEM;
  }
  c->kind = AGENTX_NOTIFY_MASTER;
  c->notification = notification;
  return put(q, c);
}

struct agentx_command *agentx_queue_take(struct agentx_queue *q) {
  pthread_mutex_lock(&q->lock);
  struct agentx_command *first = q->first;
  q->first = NULL;
  q->last = &q->first;
  q->notification_count = 0;
  pthread_mutex_unlock(&q->lock);
  return first;
}
