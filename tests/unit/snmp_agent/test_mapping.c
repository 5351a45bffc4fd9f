// SPDX-License-Identifier: MIT
// Do values reach the right cells of the right rows, and leave them again?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/contexts.h"
#include "core/mapping.h"
#include "core/row_name.h"

#include <math.h>

#include "snmp_agent/make_rules.h"

static struct trouble_list troubles;

static struct mapping *ready(struct mapping *m) {
  assert_int_equal(mapping_ready(m, "here"), 0);
  troubles.report_count = 0;
  return m;
}

static int update(struct mapping *m, const struct fake *f) {
  return mapping_update(m, &f->sample, true, &troubles);
}

static void update_as(struct mapping *m, const char *instance, const char *type_instance,
                      struct raw_value value) {
  struct fake f;
  assert_int_equal(update(m, fake(&f, instance, type_instance, value)), 0);
}

// The value with a numeric meta data "ifindex"; none if negative.
static void update_at(struct mapping *m, const char *instance, int ifindex,
                      double value) {
  struct fake f;
  fake(&f, instance, "", real(value));
  if (ifindex >= 0) {
    f.metas[0].key = "ifindex";
    f.metas[0].value = whole(ifindex);
  }
  assert_int_equal(update(m, &f), 0);
}

static void expire(struct mapping *m, const char *instance, const char *type_instance) {
  struct fake f;
  mapping_expire(m, fake(&f, instance, type_instance, real(0))->name, 0);
}

// A whole walk of the default context, "name=value …".
static const char *walk(struct mapping *m) {
  static char all[8192];
  struct contexts *contexts;
  struct contexts_conflict conflict;
  assert_int_equal(contexts_create(m, &contexts, &conflict), 0);
  struct view *view = contexts_find(contexts, "");
  struct oid at = {.length = 0}, end = {.length = 0};
  struct smi_value value;
  char text[OID_TEXT_SIZE];
  all[0] = '\0';
  while (view_next(view, &at, false, &end, &at, &value)) {
    char *to = all + strlen(all);
    to += sprintf(to, "%s%s=", all[0] ? " " : "",
                  oid_format(at.sub, at.length, text, sizeof(text)));
    if (value.type == SMI_OCTET_STRING)
      sprintf(to, "%.*s", (int)value.length, (const char *)value.bytes);
    else
      sprintf(to, "%lld", (long long)value.number);
  }
  contexts_destroy(contexts);
  return all;
}

// --- one table ------------------------------------------------------------------

static struct mapping *by_type_instance(void) {
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_DISPLAY_STRING)->implied = true;
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  return ready(m);
}

static void rows_come_and_go_with_their_values(void **unused) {
  (void)unused;
  struct mapping *m = by_type_instance();
  update_as(m, "x", "b", real(2));
  update_as(m, "x", "a", real(1));
  assert_string_equal(walk(m), "1.2.97=1 1.2.98=2");
  update_as(m, "x", "a", real(3));
  assert_string_equal(walk(m), "1.2.97=3 1.2.98=2");
  expire(m, "x", "a");
  expire(m, "x", "a");
  expire(m, "x", "never there");
  assert_string_equal(walk(m), "1.2.98=2");
  expire(m, "x", "b");
  assert_string_equal(walk(m), "");
  assert_int_equal(table_rows(mapping_table(m, 0)->table), 0);
  mapping_destroy(m);
  mapping_destroy(NULL);
}

static void wants_only_what_its_rules_name(void **unused) {
  (void)unused;
  struct mapping *m = by_type_instance();
  static const enum field others[] = {FIELD_HOST, FIELD_PLUGIN, FIELD_TYPE};
  struct fake f;
  fake(&f, "any", "any", real(1));
  assert_true(mapping_wants(m, &f.sample));
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
    fake(&f, "any", "any", real(1));
    f.sample.field[others[i]] = "other";
    assert_false(mapping_wants(m, &f.sample));
    assert_int_equal(update(m, &f), 0); // passed over
  }
  assert_int_equal(
      mapping_update(m, &fake(&f, "a", "b", real(1))->sample, false, &troubles), -ENOENT);
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void hosts_may_be_selected(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  t->host = make_regex("^(router[0-9])$");
  make_key(t, "Hostname", SYNTAX_DISPLAY_STRING)->implied = true;
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  ready(m);
  struct fake f;
  fake(&f, "a", "b", real(1));
  assert_false(mapping_wants(m, &f.sample)); // this host, but not selected
  f.sample.field[FIELD_HOST] = "router7";
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.2.114.111.117.116.101.114.55=1");
  mapping_destroy(m);
}

// Finding 6: one bad row made the whole walk end in genErr.
static void a_bad_row_disturbs_no_other(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  ready(m);
  update_as(m, "x", "1", real(1));
  update_as(m, "x", "two", real(2));
  update_as(m, "x", "3", real(-3));
  update_as(m, "x", "4", real(NAN));
  update_as(m, "x", "-5", real(5));
  update_as(m, "x", "6", real(6));
  assert_string_equal(walk(m), "1.2.1=1 1.2.6=6");
  mapping_destroy(m);
}

