// SPDX-License-Identifier: MIT
// Which of collectd's callbacks are there, and what does each hand on?
#include "plugin/monitor.h"

static struct vrrp_config config;
static bool config_is_ready;
static struct vrrp_monitor *monitor;

static void prepare_config(void) {
  if (!config_is_ready)
    vrrp_config_init(&config);
  config_is_ready = true;
}

static int vrrp_config(oconfig_item_t *block) {
  prepare_config();
  return vrrp_config_read(&config, block);
}

static int vrrp_init(void) {
  prepare_config();
  return monitor == NULL ? vrrp_monitor_start(&config, &monitor) : 0;
}

static int vrrp_shutdown(void) {
  vrrp_monitor_stop(monitor);
  monitor = NULL;
  if (config_is_ready)
    vrrp_config_destroy(&config);
  config_is_ready = false;
  return 0;
}

void module_register(void);

__attribute__((visibility("default"))) void module_register(void) {
  plugin_register_complex_config("vrrp", vrrp_config);
  plugin_register_init("vrrp", vrrp_init);
  plugin_register_shutdown("vrrp", vrrp_shutdown);
}
