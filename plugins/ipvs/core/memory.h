// SPDX-License-Identifier: MIT
// What does a poll take over from the one before it?

#ifndef HA_IPVS_MEMORY_H
#define HA_IPVS_MEMORY_H

#include "core/snapshot.h"

// A server's numbers that move all the time are told at every second poll: half of the
// servers at one, half at the next. What says its state is told at once.
#define IPVS_TURNS 2

// Most missing real servers that a virtual server keeps; those that left last stay.
#define IPVS_MISSING_MAX 64

struct ipvs_memory {
  int64_t now;          // seconds of a clock that only goes forward
  int64_t forget_after; // seconds that a missing real server is kept; 0: not at all
};

// Completes `now`, settled and just polled, by what `before` knows, the last poll that was
// completed so or an empty snapshot: every server's standing, and the real servers that
// left a virtual server which stays; they go on as missing, with zeros, until they return,
// their time is up or their virtual server goes.
// Returns 0, or -ENOMEM with `now` settled but not complete.
int ipvs_remember(const struct ipvs_snapshot *before, struct ipvs_snapshot *now,
                  const struct ipvs_memory *memory);

#endif
