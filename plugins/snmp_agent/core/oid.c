// SPDX-License-Identifier: MIT
// What is an object identifier, and which of two comes first?
#include "core/oid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static size_t shorter(size_t a, size_t b) {
  return a < b ? a : b;
}

size_t oid_common_length(const uint32_t *a, size_t a_length, const uint32_t *b,
                         size_t b_length) {
  size_t n = shorter(a_length, b_length), i = 0;
  // Two at a time: most names start alike, and a walk compares little else.
  while (i + 2 <= n && memcmp(a + i, b + i, 2 * sizeof(*a)) == 0)
    i += 2;
  while (i < n && a[i] == b[i])
    i++;
  return i;
}

int oid_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length) {
  size_t i = oid_common_length(a, a_length, b, b_length);
  if (i < a_length && i < b_length)
    return a[i] < b[i] ? -1 : 1;
  return (a_length > b_length) - (a_length < b_length);
}

bool oid_starts_with(const uint32_t *oid, size_t length, const uint32_t *prefix,
                     size_t prefix_length) {
  return prefix_length <= length &&
         memcmp(oid, prefix, prefix_length * sizeof(*prefix)) == 0;
}

void oid_copy(struct oid *to, const struct oid *from) {
  to->length = from->length;
  memcpy(to->sub, from->sub, from->length * sizeof(*to->sub));
}

int oid_append(struct oid *oid, const uint32_t *sub, size_t count) {
  if (count > OID_LENGTH_MAX - oid->length)
    return -ENAMETOOLONG;
  if (count > 0)
    memcpy(oid->sub + oid->length, sub, count * sizeof(*sub));
  oid->length += count;
  return 0;
}

// Reads one decimal sub-identifier and moves *text behind it.
static int parse_sub(const char **text, uint32_t *ret_sub) {
  const char *p = *text;
  uint64_t sub = 0;
  for (; *p >= '0' && *p <= '9'; p++) {
    sub = sub * 10 + (uint64_t)(*p - '0');
    if (sub > UINT32_MAX)
      return -EINVAL;
  }
  if (p == *text)
    return -EINVAL;
  *text = p;
  *ret_sub = (uint32_t)sub;
  return 0;
}

int oid_parse(const char *text, struct oid *ret_oid) {
  struct oid oid = {0};
  if (*text == '.')
    text++;
  for (;;) {
    uint32_t sub;
    int status = parse_sub(&text, &sub);
    if (status == 0)
      status = oid_append(&oid, &sub, 1);
    if (status != 0)
      return status;
    if (*text == '\0')
      break;
    if (*text++ != '.')
      return -EINVAL;
  }
  *ret_oid = oid;
  return 0;
}

char *oid_format(const uint32_t *sub, size_t length, char *buf, size_t size) {
  if (size == 0)
    return buf;
  buf[0] = '\0';
  size_t at = 0;
  for (size_t i = 0; i < length && at < size; i++) {
    int n = snprintf(buf + at, size - at, i == 0 ? "%u" : ".%u", sub[i]);
    if (n < 0)
      break;
    at += (size_t)n;
  }
  return buf;
}