static void a_bad_value_leaves_and_comes_back(void **unused) {
  (void)unused;
  struct mapping *m = by_type_instance();
  update_as(m, "x", "a", real(1));
  update_as(m, "x", "a", real(NAN));
  assert_string_equal(walk(m), "");
  assert_int_equal(table_rows(mapping_table(m, 0)->table), 1);
  update_as(m, "x", "a", real(5e9));
  assert_string_equal(walk(m), "");
  update_as(m, "x", "a", real(2));
  assert_string_equal(walk(m), "1.2.97=2");
  mapping_destroy(m);
}

static void assert_told(size_t nth, enum trouble trouble, const char *wanted) {
  char said[TROUBLE_TEXT_SIZE];
  assert_true(nth < troubles.report_count);
  assert_int_equal(troubles.reports[nth].trouble, trouble);
  assert_string_equal(trouble_format(&troubles.reports[nth], said, sizeof(said)), wanted);
}

static void a_trouble_is_told_once_a_rule(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  ready(m);
  for (int i = 0; i < 3; i++) {
    update_as(m, "x", "bad", real(1));
    update_as(m, "x", "1", real(-1));
  }
  assert_int_equal(troubles.report_count, 2);
  assert_ptr_equal(troubles.reports[0].rule, mapping_data(m, 0));
  assert_told(
      0, TROUBLE_INDEX,
      "is not served: part 1 of the index, \"bad\", is no Integer32 that an index "
      "can hold");
  assert_told(1, TROUBLE_VALUE,
              "is not served as 1.2: \"-1\" does not fit Gauge32; Integer32 shows "
              "numbers below 0");
  mapping_destroy(m);
}

static void a_trouble_says_where_and_what(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "PluginInstance", SYNTAX_DISPLAY_STRING);
  make_key(t, "Meta:id", SYNTAX_INTEGER32);
  struct data_rule *d = make_data(m, t, "Value", SYNTAX_INTEGER32, "1.2");
  ready(m);
  struct fake f;
  update(m, fake(&f, "x", "a", real(1)));
  assert_told(0, TROUBLE_NO_INDEX,
              "is not served: part 2 of the index is missing, its Source, Regex or Map "
              "yields nothing");
  fake(&f, "x", "b", real(1));
  f.metas[0].key = "id";
  f.metas[0].value = text("one\nline, a long one that goes on and on and on and on");
  update(m, &f);
  assert_told(
      1, TROUBLE_INDEX,
      "is not served: part 2 of the index, \"one?line, a long one that goes on and "
      "on and on\", is no Integer32 that an index can hold");
  fake(&f, "x", "c", real(-INFINITY));
  f.metas[0].key = "id";
  f.metas[0].value = natural(7);
  update(m, &f);
  assert_told(2, TROUBLE_VALUE,
              "is not served as 1.2: \"-infinity\" does not fit "
              "Integer32");
  struct trouble_report memory = {.rule = d, .trouble = TROUBLE_MEMORY};
  char said[TROUBLE_TEXT_SIZE];
  assert_string_equal(trouble_format(&memory, said, sizeof(said)),
                      "is not served: out of memory");
  mapping_destroy(m);
}

// Finding 11: keys of 112 bytes gave genErr, of 120 a double free. A column's OID and
// the index are one name of at most 128 sub-identifiers.
static void long_keys_are_served_up_to_the_end(void **unused) {
  (void)unused;
  for (size_t length = 112; length <= 128; length++) {
    struct mapping *m = by_type_instance();
    char key[129];
    memset(key, 'k', length);
    key[length] = '\0';
    update_as(m, "x", key, real(1));
    update_as(m, "x", "a", real(2));
    bool fits = length + 2 <= OID_LENGTH_MAX;
    assert_int_equal(table_rows(mapping_table(m, 0)->table), fits ? 2 : 1);
    assert_non_null(strstr(walk(m), "1.2.97=2"));
    assert_int_equal(troubles.report_count, fits ? 0 : 1);
    if (!fits)
      assert_told(0, TROUBLE_TOO_LONG,
                  "is not served: an OID has room for an index of 126 numbers only");
    mapping_destroy(m);
  }
}

static void an_old_value_does_not_overtake(void **unused) {
  (void)unused;
  struct mapping *m = by_type_instance();
  struct fake f;
  fake(&f, "x", "a", real(2));
  f.sample.time = 20;
  assert_int_equal(update(m, &f), 0);
  fake(&f, "x", "a", real(1));
  f.sample.time = 19;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.2.97=2");
  f.sample.time = 20;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.2.97=1");
  expire(m, "x", "a");
  f.sample.time = 1; // a clock that was set back: it is a new entry
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.2.97=1");
  mapping_destroy(m);
}

// --- more than one --------------------------------------------------------------

