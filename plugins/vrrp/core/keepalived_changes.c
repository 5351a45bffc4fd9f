// SPDX-License-Identifier: MIT
// What did a reload of keepalived change, in words?
#include "core/keepalived_changes.h"

#include <stdio.h>
#include <string.h>

// What stands around the changes in a message.
static const char RESTARTED[] = " restarted: ", RELOADED[] = " reloaded: ";
static const char MORE[] = "; and 18446744073709551615 more";

void vrrp_keepalived_changes_init(struct vrrp_keepalived_changes *changes,
                                  const char *who) {
  *changes = (struct vrrp_keepalived_changes){0};
  snprintf(changes->who, sizeof(changes->who), "%s", who);
  changes->room =
      sizeof(changes->text) - strlen(changes->who) - strlen(RESTARTED) - strlen(MORE);
}

// "VI_1 priority"
static void write_path(char to[static VRRP_KEEPALIVED_PATH_SIZE], const char *path) {
  snprintf(to, VRRP_KEEPALIVED_PATH_SIZE, "%s", path);
  for (; *to != '\0'; to++)
    if (*to == VRRP_KEEPALIVED_PATH_SEPARATOR)
      *to = ' ';
}

enum { CHANGE_SIZE = 512 };

static const char *value_of(const struct vrrp_keepalived_entry *entry) {
  return entry != NULL ? entry->value : "none";
}

static const char *verb_of(const struct vrrp_keepalived_entry *before,
                           const struct vrrp_keepalived_entry *after) {
  if (before == NULL)
    return "added";
  return after == NULL ? "removed" : "changed";
}

// Of `any` of both; one is NULL if the thing is or was not there.
static void write_change(char to[static CHANGE_SIZE],
                         const struct vrrp_keepalived_entry *any,
                         const struct vrrp_keepalived_entry *before,
                         const struct vrrp_keepalived_entry *after) {
  char path[VRRP_KEEPALIVED_PATH_SIZE];
  write_path(path, any->path);
  if (any->form == VRRP_KEEPALIVED_SHOWN)
    snprintf(to, CHANGE_SIZE, "%s %s -> %s", path, value_of(before), value_of(after));
  else
    snprintf(to, CHANGE_SIZE, "%s %s", path, verb_of(before, after));
}

static void note(struct vrrp_keepalived_changes *changes,
                 const struct vrrp_keepalived_entry *any,
                 const struct vrrp_keepalived_entry *before,
                 const struct vrrp_keepalived_entry *after) {
  const char *comma = changes->length > 0 ? "; " : "";
  char change[CHANGE_SIZE];
  write_change(change, any, before, after);
  size_t room = changes->room - changes->length;
  changes->count++;
  if (strlen(comma) + strlen(change) >= room)
    return;
  changes->told_count++;
  changes->length +=
      (size_t)snprintf(changes->text + changes->length, room, "%s%s", comma, change);
}

static bool is_below(const char *path, const char *thing) {
  size_t length = thing != NULL ? strlen(thing) : 0;
  return length > 0 && strncmp(path, thing, length) == 0 &&
         path[length] == VRRP_KEEPALIVED_PATH_SEPARATOR;
}

static bool is_thing(const struct vrrp_keepalived_entry *entry) {
  return entry->form == VRRP_KEEPALIVED_THERE || entry->form == VRRP_KEEPALIVED_COUNTED;
}

// The entry at `place`, NULL behind the last one.
static const struct vrrp_keepalived_entry *
entry_at(const struct vrrp_keepalived_configured *configured, size_t place) {
  return place < configured->count ? &configured->entries[place] : NULL;
}

static int compare(const struct vrrp_keepalived_entry *before,
                   const struct vrrp_keepalived_entry *after) {
  if (before == NULL)
    return 1;
  return after == NULL ? -1 : strcmp(before->path, after->path);
}

void vrrp_keepalived_changes_add(struct vrrp_keepalived_changes *changes,
                                 const struct vrrp_keepalived_configured *before,
                                 const struct vrrp_keepalived_configured *after) {
  const char *gone_or_new = NULL; // whose parts follow: they sort behind it at once
  for (size_t i = 0, k = 0; i < before->count || k < after->count;) {
    int order = compare(entry_at(before, i), entry_at(after, k));
    const struct vrrp_keepalived_entry *was = order <= 0 ? &before->entries[i++] : NULL;
    const struct vrrp_keepalived_entry *is = order >= 0 ? &after->entries[k++] : NULL;
    const struct vrrp_keepalived_entry *any = order <= 0 ? was : is;
    if (order == 0 ? strcmp(was->value, is->value) == 0
                   : is_below(any->path, gone_or_new))
      continue;
    if (any->form != VRRP_KEEPALIVED_COUNTED)
      note(changes, any, was, is);
    if (is_thing(any))
      gone_or_new = any->path;
  }
}

void vrrp_keepalived_changes_tell(const struct vrrp_keepalived_changes *changes,
                                  bool is_restart,
                                  char message[static VRRP_KEEPALIVED_CHANGES_SIZE]) {
  char more[sizeof(MORE)] = "";
  size_t untold = changes->count - changes->told_count;
  if (changes->told_count == 0)
    snprintf(more, sizeof(more), "%zu change%s", untold, untold == 1 ? "" : "s");
  else if (untold > 0)
    snprintf(more, sizeof(more), "; and %zu more", untold);
  snprintf(message, VRRP_KEEPALIVED_CHANGES_SIZE, "%s%s%.*s%s", changes->who,
           is_restart ? RESTARTED : RELOADED, (int)changes->length, changes->text, more);
}
