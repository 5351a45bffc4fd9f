// SPDX-License-Identifier: MIT
// What is known of a virtual router?
//
// The one struct that core/election.h, core/problem.h and core/virtual_router.h work
// on, and what can be read off it. It has no lock: one thread at a time may use a router.
#ifndef HA_VRRP_ROUTER_H
#define HA_VRRP_ROUTER_H

#include "core/distance.h"
#include "core/event.h"
#include "core/rejections.h"
#include "core/speaker.h"

#include <sys/queue.h>

// Whether a process of this host takes part in VRRP on the interface.
enum vrrp_participation {
  VRRP_PARTICIPATION_UNKNOWN, // cannot be told
  VRRP_PARTICIPATION_NO,
  VRRP_PARTICIPATION_YES
};

#define VRRP_PRIORITY_UNTOLD (-1)

struct vrrp_account;

// Whether a daemon that answers lists the virtual router as one of its own.
enum vrrp_listing_state {
  VRRP_LISTING_UNTOLD, // none answers
  VRRP_LISTING_YES,
  VRRP_LISTING_NO,
};

// What this host knows beside the wire.
struct vrrp_here {
  bool link_up;
  bool fault; // the daemon says that it cannot take part now
  enum vrrp_listing_state listing;
  bool is_added;        // an earlier answer of it lacked what it lists now
  uint64_t name;        // a digest of what the daemon calls it; 0: not told
  uint8_t down_adverts; // so many intervals of silence a backup waits; 0: not told
  int16_t priority;     // of this host, as the daemon says, or VRRP_PRIORITY_UNTOLD
  enum vrrp_participation process;
  // How many of the router's addresses are on this host: anywhere, as a master may have
  // them; and where a backup must not, which is neither on the loopback interface (a load
  // balancer's real servers have them there) nor for another virtual router's sake.
  uint8_t addresses_anywhere, addresses;
  unsigned moves; // how often one of them has come or gone; only that it differs counts
};

enum vrrp_counter {
  VRRP_COUNT_SENT,
  VRRP_COUNT_RECEIVED,
  VRRP_COUNT_MISSED, // adverts of a master that should have come
  VRRP_COUNT_PRIORITY_ZERO_SENT,
  VRRP_COUNT_PRIORITY_ZERO_RECEIVED,
  VRRP_COUNT_NO_PSEUDO_HEADER,
  VRRP_COUNTERS
};

#define VRRP_NOBODY (-1)

struct vrrp_router_key {
  unsigned ifindex;
  enum vrrp_family family;
  uint8_t vrid;
};

// Whether there is a master.
enum vrrp_tenure {
  VRRP_TENURE_LISTENING, // not yet known
  VRRP_TENURE_HELD,
  VRRP_TENURE_RELEASED, // by priority 0
  VRRP_TENURE_VACANT,
};

// Which problems there are; a problem must last before it is raised.
struct vrrp_problems {
  uint32_t raised;                // mask of 1 << enum vrrp_problem
  vrrp_time since[VRRP_PROBLEMS]; // when it began; VRRP_NEVER: it isn't so
};

// Addresses as struct vrrp_advert holds them.
struct vrrp_list {
  uint8_t *bytes;
  uint8_t count;
  uint64_t digest;
};

struct vrrp_router;
struct vrrp_listing;

// What core/neighbourhood.h keeps of a router; nobody else's.
struct vrrp_neighbour {
  size_t position;
  size_t in_agenda;
  vrrp_time due; // in the agenda; not later than the router's deadline
  uint8_t usefulness;
  TAILQ_ENTRY(vrrp_router) by_use;
  bool is_touched;
  TAILQ_ENTRY(vrrp_router) touched;
  struct vrrp_listing *listings; // in the address index
  unsigned listing_count;
  uint64_t listed; // the digest of these
  unsigned moves;  // of its addresses, as in struct vrrp_here
  bool was_master; // this host, when it was last looked at
};

// So many changes of the master within this time are flapping.
#define VRRP_FLAP_CHANGES 5
#define VRRP_FLAP_TIME    (60 * VRRP_SECOND)

// What forged adverts of ever other speakers do not reach.
#define VRRP_STEADY_TIME (10 * VRRP_SECOND)

// A virtual router as heard on one interface. Read freely; write only through
// core/virtual_router.h. master, anchor and own are indexes into speakers, or
// VRRP_NOBODY.
struct vrrp_router {
  struct vrrp_router_key key;
  struct vrrp_speakers speakers;

  enum vrrp_tenure tenure;
  int8_t master;           // the present one; unless HELD, the last one
  int8_t anchor;           // a proven master, deposed by one that has yet to prove itself
  int8_t own;              // this host's latest
  enum vrrp_reason reason; // of the present master
  enum vrrp_reason next_reason;      // of the next one, if the place is free
  struct vrrp_address master_before; // valid if had_master
  bool had_master;
  vrrp_time master_since;
  vrrp_time anchor_since;
  vrrp_time wait_until; // LISTENING, RELEASED: when patience ends
  vrrp_time last_word;  // of the last master; 0: there was none
  vrrp_time outage;     // of the last takeover; VRRP_NEVER: there was none
  vrrp_time gap;        // largest between two adverts of the master
  vrrp_time last_heard;
  vrrp_time missed_until; // adverts that came before may never have reached us; 0: none
  bool unicast;           // its last advert went to one address only
  struct vrrp_distance distance; // of the others, if unicast
  struct vrrp_address group;     // where it went, unless unicast

