// SPDX-License-Identifier: MIT
// Which interfaces are listened to?
#include "plugin/ears.h"

#include "utils/common/common.h"

#include <errno.h>

#define BATCHES_MAX 16 // of one interface, before the others get their turn

int vrrp_ears_init(struct vrrp_ears *ears, const struct vrrp_config *config,
                   struct vrrp_loop *loop, const struct vrrp_ears_owner *owner) {
  *ears = (struct vrrp_ears){
      .config = config,
      .loop = loop,
      .owner = *owner,
      .batch = vrrp_batch_new(),
      .told_missing = calloc(config->interface_count + 1, sizeof(bool)),
      .no_capture = C_COMPLAIN_INIT_STATIC,
  };
  return ears->batch != NULL && ears->told_missing != NULL ? 0 : -ENOMEM;
}

static void close_ear(struct vrrp_ears *ears, struct vrrp_ear **place) {
  struct vrrp_ear *ear = *place;

  *place = ear->next;
  vrrp_loop_unwatch(ears->loop, &ear->source);
  ears->owner.closed(ears->owner.user, ear->capture.ifindex);
  vrrp_capture_close(&ear->capture);
  free(ear);
}

void vrrp_ears_destroy(struct vrrp_ears *ears) {
  while (ears->first != NULL)
    close_ear(ears, &ears->first);
  free(ears->told_missing);
  free(ears->batch);
}

static struct vrrp_ear *find_ear(const struct vrrp_ears *ears, unsigned ifindex) {
  struct vrrp_ear *ear = ears->first;
  while (ear != NULL && ear->capture.ifindex != ifindex)
    ear = ear->next;
  return ear;
}

unsigned vrrp_ears_joins(unsigned ifindex, enum vrrp_family family, void *ears) {
  const struct vrrp_ear *ear = find_ear(ears, ifindex);
  return ear != NULL && ear->capture.joins[family] >= 0;
}

static void take_frame(const struct vrrp_frame *frame, void *user) {
  struct vrrp_ear *ear = user;
  ear->ears->owner.frame(ear->ears->owner.user, ear, frame);
}

static void ear_ready(struct vrrp_source *source) {
  struct vrrp_ear *ear = (struct vrrp_ear *)source;
  int count = VRRP_CAPTURE_BATCH;

  for (int i = 0; i < BATCHES_MAX && count == VRRP_CAPTURE_BATCH; i++)
    count = vrrp_capture_read(&ear->capture, ear->ears->batch, take_frame, ear);
}
_Static_assert(offsetof(struct vrrp_ear, source) == 0, "a source is an ear's beginning");

static int open_ear(struct vrrp_ears *ears, const struct vrrp_link *link) {
  struct vrrp_ear *ear = calloc(1, sizeof(*ear));
  int status = ear == NULL ? -ENOMEM : vrrp_capture_open(&ear->capture, link->ifindex);

  if (status < 0) {
    free(ear);
    return status;
  }
  ear->source = (struct vrrp_source){ear->capture.packets, ear_ready};
  ear->ears = ears;
  sstrncpy(ear->interface, link->name, sizeof(ear->interface));
  status = vrrp_loop_watch(ears->loop, &ear->source);
  if (status < 0) {
    vrrp_capture_close(&ear->capture);
    free(ear);
    return status;
  }
  ear->next = ears->first;
  ears->first = ear;
  return 0;
}

static bool is_wanted(const struct vrrp_ears *ears, const struct vrrp_link *link) {
  return link != NULL && link->role == VRRP_LINK_BASE &&
         vrrp_config_selects(ears->config, link->name);
}

static void close_unwanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  struct vrrp_ear **place = &ears->first;

  while (*place != NULL) {
    const struct vrrp_link *link = vrrp_link_table_find(links, (*place)->capture.ifindex);
    if (!is_wanted(ears, link)) {
      close_ear(ears, place);
      continue;
    }
    sstrncpy((*place)->interface, link->name, sizeof((*place)->interface));
    place = &(*place)->next;
  }
}

static void open_wanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  bool failed = false;

  for (size_t i = 0; i < links->link_count; i++) {
    const struct vrrp_link *link = &links->links[i];
    if (!is_wanted(ears, link) || find_ear(ears, link->ifindex) != NULL)
      continue;
    int status = open_ear(ears, link);
    if (status < 0)
      c_complain(LOG_ERR, &ears->no_capture,
                 "vrrp plugin: no packet socket on %s: %s%s. It is tried again.",
                 link->name, strerror(-status),
                 status == -EPERM ? "; collectd needs CAP_NET_RAW" : "");
    failed |= status < 0;
  }
  if (!failed)
    c_release(LOG_INFO, &ears->no_capture, "vrrp plugin: all interfaces are heard.");
}

static bool is_there(const struct vrrp_link_table *links, const char *name) {
  for (size_t i = 0; i < links->link_count; i++)
    if (strcmp(links->links[i].name, name) == 0)
      return true;
  return false;
}

// A configured name that isn't there is said once, and again after it came and went.
static void look_for_missing(struct vrrp_ears *ears,
                             const struct vrrp_link_table *links) {
  const struct vrrp_config *config = ears->config;

  for (size_t i = 0; i < config->interface_count && !config->ignore_selected; i++) {
    const struct vrrp_interface_pattern *pattern = &config->interfaces[i];
    bool missing = !pattern->is_regex && !is_there(links, pattern->text);
    if (missing && !ears->told_missing[i])
      NOTICE("vrrp plugin: interface %s is not there yet; it will be listened to as soon "
             "as it is.",
             pattern->text);
    ears->told_missing[i] = missing;
  }
}

void vrrp_ears_follow(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  close_unwanted(ears, links);
  open_wanted(ears, links);
  look_for_missing(ears, links);
}

uint64_t vrrp_ears_take_drops(struct vrrp_ears *ears) {
  uint64_t drops = 0;

  for (struct vrrp_ear *ear = ears->first; ear != NULL; ear = ear->next)
    drops += vrrp_capture_take_drops(&ear->capture);
  return drops;
}
