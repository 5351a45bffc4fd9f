// SPDX-License-Identifier: MIT
// What does keepalived know about its VRRP instances?
#ifndef HA_VRRP_KEEPALIVED_STATE_H
#define HA_VRRP_KEEPALIVED_STATE_H

#include "core/address.h"
#include "core/keepalived_item.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An instance's state, as keepalived numbers it.
enum keepalived_vrrp_state {
  KEEPALIVED_INIT = 0,
  KEEPALIVED_BACKUP = 1,
  KEEPALIVED_MASTER = 2,
  KEEPALIVED_FAULT = 3,
};

// The numbers that describe an instance. Intervals and delays are in seconds,
// last_transition is seconds since the epoch, flags are 0 or 1.
enum keepalived_setting {
  KEEPALIVED_VRID,
  KEEPALIVED_VERSION,
  KEEPALIVED_STATE,
  KEEPALIVED_WANTED_STATE,
  KEEPALIVED_BASE_PRIORITY,
  KEEPALIVED_EFFECTIVE_PRIORITY,
  KEEPALIVED_MASTER_PRIORITY,
  KEEPALIVED_LAST_TRANSITION,
  KEEPALIVED_ADVERT_INTERVAL,
  KEEPALIVED_MASTER_ADVERT_INTERVAL,
  KEEPALIVED_NO_PREEMPT,
  KEEPALIVED_PREEMPT_DELAY,
  KEEPALIVED_ACCEPT,
  KEEPALIVED_AUTH_TYPE,
  KEEPALIVED_VIPS_SET,
  KEEPALIVED_DONT_TRACK_PRIMARY,
  KEEPALIVED_SKIP_CHECK_ADVERT_ADDRESS,
  KEEPALIVED_STRICT_MODE,
  KEEPALIVED_PROMOTE_SECONDARIES,
  KEEPALIVED_SMTP_ALERT,
  KEEPALIVED_NOTIFY_DELETED,
  KEEPALIVED_GARP_DELAY,
  KEEPALIVED_GARP_REFRESH,
  KEEPALIVED_GARP_REPEAT,
  KEEPALIVED_GARP_REFRESH_REPEAT,
  KEEPALIVED_GARP_LOWER_PRIORITY_DELAY,
  KEEPALIVED_GARP_LOWER_PRIORITY_REPEAT,
  KEEPALIVED_LOWER_PRIORITY_NO_ADVERT,
  KEEPALIVED_HIGHER_PRIORITY_SEND_ADVERT,
  KEEPALIVED_SETTINGS,
};

// What keepalived counts for each instance.
enum keepalived_counter {
  KEEPALIVED_ADVERTS_RECEIVED,
  KEEPALIVED_ADVERTS_SENT,
  KEEPALIVED_BECAME_MASTER,
  KEEPALIVED_RELEASED_MASTER,
  KEEPALIVED_PACKET_LENGTH_ERRORS,
  KEEPALIVED_INTERVAL_ERRORS,
  KEEPALIVED_TTL_ERRORS,
  KEEPALIVED_INVALID_TYPE,
  KEEPALIVED_ADDRESS_LIST_ERRORS,
  KEEPALIVED_INVALID_AUTH_TYPE,
  KEEPALIVED_AUTH_TYPE_MISMATCH,
  KEEPALIVED_AUTH_FAILURES,
  KEEPALIVED_PRIORITY_ZERO_RECEIVED,
  KEEPALIVED_PRIORITY_ZERO_SENT,
  KEEPALIVED_AUTH_EXT_MISSING, // this one and the following: after 2.4.3
  KEEPALIVED_AUTH_EXT_MALFORMED,
  KEEPALIVED_AUTH_EXT_UNKNOWN_KEY,
  KEEPALIVED_AUTH_EXT_INVALID_HMAC,
  KEEPALIVED_AUTH_EXT_STALE,
  KEEPALIVED_AUTH_EXT_REPLAY,
  KEEPALIVED_COUNTERS,
};

