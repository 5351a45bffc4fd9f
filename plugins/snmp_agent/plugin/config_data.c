// SPDX-License-Identifier: MIT
// What may be written in <Data>?
#include "plugin/config_data.h"

#include "common/core/array.h"
#include "plugin/config_key.h"
#include "plugin/config_tools.h"
#include "plugin/mib.h"

#include <errno.h>
#include <stdlib.h>

// What every option is handed.
struct data_block {
  struct config *config;
  struct table_rule *table; // NULL: a scalar
  struct data_rule *data;
  const oconfig_item_t *oids, *syntaxes, *index_key;
};

// --- the options ----------------------------------------------------------------

static int read_field(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  enum field field;
  if (field_by_name(item->key, &field) != 0)
    return -EINVAL;
  return ha_option_copy(block, item, &b->data->match[field]);
}

static int read_host(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  return config_read_host(block, item, b->data->table);
}

static int read_context(const struct ha_block *block, const oconfig_item_t *item,
                        void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  return config_read_context(block, item, &b->data->table->context);
}

static int read_context_source(const struct ha_block *block, const oconfig_item_t *item,
                               void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  return config_read_context_source(block, item, &b->data->table->context_source);
}

static int read_shared(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  b->data->table->shared_told = true;
  return ha_option_bool(block, item, &b->data->table->shared);
}

static int read_notified(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  return ha_option_bool(block, item, &b->data->table->notified);
}

static int read_optional(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  struct data_block *b = target;
  if (b->table != NULL)
    return ha_options_error(block, item, "stands in the <Table> around it");
  return ha_option_bool(block, item, &b->data->table->optional);
}

static int read_index_key(const struct ha_block *block, const oconfig_item_t *item,
                          void *target) {
  struct data_block *b = target;
  char path[1024];
  if (b->table != NULL)
    b->index_key = item;
  else
    NOTICE(HA_PLUGIN_NAME " plugin: %s: <IndexKey> has no effect: a scalar has no index",
           ha_block_path(block, path, sizeof(path)));
  return 0;
}

// As collectd 5.8 wrote an index, and the example of its collectd.conf still does.
static int read_instance(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  static oconfig_value_t source_value = {.type = OCONFIG_TYPE_STRING,
                                         .value.string = "PluginInstance"};
  static oconfig_item_t source = {
      .key = "Source", .values = &source_value, .values_num = 1};
  static const oconfig_item_t index_key = {
      .key = "IndexKey", .children = &source, .children_num = 1};
  struct data_block *b = target;
  bool wanted;
  int status = ha_option_bool(block, item, &wanted);
  if (status == 0 && wanted && b->table != NULL)
    b->index_key = &index_key;
  return status;
}

static int read_oids(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  (void)block;
  struct data_block *b = target;
  b->oids = item;
  return 0;
}

static int read_syntax(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  (void)block;
  struct data_block *b = target;
  b->syntaxes = item;
  return 0;
}

static int read_scale(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return ha_option_number(block, item, &b->data->source.scale);
}

static int read_shift(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return ha_option_number(block, item, &b->data->source.shift);
}

static int read_value(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return config_read_source(block, item, &b->data->source);
}

static int read_regex(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return config_read_regex(block, item, &b->data->source);
}

static int read_group(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return config_read_group(block, item, &b->data->source);
}

static int read_map(const struct ha_block *block, const oconfig_item_t *item,
                    void *target) {
  struct data_block *b = target;
  return config_read_map_use(b->config, block, item, &b->data->source);
}

static int read_where(const struct ha_block *block, const oconfig_item_t *item,
                      void *target) {
  struct data_block *b = target;
  return config_read_where(block, item, &b->data->where, &b->data->where_count);
}

static int read_data_source(const struct ha_block *block, const oconfig_item_t *item,
                            void *target) {
  struct data_block *b = target;
  return ha_option_copy(block, item, &b->data->data_source_name);
}

static int read_rate(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct data_block *b = target;
  return ha_option_bool(block, item, &b->data->source.rate);
}

static int read_saturate(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  struct data_block *b = target;
  return ha_option_bool(block, item, &b->data->options.saturate);
}

