// SPDX-License-Identifier: MIT
// What has been read from collectd.conf, and where did it stand?
#ifndef HA_SNMP_AGENT_CONFIG_STATE_H
#define HA_SNMP_AGENT_CONFIG_STATE_H

#include "common/plugin/options.h"
#include "core/mapping.h"
#include "core/trap.h"

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
  bool is_wrong; // and told, so that nothing more is concluded from it
};

struct config {
  struct mapping *mapping;
  char *socket;       // AgentXSocket
  long timeout, ping; // seconds
  struct trap_rule **traps;
  size_t trap_count;
  struct map_use *map_uses;
  size_t map_use_count;
  struct rule_note *notes;
  size_t note_count;
  uint64_t seen; // keys in all <Plugin snmp_agent> so far
  int status;    // of reading them: 0 or -errno
};

// Returns NULL without memory.
struct config *config_create(void);
void config_destroy(struct config *config);

// Remembers where a rule stands. 0 or -ENOMEM.
int config_note(struct config *config, const void *rule, const struct ha_block *block);

// Where it stands; "?" if that isn't known.
const char *config_where(const struct config *config, const void *rule);

// The same of a table; a scalar has no block but its Data.
const char *config_where_table(const struct config *config,
                               const struct table_rule *table);

// Remembers what came of reading a rule, and returns it.
int config_judge(struct config *config, const void *rule, int status);

// True if something about the rule was wrong.
bool config_is_wrong(const struct config *config, const void *rule);

#endif
