// SPDX-License-Identifier: MIT
// How does a collectd notification become a trap?
#include "plugin/traps.h"

#include <errno.h>

#include "utils/common/common.h"

static const char *severity_name(int severity) {
  return severity == NOTIF_FAILURE   ? "FAILURE"
         : severity == NOTIF_WARNING ? "WARNING"
                                     : "OKAY";
}

static int read_entry(const notification_meta_t *m, struct raw_value *ret) {
  switch (m->type) {
  case NM_TYPE_STRING:
    *ret = (struct raw_value){.kind = RAW_TEXT, .text = m->nm_value.nm_string};
    return 0;
  case NM_TYPE_SIGNED_INT:
    *ret = (struct raw_value){.kind = RAW_SIGNED, .i = m->nm_value.nm_signed_int};
    return 0;
  case NM_TYPE_UNSIGNED_INT:
    *ret = (struct raw_value){.kind = RAW_UNSIGNED, .u = m->nm_value.nm_unsigned_int};
    return 0;
  case NM_TYPE_DOUBLE:
    *ret = (struct raw_value){.kind = RAW_REAL, .d = m->nm_value.nm_double};
    return 0;
  case NM_TYPE_BOOLEAN:
    *ret = (struct raw_value){.kind = RAW_UNSIGNED, .u = m->nm_value.nm_boolean};
    return 0;
  }
  return -ENOENT;
}

static int read_meta(const struct sample *sample, const char *key, char *buf, size_t size,
                     struct raw_value *ret) {
  (void)buf;
  (void)size;
  const notification_t *n = sample->owner;
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (strcmp(m->name, key) == 0)
      return read_entry(m, ret);
  *ret = (struct raw_value){.kind = RAW_TEXT, .text = n->message};
  if (strcmp(key, "message") == 0)
    return 0;
  ret->text = severity_name(n->severity);
  return strcmp(key, "severity") == 0 ? 0 : -ENOENT;
}

static int read_rate(const struct sample *sample, size_t i, double *ret) {
  (void)sample;
  (void)i;
  (void)ret;
  return -ENOENT;
}

void trap_event_fill(const notification_t *n, struct trap_event *ret_event) {
  *ret_event = (struct trap_event){
      .sample = {.name = n->plugin,
                 .field = {[FIELD_HOST] = n->host,
                           [FIELD_PLUGIN] = n->plugin,
                           [FIELD_PLUGIN_INSTANCE] = n->plugin_instance,
                           [FIELD_TYPE] = n->type,
                           [FIELD_TYPE_INSTANCE] = n->type_instance},
                 .meta = read_meta,
                 .rate = read_rate,
                 .owner = n},
      .severity = (unsigned)n->severity,
      .message = n->message};
}
