// SPDX-License-Identifier: MIT
// Only what the plugins use of collectd.

#include "daemon.h"

#include "daemon/utils_cache.h"
#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct daemon collectd;
char *hostname_g = "here";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // what was written down

void daemon_forget(void) {
  pthread_mutex_lock(&lock);
  collectd.log[0] = collectd.values[0] = collectd.messages[0] = collectd.flags[0] = '\0';
  collectd.ahead[0] = collectd.places[0] = '\0';
  pthread_mutex_unlock(&lock);
}

bool daemon_logged(const char *text) {
  pthread_mutex_lock(&lock);
  bool found = strstr(collectd.log, text) != NULL;
  pthread_mutex_unlock(&lock);
  return found;
}

__attribute__((format(printf, 3, 4))) static void note(char *text, size_t size,
                                                       const char *format, ...) {
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, size - used, format, arguments);
  va_end(arguments);
}

// --- registration ----------------------------------------------------------------

int plugin_register_complex_config(const char *type, int (*callback)(oconfig_item_t *)) {
  (void)type;
  collectd.config = callback;
  return 0;
}

int plugin_register_init(const char *name, int (*callback)(void)) {
  (void)name;
  collectd.init = callback;
  return 0;
}

int plugin_register_read(const char *name, int (*callback)(void)) {
  (void)name;
  collectd.read = callback;
  return 0;
}

int plugin_register_notification(const char *name, plugin_notification_cb callback,
                                 user_data_t const *user_data) {
  (void)name, (void)user_data;
  collectd.notification = callback;
  return 0;
}

int plugin_register_cache_event(const char *name, plugin_cache_event_cb callback,
                                user_data_t const *user_data) {
  (void)name, (void)user_data;
  collectd.cache_event = callback;
  return 0;
}

int plugin_unregister_notification(const char *name) {
  (void)name;
  return 0;
}

int plugin_unregister_cache_event(const char *name) {
  (void)name;
  return 0;
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback) {
  (void)name;
  collectd.shutdown = callback;
  return 0;
}

bool plugin_is_loaded(const char *name) {
  return strcmp(name, "snmp_agent") == 0 && collectd.has_agent;
}

// --- time, text, log ----------------------------------------------------------------

cdtime_t cdtime(void) {
  return collectd.now;
}

cdtime_t plugin_get_interval(void) {
  return MS_TO_CDTIME_T(100);
}

int strjoin(char *target, size_t size, char **fields, size_t field_count,
            const char *separator) {
  target[0] = '\0';
  for (size_t i = 0; i < field_count; i++)
    note(target, size, "%s%s", i > 0 ? separator : "", fields[i]);
  return (int)strlen(target);
}

void plugin_log(int level, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  note(collectd.log, sizeof(collectd.log), "%d %s\n", level, line);
  pthread_mutex_unlock(&lock);
}

// --- values ----------------------------------------------------------------------

// Whether a number is a counter stands in types.db; here its type tells.
static bool is_counter(const char *type, size_t source) {
  if (strcmp(type, "keepalived_traffic") == 0)
    return source < 5;
  return strcmp(type, "connections") == 0 || strncmp(type, "if_", 3) == 0;
}

static void note_values(char *text, size_t size, value_list_t const *list) {
  note(text, size, "%s/%s-%s", list->plugin_instance, list->type, list->type_instance);
  for (size_t i = 0; i < list->values_len; i++)
    note(text, size, " %.0f",
         is_counter(list->type, i) ? (double)list->values[i].derive
                                   : list->values[i].gauge);
  note(text, size, "\n");
}

int plugin_dispatch_values(value_list_t const *list) {
  if (collectd.told != NULL)
    collectd.told(list);
  note_values(collectd.values, sizeof(collectd.values), list);
  return 0;
}

// Of meta data it is known how many there are.
struct meta_data_s {
  int count;
};

void plugin_dispatch_cache_event(enum cache_event_type_e type, unsigned long mask,
                                 const char *name, const value_list_t *list) {
  if (type != CE_VALUE_NEW || mask != 0) // any other is for those who subscribed
    abort();
  note(collectd.ahead, sizeof(collectd.ahead), "%s %d ", name,
       list->meta != NULL ? list->meta->count : -1);
  note_values(collectd.ahead, sizeof(collectd.ahead), list);
}

meta_data_t *meta_data_create(void) {
  return calloc(1, sizeof(meta_data_t));
}

void meta_data_destroy(meta_data_t *meta) {
  free(meta);
}

int meta_data_add_string(meta_data_t *meta, const char *key, const char *value) {
  (void)key, (void)value;
  meta->count++;
  return 0;
}

int meta_data_add_unsigned_int(meta_data_t *meta, const char *key, uint64_t value) {
  meta->count++;
  note(collectd.places, sizeof(collectd.places), "%s=%lu\n", key, (unsigned long)value);
  return 0;
}

int uc_get_rate_by_name(const char *name, gauge_t **ret_values, size_t *ret_count) {
  char line[512];
  snprintf(line, sizeof(line), "%s\n", name);
  if (strstr(collectd.cache, line) == NULL)
    return -1;
  *ret_values = calloc(1, sizeof(**ret_values));
  *ret_count = 1;
  return 0;
}

// --- notifications -----------------------------------------------------------------

int plugin_dispatch_notification(const notification_t *notification) {
  if (collectd.dispatches)
    return collectd.notification(notification, NULL);
  if (collectd.messages[0] == '\0')
    collectd.ahead_of_messages = strlen(collectd.ahead);
  note(collectd.messages, sizeof(collectd.messages), "%d %s\n", notification->severity,
       notification->message);
  for (const notification_meta_t *m = notification->meta; m != NULL; m = m->next)
    if (m->type == NM_TYPE_BOOLEAN && m->nm_value.nm_boolean)
      note(collectd.flags, sizeof(collectd.flags), "%s\n", m->name);
  return 0;
}

static notification_meta_t *append(notification_t *notification, const char *name) {
  notification_meta_t **end = &notification->meta;
  while (*end != NULL)
    end = &(*end)->next;
  *end = calloc(1, sizeof(**end));
  sstrncpy((*end)->name, name, sizeof((*end)->name));
  return *end;
}

int plugin_notification_meta_add_string(notification_t *notification, const char *name,
                                        const char *value) {
  notification_meta_t *meta = append(notification, name);
  meta->type = NM_TYPE_STRING;
  meta->nm_value.nm_string = strdup(value);
  return 0;
}

int plugin_notification_meta_add_signed_int(notification_t *notification,
                                            const char *name, int64_t value) {
  notification_meta_t *meta = append(notification, name);
  meta->type = NM_TYPE_SIGNED_INT;
  meta->nm_value.nm_signed_int = value;
  return 0;
}

int plugin_notification_meta_add_unsigned_int(notification_t *notification,
                                              const char *name, uint64_t value) {
  notification_meta_t *meta = append(notification, name);
  meta->type = NM_TYPE_UNSIGNED_INT;
  meta->nm_value.nm_unsigned_int = value;
  return 0;
}

int plugin_notification_meta_add_boolean(notification_t *notification, const char *name,
                                         bool value) {
  notification_meta_t *meta = append(notification, name);
  meta->type = NM_TYPE_BOOLEAN;
  meta->nm_value.nm_boolean = value;
  return 0;
}

int plugin_notification_meta_free(notification_meta_t *meta) {
  while (meta != NULL) {
    notification_meta_t *next = meta->next;
    if (meta->type == NM_TYPE_STRING)
      free((char *)meta->nm_value.nm_string);
    free(meta);
    meta = next;
  }
  return 0;
}
