// SPDX-License-Identifier: MIT
// Has keepalived another configuration than before, and who is told?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_RELOAD_H
#define HA_VRRP_PLUGIN_KEEPALIVED_RELOAD_H

#include "core/keepalived_changes.h"
#include "io/keepalived_program.h"
#include "plugin/keepalived_sources.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

// What one of its processes was configured to do when it was asked last.
struct vrrp_keepalived_followed {
  bool is_known;
  bool is_global; // what is of keepalived as a whole is in it
  struct vrrp_keepalived_configured configured;
  vrrp_time asked_at;
  pid_t pid;
};

struct vrrp_keepalived_reload {
  const char *netns; // where it is; "": in collectd's own
  struct vrrp_keepalived_followed followed[VRRP_KEEPALIVED_FORMATS];
  struct vrrp_keepalived_changes changes;     // not yet told
  bool is_restart;                            // they came with another process
  char version[VRRP_KEEPALIVED_VERSION_SIZE]; // of the program that was asked
};

// Nothing is known yet of the keepalived of the namespace `netns`, which must live as
// long; "": of collectd's own.
void vrrp_keepalived_reload_init(struct vrrp_keepalived_reload *reload,
                                 const char *netns);

// Compares what keepalived says with what it said before, and notifies once all its dumps
// are here: what a reload changed, or a restart. The first dump of each is compared with
// nothing, nor is one of another version of the program (`version`, "" if not known). A
// dump that does not come is as before. A reload that changed nothing is not told: from
// outside it is nothing but a reading of a file, as any editor does.
void vrrp_keepalived_reload_follow(struct vrrp_keepalived_reload *reload,
                                   const struct vrrp_keepalived_sources *sources,
                                   const char *version, cdtime_t at);

// Frees what it holds; nothing is known then.
void vrrp_keepalived_reload_clear(struct vrrp_keepalived_reload *reload);

#endif
