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
      .unheard = calloc(config->interface_count + 1, sizeof(*ears->unheard)),
  };
  return ears->batch != NULL && ears->unheard != NULL ? 0 : -ENOMEM;
}

static void remove_ear(struct vrrp_ears *ears, struct vrrp_ear **place) {
  struct vrrp_ear *ear = *place;

  *place = ear->next;
  if (ear->is_open) {
    vrrp_loop_unwatch(ears->loop, &ear->source);
    vrrp_capture_close(&ear->capture);
  }
  free(ear);
}

void vrrp_ears_destroy(struct vrrp_ears *ears) {
  while (ears->first != NULL)
    remove_ear(ears, &ears->first);
  free(ears->unheard);
  free(ears->batch);
}

static struct vrrp_ear *find_ear(const struct vrrp_ears *ears, unsigned ifindex) {
  struct vrrp_ear *ear = ears->first;
  while (ear != NULL && ear->ifindex != ifindex)
    ear = ear->next;
  return ear;
}

unsigned vrrp_ears_joins(unsigned ifindex, enum vrrp_family family, void *ears) {
  const struct vrrp_ear *ear = find_ear(ears, ifindex);
  return ear != NULL && ear->is_open && ear->capture.joins[family] >= 0;
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

void vrrp_ears_read(struct vrrp_ears *ears, vrrp_time until) {
  for (struct vrrp_ear *ear = ears->first; ear != NULL; ear = ear->next)
    while (ear->is_open && ear->capture.earliest < until &&
           vrrp_capture_read(&ear->capture, ears->batch, take_frame, ear) >= 0)
      ;
}

// --- which ones ---------------------------------------------------------------------

static int open_ear(struct vrrp_ear *ear) {
  int status = vrrp_capture_open(&ear->capture, ear->ifindex);

  if (status < 0)
    return status;
  ear->source = (struct vrrp_source){ear->capture.packets, ear_ready};
  status = vrrp_loop_watch(ear->ears->loop, &ear->source);
  if (status < 0)
    vrrp_capture_close(&ear->capture);
  return status;
}

// What fails is said once, and once when it works. A link that is gone already is no
// fault.
static void try_ear(struct vrrp_ear *ear) {
  int status = open_ear(ear);

  ear->is_open = status == 0;
  if (status == -ENODEV)
    return;
  if (status < 0 && status != ear->fault)
    ERROR("vrrp plugin: %s is not listened to, for lack of a packet socket: %s%s. It is "
          "tried again at every interval.",
          ear->interface, STRERROR(-status),
          status == -EPERM ? "; collectd needs the capability CAP_NET_RAW" : "");
  if (status == 0 && ear->fault != 0)
    INFO("vrrp plugin: %s is listened to now.", ear->interface);
  ear->fault = status;
}

static struct vrrp_ear *add_ear(struct vrrp_ears *ears, const struct vrrp_link *link) {
  struct vrrp_ear *ear = calloc(1, sizeof(*ear));

  if (ear == NULL)
    return NULL;
  ear->ears = ears;
  ear->ifindex = link->ifindex;
  sstrncpy(ear->interface, link->name, sizeof(ear->interface));
  ear->next = ears->first;
  return ears->first = ear;
}

static bool is_wanted(const struct vrrp_ears *ears, const struct vrrp_link *link) {
  return link != NULL && link->role == VRRP_LINK_BASE &&
         vrrp_config_selects(ears->config, link->name);
}

static void remove_unwanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  struct vrrp_ear **place = &ears->first;

  while (*place != NULL) {
    const struct vrrp_link *link = vrrp_link_table_find(links, (*place)->ifindex);
    if (!is_wanted(ears, link)) {
      ears->owner.closed(ears->owner.user, *place);
      remove_ear(ears, place);
      continue;
    }
    sstrncpy((*place)->interface, link->name, sizeof((*place)->interface));
    place = &(*place)->next;
  }
}

static void open_wanted(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  for (size_t i = 0; i < links->link_count; i++) {
    const struct vrrp_link *link = &links->links[i];
    if (!is_wanted(ears, link))
      continue;
    struct vrrp_ear *ear = find_ear(ears, link->ifindex);
    if (ear == NULL)
      ear = add_ear(ears, link);
    if (ear != NULL && !ear->is_open)
      try_ear(ear);
  }
}

// Why an interface of this name is not listened to, or NULL.
static const char *why_unheard(const struct vrrp_link_table *links, const char *name) {
  static const char *const reasons[] = {
      [VRRP_LINK_BASE] = NULL,
      [VRRP_LINK_MACVLAN] = "it is a macvlan; name the interface that it stands on",
      [VRRP_LINK_PORT] = "it is a port; name its bridge, bond or team",
      [VRRP_LINK_LOOPBACK] = "it is a loopback, which carries no VRRP",
      [VRRP_LINK_OTHER] = "it is not Ethernet",
  };

  for (size_t i = 0; i < links->link_count; i++)
    if (strcmp(links->links[i].name, name) == 0)
      return reasons[links->links[i].role];
  return "it is not there yet; it will be listened to as soon as it is";
}

// A configured name that cannot be listened to is said once, and once when it can.
static void look_for_unheard(struct vrrp_ears *ears,
                             const struct vrrp_link_table *links) {
  const struct vrrp_config *config = ears->config;

  for (size_t i = 0; i < config->interface_count && !config->ignore_selected; i++) {
    const char *name = config->interfaces[i].text, *before = ears->unheard[i];
    const char *now = config->interfaces[i].is_regex ? NULL : why_unheard(links, name);
    if (now != NULL && now != before)
      NOTICE("vrrp plugin: Interface \"%s\" is not listened to: %s.", name, now);
    if (now == NULL && before != NULL)
      INFO("vrrp plugin: Interface \"%s\" is there now.", name);
    ears->unheard[i] = now;
  }
}

void vrrp_ears_follow(struct vrrp_ears *ears, const struct vrrp_link_table *links) {
  remove_unwanted(ears, links);
  open_wanted(ears, links);
  look_for_unheard(ears, links);
}

uint64_t vrrp_ears_take_drops(struct vrrp_ears *ears) {
  uint64_t drops = 0;

  for (struct vrrp_ear *ear = ears->first; ear != NULL; ear = ear->next)
    drops += ear->is_open ? vrrp_capture_take_drops(&ear->capture) : 0;
  return drops;
}
