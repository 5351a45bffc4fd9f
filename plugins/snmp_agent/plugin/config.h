// SPDX-License-Identifier: MIT
// What may be written in collectd.conf?
#ifndef HA_SNMP_AGENT_CONFIG_H
#define HA_SNMP_AGENT_CONFIG_H

#include "core/mapping.h"
#include "core/trap.h"
#include "common/plugin/options.h"
#include "utils/common/common.h"

// A map that is used before it need be defined: several <Plugin snmp_agent> blocks
// add up, in any order.
struct map_use {
  struct source *source;
  char *map;
  char *where; // for the message
};

// Where a rule stands, for messages when all is read.
struct rule_note {
  const void *rule;
  char *where;
};

struct config {
  struct mapping *mapping;
  char *socket;       // AgentXSocket
  long timeout, ping; // seconds
  struct trap_rule **traps;
  size_t traps_len;
  struct map_use *map_uses;
  size_t map_uses_len;
  struct rule_note *notes;
  size_t notes_len;
};

// What every option of a Table or Data block is handed.
struct table_block {
  struct config *config;
  struct table_rule *table;
};

struct data_block {
  struct config *config;
  struct table_rule *table; // NULL: a scalar
  struct data_rule *data;
  const oconfig_item_t *oids, *syntaxes, *index_key;
};

struct notification_block {
  struct config *config;
  struct trap_rule *rule;
};

// Returns NULL without memory.
struct config *config_create(void);
void config_destroy(struct config *config);

// Reads one <Plugin snmp_agent> block. What is wrong is logged. Returns 0 or -errno.
int config_read(struct config *config, const oconfig_item_t *item);

// Once all blocks are read, and types.db and this host's name are known: resolves what
// stands across blocks. What is wrong is logged. Returns 0 or -errno.
int config_finish(struct config *config);

// --- shared by the files that read blocks ---------------------------------------

int config_read_data(struct config *config, const struct ha_block *outer,
                     const oconfig_item_t *item, struct table_rule *table);
int config_read_table(struct config *config, const struct ha_block *outer,
                      const oconfig_item_t *item);

int config_read_notification(struct config *config, const struct ha_block *outer,
                             const oconfig_item_t *item);

// Reads <IndexKey>. `data` is the Data block around it, or NULL.
int config_read_key(struct config *config, const struct ha_block *outer,
                    const oconfig_item_t *item, struct table_rule *table,
                    const struct data_block *data);

// Options that stand in more than one block. The first two read one of several values,
// the next two exactly one.
int config_read_nth_oid(const struct ha_block *block, const oconfig_item_t *item, int nth,
                        struct oid *ret);
int config_read_nth_syntax(const struct ha_block *block, const oconfig_item_t *item,
                           int nth, enum syntax *ret);
int config_read_oid(const struct ha_block *block, const oconfig_item_t *item,
                    struct oid *ret);
int config_read_syntax(const struct ha_block *block, const oconfig_item_t *item,
                       enum syntax *ret);
int config_read_context(const struct ha_block *block, const oconfig_item_t *item,
                        char **ret);
int config_read_context_source(const struct ha_block *block, const oconfig_item_t *item,
                               struct source **ret);
int config_read_source(const struct ha_block *block, const oconfig_item_t *item,
                       struct source *source);
int config_read_regex(const struct ha_block *block, const oconfig_item_t *item,
                      struct source *source);
int config_read_group(const struct ha_block *block, const oconfig_item_t *item,
                      struct source *source);
int config_read_map_use(struct config *config, const struct ha_block *block,
                        const oconfig_item_t *item, struct source *source);
int config_read_where(const struct ha_block *block, const oconfig_item_t *item,
                      struct where **wheres, size_t *len);
int config_read_host(const struct ha_block *block, const oconfig_item_t *item,
                     struct table_rule *table);

// After a block: a Group that its Regex doesn't have is an error.
int config_check_group(const struct ha_block *block, const struct source *source);

// Remembers where a rule stands; config_where gives it back.
int config_note(struct config *config, const void *rule, const struct ha_block *block);
const char *config_where(const struct config *config, const void *rule);

// The same of a table; a scalar has no block but its Data.
const char *config_where_table(const struct config *config,
                               const struct table_rule *table);

#endif
