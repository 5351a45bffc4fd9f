// SPDX-License-Identifier: MIT
// Which of collectd's callbacks does ipvs have, and what does each hand on?

#include "common/core/fault.h"
#include "core/changes.h"
#include "core/memory.h"
#include "io/netlink.h"
#include "io/totals.h"
#include "plugin/config.h"
#include "plugin/notify.h"
#include "plugin/report.h"
#include "plugin/weight.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <errno.h>

// A poll may wait for half of its interval, but no longer than this.
#define BUDGET_MAX_MS 5000

static struct {
  struct ipvs_config config; // written before threads start

  struct ipvs_netlink *netlink; // read thread; NULL: to be opened
  bool polled;                  // read thread: there is something to compare with
  struct ha_fault fault;        // read thread

  pthread_mutex_t lock; // the snapshot; the read thread reads it without
  struct ipvs_snapshot snapshot;
} ipvs = {.config = IPVS_CONFIG_DEFAULT, .lock = PTHREAD_MUTEX_INITIALIZER};

// What is wrong and what helps, or NULL for what is not foreseen.
static const char *explain(int status) {
  switch (status) {
  case -ENODEV:
    return ipvs.config.load_module
               ? "the kernel has no IPVS and cannot load the module ip_vs; \"modprobe "
                 "ip_vs\" says why"
               : "the kernel has no IPVS; it is reported once the module ip_vs is loaded "
                 "(LoadModule true in <Plugin ipvs> asks the kernel to load it)";
  case -EPERM:
    return "the kernel refuses: collectd needs CAP_NET_ADMIN in the initial user "
           "namespace";
  case -ETIMEDOUT:
    return "the kernel did not answer in time";
  case -EBADMSG:
    return "an answer of the kernel's makes no sense";
  default:
    return NULL;
  }
}

// Says once what is wrong, and once that it no longer is.
static void note_status(int status) {
  enum ha_news news = ha_fault_watch(&ipvs.fault, status);
  const char *explanation = explain(status);
  if (news == HA_OVER)
    INFO("ipvs plugin: values are read again.");
  else if (news == HA_BEGUN)
    WARNING("ipvs plugin: no values: %s. The kernel is asked again each interval.",
            explanation != NULL ? explanation : STRERROR(-status));
}

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

static int64_t monotonic_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

// What there is now and, of the last poll, what has left. Nothing when the module is not
// there: then all virtual servers are gone.
static int take_stock(struct ipvs_snapshot *ret_now) {
  struct ipvs_snapshot now = {0};
  const struct ipvs_memory memory = {monotonic_seconds(), ipvs.config.forget_after,
                                     ipvs.fault.status != 0};
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

// Always succeeds: a failing read callback would be called ever more rarely.
static int read_callback(void) {
  struct ipvs_snapshot now = {0};
  struct ipvs_stats totals;
  cdtime_t time = cdtime();
  int status = take_stock(&now);
  note_status(status);
  if (status != 0 && status != -ENODEV)
    return 0;

  tell_changes(&now);
  if (status == 0)
    ipvs_report(&now, ipvs_read_totals(&totals) == 0 ? &totals : NULL, &ipvs.config,
                time);
  keep(&now);
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
