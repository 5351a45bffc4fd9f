// SPDX-License-Identifier: MIT
// How are options read that stand in more than one block?
#include "plugin/config_tools.h"

#include "common/core/array.h"
#include "io/agentx_address.h"
#include "plugin/mib.h"

#include <errno.h>
#include <stdlib.h>

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
      ha_array_room(config->map_uses, config->map_use_count, sizeof(*grown));
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
  config->map_uses[config->map_use_count++] = use;
  return 0;
}

int config_read_where(const struct ha_block *block, const oconfig_item_t *item,
                      struct where **wheres, size_t *length) {
  if (item->values_num != 2 || item->values[0].type != OCONFIG_TYPE_STRING ||
      item->values[1].type != OCONFIG_TYPE_STRING)
    return ha_options_error(block, item, "needs a field and a regular expression");
  struct where *grown = ha_array_room(*wheres, *length, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  *wheres = grown;
  struct source *source = &grown[*length].source;
  *source = (struct source){.scale = 1};
  if (source_parse(item->values[0].value.string, source) != 0 ||
      source->kind == SOURCE_CONSTANT) {
    source_free(source);
    return ha_options_error(
        block, item,
        "\"%s\" is not one of Value, Hostname, Plugin, PluginInstance, Type, "
        "TypeInstance, Meta:KEY",
        item->values[0].value.string);
  }
  int status =
      ha_option_regex(block, item, item->values[1].value.string, false, &source->regex);
  if (status != 0)
    source_free(source);
  else
    (*length)++;
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
