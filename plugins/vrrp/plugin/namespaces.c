// SPDX-License-Identifier: MIT
// Which network namespaces are listened to beside collectd's own?
#include "plugin/namespaces.h"

#include "io/descriptor.h"
#include "plugin/listening.h"

#include <fcntl.h>
#include <string.h>

// A name gets its namespace within milliseconds; one that has none for longer is looked
// at as seldom as all.
#define SETTLING_STEP (50 * VRRP_MILLISECOND)
#define SETTLING_MAX  (2 * VRRP_SECOND)

// Collectd's own is the first, and stays.
static const struct ha_netns *at(void *user, size_t i) {
  const struct vrrp_handover *handover = ((struct vrrp_hearing *)user)->handover;
  return i + 1 < handover->namespace_count ? &handover->namespaces[i + 1]->netns : NULL;
}

// The descriptors that are left are other people's.
static int look_for_room(const struct vrrp_hearing *hearing) {
  int fd = vrrp_descriptor_keep(fcntl(hearing->names_events.fd, F_DUPFD_CLOEXEC, 0));

  if (fd < 0)
    return fd;
  close(fd);
  return 0;
}

static int open_one(void *user, const struct ha_netns *netns) {
  const char *missing;
  int status = look_for_room(user);
  return status < 0 ? status : vrrp_listening_open(user, netns, &missing);
}

static void close_one(void *user, size_t i) {
  struct vrrp_hearing *hearing = user;
  vrrp_listening_close(hearing->handover->namespaces[i + 1]);
}

static const struct ha_netns_keeper keeper = {at, open_one, close_one};

static void say_troubles(struct vrrp_hearing *hearing) {
  struct ha_netns_trouble trouble;
  enum ha_news news = ha_netns_judge(&hearing->others, &trouble);
  struct vrrp_remark remark = {
      .kind = news == HA_BEGUN ? VRRP_REMARK_NOT_ENTERED : VRRP_REMARK_ENTERED,
      .status = trouble.status,
  };

  if (news == HA_NOTHING_NEW)
    return;
  memcpy(remark.netns, trouble.name, sizeof(remark.netns));
  vrrp_handover_lock(hearing->handover);
  vrrp_handover_remark(hearing->handover, NULL, &remark);
  vrrp_handover_unlock(hearing->handover);
}

static void follow(struct vrrp_hearing *hearing, vrrp_time now) {
  if (ha_netns_follow(&hearing->others) == 0)
    say_troubles(hearing);
  bool is_settled = hearing->others.names.is_settled;
  if (is_settled)
    hearing->settled = now;
  bool is_settling = vrrp_elapsed(hearing->settled, now) < SETTLING_MAX;
  hearing->names_again =
      now + (!is_settled && is_settling ? SETTLING_STEP : hearing->interval);
}

static void names_ready(struct vrrp_source *source) {
  follow((void *)((char *)source - offsetof(struct vrrp_hearing, names_events)),
         vrrp_loop_now());
}

int vrrp_namespaces_open(struct vrrp_hearing *hearing) {
  const struct ha_selection *chosen = &hearing->config->namespaces;

  hearing->names_again = VRRP_NEVER;
  if (chosen->entry_count == 0)
    return 0;
  int status = ha_netns_follower_open(&hearing->others, HA_NETNS_DIRECTORY, chosen,
                                      &keeper, hearing);
  if (status < 0)
    return status;
  hearing->names_events = (struct vrrp_source){hearing->others.names.events, names_ready};
  hearing->names_again = vrrp_loop_now();
  return vrrp_loop_watch(&hearing->loop, &hearing->names_events);
}

vrrp_time vrrp_namespaces_pass(struct vrrp_hearing *hearing, vrrp_time now) {
  if (now >= hearing->names_again)
    follow(hearing, now);
  return hearing->names_again;
}
