// SPDX-License-Identifier: MIT
// Does a view answer GET and GETNEXT with every instance, in order, once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snmp_agent/make_rules.h"

static void add(struct view *v, const char *oid, enum object_kind kind, struct table *t,
                size_t cell) {
  static struct oid oids[64];
  static size_t used;
  struct oid *kept = &oids[used++ % 64];
  *kept = make_oid(oid);
  struct object object = {.oid = kept, .kind = kind, .table = t, .cell = cell};
  assert_int_equal(view_add(v, &object), 0);
}

static int seal(struct view *v) {
  const struct object *a, *b;
  return view_seal(v, &a, &b);
}

static void put(struct table *t, const char *index, size_t cell, uint64_t number) {
  struct oid oid = {.length = 0};
  if (*index != '\0')
    oid = make_oid(index);
  struct row *row;
  bool made;
  assert_int_equal(table_hold(t, oid.sub, oid.length, &row, &made), 0);
  struct smi_value value = {.type = SMI_GAUGE32, .number = number};
  assert_int_equal(row_set(row, cell, &value, NULL), 0);
}

// Walks from `start` to `end` and prints "name=number …".
static const char *walk(struct view *v, const char *start, bool include,
                        const char *end) {
  static char all[4096];
  struct oid at = make_oid(start), stop = {.length = 0}, name;
  struct smi_value value;
  char text[OID_TEXT_SIZE];
  if (*end != '\0')
    stop = make_oid(end);
  all[0] = '\0';
  while (view_next(v, &at, include, &stop, &name, &value)) {
    assert_true(strlen(all) < sizeof(all) - 100); // a walk ends
    sprintf(all + strlen(all), "%s%s=%d", all[0] ? " " : "",
            oid_format(name.sub, name.length, text, sizeof(text)), (int)value.number);
    struct smi_value got;
    view_get(v, &name, &got);
    assert_int_equal(got.type, value.type);
    assert_int_equal(got.number, value.number);
    at = name;
    include = false;
  }
  return all;
}

static enum smi_type type_of(struct view *v, const char *name) {
  struct oid oid = make_oid(name);
  struct smi_value value;
  view_get(v, &oid, &value);
  return value.type;
}

struct fixture {
  struct view *view;
  struct table *table, *scalar;
};

static struct fixture make(void) {
  struct fixture f = {view_create(), table_create(3, 0), table_create(1, 0)};
  add(f.view, "1.9.1.2", OBJECT_COLUMN, f.table, 1);
  add(f.view, "1.9.1.1", OBJECT_COLUMN, f.table, 0);
  add(f.view, "1.8.0", OBJECT_SIZE, f.table, 0);
  add(f.view, "1.9.1.4", OBJECT_COLUMN, f.table, 2);
  add(f.view, "1.10.0", OBJECT_COLUMN, f.scalar, 0);
  assert_int_equal(seal(f.view), 0);
  return f;
}

static void destroy(struct fixture *f) {
  view_destroy(f->view);
  table_destroy(f->table);
  table_destroy(f->scalar);
}

static void fill(struct fixture *f) {
  put(f->table, "2", 0, 12);
  put(f->table, "10", 0, 110);
  put(f->table, "1.5", 0, 115);
  put(f->table, "1.5", 1, 215);
  put(f->table, "10", 2, 410);
  put(f->scalar, "", 0, 7);
}

static void walks_all_in_order(void **unused) {
  (void)unused;
  struct fixture f = make();
  assert_string_equal(walk(f.view, "1", false, ""), "1.8.0=0");
  fill(&f);
  assert_string_equal(walk(f.view, "1", false, ""),
                      "1.8.0=3 1.9.1.1.1.5=115 1.9.1.1.2=12 1.9.1.1.10=110 "
                      "1.9.1.2.1.5=215 1.9.1.4.10=410 1.10.0=7");
  destroy(&f);
}

static void starts_anywhere(void **unused) {
  (void)unused;
  struct fixture f = make();
  fill(&f);
  assert_string_equal(walk(f.view, "1.9.1.1.2", false, "1.9.1.2"), "1.9.1.1.10=110");
  assert_string_equal(walk(f.view, "1.9.1.1.2", true, "1.9.1.2"),
                      "1.9.1.1.2=12 1.9.1.1.10=110");
  assert_string_equal(walk(f.view, "1.9.1.1.1", false, "1.9.1.1.3"),
                      "1.9.1.1.1.5=115 1.9.1.1.2=12");
  assert_string_equal(walk(f.view, "1.9.1.1.2.0", true, "1.9.1.2"), "1.9.1.1.10=110");
  assert_string_equal(walk(f.view, "1.9.1.3", true, "1.9.2"), "1.9.1.4.10=410");
  assert_string_equal(walk(f.view, "1.8.0", true, "1.9"), "1.8.0=3");
  assert_string_equal(walk(f.view, "1.8.0", false, "1.9"), "");
  assert_string_equal(walk(f.view, "1.8.0.0", true, "1.9"), "");
  assert_string_equal(walk(f.view, "1.10.0", true, ""), "1.10.0=7");
  assert_string_equal(walk(f.view, "1.10.0", false, ""), "");
  assert_string_equal(walk(f.view, "2", false, ""), "");
  destroy(&f);
}

static void the_end_is_not_part_of_a_range(void **unused) {
  (void)unused;
  struct fixture f = make();
  fill(&f);
  assert_string_equal(walk(f.view, "1", false, "1.8.0"), "");
  assert_string_equal(walk(f.view, "1", false, "1.8.0.0"), "1.8.0=3");
  assert_string_equal(walk(f.view, "1.9.1.1", false, "1.9.1.1.1.5"), "");
  assert_string_equal(walk(f.view, "1.9.1.1", false, "1.9.1.1.2"), "1.9.1.1.1.5=115");
  destroy(&f);
}

