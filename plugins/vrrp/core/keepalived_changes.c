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

// One of both is NULL if the thing is or was not there.
static void write_change(char to[static CHANGE_SIZE],
                         const struct vrrp_keepalived_entry *before,
                         const struct vrrp_keepalived_entry *after) {
  const struct vrrp_keepalived_entry *any = before != NULL ? before : after;
  char path[VRRP_KEEPALIVED_PATH_SIZE];
  write_path(path, any->path);
  if (any->form == VRRP_KEEPALIVED_SHOWN)
    snprintf(to, CHANGE_SIZE, "%s %s -> %s", path,
             before != NULL ? before->value : "none",
             after != NULL ? after->value : "none");
  else
    snprintf(to, CHANGE_SIZE, "%s %s", path,
             before == NULL  ? "added"
             : after == NULL ? "removed"
                             : "changed");
}

static void note(struct vrrp_keepalived_changes *changes,
                 const struct vrrp_keepalived_entry *before,
                 const struct vrrp_keepalived_entry *after) {
  const char *comma = changes->length > 0 ? "; " : "";
  char change[CHANGE_SIZE];
  write_change(change, before, after);
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

void vrrp_keepalived_changes_add(struct vrrp_keepalived_changes *changes,
                                 const struct vrrp_keepalived_configured *before,
                                 const struct vrrp_keepalived_configured *after) {
  const struct vrrp_keepalived_entry *old = before->entries, *new = after->entries;
  const struct vrrp_keepalived_entry *old_end = old + before->count,
                                     *new_end = new + after->count;
  const char *gone_or_new = NULL; // whose parts follow: they sort behind it at once
  while (old < old_end || new < new_end) {
    int order = old == old_end ? 1 : new == new_end ? -1 : strcmp(old->path, new->path);
    const struct vrrp_keepalived_entry *was = order <= 0 ? old++ : NULL;
    const struct vrrp_keepalived_entry *is = order >= 0 ? new ++ : NULL;
    const struct vrrp_keepalived_entry *any = was != NULL ? was : is;
    if (order == 0 ? strcmp(was->value, is->value) == 0
                   : is_below(any->path, gone_or_new))
      continue;
    if (any->form != VRRP_KEEPALIVED_COUNTED)
      note(changes, was, is);
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
    snprintf(more, sizeof(more), "%zu changes", untold);
  else if (untold > 0)
    snprintf(more, sizeof(more), "; and %zu more", untold);
  snprintf(message, VRRP_KEEPALIVED_CHANGES_SIZE, "%s%s%.*s%s", changes->who,
           is_restart ? RESTARTED : RELOADED, (int)changes->length, changes->text, more);
}