// Finding 7: the same metric was served in the first table only.
static void one_value_feeds_many_columns_and_tables(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  for (int i = 0; i < 2; i++) {
    struct table_rule *t = make_table(m);
    make_key(t, "TypeInstance", SYNTAX_DISPLAY_STRING)->implied = true;
    make_data(m, t, "Value", SYNTAX_GAUGE32, i == 0 ? "1.1" : "2.1");
    make_data(m, t, "Value", SYNTAX_DISPLAY_STRING, i == 0 ? "1.2" : "2.2");
    make_data(m, t, "Hostname", SYNTAX_DISPLAY_STRING, i == 0 ? "1.3" : "2.3");
  }
  struct table_rule *scalar = make_table(m);
  scalar->scalar = true;
  make_data(m, scalar, "Value", SYNTAX_COUNTER64, "3.0");
  ready(m);
  update_as(m, "x", "a", natural(7));
  assert_string_equal(walk(m), "1.1.97=7 1.2.97=7 1.3.97=here "
                               "2.1.97=7 2.2.97=7 2.3.97=here 3.0=7");
  expire(m, "x", "a");
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void all_data_sources_of_a_dispatch_are_served_together(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_DISPLAY_STRING)->implied = true;
  struct data_rule *d = make_data(m, t, "Value", SYNTAX_COUNTER64, "1.1");
  make_column(d, SYNTAX_COUNTER32, "1.2");
  struct data_rule *second = make_data(m, t, "Value", SYNTAX_COUNTER64, "1.3");
  second->data_source = 1;
  ready(m);
  struct fake f;
  fake(&f, "x", "a", natural(UINT32_MAX + 2ULL));
  f.values[1] = natural(UINT32_MAX + 3ULL);
  f.sample.value_count = 2;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.97=4294967297 1.2.97=2 1.3.97=4294967298");
  f.values[0] = real(NAN); // one is missing: the others are of this dispatch
  f.values[1] = natural(5);
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.2.97=5 1.3.97=5");
  f.sample.value_count = 1; // finding 5: more OIDs than data sources
  f.values[0] = natural(9);
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.97=9");
  mapping_destroy(m);
}

static void conditions_select(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_DISPLAY_STRING)->implied = true;
  make_where(&t->where, &t->where_count, "PluginInstance", "-ipv4-");
  struct data_rule *d = make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  make_where(&d->where, &d->where_count, "TypeInstance", "^[ab]$");
  make_where(&d->where, &d->where_count, "Meta:ifindex", "^7$");
  ready(m);
  struct fake f;
  assert_false(mapping_wants(m, &fake(&f, "e-ipv6-1", "a", real(1))->sample));
  assert_false(mapping_wants(m, &fake(&f, "e-ipv4-1", "c", real(1))->sample));
  assert_true(mapping_wants(m, &fake(&f, "e-ipv4-1", "a", real(1))->sample));
  assert_int_equal(update(m, &f), 0); // wanted, but the meta data isn't there yet
  assert_string_equal(walk(m), "");
  f.metas[0].key = "ifindex";
  f.metas[0].value = natural(7);
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.97=1");
  f.metas[0].value = natural(8);
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "");
  assert_int_equal(table_rows(t->table), 0);
  mapping_destroy(m);
}

static void the_number_selects(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  t->notified = true;
  make_key(t, "PluginInstance", SYNTAX_DISPLAY_STRING)->implied = true;
  struct data_rule *d = make_data(m, t, "TypeInstance", SYNTAX_DISPLAY_STRING, "1.1");
  make_where(&d->where, &d->where_count, "Value", "^1$");
  ready(m);
  update_as(m, "a", "x", real(1));
  update_as(m, "a", "y", real(0));
  assert_string_equal(walk(m), "1.1.97=x");
  update_as(m, "a", "x", real(0));
  assert_string_equal(walk(m), "");
  assert_int_equal(table_rows(t->table), 0);
  update_as(m, "a", "y", real(1));
  assert_string_equal(walk(m), "1.1.97=y");
  struct fake f;
  fake(&f, "a", "y", real(0))->sample.value_count = 0; // a notification knows no number
  assert_int_equal(mapping_tell(m, &f.sample, NEWS_UPDATE, &troubles), 0);
  assert_string_equal(walk(m), "1.1.97=y");
  fake(&f, "a", "y", real(NAN))->sample.meta = NULL;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "");
  assert_int_equal(troubles.report_count, 0);
  mapping_destroy(m);
}

static void meta_data_stays_while_a_value_has_none(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "PluginInstance", SYNTAX_DISPLAY_STRING);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  make_data(m, t, "Meta:ifindex", SYNTAX_GAUGE32, "1.2");
  ready(m);
  struct fake f;
  fake(&f, "a", "", real(1));
  f.metas[0].key = "ifindex";
  f.metas[0].value = natural(7);
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.1.97=1 1.2.1.97=7");
  fake(&f, "a", "", real(2))->sample.meta = NULL;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.1.97=2 1.2.1.97=7");
  assert_int_equal(update(m, fake(&f, "a", "", real(3))), 0); // other meta data than this
  assert_string_equal(walk(m), "1.1.1.97=3");
  mapping_destroy(m);
}

// --- keys that change -----------------------------------------------------------

static struct mapping *by_ifindex(void) {
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "Meta:ifindex", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  make_data(m, t, "PluginInstance", SYNTAX_DISPLAY_STRING, "1.2");
  return ready(m);
}

