// SPDX-License-Identifier: MIT
// How does a value come to collectd, and to SNMP ahead of collectd's queue?
//
// collectd has one queue for all values of all plugins, and a writer that is slower than
// they come makes it grow without end: a value may be hours in it, while the cache
// forgets the one before after two intervals. So each is handed to snmp_agent ahead of
// the queue, as an event of the cache (plugin_dispatch_cache_event, synchronous, and
// nobody else minds it), and goes the usual way besides.
#ifndef HA_COMMON_DISPATCH_H
#define HA_COMMON_DISPATCH_H

#include "daemon/collectd.h"

#include "daemon/plugin.h"

#include <stdbool.h>

// Looks whether somebody waits for what is handed over ahead: snmp_agent is loaded. To be
// called before the first of the following, once collectd has read its configuration;
// what it loads does not change after that.
void ha_dispatch_prepare(void);

// True if somebody waits.
bool ha_is_awaited(void);

// Hands a value to snmp_agent, if it waits. It has its time; its host and interval may be
// left out, and are filled in. Any thread that has the plugin's interval, as all
// callbacks and threads of collectd's have.
void ha_hand_ahead(value_list_t *list);

// Dispatches a value the usual way.
void ha_enqueue(value_list_t *list);

// Both, in this order.
void ha_dispatch(value_list_t *list);

// True of the name of a value that is handed over ahead, in an event of the cache: it
// begins with a slash, and none in the cache does. Such a value may be in no cache, so
// that its updates cannot be subscribed to.
static inline bool ha_is_ahead(const char *name) {
  return name[0] == '/';
}

#endif
