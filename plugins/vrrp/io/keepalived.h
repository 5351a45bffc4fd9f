// SPDX-License-Identifier: MIT
// How is keepalived asked what it knows, without ever waiting for it?
#ifndef HA_VRRP_IO_KEEPALIVED_H
#define HA_VRRP_IO_KEEPALIVED_H

#include "core/keepalived_state.h"
#include "core/time.h"

#include <stdbool.h>
#include <sys/types.h>

// How the last question went.
enum keepalived_status {
  KEEPALIVED_UNASKED,      // not yet answered since the start
  KEEPALIVED_TOLD,         // answered
  KEEPALIVED_NOT_RUNNING,  // no pid file, or no such process
  KEEPALIVED_FOREIGN,      // the pid file names another program
  KEEPALIVED_DEAF,         // built without JSON: the signal would kill it
  KEEPALIVED_FORBIDDEN,    // it may not be signalled
  KEEPALIVED_SLOW,         // asked, but no new dump came
  KEEPALIVED_UNREADABLE,   // the dump may not be read
  KEEPALIVED_UNTRUSTED,    // the dump is not a file that keepalived wrote
  KEEPALIVED_BROKEN,       // the dump never became complete
  KEEPALIVED_UNKNOWN_FORM, // the dump is of a form that we don't know
  KEEPALIVED_NO_MEMORY,
  KEEPALIVED_STATUSES,
};

// What that means, for the log; static.
const char *keepalived_status_text(enum keepalived_status status);

struct keepalived_source;

// Makes a source that asks the keepalived of `pid_file` for a dump and reads it
// from `json_file` every `interval`. Nothing is asked before the first run.
// Returns 0, -ENOMEM or the error of inotify_init1(); *ret_source only on
// success, and the caller frees it. All functions belong to one thread at a time.
int keepalived_source_new(const char *pid_file, const char *json_file, vrrp_time interval,
                          struct keepalived_source **ret_source);

// Frees the source and its state; NULL is fine.
void keepalived_source_free(struct keepalived_source *source);

// The descriptor whose POLLIN means that keepalived_source_run() should be called.
int keepalived_source_fd(const struct keepalived_source *source);

// When keepalived_source_run() should be called at the latest.
vrrp_time keepalived_source_deadline(const struct keepalived_source *source);

// Something changed on the wire: asks now rather than at the next interval, but
// not more than once a second.
void keepalived_source_hurry(struct keepalived_source *source, vrrp_time now);

// Does what is due at `now` (CLOCK_MONOTONIC) and never waits. Returns true if
// it finished a question, so that the status or the state is new.
bool keepalived_source_run(struct keepalived_source *source, vrrp_time now);

// The outcome of the last finished question.
enum keepalived_status keepalived_source_status(const struct keepalived_source *source);

// What keepalived said, or NULL unless the status is KEEPALIVED_TOLD. It lives
// until the next run.
const struct keepalived_state *
keepalived_source_state(const struct keepalived_source *source);

// The process asked last, 0 if there was none: another one after a restart.
pid_t keepalived_source_pid(const struct keepalived_source *source);

#endif
