// SPDX-License-Identifier: MIT
// How is keepalived asked what it knows, without ever waiting for it?
//
// keepalived renames an empty file into place and fills it afterwards; from 2.4.3 on
// the complete JSON is renamed. Either way the directory tells of it, and where it
// cannot be watched the file is looked at from time to time.
#include "io/keepalived.h"

#include "common/core/array.h"
#include "common/io/inotify.h"

#include "core/keepalived_json.h"
#include "core/keepalived_text.h"
#include "io/keepalived_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HURRY_GAP  VRRP_SECOND
#define LOOK_FIRST (10 * VRRP_MILLISECOND)
#define LOOK_MAX   (200 * VRRP_MILLISECOND)
#define PATIENCE   (3 * VRRP_SECOND) // but never longer than the interval

// Which file it was: a dump replaces it, or writes it anew.
struct file_identity {
  dev_t dev;
  ino_t ino;
  struct timespec modified;
};

// What is particular to one kind of dump.
struct format {
  int (*parse)(uint8_t *bytes, size_t length, void **ret_content); // 0 or -errno
  void (*free)(void *content);
  size_t max;
  // A complete file may be renamed into place. Of a text only the end of its writing
  // tells that it is complete.
  bool is_renamed;
};

// What inotify says of the file.
enum heard { NOTHING, LOST, WRITTEN };

struct vrrp_keepalived_source {
  const struct format *format;
  enum vrrp_keepalived_signal signal;
  char *pid_file, *file, *directory;
  const char *name; // within file
  vrrp_time interval;
  int inotify_fd;
  int watch;        // -1: none
  enum heard heard; // by the events that were taken last

  bool waiting;        // asked, no answer yet
  vrrp_time asked_at;  // the last time
  vrrp_time next_ask;  // the next time
  vrrp_time next_look; // while waiting
  vrrp_time give_up;
  vrrp_time look_pause; // until the look after that
  struct file_identity before;
  struct file_identity looked_at; // by the last look that found it incomplete,
  off_t looked_size;              // of this size
  struct vrrp_keepalived_process_id process;

  enum vrrp_keepalived_status status;

  void *content;
};

static int parse_json(uint8_t *bytes, size_t length, void **ret_content) {
  return vrrp_keepalived_json_parse(bytes, length,
                                    (struct vrrp_keepalived_state **)ret_content);
}

static int parse_vrrp(uint8_t *bytes, size_t length, void **ret_content) {
  return vrrp_keepalived_text_parse(VRRP_KEEPALIVED_DUMP_VRRP, bytes, length,
                                    (struct vrrp_keepalived_text **)ret_content);
}

static int parse_checkers(uint8_t *bytes, size_t length, void **ret_content) {
  return vrrp_keepalived_text_parse(VRRP_KEEPALIVED_DUMP_CHECKERS, bytes, length,
                                    (struct vrrp_keepalived_text **)ret_content);
}

static void free_state(void *content) {
  vrrp_keepalived_state_free(content);
}

static void free_text(void *content) {
  vrrp_keepalived_text_free(content);
}

static const struct format FORMATS[] = {
    [VRRP_KEEPALIVED_JSON] = {parse_json, free_state, VRRP_KEEPALIVED_JSON_MAX, true},
    [VRRP_KEEPALIVED_VRRP_TEXT] = {parse_vrrp, free_text, VRRP_KEEPALIVED_DUMP_MAX,
                                   false},
    [VRRP_KEEPALIVED_CHECKERS_TEXT] = {parse_checkers, free_text,
                                       VRRP_KEEPALIVED_DUMP_MAX, false},
};
_Static_assert(HA_COUNT_OF(FORMATS) == VRRP_KEEPALIVED_FORMATS, "each format");

// --- the dump's file ------------------------------------------------------

static struct file_identity identity_of(const struct stat *st) {
  return (struct file_identity){
      .dev = st->st_dev, .ino = st->st_ino, .modified = st->st_mtim};
}

static bool same_file(const struct file_identity *a, const struct file_identity *b) {
  return a->dev == b->dev && a->ino == b->ino &&
         a->modified.tv_sec == b->modified.tv_sec &&
         a->modified.tv_nsec == b->modified.tv_nsec;
}

