// SPDX-License-Identifier: MIT
// The one thread and its events: frames, links, deadlines, the interval.
#include "plugin/witness.h"

#include "io/capture.h"
#include "io/links.h"
#include "io/participation.h"
#include "plugin/keepalived.h"
#include "plugin/notify.h"
#include "plugin/report.h"

#include "utils/common/common.h"
#include "daemon/utils_complain.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#define EVENTS_MAX           32
#define PARTICIPANTS_AGE_MAX VRRP_SECOND // when a new virtual router is heard
#define BATCHES_MAX          16 // of one interface, before the others get their turn

struct vrrp_witness;

// What a descriptor is, and what to do when it is readable.
struct source {
  int fd;
  void (*ready)(struct source *source);
  struct vrrp_witness *witness;
};

// An interface that is listened to.
struct ear {
  struct source source;
  struct vrrp_capture capture;
  char interface[IFNAMSIZ];
  struct ear *next;
};

struct vrrp_witness {
  const struct vrrp_config *config;
  pthread_t thread;
  bool stopping;

  int epoll;
  struct source stop, timer, link_events, keepalived_events;
  struct vrrp_keepalived *keepalived; // NULL: not asked for
  struct vrrp_links links;
  struct ear *ears;
  struct vrrp_neighbourhood neighbourhood;
  struct vrrp_participants participants;
  vrrp_time participants_read;
  struct vrrp_totals totals;
  struct vrrp_batch *batch;
  struct vrrp_advert advert; // the one being decoded

  vrrp_time interval, next_interval, armed;
  cdtime_t last_report;   // reports never run backwards
  bool *interface_missed; // one a configured name: told that it isn't there
  c_complain_t no_capture;
};

static vrrp_time monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (vrrp_time)now.tv_sec * VRRP_SECOND + (vrrp_time)now.tv_nsec;
}

// A value that is not later than the last one is dropped by collectd.
static struct vrrp_moment new_moment(struct vrrp_witness *witness) {
  cdtime_t wall = cdtime();

  if (wall <= witness->last_report)
    wall = witness->last_report + 1;
  witness->last_report = wall;
  return (struct vrrp_moment){monotonic_now(), wall};
}

static const char *interface_of(const struct vrrp_witness *witness,
                                const struct vrrp_router *router) {
  const struct vrrp_link *link =
      vrrp_link_table_find(&witness->links.table, router->key.ifindex);
  return link ? link->name : NULL;
}

// --- what this host knows beside the wire
// -----------------------------------------------

static struct ear *find_ear(const struct vrrp_witness *witness, unsigned ifindex) {
  struct ear *ear = witness->ears;
  while (ear != NULL && ear->capture.ifindex != ifindex)
    ear = ear->next;
  return ear;
}

static unsigned own_joins(unsigned ifindex, enum vrrp_family family, void *user) {
  const struct ear *ear = find_ear(user, ifindex);
  return ear != NULL && ear->capture.joins[family] >= 0;
}

static void read_participants(struct vrrp_witness *witness, vrrp_time now) {
  vrrp_participants_read(&witness->participants, own_joins, witness);
  witness->participants_read = now;
}

static uint8_t count_addresses_here(const struct vrrp_witness *witness,
                                    const struct vrrp_router *router) {
  unsigned here = 0;

  for (unsigned i = 0; i < router->address_count; i++) {
    struct vrrp_address address = vrrp_router_address(router, i);
    here += vrrp_link_table_has_address(&witness->links.table, &address);
  }
  return (uint8_t)here;
}

static void update_here(struct vrrp_witness *witness, struct vrrp_router *router,
                        vrrp_time now) {
  const struct vrrp_link *link =
      vrrp_link_table_find(&witness->links.table, router->key.ifindex);
  struct vrrp_here here = {
      .link_up = link != NULL && link->running,
      .process = vrrp_participants_judge(&witness->participants, &witness->links.table,
                                         router->key.ifindex, router->key.family,
                                         router->unicast),
      .addresses = count_addresses_here(witness, router),
  };
  vrrp_router_set_here(router, &here, now);
}

// --- telling
// ------------------------------------------------------------------------------

static bool has_changes(const struct vrrp_router *router) {
  return router->changes.events || router->changes.raised || router->changes.cleared;
}

