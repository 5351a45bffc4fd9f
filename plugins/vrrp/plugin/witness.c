// SPDX-License-Identifier: MIT
// The one thread and its events: frames, links, deadlines, the interval.
#include "plugin/witness.h"

#include "io/links.h"
#include "io/participation.h"
#include "plugin/ears.h"
#include "plugin/keepalived.h"
#include "plugin/loop.h"
#include "plugin/loss.h"
#include "plugin/notify.h"
#include "plugin/report.h"

#include "utils/common/common.h"

#include <errno.h>

#define PARTICIPANTS_AGE_MAX VRRP_SECOND // when a new virtual router is heard
#define DUE_AGE_MAX          (10 * VRRP_MILLISECOND)

struct vrrp_witness {
  const struct vrrp_config *config;
  pthread_t thread;

  struct vrrp_loop loop;
  struct vrrp_source link_events, keepalived_events;
  struct vrrp_links links;
  int links_changed;                  // mask of enum vrrp_link_change, not yet followed
  int links_fault;                    // -errno that was said, or 0
  struct vrrp_keepalived *keepalived; // NULL: not asked for
  struct vrrp_ears ears;
  struct vrrp_participants participants;
  vrrp_time participants_read;

  struct vrrp_neighbourhood neighbourhood;
  struct vrrp_totals totals;
  struct vrrp_loss frames_lost, routers_lost;
  struct vrrp_advert advert; // the one being decoded

  vrrp_time interval, next_interval;
  vrrp_time due;        // no router's deadline is earlier; perhaps all are later
  vrrp_time due_set;    // when `due` was exact
  vrrp_time deferred;   // when to tell what came too soon; VRRP_NEVER: nothing waits
  vrrp_time last_tell;  // the last time that any router was told of
  cdtime_t last_report; // reports never run backwards
};

// A value that is not later than the last one is dropped by collectd.
static struct vrrp_moment new_moment(struct vrrp_witness *witness) {
  cdtime_t wall = cdtime();

  if (wall <= witness->last_report)
    wall = witness->last_report + 1;
  witness->last_report = wall;
  return (struct vrrp_moment){vrrp_loop_now(), wall};
}

static const char *interface_of(const struct vrrp_witness *witness,
                                const struct vrrp_router *router) {
  const struct vrrp_link *link =
      vrrp_link_table_find(&witness->links.table, router->key.ifindex);
  return link ? link->name : NULL;
}

// --- what this host knows beside the wire -------------------------------------------

static void read_participants(struct vrrp_witness *witness, vrrp_time now) {
  struct vrrp_own_joins own = {vrrp_ears_joins, &witness->ears};
  vrrp_participants_read(&witness->participants, &own);
  witness->participants_read = now;
}

static enum vrrp_place place_of(const void *links, const struct vrrp_address *address) {
  return vrrp_link_table_place(links, address);
}

// keepalived's own word, if it gives one; otherwise what its sockets tell, or those of
// any other daemon.
static void judge_daemon(const struct vrrp_witness *witness,
                         const struct vrrp_router *router, const char *interface,
                         struct vrrp_here *here) {
  const struct vrrp_keepalived_instance *told =
      interface ? vrrp_keepalived_find(witness->keepalived, interface, &router->key)
                : NULL;

  here->process = VRRP_PARTICIPATION_UNKNOWN;
  here->priority = VRRP_PRIORITY_UNTOLD;
  if (vrrp_keepalived_answers(witness->keepalived))
    here->listing = told ? VRRP_LISTING_YES : VRRP_LISTING_NO;
  if (told != NULL) {
    double priority = told->setting[VRRP_KEEPALIVED_EFFECTIVE_PRIORITY];
    here->process = VRRP_PARTICIPATION_YES;
    here->fault = told->setting[VRRP_KEEPALIVED_STATE] == VRRP_KEEPALIVED_FAULT;
    if (!isnan(priority))
      here->priority = (int16_t)priority;
  } else if (!vrrp_keepalived_answers(witness->keepalived)) {
    here->process =
        vrrp_participants_judge(&witness->participants, &witness->links.table,
                                router->key.ifindex, router->key.family, router->unicast);
  }
}

