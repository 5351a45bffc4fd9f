// SPDX-License-Identifier: MIT
// How does an array grow, and how do elements come and go in its midst?
#include "common/core/array.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_power_of_two(size_t number) {
  return number != 0 && (number & (number - 1)) == 0;
}

void *ha_array_room(void *array, size_t count, size_t size) {
  if (array == NULL || count == 0)
    return reallocarray(array, 1, size);
  if (!is_power_of_two(count))
    return array;
  return count <= SIZE_MAX / 2 ? reallocarray(array, count * 2, size) : NULL;
}

void *ha_array_open_gap(void *array, size_t count, size_t size, size_t place) {
  char *gap = (char *)array + place * size;
  memmove(gap + size, gap, (count - place) * size);
  return gap;
}

void ha_array_take_out(void *array, size_t count, size_t size, size_t place) {
  char *gone = (char *)array + place * size;
  memmove(gone, gone + size, (count - place - 1) * size);
}