static struct vrrp_subject subject_of(const struct vrrp_witness *witness,
                                      struct vrrp_router *router, const char *interface) {
  return (struct vrrp_subject){
      router, interface, &witness->links.table,
      vrrp_keepalived_find(witness->keepalived, interface, &router->key)};
}

// Tells what changed, at once; a change that comes too often waits for the interval.
static void publish(struct vrrp_witness *witness, struct vrrp_router *router) {
  struct vrrp_moment moment = new_moment(witness);

  if (router->changes.events & (VRRP_EVENT_CHANGED | VRRP_EVENT_NEW_MASTER))
    update_here(witness, router, moment.now);
  const char *interface = interface_of(witness, router);
  if (interface == NULL || !has_changes(router) ||
      !vrrp_budget_take(&router->budget, moment.now))
    return;
  struct vrrp_changes changes = vrrp_router_take_changes(router);
  vrrp_keepalived_hurry(witness->keepalived, moment.now);
  struct vrrp_subject subject = subject_of(witness, router, interface);
  vrrp_report_router(&subject, &moment, false);
  vrrp_notify_changes(router, &changes, interface, &moment);
}

static void publish_all(struct vrrp_witness *witness) {
  for (size_t i = 0; i < witness->neighbourhood.count; i++)
    if (has_changes(witness->neighbourhood.routers[i]))
      publish(witness, witness->neighbourhood.routers[i]);
}

static void log_ended_rejections(struct vrrp_witness *witness, vrrp_time now) {
  uint32_t ended = vrrp_rejections_take_ended(&witness->totals.rejections, now);

  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (ended >> i & 1)
      INFO("vrrp plugin: no packet was rejected for %s any more since %.0f s.",
           vrrp_verdict_name(i), (double)VRRP_REJECTIONS_QUIET / VRRP_SECOND);
}

// A router nobody has spoken for in a long time, and that this host has no part in.
static bool is_stale(const struct vrrp_witness *witness, const struct vrrp_router *router,
                     vrrp_time now) {
  return router->state == VRRP_STATE_OBSERVER &&
         now - router->last_heard >= witness->config->forget_after;
}

static void forget_stale(struct vrrp_witness *witness, vrrp_time now) {
  for (size_t i = witness->neighbourhood.count; i-- > 0;)
    if (is_stale(witness, witness->neighbourhood.routers[i], now))
      vrrp_neighbourhood_forget(&witness->neighbourhood,
                                witness->neighbourhood.routers[i]);
}

static void report_all(struct vrrp_witness *witness) {
  struct vrrp_moment moment = new_moment(witness);

  for (size_t i = 0; i < witness->neighbourhood.count; i++) {
    struct vrrp_router *router = witness->neighbourhood.routers[i];
    const char *interface = interface_of(witness, router);
    if (interface == NULL)
      continue;
    vrrp_rejections_take_ended(&router->rejections, moment.now);
    struct vrrp_changes changes = vrrp_router_take_changes(router);
    struct vrrp_subject subject = subject_of(witness, router, interface);
    vrrp_report_router(&subject, &moment, true);
    vrrp_notify_changes(router, &changes, interface, &moment);
  }
  witness->totals.routers_forgotten = witness->neighbourhood.forgotten;
  vrrp_report_totals(&witness->totals, &moment);
}

// --- frames
// -------------------------------------------------------------------------------

static void reject(struct vrrp_witness *witness, const struct ear *ear,
                   enum vrrp_verdict verdict, vrrp_time now) {
  const struct vrrp_origin *origin = &witness->advert.origin;
  struct vrrp_router_key key = {ear->capture.ifindex, origin->source.family,
                                origin->vrid};
  struct vrrp_router *router =
      key.vrid ? vrrp_neighbourhood_find(&witness->neighbourhood, &key) : NULL;
  bool news = vrrp_rejections_count(&witness->totals.rejections, verdict, now);
  char source[VRRP_ADDRESS_TEXT_MAX];

  if (router != NULL && vrrp_router_reject(router, verdict, now)) {
    struct vrrp_moment moment = new_moment(witness);
    if (vrrp_notify_rejection(router, origin, verdict, ear->interface, &moment))
      return;
  }
  if (news)
    NOTICE("vrrp plugin: %s: a packet of %s is rejected: %s. More of them are counted "
           "only.",
           ear->interface, vrrp_address_format(&origin->source, source),
           vrrp_verdict_name(verdict));
}

