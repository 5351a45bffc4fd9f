// SPDX-License-Identifier: MIT
// Does keepalived answer, in a shape that is known? And has a person been told?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_ANSWERS_H
#define HA_VRRP_PLUGIN_KEEPALIVED_ANSWERS_H

#include "common/core/fault.h"
#include "plugin/keepalived_sources.h"

// What was said of each dump.
struct vrrp_keepalived_answers {
  struct ha_fault silence[VRRP_KEEPALIVED_FORMATS];
  struct ha_fault strangeness[VRRP_KEEPALIVED_FORMATS]; // of a section's shape
};

// Nothing was said yet: the first answer is news as well.
void vrrp_keepalived_answers_init(struct vrrp_keepalived_answers *answers);

// Logs once where a dump is not had any more, why, and what helps; once where it is had
// again; and once that a section of it is not as any version known has it.
void vrrp_keepalived_answers_log(struct vrrp_keepalived_answers *answers,
                                 const struct vrrp_keepalived_config *config,
                                 const struct vrrp_keepalived_sources *sources);

#endif
