// SPDX-License-Identifier: MIT
// What does a poll take over from the one before it?

#ifndef HA_IPVS_MEMORY_H
#define HA_IPVS_MEMORY_H

#include "core/snapshot.h"

// A server's counters are told at each poll; its other numbers, which move all the time,
// at every second one, half of the servers at this and half at the next; its facts, which
// hardly ever change, at every sixteenth. All of it at once when its state changes.
#define IPVS_NUMBERS_TURNS 2
#define IPVS_FACTS_TURNS   16

// Most missing real servers that a virtual server keeps; those that left last stay.
#define IPVS_MISSING_MAX 64

// Whether whoever configures the kernel still has a real server that left it: nobody
// knows, it does (a check failed), or it has not (it was taken out).
enum ipvs_word { IPVS_WORD_NONE, IPVS_WORD_KEPT, IPVS_WORD_REMOVED };

// Asked of a virtual server, remembered, of the network namespace of that name, and of a
// real server's name.
typedef enum ipvs_word ipvs_word_fn(const char *netns, const struct ipvs_service *service,
                                    const char *destination);

struct ipvs_memory {
  const char *netns;    // the network namespace's name; "": collectd's own
  int64_t now;          // seconds of a clock that only goes forward
  int64_t forget_after; // seconds that a missing real server is kept; 0: not at all
  bool tell_all;        // polls have failed: collectd may have forgotten everything
  ipvs_word_fn *word;   // goes before the time; NULL: nobody knows
};

// Completes `now`, settled and just polled, by what `before` knows, the last poll that
// was completed so or an empty snapshot: every server's standing, and the real servers
// that left a virtual server which stays; they go on as missing, with zeros, until they
// return, their time is up or their virtual server goes. Returns 0, or -ENOMEM with `now`
// settled but not complete.
int ipvs_remember(const struct ipvs_snapshot *before, struct ipvs_snapshot *now,
                  const struct ipvs_memory *memory);

#endif