static void a_row_moves_with_its_meta_data(void **unused) {
  (void)unused;
  struct mapping *m = by_ifindex();
  update_at(m, "x", -1, 1);
  assert_string_equal(walk(m), "");
  update_at(m, "x", 3, 1);
  assert_string_equal(walk(m), "1.1.3=1 1.2.3=x");
  update_at(m, "x", 5, 1);
  update_at(m, "x", 5, 2);
  assert_string_equal(walk(m), "1.1.5=2 1.2.5=x");
  update_at(m, "x", -1, 3);
  assert_string_equal(walk(m), "");
  assert_int_equal(table_rows(mapping_table(m, 0)->table), 0);
  mapping_destroy(m);
}

static void two_rows_change_places(void **unused) {
  (void)unused;
  struct mapping *m = by_ifindex();
  update_at(m, "x", 1, 10);
  update_at(m, "y", 2, 20);
  update_at(m, "x", 2, 11);
  assert_string_equal(walk(m), "1.1.2=11 1.2.2=x");
  update_at(m, "y", 1, 21);
  assert_string_equal(walk(m), "1.1.1=21 1.1.2=11 1.2.1=y 1.2.2=x");
  expire(m, "y", "");
  assert_string_equal(walk(m), "1.1.2=11 1.2.2=x");
  mapping_destroy(m);
}

// Each is told its new place before the one that was there has left.
static void places_are_passed_on_again_and_again(void **unused) {
  (void)unused;
  struct mapping *m = by_ifindex();
  update_at(m, "x", 1, 10);
  update_at(m, "y", 2, 20);
  for (int turn = 0; turn < 2; turn++) {
    update_at(m, "new", 1, 30); // is put before all others
    update_at(m, "x", 2, 10);
    update_at(m, "y", 3, 20);
    assert_string_equal(walk(m), "1.1.1=30 1.1.2=10 1.1.3=20 1.2.1=new 1.2.2=x 1.2.3=y");
    update_at(m, "x", 1, 10); // and taken out
    update_at(m, "y", 2, 20);
    update_at(m, "new", -1, 30);
    assert_string_equal(walk(m), "1.1.1=10 1.1.2=20 1.2.1=x 1.2.2=y");
  }
  for (size_t i = 0; i < troubles.report_count; i++)
    assert_int_equal(troubles.reports[i].trouble, TROUBLE_NO_INDEX); // "new" has none
  mapping_destroy(m);
}

// The second value that maps into a cell has it until it leaves; they don't take turns.
static void who_wrote_last_has_the_cell(void **unused) {
  (void)unused;
  struct mapping *m = by_ifindex();
  update_at(m, "x", 1, 10);
  update_at(m, "y", 1, 20);
  assert_string_equal(walk(m), "1.1.1=20 1.2.1=y");
  expire(m, "x", "");
  assert_string_equal(walk(m), "1.1.1=20 1.2.1=y");
  assert_int_equal(troubles.report_count, 0);
  update_at(m, "x", 1, 11);
  assert_string_equal(walk(m), "1.1.1=20 1.2.1=y");
  assert_int_equal(troubles.report_count, 2); // a rule each
  assert_told(0, TROUBLE_TWICE,
              "is not served as 1.1: its instance there is that of here/test-y/type-; "
              "another <IndexKey>, or ContextFrom, tells them apart");
  update_at(m, "y", 1, 21);
  assert_string_equal(walk(m), "1.1.1=21 1.2.1=y");
  expire(m, "y", "");
  assert_string_equal(walk(m), "");
  update_at(m, "x", 1, 12);
  assert_string_equal(walk(m), "1.1.1=12 1.2.1=x");
  mapping_destroy(m);
}

static void the_writer_of_a_cell_is_known(void **unused) {
  (void)unused;
  struct mapping *m = by_ifindex();
  update_at(m, "x", 1, 10);
  uint32_t index = 1;
  const struct row *row = table_find(mapping_table(m, 0)->table, &index, 1);
  const struct data_rule *rule = NULL;
  assert_string_equal(mapping_writer(row, 1, &rule), "here/test-x/type-");
  assert_ptr_equal(rule, mapping_data(m, 1));
  update_at(m, "y", 1, 20);
  assert_string_equal(mapping_writer(row, 0, &rule), "here/test-y/type-");
  expire(m, "y", "");
  assert_null(mapping_writer(row, 0, &rule));
  mapping_destroy(m);
}

// --- numbers --------------------------------------------------------------------

static struct mapping *numbered(void) {
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_numbered(t, "1.1");
  struct key *key = make_key(t, "TypeInstance", SYNTAX_DISPLAY_STRING);
  key->has_column = true;
  key->column = (struct column){make_oid("1.2"), SYNTAX_DISPLAY_STRING, t->cells++};
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.3");
  t->has_size = true;
  t->size_oid = make_oid("2.0");
  return ready(m);
}

