// SPDX-License-Identifier: MIT
// How is a priority moved by a file that keepalived tracks?
#include "io/track_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OFFSET_MAX = 254, TEXT_SIZE = 16 };

static int parse_offset(const char *text, int *ret_offset) {
  char *end;
  long offset = strtol(text, &end, 10);
  if (end == text || (*end != '\0' && *end != '\n') || offset < -OFFSET_MAX ||
      offset > OFFSET_MAX)
    return -EBADMSG;
  *ret_offset = (int)offset;
  return 0;
}

int vrrp_track_file_read(const char *path, int *ret_offset) {
  char text[TEXT_SIZE];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) {
    *ret_offset = 0;
    return 0;
  }
  if (fd < 0)
    return -errno;
  ssize_t length = read(fd, text, sizeof(text) - 1);
  int error = errno;
  close(fd);
  if (length < 0)
    return -error;
  text[length] = '\0';
  return parse_offset(text, ret_offset);
}

static int write_new(const char *path, int offset) {
  char text[TEXT_SIZE];
  int length = snprintf(text, sizeof(text), "%d\n", offset);
  (void)unlink(path); // of a writer that was killed
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0)
    return -errno;
  ssize_t written = write(fd, text, (size_t)length);
  int status = written == length ? 0 : written < 0 ? -errno : -EIO;
  if (close(fd) < 0 && status == 0)
    status = -errno;
  return status;
}

int vrrp_track_file_write(const char *path, int offset) {
  char new_path[PATH_MAX];
  int length = snprintf(new_path, sizeof(new_path), "%s.new", path);
  if (length < 0 || (size_t)length >= sizeof(new_path))
    return -ENAMETOOLONG;
  int status = write_new(new_path, offset);
  if (status == 0 && rename(new_path, path) < 0)
    status = -errno;
  if (status < 0)
    (void)unlink(new_path);
  return status;
}
