// SPDX-License-Identifier: MIT
// What may be written in <Plugin snmp_agent>?
#include "plugin/config.h"

#include "common/core/array.h"
#include "io/agentx_address.h"
#include "plugin/config_data.h"
#include "plugin/config_map.h"
#include "plugin/config_notification.h"
#include "plugin/config_table.h"

#include <errno.h>

static int read_table(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  return config_read_table(target, block, item);
}

static int read_scalar(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  return config_read_data(target, block, item, NULL);
}

static int read_map(const struct ha_block *block, const oconfig_item_t *item,
                    void *target) {
  return config_read_map(target, block, item);
}

static int read_notification(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  return config_read_notification(target, block, item);
}

static int read_socket(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  struct config *config = target;
  int status = ha_option_copy(block, item, &config->socket);
  if (status != 0)
    return status;
  struct agentx_address address;
  status = agentx_address_parse(config->socket, &address);
  if (status == -ENAMETOOLONG)
    return ha_options_error(block, item, "is longer than a socket's path may be");
  if (status != 0)
    return ha_options_error(block, item,
                            "is not \"/PATH\", \"unix:/PATH\" or \"tcp:ADDRESS:PORT\" "
                            "with an IPv4 address, an [IPv6] one or localhost");
  return 0;
}

static int read_timeout(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  struct config *config = target;
  return ha_option_whole(block, item, 1, UINT8_MAX, &config->timeout);
}

static int read_ping(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct config *config = target;
  return ha_option_whole(block, item, 1, 3600, &config->ping);
}

int config_read(struct config *config, const oconfig_item_t *item) {
  static const struct ha_option options[] = {
      {"Data", read_scalar, HA_MANY},
      {"Table", read_table, HA_MANY},
      {"Map", read_map, HA_MANY},
      {"Notification", read_notification, HA_MANY},
      {"AgentXSocket", read_socket, HA_ONCE},
      {"AgentXTimeout", read_timeout, HA_ONCE},
      {"AgentXPing", read_ping, HA_ONCE},
  };
  struct ha_block block = {.item = item, .seen = &config->seen};
  int status = ha_options_read(&block, options, HA_COUNT_OF(options), config);
  config->status = ha_first_error(config->status, status);
  return status;
}