static void know_here(struct vrrp_witness *witness, struct vrrp_router *router,
                      const struct vrrp_here *told, vrrp_time now) {
  struct vrrp_here here = *told;

  vrrp_neighbourhood_count_here(&witness->neighbourhood, router, place_of,
                                &witness->links.table, &here);
  vrrp_neighbourhood_set_here(&witness->neighbourhood, router, &here, now);
  witness->due = vrrp_earlier(witness->due, router->deadline);
}

static void update_here(struct vrrp_witness *witness, struct vrrp_router *router,
                        vrrp_time now) {
  const struct vrrp_link *link =
      vrrp_link_table_find(&witness->links.table, router->key.ifindex);
  struct vrrp_here here = {
      .link_up = link != NULL && link->running,
  };

  judge_daemon(witness, router, link ? link->name : NULL, &here);
  know_here(witness, router, &here, now);
}

static void update_touched(struct vrrp_witness *witness, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_take_touched(&witness->neighbourhood)) != NULL)
    update_here(witness, router, now);
}

// --- telling ------------------------------------------------------------------------

static bool has_changes(const struct vrrp_router *router) {
  return vrrp_events_waiting(&router->events);
}

static void tell(struct vrrp_witness *witness, struct vrrp_router *router,
                 const char *interface, const struct vrrp_moment *moment,
                 enum vrrp_extent extent) {
  struct vrrp_events events = {0};
  struct vrrp_subject subject = {
      router, interface, &witness->links.table,
      vrrp_keepalived_find(witness->keepalived, interface, &router->key)};

  vrrp_router_take_events(router, &events);
  if (extent == VRRP_REPORT_CHANGE && (vrrp_events_have(&events, VRRP_EVENT_RAISED) ||
                                       vrrp_events_have(&events, VRRP_EVENT_CLEARED)))
    extent = VRRP_REPORT_PROBLEMS;
  vrrp_report_router(&subject, moment, extent);
  vrrp_notify_events(router, &events, interface, moment);
}

// Tells what changed, at once; a change that comes too soon after the last one waits.
static void publish(struct vrrp_witness *witness, struct vrrp_router *router) {
  struct vrrp_moment moment = new_moment(witness);
  bool is_first = router->budget.last == 0;
  vrrp_time again;

  update_here(witness, router, moment.now);
  const char *interface = interface_of(witness, router);
  if (interface == NULL)
    return;
  if (!vrrp_budget_take(&router->budget, moment.now, &again)) {
    witness->deferred = vrrp_earlier(witness->deferred, again);
    return;
  }
  vrrp_keepalived_hurry(witness->keepalived, moment.now);
  witness->last_tell = moment.now;
  tell(witness, router, interface, &moment,
       is_first ? VRRP_REPORT_FIRST : VRRP_REPORT_CHANGE);
}

static void publish_all(struct vrrp_witness *witness) {
  witness->deferred = VRRP_NEVER;
  for (size_t i = 0; i < witness->neighbourhood.count; i++)
    if (has_changes(witness->neighbourhood.routers[i]))
      publish(witness, witness->neighbourhood.routers[i]);
}

static void log_ended_rejections(struct vrrp_witness *witness, vrrp_time now) {
  uint32_t ended = vrrp_rejections_take_ended(&witness->totals.rejections, now);

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (ended >> i & 1)
      INFO("vrrp plugin: no packet was rejected for %.0f s any more as "
           "vrrp_rejected-%s counts them.",
           (double)VRRP_REJECTIONS_QUIET / VRRP_SECOND, vrrp_verdict_name(i));
}

static void watch_losses(struct vrrp_witness *witness, vrrp_time now) {
  vrrp_loss_watch(
      &witness->frames_lost, witness->totals.dropped, now,
      "more packets of protocol 112 come than can be read; what the kernel had to "
      "drop is counted only, as vrrp_dropped-frames.",
      "the kernel drops no packets any more.");
  vrrp_loss_watch(
      &witness->routers_lost, witness->neighbourhood.forgotten, now,
      "more virtual routers are heard than MaxVirtualRouters allows; those of "
      "least interest are passed over and counted only, as "
      "vrrp_dropped-virtual_routers.",
      "there is room for all virtual routers again.");
}

