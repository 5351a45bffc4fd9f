// SPDX-License-Identifier: MIT
// When is keepalived asked for which of its dumps?
#include "plugin/keepalived_sources.h"

#include "io/file_reads.h"
#include "io/kernel_servers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

// From the reading of its configuration until a reload is over.
#define RELOAD_TIME VRRP_SECOND

struct vrrp_keepalived_sources {
  struct vrrp_keepalived_source *source[VRRP_KEEPALIVED_FORMATS]; // NULL: not asked
  int epoll;
  struct vrrp_file_reads reads; // of its configuration
  vrrp_time reload_over;        // VRRP_NEVER: none is under way
  bool is_fresh;                // something is known that was not reported yet
  // What the text dumps were last asked upon.
  pid_t pid, servers_pid;
  uint64_t state_digest, servers_digest;
  vrrp_time servers_pause, servers_due; // how often, and when, the servers are looked at
};

static int add_source(struct vrrp_keepalived_sources *sources,
                      enum vrrp_keepalived_dump_format format, const char *pid_file,
                      const char *file, vrrp_time interval) {
  struct epoll_event event = {.events = EPOLLIN};
  struct vrrp_keepalived_source **source = &sources->source[format];
  int status = vrrp_keepalived_source_new(format, pid_file, file, interval, source);
  if (status < 0)
    return status;
  int fd = vrrp_keepalived_source_fd(*source);
  return epoll_ctl(sources->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int watch_configuration(struct vrrp_keepalived_sources *sources,
                               const char *path) {
  struct epoll_event event = {.events = EPOLLIN};
  int status = vrrp_file_reads_open(&sources->reads, path);
  if (status < 0)
    return status;
  return epoll_ctl(sources->epoll, EPOLL_CTL_ADD, sources->reads.fd, &event) < 0 ? -errno
                                                                                 : 0;
}

static int add_sources(struct vrrp_keepalived_sources *sources,
                       const struct vrrp_keepalived_config *config, vrrp_time interval) {
  char *const *files = config->files;

  sources->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (sources->epoll < 0)
    return -errno;
  int status = watch_configuration(sources, files[VRRP_KEEPALIVED_FILE_CONFIGURATION]);
  if (status == 0)
    status = add_source(sources, VRRP_KEEPALIVED_JSON, files[VRRP_KEEPALIVED_FILE_PID],
                        files[VRRP_KEEPALIVED_FILE_JSON], interval);
  if (status == 0 && config->text)
    status = add_source(sources, VRRP_KEEPALIVED_VRRP_TEXT,
                        files[VRRP_KEEPALIVED_FILE_VRRP_PID],
                        files[VRRP_KEEPALIVED_FILE_VRRP_DATA], config->text_interval);
  if (status == 0 && config->text)
    status = add_source(sources, VRRP_KEEPALIVED_CHECKERS_TEXT,
                        files[VRRP_KEEPALIVED_FILE_CHECKERS_PID],
                        files[VRRP_KEEPALIVED_FILE_CHECKERS_DATA], config->text_interval);
  return status;
}

int vrrp_keepalived_sources_new(const struct vrrp_keepalived_config *config,
                                vrrp_time interval,
                                struct vrrp_keepalived_sources **ret_sources) {
  struct vrrp_keepalived_sources *sources = calloc(1, sizeof(*sources));
  if (sources == NULL)
    return -ENOMEM;
  sources->reads.fd = -1;
  sources->reload_over = VRRP_NEVER;
  sources->servers_pause = interval / 2;
  int status = add_sources(sources, config, interval);
  if (status < 0) {
    vrrp_keepalived_sources_free(sources);
    return status;
  }
  if (sources->source[VRRP_KEEPALIVED_CHECKERS_TEXT] == NULL)
    sources->servers_due = VRRP_NEVER;
  *ret_sources = sources;
  return 0;
}

void vrrp_keepalived_sources_free(struct vrrp_keepalived_sources *sources) {
  if (sources == NULL)
    return;
  for (int i = 0; i < VRRP_KEEPALIVED_FORMATS; i++)
    vrrp_keepalived_source_free(sources->source[i]);
  vrrp_file_reads_close(&sources->reads);
  if (sources->epoll >= 0)
    close(sources->epoll);
  free(sources);
}

int vrrp_keepalived_sources_fd(const struct vrrp_keepalived_sources *sources) {
  return sources->epoll;
}

vrrp_time
vrrp_keepalived_sources_deadline(const struct vrrp_keepalived_sources *sources) {
  vrrp_time next = vrrp_earlier(sources->reload_over, sources->servers_due);
  for (int i = 0; i < VRRP_KEEPALIVED_FORMATS; i++)
    if (sources->source[i] != NULL)
      next = vrrp_earlier(next, vrrp_keepalived_source_deadline(sources->source[i]));
  return next;
}

static void hurry(struct vrrp_keepalived_sources *sources,
                  enum vrrp_keepalived_dump_format format, vrrp_time now) {
  if (sources->source[format] != NULL)
    vrrp_keepalived_source_hurry(sources->source[format], now);
}

void vrrp_keepalived_sources_hurry(struct vrrp_keepalived_sources *sources,
                                   vrrp_time now) {
  hurry(sources, VRRP_KEEPALIVED_JSON, now);
}

void vrrp_keepalived_sources_note_reads(struct vrrp_keepalived_sources *sources,
                                        vrrp_time now) {
  if (vrrp_file_reads_take(&sources->reads))
    sources->reload_over = now + RELOAD_TIME;
}

void vrrp_keepalived_sources_ignore_reads(struct vrrp_keepalived_sources *sources) {
  (void)vrrp_file_reads_take(&sources->reads);
}

// What a reload changes may stand in one dump only.
static void follow_reload(struct vrrp_keepalived_sources *sources, vrrp_time now) {
  vrrp_keepalived_sources_note_reads(sources, now);
  if (now < sources->reload_over)
    return;
  sources->reload_over = VRRP_NEVER;
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    hurry(sources, (enum vrrp_keepalived_dump_format)format, now);
}

static bool fell_silent(const struct vrrp_keepalived_sources *sources,
                        enum vrrp_keepalived_dump_format format) {
  const struct vrrp_keepalived_source *source = sources->source[format];
  return source != NULL &&
         vrrp_keepalived_source_status(source) != VRRP_KEEPALIVED_TOLD &&
         vrrp_keepalived_source_status(source) != VRRP_KEEPALIVED_UNASKED;
}

// Why it is, only the text tells, and that may change without a change of the JSON.
static bool is_in_fault(const struct vrrp_keepalived_state *state) {
  for (size_t i = 0; state != NULL && i < state->instance_count; i++)
    if (state->instances[i].setting[VRRP_KEEPALIVED_STATE] == VRRP_KEEPALIVED_FAULT)
      return true;
  return false;
}

// Asked for no sooner than the JSON was.
static bool is_as_new(const struct vrrp_keepalived_sources *sources,
                      enum vrrp_keepalived_dump_format format) {
  const struct vrrp_keepalived_source *json = sources->source[VRRP_KEEPALIVED_JSON];
  const struct vrrp_keepalived_source *text = sources->source[format];
  return text != NULL &&
         vrrp_keepalived_source_asked_at(text) >= vrrp_keepalived_source_asked_at(json);
}

// A text that lies behind is asked for again, and one that did not come; one that is as
// new as the JSON only if what changed may have done so in between.
static void follow_json(struct vrrp_keepalived_sources *sources,
                        enum vrrp_keepalived_dump_format format, bool differs,
                        bool lies_behind, vrrp_time now) {
  if (differs ||
      ((lies_behind || fell_silent(sources, format)) && !is_as_new(sources, format)))
    hurry(sources, format, now);
}

// The JSON has come: is there reason to ask for more?
static void compare(struct vrrp_keepalived_sources *sources, vrrp_time now) {
  const struct vrrp_keepalived_state *state = vrrp_keepalived_sources_state(sources);
  pid_t pid = vrrp_keepalived_source_pid(sources->source[VRRP_KEEPALIVED_JSON]);
  uint64_t digest = state != NULL ? vrrp_keepalived_state_digest(state) : 0;
  bool is_another = pid != sources->pid;
  follow_json(sources, VRRP_KEEPALIVED_VRRP_TEXT,
              !is_another && digest != sources->state_digest,
              is_another || is_in_fault(state), now);
  follow_json(sources, VRRP_KEEPALIVED_CHECKERS_TEXT, false, is_another, now);
  sources->pid = pid;
  sources->state_digest = digest;
}

// Who looks after the kernel's servers; 0: nobody was asked yet.
static pid_t checkers_pid(const struct vrrp_keepalived_sources *sources) {
  pid_t pid = vrrp_keepalived_source_pid(sources->source[VRRP_KEEPALIVED_CHECKERS_TEXT]);
  return pid != 0 ? pid
                  : vrrp_keepalived_source_pid(sources->source[VRRP_KEEPALIVED_JSON]);
}

// A server that is taken out of the kernel failed its checks: told within an interval,
// the answer's time included. The servers are those in the checkers' network namespace.
static void watch_servers(struct vrrp_keepalived_sources *sources, vrrp_time now) {
  if (now < sources->servers_due)
    return;
  char path[64];
  pid_t pid = checkers_pid(sources);
  snprintf(path, sizeof(path), VRRP_KERNEL_SERVERS, (int)pid);
  uint64_t servers = vrrp_kernel_servers_digest(path);
  if (pid == sources->servers_pid && servers != sources->servers_digest)
    hurry(sources, VRRP_KEEPALIVED_CHECKERS_TEXT, now);
  sources->servers_pid = pid;
  sources->servers_digest = servers;
  sources->servers_due = now + sources->servers_pause;
}

static bool run_source(struct vrrp_keepalived_sources *sources,
                       enum vrrp_keepalived_dump_format format, vrrp_time now) {
  return sources->source[format] != NULL &&
         vrrp_keepalived_source_run(sources->source[format], now);
}

// A JSON waits for the text that it made us ask for, so that both are told as one; but
// not for one that did not come the last time, nor for the checkers'.
static bool is_awaited(const struct vrrp_keepalived_sources *sources) {
  const struct vrrp_keepalived_source *text = sources->source[VRRP_KEEPALIVED_VRRP_TEXT];
  return vrrp_keepalived_source_waits(sources->source[VRRP_KEEPALIVED_JSON]) ||
         (text != NULL && vrrp_keepalived_source_waits(text) &&
          !fell_silent(sources, VRRP_KEEPALIVED_VRRP_TEXT));
}

bool vrrp_keepalived_sources_run(struct vrrp_keepalived_sources *sources, vrrp_time now) {
  follow_reload(sources, now);
  if (run_source(sources, VRRP_KEEPALIVED_JSON, now)) {
    compare(sources, now);
    sources->is_fresh = true;
  }
  if (run_source(sources, VRRP_KEEPALIVED_VRRP_TEXT, now))
    sources->is_fresh = true;
  if (run_source(sources, VRRP_KEEPALIVED_CHECKERS_TEXT, now))
    sources->is_fresh = true;
  watch_servers(sources, now);
  if (!sources->is_fresh || is_awaited(sources))
    return false;
  sources->is_fresh = false;
  return true;
}

bool vrrp_keepalived_sources_are_settled(const struct vrrp_keepalived_sources *sources) {
  if (sources->reload_over != VRRP_NEVER)
    return false;
  for (int i = 0; i < VRRP_KEEPALIVED_FORMATS; i++)
    if (sources->source[i] != NULL &&
        (vrrp_keepalived_source_waits(sources->source[i]) ||
         vrrp_keepalived_source_hurries(sources->source[i])))
      return false;
  return true;
}

const struct vrrp_keepalived_source *
vrrp_keepalived_sources_get(const struct vrrp_keepalived_sources *sources,
                            enum vrrp_keepalived_dump_format format) {
  return sources->source[format];
}

const struct vrrp_keepalived_state *
vrrp_keepalived_sources_state(const struct vrrp_keepalived_sources *sources) {
  return vrrp_keepalived_source_content(sources->source[VRRP_KEEPALIVED_JSON]);
}

const struct vrrp_keepalived_text *
vrrp_keepalived_sources_text(const struct vrrp_keepalived_sources *sources,
                             enum vrrp_keepalived_dump_format format) {
  return sources->source[format] != NULL
             ? vrrp_keepalived_source_content(sources->source[format])
             : NULL;
}
