// SPDX-License-Identifier: MIT
// How is a person told why a value isn't served?
#include "core/trouble_text.h"

#include "common/core/array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void format_no_index(const struct trouble_report *r, char *buf, size_t size) {
  snprintf(buf, size,
           "is not served: part %zu of the index is missing, its Source, Regex or Map "
           "yields nothing",
           r->part + 1);
}

static void format_index(const struct trouble_report *r, char *buf, size_t size) {
  snprintf(
      buf, size,
      "is not served: part %zu of the index, \"%s\", is no %s that an index can hold",
      r->part + 1, r->value, syntax_name(r->rule->table->keys[r->part].syntax));
}

static void format_too_long(const struct trouble_report *r, char *buf, size_t size) {
  snprintf(buf, size, "is not served: an OID has room for an index of %zu numbers only",
           r->rule->table->index_max);
}

// What an operator may write where a number is too large or too small.
static const char *remedy(enum syntax syntax, const char *value) {
  char *end;
  enum smi_type type = syntax_type(syntax);
  double number = strtod(value, &end);
  if (end == value || *end != '\0' || !isfinite(number))
    return "";
  if (number < 0 && type != SMI_INTEGER32)
    return "; Integer32 shows numbers below 0";
  if (type == SMI_GAUGE32)
    return "; Scale 0.001 makes it smaller, Saturate true shows the bound";
  return type == SMI_INTEGER32 ? "; Scale 0.001, or 0.0009765625 for kB, makes it smaller"
                               : "";
}

static void format_value(const struct trouble_report *r, char *buf, size_t size) {
  const struct column *column = &r->rule->columns[r->part];
  char oid[OID_TEXT_SIZE];
  snprintf(buf, size, "is not served as %s: \"%s\" does not fit %s%s",
           oid_format(column->oid.sub, column->oid.length, oid, sizeof(oid)), r->value,
           syntax_name(column->syntax), remedy(column->syntax, r->value));
}

static void format_range(const struct trouble_report *r, char *buf, size_t size) {
  const struct column *column = &r->rule->columns[r->part];
  bool is_text = syntax_type(column->syntax) == SMI_OCTET_STRING;
  char oid[OID_TEXT_SIZE], ranges[TROUBLE_NAME_SIZE];
  snprintf(buf, size,
           "is served as %s, but \"%s\" is outside of what its MIB allows: %s%s; %s",
           oid_format(column->oid.sub, column->oid.length, oid, sizeof(oid)), r->value,
           range_format(column->ranges, column->range_count, ranges, sizeof(ranges)),
           is_text ? " octets" : "",
           is_text ? "Regex and Group cut it" : "Scale, Shift or a <Map> change it");
}

static void format_twice(const struct trouble_report *r, char *buf, size_t size) {
  const struct column *column = &r->rule->columns[r->part];
  char oid[OID_TEXT_SIZE];
  snprintf(
      buf, size,
      "is not served as %s: its instance there is that of %s; another <IndexKey>, or "
      "ContextFrom, tells them apart",
      oid_format(column->oid.sub, column->oid.length, oid, sizeof(oid)), r->value);
}

static void format_context(const struct trouble_report *r, char *buf, size_t size) {
  (void)r;
  snprintf(buf, size, "is not served: ContextFrom yields more than %d characters",
           CONTEXT_MAX);
}

static void format_contexts(const struct trouble_report *r, char *buf, size_t size) {
  (void)r;
  snprintf(buf, size,
           "is not served: ContextFrom has made as many contexts as there may "
           "be");
}

static void format_memory(const struct trouble_report *r, char *buf, size_t size) {
  (void)r;
  snprintf(buf, size, "is not served: out of memory");
}

char *trouble_format(const struct trouble_report *report, char *buf, size_t size) {
  static void (*const formats[])(const struct trouble_report *r, char *buf,
                                 size_t size) = {
      [TROUBLE_NO_INDEX] = format_no_index, [TROUBLE_INDEX] = format_index,
      [TROUBLE_TOO_LONG] = format_too_long, [TROUBLE_VALUE] = format_value,
      [TROUBLE_RANGE] = format_range,       [TROUBLE_TWICE] = format_twice,
      [TROUBLE_CONTEXT] = format_context,   [TROUBLE_CONTEXTS] = format_contexts,
      [TROUBLE_MEMORY] = format_memory,
  };
  _Static_assert(HA_COUNT_OF(formats) == TROUBLE_COUNT, "a text each");
  formats[report->trouble](report, buf, size);
  return buf;
}