static void report_all(struct vrrp_witness *witness) {
  struct vrrp_moment moment = new_moment(witness);

  for (size_t i = 0; i < witness->neighbourhood.count; i++) {
    struct vrrp_router *router = witness->neighbourhood.routers[i];
    const char *interface = interface_of(witness, router);
    vrrp_rejections_take_ended(&router->rejections, moment.now);
    if (interface == NULL)
      continue;
    tell(witness, router, interface, &moment, VRRP_REPORT_INTERVAL);
    router->budget.last = moment.now;
  }
  witness->totals.routers_forgotten = witness->neighbourhood.forgotten;
  vrrp_report_totals(&witness->totals, &moment);
}

// --- frames -------------------------------------------------------------------------

// What its <VirtualRouter> block says of a router on the interface of this name.
static void expect(const struct vrrp_witness *witness, struct vrrp_router *router,
                   const char *interface) {
  char instance[DATA_MAX_NAME_LEN];

  vrrp_report_instance(router, interface, instance, sizeof(instance));
  const struct vrrp_router_config *config = vrrp_config_router(witness->config, instance);
  router->peers = config ? config->peers : NULL;
  router->peer_count = config ? config->peer_count : 0;
}

// A router heard for the first time. Perhaps a daemon of this host speaks for it that
// has started just now.
static void welcome(struct vrrp_witness *witness, struct vrrp_router *router,
                    const char *interface) {
  expect(witness, router, interface);
  if (router->created > witness->participants_read + PARTICIPANTS_AGE_MAX)
    read_participants(witness, router->created);
}

// The virtual router that a rejected packet seems to be of, or NULL.
static struct vrrp_router *suspect(struct vrrp_witness *witness,
                                   const struct vrrp_ear *ear, vrrp_time now) {
  const struct vrrp_origin *origin = &witness->advert.origin;
  struct vrrp_router_key key = {ear->ifindex, origin->source.family, origin->vrid};
  bool is_new;

  if (key.vrid == 0)
    return NULL;
  struct vrrp_router *router =
      vrrp_neighbourhood_admit_rejected(&witness->neighbourhood, &key, now, &is_new);
  if (router != NULL && is_new)
    welcome(witness, router, ear->interface);
  return router;
}

static void log_rejection(const struct vrrp_origin *origin, enum vrrp_verdict verdict,
                          const char *interface) {
  const char *remedy = vrrp_verdict_remedy(verdict, origin);
  char source[VRRP_ADDRESS_TEXT_MAX];

  NOTICE("vrrp plugin: %s: a packet of %s was rejected: %s%s%s. More of them are counted "
         "only, as vrrp_rejected-%s.",
         interface, vrrp_address_format(&origin->source, source),
         vrrp_verdict_text(verdict), remedy ? "; " : "", remedy ? remedy : "",
         vrrp_verdict_name(verdict));
}

static void reject(struct vrrp_witness *witness, const struct vrrp_ear *ear,
                   enum vrrp_verdict verdict, vrrp_time now) {
  const struct vrrp_origin *origin = &witness->advert.origin;
  bool news = vrrp_rejections_count(&witness->totals.rejections, verdict, now);
  struct vrrp_router *router = suspect(witness, ear, now);

  if (router != NULL && vrrp_router_reject(router, verdict, now) &&
      !vrrp_router_is_only_rejected(router)) {
    struct vrrp_moment moment = new_moment(witness);
    if (vrrp_notify_rejection(router, origin, verdict, ear->interface, &moment))
      return;
  }
  if (news)
    log_rejection(origin, verdict, ear->interface);
}

// 0, or -errno: then the subscription is closed.
static int take_link_changes(struct vrrp_witness *witness) {
  int changes = vrrp_links_read(&witness->links, vrrp_loop_now());
  witness->links_changed |= changes > 0 ? changes : 0;
  return changes < 0 ? changes : 0;
}

// What a container sends by a macvlan leaves by its interface, too. An address that has
// just come may still wait to be read.
static bool is_ours(struct vrrp_witness *witness, const struct vrrp_address *source) {
  if (vrrp_link_table_place(&witness->links.table, source) != VRRP_PLACE_NONE)
    return true;
  if (vrrp_links_is_open(&witness->links))
    take_link_changes(witness);
  return vrrp_link_table_place(&witness->links.table, source) != VRRP_PLACE_NONE;
}

