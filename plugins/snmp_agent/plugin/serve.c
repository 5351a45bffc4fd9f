// SPDX-License-Identifier: MIT
// What do collectd's threads and the agent's thread share?
#include "plugin/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/core/fault.h"
#include "core/contexts.h"
#include "plugin/health.h"
#include "plugin/sets.h"
#include "utils/common/common.h"

static const char default_socket[] = "/var/agentx/master"; // Net-SNMP's own

struct service {
  pthread_mutex_t lock; // the mapping and its tables
  struct config *config;
  struct contexts *contexts;
  struct agentx *agentx;
  struct sets *sets;
  struct health *health;
  struct ha_fault *trap_faults; // of each rule for traps; under the lock
};

// --- what snmpd asks, in the agent's thread -------------------------------------

static uint64_t now_hundredths(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 100 + (uint64_t)now.tv_nsec / 10000000;
}

static void begin(void *ctx) {
  struct service *s = ctx;
  uint32_t uptime;
  bool known = agentx_sysuptime(s->agentx, &uptime);
  pthread_mutex_lock(&s->lock);
  if (known)
    contexts_set_start(s->contexts, now_hundredths() - uptime);
}

static void end(void *ctx) {
  struct service *s = ctx;
  pthread_mutex_unlock(&s->lock);
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  struct service *s = ctx;
  struct view *view = contexts_find(s->contexts, context);
  if (view == NULL)
    *ret_value = (struct smi_value){.type = SMI_NO_SUCH_OBJECT};
  else
    view_get(view, name, ret_value);
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  struct service *s = ctx;
  struct view *view = contexts_find(s->contexts, context);
  return view != NULL &&
         view_next(view, &range->start, range->include, &range->end, ret_name, ret_value);
}

// Finds out who wrote the cell behind the binding's name, and what it holds, under the
// lock, before anyone is asked.
static enum agentx_error find_owner(struct service *s, const char *context,
                                    const struct agentx_varbind *varbind,
                                    struct set_target *ret_target) {
  struct view *view = contexts_find(s->contexts, context);
  struct row *row;
  const struct object *object =
      view != NULL ? view_resolve(view, &varbind->name, &row) : NULL;
  if (object == NULL || !object->writable)
    return AGENTX_NOT_WRITABLE;
  const struct data_rule *rule;
  const char *writer = row != NULL ? mapping_writer(row, object->cell, &rule) : NULL;
  struct smi_value value;
  if (writer == NULL || !row_get(row, object->cell, &value))
    return AGENTX_NO_CREATION;
  if (value.type != varbind->value.type)
    return AGENTX_WRONG_TYPE;
  sstrncpy(ret_target->identifier, writer, sizeof(ret_target->identifier));
  sstrncpy(ret_target->data_source,
           rule->data_source_name != NULL ? rule->data_source_name : "",
           sizeof(ret_target->data_source));
  ret_target->old = (int64_t)value.number;
  ret_target->wanted = (int64_t)varbind->value.number;
  return AGENTX_NO_ERROR;
}

static enum agentx_error test_set(void *ctx, const char *context,
                                  const struct agentx_varbind *varbind) {
  struct service *s = ctx;
  struct set_target target;
  pthread_mutex_lock(&s->lock);
  enum agentx_error error = find_owner(s, context, varbind, &target);
  pthread_mutex_unlock(&s->lock);
  return error != AGENTX_NO_ERROR ? error : sets_test(s->sets, &target);
}

static enum agentx_error commit_set(void *ctx, uint16_t *ret_index) {
  struct service *s = ctx;
  return sets_commit(s->sets, ret_index);
}

static enum agentx_error undo_set(void *ctx, uint16_t *ret_index) {
  struct service *s = ctx;
  return sets_undo(s->sets, ret_index);
}

static void cleanup_set(void *ctx) {
  struct service *s = ctx;
  sets_cleanup(s->sets);
}

