// SPDX-License-Identifier: MIT
// Which row of its table does a value belong to?
#include "core/row_name.h"

#include <errno.h>
#include <string.h>

#include "core/context_table.h"
#include "core/index.h"

// --- what the keys read ---------------------------------------------------------

static struct numbering *numbering_of(const struct table_rule *t, size_t nth) {
  for (size_t i = 0; i < t->key_count; i++)
    if (t->keys[i].numbering != NULL && nth-- == 0)
      return t->keys[i].numbering;
  return t->row_numbers;
}

static void release_numbers(const struct table_rule *t, struct number *const *numbers,
                            size_t count) {
  for (size_t i = 0; i < count; i++)
    numbering_release(numbering_of(t, i), numbers[i]);
}

static int append_numbered(struct row_name *name, struct numbering *numbering,
                           const char *key, const struct oid *scope) {
  struct number *number;
  int status = numbering_take(numbering, scope->sub, scope->length, key, &number);
  if (status != 0)
    return status;
  name->numbers[name->number_count++] = number;
  uint32_t sub = number_value(number);
  return oid_append(&name->index, &sub, 1);
}

static int append_raw(struct row_name *name, const struct key *key,
                      const struct raw_value *raw) {
  static const struct syntax_options plain;
  struct syntax_buffer buffer;
  struct smi_value value;
  enum syntax syntax = key->numbering != NULL ? SYNTAX_OCTET_STRING : key->syntax;
  int status = syntax_convert(syntax, &plain, raw, &buffer, &value);
  if (status != 0)
    return status;
  if (key->numbering == NULL)
    return index_append(&name->index, key->syntax, key->implied, &value);
  char text[RAW_TEXT_SIZE];
  memcpy(text, value.bytes, value.length);
  text[value.length] = '\0';
  return append_numbered(name, key->numbering, text, &name->index);
}

static int append_key(struct row_name *name, const struct key *key,
                      const struct sample *s) {
  struct source_buffer buffer;
  struct raw_value raw;
  name->misfit[0] = '\0';
  int status = source_read(&key->source, s, 0, &buffer, &raw);
  if (status != 0)
    return status;
  status = append_raw(name, key, &raw);
  if (status != 0)
    raw_format(&raw, name->misfit, sizeof(name->misfit));
  return status;
}

int read_context(const struct source *source, const char *usual, const struct sample *s,
                 char buf[static CONTEXT_MAX + 1], const char **ret_context) {
  struct source_buffer buffer;
  struct raw_value raw;
  char number[32];
  const char *text = usual != NULL ? usual : "";
  if (source == NULL) {
    *ret_context = text;
    return 0;
  }
  if (source_read(source, s, 0, &buffer, &raw) == 0 &&
      raw_text(&raw, number, sizeof(number), &text) != 0)
    return -EDOM;
  size_t length = strlen(text);
  if (length > CONTEXT_MAX)
    return -EDOM;
  memcpy(buf, text, length + 1);
  *ret_context = buf;
  return 0;
}

static bool is_usual(const struct table_rule *t, const char *context) {
  return strcmp(context, t->context != NULL ? t->context : "") == 0;
}

// With IndexOID the keys only name the row: its index is the number they get.
static int number_row(const struct table_rule *t, struct row_name *name) {
  char text[OID_TEXT_SIZE];
  oid_format(name->index.sub, name->index.length, text, sizeof(text));
  name->index.length = 0;
  return append_numbered(name, t->row_numbers, text, &name->index);
}

int row_name_read(struct row_name *name, const struct table_rule *t,
                  const struct sample *s) {
  name->index.length = 0;
  name->number_count = 0;
  name->misfit[0] = '\0';
  name->key = 0;
  int status =
      read_context(t->context_source, t->context, s, name->context_text, &name->context);
  if (status == 0 && t->is_again && is_usual(t, name->context))
    status = -EALREADY;
  if (status != 0)
    return status;
  for (name->key = 0; name->key < t->key_count; name->key++) {
    status = append_key(name, &t->keys[name->key], s);
    if (status != 0)
      break;
  }
  if (status == 0 && t->row_numbers != NULL)
    status = number_row(t, name);
  if (status == 0 && name->index.length > t->index_max)
    status = -ENAMETOOLONG;
  if (status != 0)
    release_numbers(t, name->numbers, name->number_count);
  return status;
}

