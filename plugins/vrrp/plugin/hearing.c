// SPDX-License-Identifier: MIT
// What does the hearing thread do, and when?
#include "plugin/hearing.h"

#include "plugin/frames.h"
#include "plugin/surroundings.h"

#include "common/core/array.h"

// --- frames -------------------------------------------------------------------------

// A frame that waited so long to be read tells that others may have found no room.
#define LATE (VRRP_SECOND / 10)

// What the kernel had to drop may have been anybody's: nobody's silence says anything.
static void note_drops(struct vrrp_hearing *hearing) {
  uint64_t dropped = vrrp_ears_take_drops(&hearing->ears);

  hearing->handover->totals.dropped += dropped;
  if (dropped > 0)
    vrrp_neighbourhood_miss(&hearing->handover->routers, vrrp_loop_now());
}

static void take_batch(void *user, const struct vrrp_batch *batch, int count) {
  struct vrrp_hearing *hearing = user;

  vrrp_handover_lock(hearing->handover);
  if (count > 0 && vrrp_elapsed(vrrp_batch_frame(batch, 0)->at, vrrp_loop_now()) > LATE)
    note_drops(hearing);
  for (int i = 0; i < count; i++) {
    const struct vrrp_frame *frame = vrrp_batch_frame(batch, i);
    const struct vrrp_ear *ear = vrrp_ears_find(&hearing->ears, frame->ifindex);
    if (ear != NULL) // what others see stands at one of ours, too, or is not wanted
      vrrp_frames_take(hearing, ear, frame);
  }
  hearing->handover->heard_until = vrrp_ears_read_until(&hearing->ears);
  vrrp_handover_unlock(hearing->handover);
}

static void interface_closed(void *user, const struct vrrp_ear *ear) {
  vrrp_surroundings_leave(user, ear);
}

static void remark(void *user, const struct vrrp_remark *what) {
  struct vrrp_hearing *hearing = user;
  vrrp_handover_remark(hearing->handover, what);
}

// --- time ---------------------------------------------------------------------------

// The last words on a router are that nothing is wrong with it any more.
static void forget(struct vrrp_hearing *hearing, struct vrrp_router *router,
                   vrrp_time now) {
  vrrp_router_close(router, now);
  vrrp_handover_mark(hearing->handover, router);
  vrrp_neighbourhood_forget(&hearing->handover->routers, router);
}

static void forget_stale(struct vrrp_hearing *hearing, vrrp_time now) {
  struct vrrp_neighbourhood *routers = &hearing->handover->routers;

  for (size_t i = routers->count; i-- > 0;)
    if (vrrp_router_is_over(routers->routers[i], now, hearing->config->forget_after))
      forget(hearing, routers->routers[i], now);
}

static void end_rejections(struct vrrp_hearing *hearing, vrrp_time now) {
  struct vrrp_handover *handover = hearing->handover;
  uint32_t ended = vrrp_rejections_take_ended(&handover->totals.rejections, now);

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (ended >> i & 1)
      remark(hearing, &(struct vrrp_remark){.kind = VRRP_REMARK_REJECTIONS_OVER,
                                            .verdict = (enum vrrp_verdict)i});
  for (size_t i = 0; i < handover->routers.count; i++)
    vrrp_rejections_take_ended(&handover->routers.routers[i]->rejections, now);
}

static void pass_interval(struct vrrp_hearing *hearing, vrrp_time now) {
  vrrp_time late = vrrp_elapsed(hearing->next_interval, now);
  vrrp_time until = hearing->handover->heard_until;

  hearing->next_interval += hearing->interval * (1 + late / hearing->interval);
  if (!vrrp_links_is_open(&hearing->links))
    vrrp_surroundings_read_links(hearing);
  vrrp_ears_follow(&hearing->ears, &hearing->links.table);
  vrrp_surroundings_read_participants(hearing, now);
  vrrp_surroundings_update_all(hearing, until);
  forget_stale(hearing, until);
  end_rejections(hearing, until);
}

static void tick_routers(struct vrrp_hearing *hearing, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_tick(&hearing->handover->routers, now)) != NULL)
    vrrp_handover_mark(hearing->handover, router);
  vrrp_surroundings_update_touched(hearing, now);
}

static void heed_words(struct vrrp_hearing *hearing) {
  if (!hearing->handover->words_are_new)
    return;
  hearing->handover->words_are_new = false;
  vrrp_surroundings_update_all(hearing, hearing->handover->heard_until);
}

