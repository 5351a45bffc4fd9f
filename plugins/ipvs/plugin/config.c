// SPDX-License-Identifier: MIT
// What may stand in <Plugin ipvs>?
#include "plugin/config.h"

#include "common/core/array.h"
#include "common/plugin/options.h"

#include <errno.h>

#define FORGET_AFTER_MAX 31536000 // seconds: a year

static int read_service(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  return ha_option_select(block, item, &((struct ipvs_config *)target)->services);
}

static int read_destination(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  return ha_option_select(block, item, &((struct ipvs_config *)target)->destinations);
}

static int read_namespace(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  return ha_option_select(block, item, &((struct ipvs_config *)target)->namespaces);
}

static int read_ignore_selected(const struct ha_block *block, const oconfig_item_t *item,
                                void *target) {
  return ha_option_bool(block, item, &((struct ipvs_config *)target)->ignore_selected);
}

static int read_report_destinations(const struct ha_block *block,
                                    const oconfig_item_t *item, void *target) {
  struct ipvs_config *config = target;
  return ha_option_bool(block, item, &config->report_destinations);
}

static int read_report_keepalived(const struct ha_block *block,
                                  const oconfig_item_t *item, void *target) {
  struct ipvs_config *config = target;
  return ha_option_bool(block, item, &config->report_keepalived);
}

static int read_forget_after(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct ipvs_config *config = target;
  return ha_option_whole(block, item, 0, FORGET_AFTER_MAX, &config->forget_after);
}

static int read_load_module(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  return ha_option_bool(block, item, &((struct ipvs_config *)target)->load_module);
}

static int read_writable(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  return ha_option_bool(block, item, &((struct ipvs_config *)target)->writable);
}

int ipvs_config_read(const oconfig_item_t *item, struct ipvs_config *config) {
  static const struct ha_option options[] = {
      {"Service", read_service, HA_MANY},
      {"Destination", read_destination, HA_MANY},
      {"IgnoreSelected", read_ignore_selected, HA_ONCE},
      {"Namespace", read_namespace, HA_MANY},
      {"ReportDestinations", read_report_destinations, HA_ONCE},
      {"ReportKeepalived", read_report_keepalived, HA_MANY}, // a profile says it, too
      {"ForgetAfter", read_forget_after, HA_ONCE},
      {"LoadModule", read_load_module, HA_ONCE},
      {"Writable", read_writable, HA_ONCE},
  };
  struct ha_block block = {.item = item, .seen = &config->seen};
  int status = ha_options_read(&block, options, HA_COUNT_OF(options), config);
  if (status == -ENOMEM)
    ERROR(HA_PLUGIN_NAME " plugin: no memory for its configuration.");
  return status;
}

bool ipvs_config_wants_service(const struct ipvs_config *config, const char *name) {
  return ha_selection_wants(&config->services, config->ignore_selected, name);
}

bool ipvs_config_wants_destination(const struct ipvs_config *config, const char *name) {
  return config->report_destinations &&
         ha_selection_wants(&config->destinations, config->ignore_selected, name);
}

void ipvs_config_clear(struct ipvs_config *config) {
  ha_selection_clear(&config->services);
  ha_selection_clear(&config->destinations);
  ha_selection_clear(&config->namespaces);
  config->seen = 0;
}
