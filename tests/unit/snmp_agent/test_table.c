// SPDX-License-Identifier: MIT
// Are rows kept in order, as long as they are held, with what was written to them?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/oid.h"
#include "core/table.h"

#include <stdlib.h>
#include <string.h>

static struct row *hold(struct table *t, uint32_t index, bool wanted_made) {
  struct row *row;
  bool made;
  assert_int_equal(table_hold(t, &index, 1, &row, &made), 0);
  assert_int_equal(made, wanted_made);
  return row;
}

static struct smi_value bytes(const char *text) {
  return (struct smi_value){.type = SMI_OCTET_STRING,
                            .length = (uint32_t)strlen(text),
                            .bytes = (const uint8_t *)text};
}

static struct smi_value gauge(uint64_t number) {
  return (struct smi_value){.type = SMI_GAUGE32, .number = number};
}

static void assert_cell(const struct row *row, size_t cell,
                        const struct smi_value *want) {
  struct smi_value got;
  assert_true(row_get(row, cell, &got));
  assert_int_equal(got.type, want->type);
  if (want->type == SMI_OCTET_STRING) {
    assert_int_equal(got.length, want->length);
    assert_memory_equal(got.bytes, want->bytes, want->length);
  } else {
    assert_int_equal(got.number, want->number);
  }
}

static void a_row_lives_while_it_is_held(void **unused) {
  (void)unused;
  struct table *t = table_create(1, 0);
  struct row *row = hold(t, 5, true);
  assert_ptr_equal(hold(t, 5, false), row);
  assert_false(table_release(row));
  assert_int_equal(table_rows(t), 1);
  assert_true(table_release(row));
  assert_int_equal(table_rows(t), 0);
  uint32_t index = 5;
  assert_null(table_find(t, &index, 1));
  table_destroy(t);
  table_destroy(NULL);
}

static void a_cell_holds_what_was_written_last(void **unused) {
  (void)unused;
  struct table *t = table_create(3, 0);
  struct row *row = hold(t, 1, true);
  struct smi_value none;
  assert_false(row_get(row, 1, &none));
  const struct smi_value values[] = {gauge(7),        bytes("text"), bytes("TEXT"),
                                     bytes("longer"), bytes(""),     gauge(UINT32_MAX),
                                     bytes("x")};
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    assert_int_equal(row_set(row, 1, &values[i], NULL), 0);
    assert_cell(row, 1, &values[i]);
  }
  assert_false(row_get(row, 0, &none));
  assert_false(row_get(row, 2, &none));
  table_destroy(t);
}

static void oids_and_counters_are_kept_whole(void **unused) {
  (void)unused;
  struct table *t = table_create(2, 0);
  struct row *row = hold(t, 1, true);
  uint32_t subids[] = {1, 3, UINT32_MAX};
  struct smi_value oid = {.type = SMI_OBJECT_IDENTIFIER, .length = 3, .subids = subids};
  struct smi_value counter = {.type = SMI_COUNTER64, .number = UINT64_MAX}, got;
  assert_int_equal(row_set(row, 0, &oid, NULL), 0);
  assert_int_equal(row_set(row, 1, &counter, NULL), 0);
  subids[0] = 9; // a copy is kept
  assert_true(row_get(row, 0, &got));
  assert_int_equal(got.length, 3);
  assert_int_equal(got.subids[0], 1);
  assert_int_equal(got.subids[2], UINT32_MAX);
  assert_cell(row, 1, &counter);
  table_destroy(t);
}

static void only_its_writer_clears_a_cell(void **unused) {
  (void)unused;
  struct table *t = table_create(1, 0);
  struct row *row = hold(t, 1, true);
  int a, b;
  struct smi_value value = gauge(1), none;
  assert_null(row_writer(row, 0));
  assert_int_equal(row_set(row, 0, &value, &a), 0);
  assert_int_equal(row_set(row, 0, &value, &b), 0);
  row_clear(row, 0, &a);
  assert_cell(row, 0, &value);
  assert_ptr_equal(row_writer(row, 0), &b);
  row_clear(row, 0, &b);
  assert_false(row_get(row, 0, &none));
  assert_null(row_writer(row, 0));
  table_destroy(t);
}

static void a_row_has_room_for_its_numbers(void **unused) {
  (void)unused;
  struct table *t = table_create(3, 2);
  struct row *row = hold(t, 4294967295u, true);
  assert_null(row_numbers(row)[0]);
  row_numbers(row)[0] = row_numbers(row)[1] = (struct number *)row;
  size_t length;
  assert_int_equal(row_index(row, &length)[0], 4294967295u);
  assert_int_equal(length, 1);
  table_destroy(t);
}

static void rows_stay_in_order_in_random_rounds(void **unused) {
  (void)unused;
  enum { N = 300 };
  struct table *t = table_create(1, 0);
  struct row *rows[N] = {0};
  size_t length = 0;
  srandom(4711);
  for (int round = 0; round < 10000; round++) {
    uint32_t index[] = {(uint32_t)random() % N, 7};
    struct row **row = &rows[index[0]];
    bool made;
    if (*row != NULL) {
      assert_true(table_release(*row));
      *row = NULL;
      length--;
    } else {
      assert_int_equal(table_hold(t, index, 1 + index[0] % 2, row, &made), 0);
      assert_true(made);
      length++;
    }
    assert_int_equal(table_rows(t), length);
    assert_ptr_equal(table_find(t, index, 1 + index[0] % 2), *row);
    size_t before = 0;
    for (uint32_t i = 0; i < index[0]; i++)
      before += rows[i] != NULL;
    assert_int_equal(table_seek(t, index, 1 + index[0] % 2, false), before);
    assert_int_equal(table_seek(t, index, 1 + index[0] % 2, true),
                     before + (*row != NULL));
    if (*row != NULL)
      assert_ptr_equal(table_at(t, before), *row);
  }
  table_destroy(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_lives_while_it_is_held),
      cmocka_unit_test(a_cell_holds_what_was_written_last),
      cmocka_unit_test(oids_and_counters_are_kept_whole),
      cmocka_unit_test(only_its_writer_clears_a_cell),
      cmocka_unit_test(a_row_has_room_for_its_numbers),
      cmocka_unit_test(rows_stay_in_order_in_random_rounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
