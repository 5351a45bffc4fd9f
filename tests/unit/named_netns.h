// SPDX-License-Identifier: MIT
// Network namespaces with names, made as ip-netns(8) makes them, for tests.
#ifndef HA_TESTS_NAMED_NETNS_H
#define HA_TESTS_NAMED_NETNS_H

#include <stdbool.h>
#include <stdint.h>

// Where their names are; it must be there.
extern char named_netns_directory[64];

// Makes the mounts of this process its own. False if it may not.
bool named_netns_begin(void);

// The path of a name.
void named_netns_path(const char *name, char path[128]);

// The name alone; then the namespace that it is bound to; or both.
void named_netns_make_file(const char *name);
void named_netns_bind(const char *name);
void named_netns_make(const char *name);
void named_netns_delete(const char *name);

// The number of the namespace that this thread is in.
uint64_t named_netns_here(void);

#endif
