// SPDX-License-Identifier: MIT
// Which process is keepalived, and does it know the signal for a dump?
#ifndef HA_VRRP_IO_KEEPALIVED_PROCESS_H
#define HA_VRRP_IO_KEEPALIVED_PROCESS_H

#include "io/keepalived_status.h"

#include <sys/types.h>

struct vrrp_keepalived_process_id {
  pid_t pid;
  uid_t uid; // its files are this user's
};

// What a process is asked for: what `keepalived --signum=…` prints.
enum vrrp_keepalived_signal {
  VRRP_KEEPALIVED_SIGNAL_JSON,
  VRRP_KEEPALIVED_SIGNAL_TEXT,
};

// Sends the process of `pid_file` the signal for a dump, once it is sure
// that it is keepalived and that it handles the signal: its default action is to
// terminate. The process cannot be mistaken for a later one of the same number.
//
// Returns VRRP_KEEPALIVED_TOLD and fills *ret_process, or the reason why nothing was
// sent. Never waits; any thread may call it.
enum vrrp_keepalived_status
vrrp_keepalived_process_ask(const char *pid_file, enum vrrp_keepalived_signal signal,
                            struct vrrp_keepalived_process_id *ret_process);

#endif
