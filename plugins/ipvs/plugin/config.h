// SPDX-License-Identifier: MIT
// What may stand in <Plugin ipvs>?

#ifndef HA_IPVS_CONFIG_H
#define HA_IPVS_CONFIG_H

#include "common/core/selection.h"

#include "daemon/collectd.h"

#include "daemon/configfile.h"

#include <stdbool.h>
#include <stdint.h>

struct ipvs_config {
  struct ha_selection services;     // by plugin instance
  struct ha_selection destinations; // by type instance
  struct ha_selection namespaces;   // of none: collectd's own alone
  long forget_after;                // seconds that a missing real server is kept
  bool ignore_selected;             // the chosen are left out, not reported
  bool report_destinations;
  bool report_keepalived; // what the kernel counts for rows of keepalived's
  bool load_module;
  bool writable; // weights, by SNMP
  uint64_t seen; // keys in all blocks so far
};

// The configuration of an empty block.
// clang-format off
#define IPVS_CONFIG_DEFAULT {.report_destinations = true, .forget_after = 3600}
// clang-format on

// Reads one block into *config, which several blocks may add to. Logs all that is wrong:
// block, key, value and what is accepted.
// Returns 0, or -EINVAL or -ENOMEM, upon which collectd does not start.
int ipvs_config_read(const oconfig_item_t *item, struct ipvs_config *config);

// Whether this virtual or this real server is to be reported, by the name it has.
bool ipvs_config_wants_service(const struct ipvs_config *config, const char *name);
bool ipvs_config_wants_destination(const struct ipvs_config *config, const char *name);

// Frees what the configuration owns. Its switches stay: a SET may come during the
// shutdown.
void ipvs_config_clear(struct ipvs_config *config);

#endif
