// SPDX-License-Identifier: MIT
// Which of the namespaces that have a name are wanted, which came and went, and what is
// wrong with one of them?
//
// Something is kept for each that is wanted: a listener, a memory of its values. Whoever
// keeps it is told when to begin and when to end.
#ifndef HA_COMMON_NETNS_FOLLOWER_H
#define HA_COMMON_NETNS_FOLLOWER_H

#include "common/core/fault.h"
#include "common/core/selection.h"
#include "common/io/netns.h"

#define HA_NETNS_MAX 1024 // that have a name, whether or not they are chosen

// What is kept, all of it called in the thread of ha_netns_follow().
struct ha_netns_keeper {
  // The namespace of the i-th that is kept; NULL behind the last one.
  const struct ha_netns *(*at)(void *user, size_t i);
  // Begins for one: 0 or -errno, upon which it is tried again at the next look.
  int (*open)(void *user, const struct ha_netns *netns);
  // Ends for the i-th: it is gone, or its name is another one's; the last takes its place
  // or those behind it move up.
  void (*close)(void *user, size_t i);
};

// What is wrong with one of them, of others nothing more: the first in a look.
struct ha_netns_trouble {
  int status; // -errno; -EUSERS: there are more than HA_NETNS_MAX
  char name[HA_NETNS_NAME_SIZE];
};

// One thread may use it.
struct ha_netns_follower {
  struct ha_netns_set names;
  const struct ha_selection *chosen;
  const struct ha_netns_keeper *keeper;
  void *user;
  struct ha_netns_trouble trouble; // of the present look
  struct ha_fault fault;           // that was said
};

// Begins to follow the names in `directory`; it, `chosen` and `keeper` must live longer.
// 0 or -errno; close it in either case.
int ha_netns_follower_open(struct ha_netns_follower *follower, const char *directory,
                           const struct ha_selection *chosen,
                           const struct ha_netns_keeper *keeper, void *user);
void ha_netns_follower_close(struct ha_netns_follower *follower);

// Takes a look: reads the names anew, ends what is gone, begins what is new. 0 or
// -ENOMEM; then nothing has changed.
int ha_netns_follow(struct ha_netns_follower *follower);

// Takes in that something could not be done for this one in the present look. One that
// goes while it is entered is no trouble.
void ha_netns_note(struct ha_netns_follower *follower, const struct ha_netns *netns,
                   int status);

// What is to be said of the troubles of the present look, which ends with it.
enum ha_news ha_netns_judge(struct ha_netns_follower *follower,
                            struct ha_netns_trouble *ret_trouble);

#endif
