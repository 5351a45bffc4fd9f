// SPDX-License-Identifier: MIT
// How is keepalived's JSON dump read?
#ifndef HA_VRRP_KEEPALIVED_JSON_H
#define HA_VRRP_KEEPALIVED_JSON_H

#include "core/keepalived_state.h"

// Bounds: a dump of 200 instances has about 190 kB. What is beyond a count is
// dropped, a longer text is cut.
enum {
  VRRP_KEEPALIVED_JSON_MAX = 4 << 20, // bytes
  VRRP_KEEPALIVED_INSTANCES_MAX = 4096,
  VRRP_KEEPALIVED_LIST_MAX = 1024,
  VRRP_KEEPALIVED_TEXT_MAX = 1023, // bytes
};

// Overwrites every password in a dump, complete or not, with asterisks: the
// value of each "auth_data", whatever bytes it has.
void vrrp_keepalived_json_scrub(uint8_t *bytes, size_t length);

// Reads a dump: keepalived 2.2.7's array, or the object of json_version 2. The
// passwords in `bytes` are overwritten first, so that they reach nothing else.
//
// Keys that are missing, of another type or out of range are told as unknown;
// unknown keys are passed over. Returns 0, -EBADMSG if it is not (or not yet)
// JSON, -EPROTO if it is JSON of another form, -E2BIG beyond
// VRRP_KEEPALIVED_JSON_MAX, or -ENOMEM. *ret_state only on success; the caller frees
// it with vrrp_keepalived_state_free(). Any thread may call it.
int vrrp_keepalived_json_parse(uint8_t *bytes, size_t length,
                               struct vrrp_keepalived_state **ret_state);

#endif
