// SPDX-License-Identifier: MIT
// What does the hearing thread do for one network namespace?
#include "plugin/listening.h"

#include "plugin/frames.h"
#include "plugin/surroundings.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

// --- who is forgotten ---------------------------------------------------------------

// The last words on a router are that nothing is wrong with it any more.
static void forget(struct vrrp_namespace *namespace, struct vrrp_router *router,
                   vrrp_time now) {
  vrrp_router_close(router, now);
  vrrp_handover_mark(namespace->handover, router);
  vrrp_neighbourhood_forget(&namespace->routers, router);
}

static void forget_stale(struct vrrp_namespace *namespace, vrrp_time now) {
  struct vrrp_neighbourhood *routers = &namespace->routers;

  for (size_t i = routers->count; i-- > 0;)
    if (vrrp_router_is_over(routers->routers[i], now, namespace->config->forget_after))
      forget(namespace, routers->routers[i], now);
}

// What a daemon has given up goes at once, with its rows; anything else can wait.
static void forget_given_up(struct vrrp_namespace *namespace) {
  if (!namespace->has_given_up)
    return;
  namespace->has_given_up = false;
  forget_stale(namespace, namespace->heard_until);
}

// --- frames -------------------------------------------------------------------------

// A frame that waited so long to be read tells that others may have found no room.
#define LATE (VRRP_SECOND / 10)

// What the kernel had to drop may have been anybody's: nobody's silence says anything.
static void note_drops(struct vrrp_namespace *namespace) {
  uint64_t dropped = vrrp_ears_take_drops(&namespace->ears);

  namespace->handover->totals.dropped += dropped;
  if (dropped > 0)
    vrrp_neighbourhood_miss(&namespace->routers, vrrp_loop_now());
}

// Lets go of the lock, and knows when the namespace is to be looked at again.
static void unlock(struct vrrp_namespace *namespace) {
  forget_given_up(namespace);
  namespace->due = vrrp_earlier(vrrp_neighbourhood_deadline(&namespace->routers),
                                vrrp_links_deadline(&namespace->links));
  namespace->due = vrrp_earlier(namespace->due, namespace->next_interval);
  vrrp_handover_unlock(namespace->handover);
}

static void take_batch(void *user, const struct vrrp_batch *batch, int count) {
  struct vrrp_namespace *namespace = user;

  vrrp_handover_lock(namespace->handover);
  if (count > 0 && vrrp_elapsed(vrrp_batch_frame(batch, 0)->at, vrrp_loop_now()) > LATE)
    note_drops(namespace);
  for (int i = 0; i < count; i++) {
    const struct vrrp_frame *frame = vrrp_batch_frame(batch, i);
    const struct vrrp_ear *ear = vrrp_ears_find(&namespace->ears, frame->ifindex);
    if (ear != NULL) // what others see stands at one of ours, too, or is not wanted
      vrrp_frames_take(namespace, ear, frame);
  }
  namespace->heard_until = vrrp_ears_read_until(&namespace->ears);
  unlock(namespace);
}

static void interface_closed(void *user, const struct vrrp_ear *ear) {
  vrrp_surroundings_leave(user, ear);
}

static void remark(void *user, const struct vrrp_remark *what) {
  struct vrrp_namespace *namespace = user;
  vrrp_handover_remark(namespace->handover, namespace, what);
}

// --- time ---------------------------------------------------------------------------

static void end_rejections(struct vrrp_namespace *namespace, vrrp_time now) {
  struct vrrp_handover *handover = namespace->handover;
  uint32_t ended = vrrp_rejections_take_ended(&handover->totals.rejections, now);

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (ended >> i & 1)
      remark(namespace, &(struct vrrp_remark){.kind = VRRP_REMARK_REJECTIONS_OVER,
                                              .verdict = (enum vrrp_verdict)i});
  for (size_t i = 0; i < namespace->routers.count; i++)
    vrrp_rejections_take_ended(&namespace->routers.routers[i]->rejections, now);
}

static void pass_interval(struct vrrp_namespace *namespace, vrrp_time now) {
  vrrp_time late = vrrp_elapsed(namespace->next_interval, now);
  vrrp_time until = namespace->heard_until;

  namespace->next_interval +=
      namespace->hearing->interval * (1 + late / namespace->hearing->interval);
  if (!vrrp_links_is_open(&namespace->links))
    vrrp_surroundings_read_links(namespace);
  vrrp_ears_follow(&namespace->ears, &namespace->links.table);
  vrrp_surroundings_read_participants(namespace, now);
  vrrp_surroundings_update_all(namespace, until);
  forget_stale(namespace, until);
  end_rejections(namespace, until);
}

static void tick_routers(struct vrrp_namespace *namespace, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_tick(&namespace->routers, now)) != NULL)
    vrrp_handover_mark(namespace->handover, router);
  vrrp_surroundings_update_touched(namespace, now);
}

static void heed_words(struct vrrp_namespace *namespace) {
  if (!namespace->words_are_new)
    return;
  namespace->words_are_new = false;
  vrrp_surroundings_update_all(namespace, namespace->heard_until);
}

// Takes in all that came until now, and takes the lock.
static void catch_up(struct vrrp_namespace *namespace, vrrp_time now) {
  vrrp_ears_read(&namespace->ears, now);
  vrrp_handover_lock(namespace->handover);
  namespace->heard_until = vrrp_ears_read_until(&namespace->ears);
  note_drops(namespace);
}

