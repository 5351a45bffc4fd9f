// SPDX-License-Identifier: MIT
// Who has spoken for a virtual router, and what did each say last?
#include "core/speaker.h"

#include "common/core/array.h"

#include <string.h>

static const char *const difference_names[] = {
    [VRRP_DIFFERS_VERSION] = "version",
    [VRRP_DIFFERS_INTERVAL] = "interval",
    [VRRP_DIFFERS_AUTH_TYPE] = "auth_type",
    [VRRP_DIFFERS_ADDRESSES] = "addresses",
};
_Static_assert(HA_COUNT_OF(difference_names) == VRRP_DIFFERENCES,
               "every difference has a name");

const char *vrrp_difference_name(enum vrrp_difference difference) {
  return difference_names[difference];
}

vrrp_time vrrp_speaker_interval(const struct vrrp_speaker *speaker) {
  return speaker->interval_cs * VRRP_CENTISECOND;
}

vrrp_time vrrp_speaker_skew(const struct vrrp_speaker *speaker, uint8_t priority) {
  vrrp_time unit = speaker->version == 2 ? VRRP_SECOND : vrrp_speaker_interval(speaker);
  return unit * (256u - priority) / 256;
}

vrrp_time vrrp_speaker_down_interval(const struct vrrp_speaker *speaker, unsigned adverts,
                                     uint8_t priority) {
  return adverts * vrrp_speaker_interval(speaker) + vrrp_speaker_skew(speaker, priority);
}

bool vrrp_speaker_is_proven(const struct vrrp_speaker *speaker) {
  return vrrp_elapsed(speaker->first_heard, speaker->heard) >=
         vrrp_speaker_interval(speaker) / 2;
}

bool vrrp_speaker_outranks(const struct vrrp_speaker *a, const struct vrrp_speaker *b) {
  if (a->priority != b->priority)
    return a->priority > b->priority;
  return vrrp_address_compare(&a->source, &b->source) > 0;
}

bool vrrp_speaker_changes(const struct vrrp_speaker *speaker,
                          const struct vrrp_advert *advert) {
  return speaker->priority != advert->priority ||
         speaker->interval_cs != advert->interval_cs ||
         speaker->auth_type != advert->auth_type ||
         speaker->address_digest != advert->address_digest;
}

void vrrp_speaker_update(struct vrrp_speaker *speaker, const struct vrrp_advert *advert) {
  speaker->priority = advert->priority;
  speaker->auth_type = advert->auth_type;
  speaker->interval_cs = advert->interval_cs;
  speaker->address_count = advert->address_count;
  speaker->address_digest = advert->address_digest;
}

uint8_t vrrp_speaker_differences(const struct vrrp_speaker *a,
                                 const struct vrrp_speaker *b) {
  unsigned mask = 0;

  mask |= (unsigned)(a->version != b->version) << VRRP_DIFFERS_VERSION;
  mask |= (unsigned)(a->interval_cs != b->interval_cs) << VRRP_DIFFERS_INTERVAL;
  mask |= (unsigned)(a->auth_type != b->auth_type) << VRRP_DIFFERS_AUTH_TYPE;
  mask |= (unsigned)(a->address_digest != b->address_digest) << VRRP_DIFFERS_ADDRESSES;
  return (uint8_t)mask;
}

int vrrp_speakers_find(const struct vrrp_speakers *speakers,
                       const struct vrrp_advert *advert, bool own) {
  for (int i = 0; i < speakers->count; i++) {
    const struct vrrp_speaker *speaker = &speakers->all[i];
    if (speaker->own == own && speaker->version == advert->version &&
        vrrp_address_equal(&speaker->source, &advert->origin.source))
      return i;
  }
  return -1;
}

static bool less_useful(const struct vrrp_speaker *a, const struct vrrp_speaker *b) {
  bool a_proven = vrrp_speaker_is_proven(a), b_proven = vrrp_speaker_is_proven(b);
  return a_proven != b_proven ? b_proven : a->heard < b->heard;
}

static int least_useful(const struct vrrp_speakers *speakers, unsigned keep) {
  int least = -1;

  for (int i = 0; i < speakers->count; i++) {
    if (keep & 1u << i)
      continue;
    if (least < 0 || less_useful(&speakers->all[i], &speakers->all[least]))
      least = i;
  }
  return least;
}

int vrrp_speakers_add(struct vrrp_speakers *speakers, const struct vrrp_advert *advert,
                      const struct vrrp_arrival *arrival, unsigned keep) {
  int index = speakers->count;

  if (index == VRRP_SPEAKERS_MAX)
    index = least_useful(speakers, keep);
  else
    speakers->count++;
  speakers->all[index] = (struct vrrp_speaker){
      .source = advert->origin.source,
      .own = arrival->own,
      .version = advert->version,
      .first_heard = arrival->at,
      .heard = arrival->at,
  };
  vrrp_speaker_update(&speakers->all[index], advert);
  return index;
}
