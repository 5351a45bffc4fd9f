// SPDX-License-Identifier: MIT
// How does a value come to collectd, and to those who can't wait for its queue?
//
// collectd has one queue for all values of all plugins, and a writer that is slower than
// they come makes it grow without end: a value may be hours in it, while the cache
// forgets the one before after two intervals. So each is handed to snmp_agent ahead of
// the queue, as an event of the cache (plugin_dispatch_cache_event, synchronous, and
// nobody else minds it), and goes the usual way besides.
#ifndef HA_VRRP_DISPATCH_H
#define HA_VRRP_DISPATCH_H

#include "daemon/collectd.h"

#include "daemon/plugin.h"

// Dispatches the value; its host and interval may be left out, and are filled in, and its
// meta data are as before in the end. Without meta data it only goes the usual way. The
// telling thread, which has the plugin's interval.
void vrrp_dispatch(value_list_t *list);

#endif
