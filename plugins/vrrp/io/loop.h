// SPDX-License-Identifier: MIT
// What does a thread wait for, and until when?
#ifndef HA_VRRP_LOOP_H
#define HA_VRRP_LOOP_H

#include "core/time.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>

#define VRRP_LOOP_EVENTS 32

// A descriptor, and what to do when it is readable. Part of a larger struct, which
// ready() finds from its address.
struct vrrp_source {
  int fd;
  void (*ready)(struct vrrp_source *source);
};

// An event loop that waits in the kernel. One thread at a time may use it; only
// vrrp_loop_nudge() and vrrp_loop_stop() may be called by any.
struct vrrp_loop {
  int epoll;
  struct vrrp_source timer, nudge;
  vrrp_time armed; // what the timer is set to, VRRP_NEVER: not set
  atomic_bool stopped;
  struct epoll_event events[VRRP_LOOP_EVENTS]; // being served
  int event_count;
};

// CLOCK_MONOTONIC.
vrrp_time vrrp_loop_now(void);

// 0 or -errno; close it in either case.
int vrrp_loop_open(struct vrrp_loop *loop);
void vrrp_loop_close(struct vrrp_loop *loop);

// Adds a source, which must stay where it is until it is removed. 0 or -errno.
int vrrp_loop_watch(struct vrrp_loop *loop, struct vrrp_source *source);

// Removes a source, also from what is being served; its descriptor stays open.
void vrrp_loop_unwatch(struct vrrp_loop *loop, struct vrrp_source *source);

// Waits for sources, at the longest until the time, and serves those that are ready.
// False once it is stopped.
bool vrrp_loop_wait(struct vrrp_loop *loop, vrrp_time until);

// Does nothing for a moment, whatever comes meanwhile.
void vrrp_loop_rest(vrrp_time span);

// Ends the present wait, or the next one: there is something to look at.
void vrrp_loop_nudge(struct vrrp_loop *loop);

// Ends the present and every later wait.
void vrrp_loop_stop(struct vrrp_loop *loop);

#endif
