// SPDX-License-Identifier: MIT
// What belongs to one network namespace?
//
// Its socket, its links and addresses, and the virtual routers that are heard in it. A
// flood in one displaces nobody in another, and an index of an interface means nothing
// outside of its own.
#ifndef HA_VRRP_NAMESPACE_H
#define HA_VRRP_NAMESPACE_H

#include "common/core/fault.h"
#include "common/io/netns.h"
#include "core/neighbourhood.h"
#include "io/links.h"
#include "io/participation.h"
#include "plugin/ears.h"
#include "plugin/words.h"

#include <stdatomic.h>

struct vrrp_hearing;
struct vrrp_handover;

// Guarded by the handover's lock, but for ears and link events, which belong to the
// hearing thread. It lives as long as anybody holds it: those who hear, and each account
// of a router of it.
struct vrrp_namespace {
  struct vrrp_hearing *hearing;
  struct vrrp_handover *handover;
  const struct vrrp_config *config;
  atomic_uint holders;
  unsigned number;       // of no other one, ever
  struct ha_netns netns; // zeroed: collectd's own

  struct vrrp_neighbourhood routers;
  vrrp_time heard_until; // all that came before is taken in
  vrrp_time due;         // no router's deadline was earlier when it was last looked at
  vrrp_time next_interval;
  bool has_given_up; // a router that is to be forgotten now

  struct vrrp_source link_events;
  struct vrrp_links links;
  int links_changed; // mask of enum vrrp_link_change, not yet followed
  struct ha_fault links_fault;

  struct vrrp_ears ears;
  struct vrrp_participants participants;
  vrrp_time participants_read;

  struct vrrp_words words; // of its keepalived
  atomic_bool words_are_new;
};

// True if it is another one than collectd's own.
static inline bool vrrp_namespace_is_elsewhere(const struct vrrp_namespace *namespace) {
  return namespace->netns.inode != 0;
}

// Calls work(user) inside of it: what it returned, or -errno as ha_netns_within().
int vrrp_namespace_within(const struct vrrp_namespace *namespace, int (*work)(void *user),
                          void *user);

// Lets go of it; frees what nobody holds. Any thread.
void vrrp_namespace_release(struct vrrp_namespace *held);

#endif