// Finding 4: A, B; A expires; C comes: B and C collided.
static void numbers_are_not_shared(void **unused) {
  (void)unused;
  struct mapping *m = numbered();
  update_as(m, "x", "A", real(10));
  update_as(m, "x", "B", real(20));
  expire(m, "x", "A");
  update_as(m, "x", "C", real(30));
  assert_string_equal(walk(m), "1.1.2=2 1.1.3=3 1.2.2=B 1.2.3=C 1.3.2=20 1.3.3=30 2.0=2");
  update_as(m, "x", "A", real(40));
  assert_string_equal(walk(m), "1.1.1=1 1.1.2=2 1.1.3=3 1.2.1=A 1.2.2=B 1.2.3=C "
                               "1.3.1=40 1.3.2=20 1.3.3=30 2.0=3");
  mapping_destroy(m);
}

// As realServerTable is indexed by its virtual server's number.
static void tables_share_numbers_and_nest_them(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct numbering *services = mapping_numbering(m, "services");
  assert_ptr_equal(mapping_numbering(m, "services"), services);
  struct table_rule *outer = make_table(m), *inner = make_table(m);
  make_key(outer, "PluginInstance", SYNTAX_UNSIGNED32)->numbering = services;
  make_key(inner, "PluginInstance", SYNTAX_UNSIGNED32)->numbering = services;
  make_key(inner, "TypeInstance", SYNTAX_UNSIGNED32)->numbering =
      mapping_numbering(m, "servers");
  struct data_rule *total = make_data(m, outer, "Value", SYNTAX_GAUGE32, "1.1");
  total->match[FIELD_TYPE_INSTANCE] = strdup("total");
  struct data_rule *server = make_data(m, inner, "Value", SYNTAX_GAUGE32, "2.1");
  make_where(&server->where, &server->where_count, "TypeInstance", "^real");
  ready(m);
  update_as(m, "a", "total", real(1));
  update_as(m, "b", "real1", real(21));
  update_as(m, "b", "real2", real(22));
  update_as(m, "a", "real2", real(12));
  update_as(m, "b", "total", real(2));
  assert_string_equal(walk(m), "1.1.1=1 1.1.2=2 2.1.1.1=12 2.1.2.1=21 2.1.2.2=22");
  expire(m, "b", "total"); // its servers still hold the number
  update_as(m, "c", "total", real(3));
  assert_string_equal(walk(m), "1.1.1=1 1.1.3=3 2.1.1.1=12 2.1.2.1=21 2.1.2.2=22");
  mapping_destroy(m);
}

static void a_bad_row_uses_up_no_numbers(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "PluginInstance", SYNTAX_UNSIGNED32)->numbering = mapping_numbering(m, "n");
  make_key(t, "Meta:ifindex", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  ready(m);
  for (int i = 0; i < 5000; i++)
    update_at(m, "bad", -1, 1);
  update_at(m, "good", 7, 2);
  assert_string_equal(walk(m), "1.1.2.7=2");
  mapping_destroy(m);
}

static void an_endless_constant_is_no_key(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  char source[2 * RAW_TEXT_SIZE] = "Constant:";
  memset(source + strlen(source), 'x', RAW_TEXT_SIZE);
  struct table_rule *t = make_table(m);
  make_key(t, source, SYNTAX_UNSIGNED32)->numbering = mapping_numbering(m, "n");
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  ready(m);
  update_as(m, "x", "a", real(1));
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void the_index_of_a_sample_is_its_rows(void **unused) {
  (void)unused;
  struct mapping *m = numbered();
  struct fake f;
  struct oid index = {.length = 77};
  update_as(m, "x", "A", real(1));
  update_as(m, "x", "B", real(1));
  fake(&f, "y", "B", real(1));
  assert_int_equal(row_name_index(mapping_table(m, 0), &f.sample, &index), 0);
  assert_int_equal(index.length, 1);
  assert_int_equal(index.sub[0], 2);
  mapping_destroy(m);
}

// --- empty tables ---------------------------------------------------------------

static const char *why_empty(const struct mapping *m) {
  static char text[256];
  return mapping_why_empty(m, mapping_table(m, 0), text, sizeof(text));
}

// Values come nearer to a row step by step.
static void an_empty_table_says_why(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "Meta:ifindex", SYNTAX_INTEGER32);
  make_where(&t->where, &t->where_count, "PluginInstance", "^good$");
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  ready(m);
  struct fake f;
  fake(&f, "good", "", real(1))->sample.field[FIELD_TYPE] = "other";
  update(m, &f);
  assert_string_equal(why_empty(m), "nothing sends test/type: is the plugin loaded, and "
                                    "does it have something to tell?");
  fake(&f, "good", "", real(1))->sample.field[FIELD_HOST] = "there";
  update(m, &f);
  assert_string_equal(why_empty(m), "values come, but of other hosts than Host takes");
  update_at(m, "bad", 1, 1);
  assert_string_equal(why_empty(m), "values come, but Where takes none of them");
  update_at(m, "good", -1, 1);
  assert_string_equal(
      why_empty(m), "values come, but none has a whole index; which part is missing was "
                    "said when they came");
  update_at(m, "good", 7, 1);
  expire(m, "good", "");
  assert_string_equal(why_empty(m), "its values have left collectd's cache");
  mapping_destroy(m);
}

