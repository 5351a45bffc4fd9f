// SPDX-License-Identifier: MIT
// How is a priority moved by a file that keepalived tracks?
#ifndef HA_VRRP_IO_TRACK_FILE_H
#define HA_VRRP_IO_TRACK_FILE_H

// The number in a track_file, which keepalived adds to the priority (weight 1).
// A file that isn't there counts 0, as keepalived counts it. Returns 0, -EBADMSG if
// there is something else than a number from -254 to 254, or another -errno.
int vrrp_track_file_read(const char *path, int *ret_offset);

// Puts a new number into the file's place in one step, so that keepalived never
// reads half of it. Returns 0 or -errno. The directory must be there.
int vrrp_track_file_write(const char *path, int offset);

#endif
