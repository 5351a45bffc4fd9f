// SPDX-License-Identifier: MIT
// What could happen to one virtual router, and what is true of it?
//
// A few routers that follow RFC 9568 live through random starts, stops, crashes and
// partitions; the first one may be this host. What this host's interface shows of it is a
// list of steps in the order of the wire; what is true stands beside it.
#ifndef HA_TEST_HISTORY_H
#define HA_TEST_HISTORY_H

#include "core/packet.h"
#include "core/time.h"

#include <stdbool.h>

#define HISTORY_ROUTERS_MAX 3
#define HISTORY_STEPS_MAX   2048
#define HISTORY_REIGNS_MAX  256

enum history_kind {
  HISTORY_FRAME,   // router, priority
  HISTORY_ADDRESS, // value: the virtual address is on this host
  HISTORY_PROCESS, // value: a daemon runs here
  HISTORY_LINK,    // value: the interface is up
};

struct history_step {
  vrrp_time at;
  enum history_kind kind;
  uint8_t router, priority;
  bool value;
};

// A router was master from its first advert until its last word.
struct history_reign {
  uint8_t router;
  vrrp_time from, to; // VRRP_NEVER: until the end
};

struct history {
  unsigned router_count;
  bool takes_part; // this host is router 0
  uint8_t version;
  uint16_t interval_cs;
  struct history_step steps[HISTORY_STEPS_MAX];
  unsigned step_count;
  struct history_reign reigns[HISTORY_REIGNS_MAX];
  unsigned reign_count;
  vrrp_time end; // nothing has changed for long
};

// The advert that a router of the history sends.
void history_advert(const struct history *history, unsigned router, uint8_t priority,
                    struct vrrp_advert *ret_advert);

// The history of this seed.
void history_make(uint64_t seed, struct history *ret_history);

// How many reign at this moment; the last of them in ret_router.
unsigned history_masters(const struct history *history, vrrp_time at,
                         unsigned *ret_router);

// A pseudo-random number below the bound, from *state, which goes on.
uint64_t history_random(uint64_t *state, uint64_t bound);

#endif
