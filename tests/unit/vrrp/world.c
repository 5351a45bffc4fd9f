// SPDX-License-Identifier: MIT
// A world in which hours pass in milliseconds: clocks, a wire, links and a collectd.
#include "world.h"

#include "daemon/utils_cache.h"
#include "utils/avltree/avltree.h"
#include "utils/common/common.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>

#define PACKET_MAX 128
#define DAY        (86400 * VRRP_SECOND)
#define WALL_START (INT64_C(1700000000) * (int64_t)VRRP_SECOND)

struct world world;
char *hostname_g = "here";

// --- the wire -----------------------------------------------------------------------

struct sent {
  struct vrrp_frame frame; // but for the packet
  uint8_t packet[PACKET_MAX];
};

static struct {
  struct sent *all;
  size_t count, room, read;
  vrrp_time seen;   // by the reader, last
  uint64_t dropped; // since it was asked for
} wire;

void world_send_frame(const struct vrrp_frame *frame) {
  if (wire.count == wire.room) {
    wire.room = wire.room ? 2 * wire.room : 1024;
    wire.all = realloc(wire.all, wire.room * sizeof(*wire.all));
  }
  if (frame->length > PACKET_MAX)
    abort();
  struct sent *sent = &wire.all[wire.count++];
  sent->frame = *frame;
  sent->frame.ifindex = WORLD_ETH0;
  memcpy(sent->packet, frame->packet, frame->length);
}

static int by_time(const void *left, const void *right) {
  const struct sent *a = left, *b = right;
  return a->frame.at < b->frame.at ? -1 : a->frame.at > b->frame.at;
}

void world_sort(void) {
  qsort(wire.all + wire.read, wire.count - wire.read, sizeof(*wire.all), by_time);
}

void world_send(vrrp_time at, const struct make_advert *advert) {
  uint8_t packet[600];
  struct vrrp_frame frame = {.at = at, .packet = packet};

  frame.length = make_packet(advert, packet);
  world_send_frame(&frame);
}

static vrrp_time next_frame(void) {
  return wire.read < wire.count ? wire.all[wire.read].frame.at : VRRP_NEVER;
}

struct vrrp_batch {
  struct vrrp_frame frames[VRRP_CAPTURE_BATCH];
};

struct vrrp_batch *vrrp_batch_new(void) {
  return calloc(1, sizeof(struct vrrp_batch));
}

const struct vrrp_frame *vrrp_batch_frame(const struct vrrp_batch *batch, int index) {
  return &batch->frames[index];
}

int vrrp_capture_open(struct vrrp_capture *ret_capture) {
  *ret_capture = (struct vrrp_capture){.read_until = world.now};
  return 0;
}

void vrrp_capture_close(struct vrrp_capture *capture) {
  (void)capture;
}

int vrrp_capture_open_card(struct vrrp_capture *capture, unsigned ifindex) {
  (void)capture, (void)ifindex;
  return 0;
}

void vrrp_capture_close_card(struct vrrp_capture *capture, unsigned ifindex) {
  (void)capture, (void)ifindex;
}

// What came while the buffer was full of what nobody had read.
static void drop_overflow(void) {
  size_t waiting = 0, dropped;

  if (world.buffer_max == 0 || world.now == wire.seen)
    return;
  wire.seen = world.now;
  while (wire.read + waiting < wire.count &&
         wire.all[wire.read + waiting].frame.at <= world.now)
    waiting++;
  if (waiting <= world.buffer_max)
    return;
  dropped = waiting - world.buffer_max;
  struct sent *end = &wire.all[wire.read + world.buffer_max];
  memmove(end, end + dropped,
          (size_t)((char *)(wire.all + wire.count) - (char *)(end + dropped)));
  wire.count -= dropped;
  wire.dropped += dropped;
  world.dropped += dropped;
}

int vrrp_capture_read(struct vrrp_capture *capture, struct vrrp_batch *batch) {
  int count = 0;

  drop_overflow();
  for (; count < VRRP_CAPTURE_BATCH && next_frame() <= world.now; count++) {
    const struct sent *sent = &wire.all[wire.read++];
    batch->frames[count] = sent->frame;
    batch->frames[count].packet = sent->packet;
    capture->read_until = sent->frame.at;
  }
  if (count < VRRP_CAPTURE_BATCH)
    capture->read_until = world.now;
  return count;
}

