// SPDX-License-Identifier: MIT
// How is keepalived asked what it knows, without ever waiting for it?
#ifndef HA_VRRP_IO_KEEPALIVED_H
#define HA_VRRP_IO_KEEPALIVED_H

#include "core/time.h"
#include "io/keepalived_status.h"

#include <stdbool.h>
#include <sys/types.h>

// The dumps that it can be asked for.
enum vrrp_keepalived_dump_format {
  VRRP_KEEPALIVED_JSON,      // its content is a struct vrrp_keepalived_state
  VRRP_KEEPALIVED_VRRP_TEXT, // these two: a struct vrrp_keepalived_text
  VRRP_KEEPALIVED_CHECKERS_TEXT,
  VRRP_KEEPALIVED_FORMATS,
};

struct vrrp_keepalived_source;

// Makes a source that asks the process of `pid_file` for a dump and reads it from
// `file` every `interval`: JSON from keepalived's parent, a text from the process that
// does the work. Nothing is asked before the first run. Returns 0, -ENOMEM or the error
// of inotify_init1(); *ret_source only on success, and the caller frees it. All
// functions belong to one thread at a time.
int vrrp_keepalived_source_new(enum vrrp_keepalived_dump_format format,
                               const char *pid_file, const char *file, vrrp_time interval,
                               struct vrrp_keepalived_source **ret_source);

// Frees the source and its content; NULL is fine.
void vrrp_keepalived_source_free(struct vrrp_keepalived_source *source);

// The descriptor whose POLLIN means that vrrp_keepalived_source_run() should be called.
int vrrp_keepalived_source_fd(const struct vrrp_keepalived_source *source);

// When vrrp_keepalived_source_run() should be called at the latest.
vrrp_time vrrp_keepalived_source_deadline(const struct vrrp_keepalived_source *source);

// Something changed on the wire: asks now rather than at the next interval, but
// not more than once a second.
void vrrp_keepalived_source_hurry(struct vrrp_keepalived_source *source, vrrp_time now);

// Does what is due at `now` (CLOCK_MONOTONIC) and never waits. Returns true if
// it finished a question, so that the status or the content is new.
bool vrrp_keepalived_source_run(struct vrrp_keepalived_source *source, vrrp_time now);

// The outcome of the last finished question.
enum vrrp_keepalived_status
vrrp_keepalived_source_status(const struct vrrp_keepalived_source *source);

// True from the question to its answer, or to the end of the patience.
bool vrrp_keepalived_source_waits(const struct vrrp_keepalived_source *source);

// When it was asked last; 0: never yet.
vrrp_time vrrp_keepalived_source_asked_at(const struct vrrp_keepalived_source *source);

// True as long as it is to be asked before its interval is over.
bool vrrp_keepalived_source_hurries(const struct vrrp_keepalived_source *source);

// What keepalived said, or NULL unless the status is VRRP_KEEPALIVED_TOLD. It lives
// until the next run.
const void *vrrp_keepalived_source_content(const struct vrrp_keepalived_source *source);

// The process asked last, 0 if there was none: another one after a restart.
pid_t vrrp_keepalived_source_pid(const struct vrrp_keepalived_source *source);

#endif
