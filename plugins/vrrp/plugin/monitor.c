// SPDX-License-Identifier: MIT
// Who hears, who tells, and how do both begin and end?
#include "plugin/monitor.h"

#include "plugin/hearing.h"
#include "plugin/telling.h"

#include "utils/common/common.h"

#include <errno.h>

struct vrrp_monitor {
  struct vrrp_handover handover;
  struct vrrp_hearing hearing;
  struct vrrp_telling telling;
  bool hears, tells; // what is to be destroyed
  pthread_t hearing_thread, telling_thread;
};

static void *hear(void *monitor) {
  vrrp_hearing_run(&((struct vrrp_monitor *)monitor)->hearing);
  return NULL;
}

static void *tell(void *monitor) {
  vrrp_telling_run(&((struct vrrp_monitor *)monitor)->telling);
  return NULL;
}

static void destroy(struct vrrp_monitor *monitor) {
  if (monitor->hears) // which has last words for those who tell
    vrrp_hearing_destroy(&monitor->hearing);
  if (monitor->tells)
    vrrp_telling_destroy(&monitor->telling);
  vrrp_handover_destroy(&monitor->handover);
  free(monitor);
}

static int open_all(struct vrrp_monitor *monitor, const struct vrrp_config *config,
                    const char **ret_missing) {
  struct vrrp_handover *handover = &monitor->handover;
  vrrp_time interval = CDTIME_T_TO_NS(plugin_get_interval());

  vrrp_handover_init(handover);
  monitor->tells = true;
  int status =
      vrrp_telling_init(&monitor->telling, config, handover, interval, ret_missing);
  if (status < 0)
    return status;
  monitor->hears = true;
  return vrrp_hearing_init(&monitor->hearing, config, handover, interval, ret_missing);
}

static int start_threads(struct vrrp_monitor *monitor) {
  int status = plugin_thread_create(&monitor->hearing_thread, hear, monitor, "vrrp hear");
  if (status != 0)
    return -status;
  status = plugin_thread_create(&monitor->telling_thread, tell, monitor, "vrrp tell");
  if (status != 0) {
    vrrp_loop_stop(&monitor->hearing.loop);
    pthread_join(monitor->hearing_thread, NULL);
  }
  return -status;
}

int vrrp_monitor_start(const struct vrrp_config *config,
                       struct vrrp_monitor **ret_monitor) {
  struct vrrp_monitor *monitor = calloc(1, sizeof(*monitor));
  const char *missing = "memory";

  int status = monitor != NULL ? open_all(monitor, config, &missing) : -ENOMEM;
  if (status == 0) {
    missing = "threads";
    status = start_threads(monitor);
  }
  if (status == 0) {
    *ret_monitor = monitor;
    return 0;
  }
  ERROR("vrrp plugin: cannot start: %s: %s.", missing, STRERROR(-status));
  if (monitor != NULL)
    destroy(monitor);
  return status;
}

void vrrp_monitor_stop(struct vrrp_monitor *monitor) {
  if (monitor == NULL)
    return;
  vrrp_loop_stop(&monitor->hearing.loop);
  vrrp_loop_stop(&monitor->telling.loop);
  pthread_join(monitor->hearing_thread, NULL);
  pthread_join(monitor->telling_thread, NULL);
  destroy(monitor);
}