static int read_word(const struct ha_block *block, const oconfig_item_t *item,
                     void *target) {
  struct data_block *b = target;
  const char *name;
  int status = ha_option_string(block, item, &name);
  if (status != 0)
    return status;
  if (word_by_name(name, &b->data->options.word) == 0)
    return 0;
  return ha_options_error(block, item, "is not one of low, high");
}

static int read_writable(const struct ha_block *block, const oconfig_item_t *item,
                         void *target) {
  struct data_block *b = target;
  return ha_option_bool(block, item, &b->data->writable);
}

static int read_format(const struct ha_block *block, const oconfig_item_t *item,
                       void *target) {
  struct data_block *b = target;
  int status = ha_option_copy(block, item, &b->data->real_format);
  if (status != 0)
    return status;
  b->data->options.real_format = b->data->real_format;
  if (!syntax_format_ok(b->data->real_format))
    return ha_options_error(
        block, item, "needs one conversion of a number by e, f or g, like \"%%.2f\"");
  return 0;
}

static const struct ha_option data_options[] = {
    {"Plugin", read_field, HA_ONCE},       {"PluginInstance", read_field, HA_ONCE},
    {"Type", read_field, HA_ONCE},         {"TypeInstance", read_field, HA_ONCE},
    {"OIDs", read_oids, HA_ONCE},          {"Syntax", read_syntax, HA_ONCE},
    {"IndexKey", read_index_key, HA_ONCE}, {"Instance", read_instance, HA_ONCE},
    {"Scale", read_scale, HA_ONCE},        {"Shift", read_shift, HA_ONCE},
    {"Value", read_value, HA_ONCE},        {"Regex", read_regex, HA_ONCE},
    {"Group", read_group, HA_ONCE},        {"Map", read_map, HA_ONCE},
    {"Where", read_where, HA_MANY},        {"DataSource", read_data_source, HA_ONCE},
    {"Rate", read_rate, HA_ONCE},          {"Saturate", read_saturate, HA_ONCE},
    {"Word", read_word, HA_ONCE},          {"Format", read_format, HA_ONCE},
    {"Writable", read_writable, HA_ONCE},  {"Host", read_host, HA_ONCE},
    {"Context", read_context, HA_ONCE},    {"ContextFrom", read_context_source, HA_ONCE},
    {"Shared", read_shared, HA_ONCE},      {"Notified", read_notified, HA_ONCE},
    {"Optional", read_optional, HA_ONCE},
};

// --- the columns ----------------------------------------------------------------

// A syntax that is neither given nor known to a MIB follows from the data source's
// type, once types.db has been read (config_finish).
static int choose_syntax(const struct ha_block *block, const struct data_block *b, int i,
                         struct column *column) {
  column->syntax = SYNTAX_COUNT;
  bool whole;
  if (b->syntaxes == NULL) {
    mib_syntax(&column->oid, &column->syntax, &whole);
    return 0;
  }
  const oconfig_item_t *item = b->syntaxes;
  int nth = item->values_num == 1 ? 0 : i;
  return config_read_nth_syntax(block, item, nth, &column->syntax);
}

// A scalar given by its object's name is meant as the object's only instance.
static int complete_scalar(struct column *column) {
  static const uint32_t instance = 0;
  enum syntax syntax;
  bool whole;
  if (column->oid.sub[column->oid.length - 1] == 0 ||
      mib_syntax(&column->oid, &syntax, &whole) != 0 || !whole)
    return 0;
  return oid_append(&column->oid, &instance, 1);
}

static int make_column(const struct ha_block *block, struct data_block *b, int i) {
  struct column *column = &b->data->columns[b->data->column_count];
  int status = config_read_nth_oid(block, b->oids, i, &column->oid);
  status = ha_first_error(status, choose_syntax(block, b, i, column));
  if (status == 0 && b->table == NULL)
    status = complete_scalar(column);
  if (status != 0)
    return status;
  column->cell = b->data->table->cells++;
  b->data->column_count++;
  return 0;
}