// Only while nothing sends its values at all.
static void an_optional_table_may_be_left_out(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "Meta:ifindex", SYNTAX_INTEGER32);
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  ready(m);
  assert_false(mapping_is_left_out(t));
  t->optional = true;
  assert_true(mapping_is_left_out(t));
  update_at(m, "good", -1, 1); // no row, for want of an index
  assert_false(mapping_is_left_out(t));
  mapping_destroy(m);
}

static void a_rule_may_take_any_type(void **unused) {
  (void)unused;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "TypeInstance", SYNTAX_UNSIGNED32);
  struct data_rule *d = make_data(m, t, "Value", SYNTAX_GAUGE32, "1.1");
  make_data(m, t, "Value", SYNTAX_GAUGE32, "1.2");
  free(d->match[FIELD_TYPE]);
  d->match[FIELD_TYPE] = NULL;
  ready(m);
  struct fake f;
  fake(&f, "x", "7", real(3));
  f.sample.field[FIELD_TYPE] = "another";
  assert_true(mapping_wants(m, &f.sample));
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.7=3");
  mapping_destroy(m);
}

// --- notifications --------------------------------------------------------------

// Two tables of the same values, the first Notified: the state and the number.
static struct mapping *notified(void) {
  struct mapping *m = mapping_create();
  for (int i = 0; i < 2; i++) {
    struct table_rule *t = make_table(m);
    t->notified = i == 0;
    make_key(t, "Meta:ifindex", SYNTAX_INTEGER32);
    make_data(m, t, "Meta:state", SYNTAX_DISPLAY_STRING, i == 0 ? "1.1" : "2.1");
    make_data(m, t, "Value", SYNTAX_GAUGE32, i == 0 ? "1.2" : "2.2");
  }
  return ready(m);
}

// A value, or a notification, as of `time`; a NULL `state` is not told.
static struct fake *as_of(struct fake *f, uint64_t time, const char *state,
                          double value) {
  fake(f, "x", "", real(value));
  f->sample.time = time;
  f->metas[0].key = "ifindex";
  f->metas[0].value = whole(1);
  f->metas[1].key = state != NULL ? "state" : NULL;
  f->metas[1].value = text(state);
  return f;
}

static void bring(struct mapping *m, uint64_t time, const char *state, double value) {
  struct fake f;
  assert_int_equal(update(m, as_of(&f, time, state, value)), 0);
}

static int tell_of(struct mapping *m, uint64_t time, const char *state, enum news news) {
  struct fake f;
  as_of(&f, time, state, 0);
  f.sample.value_count = 0;
  return mapping_tell(m, &f.sample, news, &troubles);
}

static void a_notification_overtakes_its_value(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  bring(m, 10, "backup", 2);
  assert_int_equal(tell_of(m, 30, "master", NEWS_UPDATE), 0);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=2 2.1.1=backup 2.2.1=2");
  bring(m, 20, "backup", 2); // queued before the notification
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=2 2.1.1=backup 2.2.1=2");
  bring(m, 30, "master", 3);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=3 2.1.1=master 2.2.1=3");
  bring(m, 31, "backup", 2);
  assert_string_equal(walk(m), "1.1.1=backup 1.2.1=2 2.1.1=backup 2.2.1=2");
  mapping_destroy(m);
}

static void a_notification_may_know_the_number(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  struct fake f;
  bring(m, 10, "backup", 2);
  assert_int_equal(
      mapping_tell(m, &as_of(&f, 30, "master", 3)->sample, NEWS_UPDATE, &troubles), 0);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=3 2.1.1=backup 2.2.1=2");
  mapping_destroy(m);
}

static void what_a_notification_lacks_is_unknown(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  bring(m, 10, "backup", 2);
  assert_int_equal(tell_of(m, 10, NULL, NEWS_UPDATE), 0);
  assert_string_equal(walk(m), "1.2.1=2 2.1.1=backup 2.2.1=2");
  mapping_destroy(m);
}

static void a_late_notification_changes_nothing(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  bring(m, 10, "backup", 2);
  assert_int_equal(tell_of(m, 9, "master", NEWS_UPDATE), 0);
  assert_int_equal(tell_of(m, 9, NULL, NEWS_GONE), 0);
  assert_string_equal(walk(m), "1.1.1=backup 1.2.1=2 2.1.1=backup 2.2.1=2");
  assert_int_equal(tell_of(m, 12, "master", NEWS_UPDATE), 0);
  assert_int_equal(tell_of(m, 11, "initialize", NEWS_UPDATE), 0);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=2 2.1.1=backup 2.2.1=2");
  mapping_destroy(m);
}