// A daemon that is new here may have started just before its first advert.
static void welcome(struct vrrp_witness *witness, struct vrrp_router *router,
                    const char *interface) {
  char instance[DATA_MAX_NAME_LEN];

  vrrp_report_instance(router, interface, instance, sizeof(instance));
  const struct vrrp_router_config *config = vrrp_config_router(witness->config, instance);
  if (config != NULL) {
    router->peers = config->peers;
    router->peer_count = config->peer_count;
  }
  if (router->created > witness->participants_read + PARTICIPANTS_AGE_MAX)
    read_participants(witness, router->created);
}

static void accept_advert(struct vrrp_witness *witness, const struct ear *ear,
                          const struct vrrp_frame *frame) {
  const struct vrrp_advert *advert = &witness->advert;
  struct vrrp_router_key key = {ear->capture.ifindex, vrrp_advert_family(advert),
                                advert->origin.vrid};
  struct vrrp_arrival arrival = {
      .at = frame->at,
      .own = frame->outgoing,
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
  vrrp_router_hear(router, advert, &arrival);
  if (has_changes(router))
    publish(witness, router);
}

static void take_frame(const struct vrrp_frame *frame, void *user) {
  struct ear *ear = user;
  struct vrrp_witness *witness = ear->source.witness;
  enum vrrp_verdict verdict = vrrp_packet_decode(
      frame->packet, frame->length, &witness->config->rules, &witness->advert);

  if (verdict == VRRP_ACCEPTED)
    accept_advert(witness, ear, frame);
  else
    reject(witness, ear, verdict, frame->at);
}

static void ear_ready(struct source *source) {
  struct ear *ear = (struct ear *)source;
  int count = VRRP_CAPTURE_BATCH;

  for (int i = 0; i < BATCHES_MAX && count == VRRP_CAPTURE_BATCH; i++)
    count = vrrp_capture_read(&ear->capture, source->witness->batch, take_frame, ear);
}

// --- interfaces
// ---------------------------------------------------------------------------

static int watch(struct vrrp_witness *witness, struct source *source, int fd,
                 void (*ready)(struct source *)) {
  *source = (struct source){fd, ready, witness};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
  return epoll_ctl(witness->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_ear(struct vrrp_witness *witness, const struct vrrp_link *link) {
  struct ear *ear = calloc(1, sizeof(*ear));
  int status = ear == NULL ? -ENOMEM : vrrp_capture_open(&ear->capture, link->ifindex);

  if (status < 0) {
    free(ear);
    return status;
  }
  status = watch(witness, &ear->source, ear->capture.packets, ear_ready);
  if (status < 0) {
    vrrp_capture_close(&ear->capture);
    free(ear);
    return status;
  }
  sstrncpy(ear->interface, link->name, sizeof(ear->interface));
  ear->next = witness->ears;
  witness->ears = ear;
  return 0;
}

static void close_ear(struct vrrp_witness *witness, struct ear **place) {
  struct ear *ear = *place;

  *place = ear->next;
  vrrp_neighbourhood_forget_interface(&witness->neighbourhood, ear->capture.ifindex);
  vrrp_capture_close(&ear->capture);
  free(ear);
}

static bool is_wanted(const struct vrrp_witness *witness, const struct vrrp_link *link) {
  return link != NULL && link->role == VRRP_LINK_BASE &&
         vrrp_config_selects(witness->config, link->name);
}

static void complain_of_capture(struct vrrp_witness *witness, const char *interface,
                                int error) {
  c_complain(LOG_ERR, &witness->no_capture,
             "vrrp plugin: no packet socket on %s: %s%s. It is tried again.", interface,
             strerror(error), error == EPERM ? "; collectd needs CAP_NET_RAW" : "");
}

// A configured name that isn't there is said once, and again after it came and went.
static void look_for_missing(struct vrrp_witness *witness) {
  const struct vrrp_config *config = witness->config;

  for (size_t i = 0; i < config->interface_count && !config->ignore_selected; i++) {
    bool missed = !config->interfaces[i].is_regex;
    for (const struct ear *ear = witness->ears; ear != NULL && missed; ear = ear->next)
      missed = strcmp(ear->interface, config->interfaces[i].text) != 0;
    for (size_t j = 0; j < witness->links.table.link_count && missed; j++)
      missed =
          strcmp(witness->links.table.links[j].name, config->interfaces[i].text) != 0;
    if (missed && !witness->interface_missed[i])
      NOTICE("vrrp plugin: interface %s is not there yet; it will be listened to as soon "
             "as it is.",
             config->interfaces[i].text);
    witness->interface_missed[i] = missed;
  }
}

// Listens on each interface that should be listened to, and on no other.
static void follow_links(struct vrrp_witness *witness) {
  const struct vrrp_link_table *table = &witness->links.table;

  for (struct ear **place = &witness->ears; *place != NULL;) {
    const struct vrrp_link *link = vrrp_link_table_find(table, (*place)->capture.ifindex);
    if (!is_wanted(witness, link)) {
      close_ear(witness, place);
      continue;
    }
    sstrncpy((*place)->interface, link->name, sizeof((*place)->interface));
    place = &(*place)->next;
  }
  bool failed = false;
  for (size_t i = 0; i < table->link_count; i++) {
    const struct vrrp_link *link = &table->links[i];
    if (!is_wanted(witness, link) || find_ear(witness, link->ifindex) != NULL)
      continue;
    int status = open_ear(witness, link);
    if (status < 0)
      complain_of_capture(witness, link->name, -status);
    failed |= status < 0;
  }
  if (!failed)
    c_release(LOG_INFO, &witness->no_capture, "vrrp plugin: all interfaces are heard.");
  look_for_missing(witness);
}

static void update_all(struct vrrp_witness *witness) {
  vrrp_time now = monotonic_now();

  for (size_t i = 0; i < witness->neighbourhood.count; i++)
    update_here(witness, witness->neighbourhood.routers[i], now);
  publish_all(witness);
}

static void links_ready(struct source *source) {
  struct vrrp_witness *witness = source->witness;
  int changes = vrrp_links_read(&witness->links);

  if (changes < 0)
    WARNING("vrrp plugin: reading links and addresses failed: %s.", strerror(-changes));
  if (changes > 0 && changes & VRRP_LINKS_CHANGED)
    follow_links(witness);
  if (changes > 0)
    update_all(witness);
}

// --- keepalived
// -------------------------------------------------------------------------

static void run_keepalived(struct vrrp_witness *witness) {
  if (!vrrp_keepalived_run(witness->keepalived, monotonic_now()))
    return;
  struct vrrp_moment moment = new_moment(witness);
  vrrp_keepalived_report(witness->keepalived, &witness->links.table, &moment);
}

static void keepalived_ready(struct source *source) {
  run_keepalived(source->witness);
}

// --- time
// ---------------------------------------------------------------------------------

static void pass_interval(struct vrrp_witness *witness, vrrp_time now) {
  vrrp_time late = now - witness->next_interval;

  witness->next_interval += witness->interval * (1 + late / witness->interval);
  follow_links(witness);
  read_participants(witness, now);
  update_all(witness);
  for (struct ear *ear = witness->ears; ear != NULL; ear = ear->next)
    witness->totals.dropped += vrrp_capture_take_drops(&ear->capture);
  forget_stale(witness, now);
  report_all(witness);
  log_ended_rejections(witness, now);
}

static void timer_ready(struct source *source) {
  uint64_t expirations;
  if (read(source->fd, &expirations, sizeof(expirations)) > 0)
    source->witness->armed = VRRP_NEVER;
}

static void pass_deadlines(struct vrrp_witness *witness) {
  vrrp_time now = monotonic_now();

  for (size_t i = 0; i < witness->neighbourhood.count; i++) {
    struct vrrp_router *router = witness->neighbourhood.routers[i];
    if (now < router->deadline)
      continue;
    vrrp_router_tick(router, now);
    if (has_changes(router))
      publish(witness, router);
  }
  if (now >= witness->next_interval)
    pass_interval(witness, now);
  if (now >= vrrp_keepalived_deadline(witness->keepalived))
    run_keepalived(witness);
}

static void arm_timer(struct vrrp_witness *witness) {
  vrrp_time next = vrrp_earlier(vrrp_neighbourhood_deadline(&witness->neighbourhood),
                                witness->next_interval);

  next = vrrp_earlier(next, vrrp_keepalived_deadline(witness->keepalived));
  if (next == witness->armed)
    return;
  struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(next / VRRP_SECOND),
                                         .tv_nsec = (long)(next % VRRP_SECOND)}};
  timerfd_settime(witness->timer.fd, TFD_TIMER_ABSTIME, &spec, NULL);
  witness->armed = next;
}

// --- the thread
// ---------------------------------------------------------------------------

static void stop_ready(struct source *source) {
  source->witness->stopping = true;
}

static void *run(void *argument) {
  struct vrrp_witness *witness = argument;
  struct epoll_event events[EVENTS_MAX];

  read_participants(witness, monotonic_now());
  while (!witness->stopping) {
    pass_deadlines(witness);
    arm_timer(witness);
    int count = epoll_wait(witness->epoll, events, EVENTS_MAX, -1);
    for (int i = 0; i < count; i++) {
      struct source *source = events[i].data.ptr;
      source->ready(source);
    }
  }
  return NULL;
}

static int open_sources(struct vrrp_witness *witness) {
  witness->epoll = epoll_create1(EPOLL_CLOEXEC);
  witness->stop.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  witness->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (witness->epoll < 0 || witness->stop.fd < 0 || witness->timer.fd < 0)
    return -errno;
  int status = vrrp_links_open(&witness->links);
  if (status == 0)
    status = watch(witness, &witness->stop, witness->stop.fd, stop_ready);
  if (status == 0)
    status = watch(witness, &witness->timer, witness->timer.fd, timer_ready);
  if (status == 0)
    status = watch(witness, &witness->link_events, vrrp_links_fd(&witness->links),
                   links_ready);
  if (status == 0 && witness->config->keepalived)
    status =
        vrrp_keepalived_new(witness->config, witness->interval, &witness->keepalived);
  if (status == 0 && witness->keepalived != NULL)
    status = watch(witness, &witness->keepalived_events,
                   vrrp_keepalived_fd(witness->keepalived), keepalived_ready);
  return status;
}

static void close_fd(int fd) {
  if (fd >= 0)
    close(fd);
}

static void destroy(struct vrrp_witness *witness) {
  while (witness->ears != NULL)
    close_ear(witness, &witness->ears);
  vrrp_neighbourhood_destroy(&witness->neighbourhood);
  vrrp_links_close(&witness->links);
  vrrp_keepalived_free(witness->keepalived);
  close_fd(witness->timer.fd);
  close_fd(witness->stop.fd);
  close_fd(witness->epoll);
  free(witness->interface_missed);
  free(witness->batch);
  free(witness);
}

static struct vrrp_witness *create(const struct vrrp_config *config) {
  struct vrrp_witness *witness = calloc(1, sizeof(*witness));

  if (witness == NULL)
    return NULL;
  *witness = (struct vrrp_witness){
      .config = config,
      .epoll = -1,
      .stop.fd = -1,
      .timer.fd = -1,
      .interval = CDTIME_T_TO_NS(plugin_get_interval()),
      .armed = VRRP_NEVER,
      .no_capture = C_COMPLAIN_INIT_STATIC,
      .interface_missed = calloc(config->interface_count + 1, sizeof(bool)),
      .batch = vrrp_batch_new(),
  };
  witness->totals.started = witness->next_interval = monotonic_now();
  return witness;
}

int vrrp_witness_start(const struct vrrp_config *config,
                       struct vrrp_witness **ret_witness) {
  struct vrrp_witness *witness = create(config);
  if (witness == NULL)
    return -ENOMEM;

  bool complete = witness->interface_missed != NULL && witness->batch != NULL;
  int status = complete ? 0 : -ENOMEM;
  if (status == 0)
    status = vrrp_neighbourhood_init(&witness->neighbourhood, config->routers_max);
  if (status == 0)
    status = open_sources(witness);
  if (status == 0) {
    follow_links(witness);
    status = -plugin_thread_create(&witness->thread, run, witness, "vrrp");
  }
  if (status < 0) {
    destroy(witness);
    return status;
  }
  *ret_witness = witness;
  return 0;
}

void vrrp_witness_stop(struct vrrp_witness *witness) {
  if (witness == NULL)
    return;
  eventfd_write(witness->stop.fd, 1);
  pthread_join(witness->thread, NULL);
  destroy(witness);
}