enum { KEEPALIVED_FAMILY_UNTOLD = -1 };

// The commands that keepalived runs, by their occasion.
enum keepalived_script {
  KEEPALIVED_SCRIPT_BACKUP,
  KEEPALIVED_SCRIPT_MASTER,
  KEEPALIVED_SCRIPT_FAULT,
  KEEPALIVED_SCRIPT_STOP,
  KEEPALIVED_SCRIPT_DELETED,
  KEEPALIVED_SCRIPT_ANY,
  KEEPALIVED_SCRIPT_MASTER_LOWER_PRIORITY,
  KEEPALIVED_SCRIPTS,
};

enum keepalived_item_list {
  KEEPALIVED_VIPS,
  KEEPALIVED_EXCLUDED_VIPS,
  KEEPALIVED_ROUTES,
  KEEPALIVED_RULES,
  KEEPALIVED_ITEM_LISTS,
};

enum keepalived_name_list {
  KEEPALIVED_TRACKED_INTERFACES,
  KEEPALIVED_TRACKED_SCRIPTS, // their commands
  KEEPALIVED_TRACKED_PROCESSES,
  KEEPALIVED_NAME_LISTS,
};

struct keepalived_items {
  size_t n;
  struct keepalived_item *item;
};

struct keepalived_names {
  size_t n;
  char **name;
};

// One vrrp_instance of keepalived.conf.
struct keepalived_instance {
  size_t position; // from 1, in the order of the configuration
  char *name;
  // The interface it speaks on, a macvlan with use_vmac, and the physical one
  // below it as far as its addresses tell (else the same). "" if not told.
  char ifname[IFNAMSIZ];
  char base_ifname[IFNAMSIZ];
  char vmac_ifname[IFNAMSIZ];           // "" without use_vmac
  int family;                           // enum vrrp_family, or KEEPALIVED_FAMILY_UNTOLD
  double setting[KEEPALIVED_SETTINGS];  // NaN: not told
  int64_t counter[KEEPALIVED_COUNTERS]; // -1: not told
  char *script[KEEPALIVED_SCRIPTS];     // NULL: none
  struct keepalived_items items[KEEPALIVED_ITEM_LISTS];
  struct keepalived_names names[KEEPALIVED_NAME_LISTS];
};

// A process that keepalived tracks (told from 2.2.8 on with json_version 2).
enum keepalived_process_number {
  KEEPALIVED_PROCESS_MIN,
  KEEPALIVED_PROCESS_MAX,
  KEEPALIVED_PROCESS_CURRENT,
  KEEPALIVED_PROCESS_QUORUM,
  KEEPALIVED_PROCESS_WEIGHT,
  KEEPALIVED_PROCESS_TERMINATE_DELAY,
  KEEPALIVED_PROCESS_FORK_DELAY,
  KEEPALIVED_PROCESS_FULL_COMMAND,
  KEEPALIVED_PROCESS_NUMBERS,
};

struct keepalived_process {
  char *name;
  char *parameters;                          // NULL: none
  char match[16];                            // "none", "exact", "partial", "initial"
  double number[KEEPALIVED_PROCESS_NUMBERS]; // NaN: not told
};

// All that one dump says. An instance's index in the MIBs is its place here + 1.
struct keepalived_state {
  size_t n_instances, n_processes;
  struct keepalived_instance *instances;
  struct keepalived_process *processes;
};

// Frees the state and all it holds; NULL and half-built ones are fine.
void keepalived_state_free(struct keepalived_state *state);

// The instance that is this virtual router: on `interface` (the physical one or
// a macvlan), of that family, with that VRID. NULL if there is none. It lives as
// long as the state.
const struct keepalived_instance *
keepalived_state_find(const struct keepalived_state *state, const char *interface,
                      enum vrrp_family family, unsigned vrid);

#endif