// Only what keepalived itself can have written: /tmp is everybody's.
static bool is_trusted(const struct stat *st,
                       const struct vrrp_keepalived_process_id *owner) {
  return S_ISREG(st->st_mode) && (st->st_uid == owner->uid || st->st_uid == 0) &&
         (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static enum vrrp_keepalived_status status_of_parse(int error) {
  switch (error) {
  case 0:
    return VRRP_KEEPALIVED_TOLD;
  case -EBADMSG:
    return VRRP_KEEPALIVED_BROKEN;
  case -ENOMEM:
    return VRRP_KEEPALIVED_NO_MEMORY;
  default:
    return VRRP_KEEPALIVED_UNKNOWN_FORM;
  }
}

static enum vrrp_keepalived_status read_dump(const struct format *format, int fd,
                                             size_t size, void **ret_content) {
  if (size > format->max)
    return VRRP_KEEPALIVED_UNKNOWN_FORM;
  uint8_t *bytes = malloc(size + 1);
  if (bytes == NULL)
    return VRRP_KEEPALIVED_NO_MEMORY;
  ssize_t length = read(fd, bytes, size);
  enum vrrp_keepalived_status status =
      length < 0 ? VRRP_KEEPALIVED_UNREADABLE
                 : status_of_parse(format->parse(bytes, (size_t)length, ret_content));
  explicit_bzero(bytes, size); // it may hold what the reader did not know as a secret
  free(bytes);
  return status;
}

// A file whose end of writing nobody can tell is complete if it has not grown between
// two looks.
static bool is_still(struct vrrp_keepalived_source *source, const struct stat *st) {
  if (source->watch >= 0)
    return false;
  struct file_identity identity = identity_of(st);
  bool still = same_file(&identity, &source->looked_at) &&
               source->looked_size == st->st_size && st->st_size > 0;
  source->looked_at = identity;
  source->looked_size = st->st_size;
  return still;
}

// Takes the dump if it is a new one and complete.
static enum vrrp_keepalived_status look_into(struct vrrp_keepalived_source *source,
                                             int fd, bool is_complete,
                                             void **ret_content) {
  struct stat st;
  if (fstat(fd, &st) < 0)
    return VRRP_KEEPALIVED_UNREADABLE;
  struct file_identity identity = identity_of(&st);
  if (same_file(&identity, &source->before))
    return VRRP_KEEPALIVED_SLOW;
  if (!is_trusted(&st, &source->process))
    return VRRP_KEEPALIVED_UNTRUSTED;
  if (!is_complete && !source->format->is_renamed && !is_still(source, &st))
    return VRRP_KEEPALIVED_BROKEN;
  return read_dump(source->format, fd, (size_t)st.st_size, ret_content);
}

static enum vrrp_keepalived_status look(struct vrrp_keepalived_source *source,
                                        bool is_complete, void **ret_content) {
  int fd = open(source->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0)
    return errno == ENOENT  ? VRRP_KEEPALIVED_SLOW
           : errno == ELOOP ? VRRP_KEEPALIVED_UNTRUSTED
                            : VRRP_KEEPALIVED_UNREADABLE;
  enum vrrp_keepalived_status status = look_into(source, fd, is_complete, ret_content);
  close(fd);
  return status;
}

// --- the directory's events -----------------------------------------------

// Watched only while a dump is awaited: /tmp is busy, and that is not for us.
static void watch_start(struct vrrp_keepalived_source *source) {
  uint32_t moved = source->format->is_renamed ? IN_MOVED_TO : 0;
  source->watch = inotify_add_watch(source->inotify_fd, source->directory,
                                    IN_CLOSE_WRITE | IN_ONLYDIR | moved);
}

// Those of a watch that ended may still come.
static void take_event(void *user, const struct inotify_event *event) {
  struct vrrp_keepalived_source *source = user;

  if (event->wd == source->watch && event->len > 0 &&
      strcmp(event->name, source->name) == 0)
    source->heard = WRITTEN;
  else if ((event->mask & IN_Q_OVERFLOW) != 0 && source->heard == NOTHING)
    source->heard = LOST;
}

static enum heard drain_events(struct vrrp_keepalived_source *source) {
  source->heard = NOTHING;
  ha_inotify_take(source->inotify_fd, take_event, source);
  return source->heard;
}

static void watch_stop(struct vrrp_keepalived_source *source) {
  if (source->watch >= 0)
    (void)inotify_rm_watch(source->inotify_fd, source->watch);
  source->watch = -1;
  (void)drain_events(source);
}

// --- a question -----------------------------------------------------------

static void finish(struct vrrp_keepalived_source *source,
                   enum vrrp_keepalived_status status, void *content) {
  watch_stop(source);
  source->format->free(source->content);
  source->content = content;
  source->status = status;
  source->waiting = false;
}

// Returns true if that already was the answer.
static bool ask(struct vrrp_keepalived_source *source, vrrp_time now) {
  struct stat st;
  source->asked_at = now;
  source->next_ask = now + source->interval;
  source->before =
      lstat(source->file, &st) == 0 ? identity_of(&st) : (struct file_identity){0};
  source->looked_at = (struct file_identity){0};
  watch_start(source);
  enum vrrp_keepalived_status status =
      vrrp_keepalived_process_ask(source->pid_file, source->signal, &source->process);
  if (status != VRRP_KEEPALIVED_TOLD) {
    source->process = (struct vrrp_keepalived_process_id){0};
    finish(source, status, NULL);
    return true;
  }
  source->waiting = true;
  source->look_pause = LOOK_FIRST;
  source->next_look = now + LOOK_FIRST;
  source->give_up = now + vrrp_earlier(PATIENCE, source->interval);
  return false;
}

// No dump comes from a process that ended after it was asked.
static enum vrrp_keepalived_status explain(const struct vrrp_keepalived_source *source,
                                           enum vrrp_keepalived_status status) {
  bool ended = kill(source->process.pid, 0) < 0 && errno == ESRCH;
  return status == VRRP_KEEPALIVED_SLOW && ended ? VRRP_KEEPALIVED_NOT_RUNNING : status;
}

static bool is_final(enum vrrp_keepalived_status status) {
  return status == VRRP_KEEPALIVED_TOLD || status == VRRP_KEEPALIVED_UNKNOWN_FORM;
}

static bool await(struct vrrp_keepalived_source *source, vrrp_time now) {
  void *content = NULL;
  enum heard heard = drain_events(source);
  if (heard == NOTHING && now < source->next_look)
    return false;
  enum vrrp_keepalived_status status = look(source, heard == WRITTEN, &content);
  if (is_final(status) || now >= source->give_up) {
    finish(source, explain(source, status), content);
    return true;
  }
  source->look_pause *= 2;
  if (source->look_pause > LOOK_MAX)
    source->look_pause = LOOK_MAX;
  source->next_look = now + source->look_pause;
  return false;
}

bool vrrp_keepalived_source_run(struct vrrp_keepalived_source *source, vrrp_time now) {
  if (source->waiting)
    return await(source, now);
  if (now < source->next_ask)
    return false;
  return ask(source, now);
}

void vrrp_keepalived_source_hurry(struct vrrp_keepalived_source *source, vrrp_time now) {
  vrrp_time soonest = source->asked_at + HURRY_GAP;
  if (soonest < now)
    soonest = now;
  source->next_ask = vrrp_earlier(source->next_ask, soonest);
}

// --- the source -----------------------------------------------------------

static char *directory_of(const char *path, const char *name) {
  if (name == path)
    return strdup(".");
  return strndup(path, name - path > 1 ? (size_t)(name - path - 1) : 1);
}

static int set_paths(struct vrrp_keepalived_source *source, const char *pid_file,
                     const char *file) {
  source->pid_file = strdup(pid_file);
  source->file = strdup(file);
  if (source->file == NULL || source->pid_file == NULL)
    return -ENOMEM;
  const char *slash = strrchr(source->file, '/');
  source->name = slash != NULL ? slash + 1 : source->file;
  source->directory = directory_of(source->file, source->name);
  return source->directory != NULL ? 0 : -ENOMEM;
}

int vrrp_keepalived_source_new(enum vrrp_keepalived_dump_format format,
                               const char *pid_file, const char *file, vrrp_time interval,
                               struct vrrp_keepalived_source **ret_source) {
  struct vrrp_keepalived_source *source = calloc(1, sizeof(*source));
  if (source == NULL)
    return -ENOMEM;
  source->format = &FORMATS[format];
  source->signal = format == VRRP_KEEPALIVED_JSON ? VRRP_KEEPALIVED_SIGNAL_JSON
                                                  : VRRP_KEEPALIVED_SIGNAL_TEXT;
  source->watch = -1;
  source->interval = interval;
  source->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  int status = source->inotify_fd < 0 ? -errno : set_paths(source, pid_file, file);
  if (status < 0) {
    vrrp_keepalived_source_free(source);
    return status;
  }
  *ret_source = source;
  return 0;
}

void vrrp_keepalived_source_free(struct vrrp_keepalived_source *source) {
  if (source == NULL)
    return;
  if (source->inotify_fd >= 0)
    close(source->inotify_fd);
  source->format->free(source->content);
  free(source->pid_file);
  free(source->file);
  free(source->directory);
  free(source);
}

int vrrp_keepalived_source_fd(const struct vrrp_keepalived_source *source) {
  return source->inotify_fd;
}

vrrp_time vrrp_keepalived_source_deadline(const struct vrrp_keepalived_source *source) {
  return source->waiting ? source->next_look : source->next_ask;
}

enum vrrp_keepalived_status
vrrp_keepalived_source_status(const struct vrrp_keepalived_source *source) {
  return source->status;
}

bool vrrp_keepalived_source_waits(const struct vrrp_keepalived_source *source) {
  return source->waiting;
}

vrrp_time vrrp_keepalived_source_asked_at(const struct vrrp_keepalived_source *source) {
  return source->asked_at;
}

bool vrrp_keepalived_source_hurries(const struct vrrp_keepalived_source *source) {
  return source->next_ask < source->asked_at + source->interval;
}

const void *vrrp_keepalived_source_content(const struct vrrp_keepalived_source *source) {
  return source->content;
}

pid_t vrrp_keepalived_source_pid(const struct vrrp_keepalived_source *source) {
  return source->process.pid;
}
