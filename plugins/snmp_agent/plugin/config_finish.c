// SPDX-License-Identifier: MIT
// Does what stands in all the blocks hold together?
#include "plugin/config.h"

#include "common/core/array.h"
#include "core/snmpd_trees.h"
#include "io/interface_number.h"
#include "plugin/mib_check.h"
#include "utils/common/common.h"

#include <errno.h>

// Maps that need not be written.
static struct map *built_in_map(struct config *config, const char *name) {
  static const struct {
    const char *name;
    int (*lookup)(const char *text, struct raw_value *ret_to);
  } maps[] = {{"ifIndex", interface_number}};
  for (size_t i = 0; i < HA_COUNT_OF(maps); i++) {
    struct map *map = strcmp(maps[i].name, name) == 0 ? map_create(name) : NULL;
    if (map == NULL)
      continue;
    map_set_lookup(map, maps[i].lookup);
    if (mapping_add_map(config->mapping, map) == 0)
      return map;
    map_destroy(map);
  }
  return NULL;
}

static int resolve_maps(struct config *config) {
  int status = 0;
  for (size_t i = 0; i < config->map_use_count; i++) {
    const struct map_use *use = &config->map_uses[i];
    use->source->map = mapping_map(config->mapping, use->map);
    if (use->source->map == NULL)
      use->source->map = built_in_map(config, use->map);
    if (use->source->map == NULL)
      status = ha_options_complain(
          use->where, "Map \"%s\": there is no <Map> of this name", use->map);
  }
  return status;
}

static int find_data_source(const data_set_t *ds, const char *name, size_t *ret) {
  for (size_t i = 0; i < ds->ds_num; i++)
    if (strcmp(ds->ds[i].name, name) == 0) {
      *ret = i;
      return 0;
    }
  return -ENOENT;
}

static char *data_source_names(const data_set_t *ds, char *buf, size_t size) {
  buf[0] = '\0';
  for (size_t i = 0; i < ds->ds_num; i++)
    ssnprintf(buf + strlen(buf), size - strlen(buf), "%s%s", i == 0 ? "" : ", ",
              ds->ds[i].name);
  return buf;
}

static int check_data_sources(const char *where, struct data_rule *d,
                              const data_set_t *ds) {
  char names[512];
  if (d->data_source_name == NULL) {
    if (d->column_count == ds->ds_num)
      return 0;
    return ha_options_complain(
        where,
        "OIDs: type \"%s\" has %zu data source%s (%s), here %s %zu OID%s; "
        "DataSource picks one",
        ds->type, ds->ds_num, ds->ds_num == 1 ? "" : "s",
        data_source_names(ds, names, sizeof(names)), d->column_count == 1 ? "is" : "are",
        d->column_count, d->column_count == 1 ? "" : "s");
  }
  if (d->column_count != 1)
    return ha_options_complain(where, "DataSource picks one, so OIDs has one");
  if (find_data_source(ds, d->data_source_name, &d->data_source) != 0)
    return ha_options_complain(where, "DataSource \"%s\": type \"%s\" has %s",
                               d->data_source_name, ds->type,
                               data_source_names(ds, names, sizeof(names)));
  return 0;
}

// Where neither the configuration nor a MIB file tells.
static enum syntax usual_syntax(const struct data_rule *d, const data_set_t *ds,
                                size_t i) {
  if (d->source.kind != SOURCE_VALUE)
    return d->source.map != NULL ? SYNTAX_INTEGER32 : SYNTAX_DISPLAY_STRING;
  bool gauge = ds->ds[d->data_source + i].type == DS_TYPE_GAUGE || d->source.rate;
  return gauge || d->options.word != WORD_WHOLE ? SYNTAX_GAUGE32 : SYNTAX_COUNTER64;
}

static void choose_syntaxes(const char *where, struct data_rule *d,
                            const data_set_t *ds) {
  for (size_t i = 0; i < d->column_count; i++) {
    if (d->columns[i].syntax != SYNTAX_COUNT)
      continue;
    char oid[OID_TEXT_SIZE];
    d->columns[i].syntax = usual_syntax(d, ds, i);
    NOTICE(HA_PLUGIN_NAME
           " plugin: %s: no installed MIB file knows %s, it is served as %s; "
           "Syntax tells another",
           where,
           oid_format(d->columns[i].oid.sub, d->columns[i].oid.length, oid, sizeof(oid)),
           syntax_name(d->columns[i].syntax));
  }
}

static bool is_gauge(enum syntax syntax) {
  return syntax_type(syntax) == SMI_GAUGE32;
}

static bool is_settable(enum syntax syntax) {
  return is_gauge(syntax) || syntax_type(syntax) == SMI_INTEGER32;
}

static bool is_text(enum syntax syntax) {
  return syntax == SYNTAX_DISPLAY_STRING || syntax == SYNTAX_OCTET_STRING;
}

// Keys that do nothing, or harm, with some syntaxes.
static int check_syntaxes(const char *where, const struct data_rule *d) {
  const struct {
    const char *key, *needs;
    bool (*fits)(enum syntax syntax);
    bool given;
  } keys[] = {
      {"Writable", "Integer32, Unsigned32 or Gauge32", is_settable, d->writable},
      {"Saturate", "Unsigned32 or Gauge32", is_gauge, d->options.saturate},
      {"Word", "Unsigned32, Gauge32 or Counter32", syntax_fits_word,
       d->options.word != WORD_WHOLE},
      {"Format", "DisplayString or OctetString", is_text, d->real_format != NULL},
  };
  for (size_t i = 0; i < HA_COUNT_OF(keys); i++)
    for (size_t j = 0; j < d->column_count && keys[i].given; j++)
      if (!keys[i].fits(d->columns[j].syntax))
        return ha_options_complain(where, "%s needs Syntax %s, not %s", keys[i].key,
                                   keys[i].needs, syntax_name(d->columns[j].syntax));
  return 0;
}

