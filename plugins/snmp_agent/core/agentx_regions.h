// SPDX-License-Identifier: MIT
// Which regions shall the master give us, which has it given, and what is to be asked
// for next?
#ifndef HA_SNMP_AGENT_AGENTX_REGIONS_H
#define HA_SNMP_AGENT_AGENTX_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/hash.h"
#include "core/agentx_writer.h"

// How many requests may wait for the master's answer at a time.
enum { AGENTX_REGIONS_WINDOW = 64, AGENTX_REGIONS_MAX = 200000 };

struct agentx_regions_entry;

// In the order in which they came in.
struct agentx_regions_list {
  struct agentx_regions_entry *first, *last;
};

struct agentx_regions {
  struct ha_hash entries;             // by context and subtree
  struct agentx_regions_list todo;    // something may be to be asked of them
  struct agentx_regions_list refused; // each is asked for again at its time
  struct {
    uint32_t packet_id;
    struct agentx_regions_entry *entry;
  } asked[AGENTX_REGIONS_WINDOW];
  size_t asked_count;
  size_t held_count;    // registered now
  size_t refused_count; // by the master's last word
  uint32_t refused_ms;  // pause after a refusal
  struct agentx_region news;
};

// Begins with none; asks again for what the master refused after `refused_ms`.
void agentx_regions_init(struct agentx_regions *r, uint32_t refused_ms);
void agentx_regions_free(struct agentx_regions *r);

// A region that is, or is no longer, to be ours. Return 0, -EEXIST,
// -ENOENT, -ENOBUFS for more than AGENTX_REGIONS_MAX, or -ENOMEM.
int agentx_regions_add(struct agentx_regions *r, const struct agentx_region *region);
int agentx_regions_remove(struct agentx_regions *r, const struct agentx_region *region);

// The session ended: nothing is registered, nothing asked for.
void agentx_regions_reset(struct agentx_regions *r);

// Appends to `out` the Register and Unregister PDUs that are due, as many as the window
// allows. `h` gives the session; its packet_id is counted up. Returns what agentx_end()
// returns.
int agentx_regions_pump(struct agentx_regions *r, uint64_t now, struct agentx_header *h,
                        struct agentx_writer *out);

// When the next pump has work; UINT64_MAX: only after an answer or a new region.
uint64_t agentx_regions_due(const struct agentx_regions *r);

// What the master's answer to `packet_id` means. False if it answers none of ours.
// *ret_news is the region of which the operator should hear, or NULL; it is refused
// with `error`, or, with error 0, no longer refused. It lives until the next call.
bool agentx_regions_answer(struct agentx_regions *r, uint32_t packet_id, int error,
                           uint64_t now, const struct agentx_region **ret_news);

#endif
