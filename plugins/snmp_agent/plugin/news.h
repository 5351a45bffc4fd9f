// SPDX-License-Identifier: MIT
// What is said of a value that is still on its way?
//
// collectd's queue brings values late where a writer is slow; notifications are
// dispatched at once. One that carries the state of a value has the meta data
// "snmp_agent:update", and then all that the value's own meta data have, and may have its
// number, of a type with one data source, as "snmp_agent:value"; one about a value that
// is no more has "snmp_agent:remove". One that takes other values of its plugin instance
// with it has "snmp_agent:remove:TYPE-INSTANCE" for each. All three are booleans: what
// comes from outside collectd (PUTNOTIF) has meta data of text only. Its time is the
// value's. The value's identifier is the notification's, or has an empty type instance
// where that names the event.
//
// A plugin may also hand a whole value over ahead of the queue, by
// plugin_dispatch_cache_event(CE_VALUE_NEW, …), with a slash before its name: no name in
// the cache begins with one, as each begins with a host. No other plugin is disturbed by
// that, and as long as such values come, collectd's cache may forget whatever it likes.
#ifndef HA_SNMP_AGENT_NEWS_H
#define HA_SNMP_AGENT_NEWS_H

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "plugin/serve.h"

// True of a value that came ahead of the queue, not through the cache; then its sample
// has its name, and knows for how long it holds, as the cache would have it.
bool news_is_ahead(const value_list_t *vl, struct sample *sample);

// Hands on what the notification says, if anything.
void news_tell(struct service *service, const notification_t *n,
               const struct sample *sample);

#endif
