// SPDX-License-Identifier: MIT
// Whose load balancer is told of, and how is that shown?
#include "plugin/scope.h"

#include "utils/common/common.h"

bool ipvs_scope_is_elsewhere(const struct ipvs_scope *scope) {
  return scope->netns[0] != '\0';
}

void ipvs_scope_instance(const struct ipvs_scope *scope,
                         char instance[DATA_MAX_NAME_LEN]) {
  ssnprintf(instance, DATA_MAX_NAME_LEN, "%s%s",
            ipvs_scope_is_elsewhere(scope) ? "@" : "", scope->netns);
}

meta_data_t *ipvs_scope_meta(const struct ipvs_scope *scope) {
  if (!ipvs_scope_is_elsewhere(scope))
    return NULL;
  meta_data_t *meta = meta_data_create();
  meta_data_add_string(meta, "namespace", scope->netns);
  return meta;
}

void ipvs_scope_mark(const struct ipvs_scope *scope, notification_t *notification) {
  if (ipvs_scope_is_elsewhere(scope))
    plugin_notification_meta_add_string(notification, "namespace", scope->netns);
}
