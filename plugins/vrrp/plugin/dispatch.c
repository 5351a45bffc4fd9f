// SPDX-License-Identifier: MIT
// How does a value come to collectd, and to those who can't wait for its queue?
#include "plugin/dispatch.h"

#include "utils/common/common.h"

#define AHEAD "snmp_agent:update" // as collectd-snmp_agent(5) has it

// As collectd does it before the cache, so that both ways lead to one name.
static void complete(value_list_t *list) {
  if (list->host[0] == '\0')
    sstrncpy(list->host, hostname_g, sizeof(list->host));
  if (list->interval == 0)
    list->interval = plugin_get_interval();
  escape_slashes(list->plugin_instance, sizeof(list->plugin_instance));
  escape_slashes(list->type_instance, sizeof(list->type_instance));
}

static void hand_over_ahead(value_list_t *list) {
  char name[6 * DATA_MAX_NAME_LEN];

  if (format_name(name, sizeof(name), list->host, list->plugin, list->plugin_instance,
                  list->type, list->type_instance) != 0 ||
      meta_data_add_boolean(list->meta, AHEAD, true) != 0)
    return;
  plugin_dispatch_cache_event(CE_VALUE_NEW, 0, name, list);
  meta_data_delete(list->meta, AHEAD);
}

void vrrp_dispatch(value_list_t *list) {
  complete(list);
  if (list->meta != NULL)
    hand_over_ahead(list);
  plugin_dispatch_values(list);
}
