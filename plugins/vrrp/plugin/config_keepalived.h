// SPDX-License-Identifier: MIT
// What may be written into <Keepalived>?
#ifndef HA_VRRP_CONFIG_KEEPALIVED_H
#define HA_VRRP_CONFIG_KEEPALIVED_H

#include "common/plugin/options.h"
#include "core/time.h"

// What lies where, each by its absolute path.
enum vrrp_keepalived_file {
  VRRP_KEEPALIVED_FILE_PID,
  VRRP_KEEPALIVED_FILE_JSON,
  VRRP_KEEPALIVED_FILE_VRRP_PID, // of the VRRP process,
  VRRP_KEEPALIVED_FILE_VRRP_DATA,
  VRRP_KEEPALIVED_FILE_CHECKERS_PID, // and of the checkers'
  VRRP_KEEPALIVED_FILE_CHECKERS_DATA,
  VRRP_KEEPALIVED_FILE_CONFIGURATION,
  VRRP_KEEPALIVED_FILES,
};

// The key of its path, "PidFile"; static.
const char *vrrp_keepalived_file_key(enum vrrp_keepalived_file file);

// A TrackFile line: a file that keepalived tracks, to move an instance's priority.
struct vrrp_track_file {
  char *instance; // keepalived's name of it
  char *file;
};

// One keepalived.
struct vrrp_keepalived_config {
  char *netns; // the network namespace that it works in; "": collectd's own
  char *files[VRRP_KEEPALIVED_FILES];
  bool text;               // its text dumps are asked for, too,
  vrrp_time text_interval; // at least this often
  struct vrrp_track_file *track_files;
  size_t track_file_count;
  uint64_t seen; // keys in all blocks so far
};

// All of them, each of another namespace. Zeroed: none.
struct vrrp_keepalived_configs {
  struct vrrp_keepalived_config *all;
  size_t count;
};

// Reads one <Keepalived> block; several of one namespace add up. 0, or -errno after it
// has logged what is wrong.
int vrrp_config_read_keepalived(struct vrrp_keepalived_configs *configs,
                                const struct ha_block *outer, const oconfig_item_t *item);
void vrrp_config_clear_keepalived(struct vrrp_keepalived_configs *configs);

#endif
