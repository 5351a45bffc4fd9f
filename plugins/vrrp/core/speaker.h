// SPDX-License-Identifier: MIT
// Who has spoken for a virtual router, and what did each say last?
#ifndef HA_VRRP_SPEAKER_H
#define HA_VRRP_SPEAKER_H

#include "core/packet.h"
#include "core/time.h"

// Strangers can grow the table up to here; then the least useful is forgotten.
#define VRRP_SPEAKERS_MAX 8

// How an advertisement reached us.
struct vrrp_arrival {
  vrrp_time at;
  bool own;       // this host sent it
  bool forged;    // not own, but it claims an address of this host
  uint8_t mac[6]; // link-layer source
};

// What a speaker by itself shows to be wrong.
enum vrrp_fault {
  VRRP_FAULT_UNEXPECTED = 1,    // not in the configured list, or a forged source
  VRRP_FAULT_WRONG_MAC = 2,     // a virtual MAC, but another virtual router's
  VRRP_FAULT_FALSE_OWNER = 4,   // priority 255 without owning an address of the list
  VRRP_FAULT_NO_LINK_LOCAL = 8, // an IPv6 list that doesn't begin with such an address
  VRRP_FAULT_TTL = 16,          // unicast from farther away than usual
};

// What the speakers of one virtual router must agree on.
enum vrrp_difference {
  VRRP_DIFFERS_VERSION,
  VRRP_DIFFERS_INTERVAL,
  VRRP_DIFFERS_AUTH_TYPE,
  VRRP_DIFFERS_ADDRESSES,
  VRRP_DIFFERENCES
};

// "version", "interval", "auth_type", "addresses"; the string is static.
const char *vrrp_difference_name(enum vrrp_difference difference);

// A speaker is its source address, version and direction; never its MAC, which
// changes with use_vmac.
struct vrrp_speaker {
  struct vrrp_address source;
  bool own;
  uint8_t version;
  uint8_t priority;
  uint8_t auth_type;
  uint8_t address_count;
  uint8_t faults;  // mask of enum vrrp_fault
  uint8_t differs; // mask of 1 << enum vrrp_difference, against the reference
  bool contender;  // speaks as a master although a better one does
  uint16_t interval_cs;
  uint64_t address_digest;
  vrrp_time first_heard;
  vrrp_time heard;
  vrrp_time rival_since; // when it first should have been silent; 0: it isn't
};

struct vrrp_speakers {
  struct vrrp_speaker all[VRRP_SPEAKERS_MAX];
  uint8_t count;
};

// The advertised interval as a span of time.
vrrp_time vrrp_speaker_interval(const struct vrrp_speaker *speaker);

// Skew_Time of RFC 3768 (of one second) and RFC 9568 (of the interval) for a
// router of the given priority.
vrrp_time vrrp_speaker_skew(const struct vrrp_speaker *speaker, uint8_t priority);

// So many intervals a backup waits, unless its daemon is told otherwise.
#define VRRP_DOWN_ADVERTS 3

// Master_Down_Interval after this speaker's last word, as a backup of the given
// priority counts it that waits for so many adverts.
vrrp_time vrrp_speaker_down_interval(const struct vrrp_speaker *speaker, unsigned adverts,
                                     uint8_t priority);

// True if it has kept talking for at least half an interval, so that it is more
// than one stray or forged packet.
bool vrrp_speaker_is_proven(const struct vrrp_speaker *speaker);

// True if a wins the election against b: higher priority, then higher address.
bool vrrp_speaker_outranks(const struct vrrp_speaker *a, const struct vrrp_speaker *b);

// True if the advertisement says anything else than the speaker's last one.
bool vrrp_speaker_changes(const struct vrrp_speaker *speaker,
                          const struct vrrp_advert *advert);

// Takes over what the advertisement says; time and rank are the caller's.
void vrrp_speaker_update(struct vrrp_speaker *speaker, const struct vrrp_advert *advert);

// Mask of 1 << enum vrrp_difference between two speakers.
uint8_t vrrp_speaker_differences(const struct vrrp_speaker *a,
                                 const struct vrrp_speaker *b);

// Index of the advertisement's speaker, or -1.
int vrrp_speakers_find(const struct vrrp_speakers *speakers,
                       const struct vrrp_advert *advert, bool own);

// Adds a speaker and returns its index. If the table is full the least useful one
// makes room: unproven before proven, then whoever is silent longest; never one
// whose bit is set in keep (at most VRRP_SPEAKERS_MAX - 1 bits).
int vrrp_speakers_add(struct vrrp_speakers *speakers, const struct vrrp_advert *advert,
                      const struct vrrp_arrival *arrival, unsigned keep);

#endif
