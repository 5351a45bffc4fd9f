// SPDX-License-Identifier: MIT
// Why is an instance of keepalived in fault, and since when?
#include "core/keepalived_fault.h"

#include "core/keepalived_tracked.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_cause(const struct vrrp_keepalived_teller *t,
                     const struct vrrp_keepalived_record *item) {
  const struct vrrp_keepalived_tracked *tracked =
      vrrp_keepalived_tracked_find(item->kind);
  // What has a weight moves the priority; only without one it is a fault.
  return tracked != NULL && vrrp_keepalived_number(t, item, "weight") == 0 &&
         vrrp_keepalived_tracked_health(t, tracked, item) == 0;
}

// The first of what `owner` tracks that makes it a fault.
static bool find_cause(const struct vrrp_keepalived_teller *t,
                       const struct vrrp_keepalived_record *owner, char *cause,
                       size_t size) {
  int32_t index = (int32_t)(owner - t->text->records);
  for (size_t i = (size_t)index + 1; i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *item = &t->text->records[i];
    if (item->parent != index || !is_cause(t, item))
      continue;
    const struct vrrp_keepalived_tracked *tracked =
        vrrp_keepalived_tracked_find(item->kind);
    snprintf(cause, size, "%s %.100s %s", tracked->kind,
             vrrp_keepalived_string(t, item, "name"), tracked->failed);
    return true;
  }
  return false;
}

static bool find_flag(const struct vrrp_keepalived_teller *t,
                      const struct vrrp_keepalived_record *instance, char *cause,
                      size_t size) {
  const char *name = vrrp_keepalived_string(t, instance, "interface");
  const struct vrrp_keepalived_record *interface =
      vrrp_keepalived_text_named(t->text, VRRP_KEEPALIVED_INTERFACE, name);
  int32_t index = (int32_t)(instance - t->text->records);
  if (interface != NULL && vrrp_keepalived_interface_health(t, interface) == 0) {
    snprintf(cause, size, "interface %.20s went down", name);
    return true;
  }
  for (size_t i = (size_t)index + 1; i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *flag = &t->text->records[i];
    if (flag->kind != VRRP_KEEPALIVED_FLAG || flag->parent != index)
      continue;
    snprintf(cause, size, "interface %.20s: %.100s", name,
             vrrp_keepalived_string(t, flag, "reason"));
    return true;
  }
  return false;
}

// A member of the same group that is in fault for a reason of its own.
static bool find_member(const struct vrrp_keepalived_teller *t,
                        const struct vrrp_keepalived_record *instance, char *cause,
                        size_t size) {
  const char *group = vrrp_keepalived_string(t, instance, "sync_group");
  char reason[128];
  for (size_t i = 0; group[0] != '\0' && i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *other = &t->text->records[i];
    if (other->kind != VRRP_KEEPALIVED_INSTANCE || other == instance ||
        strcmp(vrrp_keepalived_string(t, other, "sync_group"), group) != 0 ||
        vrrp_keepalived_number(t, other, "state") != VRRP_KEEPALIVED_FAULT)
      continue;
    if (!find_cause(t, other, reason, sizeof(reason)) &&
        !find_flag(t, other, reason, sizeof(reason)))
      continue;
    snprintf(cause, size, "%.40s of its sync group: %.99s",
             vrrp_keepalived_string(t, other, "name"), reason);
    return true;
  }
  return false;
}

void vrrp_keepalived_fault_cause(const struct vrrp_keepalived_text *text,
                                 const char *instance,
                                 char cause[static VRRP_KEEPALIVED_CAUSE_SIZE]) {
  const size_t size = VRRP_KEEPALIVED_CAUSE_SIZE;
  struct vrrp_keepalived_teller t = {.text = text};
  const struct vrrp_keepalived_record *record =
      vrrp_keepalived_text_named(text, VRRP_KEEPALIVED_INSTANCE, instance);
  cause[0] = '\0';
  if (record == NULL ||
      vrrp_keepalived_number(&t, record, "state") != VRRP_KEEPALIVED_FAULT)
    return;
  const struct vrrp_keepalived_record *group = vrrp_keepalived_text_named(
      text, VRRP_KEEPALIVED_SYNC_GROUP, vrrp_keepalived_string(&t, record, "sync_group"));
  if (find_cause(&t, record, cause, size) || find_flag(&t, record, cause, size) ||
      (group != NULL && find_cause(&t, group, cause, size)))
    return;
  (void)find_member(&t, record, cause, size);
}

