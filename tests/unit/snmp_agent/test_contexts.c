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
  make_where(&t->where, &t->where_len, "PluginInstance", instance);
  make_key(t, "TypeInstance", SYNTAX_INTEGER32);
  return t;
}

static void update(struct mapping *m, const char *instance, double value) {
  struct fake f;
  struct trouble_list troubles = {.len = 0};
  fake(&f, instance, "1", real(value));
  assert_int_equal(mapping_update(m, &f.sample, true, &troubles), 0);
}

static int number_in(const struct contexts *c, const char *context, const char *name) {
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
  size_t stop_at, len;
};

static int note_region(void *ctx, const struct agentx_region *region) {
  struct regions *r = ctx;
  char oid[OID_TEXT_SIZE];
  if (++r->len == r->stop_at)
    return -ENOMEM;
  oid_format(region->subtree.sub, region->subtree.len, oid, sizeof(oid));
  size_t at = strlen(r->text);
  snprintf(r->text + at, sizeof(r->text) - at, "%s:%s ", region->context, oid);
  return 0;
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
  assert_int_equal(contexts_regions(c, note_region, &all), 0);
  assert_string_equal(all.text, ":1.1.0 :1.2.1.1 :1.2.1.2 :1.2.1.4 r1:1.2.1.2 ");
  assert_int_equal(contexts_regions(c, note_region, &some), -ENOMEM);
  assert_int_equal(some.len, 2);
  contexts_destroy(c);
  mapping_destroy(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_context_has_its_own_objects),
      cmocka_unit_test(overlaps_are_found_within_a_context),
      cmocka_unit_test(the_index_and_the_size_can_overlap_too),
      cmocka_unit_test(every_object_is_registered_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
