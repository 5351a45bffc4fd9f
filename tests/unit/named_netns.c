// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "named_netns.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char named_netns_directory[64];

bool named_netns_begin(void) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

void named_netns_path(const char *name, char path[128]) {
  snprintf(path, 128, "%s/%s", named_netns_directory, name);
}

void named_netns_make_file(const char *name) {
  char path[128];
  named_netns_path(name, path);
  int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
  assert_true(fd >= 0);
  close(fd);
}

void named_netns_bind(const char *name) {
  char path[128];
  int status;
  named_netns_path(name, path);
  pid_t child = fork();
  if (child == 0)
    _exit(unshare(CLONE_NEWNET) < 0 ||
          mount("/proc/self/ns/net", path, "none", MS_BIND, NULL) < 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

void named_netns_make(const char *name) {
  named_netns_make_file(name);
  named_netns_bind(name);
}

void named_netns_delete(const char *name) {
  char path[128];
  named_netns_path(name, path);
  umount2(path, MNT_DETACH);
  assert_int_equal(unlink(path), 0);
}

uint64_t named_netns_here(void) {
  struct stat here;
  assert_int_equal(stat("/proc/thread-self/ns/net", &here), 0);
  return here.st_ino;
}
