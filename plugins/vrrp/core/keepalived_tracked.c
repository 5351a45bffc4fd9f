// SPDX-License-Identifier: MIT
// What does keepalived track, and is it well?
#include "core/keepalived_tracked.h"

#include "common/core/array.h"

#include <math.h>
#include <string.h>

double vrrp_keepalived_script_health(const struct vrrp_keepalived_teller *t,
                                     const struct vrrp_keepalived_record *script) {
  const char *status = vrrp_keepalived_string(t, script, "status");
  if (strncmp(vrrp_keepalived_string(t, script, "init_state"), "INIT", 4) == 0)
    return NAN;
  return strcmp(status, "GOOD") == 0 ? 1 : strcmp(status, "BAD") == 0 ? 0 : NAN;
}

double vrrp_keepalived_interface_health(const struct vrrp_keepalived_teller *t,
                                        const struct vrrp_keepalived_record *interface) {
  const char *flags = vrrp_keepalived_string(t, interface, "flags");
  if (flags[0] == '\0')
    return NAN;
  return strncmp(flags, "UP, RUNNING", strlen("UP, RUNNING")) == 0;
}

// The least and the most that a priority can be moved by: a fault.
static double file_health(const struct vrrp_keepalived_teller *t,
                          const struct vrrp_keepalived_record *file) {
  double status = vrrp_keepalived_number(t, file, "status");
  return isnan(status) ? NAN : status > -254;
}

static double process_health(const struct vrrp_keepalived_teller *t,
                             const struct vrrp_keepalived_record *process) {
  return vrrp_keepalived_number(t, process, "quorum");
}

static double bfd_health(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *bfd) {
  return vrrp_keepalived_number(t, bfd, "up");
}

static const struct vrrp_keepalived_tracked TRACKED[] = {
    {"interface", "went down", VRRP_KEEPALIVED_TRACKS_INTERFACE,
     VRRP_KEEPALIVED_INTERFACE, vrrp_keepalived_interface_health},
    {"script", "failed", VRRP_KEEPALIVED_TRACKS_SCRIPT, VRRP_KEEPALIVED_TRACK_SCRIPT,
     vrrp_keepalived_script_health},
    {"file", "set a fault", VRRP_KEEPALIVED_TRACKS_FILE, VRRP_KEEPALIVED_TRACK_FILE,
     file_health},
    {"process", "lost its quorum", VRRP_KEEPALIVED_TRACKS_PROCESS,
     VRRP_KEEPALIVED_TRACK_PROCESS, process_health},
    {"bfd", "went down", VRRP_KEEPALIVED_TRACKS_BFD, VRRP_KEEPALIVED_TRACK_BFD,
     bfd_health},
};

const struct vrrp_keepalived_tracked *
vrrp_keepalived_tracked_find(enum vrrp_keepalived_record_kind list) {
  for (size_t i = 0; i < HA_COUNT_OF(TRACKED); i++)
    if (TRACKED[i].list == list)
      return &TRACKED[i];
  return NULL;
}

double vrrp_keepalived_tracked_health(const struct vrrp_keepalived_teller *t,
                                      const struct vrrp_keepalived_tracked *tracked,
                                      const struct vrrp_keepalived_record *item) {
  const struct vrrp_keepalived_record *what = vrrp_keepalived_text_named(
      t->text, tracked->what, vrrp_keepalived_string(t, item, "name"));
  return what != NULL ? tracked->health(t, what) : NAN;
}
