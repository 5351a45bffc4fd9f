// SPDX-License-Identifier: MIT
// How does a raw value become an SMI type, exactly or not at all?
#include "core/syntax.h"

#include "common/core/array.h"

#include "common/core/address.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/oid.h"

#define TWO_POW_63 9223372036854775808.0
#define TWO_POW_64 18446744073709551616.0

// An integer with its sign apart, so that the whole range of both 64-bit types fits.
struct whole {
  bool negative;
  uint64_t magnitude;
};

static int whole_from_real(double d, struct whole *ret) {
  if (!isfinite(d))
    return -ERANGE;
  d = round(d);
  if (fabs(d) >= TWO_POW_64)
    return -ERANGE;
  *ret = (struct whole){.negative = d < 0, .magnitude = (uint64_t)fabs(d)};
  return 0;
}

// Decimal only: strtod alone would read "0x10", too.
static int real_from_text(const char *text, double *ret) {
  char *end;
  double d = strtod(text, &end);
  if (end == text || *end != '\0' || strpbrk(text, "xX") != NULL)
    return -EINVAL;
  *ret = d;
  return 0;
}

static int whole_from_text(const char *text, struct whole *ret) {
  bool negative = *text == '-';
  const char *digits = text + (negative || *text == '+');
  if (*digits < '0' || *digits > '9')
    return -EINVAL;
  char *end;
  errno = 0;
  uint64_t magnitude = strtoull(digits, &end, 10);
  if (errno != 0)
    return -ERANGE;
  if (*end == '\0') {
    *ret = (struct whole){.negative = negative && magnitude != 0, .magnitude = magnitude};
    return 0;
  }
  double d;
  int status = real_from_text(text, &d);
  return status == 0 ? whole_from_real(d, ret) : status;
}

static int to_whole(const struct raw_value *raw, struct whole *ret) {
  switch (raw->kind) {
  case RAW_SIGNED:
    *ret =
        (struct whole){.negative = raw->i < 0,
                       .magnitude = raw->i < 0 ? 0 - (uint64_t)raw->i : (uint64_t)raw->i};
    return 0;
  case RAW_UNSIGNED:
    *ret = (struct whole){.magnitude = raw->u};
    return 0;
  case RAW_REAL:
    return whole_from_real(raw->d, ret);
  case RAW_TEXT:
    return whole_from_text(raw->text, ret);
  }
  return -EINVAL;
}

static int to_real(const struct raw_value *raw, double *ret) {
  double d = NAN;
  int status = 0;
  switch (raw->kind) {
  case RAW_SIGNED:
    d = (double)raw->i;
    break;
  case RAW_UNSIGNED:
    d = (double)raw->u;
    break;
  case RAW_REAL:
    d = raw->d;
    break;
  case RAW_TEXT:
    status = real_from_text(raw->text, &d);
    break;
  }
  if (status != 0)
    return status;
  if (!isfinite(d))
    return -ERANGE;
  *ret = d;
  return 0;
}

// What every conversion below is handed.
struct conversion {
  const struct syntax_options *options;
  const struct raw_value *raw;
  struct syntax_buffer *buffer;
};

static int convert_integer32(const struct conversion *c, struct smi_value *ret) {
  struct whole w;
  int status = to_whole(c->raw, &w);
  if (status != 0)
    return status;
  if (w.magnitude > (uint64_t)INT32_MAX + (w.negative ? 1 : 0))
    return -ERANGE;
  ret->number = w.negative ? 0 - w.magnitude : w.magnitude;
  return 0;
}

static int convert_unsigned32(const struct conversion *c, struct smi_value *ret) {
  if (c->options->saturate && c->raw->kind == RAW_REAL && !isnan(c->raw->d)) {
    ret->number = (uint64_t)fmin(fmax(round(c->raw->d), 0), UINT32_MAX);
    return 0;
  }
  struct whole w;
  int status = to_whole(c->raw, &w);
  if (status != 0)
    return status;
  bool fits = !w.negative && w.magnitude <= UINT32_MAX;
  if (!fits && !c->options->saturate)
    return -ERANGE;
  ret->number = fits ? w.magnitude : w.negative ? 0 : UINT32_MAX;
  return 0;
}

