// SPDX-License-Identifier: MIT
// What may be written into <Plugin vrrp>?
#ifndef HA_VRRP_CONFIG_H
#define HA_VRRP_CONFIG_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "common/core/selection.h"
#include "core/packet.h"
#include "core/time.h"
#include "plugin/config_keepalived.h"

// A <VirtualRouter> block.
struct vrrp_router_config {
  char *instance; // "eth0-ipv4-10"
  struct vrrp_address *peers;
  size_t peer_count;
  uint8_t down_adverts; // 0: not told
};

struct vrrp_config {
  struct ha_selection interfaces;
  struct ha_selection namespaces; // beside collectd's own; without any, only that
  bool ignore_selected;
  struct vrrp_rules rules;
  size_t routers_max;
  vrrp_time forget_after;
  struct vrrp_router_config *routers;
  size_t router_count;
  struct vrrp_keepalived_configs keepalived;
  uint64_t seen; // keys in all blocks so far
};

// The defaults.
void vrrp_config_init(struct vrrp_config *config);
void vrrp_config_destroy(struct vrrp_config *config);

// Reads one <Plugin vrrp> block; several add up. 0, or negative after it has logged all
// that is wrong: block, key, value and what is accepted.
int vrrp_config_read(struct vrrp_config *config, const oconfig_item_t *item);

// True if the interface was asked for: by name or pattern, or because none was named.
bool vrrp_config_selects(const struct vrrp_config *config, const char *interface);

// The <VirtualRouter> block of this plugin instance, or NULL.
const struct vrrp_router_config *vrrp_config_router(const struct vrrp_config *config,
                                                    const char *instance);

#endif
