// SPDX-License-Identifier: MIT
// How does what keepalived knows become values and notifications?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_H
#define HA_VRRP_PLUGIN_KEEPALIVED_H

#include "core/keepalived_fault.h"
#include "core/keepalived_state.h"
#include "core/keepalived_text.h"
#include "plugin/config_keepalived.h"
#include "plugin/moment.h"

#include "common/io/netns.h"

#include "core/virtual_router.h"
#include "io/link_table.h"

struct vrrp_keepalived;

// The network namespace that it works in, as it is now.
struct vrrp_keepalived_home {
  const struct vrrp_link_table *links; // without addresses
  const struct ha_netns *netns;        // zeroed: collectd's own; NULL: it is not there
};

// Makes what a <Keepalived> block asks for. 0 or -errno; *ret_keepalived only on
// success. All functions belong to the one thread; the pointer may be NULL in all
// but this one: then there is nothing to do.
int vrrp_keepalived_new(const struct vrrp_keepalived_config *config, vrrp_time interval,
                        struct vrrp_keepalived **ret_keepalived);
void vrrp_keepalived_free(struct vrrp_keepalived *keepalived);

// The descriptor whose POLLIN means that vrrp_keepalived_run() should be called, or
// -1; and when it should be called at the latest.
int vrrp_keepalived_fd(const struct vrrp_keepalived *keepalived);
vrrp_time vrrp_keepalived_deadline(const struct vrrp_keepalived *keepalived);

// The wire shows a change: what keepalived knows is likely to have changed too.
void vrrp_keepalived_hurry(struct vrrp_keepalived *keepalived, vrrp_time now);

// Does what is due at `now`, without waiting. True if an answer has come, or none
// will: then vrrp_keepalived_report() should be called.
bool vrrp_keepalived_run(struct vrrp_keepalived *keepalived, vrrp_time now);

// Dispatches all that keepalived said. What it does not say any more, because it is
// silent or was reloaded, becomes NaN at once. Notifies when an instance's state
// changes, and of what a reload changed; logs when keepalived falls silent and when it
// speaks again.
void vrrp_keepalived_report(struct vrrp_keepalived *keepalived,
                            const struct vrrp_keepalived_home *home,
                            const struct vrrp_moment *moment);

// All that keepalived said last; NULL if it is silent. Valid until the next
// vrrp_keepalived_run().
const struct vrrp_keepalived_state *
vrrp_keepalived_state(const struct vrrp_keepalived *keepalived);

// The last text dump of its VRRP process; NULL: there is none. Valid likewise.
const struct vrrp_keepalived_text *
vrrp_keepalived_text(const struct vrrp_keepalived *keepalived);

// The fault of its instance of this name; NULL: it is in none, or keepalived is silent.
// Valid likewise.
const struct vrrp_keepalived_fault *
vrrp_keepalived_fault(const struct vrrp_keepalived *keepalived, const char *instance);

// What keepalived said last of this virtual router; NULL if it said nothing, or is
// silent. Valid until the next vrrp_keepalived_run().
const struct vrrp_keepalived_instance *
vrrp_keepalived_find(const struct vrrp_keepalived *keepalived, const char *interface,
                     const struct vrrp_router_key *key);

#endif
