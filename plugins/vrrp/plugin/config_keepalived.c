// SPDX-License-Identifier: MIT
// What may be written into <Keepalived>?
#include "plugin/config_keepalived.h"

#include "common/core/array.h"
#include "common/io/netns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_INTERVAL_DEFAULT 60
#define TEXT_INTERVAL_LIMIT   86400

// --- files --------------------------------------------------------------------------

// Where keepalived itself has them. With net_namespace its /run/keepalived is a directory
// of that namespace's name in everybody else's, and the one for TMPDIR, too.
static const struct {
  const char *key, *here, *elsewhere;
  bool is_shared; // two keepaliveds may have the same one
} files[] = {
    [VRRP_KEEPALIVED_FILE_PID] = {"PidFile", "/run/keepalived.pid",
                                  "/run/keepalived/%s/keepalived.pid", false},
    [VRRP_KEEPALIVED_FILE_JSON] = {"JSON", "/tmp/keepalived.json",
                                   "/run/keepalived/%s/keepalived.json", false},
    [VRRP_KEEPALIVED_FILE_VRRP_PID] = {"VrrpPidFile", "/run/vrrp.pid",
                                       "/run/keepalived/%s/vrrp.pid", false},
    [VRRP_KEEPALIVED_FILE_VRRP_DATA] = {"VrrpData", "/tmp/keepalived.data",
                                        "/run/keepalived/%s/keepalived.data", false},
    [VRRP_KEEPALIVED_FILE_CHECKERS_PID] = {"CheckersPidFile", "/run/checkers.pid",
                                           "/run/keepalived/%s/checkers.pid", false},
    [VRRP_KEEPALIVED_FILE_CHECKERS_DATA] = {"CheckersData", "/tmp/keepalived_check.data",
                                            "/run/keepalived/%s/keepalived_check.data",
                                            false},
    [VRRP_KEEPALIVED_FILE_CONFIGURATION] = {"Configuration",
                                            "/etc/keepalived/keepalived.conf",
                                            "/etc/keepalived/keepalived.%s.conf", true},
};
_Static_assert(HA_COUNT_OF(files) == VRRP_KEEPALIVED_FILES, "a key for each file");

const char *vrrp_keepalived_file_key(enum vrrp_keepalived_file file) {
  return files[file].key;
}

static int read_file(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct vrrp_keepalived_config *config = target;
  size_t file = 0;

  while (strcasecmp(files[file].key, item->key) != 0)
    file++;
  return ha_option_path(block, item, files[file].here, &config->files[file]);
}

// NULL without memory.
static char *default_file(size_t file, const char *netns) {
  char *path;

  if (netns[0] == '\0')
    return strdup(files[file].here);
  const char *name = strstr(files[file].elsewhere, "%s");
  int made = asprintf(&path, "%.*s%s%s", (int)(name - files[file].elsewhere),
                      files[file].elsewhere, netns, name + strlen("%s"));
  return made < 0 ? NULL : path;
}

// --- keys ---------------------------------------------------------------------------

static int read_text(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct vrrp_keepalived_config *config = target;
  return ha_option_bool(block, item, &config->text);
}

static int read_text_interval(const struct ha_block *block, const oconfig_item_t *item,
                              void *target) {
  struct vrrp_keepalived_config *config = target;
  long seconds;
  int status = ha_option_whole(block, item, 1, TEXT_INTERVAL_LIMIT, &seconds);
  if (status == 0)
    config->text_interval = (vrrp_time)seconds * VRRP_SECOND;
  return status;
}

static bool is_track_file(const oconfig_item_t *item) {
  return item->values_num == 2 && item->children_num == 0 &&
         item->values[0].type == OCONFIG_TYPE_STRING &&
         item->values[1].type == OCONFIG_TYPE_STRING &&
         item->values[1].value.string[0] == '/';
}

static int read_track_file(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct vrrp_keepalived_config *config = target;

  if (!is_track_file(item))
    return ha_options_error(block, item,
                            "needs an instance's name and the absolute path of a file "
                            "that it tracks");
  struct vrrp_track_file *all =
      ha_array_room(config->track_files, config->track_file_count, sizeof(*all));
  if (all == NULL)
    return -ENOMEM;
  config->track_files = all;
  struct vrrp_track_file *track = &all[config->track_file_count++];
  track->instance = strdup(item->values[0].value.string);
  track->file = strdup(item->values[1].value.string);
  return track->instance != NULL && track->file != NULL ? 0 : -ENOMEM;
}

// Whose block it is was seen before it was read.
static int check_namespace(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  const struct vrrp_keepalived_config *config = target;
  const char *name;
  int status = ha_option_string(block, item, &name);

  if (status < 0)
    return status;
  if (name[0] == '\0' || strpbrk(name, "/*") || strlen(name) >= HA_NETNS_NAME_SIZE)
    return ha_options_error(block, item, "is not the whole name of one namespace");
  if (strcmp(name, config->netns) != 0)
    return ha_options_error(block, item,
                            "stands beside Namespace \"%s\": each needs a block of its "
                            "own",
                            config->netns);
  return 0;
}