static bool is_due(const struct vrrp_namespace *namespace, vrrp_time now) {
  return now >= namespace->due || namespace->links_changed != 0 ||
         namespace->words_are_new;
}

// Nobody is called silent, and nothing else is concluded, before all was read that came
// until then: however late this thread is, what follows is what the wire showed.
static void conclude(struct vrrp_namespace *namespace, vrrp_time now) {
  vrrp_time until = namespace->heard_until;

  vrrp_surroundings_follow(namespace);
  heed_words(namespace);
  if (vrrp_links_deadline(&namespace->links) <= now)
    vrrp_surroundings_read_links(namespace);
  tick_routers(namespace, until);
  if (now >= namespace->next_interval)
    pass_interval(namespace, now);
}

vrrp_time vrrp_listening_pass(struct vrrp_namespace *namespace, vrrp_time now) {
  if (is_due(namespace, now)) {
    catch_up(namespace, now);
    conclude(namespace, now);
    unlock(namespace);
  }
  return namespace->due;
}

// --- parts --------------------------------------------------------------------------

// The kernel has something to say of links and addresses.
static void links_ready(struct vrrp_source *source) {
  struct vrrp_namespace *namespace =
      (void *)((char *)source - offsetof(struct vrrp_namespace, link_events));
  catch_up(namespace, vrrp_loop_now());
  vrrp_surroundings_read_links(namespace);
  unlock(namespace);
}

static int within(void *user, int (*work)(void *work_user), void *work_user) {
  return vrrp_namespace_within(user, work, work_user);
}

static int open_ears(struct vrrp_namespace *namespace) {
  struct vrrp_hearing *hearing = namespace->hearing;
  struct vrrp_ears_owner owner = {
      .within = within,
      .frames = take_batch,
      .closed = interface_closed,
      .remark = remark,
      .user = namespace,
      .is_elsewhere = vrrp_namespace_is_elsewhere(namespace),
  };
  int status = vrrp_ears_init(&namespace->ears, hearing->config, &hearing->loop,
                              hearing->batch, &owner);

  if (status == 0)
    vrrp_ears_follow(&namespace->ears, &namespace->links.table);
  return status;
}

// What a namespace consists of, in the order in which it can be made.
static const struct {
  const char *name;
  int (*make)(struct vrrp_namespace *namespace);
} parts[] = {
    {"links and addresses (rtnetlink)", vrrp_surroundings_watch_links},
    {"memory for interfaces", open_ears},
};

static int make_parts(struct vrrp_namespace *namespace, const char **ret_missing) {
  for (size_t i = 0; i < HA_COUNT_OF(parts); i++) {
    int status = parts[i].make(namespace);
    if (status == 0)
      continue;
    *ret_missing = parts[i].name;
    return status;
  }
  vrrp_surroundings_read_participants(namespace, namespace->heard_until);
  return 0;
}

static struct vrrp_namespace *make(struct vrrp_hearing *hearing,
                                   const struct ha_netns *netns) {
  struct vrrp_namespace *namespace = calloc(1, sizeof(*namespace));
  vrrp_time now = vrrp_loop_now();

  if (namespace == NULL)
    return NULL;
  namespace->hearing = hearing;
  namespace->handover = hearing->handover;
  namespace->config = hearing->config;
  namespace->holders = 1;
  namespace->number = hearing->namespace_number++;
  namespace->heard_until = namespace->due = namespace->next_interval = now;
  namespace->link_events.ready = links_ready;
  namespace->netns = netns != NULL ? *netns : (struct ha_netns){.name = ""};
  vrrp_memberships_init(&namespace->ears.memberships);
  return namespace;
}

// The links' descriptor may be among what the loop is serving.
static void destroy(struct vrrp_namespace *namespace) {
  vrrp_ears_destroy(&namespace->ears);
  vrrp_handover_leave(namespace->handover, namespace);
  if (vrrp_links_is_open(&namespace->links))
    vrrp_loop_unwatch(&namespace->hearing->loop, &namespace->link_events);
  vrrp_links_destroy(&namespace->links);
  vrrp_words_free(&namespace->words);
  vrrp_namespace_release(namespace);
}

// Locked. 0, or -errno and what could not be had.
static int open_here(struct vrrp_namespace *namespace, const char **ret_missing) {
  int status =
      vrrp_handover_enrol(namespace->handover, namespace, namespace->config->routers_max);

  if (status < 0) {
    vrrp_namespace_release(namespace);
    return status;
  }
  status = make_parts(namespace, ret_missing);
  if (status < 0)
    destroy(namespace);
  return status;
}

int vrrp_listening_open(struct vrrp_hearing *hearing, const struct ha_netns *netns,
                        const char **ret_missing) {
  struct vrrp_namespace *namespace = make(hearing, netns);

  *ret_missing = "memory for virtual routers";
  if (namespace == NULL)
    return -ENOMEM;
  vrrp_handover_lock(hearing->handover);
  int status = open_here(namespace, ret_missing);
  vrrp_handover_unlock(hearing->handover);
  return status;
}

void vrrp_listening_close(struct vrrp_namespace *namespace) {
  struct vrrp_handover *handover = namespace->handover;
  struct vrrp_neighbourhood *routers = &namespace->routers;

  vrrp_handover_lock(handover);
  vrrp_surroundings_leave_all(namespace);
  while (routers->count > 0)
    forget(namespace, routers->routers[routers->count - 1], namespace->heard_until);
  destroy(namespace);
  vrrp_handover_unlock(handover);
}
