// SPDX-License-Identifier: MIT
// What do collectd's threads and the agent's thread share?
#ifndef HA_SNMP_AGENT_SERVE_H
#define HA_SNMP_AGENT_SERVE_H

#include "io/agentx.h"
#include "plugin/config.h"

// The tables behind one lock, which no thread ever holds across I/O, and the agent
// that shows them to snmpd.
struct service;

// Makes the service of a configuration that is finished, and takes it over. What is
// wrong is logged. Returns 0 or -errno.
int service_create(struct config *config, struct service **ret_service);

// Stops the agent, within a second whatever snmpd does, and frees everything.
void service_destroy(struct service *service);

// Starts the agent: from now on snmpd is looked for. Returns 0 or -errno.
int service_start(struct service *service);

// Any thread. True if some table wants the value.
bool service_wants(const struct service *service, const struct sample *sample);

// Any thread. A value that the cache holds is new (`add`), fresh, or gone.
void service_update(struct service *service, const struct sample *sample, bool add);
void service_expire(struct service *service, const char *name);

// Any thread. A value that its plugin hands over ahead of collectd's queue.
void service_take_ahead(struct service *service, const struct sample *sample);

// Any thread. A notification says how the value of the sample's name is by now. Returns
// as mapping_tell.
int service_tell(struct service *service, const struct sample *sample, enum news news);

// collectd's reading thread: tells how the agent itself is.
void service_report(struct service *service);

// Any thread; never waits for snmpd. Sends the traps that the notification is for.
void service_notify(struct service *service, const struct trap_event *event);

#endif