static int convert_ticks(const struct conversion *c, struct smi_value *ret) {
  struct conversion exact = *c;
  exact.options = &(const struct syntax_options){0};
  return convert_unsigned32(&exact, ret);
}

static int convert_counter64(const struct conversion *c, struct smi_value *ret) {
  struct whole w;
  int status = to_whole(c->raw, &w);
  if (status != 0)
    return status;
  if (w.negative)
    return -ERANGE;
  ret->number = w.magnitude;
  return 0;
}

static int convert_low_word(const struct conversion *c, struct smi_value *ret) {
  int status = convert_counter64(c, ret);
  if (status == 0)
    ret->number &= UINT32_MAX;
  return status;
}

static int convert_high_word(const struct conversion *c, struct smi_value *ret) {
  int status = convert_counter64(c, ret);
  if (status == 0)
    ret->number >>= 32;
  return status;
}

static int convert_time_stamp(const struct conversion *c, struct smi_value *ret) {
  double seconds;
  int status = to_real(c->raw, &seconds);
  if (status != 0)
    return status;
  if (seconds < 0 || seconds >= TWO_POW_63 / 100)
    return -ERANGE;
  ret->number = (uint64_t)llround(seconds * 100);
  return 0;
}

static int convert_text(const struct conversion *c, struct smi_value *ret) {
  size_t length = strnlen(c->raw->text, RAW_TEXT_SIZE);
  if (length == RAW_TEXT_SIZE)
    return -ERANGE;
  ret->bytes = (const uint8_t *)c->raw->text;
  ret->length = (uint32_t)length;
  return 0;
}

// Returns what snprintf returns, or -errno.
static int print_real(const struct conversion *c, char *text, size_t size) {
  const char *format = c->options->real_format;
  double d;
  int status = to_real(c->raw, &d);
  if (status != 0)
    return status;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return snprintf(text, size, format != NULL ? format : "%.15g", d);
#pragma GCC diagnostic pop
}

static int convert_string(const struct conversion *c, struct smi_value *ret) {
  if (c->raw->kind == RAW_TEXT)
    return convert_text(c, ret);
  char *text = (char *)c->buffer->bytes;
  size_t size = sizeof(c->buffer->bytes);
  int n;
  if (c->options->real_format != NULL || c->raw->kind == RAW_REAL)
    n = print_real(c, text, size);
  else if (c->raw->kind == RAW_SIGNED)
    n = snprintf(text, size, "%" PRId64, c->raw->i);
  else
    n = snprintf(text, size, "%" PRIu64, c->raw->u);
  if (n < 0 || (size_t)n >= size)
    return -ERANGE;
  ret->bytes = c->buffer->bytes;
  ret->length = (uint32_t)n;
  return 0;
}

// Parses an address of one of the families allowed into the buffer.
static int parse_address(const struct conversion *c, bool allow_ipv6,
                         struct smi_value *ret) {
  if (c->raw->kind != RAW_TEXT)
    return -EINVAL;
  int family = ha_address_parse(c->raw->text, c->buffer->bytes);
  if (family < 0 || (family == AF_INET6 && !allow_ipv6))
    return -EINVAL;
  ret->bytes = c->buffer->bytes;
  ret->length = (uint32_t)ha_address_size(family);
  return 0;
}

static int convert_ip_address(const struct conversion *c, struct smi_value *ret) {
  return parse_address(c, false, ret);
}

static int convert_inet_address(const struct conversion *c, struct smi_value *ret) {
  return parse_address(c, true, ret);
}

// RFC 4001: ipv4(1), ipv6(2).
static int convert_inet_address_type(const struct conversion *c, struct smi_value *ret) {
  struct smi_value address;
  int status = parse_address(c, true, &address);
  if (status == 0)
    ret->number = address.length == 4 ? 1 : 2;
  return status;
}

