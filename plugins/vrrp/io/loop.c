// SPDX-License-Identifier: MIT
// What does a thread wait for, and until when?
#include "io/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

vrrp_time vrrp_loop_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (vrrp_time)now.tv_sec * VRRP_SECOND + (vrrp_time)now.tv_nsec;
}

static void timer_ready(struct vrrp_source *source) {
  struct vrrp_loop *loop = (void *)((char *)source - offsetof(struct vrrp_loop, timer));
  uint64_t expirations;

  if (read(source->fd, &expirations, sizeof(expirations)) > 0)
    loop->armed = VRRP_NEVER;
}

static void nudged(struct vrrp_source *source) {
  eventfd_t nudges;
  eventfd_read(source->fd, &nudges);
}

int vrrp_loop_open(struct vrrp_loop *loop) {
  *loop = (struct vrrp_loop){
      .epoll = epoll_create1(EPOLL_CLOEXEC),
      .timer = {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), timer_ready},
      .nudge = {eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), nudged},
      .armed = VRRP_NEVER,
  };
  if (loop->epoll < 0 || loop->timer.fd < 0 || loop->nudge.fd < 0)
    return -errno;
  int status = vrrp_loop_watch(loop, &loop->timer);
  return status < 0 ? status : vrrp_loop_watch(loop, &loop->nudge);
}

static void close_if_open(int fd) {
  if (fd >= 0)
    close(fd);
}

void vrrp_loop_close(struct vrrp_loop *loop) {
  close_if_open(loop->timer.fd);
  close_if_open(loop->nudge.fd);
  close_if_open(loop->epoll);
}

int vrrp_loop_watch(struct vrrp_loop *loop, struct vrrp_source *source) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
  return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

void vrrp_loop_unwatch(struct vrrp_loop *loop, struct vrrp_source *source) {
  epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
  for (int i = 0; i < loop->event_count; i++)
    if (loop->events[i].data.ptr == source)
      loop->events[i].data.ptr = NULL;
}

static struct timespec timespec_of(vrrp_time time) {
  return (struct timespec){.tv_sec = (time_t)(time / VRRP_SECOND),
                           .tv_nsec = (long)(time % VRRP_SECOND)};
}

static void arm_timer(struct vrrp_loop *loop, vrrp_time until) {
  if (until == loop->armed)
    return;
  struct itimerspec spec = {0}; // zero disarms
  if (until != VRRP_NEVER)
    spec.it_value = timespec_of(until);
  timerfd_settime(loop->timer.fd, TFD_TIMER_ABSTIME, &spec, NULL);
  loop->armed = until;
}

bool vrrp_loop_wait(struct vrrp_loop *loop, vrrp_time until) {
  arm_timer(loop, until);
  loop->event_count = epoll_wait(loop->epoll, loop->events, VRRP_LOOP_EVENTS, -1);
  for (int i = 0; i < loop->event_count; i++) {
    struct vrrp_source *source = loop->events[i].data.ptr;
    if (source != NULL)
      source->ready(source);
  }
  loop->event_count = 0;
  return !loop->stopped;
}

void vrrp_loop_rest(vrrp_time span) {
  struct timespec rest = timespec_of(span);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
}

void vrrp_loop_nudge(struct vrrp_loop *loop) {
  eventfd_write(loop->nudge.fd, 1);
}

void vrrp_loop_stop(struct vrrp_loop *loop) {
  loop->stopped = true;
  vrrp_loop_nudge(loop);
}
