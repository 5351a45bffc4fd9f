// SPDX-License-Identifier: MIT
// What may be written into <Plugin vrrp>?
#include "plugin/config.h"

#include "utils/common/common.h"

#include <errno.h>
#include <string.h>

#define ROUTERS_MAX_DEFAULT  2048
#define ROUTERS_MAX_LIMIT    65536
#define FORGET_AFTER_DEFAULT 3600
#define FORGET_AFTER_LIMIT   (365 * 86400)
#define VALUE_TEXT_MAX       128
#define SAID                 (-ECANCELED) // wrong within a block, and said there

// One key of a block: what it takes, and who takes it into target: 0, -EINVAL for a value
// that is not accepted, -ENOMEM or SAID.
struct key {
  const char *name;
  const char *accepts;
  int (*take)(void *target, const oconfig_item_t *item);
};

// The value as it stands in the file, for a message.
static const char *value_text(const oconfig_item_t *item, char *text) {
  const oconfig_value_t *value = item->values;

  if (item->values_num != 1)
    ssnprintf(text, VALUE_TEXT_MAX, "%d values", item->values_num);
  else if (value->type == OCONFIG_TYPE_STRING)
    ssnprintf(text, VALUE_TEXT_MAX, "\"%s\"", value->value.string);
  else if (value->type == OCONFIG_TYPE_NUMBER)
    ssnprintf(text, VALUE_TEXT_MAX, "%.15g", value->value.number);
  else
    ssnprintf(text, VALUE_TEXT_MAX, "%s", value->value.boolean ? "true" : "false");
  return text;
}

static int take_value(const char *block, const struct key *key, void *target,
                      const oconfig_item_t *item) {
  char value[VALUE_TEXT_MAX];
  int status = key->take(target, item);

  if (status == 0 || status == SAID)
    return status;
  if (status == -ENOMEM)
    ERROR("vrrp plugin: %s: no memory for %s.", block, item->key);
  else
    ERROR("vrrp plugin: %s: %s %s is not accepted: it takes %s.", block, item->key,
          value_text(item, value), key->accepts);
  return SAID;
}

static int take_by_key(const char *block, const struct key *keys, size_t count,
                       void *target, const oconfig_item_t *item) {
  char value[VALUE_TEXT_MAX], known[512] = "";

  for (size_t i = 0; i < count; i++) {
    if (strcasecmp(keys[i].name, item->key) == 0)
      return take_value(block, &keys[i], target, item);
    size_t used = strlen(known);
    ssnprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", keys[i].name);
  }
  ERROR("vrrp plugin: %s: the key %s (value %s) is not known: there are %s.", block,
        item->key, value_text(item, value), known);
  return SAID;
}

static int take_all(const char *block, const struct key *keys, size_t count, void *target,
                    const oconfig_item_t *item) {
  for (int i = 0; i < item->children_num; i++) {
    int status = take_by_key(block, keys, count, target, &item->children[i]);
    if (status < 0)
      return status;
  }
  return 0;
}

static bool is_single(const oconfig_item_t *item, int type) {
  return item->values_num == 1 && item->children_num == 0 && item->values[0].type == type;
}

static int take_string(const oconfig_item_t *item, char **ret_string) {
  if (!is_single(item, OCONFIG_TYPE_STRING) || item->values[0].value.string[0] == '\0')
    return -EINVAL;
  char *copy = strdup(item->values[0].value.string);
  if (copy == NULL)
    return -ENOMEM;
  free(*ret_string);
  *ret_string = copy;
  return 0;
}

static int take_boolean(const oconfig_item_t *item, bool *ret_boolean) {
  if (!is_single(item, OCONFIG_TYPE_BOOLEAN))
    return -EINVAL;
  *ret_boolean = item->values[0].value.boolean;
  return 0;
}

// A whole number from least to most.
static int take_number(const oconfig_item_t *item, double least, double most,
                       uint64_t *ret_number) {
  if (!is_single(item, OCONFIG_TYPE_NUMBER))
    return -EINVAL;
  double number = item->values[0].value.number;
  if (!(number >= least && number <= most) || number != (double)(uint64_t)number)
    return -EINVAL;
  *ret_number = (uint64_t)number;
  return 0;
}

// A larger copy of the array with a zeroed element at the end, or NULL.
static void *grow(void *array, size_t count, size_t size) {
  char *grown = realloc(array, (count + 1) * size);
  if (grown != NULL)
    memset(grown + count * size, 0, size);
  return grown;
}

