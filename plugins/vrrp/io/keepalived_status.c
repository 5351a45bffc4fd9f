// SPDX-License-Identifier: MIT
// How did the last question to keepalived go?
#include "io/keepalived_status.h"

#include "common/core/array.h"

static const char *const STATUS_TEXTS[] = {
    [VRRP_KEEPALIVED_UNASKED] = "not asked yet",
    [VRRP_KEEPALIVED_TOLD] = "answers",
    [VRRP_KEEPALIVED_NOT_RUNNING] = "is not running",
    [VRRP_KEEPALIVED_FOREIGN] = "is not what the pid file names",
    [VRRP_KEEPALIVED_DEAF] = "does not take the signal for this dump",
    [VRRP_KEEPALIVED_FORBIDDEN] = "may not be signalled",
    [VRRP_KEEPALIVED_SLOW] = "did not write a dump in time",
    [VRRP_KEEPALIVED_UNREADABLE] = "wrote a dump that cannot be read",
    [VRRP_KEEPALIVED_UNTRUSTED] = "did not write the file in its dump's place",
    [VRRP_KEEPALIVED_BROKEN] = "did not complete its dump",
    [VRRP_KEEPALIVED_UNKNOWN_FORM] = "wrote a dump of an unknown form",
    [VRRP_KEEPALIVED_NO_MEMORY] = "could not be understood for lack of memory",
};
_Static_assert(HA_COUNT_OF(STATUS_TEXTS) == VRRP_KEEPALIVED_STATUSES,
               "a text for each status");

const char *vrrp_keepalived_status_text(enum vrrp_keepalived_status status) {
  return STATUS_TEXTS[status];
}
