// SPDX-License-Identifier: MIT
// Which process is keepalived, and does it know the signal for a dump?
#include "io/keepalived_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROC_PATH_SIZE = 64, STATUS_SIZE = 4096 };

// Reads a small file as text. Returns 0 or -errno.
static int read_text(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return -errno;
  ssize_t length = read(fd, text, size - 1);
  int status = length < 0 ? -errno : 0;
  close(fd);
  if (status == 0)
    text[length] = '\0';
  return status;
}

static const char *proc_path(pid_t pid, const char *entry, char path[PROC_PATH_SIZE]) {
  snprintf(path, PROC_PATH_SIZE, "/proc/%d%s", (int)pid, entry);
  return path;
}

// A pid that may be signalled, or 0: neither groups (0, negative) nor init.
static pid_t read_pid(const char *pid_file) {
  char text[32];
  char *end;
  if (read_text(pid_file, text, sizeof(text)) < 0)
    return 0;
  long pid = strtol(text, &end, 10);
  bool sound = end != text && (*end == '\n' || *end == '\0');
  return sound && pid > 1 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

static bool is_named(const char *name) {
  static const char NAME[] = "keepalived";
  size_t length = sizeof(NAME) - 1;
  // The kernel writes " (deleted)" behind a program that was upgraded.
  return strncmp(name, NAME, length) == 0 && strchr(" \n", name[length]) != NULL;
}

// Its program is called keepalived, or it calls itself so.
static bool is_keepalived(pid_t pid) {
  char path[PROC_PATH_SIZE];
  char text[4096];
  ssize_t length = readlink(proc_path(pid, "/exe", path), text, sizeof(text) - 1);
  if (length > 0) {
    text[length] = '\0';
    const char *slash = strrchr(text, '/');
    if (slash != NULL && is_named(slash + 1))
      return true;
  }
  return read_text(proc_path(pid, "/comm", path), text, sizeof(text)) == 0 &&
         is_named(text);
}

// One of the signal masks in /proc/PID/status, such as "SigCgt:".
static uint64_t signal_mask(const char *status, const char *name) {
  const char *line = strstr(status, name);
  return line != NULL ? strtoull(line + strlen(name), NULL, 16) : 0;
}

// keepalived blocks its signals and reads them from a descriptor.
static bool handles_signal(pid_t pid, int signal) {
  char path[PROC_PATH_SIZE];
  char status[STATUS_SIZE];
  if (read_text(proc_path(pid, "/status", path), status, sizeof(status)) < 0)
    return false;
  uint64_t handled = signal_mask(status, "SigBlk:") | signal_mask(status, "SigCgt:");
  return (handled >> (signal - 1) & 1) != 0;
}

static enum vrrp_keepalived_status
signal_process(int pidfd, pid_t pid, int signal,
               struct vrrp_keepalived_process_id *ret_process) {
  char path[PROC_PATH_SIZE];
  struct stat st;
  if (!is_keepalived(pid))
    return VRRP_KEEPALIVED_FOREIGN;
  if (!handles_signal(pid, signal))
    return VRRP_KEEPALIVED_DEAF;
  if (stat(proc_path(pid, "", path), &st) < 0)
    return VRRP_KEEPALIVED_NOT_RUNNING;
  if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0)
    return errno == EPERM ? VRRP_KEEPALIVED_FORBIDDEN : VRRP_KEEPALIVED_NOT_RUNNING;
  *ret_process = (struct vrrp_keepalived_process_id){.pid = pid, .uid = st.st_uid};
  return VRRP_KEEPALIVED_TOLD;
}

// SIGRTMIN+3 would clear its counters.
static int number_of(enum vrrp_keepalived_signal signal) {
  return signal == VRRP_KEEPALIVED_SIGNAL_JSON ? SIGRTMIN + 2 : SIGUSR1;
}

enum vrrp_keepalived_status
vrrp_keepalived_process_ask(const char *pid_file, enum vrrp_keepalived_signal signal,
                            struct vrrp_keepalived_process_id *ret_process) {
  pid_t pid = read_pid(pid_file);
  if (pid == 0)
    return VRRP_KEEPALIVED_NOT_RUNNING;
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0); // glibc has a function from 2.36 on
  if (pidfd < 0)
    return errno == ESRCH ? VRRP_KEEPALIVED_NOT_RUNNING : VRRP_KEEPALIVED_FORBIDDEN;
  enum vrrp_keepalived_status status =
      signal_process(pidfd, pid, number_of(signal), ret_process);
  close(pidfd);
  return status;
}
