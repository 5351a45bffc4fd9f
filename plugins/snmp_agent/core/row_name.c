// SPDX-License-Identifier: MIT
// Which row of its table does a value belong to?
#include "core/row_name.h"

#include <errno.h>
#include <string.h>

#include "core/index.h"

// --- what the keys read ---------------------------------------------------------

static struct numbering *numbering_of(const struct table_rule *t, size_t nth) {
  for (size_t i = 0; i < t->keys_len; i++)
    if (t->keys[i].numbering != NULL && nth-- == 0)
      return t->keys[i].numbering;
  return t->row_numbers;
}

static void release_numbers(const struct table_rule *t, struct number *const *numbers,
                            size_t len) {
  for (size_t i = 0; i < len; i++)
    numbering_release(numbering_of(t, i), numbers[i]);
}

static int append_numbered(struct row_name *name, struct numbering *numbering,
                           const char *key, const struct oid *scope) {
  struct number *number;
  int status = numbering_take(numbering, scope->sub, scope->len, key, &number);
  if (status != 0)
    return status;
  name->numbers[name->numbers_len++] = number;
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
  memcpy(text, value.bytes, value.len);
  text[value.len] = '\0';
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

// With IndexOID the keys only name the row: its index is the number they get.
static int number_row(const struct table_rule *t, struct row_name *name) {
  char text[OID_TEXT_SIZE];
  oid_format(name->index.sub, name->index.len, text, sizeof(text));
  name->index.len = 0;
  return append_numbered(name, t->row_numbers, text, &name->index);
}

int row_name_read(struct row_name *name, const struct table_rule *t,
                  const struct sample *s) {
  name->index.len = 0;
  name->numbers_len = 0;
  int status = 0;
  for (name->key = 0; name->key < t->keys_len; name->key++) {
    status = append_key(name, &t->keys[name->key], s);
    if (status != 0)
      break;
  }
  if (status == 0 && t->row_numbers != NULL)
    status = number_row(t, name);
  if (status == 0 && name->index.len > t->index_max)
    status = -ENAMETOOLONG;
  if (status != 0)
    release_numbers(t, name->numbers, name->numbers_len);
  return status;
}

int row_name_index(const struct table_rule *t, const struct sample *s,
                   struct oid *ret_index) {
  struct row_name name;
  int status = row_name_read(&name, t, s);
  if (status != 0)
    return status;
  release_numbers(t, name.numbers, name.numbers_len);
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

// The columns that show the index never change while the row lives.
static void fill_key_columns(const struct table_rule *t, const struct sample *s,
                             struct row *row) {
  struct number **numbers = row_numbers(row);
  for (size_t i = 0; i < t->keys_len; i++) {
    const struct key *key = &t->keys[i];
    const struct number *number = key->numbering != NULL ? *numbers++ : NULL;
    if (!key->has_column)
      continue;
    if (number != NULL)
      set_number(row, &key->column, number);
    else
      set_key(row, key, s);
  }
  if (t->row_numbers != NULL)
    set_number(row, &t->number_column, *numbers);
}

struct row *row_name_hold(const struct row_name *name, const struct table_rule *t,
                          const struct sample *s) {
  struct row *row;
  bool made;
  int status = table_hold(t->table, name->index.sub, name->index.len, &row, &made);
  if (status != 0 || !made)
    release_numbers(t, name->numbers, name->numbers_len);
  if (status != 0)
    return NULL;
  if (made) {
    memcpy(row_numbers(row), name->numbers, name->numbers_len * sizeof(name->numbers[0]));
    fill_key_columns(t, s, row);
  }
  return row;
}

void row_name_release(const struct table_rule *t, struct row *row) {
  struct number *numbers[MAPPING_MAX_KEYS + 1];
  size_t len = t->row_numbers != NULL;
  for (size_t i = 0; i < t->keys_len; i++)
    len += t->keys[i].numbering != NULL;
  memcpy(numbers, row_numbers(row), len * sizeof(numbers[0]));
  if (table_release(row))
    release_numbers(t, numbers, len);
}

bool row_name_is_volatile(const struct table_rule *t) {
  for (size_t i = 0; i < t->keys_len; i++)
    if (source_is_volatile(&t->keys[i].source))
      return true;
  return false;
}