static void rows_of_what_is_gone_leave_at_once(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  bring(m, 10, "backup", 2);
  assert_int_equal(tell_of(m, 30, NULL, NEWS_GONE), 0);
  assert_string_equal(walk(m), "2.1.1=backup 2.2.1=2");
  bring(m, 20, "backup", 2);
  assert_string_equal(walk(m), "2.1.1=backup 2.2.1=2");
  bring(m, 40, "master", 3);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=3 2.1.1=master 2.2.1=3");
  expire(m, "x", "");
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void what_is_not_known_is_not_told(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(tell_of(m, 30, "master", NEWS_UPDATE), -ENOENT);
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

// --- values handed over ahead of collectd's queue -------------------------------

enum { EVERY = 10, KEEP = 20 };
#define BACKUP "1.1.1=backup 1.2.1=2 2.1.1=backup 2.2.1=2"
#define MASTER "1.1.1=master 1.2.1=3 2.1.1=master 2.2.1=3"

static int ahead(struct mapping *m, uint64_t time, const char *state, double value) {
  struct fake f;
  as_of(&f, time, state, value);
  f.sample.interval = EVERY;
  f.sample.keep = KEEP;
  return mapping_take_ahead(m, &f.sample, &troubles);
}

static void expire_at(struct mapping *m, uint64_t now) {
  struct fake f;
  mapping_expire(m, fake(&f, "x", "", real(0))->name, now);
}

static void a_value_ahead_makes_its_row_and_keeps_it(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 100, "backup", 2), 0);
  assert_string_equal(walk(m), BACKUP);
  bring(m, 100, "backup", 2); // out of the queue at last
  assert_string_equal(walk(m), BACKUP);
  assert_int_equal(ahead(m, 110, "master", 3), 0);
  expire_at(m, 120);
  mapping_sweep(m, 129);
  assert_string_equal(walk(m), MASTER);
  assert_int_equal(ahead(m, 129, "backup", 2), 0);
  bring(m, 120, "master", 3); // its fellow of before the last, late
  assert_string_equal(walk(m), BACKUP);
  expire_at(m, 148);
  assert_string_equal(walk(m), BACKUP);
  mapping_destroy(m);
}

// Its source told nothing any more: neither the cache nor anybody else keeps it.
static void what_comes_ahead_no_more_leaves(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 100, "backup", 2), 0);
  mapping_sweep(m, 119);
  assert_string_equal(walk(m), BACKUP);
  mapping_sweep(m, 120);
  assert_string_equal(walk(m), "");
  assert_int_equal(tell_of(m, 121, "master", NEWS_UPDATE), -ENOENT);
  bring(m, 100, "backup", 2); // it waited until nobody knew of it
  assert_string_equal(walk(m), "");
  assert_int_equal(ahead(m, 131, "backup", 2), 0);
  bring(m, 131, "backup", 2);
  mapping_sweep(m, 200); // the cache has it still
  assert_string_equal(walk(m), BACKUP);
  expire_at(m, 200);
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void what_came_ahead_is_taken_back(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 100, "backup", 2), 0);
  assert_int_equal(tell_of(m, 101, NULL, NEWS_GONE), 0);
  assert_string_equal(walk(m), "2.1.1=backup 2.2.1=2"); // which is not Notified
  mapping_sweep(m, 101);
  assert_string_equal(walk(m), "");
  assert_int_equal(tell_of(m, 102, "master", NEWS_UPDATE), -ENOENT);
  bring(m, 100, "backup", 2);
  assert_string_equal(walk(m), "");
  mapping_destroy(m);
}

static void a_clock_set_back_keeps_nothing(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 5000, "backup", 2), 0);
  mapping_sweep(m, 5000 - KEEP + 1); // by little
  assert_string_equal(walk(m), BACKUP);
  mapping_sweep(m, 1000);
  assert_string_equal(walk(m), "");
  assert_int_equal(ahead(m, 1001, "master", 3), 0);
  assert_string_equal(walk(m), MASTER);
  mapping_destroy(m);
}

// By less than a value is kept for: the row stays, and goes on with its source.
static void a_clock_set_back_by_little_holds_nothing_up(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 5000, "backup", 2), 0);
  assert_int_equal(tell_of(m, 5000, "backup", NEWS_UPDATE), 0);
  bring(m, 5000, "backup", 2);
  expire_at(m, 4985);
  assert_string_equal(walk(m), BACKUP);
  assert_int_equal(ahead(m, 4986, "master", 3), 0);
  assert_string_equal(walk(m), MASTER);
  bring(m, 4987, "backup", 2);
  assert_string_equal(walk(m), BACKUP);
  assert_int_equal(ahead(m, 4996, "master", 3), 0);
  assert_string_equal(walk(m), MASTER);
  mapping_destroy(m);
}

// Two threads of a plugin may each hand over what they measured.
static void one_that_was_overtaken_changes_nothing(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  assert_int_equal(ahead(m, 100, "master", 3), 0);
  assert_int_equal(ahead(m, 100 - EVERY + 1, "backup", 2), 0);
  assert_string_equal(walk(m), MASTER);
  assert_int_equal(tell_of(m, 99, "initialize", NEWS_UPDATE), 0);
  assert_string_equal(walk(m), MASTER);
  assert_int_equal(tell_of(m, 105, NULL, NEWS_GONE), 0);
  assert_int_equal(ahead(m, 104, "backup", 2), 0);
  assert_string_equal(walk(m), "2.1.1=master 2.2.1=3");
  mapping_destroy(m);
}

