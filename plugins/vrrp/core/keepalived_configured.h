// SPDX-License-Identifier: MIT
// What is keepalived configured to do, as its own dumps say?
#ifndef HA_VRRP_KEEPALIVED_CONFIGURED_H
#define HA_VRRP_KEEPALIVED_CONFIGURED_H

#include "core/keepalived_state.h"
#include "core/keepalived_text.h"

#include <stddef.h>

enum {
  VRRP_KEEPALIVED_CONFIGURED_MAX = 1 << 20, // entries
  VRRP_KEEPALIVED_PATH_SIZE = 256,
  VRRP_KEEPALIVED_PATH_SEPARATOR = '\x1f', // less than every character of a word
};

// How a value is told.
enum vrrp_keepalived_form_of_value {
  VRRP_KEEPALIVED_THERE,    // it has none: that the thing is there is all
  VRRP_KEEPALIVED_COUNTED,  // likewise, but another dump tells so
  VRRP_KEEPALIVED_SHOWN,    // as it is
  VRRP_KEEPALIVED_WITHHELD, // only that it is another: a command may hold a secret
};

// One thing, or one setting of it. Its path is what it is called, the parts of a thing
// below it: "virtual server 192.0.2.1:80", "real server 10.0.0.3:80", "weight". All texts
// are printable ASCII.
struct vrrp_keepalived_entry {
  const char *path; // with separators
  enum vrrp_keepalived_form_of_value form;
  const char *value; // "" if there is none
};

// All that one dump says of the configuration, by path. What merely runs (states,
// counters, times) is no part of it, nor is a password. Zeroed: nothing is known.
struct vrrp_keepalived_configured {
  struct vrrp_keepalived_entry *entries;
  size_t count;
  char *bytes; // where they point to
};

// Take what stands in a dump; of a text what is of keepalived as a whole stands in each
// process's, and is taken with `is_global` only. 0, -ENOMEM, or -E2BIG beyond the bound;
// *ret_configured only on success, and the caller clears it. Any thread may call them.
int vrrp_keepalived_configured_by_state(
    const struct vrrp_keepalived_state *state,
    struct vrrp_keepalived_configured *ret_configured);
int vrrp_keepalived_configured_by_text(const struct vrrp_keepalived_text *text,
                                       bool is_global,
                                       struct vrrp_keepalived_configured *ret_configured);

// Frees what it holds; nothing is known then.
void vrrp_keepalived_configured_clear(struct vrrp_keepalived_configured *configured);

#endif
