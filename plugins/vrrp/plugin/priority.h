// SPDX-License-Identifier: MIT
// How does an SNMP SET of a base priority reach keepalived?
#ifndef HA_VRRP_PLUGIN_PRIORITY_H
#define HA_VRRP_PLUGIN_PRIORITY_H

#include "plugin/config_keepalived.h"

// The instances of one keepalived whose priority may be set: those with a TrackFile. SETs
// come as notifications in another plugin's thread, so all functions may be called by
// any.
struct vrrp_priorities;

// Called when a SET was carried out, in the thread of the SET.
typedef void vrrp_priority_moved(void *user);

// Registers for SETs if the configuration allows any. *ret_priorities is NULL if
// not: all functions take that. 0 or -ENOMEM. config must live until it is freed.
int vrrp_priorities_new(const struct vrrp_keepalived_config *config,
                        vrrp_priority_moved *moved, void *user,
                        struct vrrp_priorities **ret_priorities);
void vrrp_priorities_free(struct vrrp_priorities *priorities);

// The base priority in force: what keepalived.conf says, moved by the instance's
// TrackFile. Learns which plugin instance ("eth0-ipv4-10") a SET will name. NaN in,
// NaN out: then a SET is refused.
double vrrp_priorities_base(struct vrrp_priorities *priorities, const char *name,
                            const char *plugin_instance, double configured);

// keepalived has fallen silent: no SET until its base priorities are learned again.
void vrrp_priorities_forget(struct vrrp_priorities *priorities);

#endif
