// SPDX-License-Identifier: MIT
// How does an array grow?
#include "common/core/array.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

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
