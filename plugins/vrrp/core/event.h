// SPDX-License-Identifier: MIT
// What happened to a virtual router, in which order, and what of it is still to be told?
//
// A queue that cannot overflow: what follows itself, or takes itself back, before it was
// told becomes one event or none. What is told is less then, but never wrong, and the
// last word is always in it.
#ifndef HA_VRRP_EVENT_H
#define HA_VRRP_EVENT_H

#include "core/address.h"
#include "core/conclusion.h"
#include "core/time.h"

enum vrrp_event_kind {
  VRRP_EVENT_NEW_MASTER,  // master, before, reason, outage, priority
  VRRP_EVENT_RELEASED,    // the master let go, a successor is due: before
  VRRP_EVENT_MASTER_LOST, // nobody speaks any more: before, reason
  VRRP_EVENT_STATE,       // this host's state: state, state_before, reason
  VRRP_EVENT_ADDED,       // the daemon lists it now, and did not before
  VRRP_EVENT_REMOVED,     // it did, and lists it no more
  VRRP_EVENT_RENAMED,     // it lists it under another name
  VRRP_EVENT_RAISED,      // a problem came,
  VRRP_EVENT_CLEARED,     // or went: problem
  VRRP_EVENT_KINDS
};

// One event; beside kind and at only the fields that its kind names above have a meaning.
struct vrrp_event {
  enum vrrp_event_kind kind;
  vrrp_time at; // on the wire, which may be long before it is concluded
  struct vrrp_address master;
  struct vrrp_address before; // the master before, if has_before
  bool has_before;
  bool is_own; // the new master is this host
  uint8_t priority, version;
  enum vrrp_reason reason;
  bool has_reason;  // STATE: this host was master at some time, and why it last became so
  vrrp_time outage; // VRRP_NEVER: there was no master before, or it isn't known
  enum vrrp_state state, state_before;
  bool link_up, fault; // STATE: why it is initialize, if it is
  enum vrrp_problem problem;
};

#define VRRP_EVENTS_MAX 24

struct vrrp_events {
  struct vrrp_event all[VRRP_EVENTS_MAX + 1]; // the oldest first; one more while merging
  uint8_t count;
  bool changed;    // the router's values say something else now, with or without an event
  uint64_t merged; // how many became one with another
};

static inline bool vrrp_events_waiting(const struct vrrp_events *events) {
  return events->changed || events->count > 0;
}

// Adds an event as the newest one.
void vrrp_events_add(struct vrrp_events *events, const struct vrrp_event *event);

// Moves everything from one queue behind what another holds.
void vrrp_events_move(struct vrrp_events *from, struct vrrp_events *to);

// True if one of them is of this kind.
bool vrrp_events_have(const struct vrrp_events *events, enum vrrp_event_kind kind);

#endif
