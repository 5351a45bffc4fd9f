// SPDX-License-Identifier: MIT
// How are options read that stand in more than one block?
#ifndef HA_SNMP_AGENT_CONFIG_TOOLS_H
#define HA_SNMP_AGENT_CONFIG_TOOLS_H

#include "plugin/config_state.h"

// The first two read one of several values, the next two exactly one.
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
                      struct where **wheres, size_t *length);
int config_read_host(const struct ha_block *block, const oconfig_item_t *item,
                     struct table_rule *table);

// After a block: a Group that its Regex doesn't have is an error.
int config_check_group(const struct ha_block *block, const struct source *source);

#endif
