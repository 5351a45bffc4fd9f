// SPDX-License-Identifier: MIT
// What belongs to one network namespace?
#include "plugin/namespace.h"

#include <stdlib.h>

int vrrp_namespace_within(const struct vrrp_namespace *namespace, int (*work)(void *user),
                          void *user) {
  return ha_netns_within(HA_NETNS_DIRECTORY, &namespace->netns, work, user);
}

void vrrp_namespace_release(struct vrrp_namespace *held) {
  if (atomic_fetch_sub(&held->holders, 1) == 1)
    free(held);
}
