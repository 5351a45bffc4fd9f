// SPDX-License-Identifier: MIT
// Why is an instance of keepalived in fault, and since when?
#include "core/keepalived_fault.h"

#include "core/keepalived_state.h"
#include "core/keepalived_tracked.h"

#include <stdio.h>
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
    snprintf(cause, size, "interface %.20s is down", name);
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
    snprintf(cause, size, "%.40s of its sync group: %s",
             vrrp_keepalived_string(t, other, "name"), reason);
    return true;
  }
  return false;
}

void vrrp_keepalived_fault_cause(const struct vrrp_keepalived_text *text,
                                 const char *instance, char *cause, size_t size) {
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
