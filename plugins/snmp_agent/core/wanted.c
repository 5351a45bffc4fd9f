// SPDX-License-Identifier: MIT
// Does a rule want a value?
#include "core/wanted.h"

#include <string.h>

static bool host_fits(const struct table_rule *t, const char *own, const char *host) {
  return t->host == NULL ? strcmp(host, own) == 0
                         : regexec(t->host, host, 0, NULL, 0) == 0;
}

// Mostly nothing new, so that threads don't fight for the bits.
void table_rule_pass(struct table_rule *t, enum passed passed) {
  if (!(atomic_load_explicit(&t->passed, memory_order_relaxed) & passed))
    atomic_fetch_or_explicit(&t->passed, passed, memory_order_relaxed);
}

static bool identifier_fits(const struct data_rule *d, const char *own,
                            const struct sample *s) {
  for (size_t i = 0; i < FIELD_COUNT; i++)
    if (d->match[i] != NULL && strcmp(d->match[i], s->field[i]) != 0)
      return false;
  table_rule_pass(d->table, PASSED_NAME);
  bool fits = host_fits(d->table, own, s->field[FIELD_HOST]);
  if (fits)
    table_rule_pass(d->table, PASSED_HOST);
  return fits;
}

static unsigned condition_of(const struct source *source) {
  return source->kind == SOURCE_VALUE ? RULE_OF_NUMBER
         : source_is_volatile(source) ? RULE_OF_META
                                      : RULE_OF_NAME;
}

static bool conditions_fit(const struct where *where, size_t count,
                           const struct sample *s, unsigned which) {
  for (size_t i = 0; i < count; i++) {
    if (!(which & condition_of(&where[i].source)))
      continue;
    struct source_buffer buffer;
    struct raw_value raw;
    if (source_read(&where[i].source, s, 0, &buffer, &raw) != 0)
      return false;
  }
  return true;
}

bool where_fits(const struct where *where, size_t count, const struct sample *s) {
  return conditions_fit(where, count, s, RULE_OF_ALL);
}

bool rule_wants(const struct data_rule *d, const struct sample *s, unsigned which) {
  return conditions_fit(d->where, d->where_count, s, which) &&
         conditions_fit(d->table->where, d->table->where_count, s, which);
}

bool rule_may_want(const struct data_rule *d, const char *own, const struct sample *s) {
  return d->column_count > 0 && identifier_fits(d, own, s) &&
         rule_wants(d, s, RULE_OF_NAME);
}
