// SPDX-License-Identifier: MIT
// What was told of a virtual router, so that only news is told, and what is no more is
// taken back?
#ifndef HA_VRRP_TOLD_H
#define HA_VRRP_TOLD_H

#include "common/io/netns.h"
#include "core/router.h"

// Kinds of values that exist once they have something to say, and go on from then on.
enum vrrp_told_kind {
  VRRP_TOLD_TRANSITIONS,
  VRRP_TOLD_ADVERTS,
  VRRP_TOLD_DIFFERENCES,
  VRRP_TOLD_REJECTIONS,
  VRRP_TOLD_PROBLEMS,
  VRRP_TOLD_KINDS
};

// What an event can change beside vrrp_state, as it was told last.
struct vrrp_figures {
  double masters, priority, interval, down_interval; // of the master
  double own_priority, outage;
  uint64_t transitions[2];
};

// The data sources of vrrp_details.
enum { VRRP_DETAILS = 6 };

// So many masters of a virtual router are told by address within an hour: who forges
// adverts makes no more series and files than that.
enum { VRRP_TOLD_MASTERS = 8 };

// Zeroed: none.
struct vrrp_told_master {
  struct vrrp_address address;
  vrrp_time last; // told as the master
};

// Room for VRID-ADDRESS@NAMESPACE.
#define VRRP_CLAIM_SIZE (sizeof("255-@") + VRRP_ADDRESS_TEXT_MAX + HA_NETNS_NAME_SIZE)

// Zeroed: nothing.
struct vrrp_told {
  bool is_told;
  uint32_t known[VRRP_TOLD_KINDS]; // masks of type instances that were told at some time
  struct vrrp_figures figures;
  double details[VRRP_DETAILS];
  struct vrrp_told_master masters[VRRP_TOLD_MASTERS];
  int master; // of these, the present one's place, if has_master
  bool has_master;
  char claim[VRRP_CLAIM_SIZE]; // what is claimed, or left to another; "": nothing yet
  bool is_claimed;
  uint32_t raised;       // problems
  struct vrrp_list list; // of addresses, its bytes are its own
  uint8_t *is_here;      // of each
  uint64_t notified;     // the digest of the list that what is gone was notified by
};

#endif
