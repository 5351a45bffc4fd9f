// SPDX-License-Identifier: MIT
// When is keepalived asked for which of its dumps?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_SOURCES_H
#define HA_VRRP_PLUGIN_KEEPALIVED_SOURCES_H

#include "core/keepalived_state.h"
#include "core/keepalived_text.h"
#include "io/keepalived.h"
#include "plugin/config_keepalived.h"

// The JSON dump each interval. The text dumps when something can have changed: at the
// start of keepalived, when the JSON differs, while an instance is in fault, when the
// kernel's servers differ, which are looked at twice an interval; and rarely otherwise.
// All of them when its configuration has been read, as by a reload.
struct vrrp_keepalived_sources;

// 0 or -errno; *ret_sources only on success. All functions belong to one thread.
int vrrp_keepalived_sources_new(const struct vrrp_keepalived_config *config,
                                vrrp_time interval,
                                struct vrrp_keepalived_sources **ret_sources);

// NULL is fine.
void vrrp_keepalived_sources_free(struct vrrp_keepalived_sources *sources);

// The descriptor whose POLLIN means that vrrp_keepalived_sources_run() should be called;
// and when it should be called at the latest.
int vrrp_keepalived_sources_fd(const struct vrrp_keepalived_sources *sources);
vrrp_time vrrp_keepalived_sources_deadline(const struct vrrp_keepalived_sources *sources);

// Something changed: asks for the JSON soon.
void vrrp_keepalived_sources_hurry(struct vrrp_keepalived_sources *sources,
                                   vrrp_time now);

// Around a reading of keepalived's configuration by this process, which is no reload:
// what came before it is one.
void vrrp_keepalived_sources_note_reads(struct vrrp_keepalived_sources *sources,
                                        vrrp_time now);
void vrrp_keepalived_sources_ignore_reads(struct vrrp_keepalived_sources *sources);

// Does what is due, without waiting. True if something new is known: then the text that
// belongs to a new JSON is here, too, if it comes at all.
bool vrrp_keepalived_sources_run(struct vrrp_keepalived_sources *sources, vrrp_time now);

// The source of that format; NULL if it is not asked. It lives as long as `sources`.
const struct vrrp_keepalived_source *
vrrp_keepalived_sources_get(const struct vrrp_keepalived_sources *sources,
                            enum vrrp_keepalived_dump_format format);

// True if no dump is awaited, and none is to be asked for out of turn.
bool vrrp_keepalived_sources_are_settled(const struct vrrp_keepalived_sources *sources);

// What each dump said last; NULL if it did not. Valid until the next run.
const struct vrrp_keepalived_state *
vrrp_keepalived_sources_state(const struct vrrp_keepalived_sources *sources);
const struct vrrp_keepalived_text *
vrrp_keepalived_sources_text(const struct vrrp_keepalived_sources *sources,
                             enum vrrp_keepalived_dump_format format);

#endif