static const char *region_where(struct service *s, const struct agentx_region *region) {
  pthread_mutex_lock(&s->lock);
  const void *owner = contexts_owner(s->contexts, region);
  pthread_mutex_unlock(&s->lock);
  return config_where(s->config, owner);
}

static void registered(void *ctx, const struct agentx_region *region, int error) {
  struct service *s = ctx;
  char oid[OID_TEXT_SIZE];
  oid_format(region->subtree.sub, region->subtree.length, oid, sizeof(oid));
  if (error == 0)
    NOTICE("snmp_agent plugin: %s: snmpd now lets us serve %s", region_where(s, region),
           oid);
  else
    ERROR("snmp_agent plugin: %s: snmpd refuses to let us serve %s: %s%s; it is asked "
          "again every few seconds",
          region_where(s, region), oid, agentx_error_name(error),
          error == AGENTX_DUPLICATE_REGISTRATION
              ? ", another subagent serves it: one of the two must not"
              : "");
}

static void log_line(void *ctx, int severity, const char *message) {
  (void)ctx;
  plugin_log(severity, "snmp_agent plugin: %s", message);
}

// --- its making and its end -----------------------------------------------------

static int complain_conflict(const struct config *config,
                             const struct contexts_conflict *conflict) {
  char a[OID_TEXT_SIZE], b[OID_TEXT_SIZE];
  oid_format(conflict->a.oid->sub, conflict->a.oid->length, a, sizeof(a));
  oid_format(conflict->b.oid->sub, conflict->b.oid->length, b, sizeof(b));
  ERROR("snmp_agent plugin: %s has OID %s and %s has OID %s: an object must be neither "
        "the same as another nor inside it; is a profile included twice?",
        config_where(config, conflict->a.owner), a,
        config_where(config, conflict->b.owner), b);
  return -EEXIST;
}

static int add_region(void *ctx, const struct agentx_region *region) {
  return agentx_add_region(ctx, region);
}

static int remove_region(void *ctx, const struct agentx_region *region) {
  return agentx_remove_region(ctx, region);
}

static int make_agent(struct service *s) {
  static const struct agentx_ops ops = {
      .begin = begin,
      .end = end,
      .get = get,
      .get_next = get_next,
      .test_set = test_set,
      .commit_set = commit_set,
      .undo_set = undo_set,
      .cleanup_set = cleanup_set,
      .registered = registered,
  };
  const struct config *config = s->config;
  struct agentx_options options = {
      .address = config->socket != NULL ? config->socket : default_socket,
      .description = "collectd: values of its cache",
      .timeout_s = (uint8_t)config->timeout,
      .ping_ms = (uint32_t)(config->ping * 1000),
      .log = log_line,
  };
  int status = agentx_new(&options, &ops, s, &s->agentx);
  if (status != 0)
    return status;
  struct contexts_registrar registrar = {add_region, remove_region, s->agentx};
  return contexts_register(s->contexts, &registrar);
}

// What the timeout leaves for an owner's answer to a SET. snmpd 5.9 gives a subagent up
// after six seconds, whatever timeout it was told.
static unsigned patience_ms(const struct config *config) {
  enum { MOST = 4000 };
  unsigned patience = (unsigned)config->timeout * 750;
  return patience < MOST ? patience : MOST;
}

int service_create(struct config *config, struct service **ret_service) {
  struct service *s = calloc(1, sizeof(*s));
  if (s == NULL) {
    config_destroy(config);
    return -ENOMEM;
  }
  pthread_mutex_init(&s->lock, NULL);
  s->config = config;
  s->sets = sets_create(patience_ms(config));
  s->health = health_create(config);
  s->trap_faults = calloc(config->trap_count + 1, sizeof(*s->trap_faults));
  struct contexts_conflict conflict;
  int status = s->sets == NULL || s->health == NULL || s->trap_faults == NULL
                   ? -ENOMEM
                   : contexts_create(config->mapping, &s->contexts, &conflict);
  if (status == -EEXIST)
    complain_conflict(config, &conflict);
  if (status == 0)
    status = make_agent(s);
  if (status != 0) {
    service_destroy(s);
    return status;
  }
  *ret_service = s;
  return 0;
}

