// SPDX-License-Identifier: MIT
// In which state is each instance configured to begin?
#ifndef HA_VRRP_KEEPALIVED_CONF_H
#define HA_VRRP_KEEPALIVED_CONF_H

#include <stdbool.h>
#include <stddef.h>

enum { VRRP_KEEPALIVED_CONF_INSTANCES_MAX = 4096 };

// What keepalived.conf says of one vrrp_instance.
struct vrrp_keepalived_conf_instance {
  char *name;
  double state;    // enum vrrp_keepalived_vrrp_state; NaN: none that we know
  double priority; // NaN: the default
};

struct vrrp_keepalived_conf {
  struct vrrp_keepalived_conf_instance *instances;
  size_t count;
  // Something in it decides by more than its words (a condition, a variable), so that
  // nothing of it is sure.
  bool is_doubtful;
  size_t depth; // of blocks, while it is read
  bool is_in_instance;
};

// Reads one file's text into *conf, which begins zeroed; goes on where the text before
// ended. Each "include PATTERN" calls `include`, which reads those files into the same
// conf. Returns 0 or -errno of `include`, -ENOMEM, -E2BIG.
int vrrp_keepalived_conf_read(struct vrrp_keepalived_conf *conf, const char *text,
                              int (*include)(void *context, const char *pattern),
                              void *context);

// Frees what was read, and leaves it zeroed.
void vrrp_keepalived_conf_clear(struct vrrp_keepalived_conf *conf);

// The state that this instance begins in: 1 backup, 2 master; NaN if it is not there, in
// doubt, or its priority is not the one in force, so that the file is a later one.
double vrrp_keepalived_conf_state(const struct vrrp_keepalived_conf *conf,
                                  const char *name, double priority);

#endif
