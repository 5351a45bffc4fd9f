// SPDX-License-Identifier: MIT
// Which of the namespaces that have a name are wanted, which came and went, and what is
// wrong with one of them?
#include "common/io/netns_follower.h"

#include <errno.h>
#include <string.h>

int ha_netns_follower_open(struct ha_netns_follower *follower, const char *directory,
                           const struct ha_selection *chosen,
                           const struct ha_netns_keeper *keeper, void *user) {
  *follower =
      (struct ha_netns_follower){.chosen = chosen, .keeper = keeper, .user = user};
  return ha_netns_open(&follower->names, directory, HA_NETNS_MAX);
}

void ha_netns_follower_close(struct ha_netns_follower *follower) {
  ha_netns_close(&follower->names);
}

static bool is_wanted(const struct ha_netns_follower *follower, const char *name) {
  return follower->chosen->entry_count > 0 &&
         ha_selection_wants(follower->chosen, false, name);
}

static size_t count_kept(const struct ha_netns_follower *follower) {
  size_t count = 0;

  while (follower->keeper->at(follower->user, count) != NULL)
    count++;
  return count;
}

// A name can be another namespace's by now.
static void close_gone(struct ha_netns_follower *follower) {
  for (size_t i = count_kept(follower); i-- > 0;) {
    const struct ha_netns *kept = follower->keeper->at(follower->user, i);
    const struct ha_netns *now = ha_netns_find(&follower->names, kept->name);
    if (now == NULL || now->inode != kept->inode)
      follower->keeper->close(follower->user, i);
  }
}

static bool is_kept(const struct ha_netns_follower *follower,
                    const struct ha_netns *netns) {
  const struct ha_netns *kept;

  for (size_t i = 0; (kept = follower->keeper->at(follower->user, i)) != NULL; i++)
    if (kept->inode == netns->inode)
      return true;
  return false;
}

static void open_new(struct ha_netns_follower *follower) {
  for (size_t i = 0; i < follower->names.count; i++) {
    const struct ha_netns *netns = &follower->names.all[i];
    if (is_wanted(follower, netns->name) && !is_kept(follower, netns))
      ha_netns_note(follower, netns, follower->keeper->open(follower->user, netns));
  }
}

int ha_netns_follow(struct ha_netns_follower *follower) {
  int status = ha_netns_read(&follower->names);

  if (status < 0)
    return status;
  close_gone(follower);
  open_new(follower);
  return 0;
}

void ha_netns_note(struct ha_netns_follower *follower, const struct ha_netns *netns,
                   int status) {
  if (follower->trouble.status != 0 || status >= 0 || status == -ENOENT ||
      status == -ESTALE)
    return;
  follower->trouble.status = status;
  memcpy(follower->trouble.name, netns->name, sizeof(netns->name));
}

enum ha_news ha_netns_judge(struct ha_netns_follower *follower,
                            struct ha_netns_trouble *ret_trouble) {
  if (follower->trouble.status == 0 && follower->names.is_full)
    follower->trouble.status = -EUSERS;
  *ret_trouble = follower->trouble;
  follower->trouble = (struct ha_netns_trouble){.status = 0};
  return ha_fault_watch(&follower->fault, ret_trouble->status);
}
