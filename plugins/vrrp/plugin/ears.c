// SPDX-License-Identifier: MIT
// Which interfaces are listened to?
#include "plugin/ears.h"

#include "plugin/whereabouts.h"

#include "common/core/array.h"
#include "common/core/search.h"

#include "utils/common/common.h"

#include <errno.h>

#define BATCHES_MAX 16                     // before deadlines get their turn
#define THICK       (VRRP_MILLISECOND / 4) // between two reads
#define GATHERING   (VRRP_MILLISECOND / 2)

int vrrp_ears_init(struct vrrp_ears *ears, const struct vrrp_config *config,
                   struct vrrp_loop *loop, struct vrrp_batch *batch,
                   const struct vrrp_ears_owner *owner) {
  *ears = (struct vrrp_ears){
      .config = config,
      .loop = loop,
      .owner = *owner,
      .batch = batch,
      .unheard = calloc(config->interfaces.entry_count + 1, sizeof(*ears->unheard)),
  };
  vrrp_memberships_init(&ears->memberships);
  return ears->unheard != NULL ? 0 : -ENOMEM;
}

void vrrp_ears_destroy(struct vrrp_ears *ears) {
  if (ears->is_open) {
    vrrp_loop_unwatch(ears->loop, &ears->source);
    vrrp_capture_close(&ears->capture);
  }
  vrrp_memberships_close(&ears->memberships);
  free(ears->all);
  free(ears->unheard);
}

static int compare(const void *key, const void *element) {
  unsigned ifindex = *(const unsigned *)key;
  const struct vrrp_ear *ear = element;
  return (ifindex > ear->ifindex) - (ifindex < ear->ifindex);
}

static struct ha_sorted by_ifindex(const struct vrrp_ears *ears) {
  return (struct ha_sorted){ears->all, ears->count, sizeof(*ears->all), compare};
}

const struct vrrp_ear *vrrp_ears_find(const struct vrrp_ears *ears, unsigned ifindex) {
  const struct ha_sorted sorted = by_ifindex(ears);
  return ha_search_find(&sorted, &ifindex);
}

unsigned vrrp_ears_joins(unsigned ifindex, enum vrrp_family family, void *ears) {
  const struct vrrp_ear *ear = vrrp_ears_find(ears, ifindex);
  return ear != NULL && ear->joined[family] != VRRP_NOT_JOINED;
}

// --- frames -------------------------------------------------------------------------

static int read_batch(struct vrrp_ears *ears) {
  int count = vrrp_capture_read(&ears->capture, ears->batch);

  if (count > 0)
    ears->owner.frames(ears->owner.user, ears->batch, count);
  return count;
}

// To be woken costs as much as to read ten frames: those that come thick and fast are
// read together.
static void let_gather(struct vrrp_ears *ears) {
  if (vrrp_elapsed(ears->last_read, vrrp_loop_now()) < THICK)
    vrrp_loop_rest(GATHERING);
  ears->last_read = vrrp_loop_now();
}

static void frames_ready(struct vrrp_source *source) {
  struct vrrp_ears *ears = (void *)((char *)source - offsetof(struct vrrp_ears, source));
  int count = VRRP_CAPTURE_BATCH;

  let_gather(ears);
  for (int i = 0; i < BATCHES_MAX && count == VRRP_CAPTURE_BATCH; i++)
    count = read_batch(ears);
}

void vrrp_ears_read(struct vrrp_ears *ears, vrrp_time until) {
  for (int i = 0; i < BATCHES_MAX && ears->is_open && ears->capture.read_until < until;
       i++)
    if (read_batch(ears) < 0)
      return;
}

vrrp_time vrrp_ears_read_until(const struct vrrp_ears *ears) {
  return ears->is_open ? ears->capture.read_until : vrrp_loop_now();
}

// --- the socket ---------------------------------------------------------------------

static int open_socket_of(void *capture) {
  return vrrp_capture_open(capture);
}

static int open_capture(struct vrrp_ears *ears) {
  int status = ears->owner.within(ears->owner.user, open_socket_of, &ears->capture);

  if (status < 0)
    return status;
  ears->source = (struct vrrp_source){ears->capture.packets, frames_ready};
  status = vrrp_loop_watch(ears->loop, &ears->source);
  if (status < 0)
    vrrp_capture_close(&ears->capture);
  return status;
}

static void say(struct vrrp_ears *ears, struct vrrp_remark remark) {
  ears->owner.remark(ears->owner.user, &remark);
}

// What fails is said once, and once when it works.
static void try_capture(struct vrrp_ears *ears) {
  if (ears->is_open)
    return;
  int status = open_capture(ears);

  ears->is_open = status == 0;
  enum ha_news news = ha_fault_watch(&ears->fault, status);
  if (news == HA_BEGUN)
    say(ears, (struct vrrp_remark){.kind = VRRP_REMARK_DEAF, .status = status});
  if (news == HA_OVER)
    say(ears, (struct vrrp_remark){.kind = VRRP_REMARK_HEARS});
}

// --- which ones ---------------------------------------------------------------------

// Which of the sockets did it, or a reason why none did.
static int join(struct vrrp_ears *ears, enum vrrp_family family, unsigned ifindex) {
  if (ears->owner.is_elsewhere)
    return VRRP_NOT_JOINED;
  return vrrp_memberships_join(&ears->memberships, family, ifindex);
}

