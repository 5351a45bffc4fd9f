// SPDX-License-Identifier: MIT
// What is said of a value that is still on its way?
#include "plugin/news.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"

#include "utils/common/common.h"

#define UPDATE "snmp_agent:update"
#define REMOVE "snmp_agent:remove"

bool news_is_ahead(const value_list_t *vl, struct sample *sample) {
  if (!ha_is_ahead(sample->name))
    return false;
  sample->name++;
  sample->interval = vl->interval;
  sample->keep = vl->interval * (cdtime_t)timeout_g;
  return true;
}

static bool is_true(const notification_meta_t *m) {
  return m->type == NM_TYPE_BOOLEAN && m->nm_value.nm_boolean;
}

static enum news news_of(const notification_t *n) {
  static const struct {
    const char *key;
    enum news news;
  } keys[] = {{UPDATE, NEWS_UPDATE}, {REMOVE, NEWS_GONE}};
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    for (size_t i = 0; i < HA_COUNT_OF(keys); i++)
      if (is_true(m) && strcmp(m->name, keys[i].key) == 0)
        return keys[i].news;
  return NEWS_NONE;
}

// False if no table has a value of this type and type instance.
static bool tell(struct service *service, const notification_t *n, struct sample sample,
                 const char *type, const char *type_instance, enum news news) {
  char name[6 * DATA_MAX_NAME_LEN];
  if (format_name(name, sizeof(name), n->host, n->plugin, n->plugin_instance, type,
                  type_instance) != 0)
    return true;
  sample.name = name;
  sample.time = n->time;
  sample.field[FIELD_TYPE_INSTANCE] = type_instance;
  return service_tell(service, &sample, news) == 0;
}

// What was named behind the prefix is "type-instance" as in a value's name.
static void take_others_back(struct service *service, const notification_t *n,
                             const struct sample *sample) {
  static const char prefix[] = REMOVE ":";
  const size_t length = sizeof(prefix) - 1;
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (is_true(m) && strncmp(m->name, prefix, length) == 0)
      tell(service, n, *sample, m->name + length, "", NEWS_GONE);
}

void news_tell(struct service *service, const notification_t *n,
               const struct sample *sample) {
  take_others_back(service, n, sample);
  enum news news = news_of(n);
  if (news == NEWS_NONE)
    return;
  struct raw_value value;
  struct sample told = *sample;
  told.values = &value;
  told.value_count = told.meta(&told, "snmp_agent:value", NULL, 0, &value) == 0;
  if (!tell(service, n, told, n->type, n->type_instance, news))
    tell(service, n, told, n->type, "", news);
}
