// SPDX-License-Identifier: MIT
// How is a block of collectd.conf read, and how is a person told what is wrong in it?
#ifndef HA_COMMON_OPTIONS_H
#define HA_COMMON_OPTIONS_H

#include "common/core/selection.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where the reader is: a chain of blocks, the innermost first.
struct ha_block {
  const struct ha_block *outer;
  const oconfig_item_t *item;
  uint64_t
      *seen; // of blocks that add up: a bit for each option that stood in one; or NULL
};

// One key that a block may have, at most 64 in one.
struct ha_option {
  const char *key;
  int (*read)(const struct ha_block *block, const oconfig_item_t *item, void *target);
  enum { HA_ONCE, HA_MANY } times; // in one block, or in all that add up
};

// Reads every child of the block by its option, all of them whatever is wrong with one: a
// person is told everything in one start. An unknown key is an error that names those
// that are known, and so is one that stands twice. Returns 0, or -errno of the first that
// was wrong; without memory (-ENOMEM) it stops.
int ha_options_read(const struct ha_block *block, const struct ha_option *options,
                    size_t option_count, void *target);

// What two steps together come to: the first -errno, but no memory before all others.
int ha_first_error(int first, int then);

// Logs "<where>: what is wrong" and returns -EINVAL.
int ha_options_complain(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The same where <Table "x">, <Data "y">: Key "value" stands; `item` may be NULL.
int ha_options_error(const struct ha_block *block, const oconfig_item_t *item,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

// Typed values of an item with exactly one argument. They log what is wrong and return
// -EINVAL; *ret is set on success only. Numbers, true and false are taken with and
// without quotes, as collectd's own plugins do. A string belongs to the item.
int ha_option_string(const struct ha_block *block, const oconfig_item_t *item,
                     const char **ret);
int ha_option_number(const struct ha_block *block, const oconfig_item_t *item,
                     double *ret);
int ha_option_whole(const struct ha_block *block, const oconfig_item_t *item, long min,
                    long max, long *ret);
int ha_option_bool(const struct ha_block *block, const oconfig_item_t *item, bool *ret);

// A string that is copied; what *ret had is freed.
int ha_option_copy(const struct ha_block *block, const oconfig_item_t *item, char **ret);

// The same of a file's absolute path; `example` is named to those who wrote another.
int ha_option_path(const struct ha_block *block, const oconfig_item_t *item,
                   const char *example, char **ret);

// True if the argument is a number, with or without quotes.
bool ha_option_is_number(const oconfig_value_t *value, double *ret);

// Compiles an extended regular expression; `text` may stand between slashes. A bare
// one matches the whole text if `whole`. The caller frees *ret.
int ha_option_regex(const struct ha_block *block, const oconfig_item_t *item,
                    const char *text, bool whole, regex_t **ret);

// Adds a name, or an extended regular expression between slashes, to those that are
// chosen.
int ha_option_select(const struct ha_block *block, const oconfig_item_t *item,
                     struct ha_selection *selection);

// Says which block it is, for messages after the configuration has been read.
char *ha_block_path(const struct ha_block *block, char *text, size_t size);

#endif
