// SPDX-License-Identifier: MIT
// The one thread and its events: frames, links, deadlines, the interval.
#ifndef HA_VRRP_WITNESS_H
#define HA_VRRP_WITNESS_H

#include "plugin/config.h"

struct vrrp_witness;

// Starts the thread. config must live until the witness is stopped. 0, or -errno after it
// has logged what fails; ret_witness only on success. Without CAP_NET_RAW it starts
// nevertheless, says so, and tries again at every interval.
int vrrp_witness_start(const struct vrrp_config *config,
                       struct vrrp_witness **ret_witness);

// Stops the thread and frees everything; NULL is fine.
void vrrp_witness_stop(struct vrrp_witness *witness);

#endif
