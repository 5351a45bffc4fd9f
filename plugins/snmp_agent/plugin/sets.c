// SPDX-License-Identifier: MIT
// How does a SET find its owner, and its outcome?
#include "plugin/sets.h"

#include "common/core/array.h"
#include "common/core/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "io/worker.h"
#include "utils/common/common.h"

// More bindings than an SNMP message of 64 kB has room for.
enum { SETS_MAX = 8192 };

struct sets {
  struct set_target *targets;
  size_t target_count;
  size_t done; // how many of them have been committed, or may yet be
  struct worker *worker;
  unsigned patience_ms;
  uint64_t deadline; // of the step under way
  struct ha_fault lateness;
};

// What an owner is asked: the key of the wanted value, and the words around the object.
struct question {
  const char *key, *verb, *wish;
};

static const struct question may_be_set = {"snmp_agent:test", "asks whether",
                                           "may be set"};
static const struct question is_to_be_set = {"snmp_agent:set", "wants", "to be set"};

bool sets_is_request(const notification_t *n) {
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (m->type == NM_TYPE_SIGNED_INT &&
        (strcmp(m->name, may_be_set.key) == 0 || strcmp(m->name, is_to_be_set.key) == 0))
      return true;
  return false;
}

struct sets *sets_create(unsigned patience_ms) {
  struct sets *sets = calloc(1, sizeof(*sets));
  if (sets == NULL)
    return NULL;
  sets->patience_ms = patience_ms;
  sets->worker = worker_create();
  if (sets->worker != NULL)
    return sets;
  free(sets);
  return NULL;
}

void sets_destroy(struct sets *sets) {
  if (sets == NULL)
    return;
  worker_destroy(sets->worker);
  free(sets->targets);
  free(sets);
}

static int parse_owner(const char *identifier, notification_t *ret) {
  value_list_t vl = VALUE_LIST_INIT;
  if (parse_identifier_vl(identifier, &vl) != 0)
    return -1;
  *ret = (notification_t){.severity = NOTIF_OKAY};
  sstrncpy(ret->host, vl.host, sizeof(ret->host));
  sstrncpy(ret->plugin, vl.plugin, sizeof(ret->plugin));
  sstrncpy(ret->plugin_instance, vl.plugin_instance, sizeof(ret->plugin_instance));
  sstrncpy(ret->type, vl.type, sizeof(ret->type));
  sstrncpy(ret->type_instance, vl.type_instance, sizeof(ret->type_instance));
  return 0;
}

static const char *find_text(const notification_t *n, const char *key) {
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (m->type == NM_TYPE_STRING && strcmp(m->name, key) == 0)
      return m->nm_value.nm_string;
  return NULL;
}

static enum agentx_error outcome(const notification_t *n) {
  static const struct {
    const char *result;
    enum agentx_error error;
  } outcomes[] = {
      {"ok", AGENTX_NO_ERROR},
      {"notWritable", AGENTX_NOT_WRITABLE},
      {"wrongValue", AGENTX_WRONG_VALUE},
      {"genErr", AGENTX_GEN_ERR},
  };
  const char *result = find_text(n, "snmp_agent:result");
  if (result == NULL)
    return AGENTX_NOT_WRITABLE;
  for (size_t i = 0; i < HA_COUNT_OF(outcomes); i++)
    if (strcmp(result, outcomes[i].result) == 0)
      return outcomes[i].error;
  return AGENTX_GEN_ERR;
}

static void say_why_not(const notification_t *n, enum agentx_error error) {
  const char *reason = find_text(n, "snmp_agent:reason");
  if (reason == NULL)
    reason = find_text(n, "snmp_agent:result") == NULL
                 ? "no plugin answers for it: perhaps Writable is not true there"
                 : "no reason was given";
  INFO("snmp_agent plugin: %s: %s, %s", n->message, agentx_error_name(error), reason);
}

static int add_question(notification_t *n, const struct set_target *target,
                        const struct question *question, int64_t value) {
  int status = plugin_notification_meta_add_signed_int(n, question->key, value);
  if (status == 0 && target->data_source[0] != '\0')
    status = plugin_notification_meta_add_string(n, "snmp_agent:data_source",
                                                 target->data_source);
  return status;
}