static void accept_advert(struct vrrp_witness *witness, const struct vrrp_ear *ear,
                          const struct vrrp_frame *frame) {
  const struct vrrp_advert *advert = &witness->advert;
  struct vrrp_router_key key = {ear->ifindex, vrrp_advert_family(advert),
                                advert->origin.vrid};
  struct vrrp_arrival arrival = {
      .at = frame->at,
      .own = frame->outgoing && is_ours(witness, &advert->origin.source),
      .forged = !frame->outgoing &&
                vrrp_link_table_has_address_on(&witness->links.table, key.ifindex,
                                               &advert->origin.source),
  };
  bool is_new;
  struct vrrp_router *router =
      vrrp_neighbourhood_admit(&witness->neighbourhood, &key, frame->at, &is_new);

  if (router == NULL)
    return;
  if (is_new)
    welcome(witness, router, ear->interface);
  memcpy(arrival.mac, frame->mac, sizeof(arrival.mac));
  vrrp_neighbourhood_hear(&witness->neighbourhood, router, advert, &arrival);
  witness->due = vrrp_earlier(witness->due, router->deadline);
  if (has_changes(router))
    publish(witness, router);
}

static void take_frame(void *user, const struct vrrp_ear *ear,
                       const struct vrrp_frame *frame) {
  struct vrrp_witness *witness = user;
  enum vrrp_verdict verdict = vrrp_packet_decode(
      frame->packet, frame->length, &witness->config->rules, &witness->advert);

  if (verdict == VRRP_ACCEPTED)
    accept_advert(witness, ear, frame);
  else
    reject(witness, ear, verdict, frame->at);
}

// --- links and addresses ------------------------------------------------------------

// The last words on the routers of an interface that is gone.
static void take_leave(struct vrrp_witness *witness, const struct vrrp_ear *ear) {
  struct vrrp_moment moment = new_moment(witness);

  for (size_t i = 0; i < witness->neighbourhood.count; i++) {
    struct vrrp_router *router = witness->neighbourhood.routers[i];
    struct vrrp_here here = router->here;
    if (router->key.ifindex != ear->ifindex)
      continue;
    here.link_up = false;
    know_here(witness, router, &here, moment.now);
    if (has_changes(router))
      tell(witness, router, ear->interface, &moment, VRRP_REPORT_CHANGE);
  }
}

static void interface_closed(void *user, const struct vrrp_ear *ear) {
  struct vrrp_witness *witness = user;

  if (vrrp_link_table_find(&witness->links.table, ear->ifindex) == NULL)
    take_leave(witness, ear);
  vrrp_neighbourhood_forget_interface(&witness->neighbourhood, ear->ifindex);
}

static void expect_all(struct vrrp_witness *witness) {
  for (size_t i = 0; i < witness->neighbourhood.count; i++) {
    struct vrrp_router *router = witness->neighbourhood.routers[i];
    const char *interface = interface_of(witness, router);
    if (interface != NULL)
      expect(witness, router, interface);
  }
}

static void update_all(struct vrrp_witness *witness) {
  vrrp_time now = vrrp_loop_now();

  for (size_t i = 0; i < witness->neighbourhood.count; i++)
    update_here(witness, witness->neighbourhood.routers[i], now);
}

static void log_links(struct vrrp_witness *witness, int fault) {
  if (fault != 0 && witness->links_fault == 0)
    WARNING("vrrp plugin: the host's links and addresses cannot be read: %s. What is "
            "known of them may be out of date; it is tried again at every interval.",
            STRERROR(-fault));
  if (fault == 0 && witness->links_fault != 0)
    INFO("vrrp plugin: the host's links and addresses can be read again.");
  witness->links_fault = fault;
}

static void follow_links(struct vrrp_witness *witness) {
  int changes = witness->links_changed;

  witness->links_changed = 0;
  if (changes == 0)
    return;
  if (changes & VRRP_LINKS_CHANGED) {
    vrrp_ears_follow(&witness->ears, &witness->links.table);
    expect_all(witness); // an interface may have another name now
  }
  update_all(witness);
  publish_all(witness);
}

