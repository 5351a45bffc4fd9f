// SPDX-License-Identifier: MIT
// What may be written in <IndexKey>?
#include "plugin/config_key.h"

#include "common/core/array.h"
#include "plugin/config_tools.h"

#include <errno.h>
#include <stdlib.h>

struct key_block {
  struct config *config;
  struct key *key;
  bool has_source, has_syntax;
};

static int read_key_source(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct key_block *b = target;
  b->has_source = true;
  return config_read_source(block, item, &b->key->source);
}

static int read_key_regex(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct key_block *b = target;
  return config_read_regex(block, item, &b->key->source);
}

static int read_key_group(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct key_block *b = target;
  return config_read_group(block, item, &b->key->source);
}

static int read_key_map(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  struct key_block *b = target;
  return config_read_map_use(b->config, block, item, &b->key->source);
}

static int read_key_default(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct key_block *b = target;
  return ha_option_copy(block, item, &b->key->source.fallback);
}

static int read_key_syntax(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct key_block *b = target;
  b->has_syntax = true;
  int status = config_read_syntax(block, item, &b->key->syntax);
  if (status == 0 && !syntax_fits_index(b->key->syntax))
    return ha_options_error(block, item, "can't be an index");
  return status;
}

static int read_key_implied(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct key_block *b = target;
  return ha_option_bool(block, item, &b->key->implied);
}

static int read_key_enumerate(const struct ha_block *block, const oconfig_item_t *item,
                              void *target) {
  struct key_block *b = target;
  const char *name;
  int status = ha_option_string(block, item, &name);
  if (status != 0)
    return status;
  b->key->numbering = mapping_numbering(b->config->mapping, name);
  return b->key->numbering != NULL ? 0 : -ENOMEM;
}

static struct key *add_key(struct table_rule *table) {
  if (table->keys == NULL)
    table->keys = calloc(MAPPING_MAX_KEYS, sizeof(*table->keys)); // keys never move
  if (table->keys == NULL)
    return NULL;
  struct key *key = &table->keys[table->key_count++];
  key->source.scale = 1;
  key->syntax = SYNTAX_DISPLAY_STRING;
  return key;
}

// An index part's column has the part's syntax, which its MIB may know.
static void choose_key_syntax(struct key_block *b, const struct column *column) {
  if (column != NULL) {
    b->key->has_column = true;
    b->key->column = *column;
    if (!b->has_syntax)
      b->key->syntax = b->key->column.syntax;
    b->key->column.syntax = b->key->syntax;
  }
  if (b->key->numbering == NULL)
    return;
  b->key->syntax = SYNTAX_UNSIGNED32;
  if (b->key->has_column && syntax_type(b->key->column.syntax) == SMI_OCTET_STRING)
    b->key->column.syntax = SYNTAX_INTEGER32;
}

int config_read_key(struct config *config, const struct ha_block *outer,
                    const oconfig_item_t *item, struct table_rule *table,
                    const struct column *column) {
  static const struct ha_option options[] = {
      {"Source", read_key_source, HA_ONCE},       {"Regex", read_key_regex, HA_ONCE},
      {"Group", read_key_group, HA_ONCE},         {"Map", read_key_map, HA_ONCE},
      {"Syntax", read_key_syntax, HA_ONCE},       {"Implied", read_key_implied, HA_ONCE},
      {"Enumerate", read_key_enumerate, HA_ONCE}, {"Default", read_key_default, HA_ONCE},
  };
  struct ha_block block = {.outer = outer, .item = item};
  if (table->key_count == MAPPING_MAX_KEYS)
    return ha_options_error(&block, NULL, "a table has at most %d index parts",
                            MAPPING_MAX_KEYS);
  struct key_block b = {.config = config, .key = add_key(table)};
  if (b.key == NULL)
    return -ENOMEM;
  int status = ha_options_read(&block, options, HA_COUNT_OF(options), &b);
  if (status != 0)
    return status;
  if (!b.has_source)
    return ha_options_error(&block, NULL, "Source is missing");
  if (b.key->source.kind == SOURCE_VALUE)
    return ha_options_error(&block, NULL, "a changing value can't be an index");
  choose_key_syntax(&b, column);
  if (!syntax_fits_index(b.key->syntax))
    return ha_options_error(&block, NULL, "a %s can't be an index",
                            syntax_name(b.key->syntax));
  return config_check_group(&block, &b.key->source);
}