static enum agentx_error ask_owner(const struct set_target *target,
                                   const struct question *question, int64_t value) {
  notification_t n;
  if (parse_owner(target->identifier, &n) != 0)
    return AGENTX_GEN_ERR;
  n.time = cdtime();
  ssnprintf(n.message, sizeof(n.message), "SNMP %s %s/%s%s%s/%s%s%s %s to %" PRId64,
            question->verb, n.host, n.plugin, n.plugin_instance[0] != '\0' ? "-" : "",
            n.plugin_instance, n.type, n.type_instance[0] != '\0' ? "-" : "",
            n.type_instance, question->wish, value);
  if (add_question(&n, target, question, value) != 0) {
    plugin_notification_meta_free(n.meta);
    return AGENTX_RESOURCE_UNAVAILABLE;
  }
  plugin_dispatch_notification(&n);
  enum agentx_error error = outcome(&n);
  if (error != AGENTX_NO_ERROR)
    say_why_not(&n, error);
  plugin_notification_meta_free(n.meta);
  return error;
}

// A question on its way to the owner and back, in the worker's thread.
struct errand {
  struct set_target target;
  const struct question *question;
  int64_t value;
  enum agentx_error error;
};

static void run_errand(void *arg) {
  struct errand *e = arg;
  e->error = ask_owner(&e->target, e->question, e->value);
}

static void say_late(struct sets *sets, const struct set_target *target, int status) {
  if (ha_fault_judge(&sets->lateness, true) == HA_BEGUN)
    WARNING(HA_PLUGIN_NAME " plugin: SNMP can't wait for the owner of %s: %s. It must "
                           "answer within %u ms, the time that AgentXTimeout leaves it",
            target->identifier,
            status == -ETIMEDOUT ? "it takes too long" : STRERROR(-status),
            sets->patience_ms);
}

static void begin_step(struct sets *sets) {
  sets->deadline = worker_clock() + sets->patience_ms;
}

// snmpd gives up a subagent that doesn't answer it in time, with all its tables: an owner
// that is late costs its own SET only. Returns 0 or -errno.
static int ask(struct sets *sets, const struct set_target *target,
               const struct question *question, int64_t value,
               enum agentx_error *ret_error) {
  struct errand errand = {.target = *target, .question = question, .value = value};
  int status =
      worker_do(sets->worker, run_errand, &errand, sizeof(errand), sets->deadline);
  if (status != 0) {
    say_late(sets, target, status);
    return status;
  }
  ha_fault_judge(&sets->lateness, false);
  *ret_error = errand.error;
  return 0;
}

static int make_room(struct sets *sets) {
  if (sets->target_count == SETS_MAX)
    return -ENOBUFS;
  struct set_target *grown =
      ha_array_room(sets->targets, sets->target_count, sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  sets->targets = grown;
  return 0;
}

enum agentx_error sets_test(struct sets *sets, const struct set_target *target) {
  int status = make_room(sets);
  if (status != 0) {
    WARNING("snmp_agent plugin: a SET of more than %zu objects is refused: %s",
            sets->target_count, STRERROR(-status));
    return AGENTX_RESOURCE_UNAVAILABLE;
  }
  if (sets->target_count == 0)
    begin_step(sets);
  enum agentx_error error;
  if (ask(sets, target, &may_be_set, target->wanted, &error) != 0)
    return AGENTX_RESOURCE_UNAVAILABLE;
  if (error == AGENTX_NO_ERROR)
    sets->targets[sets->target_count++] = *target;
  return error;
}

enum agentx_error sets_commit(struct sets *sets, uint16_t *ret_index) {
  begin_step(sets);
  for (; sets->done < sets->target_count; sets->done++) {
    const struct set_target *target = &sets->targets[sets->done];
    enum agentx_error error;
    int status = ask(sets, target, &is_to_be_set, target->wanted, &error);
    if (status == 0 && error == AGENTX_NO_ERROR)
      continue;
    *ret_index = (uint16_t)(sets->done + 1);
    sets->done += status != 0; // it may be done yet
    return AGENTX_COMMIT_FAILED;
  }
  return AGENTX_NO_ERROR;
}

enum agentx_error sets_undo(struct sets *sets, uint16_t *ret_index) {
  enum agentx_error result = AGENTX_NO_ERROR;
  begin_step(sets);
  for (; sets->done > 0; sets->done--) {
    const struct set_target *target = &sets->targets[sets->done - 1];
    enum agentx_error error;
    if (ask(sets, target, &is_to_be_set, target->old, &error) == 0 &&
        error == AGENTX_NO_ERROR)
      continue;
    *ret_index = (uint16_t)sets->done;
    result = AGENTX_UNDO_FAILED;
  }
  return result;
}

void sets_cleanup(struct sets *sets) {
  sets->target_count = 0;
  sets->done = 0;
}
