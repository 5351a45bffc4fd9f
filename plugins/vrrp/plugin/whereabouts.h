// SPDX-License-Identifier: MIT
// Which interfaces are listened to, which are not, and why, in words?
#ifndef HA_VRRP_WHEREABOUTS_H
#define HA_VRRP_WHEREABOUTS_H

#include "io/link_table.h"
#include "plugin/config.h"

// True if the configuration wants this link, and adverts are seen on it.
bool vrrp_whereabouts_wants(const struct vrrp_config *config,
                            const struct vrrp_link *link);

// Why an interface that the configuration names is not listened to, and what to name
// instead; NULL: it is.
const char *vrrp_whereabouts_why_not(const struct vrrp_link_table *links,
                                     const char *name);

// Writes all of it as one line, such as "eth0, eth1; not on port0 (port of a bridge, bond
// or team)". Of many interfaces it names some. size: octets of text, at least 1.
void vrrp_whereabouts_write(const struct vrrp_config *config,
                            const struct vrrp_link_table *links, char *text, size_t size);

#endif
