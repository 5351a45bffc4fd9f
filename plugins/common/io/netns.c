// SPDX-License-Identifier: MIT
// Which network namespaces have a name, and how does one work inside of one?
#include "common/io/netns.h"

#include "common/core/array.h"
#include "common/io/inotify.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define STACK_SIZE (256 << 10)

// --- inside -------------------------------------------------------------------------

struct errand {
  int fd; // of the namespace
  int (*work)(void *user);
  void *user;
  int status;
};

static void *run_errand(void *user) {
  struct errand *errand = user;

  errand->status = setns(errand->fd, CLONE_NEWNET) < 0 ? -errno : 0;
  if (errand->status == 0)
    errand->status = errand->work(errand->user);
  return NULL;
}

// The process's signals are for its other threads.
static int start_quietly(pthread_t *thread, struct errand *errand) {
  pthread_attr_t attributes;
  sigset_t all, before;

  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_SIZE);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int status = pthread_create(thread, &attributes, run_errand, errand);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return -status;
}

static int run(struct errand *errand) {
  pthread_t thread;
  int status = start_quietly(&thread, errand);

  if (status < 0)
    return status;
  pthread_join(thread, NULL);
  return errand->status;
}

static bool is_netns(int fd, uint64_t *ret_inode) {
  struct statfs filesystem;
  struct stat file;

  if (fstatfs(fd, &filesystem) < 0 || filesystem.f_type != NSFS_MAGIC ||
      fstat(fd, &file) < 0)
    return false;
  *ret_inode = file.st_ino;
  return true;
}

// The namespace's descriptor, or -errno.
static int open_name(const char *directory, const char *name) {
  char path[PATH_MAX];

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int ha_netns_within(const char *directory, const struct ha_netns *netns,
                    int (*work)(void *user), void *user) {
  if (netns->inode == 0)
    return work(user);
  struct errand errand = {open_name(directory, netns->name), work, user, -ESTALE};
  uint64_t inode;

  if (errand.fd < 0)
    return errand.fd;
  int status =
      is_netns(errand.fd, &inode) && inode == netns->inode ? run(&errand) : -ESTALE;
  close(errand.fd);
  return status;
}

// --- the names ----------------------------------------------------------------------

static uint64_t own_inode(void) {
  struct stat own;
  return stat("/proc/thread-self/ns/net", &own) < 0 ? 0 : own.st_ino;
}

// A directory that is not there yet is waited for in the one above.
static void watch(struct ha_netns_set *set) {
  char parent[PATH_MAX];

  if (set->watched < 0)
    set->watched = inotify_add_watch(set->events, set->directory,
                                     IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR);
  if (set->watched >= 0 && set->watched_parent >= 0) {
    inotify_rm_watch(set->events, set->watched_parent);
    set->watched_parent = -1;
  }
  if (set->watched >= 0 || set->watched_parent >= 0)
    return;
  const char *last = strrchr(set->directory, '/');
  snprintf(parent, sizeof(parent), "%.*s", (int)(last - set->directory), set->directory);
  set->watched_parent = inotify_add_watch(set->events, parent, IN_CREATE | IN_MOVED_TO);
}

int ha_netns_open(struct ha_netns_set *set, const char *directory, size_t max) {
  *set = (struct ha_netns_set){
      .directory = directory,
      .max = max,
      .events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
      .watched = -1,
      .watched_parent = -1,
      .own = own_inode(),
  };
  return set->events < 0 ? -errno : ha_netns_read(set);
}

void ha_netns_close(struct ha_netns_set *set) {
  if (set->events >= 0)
    close(set->events);
  free(set->all);
}

// What they say is read from the directory itself; but a directory that went is watched
// no more.
static void take_event(void *user, const struct inotify_event *event) {
  struct ha_netns_set *set = user;

  if (event->mask & IN_IGNORED && event->wd == set->watched)
    set->watched = -1;
}

// As a part of an identifier in collectd.
static bool is_fit(const char *name) {
  size_t length = strlen(name);

  for (size_t i = 0; i < length; i++)
    if (!isgraph((unsigned char)name[i]))
      return false;
  return length > 0 && length < HA_NETNS_NAME_SIZE && name[0] != '.';
}

static bool has_inode(const struct ha_netns_set *set, uint64_t inode) {
  for (size_t i = 0; i < set->count; i++)
    if (set->all[i].inode == inode)
      return true;
  return inode == set->own;
}

// 0 or -ENOMEM. The second name of a namespace is none.
static int add(struct ha_netns_set *set, const char *name, uint64_t inode) {
  if (has_inode(set, inode))
    return 0;
  set->is_full = set->count == set->max;
  if (set->is_full)
    return 0;
  struct ha_netns *all = ha_array_room(set->all, set->count, sizeof(*all));
  if (all == NULL)
    return -ENOMEM;
  set->all = all;
  struct ha_netns *netns = &all[set->count++];
  *netns = (struct ha_netns){.inode = inode};
  memcpy(netns->name, name, strlen(name));
  return 0;
}

// ip-netns(8) makes the file first, and binds the namespace to it later.
static int take_name(struct ha_netns_set *set, const char *name) {
  int fd = is_fit(name) ? open_name(set->directory, name) : -ENOENT;
  uint64_t inode;

  if (fd < 0)
    return 0;
  bool is_made = is_netns(fd, &inode);
  close(fd);
  set->is_settled &= is_made;
  return is_made ? add(set, name, inode) : 0;
}

static int compare(const void *left, const void *right) {
  return strcmp(((const struct ha_netns *)left)->name,
                ((const struct ha_netns *)right)->name);
}

// Without a directory there are none.
static int read_names(struct ha_netns_set *set) {
  DIR *directory = opendir(set->directory);
  struct dirent *entry;
  int status = 0;

  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this directory
  while (directory != NULL && status == 0 && (entry = readdir(directory)) != NULL)
    status = take_name(set, entry->d_name);
  if (directory != NULL)
    closedir(directory);
  if (set->count > 0)
    qsort(set->all, set->count, sizeof(*set->all), compare);
  return status;
}

int ha_netns_read(struct ha_netns_set *set) {
  ha_inotify_take(set->events, take_event, set);
  watch(set);
  struct ha_netns_set anew = *set;
  anew.all = NULL;
  anew.count = 0;
  anew.is_settled = true;
  anew.is_full = false;
  int status = read_names(&anew);
  free(status < 0 ? anew.all : set->all);
  if (status == 0)
    *set = anew;
  return status;
}

const struct ha_netns *ha_netns_find(const struct ha_netns_set *set, const char *name) {
  struct ha_netns wanted = {.inode = 0};

  if (set->count == 0 || strlen(name) >= sizeof(wanted.name))
    return NULL;
  memcpy(wanted.name, name, strlen(name));
  return bsearch(&wanted, set->all, set->count, sizeof(wanted), compare);
}
