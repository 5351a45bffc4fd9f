// SPDX-License-Identifier: MIT
// A collectd plugin that owns values of the tests: it answers a SET as the value's plugin
// instance says.
//
//   owner-<tested>.<done>.<undone>/gauge-<anything>
//
// Each is what it answers: ok, notWritable, wrongValue, genErr, none at all, or so many
// milliseconds that it takes for an ok. The value is ORIGINAL before, so to set it to
// that is to undo. What was done is logged.
#include "daemon/collectd.h"
#include "daemon/plugin.h"
#include "utils/common/common.h"

#include <inttypes.h>

enum { ORIGINAL = 1, STEPS = 3 };

__attribute__((visibility("default"))) void module_register(void);

static const notification_meta_t *find(const notification_t *n, const char *key) {
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (m->type == NM_TYPE_SIGNED_INT && strcmp(m->name, key) == 0)
      return m;
  return NULL;
}

// The word for this step, from 0; "" where there are fewer.
static void word_of(const notification_t *n, int step, char *word, size_t size) {
  char words[DATA_MAX_NAME_LEN], *rest = words, *next = NULL;
  sstrncpy(words, n->plugin_instance, sizeof(words));
  for (int i = 0; i <= step; i++)
    next = strtok_r(i == 0 ? words : NULL, ".", &rest);
  sstrncpy(word, next != NULL ? next : "", size);
}

static void take_time(int ms) {
  struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

static const char *act(const notification_t *n, const char *word, bool commit,
                       int64_t wanted) {
  int ms = atoi(word);
  take_time(ms);
  const char *result = ms > 0 ? "ok" : word;
  if (commit && strcmp(result, "ok") == 0)
    NOTICE("owner plugin: %s/%s is %" PRId64, n->plugin_instance, n->type_instance,
           wanted);
  return result;
}

static int take(const notification_t *n, user_data_t *unused) {
  (void)unused;
  const notification_meta_t *test = find(n, "snmp_agent:test");
  const notification_meta_t *set = find(n, "snmp_agent:set");
  if (strcmp(n->plugin, "owner") != 0 || (test == NULL && set == NULL))
    return 0;
  int64_t wanted = (test != NULL ? test : set)->nm_value.nm_signed_int;
  char word[DATA_MAX_NAME_LEN];
  word_of(n, test != NULL ? 0 : wanted == ORIGINAL ? STEPS - 1 : 1, word, sizeof(word));
  const char *result = act(n, word, set != NULL, wanted);
  if (strcmp(result, "none") != 0)
    plugin_notification_meta_add_string((notification_t *)n, "snmp_agent:result", result);
  return 0;
}

void module_register(void) {
  plugin_register_notification("owner", take, NULL);
}
