// SPDX-License-Identifier: MIT
// What does whoever judges the wire have to know of what keepalived said?
#ifndef HA_VRRP_WORDS_H
#define HA_VRRP_WORDS_H

#include "core/keepalived_state.h"
#include "core/keepalived_text.h"
#include "core/virtual_router.h"

// What keepalived says of one of its instances.
struct vrrp_word {
  char interface[IFNAMSIZ];
  int family; // enum vrrp_family, or VRRP_KEEPALIVED_FAMILY_UNTOLD
  uint8_t vrid;
  bool fault;
  bool is_added;        // an earlier answer lacked it, and its router was not told so yet
  uint64_t name;        // a digest of the instance's name; 0: not told
  uint8_t down_adverts; // so many intervals of silence a backup waits; 0: not told
  int16_t priority;     // in force, or VRRP_PRIORITY_UNTOLD
};

// A small copy of all that it says, which whoever judges may keep. Zeroed: it has never
// spoken.
struct vrrp_words {
  bool answers;      // so that there are only the instances that are here
  bool has_answered; // at some time: here is what it said last
  struct vrrp_word *all;
  size_t count;
};

// Takes from its dumps; without a state it is silent, the text may be NULL. 0 or -ENOMEM;
// free it in either case.
int vrrp_words_take(struct vrrp_words *words, const struct vrrp_keepalived_state *state,
                    const struct vrrp_keepalived_text *text);
void vrrp_words_free(struct vrrp_words *words);

// Makes them the ones that follow those before: what these lacked is added now; if it is
// silent now, what it said last goes along.
void vrrp_words_follow(struct vrrp_words *words, struct vrrp_words *before);

// The word on a virtual router, heard on the interface of this name, or NULL.
struct vrrp_word *vrrp_words_find(const struct vrrp_words *words, const char *interface,
                                  const struct vrrp_router_key *key);

#endif
