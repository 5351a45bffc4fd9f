// SPDX-License-Identifier: MIT
// Which of collectd's callbacks does ipvs have, and what does each hand on?

#include "core/changes.h"
#include "core/memory.h"
#include "io/netlink.h"
#include "io/totals.h"
#include "plugin/config.h"
#include "plugin/health.h"
#include "plugin/notify.h"
#include "plugin/report.h"
#include "plugin/weight.h"
#include "plugin/word.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <errno.h>

// A poll may wait for half of its interval, but no longer than this.
#define BUDGET_MAX_MS 5000

static struct {
  struct ipvs_config config; // written before threads start

  struct ipvs_netlink *netlink;   // read thread; NULL: to be opened
  bool polled;                    // read thread: there is something to compare with
  struct ipvs_told_health health; // read thread

  pthread_mutex_t lock; // the snapshot; the read thread reads it without
  struct ipvs_snapshot snapshot;
} ipvs = {.config = IPVS_CONFIG_DEFAULT, .lock = PTHREAD_MUTEX_INITIALIZER};

static bool want_service(void *context, const struct ipvs_service_key *key) {
  const struct ipvs_config *config = context;
  char name[IPVS_NAME_MAX];
  ipvs_service_name(key, name);
  return ipvs_config_wants_service(config, name);
}

static int poll_budget(void) {
  int64_t half = (int64_t)CDTIME_T_TO_MS(plugin_get_interval()) / 2;
  return half < BUDGET_MAX_MS ? (int)half : BUDGET_MAX_MS;
}

static int poll_kernel(struct ipvs_snapshot *ret_snapshot) {
  const struct ipvs_poll poll = {
      .before = &ipvs.snapshot,
      .want = ipvs.config.services.entry_count > 0 ? want_service : NULL,
      .want_context = &ipvs.config,
      .budget_ms = poll_budget(),
      .load_module = ipvs.config.load_module,
  };
  int status = ipvs.netlink != NULL ? 0 : ipvs_netlink_open(&ipvs.netlink);
  if (status == 0)
    status = ipvs_netlink_poll(ipvs.netlink, &poll, ret_snapshot);
  if (status != 0) {
    // A dump may be unfinished; a new socket knows nothing of it.
    ipvs_netlink_close(ipvs.netlink);
    ipvs.netlink = NULL;
  }
  return status;
}

// Seconds.
static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// What there is now and, of the last poll, what has left. Nothing when the module is not
// there: then all virtual servers are gone.
static int take_stock(struct ipvs_snapshot *ret_now) {
  struct ipvs_snapshot now = {0};
  const struct ipvs_memory memory = {
      .now = (int64_t)monotonic(),
      .forget_after = ipvs.config.forget_after,
      .tell_all = ipvs.health.poll.status != 0,
      .word = ipvs_keepalived_word,
  };
  int status = poll_kernel(&now);
  int remembered = ipvs_remember(&ipvs.snapshot, &now, &memory);
  if (status == 0)
    status = remembered;
  if (status == 0 || status == -ENODEV)
    *ret_now = now;
  else
    ipvs_snapshot_clear(&now);
  return status;
}

static void tell_changes(const struct ipvs_snapshot *now) {
  if (ipvs.polled)
    ipvs_changes(&ipvs.snapshot, now, ipvs_notify, &ipvs.config);
  ipvs.polled = true;
}

static void keep(struct ipvs_snapshot *now) {
  pthread_mutex_lock(&ipvs.lock);
  struct ipvs_snapshot before = ipvs.snapshot;
  ipvs.snapshot = *now;
  pthread_mutex_unlock(&ipvs.lock);
  ipvs_snapshot_clear(&before);
}

static void report(const struct ipvs_snapshot *now, cdtime_t time) {
  struct ipvs_stats totals;
  bool known = ipvs_read_totals(IPVS_PROC, now->frozen, &totals) == 0;
  ipvs_report(now, known ? &totals : NULL, &ipvs.config, time);
}

// Tells what there is now: all, or that all is gone with the module.
static void tell(struct ipvs_snapshot *now, int status, cdtime_t time) {
  now->frozen = status == 0 && ipvs_is_frozen(IPVS_PROC);
  tell_changes(now);
  if (status == 0)
    report(now, time);
  keep(now);
}

// Always succeeds: a failing read callback would be called ever more rarely.
static int read_callback(void) {
  struct ipvs_snapshot now = {0};
  cdtime_t time = cdtime();
  double began = monotonic();
  int status = take_stock(&now);
  struct ipvs_health health = {
      .status = status,
      .mended = now.mended,
      .unmended = now.unmended,
      .interval = CDTIME_T_TO_DOUBLE(plugin_get_interval()),
  };
  if (status == 0 || status == -ENODEV)
    tell(&now, status, time);
  health.frozen = ipvs.snapshot.frozen;
  health.seconds = monotonic() - began;
  ipvs_health_tell(&health, ipvs.config.load_module, &ipvs.health);
  ipvs_health_report(&health, time);
  return 0;
}

static bool lookup(const char *service_name, const char *destination_name,
                   struct ipvs_found *ret_found) {
  const struct ipvs_service *service = NULL;
  const struct ipvs_destination *destination = NULL;
  pthread_mutex_lock(&ipvs.lock);
  bool found = ipvs_snapshot_find_named(&ipvs.snapshot, service_name, destination_name,
                                        &service, &destination);
  if (found) {
    *ret_found = (struct ipvs_found){*service, *destination, ipvs.snapshot.frozen};
    ret_found->service.destinations = NULL;
    ret_found->service.destination_count = 0;
  }
  pthread_mutex_unlock(&ipvs.lock);
  return found;
}

static int notification_callback(const notification_t *notification,
                                 user_data_t *user_data) {
  (void)user_data;
  ipvs_weight_answer(notification, ipvs.config.writable, lookup);
  return 0;
}

static int config_callback(oconfig_item_t *block) {
  return ipvs_config_read(block, &ipvs.config);
}

static int shutdown_callback(void) {
  ipvs_netlink_close(ipvs.netlink);
  ipvs.netlink = NULL;
  keep(&(struct ipvs_snapshot){0}); // a SET may come even now
  ipvs_config_clear(&ipvs.config);
  return 0;
}

__attribute__((visibility("default"))) void module_register(void) {
  plugin_register_complex_config("ipvs", config_callback);
  plugin_register_read("ipvs", read_callback);
  plugin_register_notification("ipvs", notification_callback, NULL);
  plugin_register_shutdown("ipvs", shutdown_callback);
}
