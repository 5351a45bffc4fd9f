// SPDX-License-Identifier: MIT
// What does inotify say?
#include "common/io/inotify.h"

#include <unistd.h>

// As many as a full queue of the kernel takes, with the longest names: behind it stands
// that events were lost (inotify(7), max_queued_events: 16384).
#define READS_MAX 2048

void ha_inotify_take(int fd, void (*take)(void *user, const struct inotify_event *event),
                     void *user) {
  _Alignas(struct inotify_event) char buffer[4096];
  ssize_t length;

  for (int i = 0; i < READS_MAX && (length = read(fd, buffer, sizeof(buffer))) > 0; i++)
    for (const char *at = buffer; at < buffer + length;) {
      const struct inotify_event *event = (const struct inotify_event *)at;
      take(user, event);
      at += sizeof(*event) + event->len;
    }
}
