// SPDX-License-Identifier: MIT
// What follows from a frame?
#ifndef HA_VRRP_FRAMES_H
#define HA_VRRP_FRAMES_H

#include "plugin/hearing_state.h"

// Takes in a frame that an ear heard. Locked.
void vrrp_frames_take(struct vrrp_namespace *namespace, const struct vrrp_ear *ear,
                      const struct vrrp_frame *frame);

#endif
