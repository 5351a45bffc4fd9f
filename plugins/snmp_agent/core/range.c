// SPDX-License-Identifier: MIT
// Does a value lie where its MIB allows?
#include "core/range.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool has_ranges(enum smi_type type) {
  return type == SMI_INTEGER32 || type == SMI_GAUGE32 || type == SMI_OCTET_STRING;
}

bool range_fits(const struct range *ranges, size_t count, const struct smi_value *value) {
  int64_t number =
      value->type == SMI_OCTET_STRING ? value->length : (int64_t)value->number;
  if (count == 0 || !has_ranges(value->type))
    return true;
  for (size_t i = 0; i < count; i++)
    if (number >= ranges[i].low && number <= ranges[i].high)
      return true;
  return false;
}

char *range_format(const struct range *ranges, size_t count, char *buf, size_t size) {
  size_t used = 0;
  buf[0] = '\0';
  for (size_t i = 0; i < count && used < size; i++) {
    const char *comma = i > 0 ? ", " : "";
    int length =
        ranges[i].low == ranges[i].high
            ? snprintf(buf + used, size - used, "%s%" PRId64, comma, ranges[i].low)
            : snprintf(buf + used, size - used, "%s%" PRId64 "..%" PRId64, comma,
                       ranges[i].low, ranges[i].high);
    used += (size_t)length;
  }
  return buf;
}
