// SPDX-License-Identifier: MIT
// How does a raw value become an SMI type, exactly or not at all?
#ifndef HA_SNMP_AGENT_SYNTAX_H
#define HA_SNMP_AGENT_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/smi.h"

// What a column's source yields before it is given an SNMP type.
enum raw_kind { RAW_SIGNED, RAW_UNSIGNED, RAW_REAL, RAW_TEXT };

struct raw_value {
  enum raw_kind kind;
  union {
    int64_t i;
    uint64_t u;
    double d;
    const char *text; // terminated; belongs to whoever filled it in
  };
};

// The syntaxes a column or an index may have: the base types of SMIv2 (RFC 2578)
// and the textual conventions of RFC 2579 and RFC 4001 that need more than these.
enum syntax {
  SYNTAX_INTEGER32,
  SYNTAX_UNSIGNED32,
  SYNTAX_GAUGE32,
  SYNTAX_COUNTER32,
  SYNTAX_COUNTER64,
  SYNTAX_TIME_TICKS,
  SYNTAX_TIME_STAMP,
  SYNTAX_OCTET_STRING,
  SYNTAX_DISPLAY_STRING,
  SYNTAX_IP_ADDRESS,
  SYNTAX_INET_ADDRESS,
  SYNTAX_INET_ADDRESS_TYPE,
  SYNTAX_MAC_ADDRESS,
  SYNTAX_OBJECT_IDENTIFIER,
  SYNTAX_FLOAT,
  SYNTAX_DOUBLE,
  SYNTAX_COUNT,
};

// Longest text a source may yield, terminator included.
enum { RAW_TEXT_SIZE = 1024 };

// Which part of a number a MIB that has no 64-bit object asks for.
enum word {
  WORD_WHOLE,
  WORD_LOW,  // bits 0 to 31
  WORD_HIGH, // bits 32 to 63
  WORD_COUNT,
};

// What a syntax's conversion may be told.
struct syntax_options {
  enum word word;          // but WORD_WHOLE: only where syntax_fits_word()
  bool saturate;           // Gauge32, Unsigned32: beyond a bound is the bound
  const char *real_format; // one printf conversion of a double, for strings
};

// Where a converted value's bytes or sub-identifiers are kept.
struct syntax_buffer {
  union {
    uint8_t bytes[RAW_TEXT_SIZE];
    uint32_t subids[128];
  };
};

// Finds a syntax by the name it has in the configuration (any case).
// Returns 0 or -EINVAL.
int syntax_by_name(const char *name, enum syntax *ret_syntax);

// The name of a syntax in the configuration; and all of them in one line, written to
// `buf`, which is returned.
const char *syntax_name(enum syntax syntax);
char *syntax_names(char *buf, size_t size);

// Finds a word by the name it has in the configuration, "low" or "high" (any case).
// Returns 0 or -EINVAL.
int word_by_name(const char *name, enum word *ret_word);

// The SMI type that a syntax is served as.
enum smi_type syntax_type(enum syntax syntax);

// True where the syntax is fit for an index (RFC 2578, section 7.7).
bool syntax_fits_index(enum syntax syntax);

// True where the syntax may show one word of a number: unsigned and 32 bits wide.
bool syntax_fits_word(enum syntax syntax);

// Accepts a format with exactly one conversion of a double (e, f or g), no '*'.
bool syntax_format_ok(const char *format);

// Converts `raw`. A number that the type can't hold, NaN, infinity and a text of
// another shape are refused with -ERANGE or -EINVAL: the instance isn't there, which
// is better than a wrong number. Reals are rounded to nearest, half away from zero;
// Counter32 keeps the low 32 bits, as a counter's wrap wants it. A word is cut out of the
// rounded number, so that low and high of one number always make it up again, and are
// refused together: below 0 and from 2^64 on.
//
// A TimeStamp takes seconds since the epoch and yields hundredths of a second since
// the epoch; whoever serves it takes the agent's start away (syntax_time_stamp).
//
// *ret_value may point into `buffer` or into raw->text; it is set on success only.
int syntax_convert(enum syntax syntax, const struct syntax_options *options,
                   const struct raw_value *raw, struct syntax_buffer *buffer,
                   struct smi_value *ret_value);

// sysUpTime at a moment (RFC 2579, TimeStamp). `when` and `start` (the moment at which
// sysUpTime was 0) in hundredths of a second since the epoch. What was before the
// agent started is 0.
uint32_t syntax_time_stamp(uint64_t when, uint64_t start);

#endif
