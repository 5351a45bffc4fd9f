// SPDX-License-Identifier: MIT
// How did the last question to keepalived go?
#ifndef HA_VRRP_IO_KEEPALIVED_STATUS_H
#define HA_VRRP_IO_KEEPALIVED_STATUS_H

enum vrrp_keepalived_status {
  VRRP_KEEPALIVED_UNASKED,      // not yet answered since the start
  VRRP_KEEPALIVED_TOLD,         // answered
  VRRP_KEEPALIVED_NOT_RUNNING,  // no pid file, or no such process
  VRRP_KEEPALIVED_FOREIGN,      // the pid file names another program
  VRRP_KEEPALIVED_DEAF,         // built without JSON: the signal would kill it
  VRRP_KEEPALIVED_FORBIDDEN,    // it may not be signalled
  VRRP_KEEPALIVED_SLOW,         // asked, but no new dump came
  VRRP_KEEPALIVED_UNREADABLE,   // the dump may not be read
  VRRP_KEEPALIVED_UNTRUSTED,    // the dump is not a file that keepalived wrote
  VRRP_KEEPALIVED_BROKEN,       // the dump never became complete
  VRRP_KEEPALIVED_UNKNOWN_FORM, // the dump is of a form that we don't know
  VRRP_KEEPALIVED_NO_MEMORY,
  VRRP_KEEPALIVED_STATUSES,
};

// What that means, for the log; static.
const char *vrrp_keepalived_status_text(enum vrrp_keepalived_status status);

#endif
