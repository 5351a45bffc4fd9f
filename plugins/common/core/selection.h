// SPDX-License-Identifier: MIT
// Which names did the configuration choose?
#ifndef HA_COMMON_SELECTION_H
#define HA_COMMON_SELECTION_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct ha_selection_entry {
  char *text;     // as it is written
  regex_t *regex; // NULL: a name
};

// Names, exact or as regular expressions. Zeroed, it chooses all.
struct ha_selection {
  struct ha_selection_entry *entries; // owned
  size_t entry_count;
};

// Adds a name: "/…/" is an extended regular expression that matches anywhere in a name,
// "*" is every name, everything else the whole name. Returns 0; -EINVAL for an empty name
// or a wrong expression, and the reason, cut off to error_size, in `error`; or -ENOMEM.
int ha_selection_add(struct ha_selection *selection, const char *text, char *error,
                     size_t error_size);

// True if the name is chosen; with no entry every name is. `invert`: the chosen names are
// those left out (IgnoreSelected true).
bool ha_selection_wants(const struct ha_selection *selection, bool invert,
                        const char *name);

// Frees the entries; the selection chooses all again.
void ha_selection_clear(struct ha_selection *selection);

#endif