static const struct ha_option options[] = {
    {"Namespace", check_namespace, HA_MANY},
    {"PidFile", read_file, HA_ONCE},
    {"JSON", read_file, HA_ONCE},
    {"Configuration", read_file, HA_ONCE},
    {"Text", read_text, HA_ONCE},
    {"TextInterval", read_text_interval, HA_ONCE},
    {"VrrpPidFile", read_file, HA_ONCE},
    {"VrrpData", read_file, HA_ONCE},
    {"CheckersPidFile", read_file, HA_ONCE},
    {"CheckersData", read_file, HA_ONCE},
    {"TrackFile", read_track_file, HA_MANY},
};

// --- blocks -------------------------------------------------------------------------

static const char *namespace_of(const oconfig_item_t *block) {
  for (int i = 0; i < block->children_num; i++) {
    const oconfig_item_t *item = &block->children[i];
    if (strcasecmp(item->key, "Namespace") == 0 && item->values_num == 1 &&
        item->values[0].type == OCONFIG_TYPE_STRING)
      return item->values[0].value.string;
  }
  return "";
}

static void clear_one(struct vrrp_keepalived_config *config) {
  free(config->netns);
  for (size_t i = 0; i < VRRP_KEEPALIVED_FILES; i++)
    free(config->files[i]);
  for (size_t i = 0; i < config->track_file_count; i++) {
    free(config->track_files[i].instance);
    free(config->track_files[i].file);
  }
  free(config->track_files);
}

// The defaults. 0 or -ENOMEM.
static int make_one(const char *netns, struct vrrp_keepalived_config *ret_config) {
  struct vrrp_keepalived_config config = {
      .netns = strdup(netns),
      .text = true,
      .text_interval = TEXT_INTERVAL_DEFAULT * VRRP_SECOND,
  };
  bool is_whole = config.netns != NULL;

  for (size_t i = 0; i < VRRP_KEEPALIVED_FILES; i++) {
    config.files[i] = default_file(i, netns);
    is_whole &= config.files[i] != NULL;
  }
  if (!is_whole) {
    clear_one(&config);
    return -ENOMEM;
  }
  *ret_config = config;
  return 0;
}

// NULL without memory.
static struct vrrp_keepalived_config *find_or_add(struct vrrp_keepalived_configs *configs,
                                                  const char *netns) {
  for (size_t i = 0; i < configs->count; i++)
    if (strcmp(configs->all[i].netns, netns) == 0)
      return &configs->all[i];
  struct vrrp_keepalived_config *all =
      ha_array_room(configs->all, configs->count, sizeof(*all));
  if (all == NULL)
    return NULL;
  configs->all = all;
  return make_one(netns, &all[configs->count]) == 0 ? &all[configs->count++] : NULL;
}

// Each would take the other's dumps for its own.
static int compare_files(const struct ha_block *block,
                         const struct vrrp_keepalived_config *config,
                         const struct vrrp_keepalived_config *other) {
  int status = 0;

  for (size_t i = 0; i < VRRP_KEEPALIVED_FILES; i++)
    if (!files[i].is_shared && strcmp(config->files[i], other->files[i]) == 0)
      status = ha_options_error(
          block, NULL,
          "%s \"%s\" is also that of the keepalived in %s%s; each needs files of its own",
          files[i].key, config->files[i],
          other->netns[0] != '\0' ? "the namespace " : "collectd's own namespace",
          other->netns);
  return status;
}

static int compare_all(const struct ha_block *block,
                       const struct vrrp_keepalived_configs *configs,
                       const struct vrrp_keepalived_config *config) {
  int status = 0;

  for (size_t i = 0; i < configs->count; i++)
    if (&configs->all[i] != config)
      status = ha_first_error(status, compare_files(block, config, &configs->all[i]));
  return status;
}

int vrrp_config_read_keepalived(struct vrrp_keepalived_configs *configs,
                                const struct ha_block *outer,
                                const oconfig_item_t *item) {
  struct vrrp_keepalived_config *config = find_or_add(configs, namespace_of(item));
  if (config == NULL)
    return -ENOMEM;
  struct ha_block block = {.outer = outer, .item = item, .seen = &config->seen};
  int status = item->values_num == 0
                   ? 0
                   : ha_options_error(&block, NULL, "takes no value, only keys inside");
  status = ha_first_error(status,
                          ha_options_read(&block, options, HA_COUNT_OF(options), config));
  return status < 0 ? status : compare_all(&block, configs, config);
}

void vrrp_config_clear_keepalived(struct vrrp_keepalived_configs *configs) {
  for (size_t i = 0; i < configs->count; i++)
    clear_one(&configs->all[i]);
  free(configs->all);
  *configs = (struct vrrp_keepalived_configs){0};
}
