// SPDX-License-Identifier: MIT
// What happened to a virtual router, in which order, and what of it is still to be told?
#include "core/event.h"

#include "common/core/array.h"

#include <string.h>

// Events of one subject replace one another.
enum subject {
  SUBJECT_MASTER,
  SUBJECT_STATE,
  SUBJECT_LISTING,
  SUBJECT_PROBLEM,
  SUBJECTS
};

static const enum subject subjects[] = {
    [VRRP_EVENT_NEW_MASTER] = SUBJECT_MASTER,  [VRRP_EVENT_RELEASED] = SUBJECT_MASTER,
    [VRRP_EVENT_MASTER_LOST] = SUBJECT_MASTER, [VRRP_EVENT_STATE] = SUBJECT_STATE,
    [VRRP_EVENT_ADDED] = SUBJECT_LISTING,      [VRRP_EVENT_REMOVED] = SUBJECT_LISTING,
    [VRRP_EVENT_RENAMED] = SUBJECT_LISTING,    [VRRP_EVENT_RAISED] = SUBJECT_PROBLEM,
    [VRRP_EVENT_CLEARED] = SUBJECT_PROBLEM,
};
_Static_assert(HA_COUNT_OF(subjects) == VRRP_EVENT_KINDS, "every event has a subject");
_Static_assert(SUBJECT_PROBLEM + VRRP_PROBLEMS <= VRRP_EVENTS_MAX,
               "there is room for the last word on each subject");

static bool same_subject(const struct vrrp_event *a, const struct vrrp_event *b) {
  return subjects[a->kind] == subjects[b->kind] &&
         (subjects[a->kind] != SUBJECT_PROBLEM || a->problem == b->problem);
}

static void remove_at(struct vrrp_events *events, unsigned index) {
  ha_array_take_out(events->all, events->count--, sizeof(events->all[0]), index);
  events->merged++;
}

// The next event of the same subject as the one at index, or count.
static unsigned successor(const struct vrrp_events *events, unsigned index) {
  unsigned next = index + 1;

  while (next < events->count && !same_subject(&events->all[index], &events->all[next]))
    next++;
  return next;
}

// Drops the oldest event that a younger one has made history. A problem that came and
// went, or went and came back, has not changed at all: both are dropped.
static void merge(struct vrrp_events *events) {
  for (unsigned i = 0; i < events->count; i++) {
    unsigned next = successor(events, i);
    if (next == events->count)
      continue;
    if (subjects[events->all[i].kind] == SUBJECT_PROBLEM &&
        events->all[i].kind != events->all[next].kind)
      remove_at(events, next);
    remove_at(events, i);
    return;
  }
}

void vrrp_events_add(struct vrrp_events *events, const struct vrrp_event *event) {
  events->changed = true;
  events->all[events->count++] = *event;
  if (events->count > VRRP_EVENTS_MAX)
    merge(events);
}

void vrrp_events_move(struct vrrp_events *from, struct vrrp_events *to) {
  for (unsigned i = 0; i < from->count; i++)
    vrrp_events_add(to, &from->all[i]);
  to->changed |= from->changed;
  to->merged += from->merged;
  *from = (struct vrrp_events){0};
}

bool vrrp_events_have(const struct vrrp_events *events, enum vrrp_event_kind kind) {
  for (unsigned i = 0; i < events->count; i++)
    if (events->all[i].kind == kind)
      return true;
  return false;
}