int row_name_index(const struct table_rule *t, const struct sample *s,
                   struct oid *ret_index) {
  struct row_name name;
  int status = row_name_read(&name, t, s);
  if (status != 0)
    return status;
  release_numbers(t, name.numbers, name.number_count);
  *ret_index = name.index;
  return 0;
}

// --- the row of this name -------------------------------------------------------

static void set_number(struct row *row, const struct column *column,
                       const struct number *number) {
  row_set(row, column->cell,
          &(struct smi_value){.type = syntax_type(column->syntax),
                              .number = number_value(number)},
          NULL);
}

static void set_key(struct row *row, const struct key *key, const struct sample *s) {
  static const struct syntax_options plain;
  struct source_buffer source_buffer;
  struct syntax_buffer syntax_buffer;
  struct raw_value raw;
  struct smi_value value;
  if (source_read(&key->source, s, 0, &source_buffer, &raw) == 0 &&
      syntax_convert(key->column.syntax, &plain, &raw, &syntax_buffer, &value) == 0)
    row_set(row, key->column.cell, &value, NULL);
}

static void instance_name(const struct table_rule *t, const struct row *row, size_t cell,
                          struct oid *ret) {
  size_t length;
  const uint32_t *index = row_index(row, &length);
  oid_copy(ret, &t->columns_by_cell[cell]->oid);
  oid_append(ret, index, length); // index_max sees to it that it fits
}

void row_name_announce(const struct table_rule *t, struct row *row, size_t cell) {
  struct oid name;
  if (!t->shared || t->watcher == NULL || !row_announce(row, cell))
    return;
  instance_name(t, row, cell, &name);
  t->watcher->instance_came(t->watcher->ctx, t, &name);
}

// The columns that show the index never change while the row lives.
static void fill_key_columns(const struct table_rule *t, const struct sample *s,
                             struct row *row) {
  struct number **numbers = row_numbers(row);
  for (size_t i = 0; i < t->key_count; i++) {
    const struct key *key = &t->keys[i];
    const struct number *number = key->numbering != NULL ? *numbers++ : NULL;
    if (!key->has_column)
      continue;
    if (number != NULL)
      set_number(row, &key->column, number);
    else
      set_key(row, key, s);
    row_name_announce(t, row, key->column.cell);
  }
  if (t->row_numbers == NULL)
    return;
  set_number(row, &t->number_column, *numbers);
  row_name_announce(t, row, t->number_column.cell);
}

static int hold_row(const struct row_name *name, struct table_rule *t,
                    struct row **ret_row, bool *ret_made) {
  struct table *table;
  int status = context_table_get(t, name->context, &table);
  if (status != 0)
    return status;
  status = table_hold(table, name->index.sub, name->index.length, ret_row, ret_made);
  if (status != 0)
    context_table_let_go(t, table);
  return status;
}

int row_name_hold(const struct row_name *name, struct table_rule *t,
                  const struct sample *s, struct row **ret_row) {
  bool made = false;
  int status = hold_row(name, t, ret_row, &made);
  if (!made)
    release_numbers(t, name->numbers, name->number_count);
  if (status != 0 || !made)
    return status;
  memcpy(row_numbers(*ret_row), name->numbers,
         name->number_count * sizeof(name->numbers[0]));
  fill_key_columns(t, s, *ret_row);
  t->row_count++;
  return 0;
}

void row_name_release(struct table_rule *t, struct row *row) {
  struct number *numbers[MAPPING_MAX_KEYS + 1];
  struct table *table = row_table(row);
  size_t count = table_rule_numbers(t);
  memcpy(numbers, row_numbers(row), count * sizeof(numbers[0]));
  if (!table_release(row))
    return;
  release_numbers(t, numbers, count);
  t->row_count--;
  context_table_let_go(t, table);
}

bool row_name_is_volatile(const struct table_rule *t) {
  if (t->context_source != NULL && source_is_volatile(t->context_source))
    return true;
  for (size_t i = 0; i < t->key_count; i++)
    if (source_is_volatile(&t->keys[i].source))
      return true;
  return false;
}