  enum vrrp_state state, state_before;
  enum vrrp_reason own_reason; // why this host last became master
  bool was_master;             // it was, so own_reason is valid
  bool own_fell_silent;        // this host's mastership ended without a word
  bool process_seen;           // a process here took part at some time
  bool priority_told;          // by the daemon, at some time
  bool was_listed;             // likewise
  bool is_removed;             // it was listed, and isn't any more
  bool is_proven;              // more than a single stray or forged advert speaks for it
  bool is_steady;              // one master spoke for VRRP_STEADY_TIME at some time
  vrrp_time state_since;
  vrrp_time up_since; // when the state last left initialize; 0: never
  struct vrrp_here here;
  uint64_t listed_name; // what the daemon last called it
  vrrp_time here_at;    // what is here was so then
  bool here_wanted;     // a problem waits for news of what is here
  vrrp_time link_since; // when the link last went up or down; 0: never

  uint64_t counters[VRRP_COUNTERS];
  uint64_t differences[VRRP_DIFFERENCES]; // adverts that disagree with ours
  uint64_t became_master;                 // this host
  uint64_t master_changes;
  vrrp_time changes_at[VRRP_FLAP_CHANGES]; // a ring, 0: none yet
  unsigned next_change;
  struct vrrp_rejections rejections;
  enum vrrp_verdict last_rejection; // VRRP_ACCEPTED: none yet

  struct vrrp_list list;     // the master's
  struct vrrp_list own_list; // this host's, if it has spoken

  const struct vrrp_address *peers; // who may speak; NULL: anyone. Not owned.
  size_t peer_count;
  uint8_t down_adverts; // configured likewise, if here.down_adverts is not told; 0: not

  struct vrrp_problems problems;
  struct vrrp_events events;    // not yet taken
  struct vrrp_account *account; // of those who tell the events; not owned
  vrrp_time created;
  vrrp_time clock;           // whatever came before has been heard and judged
  vrrp_time others_deadline; // of everything but the master's silence
  struct vrrp_neighbour neighbour;
  vrrp_time deadline; // call vrrp_router_tick() then
};

// "sent", "missed"; the string is static.
const char *vrrp_counter_name(enum vrrp_counter counter);

// True if all that came of it was rejected, so that nothing is known of it but why.
bool vrrp_router_is_only_rejected(const struct vrrp_router *router);

// How many speak as master now: 0 is an outage, 2 or more a split brain.
unsigned vrrp_router_masters(const struct vrrp_router *router);

// This host's priority: as the daemon says, otherwise as it last said on the wire;
// VRRP_PRIORITY_UNTOLD if it is not known.
int vrrp_router_priority(const struct vrrp_router *router);

// How long a speaker may be silent, as a backup of the given priority counts it; and as
// whoever does not know the backups must: as long as the slowest waits.
vrrp_time vrrp_router_down_interval(const struct vrrp_router *router,
                                    const struct vrrp_speaker *speaker, uint8_t priority);
vrrp_time vrrp_router_patience(const struct vrrp_router *router,
                               const struct vrrp_speaker *speaker);

// Since when a silence of a speaker is known to be one: since its last advert, or since
// others may have come that never reached us.
vrrp_time vrrp_router_silent_since(const struct vrrp_router *router,
                                   const struct vrrp_speaker *speaker);

// True if its daemon has removed it, and nobody else speaks for it.
bool vrrp_router_is_given_up(const struct vrrp_router *router);

// True if it may be forgotten: it is given up; or nobody has spoken for it for
// forget_after, and no daemon lists it.
bool vrrp_router_is_over(const struct vrrp_router *router, vrrp_time now,
                         vrrp_time forget_after);

// The present master, the last own speaker, or NULL. Valid until the next call
// that takes the router without const.
const struct vrrp_speaker *vrrp_router_master(const struct vrrp_router *router);
const struct vrrp_speaker *vrrp_router_own(const struct vrrp_router *router);

// The last master that was heard, whether it still speaks or not, or NULL.
const struct vrrp_speaker *vrrp_router_last_master(const struct vrrp_router *router);

// The addresses that count: this host's own list while it is master, whatever another
// one with the same VRID advertises; otherwise the master's.
const struct vrrp_list *vrrp_router_list(const struct vrrp_router *router);

// True if not all of them are on this host.
bool vrrp_router_lacks_addresses(const struct vrrp_router *router);

// Address number index of this list.
struct vrrp_address vrrp_router_address(const struct vrrp_router *router, unsigned index);

// 00:00:5e:00:01:VRID, or 02 for IPv6.
void vrrp_router_virtual_mac(const struct vrrp_router_key *key, uint8_t ret_mac[6]);

#endif
