// SPDX-License-Identifier: MIT
// Has somebody read a file, as a daemon does when it is told to read its configuration
// anew?
//
// Nothing else tells of it: no process, pid or dump changes before the daemon is asked.
#ifndef HA_VRRP_IO_FILE_READS_H
#define HA_VRRP_IO_FILE_READS_H

#include <stdbool.h>

struct vrrp_file_reads {
  int fd; // inotify; readable when there may be something to take
  int watch;
  char *directory;
  const char *name; // within the path that it was opened with; not owned
  bool is_read;     // as the last call of take() returned
};

// Watches the file of this path, which must live longer and need not exist. 0 or -errno;
// close it in either case. All functions belong to one thread.
int vrrp_file_reads_open(struct vrrp_file_reads *reads, const char *path);
void vrrp_file_reads_close(struct vrrp_file_reads *reads);

// True if anybody, the caller included, has read it to the end since the last call.
bool vrrp_file_reads_take(struct vrrp_file_reads *reads);

#endif
