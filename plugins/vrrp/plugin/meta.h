// SPDX-License-Identifier: MIT
// What do a virtual router's meta data say? Keys of what is not known are absent.
#ifndef HA_VRRP_META_H
#define HA_VRRP_META_H

#include "plugin/subject.h"

// Meta data for all values of a router in one report; NULL without memory. The caller
// destroys it.
meta_data_t *vrrp_meta_of_router(const struct vrrp_subject *subject,
                                 const struct vrrp_moment *moment);

#endif