static void links_ready(struct vrrp_source *source);

static int watch_links(struct vrrp_witness *witness) {
  int changes = vrrp_links_open(&witness->links, vrrp_loop_now());
  if (changes < 0)
    return changes;
  witness->links_changed |= changes;
  witness->link_events =
      (struct vrrp_source){vrrp_links_fd(&witness->links), links_ready};
  return vrrp_loop_watch(&witness->loop, &witness->link_events);
}

static void read_links(struct vrrp_witness *witness) {
  int fault = vrrp_links_is_open(&witness->links) ? take_link_changes(witness)
                                                  : watch_links(witness);
  log_links(witness, fault);
  follow_links(witness);
}

static void links_ready(struct vrrp_source *source) {
  read_links((void *)((char *)source - offsetof(struct vrrp_witness, link_events)));
}

// --- keepalived ---------------------------------------------------------------------

static void run_keepalived(struct vrrp_witness *witness) {
  if (!vrrp_keepalived_run(witness->keepalived, vrrp_loop_now()))
    return;
  struct vrrp_moment moment = new_moment(witness);
  vrrp_keepalived_report(witness->keepalived, &witness->links.table, &moment);
  update_all(witness);
  publish_all(witness);
}

static void keepalived_ready(struct vrrp_source *source) {
  run_keepalived(
      (void *)((char *)source - offsetof(struct vrrp_witness, keepalived_events)));
}

// --- time ---------------------------------------------------------------------------

// The last words on a router are that nothing is wrong with it any more.
static void forget(struct vrrp_witness *witness, struct vrrp_router *router,
                   vrrp_time now) {
  vrrp_router_close(router, now);
  if (has_changes(router))
    publish(witness, router);
  vrrp_neighbourhood_forget(&witness->neighbourhood, router);
}

static void forget_stale(struct vrrp_witness *witness, vrrp_time now) {
  for (size_t i = witness->neighbourhood.count; i-- > 0;)
    if (vrrp_router_is_over(witness->neighbourhood.routers[i], now,
                            witness->config->forget_after))
      forget(witness, witness->neighbourhood.routers[i], now);
}

static void pass_interval(struct vrrp_witness *witness, vrrp_time now) {
  vrrp_time late = vrrp_elapsed(witness->next_interval, now);

  witness->next_interval += witness->interval * (1 + late / witness->interval);
  if (vrrp_links_deadline(&witness->links) <= now || !vrrp_links_is_open(&witness->links))
    read_links(witness);
  vrrp_ears_follow(&witness->ears, &witness->links.table);
  read_participants(witness, now);
  update_all(witness);
  witness->totals.dropped += vrrp_ears_take_drops(&witness->ears);
  forget_stale(witness, now);
  report_all(witness);
  log_ended_rejections(witness, now);
  watch_losses(witness, now);
}

// Nobody is called silent before all was read that came until then: whoever gets a
// notification may have held up this thread for long.
static void tick_routers(struct vrrp_witness *witness, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_tick(&witness->neighbourhood, now)) != NULL)
    if (has_changes(router))
      publish(witness, router);
  update_touched(witness, now);
  publish_all(witness);
}

// Under a flood the adverts push deadlines on all the time: looking for the earliest
// now and then is enough, since the one last found can only be too early.
static void find_due(struct vrrp_witness *witness, vrrp_time now) {
  if (now < witness->due && vrrp_elapsed(witness->due_set, now) < DUE_AGE_MAX)
    return;
  witness->due = vrrp_neighbourhood_deadline(&witness->neighbourhood);
  witness->due_set = now;
}

// The interval's report rests as any other does, but a flood of changes holds it up no
// longer than one rest.
static vrrp_time interval_due(const struct vrrp_witness *witness) {
  vrrp_time rested = witness->last_tell + VRRP_BUDGET_REST;

  if (rested <= witness->next_interval)
    return witness->next_interval;
  return vrrp_earlier(rested, witness->next_interval + VRRP_BUDGET_REST);
}

