// SPDX-License-Identifier: MIT
// Does each context show its own objects, and is each of them registered?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/contexts.h"

#include "snmp_agent/make_rules.h"

static struct table_rule *make_table_in(struct mapping *m, const char *context,
                                        const char *instance) {
  struct table_rule *t = make_table(m);
  t->context = context != NULL ? strdup(context) : NULL;
  make_where(&t->where, &t->where_count, "PluginInstance", instance);
  make_key(t, "TypeInstance", SYNTAX_INTEGER32);
  return t;
}

static void update(struct mapping *m, const char *instance, double value) {
  struct fake f;
  struct trouble_list troubles = {.report_count = 0};
  fake(&f, instance, "1", real(value));
  assert_int_equal(mapping_update(m, &f.sample, true, &troubles), 0);
}

static int number_in(struct contexts *c, const char *context, const char *name) {
  struct oid oid = make_oid(name);
  struct smi_value value;
  view_get(contexts_find(c, context), &oid, &value);
  return value.type == SMI_GAUGE32 ? (int)value.number : -1;
}

static void each_context_has_its_own_objects(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  make_data(m, make_table_in(m, NULL, "^here$"), "Value", SYNTAX_GAUGE32, "1.1");
  make_data(m, make_table_in(m, "r1", "^r1$"), "Value", SYNTAX_GAUGE32, "1.1");
  make_data(m, make_table_in(m, "r1", "^r1$"), "Value", SYNTAX_GAUGE32, "1.2");
  assert_int_equal(mapping_ready(m, "here"), 0);
  struct contexts *c;
  struct contexts_conflict conflict;
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  update(m, "here", 1);
  update(m, "r1", 2);
  assert_int_equal(number_in(c, "", "1.1.1"), 1);
  assert_int_equal(number_in(c, "", "1.2.1"), -1);
  assert_int_equal(number_in(c, "r1", "1.1.1"), 2);
  assert_int_equal(number_in(c, "r1", "1.2.1"), 2);
  assert_null(contexts_find(c, "r2"));
  assert_null(contexts_find(c, "R1"));
  contexts_destroy(c);
  contexts_destroy(NULL);
  mapping_destroy(m);
}

