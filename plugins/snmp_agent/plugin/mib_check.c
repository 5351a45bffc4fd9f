// SPDX-License-Identifier: MIT
// Does the configuration say what the installed MIB files say?
#include "plugin/mib_check.h"

#include "common/core/array.h"
#include "plugin/mib.h"
#include "utils/common/common.h"

// Types of collectd's that are in bytes where MIBs mostly count kB.
static bool is_in_bytes(const char *type) {
  static const char *const types[] = {"memory", "swap", "df_complex", "bytes", "ps_rss"};
  for (size_t i = 0; i < HA_COUNT_OF(types); i++)
    if (strcmp(types[i], type) == 0)
      return true;
  return false;
}

static bool is_kilobytes(const char *units) {
  static const char *const names[] = {"kB", "KB", "KBytes", "kilobytes", "Kilobytes"};
  for (size_t i = 0; units != NULL && i < HA_COUNT_OF(names); i++)
    if (strcasecmp(names[i], units) == 0)
      return true;
  return false;
}

static void check_column(const char *where, const struct data_rule *d,
                         const struct mib_object *object) {
  if (!object->accessible)
    WARNING(HA_PLUGIN_NAME
            " plugin: %s: %s is not-accessible in its MIB, so managers don't "
            "ask for it: write an <IndexKey> directly in <Table> instead",
            where, object->name);
  if (d->writable && !object->writable)
    WARNING(HA_PLUGIN_NAME " plugin: %s: %s is read-only in its MIB: leave Writable out",
            where, object->name);
  if (d->source.kind == SOURCE_VALUE && !d->source.scaled && !d->source.rate &&
      is_kilobytes(object->units) && is_in_bytes(d->match[FIELD_TYPE]))
    WARNING(HA_PLUGIN_NAME " plugin: %s: %s is in %s in its MIB, and type \"%s\" is in "
                           "bytes: write Scale 0.0009765625",
            where, object->name, object->units, d->match[FIELD_TYPE]);
}

// "name, name IMPLIED", as the INDEX clause has them.
static const char *index_text(const struct mib_object *object, char *buf, size_t size) {
  buf[0] = '\0';
  for (size_t i = 0; i < object->index_count; i++)
    ssnprintf(buf + strlen(buf), size - strlen(buf), "%s%s%s", i == 0 ? "" : ", ",
              object->implied && i + 1 == object->index_count ? "IMPLIED " : "",
              object->index[i]);
  return buf;
}

// The part of the INDEX clause that a key's column is; index_count if it has none there.
static size_t place_of(const struct key *key, const struct mib_object *object) {
  struct mib_object column;
  size_t i = 0;
  if (!key->has_column || mib_describe(&key->column.oid, &column) != 0)
    return object->index_count;
  while (i < object->index_count && strcmp(object->index[i], column.name) != 0)
    i++;
  return i;
}

static bool is_in_order(const struct table_rule *t, const struct mib_object *object) {
  for (size_t i = 0; i < t->key_count; i++) {
    size_t place = place_of(&t->keys[i], object);
    if (place != object->index_count && place != i)
      return false;
  }
  return true;
}

static void check_index(const char *where, const struct table_rule *t,
                        const struct mib_object *object) {
  char index[512];
  size_t parts = t->row_numbers != NULL ? 1 : t->key_count;
  index_text(object, index, sizeof(index));
  if (parts != object->index_count)
    WARNING(HA_PLUGIN_NAME " plugin: %s has %zu index part%s, its MIB says INDEX { %s }: "
                           "write one <IndexKey> for each",
            where, parts, parts == 1 ? "" : "s", index);
  else if (t->row_numbers == NULL && !is_in_order(t, object))
    WARNING(HA_PLUGIN_NAME " plugin: %s lists its index in another order than its MIB, "
                           "INDEX { %s }: write the <IndexKey> in this order",
            where, index);
  else if (t->row_numbers == NULL && object->implied &&
           !t->keys[t->key_count - 1].implied)
    WARNING(HA_PLUGIN_NAME
            " plugin: %s: its MIB says INDEX { %s }: write Implied true in "
            "the last <IndexKey>",
            where, index);
}

static void check_table(const struct config *config, const struct table_rule *t) {
  struct mib_object object;
  const struct data_rule *d = mapping_first_data(config->mapping, t);
  if (!t->scalar && mib_describe(&d->columns[0].oid, &object) == 0 &&
      object.index_count > 0)
    check_index(config_where(config, t), t, &object);
}

// They are looked at when values come. A column that is served as another type has its
// own.
static void take_ranges(struct column *column) {
  enum syntax syntax;
  bool whole;
  if (mib_syntax(&column->oid, &syntax, &whole) == 0 &&
      syntax_type(syntax) == syntax_type(column->syntax))
    mib_ranges(&column->oid, &column->ranges, &column->range_count);
}

void mib_check(const struct config *config) {
  struct mib_object object;
  for (size_t i = 0; i < mapping_tables(config->mapping); i++)
    check_table(config, mapping_table(config->mapping, i));
  for (size_t i = 0; i < mapping_datas(config->mapping); i++) {
    const struct data_rule *d = mapping_data(config->mapping, i);
    for (size_t j = 0; j < d->column_count; j++) {
      if (mib_describe(&d->columns[j].oid, &object) != 0)
        continue;
      check_column(config_where(config, d), d, &object);
      take_ranges(&d->columns[j]);
    }
  }
}
