// SPDX-License-Identifier: MIT
// Which names did the configuration choose?

#ifndef HA_IPVS_SELECTION_H
#define HA_IPVS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct ipvs_selection_entry;

// Names, exact or as regular expressions. Zero-initialised it chooses all.
struct ipvs_selection {
  struct ipvs_selection_entry *entries; // owned
  size_t entry_count;
};

// Adds a name: "/…/" is an extended regular expression that matches anywhere in a
// name, everything else the whole name.
// `error` takes the reason, cut off to error_size, when -EINVAL is returned.
// Returns 0, -EINVAL for an empty name or a wrong expression, or -ENOMEM.
int ipvs_selection_add(struct ipvs_selection *selection, const char *text, char *error,
                       size_t error_size);

// Whether the name is to be reported; with no entry every name is. `invert`: the chosen
// names are those left out (IgnoreSelected true).
bool ipvs_selection_wants(const struct ipvs_selection *selection, bool invert,
                          const char *name);

// Frees the entries; the selection chooses all again.
void ipvs_selection_clear(struct ipvs_selection *selection);

#endif
