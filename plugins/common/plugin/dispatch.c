// SPDX-License-Identifier: MIT
// How does a value come to collectd, and to SNMP ahead of collectd's queue?
#include "common/plugin/dispatch.h"

#include "utils/common/common.h"

#include <stdatomic.h>

// As collectd does it before the cache, so that both ways lead to one name.
static void complete(value_list_t *list) {
  if (list->host[0] == '\0')
    sstrncpy(list->host, hostname_g, sizeof(list->host));
  if (list->interval == 0)
    list->interval = plugin_get_interval();
  escape_slashes(list->plugin_instance, sizeof(list->plugin_instance));
  escape_slashes(list->type_instance, sizeof(list->type_instance));
}

static atomic_bool is_awaited;

void ha_dispatch_prepare(void) {
  atomic_store(&is_awaited, plugin_is_loaded("snmp_agent"));
}

bool ha_is_awaited(void) {
  return atomic_load_explicit(&is_awaited, memory_order_relaxed);
}

// ha_is_ahead() knows it by the slash.
void ha_hand_ahead(value_list_t *list) {
  char name[1 + 6 * DATA_MAX_NAME_LEN] = "/";

  if (!ha_is_awaited())
    return;
  complete(list);
  if (format_name(name + 1, sizeof(name) - 1, list->host, list->plugin,
                  list->plugin_instance, list->type, list->type_instance) == 0)
    plugin_dispatch_cache_event(CE_VALUE_NEW, 0, name, list);
}

void ha_enqueue(value_list_t *list) {
  plugin_dispatch_values(list);
}

void ha_dispatch(value_list_t *list) {
  ha_hand_ahead(list);
  ha_enqueue(list);
}