static int convert_mac_address(const struct conversion *c, struct smi_value *ret) {
  if (c->raw->kind != RAW_TEXT)
    return -EINVAL;
  if (ha_mac_parse(c->raw->text, c->buffer->bytes) != 0)
    return -EINVAL;
  ret->bytes = c->buffer->bytes;
  ret->length = HA_MAC_SIZE;
  return 0;
}

static int convert_object_identifier(const struct conversion *c, struct smi_value *ret) {
  struct oid oid;
  int status = c->raw->kind == RAW_TEXT ? oid_parse(c->raw->text, &oid) : -EINVAL;
  if (status != 0)
    return status;
  memcpy(c->buffer->subids, oid.sub, oid.length * sizeof(*oid.sub));
  ret->subids = c->buffer->subids;
  ret->length = (uint32_t)oid.length;
  return 0;
}

// Net-SNMP carries a float or a double as an Opaque around a BER value of its own:
// 0x9f, 0x78 (float) or 0x79 (double), the length, IEEE 754 in network order
// (NET-SNMP-TC, Float; draft-perkins-float-00).
static void put_opaque(struct syntax_buffer *buffer, uint8_t tag, uint64_t bits,
                       size_t size, struct smi_value *ret) {
  uint8_t *out = buffer->bytes;
  *out++ = 0x9f;
  *out++ = tag;
  *out++ = (uint8_t)size;
  for (size_t i = size; i-- > 0;)
    *out++ = (uint8_t)(bits >> (8 * i));
  ret->bytes = buffer->bytes;
  ret->length = (uint32_t)size + 3;
}

static int convert_float(const struct conversion *c, struct smi_value *ret) {
  double d;
  int status = to_real(c->raw, &d);
  if (status != 0)
    return status;
  float f = (float)d;
  if (!isfinite(f))
    return -ERANGE;
  uint32_t bits;
  memcpy(&bits, &f, sizeof(bits));
  put_opaque(c->buffer, 0x78, bits, sizeof(bits), ret);
  return 0;
}

static int convert_double(const struct conversion *c, struct smi_value *ret) {
  double d;
  int status = to_real(c->raw, &d);
  if (status != 0)
    return status;
  uint64_t bits;
  memcpy(&bits, &d, sizeof(bits));
  put_opaque(c->buffer, 0x79, bits, sizeof(bits), ret);
  return 0;
}

typedef int converter(const struct conversion *c, struct smi_value *ret);

struct descriptor {
  const char *name;
  enum smi_type type;
  bool index;
  converter *convert;
};

static const struct descriptor descriptors[] = {
    [SYNTAX_INTEGER32] = {"Integer32", SMI_INTEGER32, true, convert_integer32},
    [SYNTAX_UNSIGNED32] = {"Unsigned32", SMI_GAUGE32, true, convert_unsigned32},
    [SYNTAX_GAUGE32] = {"Gauge32", SMI_GAUGE32, true, convert_unsigned32},
    [SYNTAX_COUNTER32] = {"Counter32", SMI_COUNTER32, false, convert_low_word},
    [SYNTAX_COUNTER64] = {"Counter64", SMI_COUNTER64, false, convert_counter64},
    [SYNTAX_TIME_TICKS] = {"TimeTicks", SMI_TIME_TICKS, true, convert_ticks},
    [SYNTAX_TIME_STAMP] = {"TimeStamp", SMI_TIME_TICKS, false, convert_time_stamp},
    [SYNTAX_OCTET_STRING] = {"OctetString", SMI_OCTET_STRING, true, convert_string},
    [SYNTAX_DISPLAY_STRING] = {"DisplayString", SMI_OCTET_STRING, true, convert_string},
    [SYNTAX_IP_ADDRESS] = {"IpAddress", SMI_IP_ADDRESS, true, convert_ip_address},
    [SYNTAX_INET_ADDRESS] = {"InetAddress", SMI_OCTET_STRING, true, convert_inet_address},
    [SYNTAX_INET_ADDRESS_TYPE] = {"InetAddressType", SMI_INTEGER32, true,
                                  convert_inet_address_type},
    [SYNTAX_MAC_ADDRESS] = {"MacAddress", SMI_OCTET_STRING, true, convert_mac_address},
    [SYNTAX_OBJECT_IDENTIFIER] = {"ObjectIdentifier", SMI_OBJECT_IDENTIFIER, true,
                                  convert_object_identifier},
    [SYNTAX_FLOAT] = {"Float", SMI_OPAQUE, false, convert_float},
    [SYNTAX_DOUBLE] = {"Double", SMI_OPAQUE, false, convert_double},
};
_Static_assert(HA_COUNT_OF(descriptors) == SYNTAX_COUNT, "one descriptor a syntax");