// Does what is due; returns when to do so again.
static vrrp_time pass_deadlines(struct vrrp_witness *witness) {
  vrrp_time now = vrrp_loop_now();

  follow_links(witness);
  if (now >= witness->due)
    tick_routers(witness, vrrp_ears_read(&witness->ears, now));
  if (now >= witness->deferred)
    publish_all(witness);
  if (now >= interval_due(witness))
    pass_interval(witness, now);
  if (now >= vrrp_keepalived_deadline(witness->keepalived))
    run_keepalived(witness);
  find_due(witness, now);
  vrrp_time next = vrrp_earlier(witness->due, interval_due(witness));
  next = vrrp_earlier(next, witness->deferred);
  return vrrp_earlier(next, vrrp_keepalived_deadline(witness->keepalived));
}

// --- the thread ---------------------------------------------------------------------

static void *run(void *argument) {
  struct vrrp_witness *witness = argument;

  read_participants(witness, vrrp_loop_now());
  while (vrrp_loop_wait(&witness->loop, pass_deadlines(witness)))
    ;
  return NULL;
}

static int open_loop(struct vrrp_witness *witness) {
  return vrrp_loop_open(&witness->loop);
}

static int open_neighbourhood(struct vrrp_witness *witness) {
  return vrrp_neighbourhood_init(&witness->neighbourhood, witness->config->routers_max);
}

static int open_ears(struct vrrp_witness *witness) {
  struct vrrp_ears_owner owner = {take_frame, interface_closed, witness};
  return vrrp_ears_init(&witness->ears, witness->config, &witness->loop, &owner);
}

static int watch_keepalived(struct vrrp_witness *witness) {
  if (!witness->config->keepalived)
    return 0;
  int status =
      vrrp_keepalived_new(witness->config, witness->interval, &witness->keepalived);
  if (status < 0)
    return status;
  witness->keepalived_events =
      (struct vrrp_source){vrrp_keepalived_fd(witness->keepalived), keepalived_ready};
  return vrrp_loop_watch(&witness->loop, &witness->keepalived_events);
}

static int start_thread(struct vrrp_witness *witness) {
  vrrp_ears_follow(&witness->ears, &witness->links.table);
  return -plugin_thread_create(&witness->thread, run, witness, "vrrp");
}

// What the witness consists of, in the order in which it can be made.
static const struct {
  const char *name;
  int (*make)(struct vrrp_witness *witness);
} parts[] = {
    {"event loop (epoll, timerfd, eventfd)", open_loop},
    {"memory for virtual routers", open_neighbourhood},
    {"memory for packets", open_ears},
    {"links and addresses (rtnetlink)", watch_links},
    {"<Keepalived> (inotify, epoll, eventfd)", watch_keepalived},
    {"thread", start_thread},
};

static void destroy(struct vrrp_witness *witness) {
  vrrp_keepalived_free(witness->keepalived);
  vrrp_ears_destroy(&witness->ears);
  vrrp_neighbourhood_destroy(&witness->neighbourhood);
  vrrp_links_destroy(&witness->links);
  vrrp_loop_close(&witness->loop);
  free(witness);
}

int vrrp_witness_start(const struct vrrp_config *config,
                       struct vrrp_witness **ret_witness) {
  struct vrrp_witness *witness = calloc(1, sizeof(*witness));

  if (witness == NULL) {
    ERROR("vrrp plugin: cannot start: no memory.");
    return -ENOMEM;
  }
  witness->config = config;
  witness->interval = CDTIME_T_TO_NS(plugin_get_interval());
  witness->totals.started = witness->next_interval = vrrp_loop_now();
  witness->due = witness->deferred = VRRP_NEVER;
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(parts); i++) {
    int status = parts[i].make(witness);
    if (status < 0) {
      ERROR("vrrp plugin: cannot start: %s: %s.", parts[i].name, STRERROR(-status));
      destroy(witness);
      return status;
    }
  }
  *ret_witness = witness;
  return 0;
}

void vrrp_witness_stop(struct vrrp_witness *witness) {
  if (witness == NULL)
    return;
  vrrp_loop_stop(&witness->loop);
  pthread_join(witness->thread, NULL);
  destroy(witness);
}
