// SPDX-License-Identifier: MIT
// What is each thing that keepalived tells called: by keepalived, and by us?
#ifndef HA_VRRP_KEEPALIVED_FIELDS_H
#define HA_VRRP_KEEPALIVED_FIELDS_H

#include "core/keepalived_state.h"

// A name in what we tell, and the key of the JSON dump. An unnamed row is a field
// that somebody forgot here: test_keepalived_report looks for one.
struct vrrp_keepalived_name {
  const char *name, *json;
};

// A number, and between what it must be to be believed.
struct vrrp_keepalived_number {
  const char *name, *json;
  double min, max;
};

// By the enums of keepalived_state.h.
extern const struct vrrp_keepalived_number
    VRRP_KEEPALIVED_SETTING[VRRP_KEEPALIVED_SETTINGS];
extern const struct vrrp_keepalived_name
    VRRP_KEEPALIVED_COUNTER[VRRP_KEEPALIVED_COUNTERS];
extern const struct vrrp_keepalived_name VRRP_KEEPALIVED_SCRIPT[VRRP_KEEPALIVED_SCRIPTS];
extern const struct vrrp_keepalived_name
    VRRP_KEEPALIVED_TRACKED[VRRP_KEEPALIVED_NAME_LISTS];
extern const struct vrrp_keepalived_number
    VRRP_KEEPALIVED_PROCESS_NUMBER[VRRP_KEEPALIVED_PROCESS_NUMBERS];

#endif
