// SPDX-License-Identifier: MIT
// What does inotify say?
#ifndef HA_COMMON_INOTIFY_H
#define HA_COMMON_INOTIFY_H

#include <sys/inotify.h>

// Calls take(user, event) for each event that waits, in order. Whoever makes events
// faster than they are taken keeps nobody here: then some are left, and the descriptor
// stays readable. fd: of inotify_init1(), not blocking. Any thread.
void ha_inotify_take(int fd, void (*take)(void *user, const struct inotify_event *event),
                     void *user);

#endif
