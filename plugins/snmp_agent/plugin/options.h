// SPDX-License-Identifier: MIT
// How is a block of collectd.conf read, and how is a person told what is wrong in it?
#ifndef HA_SNMP_AGENT_OPTIONS_H
#define HA_SNMP_AGENT_OPTIONS_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <regex.h>

// Where the reader is: a chain of blocks, the innermost first.
struct block {
  const struct block *outer;
  const oconfig_item_t *item;
};

// One key that a block may have.
struct option {
  const char *key;
  int (*read)(const struct block *block, const oconfig_item_t *item, void *target);
  enum { ONCE, MANY } times; // in one block
};

// Reads every child of the block by its option. An unknown key is an error that
// names those that are known, and so is one that stands twice. Returns 0 or -EINVAL (or
// what `read` returned).
int options_read(const struct block *block, const struct option *options, size_t len,
                 void *target);

// Logs "<where>: what is wrong" and returns -EINVAL.
int options_complain(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The same where <Table "x">, <Data "y">: Key "value" stands; `item` may be NULL.
int options_error(const struct block *block, const oconfig_item_t *item,
                  const char *format, ...) __attribute__((format(printf, 3, 4)));

// Typed values of an item with exactly one argument. They log what is wrong and
// return -EINVAL; *ret is set on success only. A string belongs to the item.
int option_string(const struct block *block, const oconfig_item_t *item,
                  const char **ret);
int option_number(const struct block *block, const oconfig_item_t *item, double *ret);
int option_whole(const struct block *block, const oconfig_item_t *item, long min,
                 long max, long *ret);
int option_bool(const struct block *block, const oconfig_item_t *item, bool *ret);

// A string that is copied into *ret, which was NULL.
int option_copy(const struct block *block, const oconfig_item_t *item, char **ret);

// Compiles an extended regular expression; `text` may stand between slashes. A bare
// one matches the whole text if `whole`. The caller frees *ret.
int option_regex(const struct block *block, const oconfig_item_t *item, const char *text,
                 bool whole, regex_t **ret);

// Says which block it is, for messages after the configuration has been read.
char *block_path(const struct block *block, char *buf, size_t size);

#endif