static int make_columns(const struct ha_block *block, struct data_block *b) {
  if (b->oids == NULL || b->oids->values_num < 1)
    return ha_options_error(block, NULL, "OIDs is missing");
  if (b->syntaxes != NULL && b->syntaxes->values_num != 1 &&
      b->syntaxes->values_num != b->oids->values_num)
    return ha_options_error(block, b->syntaxes, "needs one syntax, or one for each OID");
  b->data->columns = calloc((size_t)b->oids->values_num, sizeof(*b->data->columns));
  if (b->data->columns == NULL)
    return -ENOMEM;
  int status = 0;
  for (int i = 0; i < b->oids->values_num; i++)
    status = ha_first_error(status, make_column(block, b, i));
  return status;
}

// --- what must hold together ----------------------------------------------------

static int check_value(const struct ha_block *block, const struct data_block *b) {
  const struct data_rule *d = b->data;
  bool number = d->source.kind == SOURCE_VALUE;
  if (d->match[FIELD_PLUGIN] == NULL)
    return ha_options_error(block, NULL, "Plugin is missing");
  if (d->match[FIELD_TYPE] == NULL)
    return ha_options_error(block, NULL, "Type is missing");
  if (!number && d->column_count != 1)
    return ha_options_error(block, b->oids, "text has one OID, here are %zu",
                            d->column_count);
  if (!number && (d->source.rate || d->source.scaled || d->data_source_name != NULL))
    return ha_options_error(
        block, NULL,
        "Rate, Scale, Shift and DataSource need the number itself, not "
        "another Value");
  if (d->writable && (!number || d->column_count != 1 || d->source.scaled ||
                      d->source.rate || d->source.regex != NULL))
    return ha_options_error(block, NULL,
                            "Writable needs one OID that shows the number as it is");
  return config_check_group(block, &d->source);
}

// The column of an index part: no value of its own goes there.
static int finish_key(const struct ha_block *block, struct data_block *b) {
  const struct data_rule *d = b->data;
  if (d->match[FIELD_TYPE] != NULL || d->match[FIELD_TYPE_INSTANCE] != NULL)
    return ha_options_error(block, NULL, "an index has no Type and no TypeInstance");
  if (d->column_count != 1)
    return ha_options_error(block, b->oids, "an index part has one OID, here are %zu",
                            d->column_count);
  if (d->columns[0].syntax == SYNTAX_COUNT)
    b->data->columns[0].syntax = SYNTAX_DISPLAY_STRING;
  int status = config_read_key(b->config, block, b->index_key, b->table, d->columns);
  // The rule has done its work: it wants no value.
  b->data->column_count = 0;
  return status;
}

static struct table_rule *add_scalar(struct config *config) {
  struct table_rule *table = mapping_add_table(config->mapping);
  if (table != NULL)
    table->scalar = true;
  return table;
}

static int read_rule(const struct ha_block *block, struct data_block *b) {
  int status = ha_option_copy(block, block->item, &b->data->name);
  status = ha_first_error(
      status, ha_options_read(block, data_options, HA_COUNT_OF(data_options), b));
  if (status == 0 || b->oids != NULL)
    status = ha_first_error(status, make_columns(block, b));
  struct source *source = &b->data->source;
  source->scaled = source->scale != 1 || source->shift != 0;
  if (status == 0)
    return b->index_key != NULL ? finish_key(block, b) : check_value(block, b);
  if (b->index_key == NULL)
    return status;
  return ha_first_error(status,
                        config_read_key(b->config, block, b->index_key, b->table, NULL));
}

int config_read_data(struct config *config, const struct ha_block *outer,
                     const oconfig_item_t *item, struct table_rule *table) {
  struct ha_block block = {.outer = outer, .item = item};
  struct data_block b = {
      .config = config, .table = table, .data = mapping_add_data(config->mapping)};
  if (b.data == NULL || config_note(config, b.data, &block) != 0)
    return -ENOMEM;
  b.data->table = table != NULL ? table : add_scalar(config);
  if (b.data->table == NULL)
    return -ENOMEM;
  return config_judge(config, b.data, read_rule(&block, &b));
}