static void open_ear(struct vrrp_ears *ears, struct vrrp_ear *ear) {
  vrrp_capture_open_card(&ears->capture, ear->ifindex);
  for (int family = 0; family < VRRP_FAMILIES; family++) {
    int which = join(ears, family, ear->ifindex);
    ear->joined[family] = (int8_t)(which < 0 ? VRRP_NOT_JOINED : which);
    if (which == -ENOBUFS || which == -EMFILE)
      ears->unjoined[family]++;
  }
}

static void close_ear(struct vrrp_ears *ears, struct vrrp_ear *ear) {
  vrrp_capture_close_card(&ears->capture, ear->ifindex);
  for (int family = 0; family < VRRP_FAMILIES; family++)
    vrrp_memberships_leave(&ears->memberships, family, ear->ifindex, ear->joined[family]);
}

static void remove_ear(struct vrrp_ears *ears, struct vrrp_ear *ear) {
  close_ear(ears, ear);
  ha_array_take_out(ears->all, ears->count--, sizeof(*ear), (size_t)(ear - ears->all));
}

static void add_ear(struct vrrp_ears *ears, const struct vrrp_link *link) {
  const struct ha_sorted sorted = by_ifindex(ears);
  size_t place = ha_search(&sorted, &link->ifindex);
  struct vrrp_ear *all = ha_array_room(ears->all, ears->count, sizeof(*all));

  if (all == NULL)
    return;
  ears->all = all;
  struct vrrp_ear *ear = ha_array_open_gap(all, ears->count++, sizeof(*all), place);
  *ear = (struct vrrp_ear){.ifindex = link->ifindex, .incarnation = link->incarnation};
  sstrncpy(ear->interface, link->name, sizeof(ear->interface));
  open_ear(ears, ear);
}

static bool is_wanted(const struct vrrp_ears *ears, const struct vrrp_link *link) {
  return link != NULL && vrrp_whereabouts_wants(ears->config, link);
}

// The interface may have gone and come back meanwhile: what it was set to is set anew.
static void renew_ear(struct vrrp_ears *ears, struct vrrp_ear *ear,
                      const struct vrrp_link *link) {
  sstrncpy(ear->interface, link->name, sizeof(ear->interface));
  if (ear->incarnation == link->incarnation)
    return;
  ear->incarnation = link->incarnation;
  close_ear(ears, ear);
  open_ear(ears, ear);
}

static void keep_wanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  for (size_t i = ears->count; i-- > 0;) {
    struct vrrp_ear *ear = &ears->all[i];
    const struct vrrp_link *link = vrrp_link_table_find(links, ear->ifindex);
    if (is_wanted(ears, link)) {
      renew_ear(ears, ear, link);
      continue;
    }
    ears->owner.closed(ears->owner.user, ear);
    remove_ear(ears, ear);
  }
}

static void add_wanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  for (size_t i = 0; i < links->link_count; i++) {
    const struct vrrp_link *link = &links->links[i];
    if (is_wanted(ears, link) && vrrp_ears_find(ears, link->ifindex) == NULL)
      add_ear(ears, link);
  }
}

// Said when it begins and never again: nothing can be done before the next start.
static void tell_unjoined(struct vrrp_ears *ears) {
  for (int family = 0; family < VRRP_FAMILIES; family++)
    if (ears->unjoined[family] > 0 &&
        ha_fault_judge(&ears->unjoined_fault[family], true) == HA_BEGUN)
      say(ears, (struct vrrp_remark){.kind = VRRP_REMARK_NOT_JOINED,
                                     .family = (enum vrrp_family)family});
}

// Said once, when it begins, of collectd's own namespace: what comes and goes later is
// seen by what is heard.
static void tell_whereabouts(struct vrrp_ears *ears,
                             const struct vrrp_link_table *links) {
  struct vrrp_remark where = {.kind = VRRP_REMARK_LISTENS};

  if (ears->whereabouts_said || ears->owner.is_elsewhere)
    return;
  ears->whereabouts_said = true;
  vrrp_whereabouts_write(ears->config, links, where.whereabouts,
                         sizeof(where.whereabouts));
  say(ears, where);
}

// A configured name that cannot be listened to is said once, and once when it can.
static void look_for_unheard(struct vrrp_ears *ears,
                             const struct vrrp_link_table *links) {
  const struct vrrp_config *config = ears->config;

  for (size_t i = 0; i < config->interfaces.entry_count && !config->ignore_selected;
       i++) {
    const char *name = config->interfaces.entries[i].text, *before = ears->unheard[i];
    const char *now = config->interfaces.entries[i].regex != NULL
                          ? NULL
                          : vrrp_whereabouts_why_not(links, name);
    if (now != NULL && now != before)
      say(ears, (struct vrrp_remark){VRRP_REMARK_UNHEARD, .name = name, .text = now});
    if (now == NULL && before != NULL)
      say(ears, (struct vrrp_remark){VRRP_REMARK_HEARD, .name = name});
    ears->unheard[i] = now;
  }
}

void vrrp_ears_follow(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  try_capture(ears);
  if (ears->is_open) {
    keep_wanted(ears, links);
    add_wanted(ears, links);
    tell_unjoined(ears);
    tell_whereabouts(ears, links);
  }
  if (!ears->owner.is_elsewhere)
    look_for_unheard(ears, links);
}

uint64_t vrrp_ears_take_drops(struct vrrp_ears *ears) {
  return ears->is_open ? vrrp_capture_take_drops(&ears->capture) : 0;
}
