// SPDX-License-Identifier: MIT
// How does what was heard reach those who tell it, without waiting for one another?
//
// All that both threads use lies here, behind one lock. Whoever hears holds it while it
// works and lets go when it waits; whoever tells holds it to copy one virtual router.
// Nothing is queued but the virtual routers themselves, each once: when one's turn comes,
// its newest state is copied with all that happened since, in order.
#ifndef HA_VRRP_HANDOVER_H
#define HA_VRRP_HANDOVER_H

#include "plugin/account.h"
#include "plugin/namespace.h"
#include "plugin/remark.h"
#include "plugin/subject.h"

#include "io/loop.h"

#include <pthread.h>

#define VRRP_REMARKS_MAX 32

// What is reported beside the virtual routers.
struct vrrp_totals {
  struct vrrp_rejections rejections;
  uint64_t dropped;           // frames the kernel had to drop
  uint64_t routers_forgotten; // that there was no room for
  vrrp_time started;
};

struct vrrp_handover {
  pthread_mutex_t lock;
  struct vrrp_loop *hearing, *telling; // of the two threads

  struct vrrp_namespace **namespaces; // by number; the first is collectd's own
  size_t namespace_count;
  struct vrrp_totals totals;

  struct vrrp_accounts queue, resting; // by when they came
  vrrp_time rest_ends;                 // of the first that rests, or earlier
  struct vrrp_bucket host[2];          // of what strangers can cause, by is_steady
  struct vrrp_remark remarks[VRRP_REMARKS_MAX];
  size_t remark_count;
  bool is_news; // since the lock was taken
};

// A virtual router whose turn it is, as telling gets it.
struct vrrp_news {
  struct vrrp_account *account;
  bool is_last; // the router is gone; whoever tells closes the account behind this
  struct vrrp_subject subject;
  struct vrrp_events events;
  enum vrrp_extent owed; // values that waited until now
  vrrp_time gap;         // since it was last asked for; VRRP_NEVER: it has no master
};

// Empty. Destroyed when no namespace takes part and no thread uses it any more.
void vrrp_handover_init(struct vrrp_handover *handover);
void vrrp_handover_destroy(struct vrrp_handover *handover);

// --- for those who hear ---

// Around whatever they do with virtual routers.
void vrrp_handover_lock(struct vrrp_handover *handover);

// Lets go, and nudges those who tell if there is anything for them.
void vrrp_handover_unlock(struct vrrp_handover *handover);

// Takes part in a namespace's virtual routers, at most routers_max of them, from now
// until it leaves with all of them. It is held by whoever enrols it. 0 or -ENOMEM.
// Locked, as all below.
int vrrp_handover_enrol(struct vrrp_handover *handover, struct vrrp_namespace *namespace,
                        size_t routers_max);
void vrrp_handover_leave(struct vrrp_handover *handover,
                         struct vrrp_namespace *namespace);

// Opens the account of a new router of the namespace.
void vrrp_handover_open(struct vrrp_namespace *namespace, struct vrrp_router *router);

// Something is to be told of a router, if its events say so. One that only a single frame
// speaks for has to wait until that has proved to be more than a stray.
void vrrp_handover_mark(struct vrrp_handover *handover, struct vrrp_router *router);

// Something is to be said of the namespace, or of none of them (NULL); what there is no
// room for is left out.
void vrrp_handover_remark(struct vrrp_handover *handover,
                          const struct vrrp_namespace *namespace,
                          const struct vrrp_remark *remark);

// The namespace of this name, "" is collectd's own; NULL: it is not listened to.
struct vrrp_namespace *vrrp_handover_find(const struct vrrp_handover *handover,
                                          const char *netns);

// --- for those who tell, all without the lock ---

// The next router that may be told; NULL: there is none. One that goes while it is told
// comes once more, as the last news of it.
struct vrrp_account *vrrp_handover_take(struct vrrp_handover *handover, vrrp_time now,
                                        struct vrrp_news *news);

// One that was taken before, whether or not anything happened to it; what may not be told
// yet is left for later. False if it is gone.
bool vrrp_handover_visit(struct vrrp_handover *handover, struct vrrp_account *account,
                         vrrp_time now, struct vrrp_news *news);

// True if the host's budget has one notification left that strangers can cause.
bool vrrp_handover_may_notify(struct vrrp_handover *handover, vrrp_time now);

// A router of the namespace of this number as it is now, without any events. False if
// there is none.
bool vrrp_handover_look(struct vrrp_handover *handover, unsigned namespace,
                        const struct vrrp_router_key *key, struct vrrp_subject *subject);

// So much of the account's values is to be told then, even if nothing else happens.
void vrrp_handover_owe(struct vrrp_handover *handover, struct vrrp_account *account,
                       enum vrrp_extent extent, vrrp_time until);

// When the first one that rests may be told, or VRRP_NEVER.
vrrp_time vrrp_handover_deadline(struct vrrp_handover *handover);

// Frees a taken account that is gone, with its router.
void vrrp_handover_close(struct vrrp_account *account);

// Takes the oldest remark; false if there is none.
bool vrrp_handover_take_remark(struct vrrp_handover *handover,
                               struct vrrp_remark *ret_remark);

// What was counted until now, of all namespaces together.
struct vrrp_totals vrrp_handover_totals(struct vrrp_handover *handover);

// Gives those who hear what the keepalived of the namespace of this name said; "" is
// collectd's own. The words are theirs from now on.
void vrrp_handover_give_words(struct vrrp_handover *handover, const char *netns,
                              struct vrrp_words *words);

#endif