static void what_nobody_wants_is_not_kept(void **unused) {
  (void)unused;
  struct mapping *m = ready(mapping_create());
  assert_int_equal(ahead(m, 100, NULL, 1), 0);
  assert_int_equal(tell_of(m, 101, NULL, NEWS_UPDATE), -ENOENT);
  mapping_destroy(m);
}

// It may be a source of the same name there, which hands nothing over here.
static void another_host_comes_by_the_cache(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  regex_t all;
  assert_int_equal(regcomp(&all, ".", REG_EXTENDED | REG_NOSUB), 0);
  for (size_t i = 0; i < mapping_tables(m); i++)
    mapping_table(m, i)->host = &all;
  assert_int_equal(ahead(m, 100, "backup", 2), 0);
  assert_int_equal(tell_of(m, 101, NULL, NEWS_GONE), 0);
  mapping_sweep(m, 101);
  struct fake f;
  as_of(&f, 90, "master", 3)->sample.field[FIELD_HOST] = "there";
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), MASTER);
  for (size_t i = 0; i < mapping_tables(m); i++)
    mapping_table(m, i)->host = NULL;
  regfree(&all);
  mapping_destroy(m);
}

// The cache alone knows a rate: without it, the rate that was is none.
static void a_rate_leaves_with_the_cache(void **unused) {
  (void)unused;
  struct mapping *m = notified();
  mapping_data(m, 1)->source.rate = true;
  struct fake f;
  as_of(&f, 100, "backup", 2);
  f.has_rate = true;
  f.rate = 7;
  assert_int_equal(update(m, &f), 0);
  assert_int_equal(ahead(m, 110, "master", 3), 0);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=7 2.1.1=master 2.2.1=3");
  as_of(&f, 105, "backup", 2); // out of the queue
  f.has_rate = true;
  f.rate = 8;
  assert_int_equal(update(m, &f), 0);
  assert_string_equal(walk(m), "1.1.1=master 1.2.1=8 2.1.1=master 2.2.1=3");
  expire_at(m, 120);
  assert_string_equal(walk(m), "1.1.1=master 2.1.1=master 2.2.1=3");
  mapping_destroy(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_value_ahead_makes_its_row_and_keeps_it),
      cmocka_unit_test(what_comes_ahead_no_more_leaves),
      cmocka_unit_test(what_came_ahead_is_taken_back),
      cmocka_unit_test(a_clock_set_back_keeps_nothing),
      cmocka_unit_test(a_clock_set_back_by_little_holds_nothing_up),
      cmocka_unit_test(one_that_was_overtaken_changes_nothing),
      cmocka_unit_test(what_nobody_wants_is_not_kept),
      cmocka_unit_test(another_host_comes_by_the_cache),
      cmocka_unit_test(a_rate_leaves_with_the_cache),
      cmocka_unit_test(rows_come_and_go_with_their_values),
      cmocka_unit_test(wants_only_what_its_rules_name),
      cmocka_unit_test(a_rule_may_take_any_type),
      cmocka_unit_test(hosts_may_be_selected),
      cmocka_unit_test(a_bad_row_disturbs_no_other),
      cmocka_unit_test(a_bad_value_leaves_and_comes_back),
      cmocka_unit_test(a_trouble_is_told_once_a_rule),
      cmocka_unit_test(a_trouble_says_where_and_what),
      cmocka_unit_test(long_keys_are_served_up_to_the_end),
      cmocka_unit_test(an_old_value_does_not_overtake),
      cmocka_unit_test(one_value_feeds_many_columns_and_tables),
      cmocka_unit_test(all_data_sources_of_a_dispatch_are_served_together),
      cmocka_unit_test(conditions_select),
      cmocka_unit_test(the_number_selects),
      cmocka_unit_test(meta_data_stays_while_a_value_has_none),
      cmocka_unit_test(a_row_moves_with_its_meta_data),
      cmocka_unit_test(two_rows_change_places),
      cmocka_unit_test(places_are_passed_on_again_and_again),
      cmocka_unit_test(who_wrote_last_has_the_cell),
      cmocka_unit_test(the_writer_of_a_cell_is_known),
      cmocka_unit_test(numbers_are_not_shared),
      cmocka_unit_test(tables_share_numbers_and_nest_them),
      cmocka_unit_test(a_bad_row_uses_up_no_numbers),
      cmocka_unit_test(an_endless_constant_is_no_key),
      cmocka_unit_test(the_index_of_a_sample_is_its_rows),
      cmocka_unit_test(an_empty_table_says_why),
      cmocka_unit_test(an_optional_table_may_be_left_out),
      cmocka_unit_test(a_notification_overtakes_its_value),
      cmocka_unit_test(a_notification_may_know_the_number),
      cmocka_unit_test(what_a_notification_lacks_is_unknown),
      cmocka_unit_test(a_late_notification_changes_nothing),
      cmocka_unit_test(rows_of_what_is_gone_leave_at_once),
      cmocka_unit_test(what_is_not_known_is_not_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
