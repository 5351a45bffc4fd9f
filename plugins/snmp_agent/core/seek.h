// SPDX-License-Identifier: MIT
// Where in a sorted list does a name belong?
#ifndef HA_SNMP_AGENT_SEEK_H
#define HA_SNMP_AGENT_SEEK_H

#include <stdbool.h>
#include <stddef.h>

// True if the element at this position belongs before what is looked for.
typedef bool seek_before_fn(const void *context, size_t position);

// How many of the `count` elements belong before what is looked for. A walk asks for the
// same place again, or for the one behind it: `near`, any number, such as the last
// answer, is looked at first, and then its neighbour, before the list is halved.
static inline size_t seek(size_t count, size_t near, seek_before_fn *before,
                          const void *context) {
  size_t low = 0, high = count, at = near < count ? near : count - 1;
  for (int looks = 0; low < high; looks++) {
    if (looks >= 2)
      at = low + (high - low) / 2;
    if (before(context, at))
      at = low = at + 1;
    else
      at = (high = at) - 1;
  }
  return low;
}

#endif
