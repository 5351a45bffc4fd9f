// SPDX-License-Identifier: MIT
// What is there to be told of a virtual router, and what was told of it?
#ifndef HA_VRRP_ACCOUNT_H
#define HA_VRRP_ACCOUNT_H

#include "plugin/told.h"

#include "core/budget.h"
#include "core/virtual_router.h"

#include <net/if.h>
#include <sys/queue.h>
#include <time.h>

struct vrrp_namespace;

// Where an account stands.
enum vrrp_account_place {
  VRRP_ACCOUNT_IDLE,   // nothing is to be told
  VRRP_ACCOUNT_QUEUED, // something is
  VRRP_ACCOUNT_RESTS,  // but not yet
};

// How much of a router's values is to be told.
enum vrrp_extent {
  VRRP_EXTENT_NONE,
  VRRP_EXTENT_CHANGE,   // what an event changed
  VRRP_EXTENT_INTERVAL, // everything
};

// A virtual router for those who tell. Guarded by the handover's lock, but for the last
// part, which belongs to the telling thread. Once it was handed over, only that frees it.
struct vrrp_account {
  struct vrrp_router *router;
  struct vrrp_namespace *namespace; // where it is; held
  char interface[IFNAMSIZ];         // its name now, or its last
  bool is_handed_over;              // at some time
  bool is_gone; // it is not known any more; what waits are its last words
  enum vrrp_account_place place;
  TAILQ_ENTRY(vrrp_account) entry; // in the queue or among those that rest
  vrrp_time rests_until;

  struct vrrp_budget budget;
  enum vrrp_extent owed; // values that wait for the next second of the wall clock
  bool is_steady;        // the router was, when it was last looked at
  uint32_t raised;       // problems of which it was handed over that they came

  time_t told_second; // of the last values
  struct vrrp_told told;
  struct vrrp_told *shown; // the same of SNMP, ahead of the queue; NULL: nothing
};

TAILQ_HEAD(vrrp_accounts, vrrp_account);

#endif
