// SPDX-License-Identifier: MIT
// What belongs to one network namespace?
#include "plugin/namespace.h"

#include <stdlib.h>

void vrrp_namespace_release(struct vrrp_namespace *held) {
  if (atomic_fetch_sub(&held->holders, 1) == 1)
    free(held);
}
