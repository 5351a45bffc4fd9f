// SPDX-License-Identifier: MIT
// Is what a dump says of the configuration sound, whatever the dump was?
#ifndef HA_FUZZ_CHECK_CONFIGURED_H
#define HA_FUZZ_CHECK_CONFIGURED_H

#include "core/keepalived_changes.h"

#include <stdlib.h>
#include <string.h>

static inline void check_printable(const char *text) {
  for (; *text != '\0'; text++)
    if ((*text < ' ' && *text != VRRP_KEEPALIVED_PATH_SEPARATOR) || *text > '~')
      abort();
}

// In printable ASCII and sorted, the same as itself, told as all new within the bound.
// Clears it.
static inline void check_configured(struct vrrp_keepalived_configured *configured) {
  struct vrrp_keepalived_configured nothing = {0};
  struct vrrp_keepalived_changes changes;
  char message[VRRP_KEEPALIVED_CHANGES_SIZE];
  for (size_t i = 0; i < configured->count; i++) {
    check_printable(configured->entries[i].path);
    check_printable(configured->entries[i].value);
    if (i > 0 && strcmp(configured->entries[i - 1].path, configured->entries[i].path) > 0)
      abort();
  }
  vrrp_keepalived_changes_init(&changes, "keepalived");
  vrrp_keepalived_changes_add(&changes, configured, configured);
  if (changes.count != 0)
    abort();
  vrrp_keepalived_changes_add(&changes, &nothing, configured);
  vrrp_keepalived_changes_tell(&changes, false, message);
  check_printable(message);
  vrrp_keepalived_configured_clear(configured);
}

#endif
