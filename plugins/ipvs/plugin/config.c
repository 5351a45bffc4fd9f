// SPDX-License-Identifier: MIT
// One row a key.

#include "plugin/config.h"

#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <errno.h>
#include <stddef.h>

enum key_kind { KEY_NAME, KEY_SWITCH };

struct key {
  const char *name;
  enum key_kind kind;
  size_t offset;
};

static const struct key keys[] = {
    {"Service", KEY_NAME, offsetof(struct ipvs_config, services)},
    {"Destination", KEY_NAME, offsetof(struct ipvs_config, destinations)},
    {"IgnoreSelected", KEY_SWITCH, offsetof(struct ipvs_config, ignore_selected)},
    {"ReportDestinations", KEY_SWITCH, offsetof(struct ipvs_config, report_destinations)},
    {"LoadModule", KEY_SWITCH, offsetof(struct ipvs_config, load_module)},
    {"Writable", KEY_SWITCH, offsetof(struct ipvs_config, writable)},
};

static const char *const accepted[] = {
    [KEY_NAME] = "one name in quotes, or one regular expression as \"/…/\"",
    [KEY_SWITCH] = "true or false",
};

static const struct key *find_key(const char *name) {
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(keys); i++)
    if (strcasecmp(keys[i].name, name) == 0)
      return &keys[i];
  return NULL;
}

static void list_keys(char *text, size_t size) {
  const char *names[STATIC_ARRAY_SIZE(keys)];
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(keys); i++)
    names[i] = keys[i].name;
  strjoin(text, size, (char **)names, STATIC_ARRAY_SIZE(keys), ", ");
}

// The values of a key as they stand in the file, more or less.
static void print_values(const oconfig_item_t *item, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < item->values_num && used < size; i++) {
    const oconfig_value_t *value = &item->values[i];
    int added = value->type == OCONFIG_TYPE_STRING
                    ? snprintf(text + used, size - used, " \"%s\"", value->value.string)
                : value->type == OCONFIG_TYPE_NUMBER
                    ? snprintf(text + used, size - used, " %g", value->value.number)
                    : snprintf(text + used, size - used, " %s",
                               value->value.boolean ? "true" : "false");
    used += added > 0 ? (size_t)added : 0;
  }
}

static int refuse(const oconfig_item_t *item, const struct key *key, const char *reason) {
  char values[256];
  print_values(item, values, sizeof(values));
  ERROR("ipvs plugin: <Plugin ipvs> %s%s: %s%saccepted is %s.", key->name, values,
        reason != NULL ? reason : "", reason != NULL ? "; " : "", accepted[key->kind]);
  return -EINVAL;
}

static int read_switch(const oconfig_item_t *item, const struct key *key, bool *ret) {
  const oconfig_value_t *value = item->values;
  if (item->values_num != 1)
    return refuse(item, key, NULL);
  if (value->type == OCONFIG_TYPE_BOOLEAN)
    *ret = value->value.boolean;
  else if (value->type == OCONFIG_TYPE_STRING && IS_TRUE(value->value.string))
    *ret = true;
  else if (value->type == OCONFIG_TYPE_STRING && IS_FALSE(value->value.string))
    *ret = false;
  else
    return refuse(item, key, NULL);
  return 0;
}

static int read_name(const oconfig_item_t *item, const struct key *key,
                     struct ipvs_selection *selection) {
  char reason[128] = "";
  if (item->values_num != 1 || item->values[0].type != OCONFIG_TYPE_STRING)
    return refuse(item, key, NULL);
  int status =
      ipvs_selection_add(selection, item->values[0].value.string, reason, sizeof(reason));
  if (status == -ENOMEM)
    ERROR("ipvs plugin: <Plugin ipvs> %s: out of memory.", key->name);
  return status == -EINVAL ? refuse(item, key, reason) : status;
}

static int read_item(const oconfig_item_t *item, struct ipvs_config *config) {
  const struct key *key = find_key(item->key);
  if (key == NULL) {
    char names[256];
    list_keys(names, sizeof(names));
    ERROR("ipvs plugin: <Plugin ipvs> %s: no such key; accepted are %s.", item->key,
          names);
    return -EINVAL;
  }
  if (item->children_num > 0)
    return refuse(item, key, "it is no block");

  void *target = (char *)config + key->offset;
  return key->kind == KEY_SWITCH ? read_switch(item, key, target)
                                 : read_name(item, key, target);
}

int ipvs_config_read(const oconfig_item_t *block, struct ipvs_config *config) {
  int status = 0;
  for (int i = 0; i < block->children_num; i++) {
    int problem = read_item(&block->children[i], config);
    if (problem != 0)
      status = problem;
  }
  return status;
}

void ipvs_config_clear(struct ipvs_config *config) {
  ipvs_selection_clear(&config->services);
  ipvs_selection_clear(&config->destinations);
}
