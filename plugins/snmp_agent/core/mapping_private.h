// SPDX-License-Identifier: MIT
// What do the files behind mapping.h share, and nobody else?
#ifndef HA_SNMP_AGENT_MAPPING_PRIVATE_H
#define HA_SNMP_AGENT_MAPPING_PRIVATE_H

#include "common/core/hash.h"
#include "core/mapping.h"

struct named_numbering {
  char *name;
  struct numbering *numbering;
};

struct mapping {
  char *host;
  struct table_rule **tables;
  size_t table_count;
  struct data_rule **datas;
  size_t data_count;
  struct map **maps;
  size_t map_count;
  struct named_numbering *numberings;
  size_t numbering_count;
  const char **types; // that some rule names, in order; the rules'
  size_t type_count;
  bool takes_any_type;    // some rule names none
  struct ha_hash metrics; // by identifier
  size_t uncached_count;  // of these, not in the cache
  char **ahead;           // plugins of this host that hand their values over ahead
  size_t ahead_count;
};

// False if no rule can want a value of this type: mostly it is not even looked at. From
// mapping_ready on.
bool mapping_knows_type(const struct mapping *mapping, const char *type);

#endif
