// SPDX-License-Identifier: MIT
// How is it said that a namespace which Namespace chose cannot be entered?
#ifndef HA_COMMON_NETNS_TROUBLE_H
#define HA_COMMON_NETNS_TROUBLE_H

#include "common/io/netns_follower.h"

#define HA_NETNS_TROUBLE_SIZE 320

// The sentence for the log, with what is the matter and what helps; a trouble of status 0
// is over. `done` says what is not done with it: "listened to".
void ha_netns_trouble_text(const struct ha_netns_trouble *trouble, const char *done,
                           char text[HA_NETNS_TROUBLE_SIZE]);

#endif
