// SPDX-License-Identifier: MIT
// May one more line be logged now?
#include "plugin/log.h"

#include "core/budget.h"
#include "io/loop.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include <pthread.h>
#include <stdarg.h>

#define LINE_SIZE 1024

static struct {
  pthread_mutex_t lock;
  struct vrrp_bucket bucket;
  unsigned left_out;
} budget = {.lock = PTHREAD_MUTEX_INITIALIZER};

void vrrp_log_open(void) {
  pthread_mutex_lock(&budget.lock);
  budget.bucket = (struct vrrp_bucket){0};
  budget.left_out = 0;
  pthread_mutex_unlock(&budget.lock);
}

// True if it may be logged; and how many lines were left out before.
static bool take(unsigned *ret_left_out) {
  static const struct vrrp_pace pace = {VRRP_LOG_BURST, VRRP_LOG_SPAN * VRRP_MILLISECOND};
  vrrp_time again;

  pthread_mutex_lock(&budget.lock);
  bool may = vrrp_bucket_take(&budget.bucket, &pace, vrrp_loop_now(), &again);
  if (may)
    *ret_left_out = budget.left_out;
  budget.left_out = may ? 0 : budget.left_out + 1;
  pthread_mutex_unlock(&budget.lock);
  return may;
}

void vrrp_log(int severity, const char *format, ...) {
  char line[LINE_SIZE];
  unsigned left_out;
  va_list arguments;

  if (!take(&left_out))
    return;
  if (left_out > 0)
    NOTICE("vrrp plugin: %u lines were left out: too many came at once.", left_out);
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  plugin_log(severity, "vrrp plugin: %s", line);
}
