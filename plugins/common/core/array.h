// SPDX-License-Identifier: MIT
// How long is an array, how does one grow, and how do elements come and go in its midst?
#ifndef HA_COMMON_ARRAY_H
#define HA_COMMON_ARRAY_H

#include <stddef.h>

// The elements of an array whose length the compiler knows.
#define HA_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// Makes room for one more element behind `count` of `size` bytes; what is there is kept.
// NULL grows, too. As long as an array grows by this alone, its count tells its room: the
// next power of two. So only the count need be kept, and growing one by one costs no more
// than copying everything twice.
//
// Returns the array, which may have moved, or NULL without memory: the old one stays the
// caller's. The new element is not initialised.
void *ha_array_room(void *array, size_t count, size_t size);

// Moves the elements from `place` on up by one, into room that ha_array_room() made, and
// returns the place: what lies there is to be overwritten. The caller counts it.
void *ha_array_open_gap(void *array, size_t count, size_t size, size_t place);

// Takes the element out; those behind it move down by one. The caller counts it off.
void ha_array_take_out(void *array, size_t count, size_t size, size_t place);

#endif
