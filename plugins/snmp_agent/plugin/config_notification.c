// SPDX-License-Identifier: MIT
// What may be written in <Notification> and <Object>?
#include "plugin/config_notification.h"

#include "common/core/array.h"
#include "plugin/config_tools.h"
#include "plugin/mib.h"

#include <errno.h>
#include <stdlib.h>

// What every option of <Notification> is handed.
struct notification_block {
  struct config *config;
  struct trap_rule *rule;
};

// --- <Object> -------------------------------------------------------------------

struct object_block {
  struct config *config;
  struct trap_object *object;
  bool has_value, has_syntax;
};

static int read_object_table(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct object_block *b = target;
  return ha_option_copy(block, item, &b->object->table_name);
}

static int read_object_value(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct object_block *b = target;
  b->has_value = true;
  return config_read_source(block, item, &b->object->source);
}

static int read_object_regex(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct object_block *b = target;
  return config_read_regex(block, item, &b->object->source);
}

static int read_object_group(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct object_block *b = target;
  return config_read_group(block, item, &b->object->source);
}

static int read_object_map(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct object_block *b = target;
  return config_read_map_use(b->config, block, item, &b->object->source);
}

static int read_object_syntax(const struct ha_block *block, const oconfig_item_t *item,
                              void *target) {
  struct object_block *b = target;
  b->has_syntax = true;
  int status = config_read_syntax(block, item, &b->object->syntax);
  if (status == 0 && b->object->syntax == SYNTAX_TIME_STAMP)
    return ha_options_error(block, item, "can't stand in a notification");
  return status;
}

static int check_object(const struct ha_block *block, struct object_block *b) {
  bool whole;
  if (!b->has_value || b->object->source.kind == SOURCE_VALUE)
    return ha_options_error(block, NULL,
                            "Value is missing: a field, Meta:KEY (with Meta:message and "
                            "Meta:severity) or Constant:TEXT");
  if (!b->has_syntax && mib_syntax(&b->object->oid, &b->object->syntax, &whole) != 0)
    return ha_options_error(block, NULL,
                            "no installed MIB file knows this OID, so Syntax is needed");
  return config_check_group(block, &b->object->source);
}

static int read_object(const struct ha_block *outer, const oconfig_item_t *item,
                       void *target) {
  static const struct ha_option options[] = {
      {"Table", read_object_table, HA_ONCE}, {"Value", read_object_value, HA_ONCE},
      {"Regex", read_object_regex, HA_ONCE}, {"Group", read_object_group, HA_ONCE},
      {"Map", read_object_map, HA_ONCE},     {"Syntax", read_object_syntax, HA_ONCE},
  };
  struct notification_block *n = target;
  struct ha_block block = {.outer = outer, .item = item};
  struct object_block b = {.config = n->config,
                           .object = &n->rule->objects[n->rule->object_count++]};
  b.object->source.scale = 1;
  int status = config_read_oid(&block, item, &b.object->oid);
  status =
      ha_first_error(status, ha_options_read(&block, options, HA_COUNT_OF(options), &b));
  return status == 0 ? check_object(&block, &b) : status;
}

// --- <Notification> -------------------------------------------------------------

static int read_field(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct notification_block *b = target;
  enum field field;
  if (field_by_name(item->key, &field) != 0)
    return -EINVAL;
  return ha_option_copy(block, item, &b->rule->match[field]);
}

static int read_severity(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  static const struct {
    const char *name;
    unsigned bit;
  } severities[] = {
      {"FAILURE", NOTIF_FAILURE}, {"WARNING", NOTIF_WARNING}, {"OKAY", NOTIF_OKAY}};
  struct notification_block *b = target;
  const char *name;
  int status = ha_option_string(block, item, &name);
  if (status != 0)
    return status;
  for (size_t i = 0; i < HA_COUNT_OF(severities); i++) {
    if (strcasecmp(severities[i].name, name) != 0)
      continue;
    b->rule->severities |= severities[i].bit;
    return 0;
  }
  return ha_options_error(block, item, "is not one of FAILURE, WARNING, OKAY");
}

static int read_message(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  struct notification_block *b = target;
  const char *text;
  int status = ha_option_string(block, item, &text);
  if (status != 0)
    return status;
  return ha_option_regex(block, item, text, false, &b->rule->message);
}

static int read_where(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct notification_block *b = target;
  struct trap_rule *rule = b->rule;
  int status = config_read_where(block, item, &rule->where, &rule->where_count);
  if (status == 0 && rule->where[rule->where_count - 1].source.kind == SOURCE_VALUE)
    return ha_options_error(block, item, "Value: a notification has no number");
  return status;
}

static int read_trap(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct notification_block *b = target;
  return config_read_oid(block, item, &b->rule->trap);
}

static int read_context(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  struct notification_block *b = target;
  return config_read_context(block, item, &b->rule->context);
}

static int read_context_source(const struct ha_block *block, const oconfig_item_t *item,
                               void *target) {
  struct notification_block *b = target;
  return config_read_context_source(block, item, &b->rule->context_source);
}

static struct trap_rule *add_trap(struct config *config, size_t objects) {
  struct trap_rule **grown =
      ha_array_room(config->traps, config->trap_count, sizeof(struct trap_rule *));
  if (grown == NULL)
    return NULL;
  config->traps = grown;
  struct trap_rule *rule = calloc(1, sizeof(*rule));
  if (rule == NULL)
    return NULL;
  config->traps[config->trap_count++] = rule;
  rule->objects = calloc(objects + 1, sizeof(*rule->objects)); // they never move
  return rule->objects != NULL ? rule : NULL;
}

int config_read_notification(struct config *config, const struct ha_block *outer,
                             const oconfig_item_t *item) {
  static const struct ha_option options[] = {
      {"Host", read_field, HA_ONCE},
      {"Plugin", read_field, HA_ONCE},
      {"PluginInstance", read_field, HA_ONCE},
      {"Type", read_field, HA_ONCE},
      {"TypeInstance", read_field, HA_ONCE},
      {"Severity", read_severity, HA_MANY},
      {"Message", read_message, HA_ONCE},
      {"Where", read_where, HA_MANY},
      {"Trap", read_trap, HA_ONCE},
      {"Object", read_object, HA_MANY},
      {"Context", read_context, HA_ONCE},
      {"ContextFrom", read_context_source, HA_ONCE},
  };
  struct ha_block block = {.outer = outer, .item = item};
  struct notification_block b = {.config = config,
                                 .rule = add_trap(config, (size_t)item->children_num)};
  if (b.rule == NULL || config_note(config, b.rule, &block) != 0)
    return -ENOMEM;
  int status = ha_option_copy(&block, item, &b.rule->name);
  status =
      ha_first_error(status, ha_options_read(&block, options, HA_COUNT_OF(options), &b));
  if (status == 0 && b.rule->trap.length == 0)
    status = ha_options_error(&block, NULL, "Trap, the notification's OID, is missing");
  return config_judge(config, b.rule, status);
}
