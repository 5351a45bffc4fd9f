// SPDX-License-Identifier: MIT
// Which values do keepalived's text dumps yield?
#ifndef HA_VRRP_KEEPALIVED_TEXT_REPORT_H
#define HA_VRRP_KEEPALIVED_TEXT_REPORT_H

#include "core/keepalived_fault.h"
#include "core/keepalived_text.h"
#include "core/keepalived_value.h"

// What no dump says: of the program that runs, and of its configuration.
struct vrrp_keepalived_beside {
  const char *version; // "Keepalived v2.2.7 (01/16,2022)"; NULL: not known
  double ipvs_64bit;   // 1 if its IPVS counters have 64 bits; NaN: not known
  // The state that an instance is configured to begin in, or NaN.
  double (*initial_state)(void *context, const char *instance);
  // Its fault; NULL: it is in none.
  const struct vrrp_keepalived_fault *(*fault)(void *context, const char *instance);
  void *context;
};

// Hands out what the VRRP process says, beside what the JSON has:
//
//   type                    type instance    value
//   keepalived_global       -                1; settings as notes
//   keepalived_email        its place        1
//   keepalived_address …    as of JSON, for static ones, plugin instance "keepalived"
//   keepalived_instance     its name         1; what the JSON lacks, as notes
//   keepalived_garp_delay   -                seconds
//   keepalived_sync_group   its name         0 init, 1 backup, 2 master, 3 fault
//   keepalived_member       GROUP.PLACE      the state of that instance
//   keepalived_script       its name         1 good, 0 bad, NaN not yet known
//   keepalived_script_activity  its name     0 idle, 1 running, 2, 3 being ended
//   keepalived_track_file   its name         the number in it
//   keepalived_process      its name         how many run
//   keepalived_bfd          its name         1 up, 0 down
//   keepalived_tracked      KIND-NAME        1 if what is tracked is well, else 0; a
//                                            group's: GROUP/KIND-NAME
void vrrp_keepalived_tell_vrrp(const struct vrrp_keepalived_text *text,
                               const struct vrrp_keepalived_beside *beside,
                               vrrp_keepalived_emit *emit, void *context);

// Hands out what the checkers' process says. Plugin and type instances are those of the
// plugin ipvs for the same service and server.
//
//   keepalived_server_group         its name     its members
//   keepalived_server_group_member  NAME.PLACE   1
//   keepalived_service              up           1 alive, 0 dead; settings as notes
//                                   servers, servers_up, quorum, quorum_up
//   keepalived_server               ADDRESS_PORT 1 alive, 0 dead; settings as notes
void vrrp_keepalived_tell_checkers(const struct vrrp_keepalived_text *text,
                                   vrrp_keepalived_emit *emit, void *context);

#endif
