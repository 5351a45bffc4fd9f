// SPDX-License-Identifier: MIT
// What did a reload of keepalived change, in words?
#ifndef HA_VRRP_KEEPALIVED_CHANGES_H
#define HA_VRRP_KEEPALIVED_CHANGES_H

#include "core/keepalived_configured.h"

#include <stdbool.h>

enum { VRRP_KEEPALIVED_CHANGES_SIZE = 256, VRRP_KEEPALIVED_WHO_SIZE = 96 };

struct vrrp_keepalived_changes {
  char who[VRRP_KEEPALIVED_WHO_SIZE];      // "keepalived"
  char text[VRRP_KEEPALIVED_CHANGES_SIZE]; // "VI_1 priority 100 -> 150; VI_2 removed"
  size_t room, length;                     // of the text
  size_t count, told_count;                // of changes, and of those in the text
};

// No changes yet, of the keepalived that is told as `who`.
void vrrp_keepalived_changes_init(struct vrrp_keepalived_changes *changes,
                                  const char *who);

// Adds what differs from `before` to `after`, by path: one change for a thing that came
// or went with all its parts. What finds no room in the text is counted.
void vrrp_keepalived_changes_add(struct vrrp_keepalived_changes *changes,
                                 const struct vrrp_keepalived_configured *before,
                                 const struct vrrp_keepalived_configured *after);

// "keepalived reloaded: VI_1 priority 100 -> 150; and 3 more", in printable ASCII;
// "restarted" instead if it was.
void vrrp_keepalived_changes_tell(const struct vrrp_keepalived_changes *changes,
                                  bool is_restart,
                                  char message[static VRRP_KEEPALIVED_CHANGES_SIZE]);

#endif
