// SPDX-License-Identifier: MIT
// Which of collectd's callbacks are there, and what does each hand on?
#include "plugin/monitor.h"

static struct vrrp_config config;
static bool config_is_ready;
static struct vrrp_monitor *monitor;

static int prepare_config(void) {
  int status = config_is_ready ? 0 : vrrp_config_init(&config);
  config_is_ready = status == 0;
  if (status < 0)
    ERROR("vrrp plugin: no memory for its configuration.");
  return status;
}

static int vrrp_config(oconfig_item_t *block) {
  int status = prepare_config();
  return status < 0 ? status : vrrp_config_read(&config, block);
}

static int vrrp_init(void) {
  int status = prepare_config();

  if (status == 0 && monitor == NULL)
    status = vrrp_monitor_start(&config, &monitor);
  return status;
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
