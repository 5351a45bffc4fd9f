// SPDX-License-Identifier: MIT
#include "plugin/config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "io/agentx_address.h"
#include "plugin/mib.h"

struct config *config_create(void) {
  struct config *config = calloc(1, sizeof(*config));
  if (config == NULL)
    return NULL;
  config->timeout = 5;
  config->ping = 15;
  config->mapping = mapping_create();
  if (config->mapping != NULL)
    return config;
  free(config);
  return NULL;
}

void config_destroy(struct config *config) {
  if (config == NULL)
    return;
  for (size_t i = 0; i < config->traps_len; i++)
    trap_rule_free(config->traps[i]);
  free(config->traps);
  mapping_destroy(config->mapping);
  for (size_t i = 0; i < config->map_uses_len; i++) {
    free(config->map_uses[i].map);
    free(config->map_uses[i].where);
  }
  for (size_t i = 0; i < config->notes_len; i++)
    free(config->notes[i].where);
  free(config->map_uses);
  free(config->notes);
  free(config->socket);
  free(config);
}

int config_note(struct config *config, const void *rule, const struct ha_block *block) {
  char path[1024];
  struct rule_note *grown =
      realloc(config->notes, (config->notes_len + 1) * sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  config->notes = grown;
  char *where = strdup(ha_block_path(block, path, sizeof(path)));
  if (where == NULL)
    return -ENOMEM;
  config->notes[config->notes_len++] = (struct rule_note){.rule = rule, .where = where};
  return 0;
}

const char *config_where(const struct config *config, const void *rule) {
  for (size_t i = 0; i < config->notes_len; i++)
    if (config->notes[i].rule == rule)
      return config->notes[i].where;
  return "?";
}

const char *config_where_table(const struct config *config, const struct table_rule *t) {
  return config_where(
      config, t->scalar ? (const void *)mapping_first_data(config->mapping, t) : t);
}

// --- options that stand in more than one block ----------------------------------

int config_read_nth_oid(const struct ha_block *block, const oconfig_item_t *item, int nth,
                        struct oid *ret) {
  const oconfig_value_t *value = &item->values[nth];
  if (value->type != OCONFIG_TYPE_STRING)
    return ha_options_error(block, item, "an OID is text in quotes");
  if (mib_parse_oid(value->value.string, ret) == 0)
    return 0;
  return ha_options_error(
      block, item,
      "\"%s\" is neither a numeric OID like \"1.3.6.1.2.1.1.3.0\" nor "
      "a name that an installed MIB file knows",
      value->value.string);
}

int config_read_oid(const struct ha_block *block, const oconfig_item_t *item,
                    struct oid *ret) {
  if (item->values_num != 1)
    return ha_options_error(block, item, "needs exactly one OID");
  return config_read_nth_oid(block, item, 0, ret);
}

int config_read_nth_syntax(const struct ha_block *block, const oconfig_item_t *item,
                           int nth, enum syntax *ret) {
  const oconfig_value_t *value = &item->values[nth];
  char names[512];
  if (value->type != OCONFIG_TYPE_STRING)
    return ha_options_error(block, item, "a syntax is text in quotes, one of %s",
                            syntax_names(names, sizeof(names)));
  if (syntax_by_name(value->value.string, ret) == 0)
    return 0;
  return ha_options_error(block, item, "\"%s\" is not one of %s", value->value.string,
                          syntax_names(names, sizeof(names)));
}

int config_read_syntax(const struct ha_block *block, const oconfig_item_t *item,
                       enum syntax *ret) {
  if (item->values_num != 1)
    return ha_options_error(block, item, "needs exactly one syntax");
  return config_read_nth_syntax(block, item, 0, ret);
}

int config_read_context(const struct ha_block *block, const oconfig_item_t *item,
                        char **ret) {
  int status = ha_option_copy(block, item, ret);
  if (status == 0 && strlen(*ret) > AGENTX_CONTEXT_MAX)
    return ha_options_error(block, item, "a context has at most %d characters",
                            AGENTX_CONTEXT_MAX);
  return status;
}

// `ContextFrom SOURCE`, or `ContextFrom SOURCE REGEX`: what the regex's group matches, or
// all that it matches if it has none.
int config_read_context_source(const struct ha_block *block, const oconfig_item_t *item,
                               struct source **ret) {
  if (item->values_num < 1 || item->values_num > 2 ||
      item->values[0].type != OCONFIG_TYPE_STRING ||
      item->values[item->values_num - 1].type != OCONFIG_TYPE_STRING)
    return ha_options_error(block, item,
                            "needs a field or Meta:KEY, and may have a "
                            "regular expression behind it");
  struct source *source = calloc(1, sizeof(*source));
  if (source == NULL)
    return -ENOMEM;
  *ret = source; // the rule's from now on
  source->scale = 1;
  if (source_parse(item->values[0].value.string, source) != 0 ||
      (source->kind != SOURCE_FIELD && source->kind != SOURCE_META))
    return ha_options_error(
        block, item,
        "\"%s\" is not one of Hostname, Plugin, PluginInstance, Type, "
        "TypeInstance, Meta:KEY",
        item->values[0].value.string);
  if (item->values_num == 1)
    return 0;
  int status =
      ha_option_regex(block, item, item->values[1].value.string, false, &source->regex);
  if (status == 0)
    source->group = source->regex->re_nsub > 0 ? 1 : 0;
  return status;
}

int config_read_source(const struct ha_block *block, const oconfig_item_t *item,
                       struct source *source) {
  const char *text;
  int status = ha_option_string(block, item, &text);
  if (status != 0)
    return status;
  status = source_parse(text, source);
  if (status != -EINVAL)
    return status;
  return ha_options_error(block, item,
                          "is not one of Value, Hostname, Plugin, PluginInstance, Type, "
                          "TypeInstance, Meta:KEY, Constant:TEXT");
}

int config_read_regex(const struct ha_block *block, const oconfig_item_t *item,
                      struct source *source) {
  const char *text;
  int status = ha_option_string(block, item, &text);
  if (status != 0)
    return status;
  return ha_option_regex(block, item, text, false, &source->regex);
}

int config_read_group(const struct ha_block *block, const oconfig_item_t *item,
                      struct source *source) {
  long group;
  int status = ha_option_whole(block, item, 0, 9, &group);
  if (status == 0)
    source->group = (size_t)group;
  return status;
}

int config_check_group(const struct ha_block *block, const struct source *source) {
  if (source->regex == NULL && source->group != 0)
    return ha_options_error(block, NULL, "Group %zu needs a Regex", source->group);
  if (source->regex != NULL && source->group > source->regex->re_nsub)
    return ha_options_error(block, NULL, "Group %zu isn't there: Regex has %zu group%s",
                            source->group, source->regex->re_nsub,
                            source->regex->re_nsub == 1 ? "" : "s");
  return 0;
}

int config_read_map_use(struct config *config, const struct ha_block *block,
                        const oconfig_item_t *item, struct source *source) {
  const char *name;
  char path[1024];
  int status = ha_option_string(block, item, &name);
  if (status != 0)
    return status;
  struct map_use *grown =
      realloc(config->map_uses, (config->map_uses_len + 1) * sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  config->map_uses = grown;
  struct map_use use = {.source = source,
                        .map = strdup(name),
                        .where = strdup(ha_block_path(block, path, sizeof(path)))};
  if (use.map == NULL || use.where == NULL) {
    free(use.map);
    free(use.where);
    return -ENOMEM;
  }
  config->map_uses[config->map_uses_len++] = use;
  return 0;
}

int config_read_where(const struct ha_block *block, const oconfig_item_t *item,
                      struct where **wheres, size_t *len) {
  if (item->values_num != 2 || item->values[0].type != OCONFIG_TYPE_STRING ||
      item->values[1].type != OCONFIG_TYPE_STRING)
    return ha_options_error(block, item, "needs a field and a regular expression");
  struct where *grown = realloc(*wheres, (*len + 1) * sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  *wheres = grown;
  struct source *source = &grown[*len].source;
  *source = (struct source){.scale = 1};
  if (source_parse(item->values[0].value.string, source) != 0 ||
      (source->kind != SOURCE_FIELD && source->kind != SOURCE_META)) {
    source_free(source);
    return ha_options_error(
        block, item,
        "\"%s\" is not one of Hostname, Plugin, PluginInstance, Type, "
        "TypeInstance, Meta:KEY",
        item->values[0].value.string);
  }
  int status =
      ha_option_regex(block, item, item->values[1].value.string, false, &source->regex);
  if (status != 0)
    source_free(source);
  else
    (*len)++;
  return status;
}

int config_read_host(const struct ha_block *block, const oconfig_item_t *item,
                     struct table_rule *table) {
  const char *text;
  int status = ha_option_string(block, item, &text);
  if (status != 0)
    return status;
  bool any = strcmp(text, "*") == 0;
  return ha_option_regex(block, item, any ? ".*" : text, true, &table->host);
}

// --- <Map> ----------------------------------------------------------------------

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

static int read_map(const struct ha_block *outer, const oconfig_item_t *item,
                    void *target) {
  struct config *config = target;
  struct ha_block block = {.outer = outer, .item = item};
  const char *name;
  int status = ha_option_string(&block, item, &name);
  if (status != 0)
    return status;
  if (mapping_map(config->mapping, name) != NULL)
    return ha_options_error(&block, item, "a map of this name is there already");
  struct map *map = map_create(name);
  if (map == NULL || mapping_add_map(config->mapping, map) != 0) {
    map_destroy(map);
    return -ENOMEM;
  }
  for (int i = 0; i < item->children_num && status == 0; i++) {
    const oconfig_item_t *child = &item->children[i];
    status = strcasecmp(child->key, "Default") == 0 ? read_map_default(&block, child, map)
                                                    : read_map_entry(&block, child, map);
  }
  return status;
}

// --- <Plugin snmp_agent> --------------------------------------------------------

static int read_table(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  return config_read_table(target, block, item);
}

static int read_scalar(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  return config_read_data(target, block, item, NULL);
}

static int read_notification(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  return config_read_notification(target, block, item);
}

static int read_socket(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  struct config *config = target;
  if (config->socket != NULL)
    return ha_options_error(block, item, "stands in another <Plugin snmp_agent> already");
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
  struct ha_block block = {.item = item};
  return ha_options_read(&block, options, STATIC_ARRAY_SIZE(options), config);
}
