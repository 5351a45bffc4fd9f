// SPDX-License-Identifier: MIT
// Has somebody read a file, as a daemon does when it is told to read its configuration
// anew?
#include "io/file_reads.h"

#include "common/io/inotify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The directory is watched: an editor puts another file into the old one's place.
static void watch(struct vrrp_file_reads *reads) {
  if (reads->watch < 0)
    reads->watch =
        inotify_add_watch(reads->fd, reads->directory, IN_CLOSE_NOWRITE | IN_ONLYDIR);
}

int vrrp_file_reads_open(struct vrrp_file_reads *reads, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL || slash == path ? 1 : (size_t)(slash - path);

  *reads = (struct vrrp_file_reads){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
                                    .watch = -1,
                                    .name = slash != NULL ? slash + 1 : path};
  if (reads->fd < 0)
    return -errno;
  reads->directory = strndup(slash != NULL ? path : ".", length);
  if (reads->directory == NULL)
    return -ENOMEM;
  watch(reads);
  return 0;
}

void vrrp_file_reads_close(struct vrrp_file_reads *reads) {
  if (reads->fd >= 0)
    close(reads->fd);
  free(reads->directory);
  *reads = (struct vrrp_file_reads){.fd = -1, .watch = -1};
}

// Whatever was lost may have been a read of it.
static void take_event(void *user, const struct inotify_event *event) {
  struct vrrp_file_reads *reads = user;

  reads->is_read |= (event->mask & IN_Q_OVERFLOW) ||
                    (event->len > 0 && strcmp(event->name, reads->name) == 0);
  if (event->mask & IN_IGNORED)
    reads->watch = -1; // the directory is gone
}

bool vrrp_file_reads_take(struct vrrp_file_reads *reads) {
  reads->is_read = false;
  ha_inotify_take(reads->fd, take_event, reads);
  watch(reads);
  return reads->is_read;
}
