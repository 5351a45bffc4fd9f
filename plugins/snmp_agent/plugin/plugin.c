// SPDX-License-Identifier: MIT
// Which collectd callbacks exist, and what does each hand on?
#include "daemon/collectd.h"
#include "daemon/plugin.h"
#include "daemon/utils_cache.h"
#include "utils/common/common.h"

#include <pthread.h>

#include "plugin/config.h"
#include "plugin/news.h"
#include "plugin/sample.h"
#include "plugin/serve.h"
#include "plugin/sets.h"
#include "plugin/traps.h"

extern void stop_collectd(void); // the daemon's; it has no header

static struct config *config; // until init

// From init on. Values that plugins hand over, and notifications, come from any plugin's
// thread at any time.
static struct service *service;
static pthread_rwlock_t service_lock = PTHREAD_RWLOCK_INITIALIZER;

// What is wrong refuses to start in agent_init(), after all the rest that is wrong was
// told: some of it shows only once types.db has been read.
static int agent_config(oconfig_item_t *item) {
  if (config == NULL)
    config = config_create();
  int status = config != NULL ? config_read(config, item) : -ENOMEM;
  if (status != -ENOMEM)
    return 0;
  ERROR("snmp_agent plugin: out of memory");
  return status;
}

static int with_sample(const value_list_t *vl, const char *name,
                       int (*use)(const struct sample *sample)) {
  enum { FEW = 16 };
  struct raw_value few[FEW], *values = few;
  if (vl->values_len > FEW)
    values = malloc(vl->values_len * sizeof(*values));
  if (values == NULL)
    return -ENOMEM;
  struct sample sample;
  int ret = sample_fill(vl, name, values, &sample) == 0 ? use(&sample) : 0;
  if (values != few)
    free(values);
  return ret;
}

static int take_update(const struct sample *sample) {
  service_update(service, sample, false);
  return 0;
}

// The daemon asks who wants a new entry after other threads may already have updated
// it, and stores the answer later still: an update in between raises no event. So the
// answer is stored here, and then the values are read once more.
static void catch_up(const struct sample *sample) {
  value_t *values;
  size_t count;
  uc_set_callbacks_mask(sample->name, 1);
  if (uc_get_value_by_name(sample->name, &values, &count) != 0)
    return;
  value_list_t vl = *(const value_list_t *)sample->owner;
  vl.values = values;
  vl.values_len = count;
  with_sample(&vl, sample->name, take_update);
  free(values);
}

// One that its plugin hands over ahead is in no cache yet, so nothing is subscribed to.
static int take_new(const struct sample *sample) {
  struct sample ahead = *sample;
  if (news_is_ahead(sample->owner, &ahead)) {
    service_take_ahead(service, &ahead);
    return 0;
  }
  if (!service_wants(service, sample))
    return 0;
  service_update(service, sample, true);
  catch_up(sample);
  return 1;
}

// The daemon sends updates of what any subscriber wants to all of them, so that what
// isn't ours is simply not found here.
static void take_event(cache_event_t *event) {
  switch (event->type) {
  case CE_VALUE_NEW:
    event->ret = with_sample(event->value_list, event->value_list_name, take_new) > 0;
    break;
  case CE_VALUE_UPDATE:
    with_sample(event->value_list, event->value_list_name, take_update);
    break;
  case CE_VALUE_EXPIRED:
    service_expire(service, event->value_list_name);
    break;
  }
}

static int agent_cache_event(cache_event_t *event, user_data_t *unused) {
  (void)unused;
  pthread_rwlock_rdlock(&service_lock);
  if (service != NULL)
    take_event(event);
  pthread_rwlock_unlock(&service_lock);
  return 0;
}

static int agent_read(void) {
  if (service != NULL)
    service_report(service);
  return 0;
}

static int agent_notification(const notification_t *n, user_data_t *unused) {
  (void)unused;
  if (sets_is_request(n))
    return 0;
  struct trap_event event;
  trap_event_fill(n, &event);
  pthread_rwlock_rdlock(&service_lock);
  if (service != NULL) {
    news_tell(service, n, &event.sample); // first: no trap is ahead of a GET
    service_notify(service, &event);
  }
  pthread_rwlock_unlock(&service_lock);
  return 0;
}

// Returns the service that there was. It may only be destroyed outside the lock: its
// thread, which is waited for, dispatches notifications itself.
static struct service *exchange_service(struct service *now) {
  pthread_rwlock_wrlock(&service_lock);
  struct service *before = service;
  service = now;
  pthread_rwlock_unlock(&service_lock);
  return before;
}

// collectd goes on without a plugin whose init fails; a wrong configuration is to
// refuse to start instead.
static int refuse_to_start(void) {
  stop_collectd();
  return -1;
}

static int make_service(struct config *read, struct service **ret_service) {
  int status = config_finish(read);
  if (status == 0)
    return service_create(read, ret_service);
  config_destroy(read);
  return status;
}

static int start_service(struct config *read) {
  struct service *made;
  int status = make_service(read, &made);
  if (status != 0)
    return status;
  exchange_service(made);
  return service_start(made);
}

static int agent_init(void) {
  if (service != NULL)
    return 0;
  if (config == NULL) {
    ERROR(
        "snmp_agent plugin: there is no <Plugin snmp_agent> block, so nothing to serve; "
        "Include a profile, or leave the LoadPlugin out");
    return refuse_to_start();
  }
  struct config *read = config;
  config = NULL;
  int status = start_service(read);
  if (status != 0 && status != -EINVAL && status != -EEXIST) // those were told
    ERROR("snmp_agent plugin: can't start: %s", STRERROR(-status));
  return status == 0 ? 0 : refuse_to_start();
}

static int agent_shutdown(void) {
  plugin_unregister_notification("snmp_agent");
  plugin_unregister_cache_event("snmp_agent");
  service_destroy(exchange_service(NULL));
  config_destroy(config);
  config = NULL;
  return 0;
}

void module_register(void) __attribute__((visibility("default")));

void module_register(void) {
  plugin_register_complex_config("snmp_agent", agent_config);
  plugin_register_init("snmp_agent", agent_init);
  plugin_register_read("snmp_agent", agent_read);
  plugin_register_cache_event("snmp_agent", agent_cache_event, NULL);
  plugin_register_notification("snmp_agent", agent_notification, NULL);
  plugin_register_shutdown("snmp_agent", agent_shutdown);
}
