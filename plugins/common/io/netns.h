// SPDX-License-Identifier: MIT
// Which network namespaces have a name, and how does one work inside of one?
//
// A thread that enters a namespace stays there, and so does a socket where it was made.
// So whoever wants a socket, or a file of /proc/net, of another namespace has it made or
// read by a thread that lives no longer than that.
#ifndef HA_COMMON_NETNS_H
#define HA_COMMON_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HA_NETNS_DIRECTORY "/run/netns" // where ip-netns(8) has the names
#define HA_NETNS_NAME_SIZE 64 // of a name with its end; longer ones are passed over

// A namespace by its name. The number is what tells it from one that has its name later.
struct ha_netns {
  char name[HA_NETNS_NAME_SIZE];
  uint64_t inode;
};

// Those that have a name; the own one of this process is none of them. One thread may use
// it.
struct ha_netns_set {
  const char *directory;
  int events;                  // inotify
  int watched, watched_parent; // descriptors of its watches, or -1
  struct ha_netns *all;        // by name
  size_t count, max;
  bool is_full;    // there are more than max
  bool is_settled; // no name is there without its namespace, as while one is being made
  uint64_t own;    // inode
};

// Begins to watch; `directory` must live longer. Of more than max namespaces some are
// left out. 0 or -errno; close it in either case.
int ha_netns_open(struct ha_netns_set *set, const char *directory, size_t max);
void ha_netns_close(struct ha_netns_set *set);

// Reads all names anew, and takes in what set->events waits with: it is readable when
// there is something to read. If not all are settled, that makes no event, and it is to
// be read again soon. 0 or -ENOMEM; then the set is as it was.
int ha_netns_read(struct ha_netns_set *set);

// The namespace of this name, or NULL. Valid until the next read.
const struct ha_netns *ha_netns_find(const struct ha_netns_set *set, const char *name);

// Calls work(user) in a thread inside the namespace, and waits for it; in collectd's own,
// which is zeroed, just calls it. What it returned; -ENOENT or -ESTALE if the name is
// gone or another's, -EPERM without CAP_SYS_ADMIN, or another -errno. Any thread; it
// stays where it is.
int ha_netns_within(const char *directory, const struct ha_netns *netns,
                    int (*work)(void *user), void *user);

#endif
