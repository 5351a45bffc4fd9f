// SPDX-License-Identifier: MIT
// What may be written in <Table> and <IndexKey>?
#include "plugin/config.h"

#include <errno.h>
#include <stdlib.h>

#include "core/index.h"

// --- <IndexKey> -----------------------------------------------------------------

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
  struct key *key = &table->keys[table->keys_len++];
  key->source.scale = 1;
  key->syntax = SYNTAX_DISPLAY_STRING;
  return key;
}

// An index part's column has the part's syntax, which its MIB may know.
static void choose_key_syntax(struct key_block *b, const struct data_block *data) {
  if (data != NULL) {
    b->key->has_column = true;
    b->key->column = data->data->columns[0];
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
                    const struct data_block *data) {
  static const struct ha_option options[] = {
      {"Source", read_key_source, HA_ONCE},       {"Regex", read_key_regex, HA_ONCE},
      {"Group", read_key_group, HA_ONCE},         {"Map", read_key_map, HA_ONCE},
      {"Syntax", read_key_syntax, HA_ONCE},       {"Implied", read_key_implied, HA_ONCE},
      {"Enumerate", read_key_enumerate, HA_ONCE},
  };
  struct ha_block block = {.outer = outer, .item = item};
  if (table->keys_len == MAPPING_MAX_KEYS)
    return ha_options_error(&block, NULL, "a table has at most %d index parts",
                            MAPPING_MAX_KEYS);
  struct key_block b = {.config = config, .key = add_key(table)};
  if (b.key == NULL)
    return -ENOMEM;
  int status = ha_options_read(&block, options, STATIC_ARRAY_SIZE(options), &b);
  if (status != 0)
    return status;
  if (!b.has_source)
    return ha_options_error(&block, NULL, "Source is missing");
  if (b.key->source.kind == SOURCE_VALUE)
    return ha_options_error(&block, NULL, "a changing value can't be an index");
  choose_key_syntax(&b, data);
  if (!syntax_fits_index(b.key->syntax))
    return ha_options_error(&block, NULL, "a %s can't be an index",
                            syntax_name(b.key->syntax));
  return config_check_group(&block, &b.key->source);
}

// --- <Table> --------------------------------------------------------------------

static int read_index_oid(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct table_block *b = target;
  int status = config_read_oid(block, item, &b->table->number_column.oid);
  if (status != 0)
    return status;
  b->table->number_column.syntax = SYNTAX_INTEGER32;
  b->table->number_column.cell = b->table->cells++;
  b->table->row_numbers = numbering_create();
  return b->table->row_numbers != NULL ? 0 : -ENOMEM;
}

static int read_size_oid(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  static const uint32_t instance = 0;
  struct table_block *b = target;
  int status = config_read_oid(block, item, &b->table->size_oid);
  if (status != 0)
    return status;
  b->table->has_size = true;
  struct oid *oid = &b->table->size_oid;
  // The object's name or its instance: both are meant.
  return oid->sub[oid->len - 1] == 0 ? 0 : oid_append(oid, &instance, 1);
}

static int read_table_data(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct table_block *b = target;
  return config_read_data(b->config, block, item, b->table);
}

static int read_table_key(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct table_block *b = target;
  return config_read_key(b->config, block, item, b->table, NULL);
}

static int read_table_where(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct table_block *b = target;
  return config_read_where(block, item, &b->table->where, &b->table->where_len);
}

static int read_table_host(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct table_block *b = target;
  return config_read_host(block, item, b->table);
}

static int read_table_context(const struct ha_block *block, const oconfig_item_t *item,
                              void *target) {
  struct table_block *b = target;
  return config_read_context(block, item, &b->table->context);
}

static int read_table_context_source(const struct ha_block *block,
                                     const oconfig_item_t *item, void *target) {
  struct table_block *b = target;
  return config_read_context_source(block, item, &b->table->context_source);
}

static int read_table_shared(const struct ha_block *block, const oconfig_item_t *item,
                             void *target) {
  struct table_block *b = target;
  b->table->shared_told = true;
  return ha_option_bool(block, item, &b->table->shared);
}

static int read_table_notified(const struct ha_block *block, const oconfig_item_t *item,
                               void *target) {
  struct table_block *b = target;
  return ha_option_bool(block, item, &b->table->notified);
}

// RFC 2578, section 7.7: only the last part of an index may be IMPLIED, and only one
// whose length varies.
static int check_implied(const struct ha_block *block, const struct table_rule *table) {
  for (size_t i = 0; i < table->keys_len; i++) {
    const struct key *key = &table->keys[i];
    if (!key->implied)
      continue;
    if (i + 1 < table->keys_len)
      return ha_options_error(block, NULL, "Implied: only the last <IndexKey> may be so");
    if (!index_varies(key->syntax))
      return ha_options_error(block, NULL, "Implied: the length of a %s never varies",
                              syntax_name(key->syntax));
  }
  return 0;
}

int config_read_table(struct config *config, const struct ha_block *outer,
                      const oconfig_item_t *item) {
  static const struct ha_option options[] = {
      {"IndexOID", read_index_oid, HA_ONCE},
      {"SizeOID", read_size_oid, HA_ONCE},
      {"IndexKey", read_table_key, HA_MANY},
      {"Data", read_table_data, HA_MANY},
      {"Where", read_table_where, HA_MANY},
      {"Host", read_table_host, HA_ONCE},
      {"Context", read_table_context, HA_ONCE},
      {"ContextFrom", read_table_context_source, HA_ONCE},
      {"Shared", read_table_shared, HA_ONCE},
      {"Notified", read_table_notified, HA_ONCE},
  };
  struct ha_block block = {.outer = outer, .item = item};
  struct table_block b = {.config = config, .table = mapping_add_table(config->mapping)};
  if (b.table == NULL || config_note(config, b.table, &block) != 0)
    return -ENOMEM;
  int status = ha_option_copy(&block, item, &b.table->name);
  if (status == 0)
    status = ha_options_read(&block, options, STATIC_ARRAY_SIZE(options), &b);
  if (status != 0)
    return status;
  if (b.table->keys_len == 0)
    return ha_options_error(&block, NULL, "has no index: an <IndexKey> is missing");
  return check_implied(&block, b.table);
}