// Takes in all that came until now, and takes the lock.
static void catch_up(struct vrrp_hearing *hearing, vrrp_time now) {
  vrrp_ears_read(&hearing->ears, now);
  vrrp_handover_lock(hearing->handover);
  hearing->handover->heard_until = vrrp_ears_read_until(&hearing->ears);
  note_drops(hearing);
}

static vrrp_time next_due(const struct vrrp_hearing *hearing) {
  vrrp_time next = vrrp_earlier(hearing->due, hearing->next_interval);
  return vrrp_earlier(next, vrrp_links_deadline(&hearing->links));
}

static bool is_due(const struct vrrp_hearing *hearing, vrrp_time now) {
  return now >= next_due(hearing) || hearing->links_changed != 0 ||
         hearing->handover->words_are_new;
}

// Nobody is called silent, and nothing else is concluded, before all was read that came
// until then: however late this thread is, what follows is what the wire showed.
static void conclude(struct vrrp_hearing *hearing, vrrp_time now) {
  vrrp_time until = hearing->handover->heard_until;

  vrrp_surroundings_follow(hearing);
  heed_words(hearing);
  if (vrrp_links_deadline(&hearing->links) <= now)
    vrrp_surroundings_read_links(hearing);
  tick_routers(hearing, until);
  if (now >= hearing->next_interval)
    pass_interval(hearing, now);
}

vrrp_time vrrp_hearing_pass(struct vrrp_hearing *hearing) {
  vrrp_time now = vrrp_loop_now();

  if (is_due(hearing, now)) {
    catch_up(hearing, now);
    conclude(hearing, now);
  } else {
    vrrp_handover_lock(hearing->handover);
  }
  hearing->due = vrrp_neighbourhood_deadline(&hearing->handover->routers);
  vrrp_handover_unlock(hearing->handover);
  return next_due(hearing);
}

// --- parts --------------------------------------------------------------------------

// The kernel has something to say of links and addresses.
static void links_ready(struct vrrp_source *source) {
  struct vrrp_hearing *hearing =
      (void *)((char *)source - offsetof(struct vrrp_hearing, link_events));
  catch_up(hearing, vrrp_loop_now());
  vrrp_surroundings_read_links(hearing);
  vrrp_handover_unlock(hearing->handover);
}

static int open_loop(struct vrrp_hearing *hearing) {
  return vrrp_loop_open(&hearing->loop);
}

static int open_ears(struct vrrp_hearing *hearing) {
  struct vrrp_ears_owner owner = {take_batch, interface_closed, remark, hearing};
  int status = vrrp_ears_init(&hearing->ears, hearing->config, &hearing->loop, &owner);

  if (status == 0)
    vrrp_ears_follow(&hearing->ears, &hearing->links.table);
  return status;
}

// What hearing consists of, in the order in which it can be made.
static const struct {
  const char *name;
  int (*make)(struct vrrp_hearing *hearing);
} parts[] = {
    {"event loop (epoll, timerfd, eventfd)", open_loop},
    {"links and addresses (rtnetlink)", vrrp_surroundings_watch_links},
    {"memory for packets", open_ears},
};

int vrrp_hearing_init(struct vrrp_hearing *hearing, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing) {
  vrrp_time now = vrrp_loop_now();

  *hearing = (struct vrrp_hearing){
      .config = config,
      .handover = handover,
      .interval = interval,
      .next_interval = now,
      .due = VRRP_NEVER,
      .link_events.ready = links_ready,
  };
  vrrp_memberships_init(&hearing->ears.memberships);
  handover->hearing = &hearing->loop;
  handover->links = &hearing->links.table;
  handover->totals.started = handover->heard_until = now;
  for (size_t i = 0; i < HA_COUNT_OF(parts); i++) {
    int status = parts[i].make(hearing);
    if (status < 0) {
      *ret_missing = parts[i].name;
      return status;
    }
  }
  vrrp_surroundings_read_participants(hearing, now);
  return 0;
}

void vrrp_hearing_destroy(struct vrrp_hearing *hearing) {
  vrrp_ears_destroy(&hearing->ears);
  vrrp_links_destroy(&hearing->links);
  vrrp_loop_close(&hearing->loop);
}

void vrrp_hearing_run(struct vrrp_hearing *hearing) {
  while (vrrp_loop_wait(&hearing->loop, vrrp_hearing_pass(hearing)))
    ;
}