// --- <VirtualRouter> ----------------------------------------------------------------

static int take_peer(void *target, const oconfig_item_t *item) {
  struct vrrp_router_config *router = target;
  struct vrrp_address peer;

  if (!is_single(item, OCONFIG_TYPE_STRING) ||
      vrrp_address_parse(item->values[0].value.string, &peer) < 0)
    return -EINVAL;
  struct vrrp_address *peers = grow(router->peers, router->peer_count, sizeof(*peers));
  if (peers == NULL)
    return -ENOMEM;
  router->peers = peers;
  peers[router->peer_count++] = peer;
  return 0;
}

static const struct key router_keys[] = {
    {"Peer", "an IPv4 or IPv6 address, such as \"192.0.2.1\"", take_peer},
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
      grow(config->routers, config->router_count, sizeof(*routers));
  if (routers == NULL)
    return NULL;
  config->routers = routers;
  struct vrrp_router_config *router = &routers[config->router_count];
  router->instance = strdup(instance);
  if (router->instance == NULL)
    return NULL;
  config->router_count++;
  return router;
}

static int take_router(void *target, const oconfig_item_t *item) {
  char block[VALUE_TEXT_MAX];

  if (item->values_num != 1 || item->values[0].type != OCONFIG_TYPE_STRING ||
      !is_router_instance(item->values[0].value.string))
    return -EINVAL;
  struct vrrp_router_config *router =
      find_or_add_router(target, item->values[0].value.string);
  if (router == NULL)
    return -ENOMEM;
  ssnprintf(block, sizeof(block), "<VirtualRouter \"%s\">", router->instance);
  return take_all(block, router_keys, STATIC_ARRAY_SIZE(router_keys), router, item);
}

// --- <Keepalived> -------------------------------------------------------------------

static int take_pid_file(void *target, const oconfig_item_t *item) {
  return take_string(item, &((struct vrrp_config *)target)->keepalived_pid_file);
}

static int take_json(void *target, const oconfig_item_t *item) {
  return take_string(item, &((struct vrrp_config *)target)->keepalived_json);
}

static int take_track_file(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;

  if (item->values_num != 2 || item->children_num != 0 ||
      item->values[0].type != OCONFIG_TYPE_STRING ||
      item->values[1].type != OCONFIG_TYPE_STRING ||
      item->values[1].value.string[0] != '/')
    return -EINVAL;
  struct vrrp_track_file *files =
      grow(config->track_files, config->track_file_count, sizeof(*files));
  if (files == NULL)
    return -ENOMEM;
  config->track_files = files;
  struct vrrp_track_file *track = &files[config->track_file_count++];
  track->instance = strdup(item->values[0].value.string);
  track->file = strdup(item->values[1].value.string);
  return track->instance != NULL && track->file != NULL ? 0 : -ENOMEM;
}

static const struct key keepalived_keys[] = {
    {"PidFile", "a file's path, such as \"/run/keepalived.pid\"", take_pid_file},
    {"JSON", "a file's path, such as \"/tmp/keepalived.json\"", take_json},
    {"TrackFile", "an instance's name and the absolute path of a file that it tracks",
     take_track_file},
};

static int take_keepalived(void *target, const oconfig_item_t *item) {
  if (item->values_num != 0)
    return -EINVAL;
  ((struct vrrp_config *)target)->keepalived = true;
  return take_all("<Keepalived>", keepalived_keys, STATIC_ARRAY_SIZE(keepalived_keys),
                  target, item);
}

// --- <Plugin vrrp> ------------------------------------------------------------------

static int compile_pattern(struct vrrp_interface_pattern *pattern) {
  size_t length = strlen(pattern->text);

  if (length <= 2 || pattern->text[0] != '/' || pattern->text[length - 1] != '/')
    return 0;
  pattern->text[length - 1] = '\0';
  pattern->is_regex = true;
  return regcomp(&pattern->regex, pattern->text + 1, REG_EXTENDED | REG_NOSUB) == 0
             ? 0
             : -EINVAL;
}

static int take_interface(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;
  struct vrrp_interface_pattern *interfaces =
      grow(config->interfaces, config->interface_count, sizeof(*interfaces));

  if (interfaces == NULL)
    return -ENOMEM;
  config->interfaces = interfaces;
  struct vrrp_interface_pattern *pattern = &interfaces[config->interface_count];
  int status = take_string(item, &pattern->text);
  if (status == 0)
    status = compile_pattern(pattern);
  if (status < 0)
    free(pattern->text);
  else
    config->interface_count++;
  return status;
}