uint64_t vrrp_capture_take_drops(struct vrrp_capture *capture) {
  uint64_t dropped = wire.dropped;

  (void)capture;
  wire.dropped = 0;
  return dropped;
}

void vrrp_memberships_init(struct vrrp_memberships *memberships) {
  (void)memberships;
}

void vrrp_memberships_close(struct vrrp_memberships *memberships) {
  (void)memberships;
}

int vrrp_memberships_join(struct vrrp_memberships *memberships, enum vrrp_family family,
                          unsigned ifindex) {
  (void)memberships, (void)family, (void)ifindex;
  return 0;
}

void vrrp_memberships_leave(struct vrrp_memberships *memberships, enum vrrp_family family,
                            unsigned ifindex, int which) {
  (void)memberships, (void)family, (void)ifindex, (void)which;
}

// --- the host -----------------------------------------------------------------------

struct state {
  bool is_there, is_up, is_told;
};
static struct state eth0;

static void put_link(struct vrrp_link_table *table, uint16_t type, unsigned flags) {
  char buffer[256];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

  message->nlmsg_type = type;
  struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
  info->ifi_index = WORLD_ETH0;
  info->ifi_type = ARPHRD_ETHER;
  info->ifi_flags = flags;
  mnl_attr_put_strz(message, IFLA_IFNAME, "eth0");
  vrrp_link_table_feed(table, buffer, message->nlmsg_len);
}

int vrrp_links_read(struct vrrp_links *links, vrrp_time now) {
  (void)now;
  if (eth0.is_told)
    return 0;
  eth0.is_told = true;
  put_link(&links->table, eth0.is_there ? RTM_NEWLINK : RTM_DELLINK,
           eth0.is_up ? IFF_UP | IFF_RUNNING : 0);
  return VRRP_LINKS_CHANGED;
}

int vrrp_links_open(struct vrrp_links *links, vrrp_time now) {
  return vrrp_links_read(links, now);
}

void vrrp_links_close(struct vrrp_links *links) {
  (void)links;
}

void vrrp_links_destroy(struct vrrp_links *links) {
  vrrp_link_table_destroy(&links->table);
}

bool vrrp_links_is_open(const struct vrrp_links *links) {
  (void)links;
  return true;
}

int vrrp_links_fd(const struct vrrp_links *links) {
  (void)links;
  return -1;
}

vrrp_time vrrp_links_deadline(const struct vrrp_links *links) {
  (void)links;
  return VRRP_NEVER;
}

void vrrp_participants_read(struct vrrp_participants *participants,
                            const struct vrrp_own_joins *own) {
  (void)participants, (void)own;
}

enum vrrp_participation
vrrp_participants_judge(const struct vrrp_participants *participants,
                        const struct vrrp_link_table *links, unsigned ifindex,
                        enum vrrp_family family, bool unicast) {
  (void)participants, (void)links, (void)ifindex, (void)family, (void)unicast;
  return world.participation;
}

void world_set_link(bool is_there, bool is_up) {
  eth0.is_there = is_there;
  eth0.is_up = is_up;
  eth0.is_told = false;
}

void world_add_address(const struct vrrp_address *address) {
  char buffer[256];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  size_t size = vrrp_address_size(address->family);

  message->nlmsg_type = RTM_NEWADDR;
  struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
  info->ifa_family = address->family == VRRP_IPV4 ? AF_INET : AF_INET6;
  info->ifa_index = WORLD_ETH0;
  mnl_attr_put(message, IFA_ADDRESS, size, address->bytes);
  vrrp_link_table_feed(&world.handover.namespaces[0]->links.table, buffer,
                       message->nlmsg_len);
}

// --- time ---------------------------------------------------------------------------

vrrp_time vrrp_loop_now(void) {
  return world.now;
}

cdtime_t cdtime(void) {
  return NS_TO_CDTIME_T((uint64_t)((int64_t)world.now + world.wall_ahead));
}

