// SPDX-License-Identifier: MIT
// What may be written into <Plugin vrrp>?
#include "plugin/config.h"

#include "common/core/array.h"
#include "common/plugin/options.h"

#include <errno.h>
#include <string.h>

#define ROUTERS_MAX_DEFAULT  16384
#define ROUTERS_MAX_LIMIT    65536
#define DOWN_ADVERTS_LIMIT   100 // keepalived's
#define FORGET_AFTER_DEFAULT 3600
#define FORGET_AFTER_LIMIT   (365L * 86400)

// --- <VirtualRouter> ----------------------------------------------------------------

static int read_peer(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct vrrp_router_config *router = target;
  const char *text;
  struct vrrp_address peer;
  int status = ha_option_string(block, item, &text);

  if (status < 0)
    return status;
  if (vrrp_address_parse(text, &peer) < 0)
    return ha_options_error(block, item,
                            "is no IPv4 or IPv6 address, like \"192.0.2.1\"");
  struct vrrp_address *peers =
      ha_array_room(router->peers, router->peer_count, sizeof(*peers));
  if (peers == NULL)
    return -ENOMEM;
  router->peers = peers;
  peers[router->peer_count++] = peer;
  return 0;
}

static int read_down_adverts(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct vrrp_router_config *router = target;
  long adverts;
  int status = ha_option_whole(block, item, 1, DOWN_ADVERTS_LIMIT, &adverts);

  if (status == 0)
    router->down_adverts = (uint8_t)adverts;
  return status;
}

static const struct ha_option router_options[] = {
    {"Peer", read_peer, HA_MANY},
    {"DownTimerAdverts", read_down_adverts, HA_ONCE},
};

// "<interface>-<ipv4|ipv6>-<vrid>"; the interface's name may have dashes, too.
static bool is_router_instance(const char *text) {
  const char *vrid = strrchr(text, '-');

  if (vrid == NULL || vrid - text < 6 || vrid[1] == '\0')
    return false;
  const char *family = vrid - strlen("-ipv4");
  char *end;
  unsigned long number = strtoul(vrid + 1, &end, 10);
  return (strncmp(family, "-ipv4", 5) == 0 || strncmp(family, "-ipv6", 5) == 0) &&
         vrid[1] >= '1' && vrid[1] <= '9' && *end == '\0' && number <= 255;
}

// Several blocks of one virtual router add up. NULL without memory.
static struct vrrp_router_config *find_or_add_router(struct vrrp_config *config,
                                                     const char *instance) {
  for (size_t i = 0; i < config->router_count; i++)
    if (strcmp(config->routers[i].instance, instance) == 0)
      return &config->routers[i];
  struct vrrp_router_config *routers =
      ha_array_room(config->routers, config->router_count, sizeof(*routers));
  if (routers == NULL)
    return NULL;
  config->routers = routers;
  struct vrrp_router_config *router = &routers[config->router_count];
  *router = (struct vrrp_router_config){.instance = strdup(instance)};
  if (router->instance == NULL)
    return NULL;
  config->router_count++;
  return router;
}

static int read_router(const struct ha_block *outer, const oconfig_item_t *item,
                       void *target) {
  struct vrrp_router_config unnamed = {0}, *router = &unnamed;
  struct ha_block block = {.outer = outer, .item = item};
  const char *instance;
  int status = ha_option_string(&block, item, &instance);

  if (status == 0 && !is_router_instance(instance))
    status = ha_options_error(&block, NULL,
                              "is not named \"<interface>-<ipv4|ipv6>-<vrid>\", like "
                              "\"eth0-ipv4-10\"");
  if (status == 0)
    router = find_or_add_router(target, instance);
  if (router == NULL)
    return -ENOMEM;
  status = ha_first_error(status, ha_options_read(&block, router_options,
                                                  HA_COUNT_OF(router_options), router));
  free(unnamed.peers);
  return status;
}

// --- <Plugin vrrp> ------------------------------------------------------------------

static int read_interface(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct vrrp_config *config = target;
  return ha_option_select(block, item, &config->interfaces);
}

