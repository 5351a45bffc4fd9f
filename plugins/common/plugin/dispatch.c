// SPDX-License-Identifier: MIT
// How does a value come to collectd, and to SNMP ahead of collectd's queue?
#include "common/plugin/dispatch.h"

#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

// As collectd does it before the cache, so that both ways lead to one name.
static void complete(value_list_t *list) {
  if (list->host[0] == '\0')
    sstrncpy(list->host, hostname_g, sizeof(list->host));
  if (list->interval == 0)
    list->interval = plugin_get_interval();
  escape_slashes(list->plugin_instance, sizeof(list->plugin_instance));
  escape_slashes(list->type_instance, sizeof(list->type_instance));
}

static void hand_over(const value_list_t *list, const char *mark) {
  char name[6 * DATA_MAX_NAME_LEN];

  if (format_name(name, sizeof(name), list->host, list->plugin, list->plugin_instance,
                  list->type, list->type_instance) != 0 ||
      meta_data_add_boolean(list->meta, mark, true) != 0)
    return;
  plugin_dispatch_cache_event(CE_VALUE_NEW, 0, name, list);
  meta_data_delete(list->meta, mark);
}

static void hand_over_alone(const value_list_t *list) {
  value_list_t marked = *list;

  marked.meta = meta_data_create();
  if (marked.meta != NULL)
    hand_over(&marked, HA_AHEAD_ALONE);
  meta_data_destroy(marked.meta);
}

bool ha_is_awaited(void) {
  return plugin_is_loaded("snmp_agent");
}

void ha_hand_ahead(value_list_t *list) {
  if (!ha_is_awaited())
    return;
  complete(list);
  if (list->meta != NULL)
    hand_over(list, HA_AHEAD_WHOLE);
  else
    hand_over_alone(list);
}

void ha_enqueue(value_list_t *list) {
  plugin_dispatch_values(list);
}

void ha_dispatch(value_list_t *list) {
  ha_hand_ahead(list);
  ha_enqueue(list);
}