// Saturate would bound the number before it is cut, and half a number is no key of a map
// and nothing to be set.
static int check_combination(const char *where, const struct data_rule *d) {
  bool mapped = d->source.map != NULL;
  if (d->options.word != WORD_WHOLE && (d->options.saturate || mapped || d->writable))
    return ha_options_complain(where, "Word doesn't go with Saturate, Map or Writable");
  if (d->writable && mapped)
    return ha_options_complain(where, "Writable doesn't go with Map");
  return 0;
}

static int finish_data(const struct config *config, struct data_rule *d) {
  if (d->column_count == 0 || config_is_wrong(config, d))
    return 0;
  const char *where = config_where(config, d);
  const data_set_t *ds = plugin_get_ds(d->match[FIELD_TYPE]);
  if (ds == NULL)
    return ha_options_complain(
        where, "Type \"%s\" is in none of the types.db files; TypesDB adds one",
        d->match[FIELD_TYPE]);
  if (d->source.kind == SOURCE_VALUE) {
    int status = check_data_sources(where, d, ds);
    if (status != 0)
      return status;
  }
  choose_syntaxes(where, d, ds);
  int status = check_syntaxes(where, d);
  return status == 0 ? check_combination(where, d) : status;
}

// Only in the default context does snmpd have anything itself.
static const char *tree_of(const struct table_rule *t) {
  if ((t->context != NULL && t->context[0] != '\0') || t->context_source != NULL)
    return NULL;
  const char *tree = NULL;
  for (size_t i = 0; i < t->cells && tree == NULL; i++)
    if (t->columns_by_cell[i] != NULL)
      tree = snmpd_tree(&t->columns_by_cell[i]->oid);
  return tree;
}

// IndexOID counts rows as they come; snmpd's rows have the kernel's numbers.
static const char *numbering_advice(const struct table_rule *t) {
  return t->row_numbers == NULL ? ""
                                : "; IndexOID numbers rows otherwise than snmpd does: an "
                                  "<IndexKey> with Map \"ifIndex\" in <Table> has the "
                                  "kernel's numbers of interfaces";
}

static void decide_sharing(const struct config *config, struct table_rule *t) {
  const char *tree = tree_of(t);
  if (!t->shared_told)
    t->shared = tree != NULL;
  if (t->shared)
    NOTICE(
        HA_PLUGIN_NAME
        " plugin: %s: snmpd may serve %s, too: ours go in front, one registration each; "
        "what we don't have stays snmpd's%s",
        config_where_table(config, t), tree != NULL ? tree : "this table",
        numbering_advice(t));
}

static int check_table(const struct config *config, const struct table_rule *t) {
  if (t->scalar || config_is_wrong(config, t))
    return 0;
  for (size_t i = 0; i < mapping_datas(config->mapping); i++) {
    const struct data_rule *d = mapping_data(config->mapping, i);
    if (d->table == t && d->column_count > 0)
      return 0;
  }
  return ha_options_complain(config_where(config, t),
                             "no <Data> with a Type fills it with rows");
}

// How many tables have this name; *ret is one of them.
static size_t find_table(const struct config *config, const char *name,
                         const struct table_rule **ret) {
  size_t found = 0;
  for (size_t i = 0; i < mapping_tables(config->mapping); i++) {
    const struct table_rule *t = mapping_table(config->mapping, i);
    if (t->scalar || t->name == NULL || strcmp(t->name, name) != 0)
      continue;
    *ret = t;
    found++;
  }
  return found;
}

static int find_object_table(const struct config *config, const struct trap_rule *rule,
                             struct trap_object *object) {
  size_t found = find_table(config, object->table_name, &object->table);
  if (found == 1)
    return 0;
  return ha_options_complain(
      config_where(config, rule), "<Object>: Table \"%s\": there %s", object->table_name,
      found == 0 ? "is no <Table> of this name"
                 : "are two <Table> of this name: give them different ones");
}

// Notifications of other hosts are passed on only if Host asks for them.
static int finish_trap(const struct config *config, struct trap_rule *rule) {
  char **host = &rule->match[FIELD_HOST];
  if (*host == NULL)
    *host = strdup(hostname_g);
  else if (strcmp(*host, "*") == 0)
    sfree(*host);
  int status = 0;
  for (size_t i = 0; i < rule->object_count; i++)
    if (rule->objects[i].table_name != NULL)
      status = ha_first_error(status, find_object_table(config, rule, &rule->objects[i]));
  return status;
}

int config_finish(struct config *config) {
  int status = ha_first_error(config->status, resolve_maps(config));
  for (size_t i = 0; i < config->trap_count; i++)
    status = ha_first_error(status, finish_trap(config, config->traps[i]));
  for (size_t i = 0; i < mapping_datas(config->mapping); i++)
    status =
        ha_first_error(status, finish_data(config, mapping_data(config->mapping, i)));
  for (size_t i = 0; i < mapping_tables(config->mapping); i++)
    status =
        ha_first_error(status, check_table(config, mapping_table(config->mapping, i)));
  if (status == 0)
    status = mapping_ready(config->mapping, hostname_g);
  for (size_t i = 0; i < mapping_tables(config->mapping) && status == 0; i++)
    decide_sharing(config, mapping_table(config->mapping, i));
  if (status == 0)
    mib_check(config);
  return status;
}