int vrrp_loop_open(struct vrrp_loop *loop) {
  *loop = (struct vrrp_loop){.armed = VRRP_NEVER};
  return 0;
}

void vrrp_loop_close(struct vrrp_loop *loop) {
  (void)loop;
}

int vrrp_loop_watch(struct vrrp_loop *loop, struct vrrp_source *source) {
  (void)loop, (void)source;
  return 0;
}

void vrrp_loop_unwatch(struct vrrp_loop *loop, struct vrrp_source *source) {
  (void)loop, (void)source;
}

void vrrp_loop_rest(vrrp_time span) {
  (void)span;
  world.rests++;
}

void vrrp_loop_nudge(struct vrrp_loop *loop) {
  loop->armed = 0;
}

bool vrrp_loop_wait(struct vrrp_loop *loop, vrrp_time until) {
  (void)loop, (void)until;
  return false;
}

void vrrp_loop_stop(struct vrrp_loop *loop) {
  (void)loop;
}

// Frames may come at any moment, also between the wait and what is concluded after it.
static bool come_in_time(void) {
  static unsigned turns;
  return next_frame() <= world.now && turns++ % 3 != 0;
}

// Both sides do what they can do now; returns when one of them has to again.
static vrrp_time serve(void) {
  struct vrrp_hearing *hearing = &world.hearing;

  if (world.now < world.held_until)
    return world.held_until;
  struct vrrp_namespace *own = world.handover.namespaces[0];
  if (!eth0.is_told)
    own->link_events.ready(&own->link_events);
  if (come_in_time())
    own->ears.source.ready(&own->ears.source);
  hearing->loop.armed = vrrp_hearing_pass(hearing);
  if (world.now < world.told_until)
    return vrrp_earlier(hearing->loop.armed, world.told_until);
  if (world.telling.loop.armed <= world.now)
    world.telling.loop.armed = vrrp_telling_pass(&world.telling);
  return vrrp_earlier(hearing->loop.armed, world.telling.loop.armed);
}

void world_run(vrrp_time until) {
  while (world.now < until) {
    vrrp_time next = vrrp_earlier(serve(), next_frame());
    if (world.now < world.held_until)
      next = world.held_until;
    world.now = vrrp_earlier(vrrp_later(next, world.now + 1), until);
  }
  serve();
}

void world_open(const struct world_ears *ears) {
  const char *missing;

  world = (struct world){.now = DAY,
                         .wall_ahead = WALL_START - (int64_t)DAY,
                         .participation = VRRP_PARTICIPATION_NO,
                         .ears = *ears};
  wire.count = wire.read = 0;
  wire.dropped = wire.seen = 0;
  world_set_link(true, true);
  vrrp_handover_init(&world.handover);
  vrrp_config_init(&world.config);
  if (vrrp_telling_init(&world.telling, &world.config, &world.handover, WORLD_INTERVAL,
                        &missing) < 0 ||
      vrrp_hearing_init(&world.hearing, &world.config, &world.handover, WORLD_INTERVAL,
                        &missing) < 0)
    abort();
}

void world_close(void) {
  vrrp_hearing_destroy(&world.hearing);
  vrrp_telling_destroy(&world.telling);
  vrrp_handover_destroy(&world.handover);
  vrrp_config_destroy(&world.config);
  free(wire.all);
  wire.all = NULL;
  wire.room = 0;
}

// --- collectd -----------------------------------------------------------------------

int plugin_dispatch_values(value_list_t const *list) {
  if (world.ears.value != NULL)
    world.ears.value(list);
  return 0;
}

bool plugin_is_loaded(const char *name) {
  return strcmp(name, "snmp_agent") == 0;
}

void plugin_dispatch_cache_event(enum cache_event_type_e type, unsigned long mask,
                                 const char *name, const value_list_t *list) {
  if (type != CE_VALUE_NEW || mask != 0 || name[0] != '/')
    abort(); // any other is for those who subscribed
  if (world.ears.ahead != NULL)
    world.ears.ahead(name + 1, list);
}

int plugin_dispatch_notification(const notification_t *notification) {
  if (world.ears.notification != NULL)
    world.ears.notification(notification);
  return 0;
}