static int read_namespace(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct vrrp_config *config = target;
  return ha_option_select(block, item, &config->namespaces);
}

// Where a daemon is asked, the wire is listened to.
static int read_keepalived(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct vrrp_config *config = target;
  struct vrrp_keepalived_configs *keepalived = &config->keepalived;
  size_t before = keepalived->count;
  int status = vrrp_config_read_keepalived(keepalived, block, item);

  if (keepalived->count == before || keepalived->all[before].netns[0] == '\0')
    return status;
  const char *netns = keepalived->all[before].netns;
  return ha_first_error(status, ha_selection_add(&config->namespaces, netns, NULL, 0));
}

static int read_ignore_selected(const struct ha_block *block, const oconfig_item_t *item,
                                void *target) {
  struct vrrp_config *config = target;
  return ha_option_bool(block, item, &config->ignore_selected);
}

static int read_require_pseudo_header(const struct ha_block *block,
                                      const oconfig_item_t *item, void *target) {
  struct vrrp_config *config = target;
  return ha_option_bool(block, item, &config->rules.require_pseudo_header);
}

static int read_unicast_ttl(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct vrrp_config *config = target;
  long ttl;
  int status = ha_option_whole(block, item, 1, 255, &ttl);
  if (status == 0)
    config->rules.unicast_ttl_min = (uint8_t)ttl;
  return status;
}

static int read_routers_max(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct vrrp_config *config = target;
  long max;
  int status = ha_option_whole(block, item, 1, ROUTERS_MAX_LIMIT, &max);
  if (status == 0)
    config->routers_max = (size_t)max;
  return status;
}

static int read_forget_after(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct vrrp_config *config = target;
  long seconds;
  int status = ha_option_whole(block, item, 1, FORGET_AFTER_LIMIT, &seconds);
  if (status == 0)
    config->forget_after = (vrrp_time)seconds * VRRP_SECOND;
  return status;
}

static const struct ha_option plugin_options[] = {
    {"Interface", read_interface, HA_MANY},
    {"IgnoreSelected", read_ignore_selected, HA_ONCE},
    {"Namespace", read_namespace, HA_MANY},
    {"RequirePseudoHeader", read_require_pseudo_header, HA_ONCE},
    {"UnicastMinimumTTL", read_unicast_ttl, HA_ONCE},
    {"MaxVirtualRouters", read_routers_max, HA_ONCE},
    {"ForgetAfter", read_forget_after, HA_ONCE},
    {"VirtualRouter", read_router, HA_MANY},
    {"Keepalived", read_keepalived, HA_MANY},
};

void vrrp_config_init(struct vrrp_config *config) {
  *config = (struct vrrp_config){
      .rules = {.unicast_ttl_min = 1},
      .routers_max = ROUTERS_MAX_DEFAULT,
      .forget_after = FORGET_AFTER_DEFAULT * VRRP_SECOND,
  };
}

void vrrp_config_destroy(struct vrrp_config *config) {
  ha_selection_clear(&config->interfaces);
  ha_selection_clear(&config->namespaces);
  for (size_t i = 0; i < config->router_count; i++) {
    free(config->routers[i].instance);
    free(config->routers[i].peers);
  }
  free(config->routers);
  vrrp_config_clear_keepalived(&config->keepalived);
  *config = (struct vrrp_config){0};
}

int vrrp_config_read(struct vrrp_config *config, const oconfig_item_t *item) {
  struct ha_block block = {.item = item, .seen = &config->seen};
  int status =
      ha_options_read(&block, plugin_options, HA_COUNT_OF(plugin_options), config);

  if (status == -ENOMEM)
    ERROR(HA_PLUGIN_NAME " plugin: no memory for its configuration.");
  return status;
}

bool vrrp_config_selects(const struct vrrp_config *config, const char *interface) {
  return ha_selection_wants(&config->interfaces, config->ignore_selected, interface);
}

const struct vrrp_router_config *vrrp_config_router(const struct vrrp_config *config,
                                                    const char *instance) {
  for (size_t i = 0; i < config->router_count; i++)
    if (strcmp(config->routers[i].instance, instance) == 0)
      return &config->routers[i];
  return NULL;
}