static int take_ignore_selected(void *target, const oconfig_item_t *item) {
  return take_boolean(item, &((struct vrrp_config *)target)->ignore_selected);
}

static int take_require_pseudo_header(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;
  return take_boolean(item, &config->rules.require_pseudo_header);
}

static int take_unicast_ttl(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;
  uint64_t ttl;
  int status = take_number(item, 1, 255, &ttl);
  if (status == 0)
    config->rules.unicast_ttl_min = (uint8_t)ttl;
  return status;
}

static int take_routers_max(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;
  uint64_t max;
  int status = take_number(item, 1, ROUTERS_MAX_LIMIT, &max);
  if (status == 0)
    config->routers_max = (size_t)max;
  return status;
}

static int take_forget_after(void *target, const oconfig_item_t *item) {
  struct vrrp_config *config = target;
  uint64_t seconds;
  int status = take_number(item, 1, FORGET_AFTER_LIMIT, &seconds);
  if (status == 0)
    config->forget_after = seconds * VRRP_SECOND;
  return status;
}

static const struct key plugin_keys[] = {
    {"Interface",
     "an interface's name, or an extended regular expression between slashes",
     take_interface},
    {"IgnoreSelected", "true or false", take_ignore_selected},
    {"RequirePseudoHeader", "true or false", take_require_pseudo_header},
    {"UnicastMinimumTTL", "a whole number from 1 to 255", take_unicast_ttl},
    {"MaxVirtualRouters", "a whole number from 1 to 65536", take_routers_max},
    {"ForgetAfter", "whole seconds from 1 to 31536000", take_forget_after},
    {"VirtualRouter", "\"<interface>-<ipv4|ipv6>-<vrid>\" and keys that it knows",
     take_router},
    {"Keepalived", "no value and keys that it knows", take_keepalived},
};

int vrrp_config_init(struct vrrp_config *config) {
  *config = (struct vrrp_config){
      .rules = {.unicast_ttl_min = 1},
      .routers_max = ROUTERS_MAX_DEFAULT,
      .forget_after = FORGET_AFTER_DEFAULT * VRRP_SECOND,
      .keepalived_pid_file = strdup("/run/keepalived.pid"),
      .keepalived_json = strdup("/tmp/keepalived.json"),
  };
  if (config->keepalived_pid_file != NULL && config->keepalived_json != NULL)
    return 0;
  vrrp_config_destroy(config);
  return -ENOMEM;
}

void vrrp_config_destroy(struct vrrp_config *config) {
  for (size_t i = 0; i < config->interface_count; i++) {
    free(config->interfaces[i].text);
    if (config->interfaces[i].is_regex)
      regfree(&config->interfaces[i].regex);
  }
  for (size_t i = 0; i < config->router_count; i++) {
    free(config->routers[i].instance);
    free(config->routers[i].peers);
  }
  free(config->interfaces);
  free(config->routers);
  free(config->keepalived_pid_file);
  free(config->keepalived_json);
  for (size_t i = 0; i < config->track_file_count; i++) {
    free(config->track_files[i].instance);
    free(config->track_files[i].file);
  }
  free(config->track_files);
  *config = (struct vrrp_config){0};
}

int vrrp_config_read(struct vrrp_config *config, const oconfig_item_t *block) {
  return take_all("<Plugin vrrp>", plugin_keys, STATIC_ARRAY_SIZE(plugin_keys), config,
                  block);
}

static bool pattern_matches(const struct vrrp_interface_pattern *pattern,
                            const char *interface) {
  if (pattern->is_regex)
    return regexec(&pattern->regex, interface, 0, NULL, 0) == 0;
  return strcmp(pattern->text, interface) == 0;
}

bool vrrp_config_selects(const struct vrrp_config *config, const char *interface) {
  if (config->interface_count == 0)
    return true;
  for (size_t i = 0; i < config->interface_count; i++)
    if (pattern_matches(&config->interfaces[i], interface))
      return !config->ignore_selected;
  return config->ignore_selected;
}

const struct vrrp_router_config *vrrp_config_router(const struct vrrp_config *config,
                                                    const char *instance) {
  for (size_t i = 0; i < config->router_count; i++)
    if (strcmp(config->routers[i].instance, instance) == 0)
      return &config->routers[i];
  return NULL;
}
