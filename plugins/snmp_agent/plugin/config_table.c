// SPDX-License-Identifier: MIT
// What may be written in <Table>?
#include "plugin/config_table.h"

#include "common/core/array.h"
#include "core/index.h"
#include "plugin/config_data.h"
#include "plugin/config_key.h"
#include "plugin/config_tools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What every option is handed.
struct table_block {
  struct config *config;
  struct table_rule *table;
  bool is_twofold; // AlsoContextFrom: it is read again
};

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
  return oid->sub[oid->length - 1] == 0 ? 0 : oid_append(oid, &instance, 1);
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
  return config_read_where(block, item, &b->table->where, &b->table->where_count);
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
  if (b->table->is_again)
    return 0;
  return config_read_context_source(block, item, &b->table->context_source);
}

static int read_table_also(const struct ha_block *block, const oconfig_item_t *item,
                           void *target) {
  struct table_block *b = target;
  b->is_twofold = true;
  if (!b->table->is_again)
    return 0;
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

static int read_table_optional(const struct ha_block *block, const oconfig_item_t *item,
                               void *target) {
  struct table_block *b = target;
  return ha_option_bool(block, item, &b->table->optional);
}

// RFC 2578, section 7.7: only the last part of an index may be IMPLIED, and only one
// whose length varies.
static int check_index(const struct ha_block *block, const struct table_rule *table) {
  if (table->key_count == 0)
    return ha_options_error(block, NULL, "has no index: an <IndexKey> is missing");
  for (size_t i = 0; i < table->key_count; i++) {
    const struct key *key = &table->keys[i];
    if (!key->implied)
      continue;
    if (i + 1 < table->key_count)
      return ha_options_error(block, NULL, "Implied: only the last <IndexKey> may be so");
    if (!index_varies(key->syntax))
      return ha_options_error(block, NULL, "Implied: the length of a %s never varies",
                              syntax_name(key->syntax));
  }
  return 0;
}

// Tables are told apart by their names in <Object> and in snmp_rows.
static int rename_again(struct table_rule *table) {
  static const char more[] = "-contexts";
  size_t size = strlen(table->name) + sizeof(more);
  char *name = malloc(size);
  if (name == NULL)
    return -ENOMEM;
  snprintf(name, size, "%s%s", table->name, more);
  free(table->name);
  table->name = name;
  return 0;
}

// The second of a twofold table is read of the same block, which was complained of.
static int check_table(const struct ha_block *block, const struct table_block *b) {
  int status = check_index(block, b->table);
  if (status != 0 || b->table->is_again)
    return status != 0 ? status : rename_again(b->table);
  if (b->is_twofold && b->table->context_source != NULL)
    return ha_options_error(block, NULL, "has ContextFrom and AlsoContextFrom");
  return 0;
}

static int read_block(struct config *config, const struct ha_block *outer,
                      const oconfig_item_t *item, bool *is_twofold) {
  static const struct ha_option options[] = {
      {"IndexOID", read_index_oid, HA_ONCE},
      {"SizeOID", read_size_oid, HA_ONCE},
      {"IndexKey", read_table_key, HA_MANY},
      {"Data", read_table_data, HA_MANY},
      {"Where", read_table_where, HA_MANY},
      {"Host", read_table_host, HA_ONCE},
      {"Context", read_table_context, HA_ONCE},
      {"ContextFrom", read_table_context_source, HA_ONCE},
      {"AlsoContextFrom", read_table_also, HA_ONCE},
      {"Shared", read_table_shared, HA_ONCE},
      {"Notified", read_table_notified, HA_ONCE},
      {"Optional", read_table_optional, HA_ONCE},
  };
  struct ha_block block = {.outer = outer, .item = item};
  struct table_block b = {.config = config, .table = mapping_add_table(config->mapping)};
  if (b.table == NULL || config_note(config, b.table, &block) != 0)
    return -ENOMEM;
  b.table->is_again = *is_twofold;
  int status = ha_option_copy(&block, item, &b.table->name);
  status =
      ha_first_error(status, ha_options_read(&block, options, HA_COUNT_OF(options), &b));
  if (status == 0)
    status = check_table(&block, &b);
  *is_twofold = b.is_twofold;
  return config_judge(config, b.table, status);
}

int config_read_table(struct config *config, const struct ha_block *outer,
                      const oconfig_item_t *item) {
  bool is_twofold = false;
  int status = read_block(config, outer, item, &is_twofold);
  return status == 0 && is_twofold ? read_block(config, outer, item, &is_twofold)
                                   : status;
}
