// SPDX-License-Identifier: MIT
// Whose load balancer is told of, and how is that shown?
#ifndef HA_IPVS_SCOPE_H
#define HA_IPVS_SCOPE_H

#include "plugin/config.h"

#include "daemon/plugin.h"
#include "utils/metadata/meta_data.h"

// What all that is told of one network namespace has in common.
struct ipvs_scope {
  const struct ipvs_config *config;
  const char *netns; // its name; "": collectd's own
};

// True if it is another namespace than collectd's own.
bool ipvs_scope_is_elsewhere(const struct ipvs_scope *scope);

// The plugin instance of what is told of the whole load balancer: "", or "@blue".
void ipvs_scope_instance(const struct ipvs_scope *scope,
                         char instance[DATA_MAX_NAME_LEN]);

// The meta data that every value of it has, the caller's; NULL for none, or no memory.
meta_data_t *ipvs_scope_meta(const struct ipvs_scope *scope);

// Adds them to a notification.
void ipvs_scope_mark(const struct ipvs_scope *scope, notification_t *notification);

#endif