// What takes the place of a syntax's own conversion.
static const struct {
  const char *name;
  converter *convert;
} words[] = {
    [WORD_LOW] = {"low", convert_low_word},
    [WORD_HIGH] = {"high", convert_high_word},
};
_Static_assert(HA_COUNT_OF(words) == WORD_COUNT, "each word but the whole");

int syntax_by_name(const char *name, enum syntax *ret_syntax) {
  for (size_t i = 0; i < SYNTAX_COUNT; i++) {
    if (strcasecmp(descriptors[i].name, name) != 0)
      continue;
    *ret_syntax = (enum syntax)i;
    return 0;
  }
  return -EINVAL;
}

const char *syntax_name(enum syntax syntax) {
  return descriptors[syntax].name;
}

char *syntax_names(char *buf, size_t size) {
  size_t at = 0;
  for (size_t i = 0; i < SYNTAX_COUNT && at < size; i++)
    at += (size_t)snprintf(buf + at, size - at, "%s%s", i == 0 ? "" : ", ",
                           descriptors[i].name);
  return buf;
}

int word_by_name(const char *name, enum word *ret_word) {
  for (size_t i = WORD_LOW; i < WORD_COUNT; i++) {
    if (strcasecmp(words[i].name, name) != 0)
      continue;
    *ret_word = (enum word)i;
    return 0;
  }
  return -EINVAL;
}

enum smi_type syntax_type(enum syntax syntax) {
  return descriptors[syntax].type;
}

bool syntax_fits_index(enum syntax syntax) {
  return descriptors[syntax].index;
}

bool syntax_fits_word(enum syntax syntax) {
  enum smi_type type = syntax_type(syntax);
  return type == SMI_GAUGE32 || type == SMI_COUNTER32;
}

bool syntax_format_ok(const char *format) {
  size_t conversions = 0;
  for (const char *p = format; *p != '\0'; p++) {
    if (*p != '%')
      continue;
    if (p[1] == '%') {
      p++;
      continue;
    }
    p += 1 + strspn(p + 1, "-+ #0");
    p += strspn(p, "0123456789");
    if (*p == '.')
      p += 1 + strspn(p + 1, "0123456789");
    if (*p == '\0' || strchr("eEfFgG", *p) == NULL)
      return false;
    conversions++;
  }
  return conversions == 1;
}

int syntax_convert(enum syntax syntax, const struct syntax_options *options,
                   const struct raw_value *raw, struct syntax_buffer *buffer,
                   struct smi_value *ret_value) {
  struct conversion c = {.options = options, .raw = raw, .buffer = buffer};
  struct smi_value value = {.type = descriptors[syntax].type};
  converter *part = words[options->word].convert;
  int status = (part != NULL ? part : descriptors[syntax].convert)(&c, &value);
  if (status == 0)
    *ret_value = value;
  return status;
}

uint32_t syntax_time_stamp(uint64_t when, uint64_t start) {
  return when <= start ? 0 : (uint32_t)(when - start);
}
