// SPDX-License-Identifier: MIT
// What do a virtual router's meta data say? Keys of what is not known are absent.
#ifndef HA_VRRP_META_H
#define HA_VRRP_META_H

#include "plugin/subject.h"

// Takes one entry: its text, or, if that is NULL, its number.
typedef void vrrp_meta_taker(void *user, const char *key, const char *text,
                             uint64_t number);

// Hands over every entry that is known, whichever kind of value or notification takes it.
void vrrp_meta_each(const struct vrrp_subject *subject, const struct vrrp_moment *moment,
                    vrrp_meta_taker *take, void *user);

// All meta data, of the value vrrp_state; and the few that tell any other value's place
// in a table. NULL without memory. The caller destroys them.
meta_data_t *vrrp_meta_of_router(const struct vrrp_subject *subject,
                                 const struct vrrp_moment *moment);
meta_data_t *vrrp_meta_of_index(const struct vrrp_subject *subject,
                                const struct vrrp_moment *moment);

#endif