void plugin_log(int level, const char *format, ...) {
  char line[1024];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  if (world.ears.log != NULL)
    world.ears.log(level, line);
}

int uc_check_timeout(void) {
  world.cache_emptied++;
  return 0;
}

cdtime_t plugin_get_interval(void) {
  return NS_TO_CDTIME_T(WORLD_INTERVAL);
}

// Of meta data it is known how many there are.
struct meta_data_s {
  int count;
};

int world_meta_count(const meta_data_t *meta) {
  return meta != NULL ? meta->count : -1;
}

meta_data_t *meta_data_create(void) {
  return calloc(1, sizeof(meta_data_t));
}

void meta_data_destroy(meta_data_t *meta) {
  free(meta);
}

int meta_data_add_string(meta_data_t *meta, const char *key, const char *value) {
  (void)key, (void)value;
  meta->count++;
  return 0;
}

int meta_data_add_unsigned_int(meta_data_t *meta, const char *key, uint64_t value) {
  (void)key, (void)value;
  meta->count++;
  return 0;
}

int meta_data_add_signed_int(meta_data_t *meta, const char *key, int64_t value) {
  (void)key, (void)value;
  meta->count++;
  return 0;
}

int meta_data_add_double(meta_data_t *meta, const char *key, double value) {
  (void)key, (void)value;
  meta->count++;
  return 0;
}

int plugin_notification_meta_add_string(notification_t *notification, const char *name,
                                        const char *value) {
  (void)notification, (void)name, (void)value;
  return 0;
}

int plugin_notification_meta_add_unsigned_int(notification_t *notification,
                                              const char *name, uint64_t value) {
  (void)notification, (void)name, (void)value;
  return 0;
}

int plugin_notification_meta_add_signed_int(notification_t *notification,
                                            const char *name, int64_t value) {
  (void)notification, (void)name, (void)value;
  return 0;
}

int plugin_notification_meta_add_double(notification_t *notification, const char *name,
                                        double value) {
  (void)notification, (void)name, (void)value;
  return 0;
}

int plugin_notification_meta_add_boolean(notification_t *notification, const char *name,
                                         _Bool value) {
  (void)notification, (void)value;
  if (world.ears.flag != NULL)
    world.ears.flag(name);
  return 0;
}

int plugin_notification_meta_free(notification_meta_t *meta) {
  (void)meta;
  return 0;
}

// --- what nobody calls here: no threads, no <Keepalived> ----------------------------

int plugin_register_complex_config(const char *type, int (*callback)(oconfig_item_t *)) {
  (void)type, (void)callback;
  abort();
}

int plugin_register_init(const char *name, plugin_init_cb callback) {
  (void)name, (void)callback;
  abort();
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback) {
  (void)name, (void)callback;
  abort();
}

int plugin_register_notification(const char *name, plugin_notification_cb callback,
                                 user_data_t const *user_data) {
  (void)name, (void)callback, (void)user_data;
  abort();
}

int plugin_unregister_notification(const char *name) {
  (void)name;
  abort();
}

int plugin_thread_create(pthread_t *thread, void *(*start)(void *), void *argument,
                         char const *name) {
  (void)thread, (void)start, (void)argument, (void)name;
  abort();
}

c_avl_tree_t *c_avl_create(int (*compare)(const void *, const void *)) {
  (void)compare;
  abort();
}

void c_avl_destroy(c_avl_tree_t *tree) {
  (void)tree;
  abort();
}

int c_avl_insert(c_avl_tree_t *tree, void *key, void *value) {
  (void)tree, (void)key, (void)value;
  abort();
}

int c_avl_remove(c_avl_tree_t *tree, const void *key, void **ret_key, void **ret_value) {
  (void)tree, (void)key, (void)ret_key, (void)ret_value;
  abort();
}

int c_avl_get(c_avl_tree_t *tree, const void *key, void **ret_value) {
  (void)tree, (void)key, (void)ret_value;
  abort();
}

int c_avl_pick(c_avl_tree_t *tree, void **ret_key, void **ret_value) {
  (void)tree, (void)ret_key, (void)ret_value;
  abort();
}
