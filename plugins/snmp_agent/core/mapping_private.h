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
  size_t tables_len;
  struct data_rule **datas;
  size_t datas_len;
  struct map **maps;
  size_t maps_len;
  struct named_numbering *numberings;
  size_t numberings_len;
  struct ha_hash metrics; // by identifier
};

#endif
