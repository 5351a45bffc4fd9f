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

static bool is_wanted(const struct vrrp_hearing *hearing, const char *name) {
  const struct ha_selection *chosen = &hearing->config->namespaces;
  return chosen->entry_count > 0 && ha_selection_wants(chosen, false, name);
}

// A name can be another namespace's by now. Collectd's own is the first, and stays.
static void close_gone(struct vrrp_hearing *hearing) {
  struct vrrp_handover *handover = hearing->handover;

  for (size_t i = handover->namespace_count; i-- > 1;) {
    struct vrrp_namespace *namespace = handover->namespaces[i];
    const struct ha_netns *now = ha_netns_find(&hearing->names, namespace->netns.name);
    if (now == NULL || now->inode != namespace->netns.inode)
      vrrp_listening_close(namespace);
  }
}

static bool is_open(const struct vrrp_handover *handover, const struct ha_netns *netns) {
  for (size_t i = 0; i < handover->namespace_count; i++)
    if (handover->namespaces[i]->netns.inode == netns->inode)
      return true;
  return false;
}

// The descriptors that are left are other people's.
static int look_for_room(const struct vrrp_hearing *hearing) {
  int fd = vrrp_descriptor_keep(fcntl(hearing->names.events, F_DUPFD_CLOEXEC, 0));

  if (fd < 0)
    return fd;
  close(fd);
  return 0;
}

// What is wrong with one is said, with its name; of others nothing more.
static void say(struct vrrp_hearing *hearing, const struct ha_netns *failed, int status) {
  enum ha_news news = ha_fault_watch(&hearing->entry_fault, status);
  struct vrrp_remark remark = {
      .kind = news == HA_BEGUN ? VRRP_REMARK_NOT_ENTERED : VRRP_REMARK_ENTERED,
      .status = status,
  };

  if (news == HA_NOTHING_NEW)
    return;
  if (failed != NULL)
    memcpy(remark.netns, failed->name, sizeof(remark.netns));
  vrrp_handover_lock(hearing->handover);
  vrrp_handover_remark(hearing->handover, NULL, &remark);
  vrrp_handover_unlock(hearing->handover);
}

// One that goes while it is entered is no fault.
static bool is_fault(int status) {
  return status < 0 && status != -ENOENT && status != -ESTALE;
}

static void open_new(struct vrrp_hearing *hearing) {
  const struct ha_netns *failed = NULL;
  const char *missing;
  int fault = 0;

  for (size_t i = 0; i < hearing->names.count; i++) {
    const struct ha_netns *netns = &hearing->names.all[i];
    if (!is_wanted(hearing, netns->name) || is_open(hearing->handover, netns))
      continue;
    int status = look_for_room(hearing);
    if (status == 0)
      status = vrrp_listening_open(hearing, netns, &missing);
    if (fault == 0 && is_fault(status)) {
      fault = status;
      failed = netns;
    }
  }
  if (fault == 0 && hearing->names.is_full)
    fault = -EUSERS;
  say(hearing, failed, fault);
}

static void follow(struct vrrp_hearing *hearing, vrrp_time now) {
  if (ha_netns_read(&hearing->names) == 0) {
    close_gone(hearing);
    open_new(hearing);
  }
  if (hearing->names.is_settled)
    hearing->settled = now;
  bool is_settling = vrrp_elapsed(hearing->settled, now) < SETTLING_MAX;
  hearing->names_again =
      now +
      (!hearing->names.is_settled && is_settling ? SETTLING_STEP : hearing->interval);
}

static void names_ready(struct vrrp_source *source) {
  follow((void *)((char *)source - offsetof(struct vrrp_hearing, names_events)),
         vrrp_loop_now());
}

int vrrp_namespaces_open(struct vrrp_hearing *hearing) {
  hearing->names_again = VRRP_NEVER;
  if (hearing->config->namespaces.entry_count == 0)
    return 0;
  int status = ha_netns_open(&hearing->names, HA_NETNS_DIRECTORY, VRRP_NAMESPACES_MAX);
  if (status < 0)
    return status;
  hearing->names_events = (struct vrrp_source){hearing->names.events, names_ready};
  hearing->names_again = vrrp_loop_now();
  return vrrp_loop_watch(&hearing->loop, &hearing->names_events);
}

vrrp_time vrrp_namespaces_pass(struct vrrp_hearing *hearing, vrrp_time now) {
  if (now >= hearing->names_again)
    follow(hearing, now);
  return hearing->names_again;
}
