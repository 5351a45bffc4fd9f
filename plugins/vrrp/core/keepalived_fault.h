// SPDX-License-Identifier: MIT
// Why is an instance of keepalived in fault, and since when?
#ifndef HA_VRRP_KEEPALIVED_FAULT_H
#define HA_VRRP_KEEPALIVED_FAULT_H

#include "core/keepalived_text.h"

// Why this instance is in fault, in words: "script chk_gateway failed"; "" if the dump
// does not tell.
void vrrp_keepalived_fault_cause(const struct vrrp_keepalived_text *text,
                                 const char *instance, char *cause, size_t size);

#endif