static void tells_objects_from_instances(void **unused) {
  (void)unused;
  struct fixture f = make();
  fill(&f);
  assert_int_equal(type_of(f.view, "1.9.1.1.2"), SMI_GAUGE32);
  assert_int_equal(type_of(f.view, "1.8.0"), SMI_INTEGER32);
  assert_int_equal(type_of(f.view, "1.9.1.1"), SMI_NO_SUCH_INSTANCE);
  assert_int_equal(type_of(f.view, "1.9.1.1.3"), SMI_NO_SUCH_INSTANCE);
  assert_int_equal(type_of(f.view, "1.9.1.2.2"), SMI_NO_SUCH_INSTANCE); // an empty cell
  assert_int_equal(type_of(f.view, "1.8.0.0"), SMI_NO_SUCH_INSTANCE);
  assert_int_equal(type_of(f.view, "1.10.0.0"), SMI_NO_SUCH_INSTANCE);
  assert_int_equal(type_of(f.view, "1.9.1.3.2"), SMI_NO_SUCH_OBJECT);
  assert_int_equal(type_of(f.view, "1.9.1"), SMI_NO_SUCH_OBJECT);
  assert_int_equal(type_of(f.view, "1"), SMI_NO_SUCH_OBJECT);
  assert_int_equal(type_of(f.view, "2"), SMI_NO_SUCH_OBJECT);
  destroy(&f);
}

// A name that doesn't fit can't be served, but what is behind it can.
static void goes_on_behind_a_row_whose_name_is_too_long(void **unused) {
  (void)unused;
  struct fixture f = make();
  struct oid longest = {.length = OID_LENGTH_MAX - 3, .sub = {1}};
  struct row *row;
  bool made;
  assert_int_equal(table_hold(f.table, longest.sub, longest.length, &row, &made), 0);
  struct smi_value value = {.type = SMI_GAUGE32, .number = 1};
  assert_int_equal(row_set(row, 0, &value, NULL), 0);
  put(f.table, "2", 0, 12);
  assert_string_equal(walk(f.view, "1.9", false, "1.10"), "1.9.1.1.2=12");
  destroy(&f);
}

static void objects_must_not_overlap(void **unused) {
  (void)unused;
  static const struct {
    const char *a, *b;
    int status;
  } cases[] = {
      {"1.2.3", "1.2.3", -EEXIST},   {"1.2.3", "1.2.3.4", -EEXIST},
      {"1.2.3.4.5", "1.2", -EEXIST}, {"1.2.3", "1.2.4", 0},
      {"1.2.3", "1.2.30", 0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct view *v = view_create();
    const struct object *a = NULL, *b = NULL;
    add(v, "1.1", OBJECT_SIZE, NULL, 0);
    add(v, cases[i].a, OBJECT_SIZE, NULL, 0);
    add(v, "1.2.2", OBJECT_SIZE, NULL, 0);
    add(v, cases[i].b, OBJECT_SIZE, NULL, 0);
    bool all = strcmp(cases[i].b, "1.2") == 0; // lies around 1.2.2, too
    assert_int_equal(view_seal(v, &a, &b), cases[i].status);
    if (cases[i].status != 0 && !all) {
      assert_true(
          oid_starts_with(b->oid->sub, b->oid->length, a->oid->sub, a->oid->length));
      assert_int_equal(a->oid->length, 3);
    }
    view_destroy(v);
  }
}

static void time_stamps_wait_for_the_start_and_then_stand_still(void **unused) {
  (void)unused;
  struct view *v = view_create();
  struct table *t = table_create(1, 0);
  add(v, "1.1", OBJECT_TIME_STAMP, t, 0);
  assert_int_equal(seal(v), 0);
  put(t, "1", 0, 170000001000);
  assert_string_equal(walk(v, "1", false, ""), "");
  assert_int_equal(type_of(v, "1.1.1"), SMI_NO_SUCH_INSTANCE);
  view_set_start(v, 170000000000);
  assert_string_equal(walk(v, "1", false, ""), "1.1.1=1000");
  view_set_start(v, 170000000001);
  view_set_start(v, 169999999999);
  assert_string_equal(walk(v, "1", false, ""), "1.1.1=1000");
  view_set_start(v, 170000000000 + VIEW_START_SLACK); // snmpd was started again
  assert_string_equal(walk(v, "1", false, ""), "1.1.1=990");
  view_set_start(v, 170000002000);
  assert_string_equal(walk(v, "1", false, ""), "1.1.1=0");
  view_destroy(v);
  table_destroy(t);
}

static void an_empty_view_has_nothing(void **unused) {
  (void)unused;
  struct view *v = view_create();
  assert_int_equal(seal(v), 0);
  assert_string_equal(walk(v, "0", true, ""), "");
  assert_int_equal(type_of(v, "1"), SMI_NO_SUCH_OBJECT);
  view_destroy(v);
  view_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walks_all_in_order),
      cmocka_unit_test(starts_anywhere),
      cmocka_unit_test(the_end_is_not_part_of_a_range),
      cmocka_unit_test(tells_objects_from_instances),
      cmocka_unit_test(goes_on_behind_a_row_whose_name_is_too_long),
      cmocka_unit_test(objects_must_not_overlap),
      cmocka_unit_test(time_stamps_wait_for_the_start_and_then_stand_still),
      cmocka_unit_test(an_empty_view_has_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
