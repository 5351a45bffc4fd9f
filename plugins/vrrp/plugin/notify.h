// SPDX-License-Identifier: MIT
// Which notifications does a virtual router yield, and how grave is each?
#ifndef HA_VRRP_NOTIFY_H
#define HA_VRRP_NOTIFY_H

#include "plugin/subject.h"
#include "plugin/told.h"

// Notifies of the events, in their order: changes of the master, of this host's state
// and of what its daemon lists (type vrrp_state) and problems that came or went (type
// vrrp_problem). Synchronous: collectd's notification callbacks run in the calling
// thread.
void vrrp_notify_events(const struct vrrp_subject *subject,
                        const struct vrrp_events *events,
                        const struct vrrp_moment *moment);

// Notifies that an address is advertised no more (type vrrp_address), so that SNMP takes
// its rows back at once.
void vrrp_notify_gone(const struct vrrp_subject *subject,
                      const struct vrrp_address *address,
                      const struct vrrp_moment *moment);

// Notifies that a virtual router is forgotten (type vrrp_state, type instance forgotten),
// so that SNMP takes the rows of all that was told of it back at once.
void vrrp_notify_forgotten(const struct vrrp_subject *subject,
                           const struct vrrp_told *told,
                           const struct vrrp_moment *moment);

// Notifies of a rejected packet (type vrrp_rejected), if its reason is one that an SNMP
// manager waits for; false if it isn't, so that the caller should log it.
bool vrrp_notify_rejection(const struct vrrp_subject *subject,
                           const struct vrrp_origin *origin, enum vrrp_verdict verdict,
                           const struct vrrp_moment *moment);

#endif
