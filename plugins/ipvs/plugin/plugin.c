// SPDX-License-Identifier: MIT
// Which of collectd's callbacks does ipvs have, and what does each hand on?

#include "common/plugin/dispatch.h"

#include "plugin/balancers.h"
#include "plugin/config.h"
#include "plugin/rows.h"
#include "plugin/weight.h"

#include "daemon/collectd.h"

#include "daemon/plugin.h"

static struct {
  struct ipvs_config config; // written before threads start
  struct ipvs_balancers balancers;
} ipvs = {.config = IPVS_CONFIG_DEFAULT, .balancers.lock = PTHREAD_MUTEX_INITIALIZER};

// Always succeeds: a failing read callback would be called ever more rarely.
static int read_callback(void) {
  ha_dispatch_prepare();
  ipvs_balancers_poll(&ipvs.balancers, &ipvs.config);
  return 0;
}

static bool lookup(const char *service_name, const char *destination_name,
                   struct ipvs_found *ret_found) {
  return ipvs_balancers_find(&ipvs.balancers, service_name, destination_name, ret_found);
}

static int notification_callback(const notification_t *notification,
                                 user_data_t *user_data) {
  (void)user_data;
  ipvs_weight_answer(notification, ipvs.config.writable, lookup);
  return 0;
}

static int cache_event_callback(cache_event_t *event, user_data_t *user_data) {
  (void)user_data;
  ipvs_rows_learn(event);
  return 0;
}

static int config_callback(oconfig_item_t *block) {
  return ipvs_config_read(block, &ipvs.config);
}

// A SET may come even now.
static int shutdown_callback(void) {
  plugin_unregister_cache_event("ipvs");
  ipvs_rows_forget();
  ipvs_balancers_clear(&ipvs.balancers);
  ipvs_config_clear(&ipvs.config);
  return 0;
}

__attribute__((visibility("default"))) void module_register(void) {
  plugin_register_complex_config("ipvs", config_callback);
  plugin_register_read("ipvs", read_callback);
  plugin_register_cache_event("ipvs", cache_event_callback, NULL);
  plugin_register_notification("ipvs", notification_callback, NULL);
  plugin_register_shutdown("ipvs", shutdown_callback);
}