static void overlaps_are_found_within_a_context(void **unused) {
  (void)unused;
  static const struct {
    const char *context, *oid;
    int status;
  } cases[] = {
      {NULL, "1.3.1", -EEXIST}, {NULL, "1.3", -EEXIST}, {NULL, "1.3.1.1", -EEXIST},
      {NULL, "1.3.2", 0},       {"other", "1.3.1", 0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct mapping *m = mapping_create();
    struct data_rule *d =
        make_data(m, make_table_in(m, NULL, ""), "Value", SYNTAX_GAUGE32, "1.3.1");
    make_data(m, make_table_in(m, cases[i].context, ""), "Value", SYNTAX_GAUGE32,
              cases[i].oid);
    assert_int_equal(mapping_ready(m, "here"), 0);
    struct contexts *c = NULL;
    struct contexts_conflict conflict;
    assert_int_equal(contexts_create(m, &c, &conflict), cases[i].status);
    if (cases[i].status != 0) {
      assert_null(c);
      assert_ptr_not_equal(conflict.a.owner, conflict.b.owner);
      assert_true(conflict.a.owner == d || conflict.b.owner == d);
    }
    contexts_destroy(c);
    mapping_destroy(m);
  }
}

static void the_index_and_the_size_can_overlap_too(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table_in(m, NULL, "");
  make_numbered(t, "1.3.1");
  t->has_size = true;
  t->size_oid = make_oid("1.3.1.0");
  assert_int_equal(mapping_ready(m, "here"), 0);
  struct contexts *c;
  struct contexts_conflict conflict;
  assert_int_equal(contexts_create(m, &c, &conflict), -EEXIST);
  assert_ptr_equal(conflict.a.owner, t);
  mapping_destroy(m);
}

struct regions {
  char text[1024];
  size_t stop_at, length;
};

static int note_region(void *ctx, const struct agentx_region *region) {
  struct regions *r = ctx;
  char oid[OID_TEXT_SIZE];
  if (++r->length == r->stop_at)
    return -ENOMEM;
  oid_format(region->subtree.sub, region->subtree.length, oid, sizeof(oid));
  size_t at = strlen(r->text);
  snprintf(r->text + at, sizeof(r->text) - at, "%s:%s ", region->context, oid);
  return 0;
}

static int note_end(void *ctx, const struct agentx_region *region) {
  struct regions *r = ctx;
  strcat(r->text, "-");
  return note_region(r, region);
}

static struct contexts_registrar noting(struct regions *regions) {
  return (struct contexts_registrar){note_region, note_end, regions};
}

// What isn't ours stays snmpd's: gaps between columns are not registered.
static void every_object_is_registered_and_nothing_else(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table_in(m, NULL, "");
  make_numbered(t, "1.2.1.1");
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2.1.2");
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2.1.4");
  t->has_size = true;
  t->size_oid = make_oid("1.1.0");
  make_data(m, make_table_in(m, "r1", ""), "Value", SYNTAX_GAUGE32, "1.2.1.2");
  assert_int_equal(mapping_ready(m, "here"), 0);
  struct contexts *c;
  struct contexts_conflict conflict;
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  struct regions all = {.stop_at = 0}, some = {.stop_at = 2};
  struct contexts_registrar registrar = noting(&all);
  assert_int_equal(contexts_register(c, &registrar), 0);
  assert_string_equal(all.text, ":1.1.0 :1.2.1.1 :1.2.1.2 :1.2.1.4 r1:1.2.1.2 ");
  registrar = noting(&some);
  assert_int_equal(contexts_register(c, &registrar), -ENOMEM);
  assert_int_equal(some.length, 2);
  contexts_destroy(c);
  mapping_destroy(m);
}

// --- what comes and goes --------------------------------------------------------

static struct source *from(const char *text) {
  struct source *source = calloc(1, sizeof(*source));
  must(source != NULL && source_parse(text, source) == 0);
  return source;
}

static void put(struct mapping *m, const char *namespace, const char *type_instance,
                double value) {
  struct fake f;
  struct trouble_list troubles = {.report_count = 0};
  fake(&f, namespace != NULL ? namespace : "own", type_instance, real(value));
  if (namespace != NULL) {
    f.metas[0].key = "namespace";
    f.metas[0].value = text(namespace);
  }
  assert_int_equal(mapping_update(m, &f.sample, true, &troubles), 0);
  assert_int_equal(troubles.report_count, 0);
}

static void end(struct mapping *m, const char *instance, const char *type_instance) {
  struct fake f;
  mapping_expire(m, fake(&f, instance, type_instance, real(0))->name, 0);
}

// Two rules of one entry, and a scalar.
static struct mapping *by_namespace(void) {
  struct mapping *m = mapping_create();
  for (int i = 0; i < 3; i++) {
    struct table_rule *t = make_table(m);
    t->context_source = from("Meta:namespace");
    if (i < 2)
      make_key(t, "TypeInstance", SYNTAX_INTEGER32);
    t->scalar = i == 2;
    const char *oids[] = {"1.2.1.1", "1.2.1.2", "1.3.0"};
    struct data_rule *d = make_data(m, t, "Value", SYNTAX_GAUGE32, oids[i]);
    make_where(&d->where, &d->where_count, "TypeInstance",
               i == 0   ? "^[12]$"
               : i == 1 ? "^2$"
                        : "^9$");
    if (i == 0)
      make_column(d, SYNTAX_GAUGE32, "1.2.1.4");
  }
  assert_int_equal(mapping_ready(m, "here"), 0);
  return m;
}

static void a_context_comes_and_goes_with_its_rows(void **unused) {
  (void)unused;
  struct mapping *m = by_namespace();
  struct contexts *c;
  struct contexts_conflict conflict;
  struct regions regions = {.length = 0};
  struct contexts_registrar registrar = noting(&regions);
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  assert_int_equal(contexts_register(c, &registrar), 0);
  assert_string_equal(regions.text, "");
  assert_null(contexts_find(c, "blue"));
  put(m, "blue", "1", 7);
  assert_string_equal(regions.text, "blue:1.2.1 ");
  put(m, "blue", "2", 8);
  put(m, "red", "1", 9);
  put(m, "red", "9", 10);
  assert_string_equal(regions.text, "blue:1.2.1 blue:1.2.1.2 red:1.2.1 red:1.3.0 ");
  assert_int_equal(number_in(c, "blue", "1.2.1.1.1"), 7);
  assert_int_equal(number_in(c, "blue", "1.2.1.2.2"), 8);
  assert_int_equal(number_in(c, "red", "1.2.1.1.1"), 9);
  assert_int_equal(number_in(c, "red", "1.3.0"), 10);
  assert_int_equal(number_in(c, "red", "1.2.1.1.2"), -1);
  assert_int_equal(mapping_table(m, 0)->row_count, 3);
  regions.text[0] = '\0';
  end(m, "blue", "2");
  assert_string_equal(regions.text, "-blue:1.2.1.2 ");
  end(m, "blue", "1");
  assert_string_equal(regions.text, "-blue:1.2.1.2 -blue:1.2.1 ");
  assert_null(contexts_find(c, "blue"));
  assert_int_equal(number_in(c, "red", "1.2.1.1.1"), 9);
  contexts_destroy(c);
  mapping_destroy(m);
}

// What has no namespace is this host's own: in the default context, where snmpd has
// tables of its own, a column each.
static void without_one_it_is_the_default_context(void **unused) {
  (void)unused;
  struct mapping *m = by_namespace();
  struct contexts *c;
  struct contexts_conflict conflict;
  struct regions regions = {.length = 0};
  struct contexts_registrar registrar = noting(&regions);
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  assert_int_equal(contexts_register(c, &registrar), 0);
  put(m, NULL, "1", 7);
  assert_string_equal(regions.text, ":1.2.1.1 :1.2.1.4 ");
  assert_int_equal(number_in(c, "", "1.2.1.4.1"), -1); // one value, two columns
  assert_int_equal(number_in(c, "", "1.2.1.1.1"), 7);
  contexts_destroy(c);
  mapping_destroy(m);
}

static void a_row_moves_to_another_context(void **unused) {
  (void)unused;
  struct mapping *m = by_namespace();
  struct contexts *c;
  struct contexts_conflict conflict;
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  struct fake f;
  struct trouble_list troubles = {.report_count = 0};
  for (int i = 0; i < 2; i++) {
    fake(&f, "x", "1", real(i));
    f.metas[0].key = "namespace";
    f.metas[0].value = text(i == 0 ? "blue" : "red");
    assert_int_equal(mapping_update(m, &f.sample, true, &troubles), 0);
  }
  assert_null(contexts_find(c, "blue"));
  assert_int_equal(number_in(c, "red", "1.2.1.1.1"), 1);
  contexts_destroy(c);
  mapping_destroy(m);
}

static void contexts_are_bounded(void **unused) {
  (void)unused;
  struct mapping *m = by_namespace();
  struct contexts *c;
  struct contexts_conflict conflict;
  char name[400];
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  for (int i = 0; i < CONTEXTS_MAX; i++) {
    snprintf(name, sizeof(name), "ns%d", i);
    put(m, name, "1", i);
  }
  struct fake f;
  struct trouble_list troubles = {.report_count = 0};
  const char *const names[] = {"one more", name};
  memset(name, 'n', 300);
  name[300] = '\0';
  for (int i = 0; i < 2; i++) {
    fake(&f, names[i], "1", real(1));
    f.metas[0].key = "namespace";
    f.metas[0].value = text(names[i]);
    assert_int_equal(mapping_update(m, &f.sample, true, &troubles), 0);
  }
  assert_int_equal(troubles.report_count, 2);
  assert_int_equal(troubles.reports[0].trouble, TROUBLE_CONTEXTS);
  assert_int_equal(troubles.reports[1].trouble, TROUBLE_CONTEXT);
  assert_int_equal(number_in(c, "ns4095", "1.2.1.1.1"), 4095);
  contexts_destroy(c);
  mapping_destroy(m);
}

// Others have rows there: instances are registered as they get a value.
static void instances_of_a_shared_table_are_registered(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  t->shared = true;
  make_key(t, "TypeInstance", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  t->has_size = true;
  t->size_oid = make_oid("1.9.0");
  assert_int_equal(mapping_ready(m, "here"), 0);
  struct contexts *c;
  struct contexts_conflict conflict;
  struct regions regions = {.length = 0};
  struct contexts_registrar registrar = noting(&regions);
  assert_int_equal(contexts_create(m, &c, &conflict), 0);
  assert_int_equal(contexts_register(c, &registrar), 0);
  assert_string_equal(regions.text, ":1.9.0 ");
  struct fake f;
  struct trouble_list troubles = {.report_count = 0};
  mapping_update(m, &fake(&f, "own", "4", real(-1))->sample, true, &troubles);
  assert_string_equal(regions.text, ":1.9.0 ");
  put(m, NULL, "4", 1);
  put(m, NULL, "4", 2);
  put(m, NULL, "5", 2);
  assert_string_equal(regions.text, ":1.9.0 :1.2.4 :1.2.5 ");
  end(m, "own", "4");
  assert_string_equal(regions.text, ":1.9.0 :1.2.4 :1.2.5 ");
  contexts_destroy(c);
  mapping_destroy(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_context_has_its_own_objects),
      cmocka_unit_test(overlaps_are_found_within_a_context),
      cmocka_unit_test(the_index_and_the_size_can_overlap_too),
      cmocka_unit_test(every_object_is_registered_and_nothing_else),
      cmocka_unit_test(a_context_comes_and_goes_with_its_rows),
      cmocka_unit_test(without_one_it_is_the_default_context),
      cmocka_unit_test(a_row_moves_to_another_context),
      cmocka_unit_test(contexts_are_bounded),
      cmocka_unit_test(instances_of_a_shared_table_are_registered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
