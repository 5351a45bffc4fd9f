// SPDX-License-Identifier: MIT
// Which interfaces are listened to?
#ifndef HA_VRRP_EARS_H
#define HA_VRRP_EARS_H

#include "common/core/fault.h"
#include "io/capture.h"
#include "io/link_table.h"
#include "io/membership.h"
#include "plugin/config.h"
#include "plugin/remark.h"
#include "io/loop.h"

// One interface that is listened to.
struct vrrp_ear {
  unsigned ifindex, incarnation; // of its link
  char interface[IFNAMSIZ];
  int8_t joined[VRRP_FAMILIES]; // which membership socket, or VRRP_NOT_JOINED
};

// How something is done inside the network namespace; what its owner does with frames
// that were read, when an interface is about to be given up, and with what there is to be
// said.
struct vrrp_ears_owner {
  int (*within)(void *user, int (*work)(void *work_user), void *work_user);
  void (*frames)(void *user, const struct vrrp_batch *batch, int count);
  void (*closed)(void *user, const struct vrrp_ear *ear);
  void (*remark)(void *user, const struct vrrp_remark *remark);
  void *user;
  // In another namespace than collectd's own its daemon joins the groups, and an
  // interface that is not there is in another one.
  bool is_elsewhere;
};

// All of them. One thread at a time may use it.
struct vrrp_ears {
  const struct vrrp_config *config;
  struct vrrp_loop *loop;
  struct vrrp_ears_owner owner;
  struct vrrp_source source;
  struct vrrp_capture capture; // if is_open
  bool is_open;
  struct ha_fault fault; // of the capture
  struct vrrp_memberships memberships;
  unsigned unjoined[VRRP_FAMILIES]; // ears that there was no membership left for
  struct ha_fault unjoined_fault[VRRP_FAMILIES];
  bool whereabouts_said;    // where it listens
  struct vrrp_batch *batch; // room for one read, of whoever reads
  vrrp_time last_read;      // of frames that woke the reader
  struct vrrp_ear *all;     // by ifindex
  size_t count;
  const char **unheard; // of each Interface of the configuration, why; NULL: it is heard
};

// Reads into the batch, which is another's. 0 or -ENOMEM; destroy it in either case.
int vrrp_ears_init(struct vrrp_ears *ears, const struct vrrp_config *config,
                   struct vrrp_loop *loop, struct vrrp_batch *batch,
                   const struct vrrp_ears_owner *owner);
void vrrp_ears_destroy(struct vrrp_ears *ears);

// Listens on each link that should be listened to, and on no other. What does not work
// is said once and tried again at the next call.
void vrrp_ears_follow(struct vrrp_ears *ears, const struct vrrp_link_table *links);

// The ear of an interface, or NULL. Valid until the next vrrp_ears_follow().
const struct vrrp_ear *vrrp_ears_find(const struct vrrp_ears *ears, unsigned ifindex);

// Hands over the frames that came before this time, which is past, but still wait; not
// all of them, if there are too many.
void vrrp_ears_read(struct vrrp_ears *ears, vrrp_time until);

// Until when all that came has been read. Without a socket nothing comes: now.
vrrp_time vrrp_ears_read_until(const struct vrrp_ears *ears);

// Frames that the kernel had to drop since the last call.
uint64_t vrrp_ears_take_drops(struct vrrp_ears *ears);

// How many memberships in the VRRP group on an interface are ours; `ears` is a
// struct vrrp_ears, as struct vrrp_own_joins wants it.
unsigned vrrp_ears_joins(unsigned ifindex, enum vrrp_family family, void *ears);

#endif
