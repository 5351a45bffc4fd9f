// SPDX-License-Identifier: MIT
// What may be written in <Map>?
#include "plugin/config_map.h"

#include <errno.h>
#include <math.h>

static int map_target(const struct ha_block *block, const oconfig_item_t *item,
                      const oconfig_value_t *value, struct raw_value *ret) {
  if (value->type == OCONFIG_TYPE_STRING) {
    *ret = (struct raw_value){.kind = RAW_TEXT, .text = value->value.string};
    return 0;
  }
  const double max = 9007199254740992.0; // 2^53: as far as collectd reads numbers exactly
  if (value->type != OCONFIG_TYPE_NUMBER || !(fabs(value->value.number) <= max) ||
      value->value.number != floor(value->value.number))
    return ha_options_error(block, item, "maps to a whole number or to text in quotes");
  *ret = (struct raw_value){.kind = RAW_SIGNED, .i = (int64_t)value->value.number};
  return 0;
}

static int read_map_default(const struct ha_block *block, const oconfig_item_t *item,
                            struct map *map) {
  struct raw_value to;
  if (item->values_num != 1)
    return ha_options_error(block, item, "needs exactly one value");
  int status = map_target(block, item, &item->values[0], &to);
  if (status == 0)
    status = map_set_default(map, &to);
  return status == -EEXIST ? ha_options_error(block, item, "stands twice in this block")
                           : status;
}

// `Entry "from" to`, or `from to`: collectd's grammar takes a bare word as a key only.
static int read_map_entry(const struct ha_block *block, const oconfig_item_t *item,
                          struct map *map) {
  bool bare = strcasecmp(item->key, "Entry") != 0;
  if (item->values_num != (bare ? 1 : 2) ||
      (!bare && item->values[0].type != OCONFIG_TYPE_STRING))
    return ha_options_error(block, item,
                            "an entry is: Entry \"from\" to, or: from to (a bare word)");
  struct raw_value to;
  int status = map_target(block, item, &item->values[bare ? 0 : 1], &to);
  if (status != 0)
    return status;
  const char *from = bare ? item->key : item->values[0].value.string;
  status = map_add(map, from, &to);
  return status == -EEXIST
             ? ha_options_error(block, item, "\"%s\" stands twice in this map", from)
             : status;
}

// collectd's parser doesn't tell which file a block comes from: what stands beside the
// map does.
static int complain_twice(const struct ha_block *block) {
  const oconfig_item_t *plugin = block->outer->item;
  for (int i = 0; i < plugin->children_num; i++) {
    const oconfig_item_t *child = &plugin->children[i];
    if (strcasecmp(child->key, "Table") == 0 && child->values_num == 1 &&
        child->values[0].type == OCONFIG_TYPE_STRING)
      return ha_options_error(block, NULL,
                              "a map of this name is there already: is the file with "
                              "<Table \"%s\"> included twice?",
                              child->values[0].value.string);
  }
  return ha_options_error(block, NULL, "a map of this name is there already");
}

int config_read_map(struct config *config, const struct ha_block *outer,
                    const oconfig_item_t *item) {
  struct ha_block block = {.outer = outer, .item = item};
  const char *name;
  int status = ha_option_string(&block, item, &name);
  if (status != 0)
    return status;
  if (mapping_map(config->mapping, name) != NULL)
    return complain_twice(&block);
  struct map *map = map_create(name);
  if (map == NULL || mapping_add_map(config->mapping, map) != 0) {
    map_destroy(map);
    return -ENOMEM;
  }
  for (int i = 0; i < item->children_num && status != -ENOMEM; i++) {
    const oconfig_item_t *child = &item->children[i];
    bool is_default = strcasecmp(child->key, "Default") == 0;
    status = ha_first_error(status, is_default ? read_map_default(&block, child, map)
                                               : read_map_entry(&block, child, map));
  }
  return status;
}
