// SPDX-License-Identifier: MIT
// How many instructions of ours does the answer to a GETNEXT take, and does that grow
// with the table?
//
//   valgrind --tool=callgrind --instr-atstart=no steps ROWS walk|anywhere
//
// ROWS rows of one text index and ten gauges are filled as collectd's values fill them;
// then STEPS instances are looked for, one after the other as a walk does, or each from
// anywhere. callgrind counts these alone: "Collected", divided by STEPS.
#include "../../unit/snmp_agent/make_rules.h"
#include "core/contexts.h"

#include <valgrind/callgrind.h>

enum { COLUMNS = 10, STEPS = 5000 };

static struct mapping *make_mapping(void) {
  struct mapping *m = mapping_create();
  struct table_rule *table = make_table(m);
  make_key(table, "PluginInstance", SYNTAX_DISPLAY_STRING);
  for (int c = 1; c <= COLUMNS; c++) {
    char oid[32], instance[8];
    snprintf(oid, sizeof(oid), "1.3.6.1.4.1.8072.1.1.%d", c);
    snprintf(instance, sizeof(instance), "c%d", c);
    struct data_rule *data = make_data(m, table, "Value", SYNTAX_GAUGE32, oid);
    data->match[FIELD_TYPE_INSTANCE] = strdup(instance);
  }
  must(mapping_ready(m, "here") == 0);
  return m;
}

static void fill(struct mapping *m, int rows) {
  struct trouble_list troubles = {.report_count = 0};
  for (int row = 0; row < rows; row++)
    for (int c = 1; c <= COLUMNS; c++) {
      char name[16], instance[8];
      struct fake f;
      snprintf(name, sizeof(name), "row%06d", row);
      snprintf(instance, sizeof(instance), "c%d", c);
      struct sample *sample = &fake(&f, name, instance, real(row))->sample;
      must(mapping_update(m, sample, true, &troubles) == 0);
    }
}

static struct oid cell(int row, int column) {
  char text[96], name[16];
  int length = snprintf(name, sizeof(name), "row%06d", row);
  int at = snprintf(text, sizeof(text), "1.3.6.1.4.1.8072.1.1.%d.%d", column, length);
  for (const char *c = name; *c != '\0'; c++)
    at += snprintf(text + at, sizeof(text) - (size_t)at, ".%d", *c);
  return make_oid(text);
}

static void measure(struct view *view, const struct oid *from, bool walks) {
  struct oid end = {.length = 0}, next;
  struct smi_value value;
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = 0; i < STEPS; i++)
    must(view_next(view, walks && i > 0 ? &next : &from[i], false, &end, &next, &value));
  CALLGRIND_STOP_INSTRUMENTATION;
}

int main(int argc, char **argv) {
  static struct oid from[STEPS];
  must(argc == 3);
  int rows = atoi(argv[1]);
  struct mapping *m = make_mapping();
  struct contexts *contexts;
  struct contexts_conflict conflict;
  fill(m, rows);
  must(contexts_create(m, &contexts, &conflict) == 0);
  bool walks = strcmp(argv[2], "walk") == 0;
  uint32_t random = 1;
  for (int i = 0; i < STEPS; i++) {
    random = random * 1664525 + 1013904223;
    from[i] =
        walks ? cell(0, 1)
              : cell((int)(random >> 8) % rows, 1 + (int)(random >> 4) % (COLUMNS - 1));
  }
  measure(contexts_find(contexts, ""), from, walks);
  printf("%d\n", STEPS);
  contexts_destroy(contexts);
  mapping_destroy(m);
  return 0;
}
