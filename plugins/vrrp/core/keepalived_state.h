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
enum vrrp_keepalived_vrrp_state {
  VRRP_KEEPALIVED_INIT = 0,
  VRRP_KEEPALIVED_BACKUP = 1,
  VRRP_KEEPALIVED_MASTER = 2,
  VRRP_KEEPALIVED_FAULT = 3,
};

// The numbers that describe an instance. Intervals and delays are in seconds,
// last_transition is seconds since the epoch, flags are 0 or 1.
enum vrrp_keepalived_setting {
  VRRP_KEEPALIVED_VRID,
  VRRP_KEEPALIVED_VERSION,
  VRRP_KEEPALIVED_STATE,
  VRRP_KEEPALIVED_WANTED_STATE,
  VRRP_KEEPALIVED_BASE_PRIORITY,
  VRRP_KEEPALIVED_EFFECTIVE_PRIORITY,
  VRRP_KEEPALIVED_MASTER_PRIORITY,
  VRRP_KEEPALIVED_LAST_TRANSITION,
  VRRP_KEEPALIVED_ADVERT_INTERVAL,
  VRRP_KEEPALIVED_MASTER_ADVERT_INTERVAL,
  VRRP_KEEPALIVED_NO_PREEMPT,
  VRRP_KEEPALIVED_PREEMPT_DELAY,
  VRRP_KEEPALIVED_ACCEPT,
  VRRP_KEEPALIVED_AUTH_TYPE,
  VRRP_KEEPALIVED_VIPS_SET,
  VRRP_KEEPALIVED_DONT_TRACK_PRIMARY,
  VRRP_KEEPALIVED_SKIP_CHECK_ADVERT_ADDRESS,
  VRRP_KEEPALIVED_STRICT_MODE,
  VRRP_KEEPALIVED_PROMOTE_SECONDARIES,
  VRRP_KEEPALIVED_SMTP_ALERT,
  VRRP_KEEPALIVED_NOTIFY_DELETED,
  VRRP_KEEPALIVED_GARP_DELAY,
  VRRP_KEEPALIVED_GARP_REFRESH,
  VRRP_KEEPALIVED_GARP_REPEAT,
  VRRP_KEEPALIVED_GARP_REFRESH_REPEAT,
  VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_DELAY,
  VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_REPEAT,
  VRRP_KEEPALIVED_LOWER_PRIORITY_NO_ADVERT,
  VRRP_KEEPALIVED_HIGHER_PRIORITY_SEND_ADVERT,
  VRRP_KEEPALIVED_SETTINGS,
};

// What keepalived counts for each instance.
enum vrrp_keepalived_counter {
  VRRP_KEEPALIVED_ADVERTS_RECEIVED,
  VRRP_KEEPALIVED_ADVERTS_SENT,
  VRRP_KEEPALIVED_BECAME_MASTER,
  VRRP_KEEPALIVED_RELEASED_MASTER,
  VRRP_KEEPALIVED_PACKET_LENGTH_ERRORS,
  VRRP_KEEPALIVED_INTERVAL_ERRORS,
  VRRP_KEEPALIVED_TTL_ERRORS,
  VRRP_KEEPALIVED_INVALID_TYPE,
  VRRP_KEEPALIVED_ADDRESS_LIST_ERRORS,
  VRRP_KEEPALIVED_INVALID_AUTH_TYPE,
  VRRP_KEEPALIVED_AUTH_TYPE_MISMATCH,
  VRRP_KEEPALIVED_AUTH_FAILURES,
  VRRP_KEEPALIVED_PRIORITY_ZERO_RECEIVED,
  VRRP_KEEPALIVED_PRIORITY_ZERO_SENT,
  VRRP_KEEPALIVED_AUTH_EXT_MISSING, // this one and the following: after 2.4.3
  VRRP_KEEPALIVED_AUTH_EXT_MALFORMED,
  VRRP_KEEPALIVED_AUTH_EXT_UNKNOWN_KEY,
  VRRP_KEEPALIVED_AUTH_EXT_INVALID_HMAC,
  VRRP_KEEPALIVED_AUTH_EXT_STALE,
  VRRP_KEEPALIVED_AUTH_EXT_REPLAY,
  VRRP_KEEPALIVED_COUNTERS,
};

enum { VRRP_KEEPALIVED_FAMILY_UNTOLD = -1 };

// The commands that keepalived runs, by their occasion.
enum vrrp_keepalived_script {
  VRRP_KEEPALIVED_SCRIPT_BACKUP,
  VRRP_KEEPALIVED_SCRIPT_MASTER,
  VRRP_KEEPALIVED_SCRIPT_FAULT,
  VRRP_KEEPALIVED_SCRIPT_STOP,
  VRRP_KEEPALIVED_SCRIPT_DELETED,
  VRRP_KEEPALIVED_SCRIPT_ANY,
  VRRP_KEEPALIVED_SCRIPT_MASTER_LOWER_PRIORITY,
  VRRP_KEEPALIVED_SCRIPTS,
};