void service_destroy(struct service *s) {
  if (s == NULL)
    return;
  if (s->agentx != NULL)
    agentx_stop(s->agentx);
  contexts_destroy(s->contexts);
  agentx_free(s->agentx);
  sets_destroy(s->sets);
  health_destroy(s->health);
  free(s->trap_faults);
  config_destroy(s->config);
  pthread_mutex_destroy(&s->lock);
  free(s);
}

int service_start(struct service *s) {
  return agentx_start(s->agentx);
}

// --- what the cache brings, in collectd's threads -------------------------------

bool service_wants(const struct service *s, const struct sample *sample) {
  return mapping_wants(s->config->mapping, sample);
}

static void tell_troubles(const struct service *s, const struct sample *sample,
                          const struct trouble_list *troubles) {
  char what[TROUBLE_TEXT_SIZE];
  for (size_t i = 0; i < troubles->report_count; i++)
    WARNING("snmp_agent plugin: %s: %s %s; the like is not said again for this block",
            config_where(s->config, troubles->reports[i].rule), sample->name,
            trouble_format(&troubles->reports[i], what, sizeof(what)));
}

void service_update(struct service *s, const struct sample *sample, bool add) {
  struct trouble_list troubles;
  troubles.report_count = 0; // the rest is written when need be
  pthread_mutex_lock(&s->lock);
  mapping_update(s->config->mapping, sample, add, &troubles);
  pthread_mutex_unlock(&s->lock);
  tell_troubles(s, sample, &troubles);
}

void service_take_ahead(struct service *s, const struct sample *sample) {
  struct trouble_list troubles;
  troubles.report_count = 0;
  pthread_mutex_lock(&s->lock);
  mapping_take_ahead(s->config->mapping, sample, &troubles);
  pthread_mutex_unlock(&s->lock);
  tell_troubles(s, sample, &troubles);
}

int service_tell(struct service *s, const struct sample *sample, enum news news) {
  struct trouble_list troubles;
  troubles.report_count = 0;
  pthread_mutex_lock(&s->lock);
  int status = mapping_tell(s->config->mapping, sample, news, &troubles);
  pthread_mutex_unlock(&s->lock);
  tell_troubles(s, sample, &troubles);
  return status;
}

void service_expire(struct service *s, const char *name) {
  pthread_mutex_lock(&s->lock);
  mapping_expire(s->config->mapping, name, cdtime());
  pthread_mutex_unlock(&s->lock);
}

void service_report(struct service *s) {
  struct agentx_stats stats;
  agentx_stats(s->agentx, &stats);
  pthread_mutex_lock(&s->lock);
  mapping_sweep(s->config->mapping, cdtime());
  health_look(s->health);
  pthread_mutex_unlock(&s->lock);
  health_tell(s->health, &stats);
}

static void tell_trap_fault(struct service *s, size_t i, int status) {
  const char *where = config_where(s->config, s->config->traps[i]);
  pthread_mutex_lock(&s->lock);
  enum ha_news news = ha_fault_watch(&s->trap_faults[i], status);
  pthread_mutex_unlock(&s->lock);
  if (news == HA_BEGUN)
    WARNING("snmp_agent plugin: %s: a trap is lost: %s; further ones are not told until "
            "one could be sent",
            where, STRERROR(-status));
  if (news == HA_OVER)
    INFO("snmp_agent plugin: %s: traps are sent again", where);
}

void service_notify(struct service *s, const struct trap_event *event) {
  for (size_t i = 0; i < s->config->trap_count; i++) {
    const struct trap_rule *rule = s->config->traps[i];
    if (!trap_wants(rule, event))
      continue;
    struct agentx_notification *notification = NULL;
    pthread_mutex_lock(&s->lock);
    int status = trap_make(rule, event, &notification);
    pthread_mutex_unlock(&s->lock);
    if (status == 0)
      status = agentx_notify(s->agentx, notification);
    tell_trap_fault(s, i, status);
  }
}
