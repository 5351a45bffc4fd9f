// SPDX-License-Identifier: MIT
// How is something done that may take too long?
#include "io/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GRACE_MS = 1000 };

struct worker {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t thread;
  bool has_thread, stops;
  bool is_orphan; // whoever made it has gone: the thread frees it
  void (*job)(void *arg);
  void *arg; // of the job under way, or done; owned
  bool is_busy;
};

struct worker *worker_create(void) {
  struct worker *w = calloc(1, sizeof(*w));
  if (w == NULL)
    return NULL;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&w->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&w->lock, NULL);
  return w;
}

static void free_worker(struct worker *w) {
  pthread_mutex_destroy(&w->lock);
  pthread_cond_destroy(&w->changed);
  free(w->arg);
  free(w);
}

uint64_t worker_clock(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

// Under the lock. 0, or -ETIMEDOUT if the job is still not done.
static int wait_until_idle(struct worker *w, uint64_t deadline) {
  struct timespec at = {.tv_sec = (time_t)(deadline / 1000),
                        .tv_nsec = (long)(deadline % 1000) * 1000000};
  int error = 0;
  while (w->is_busy && error == 0)
    error = pthread_cond_timedwait(&w->changed, &w->lock, &at);
  return w->is_busy ? -ETIMEDOUT : 0;
}

static void do_job(struct worker *w) {
  pthread_mutex_unlock(&w->lock);
  w->job(w->arg);
  pthread_mutex_lock(&w->lock);
  w->is_busy = false;
  pthread_cond_broadcast(&w->changed);
}

static void *run(void *arg) {
  struct worker *w = arg;
  pthread_mutex_lock(&w->lock);
  while (!w->stops)
    if (w->is_busy)
      do_job(w);
    else
      pthread_cond_wait(&w->changed, &w->lock);
  bool is_orphan = w->is_orphan;
  pthread_mutex_unlock(&w->lock);
  if (is_orphan)
    free_worker(w);
  return NULL;
}

static int start(struct worker *w) {
  if (w->has_thread)
    return 0;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  int error = pthread_create(&w->thread, NULL, run, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  w->has_thread = error == 0;
  return -error;
}

// Under the lock.
static int begin(struct worker *w, void (*job)(void *arg), const void *arg, size_t size) {
  void *copy = malloc(size);
  if (copy == NULL)
    return -ENOMEM;
  int status = start(w);
  if (status != 0) {
    free(copy);
    return status;
  }
  memcpy(copy, arg, size);
  free(w->arg);
  w->arg = copy;
  w->job = job;
  w->is_busy = true;
  pthread_cond_broadcast(&w->changed);
  return 0;
}

int worker_do(struct worker *w, void (*job)(void *arg), void *arg, size_t size,
              uint64_t deadline) {
  pthread_mutex_lock(&w->lock);
  int status = wait_until_idle(w, deadline);
  if (status == 0)
    status = begin(w, job, arg, size);
  if (status == 0)
    status = wait_until_idle(w, deadline);
  if (status == 0)
    memcpy(arg, w->arg, size);
  pthread_mutex_unlock(&w->lock);
  return status;
}

void worker_destroy(struct worker *w) {
  if (w == NULL)
    return;
  pthread_mutex_lock(&w->lock);
  w->stops = true;
  pthread_cond_broadcast(&w->changed);
  w->is_orphan = wait_until_idle(w, worker_clock() + GRACE_MS) != 0;
  bool is_orphan = w->is_orphan, has_thread = w->has_thread;
  pthread_t thread = w->thread;
  pthread_mutex_unlock(&w->lock);
  if (is_orphan) {
    pthread_detach(thread);
    return;
  }
  if (has_thread)
    pthread_join(thread, NULL);
  free_worker(w);
}