enum vrrp_keepalived_item_list {
  VRRP_KEEPALIVED_VIPS,
  VRRP_KEEPALIVED_EXCLUDED_VIPS,
  VRRP_KEEPALIVED_ROUTES,
  VRRP_KEEPALIVED_RULES,
  VRRP_KEEPALIVED_ITEM_LISTS,
};

enum vrrp_keepalived_name_list {
  VRRP_KEEPALIVED_TRACKED_INTERFACES,
  VRRP_KEEPALIVED_TRACKED_SCRIPTS, // their commands
  VRRP_KEEPALIVED_TRACKED_PROCESSES,
  VRRP_KEEPALIVED_NAME_LISTS,
};

struct vrrp_keepalived_items {
  size_t count;
  struct vrrp_keepalived_item *item;
};

struct vrrp_keepalived_names {
  size_t count;
  char **name;
};

// One vrrp_instance of keepalived.conf.
struct vrrp_keepalived_instance {
  size_t position; // from 1, in the order of the configuration
  char *name;
  // The interface it speaks on, a macvlan with use_vmac, and the physical one
  // below it as far as its addresses tell (else the same). "" if not told.
  char ifname[IFNAMSIZ];
  char base_ifname[IFNAMSIZ];
  char vmac_ifname[IFNAMSIZ]; // "" without use_vmac
  int family;                 // enum vrrp_family, or VRRP_KEEPALIVED_FAMILY_UNTOLD
  double setting[VRRP_KEEPALIVED_SETTINGS];  // NaN: not told
  int64_t counter[VRRP_KEEPALIVED_COUNTERS]; // -1: not told
  char *script[VRRP_KEEPALIVED_SCRIPTS];     // NULL: none
  struct vrrp_keepalived_items items[VRRP_KEEPALIVED_ITEM_LISTS];
  struct vrrp_keepalived_names names[VRRP_KEEPALIVED_NAME_LISTS];
};

// A process that keepalived tracks (told from 2.2.8 on with json_version 2).
enum vrrp_keepalived_process_number {
  VRRP_KEEPALIVED_PROCESS_MIN,
  VRRP_KEEPALIVED_PROCESS_MAX,
  VRRP_KEEPALIVED_PROCESS_CURRENT,
  VRRP_KEEPALIVED_PROCESS_QUORUM,
  VRRP_KEEPALIVED_PROCESS_WEIGHT,
  VRRP_KEEPALIVED_PROCESS_TERMINATE_DELAY,
  VRRP_KEEPALIVED_PROCESS_FORK_DELAY,
  VRRP_KEEPALIVED_PROCESS_FULL_COMMAND,
  VRRP_KEEPALIVED_PROCESS_NUMBERS,
};

struct vrrp_keepalived_process {
  char *name;
  char *parameters;                               // NULL: none
  char match[16];                                 // "none", "exact", "partial", "initial"
  double number[VRRP_KEEPALIVED_PROCESS_NUMBERS]; // NaN: not told
};

// Which virtual router an instance is.
struct vrrp_keepalived_place {
  unsigned vrid;
  int family;            // as the instance has it
  const char *interface; // the instance's
  const struct vrrp_keepalived_instance *instance;
};

// All that one dump says. An instance's index in the MIBs is its place here + 1.
struct vrrp_keepalived_state {
  size_t instance_count, process_count, place_count;
  struct vrrp_keepalived_instance *instances;
  struct vrrp_keepalived_process *processes;
  struct vrrp_keepalived_place *places; // in order, one or two an instance
};

// Puts the instances, once all are known, where vrrp_keepalived_state_find looks for
// them. Returns 0 or -ENOMEM.
int vrrp_keepalived_state_sort(struct vrrp_keepalived_state *state);

// Frees the state and all it holds; NULL and half-built ones are fine.
void vrrp_keepalived_state_free(struct vrrp_keepalived_state *state);

// A digest of all that changes only when something happens: names, states, settings and
// commands, but no counter.
uint64_t vrrp_keepalived_state_digest(const struct vrrp_keepalived_state *state);

// A digest of an instance's name; 0: it isn't told.
uint64_t vrrp_keepalived_name_digest(const struct vrrp_keepalived_instance *instance);

// The instance that is this virtual router: on `interface` (the physical one or
// a macvlan), of that family, with that VRID. NULL if there is none. It lives as
// long as the state.
const struct vrrp_keepalived_instance *
vrrp_keepalived_state_find(const struct vrrp_keepalived_state *state,
                           const char *interface, enum vrrp_family family, unsigned vrid);

#endif
