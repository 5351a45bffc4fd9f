// SPDX-License-Identifier: MIT
// What does the hearing thread do, and when?
#include "plugin/hearing.h"

#include "plugin/listening.h"
#include "plugin/namespaces.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>

vrrp_time vrrp_hearing_pass(struct vrrp_hearing *hearing) {
  struct vrrp_handover *handover = hearing->handover;
  vrrp_time now = vrrp_loop_now(), next = vrrp_namespaces_pass(hearing, now);

  for (size_t i = 0; i < handover->namespace_count; i++)
    next = vrrp_earlier(next, vrrp_listening_pass(handover->namespaces[i], now));
  return next;
}

static int open_loop(struct vrrp_hearing *hearing, const char **ret_missing) {
  *ret_missing = "event loop (epoll, timerfd, eventfd)";
  return vrrp_loop_open(&hearing->loop);
}

static int make_batch(struct vrrp_hearing *hearing, const char **ret_missing) {
  *ret_missing = "memory for packets";
  hearing->batch = vrrp_batch_new();
  return hearing->batch != NULL ? 0 : -ENOMEM;
}

static int listen_here(struct vrrp_hearing *hearing, const char **ret_missing) {
  return vrrp_listening_open(hearing, NULL, ret_missing);
}

static int listen_elsewhere(struct vrrp_hearing *hearing, const char **ret_missing) {
  *ret_missing = "Namespace (inotify)";
  return vrrp_namespaces_open(hearing);
}

// What hearing consists of, in the order in which it can be made.
static int (*const parts[])(struct vrrp_hearing *hearing, const char **ret_missing) = {
    open_loop, make_batch, listen_here, listen_elsewhere};

int vrrp_hearing_init(struct vrrp_hearing *hearing, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing) {
  *hearing = (struct vrrp_hearing){.config = config,
                                   .handover = handover,
                                   .interval = interval,
                                   .others.names.events = -1};
  handover->hearing = &hearing->loop;
  handover->totals.started = vrrp_loop_now();
  int status = 0;
  for (size_t i = 0; i < HA_COUNT_OF(parts) && status == 0; i++)
    status = parts[i](hearing, ret_missing);
  return status;
}

void vrrp_hearing_destroy(struct vrrp_hearing *hearing) {
  struct vrrp_handover *handover = hearing->handover;

  while (handover->namespace_count > 0)
    vrrp_listening_close(handover->namespaces[handover->namespace_count - 1]);
  ha_netns_follower_close(&hearing->others);
  vrrp_loop_close(&hearing->loop);
  free(hearing->batch);
}

void vrrp_hearing_run(struct vrrp_hearing *hearing) {
  while (vrrp_loop_wait(&hearing->loop, vrrp_hearing_pass(hearing)))
    ;
}
