// SPDX-License-Identifier: MIT
// Why is a table empty?
#include "core/mapping.h"

#include <stdio.h>
#include <string.h>

const struct data_rule *mapping_first_data(const struct mapping *m,
                                           const struct table_rule *t) {
  for (size_t i = 0; i < mapping_datas(m); i++) {
    const struct data_rule *d = mapping_data(m, i);
    if (d->table == t && d->column_count > 0)
      return d;
  }
  return NULL;
}

static const char *or_any(const char *text) {
  return text != NULL ? text : "*";
}

static void format_nothing_sent(const struct data_rule *d, char *buf, size_t size) {
  const char *instance = d->match[FIELD_TYPE_INSTANCE];
  snprintf(buf, size,
           "nothing sends %s/%s%s%s: is the plugin loaded, and does it have something to "
           "tell?",
           or_any(d->match[FIELD_PLUGIN]), or_any(d->match[FIELD_TYPE]),
           instance != NULL && instance[0] != '\0' ? "-" : "",
           instance != NULL ? instance : "");
}

bool mapping_is_left_out(const struct table_rule *t) {
  return t->is_again || (t->optional && !(atomic_load(&t->passed) & PASSED_NAME));
}

char *mapping_why_empty(const struct mapping *m, const struct table_rule *t, char *buf,
                        size_t size) {
  const struct data_rule *d = mapping_first_data(m, t);
  unsigned passed = atomic_load(&t->passed);
  buf[0] = '\0';
  if (!(passed & PASSED_NAME) && d != NULL)
    format_nothing_sent(d, buf, size);
  else if (!(passed & PASSED_HOST))
    snprintf(buf, size, "values come, but of other hosts than Host takes");
  else if (!(passed & PASSED_WHERE))
    snprintf(buf, size, "values come, but Where takes none of them");
  else if (!(passed & PASSED_INDEX))
    snprintf(buf, size,
             "values come, but none has a whole index; which part is missing "
             "was said when they came");
  else
    snprintf(buf, size, "its values have left collectd's cache");
  return buf;
}
