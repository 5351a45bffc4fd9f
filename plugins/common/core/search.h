// SPDX-License-Identifier: MIT
// Where in a sorted array is what is looked for, and where does it belong?
#ifndef HA_COMMON_SEARCH_H
#define HA_COMMON_SEARCH_H

#include <stddef.h>

// Less than, equal to or greater than 0: the key comes before the element, is its own, or
// comes behind it. As for bsearch(3).
typedef int ha_search_compare(const void *key, const void *element);

// An array of `count` elements of `size` bytes each, in the order of `compare`. NULL may
// be an array of none.
struct ha_sorted {
  const void *array;
  size_t count, size;
  ha_search_compare *compare;
};

// The place of the first element that does not come before the key; `count` if all do.
static inline size_t ha_search(const struct ha_sorted *sorted, const void *key) {
  size_t low = 0, high = sorted->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const char *element = (const char *)sorted->array + middle * sorted->size;
    if (sorted->compare(key, element) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// The first element of the key, which lies in the array; NULL if there is none.
static inline void *ha_search_find(const struct ha_sorted *sorted, const void *key) {
  size_t place = ha_search(sorted, key);

  if (place == sorted->count)
    return NULL;
  char *element = (char *)sorted->array + place * sorted->size;
  return sorted->compare(key, element) == 0 ? element : NULL;
}

#endif
