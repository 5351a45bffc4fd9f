// SPDX-License-Identifier: MIT
// Why is an instance of keepalived in fault, and since when?
#ifndef HA_VRRP_KEEPALIVED_FAULT_H
#define HA_VRRP_KEEPALIVED_FAULT_H

#include "core/keepalived_state.h"
#include "core/keepalived_text.h"

enum { VRRP_KEEPALIVED_CAUSE_SIZE = 160 };

// Why this instance is in fault, in words: "script chk_gateway failed"; "" if the dump
// does not tell.
void vrrp_keepalived_fault_cause(const struct vrrp_keepalived_text *text,
                                 const char *instance,
                                 char cause[static VRRP_KEEPALIVED_CAUSE_SIZE]);

// An instance that is in fault.
struct vrrp_keepalived_fault {
  char *instance;                         // its name
  char cause[VRRP_KEEPALIVED_CAUSE_SIZE]; // "": not known
  double transition; // when it went to fault, as keepalived says; NaN: it does not
  double since;      // when the cause arose. Both in seconds since the epoch
};

// All of them, by name. Zeroed: none.
struct vrrp_keepalived_faults {
  struct vrrp_keepalived_fault *all;
  size_t count;
};

// Takes those that are in fault in what keepalived says at `now`, seconds since the
// epoch; without a state there are none, without a text no causes. The cause of a fault
// arose when the fault did, or, if it is another than the last one's, now. 0, or -ENOMEM:
// then there are none. Free them with vrrp_keepalived_faults_clear().
int vrrp_keepalived_faults_take(struct vrrp_keepalived_faults *faults,
                                const struct vrrp_keepalived_state *state,
                                const struct vrrp_keepalived_text *text, double now);
void vrrp_keepalived_faults_clear(struct vrrp_keepalived_faults *faults);

// The fault of the instance of this name, NULL: it is in none.
const struct vrrp_keepalived_fault *
vrrp_keepalived_faults_find(const struct vrrp_keepalived_faults *faults,
                            const char *instance);

enum { VRRP_KEEPALIVED_WHY_SIZE = VRRP_KEEPALIVED_CAUSE_SIZE + 24 };

// Its cause and age at `now`, seconds since the epoch: "script chk_gateway failed 12 s
// ago"; "" if there is no fault or its cause is not known. Returns `why`.
const char *vrrp_keepalived_fault_tell(const struct vrrp_keepalived_fault *fault,
                                       double now,
                                       char why[static VRRP_KEEPALIVED_WHY_SIZE]);

#endif