// --- since when -----------------------------------------------------------

static int compare(const void *left, const void *right) {
  const struct vrrp_keepalived_fault *a = left, *b = right;
  return strcmp(a->instance, b->instance);
}

const struct vrrp_keepalived_fault *
vrrp_keepalived_faults_find(const struct vrrp_keepalived_faults *faults,
                            const char *instance) {
  const struct vrrp_keepalived_fault wanted = {.instance = (char *)instance};
  if (faults->count == 0 || instance == NULL)
    return NULL;
  return bsearch(&wanted, faults->all, faults->count, sizeof(wanted), compare);
}

void vrrp_keepalived_faults_clear(struct vrrp_keepalived_faults *faults) {
  for (size_t i = 0; i < faults->count; i++)
    free(faults->all[i].instance);
  free(faults->all);
  *faults = (struct vrrp_keepalived_faults){0};
}

static bool is_same_fault(const struct vrrp_keepalived_fault *fault,
                          const struct vrrp_keepalived_fault *before) {
  return before != NULL && (before->transition == fault->transition ||
                            (isnan(before->transition) && isnan(fault->transition)));
}

// A clock that was set back makes nothing begin in the future. A cause that was not known
// until now is as old as the fault.
static double since_of(const struct vrrp_keepalived_fault *fault,
                       const struct vrrp_keepalived_fault *before, double now) {
  bool is_dated = fault->transition > 0 && fault->transition < now;
  if (!is_same_fault(fault, before))
    return is_dated ? fault->transition : now;
  bool is_other = before->cause[0] != '\0' && strcmp(before->cause, fault->cause) != 0;
  return is_other ? now : before->since;
}

static int add(struct vrrp_keepalived_faults *faults,
               const struct vrrp_keepalived_instance *instance,
               const struct vrrp_keepalived_text *text) {
  struct vrrp_keepalived_fault *fault = &faults->all[faults->count];
  *fault = (struct vrrp_keepalived_fault){
      .instance = strdup(instance->name),
      .transition = instance->setting[VRRP_KEEPALIVED_LAST_TRANSITION]};
  if (fault->instance == NULL)
    return -ENOMEM;
  if (text != NULL)
    vrrp_keepalived_fault_cause(text, instance->name, fault->cause);
  faults->count++;
  return 0;
}

static int take(struct vrrp_keepalived_faults *faults,
                const struct vrrp_keepalived_state *state,
                const struct vrrp_keepalived_text *text) {
  if (state == NULL || state->instance_count == 0)
    return 0;
  faults->all = calloc(state->instance_count, sizeof(*faults->all));
  int status = faults->all != NULL ? 0 : -ENOMEM;
  for (size_t i = 0; status == 0 && i < state->instance_count; i++)
    if (state->instances[i].setting[VRRP_KEEPALIVED_STATE] == VRRP_KEEPALIVED_FAULT)
      status = add(faults, &state->instances[i], text);
  return status;
}

int vrrp_keepalived_faults_take(struct vrrp_keepalived_faults *faults,
                                const struct vrrp_keepalived_state *state,
                                const struct vrrp_keepalived_text *text, double now) {
  struct vrrp_keepalived_faults before = *faults, after = {0};
  int status = take(&after, state, text);
  if (status < 0)
    vrrp_keepalived_faults_clear(&after);
  if (after.count > 0)
    qsort(after.all, after.count, sizeof(*after.all), compare);
  for (size_t i = 0; i < after.count; i++)
    after.all[i].since = since_of(
        &after.all[i], vrrp_keepalived_faults_find(&before, after.all[i].instance), now);
  vrrp_keepalived_faults_clear(&before);
  *faults = after;
  return status;
}

// --- in words -------------------------------------------------------------

const char *vrrp_keepalived_fault_tell(const struct vrrp_keepalived_fault *fault,
                                       double now,
                                       char why[static VRRP_KEEPALIVED_WHY_SIZE]) {
  why[0] = '\0';
  if (fault != NULL && fault->cause[0] != '\0')
    snprintf(why, VRRP_KEEPALIVED_WHY_SIZE, "%s %.0f s ago", fault->cause,
             now > fault->since ? trunc(now - fault->since) : 0);
  return why;
}
