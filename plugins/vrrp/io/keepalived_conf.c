// SPDX-License-Identifier: MIT
// How are keepalived's configuration files found and read?
#include "io/keepalived_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, FILES_MAX = 256, DEEP_MAX = 8 };

// Where the reader is: in one file, which was included by others.
struct place {
  struct vrrp_keepalived_conf *conf;
  const char *path;
  size_t *files; // read so far
  size_t deep;
};

static int read_file(const struct place *place);

static int read_matches(const struct place *place, const glob_t *found) {
  int status = 0;
  for (size_t i = 0; i < found->gl_pathc && status == 0; i++) {
    struct place inner = {place->conf, found->gl_pathv[i], place->files, place->deep + 1};
    status = read_file(&inner);
  }
  return status;
}

// A relative pattern begins where the including file is.
static int include(void *context, const char *pattern) {
  const struct place *place = context;
  const char *slash = strrchr(place->path, '/');
  int directory = slash != NULL ? (int)(slash - place->path) : 1;
  char full[PATH_MAX];
  glob_t found;
  if (pattern[0] == '/')
    snprintf(full, sizeof(full), "%s", pattern);
  else
    snprintf(full, sizeof(full), "%.*s/%s", directory, slash != NULL ? place->path : ".",
             pattern);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): only its ~ is, which is not asked for
  if (glob(full, 0, NULL, &found) != 0)
    return -ENOENT;
  int status = read_matches(place, &found);
  globfree(&found);
  return status;
}

static int read_text(const char *path, char *text) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return -errno;
  ssize_t length = -1;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
    length = read(fd, text, FILE_MAX);
  close(fd);
  if (length < 0)
    return -EIO;
  text[length] = '\0';
  return 0;
}

static int read_file(const struct place *place) {
  if (place->deep > DEEP_MAX || ++*place->files > FILES_MAX)
    return -ELOOP;
  char *text = malloc(FILE_MAX + 1);
  if (text == NULL)
    return -ENOMEM;
  int status = read_text(place->path, text);
  if (status == 0)
    status = vrrp_keepalived_conf_read(place->conf, text, include, (void *)place);
  explicit_bzero(text, FILE_MAX); // passwords
  free(text);
  return status;
}

int vrrp_keepalived_conf_load(const char *path, struct vrrp_keepalived_conf *conf) {
  size_t files = 0;
  struct place place = {conf, path, &files, 0};
  return read_file(&place);
}
