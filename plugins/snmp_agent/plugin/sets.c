// SPDX-License-Identifier: MIT
#include "plugin/sets.h"

#include <inttypes.h>
#include <stdlib.h>

#include "utils/common/common.h"

enum { SETS_MAX = 64 };

struct set {
  notification_t owner; // the identifier only; its meta is never filled
  int64_t old, wanted;
};

struct sets {
  struct set set[SETS_MAX];
  size_t len;
  size_t done; // how many of them have been committed
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
    if (strcmp(m->name, may_be_set.key) == 0 || strcmp(m->name, is_to_be_set.key) == 0)
      return true;
  return false;
}

struct sets *sets_create(void) {
  return calloc(1, sizeof(struct sets));
}

void sets_destroy(struct sets *sets) {
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
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(outcomes); i++)
    if (strcmp(result, outcomes[i].result) == 0)
      return outcomes[i].error;
  return AGENTX_GEN_ERR;
}

static void say_why_not(const notification_t *n, enum agentx_error error) {
  const char *reason = find_text(n, "snmp_agent:reason");
  if (reason == NULL)
    reason = find_text(n, "snmp_agent:result") == NULL
                 ? "no plugin answers for it; its own Writable or the like is off"
                 : "no reason was given";
  INFO("snmp_agent plugin: %s: %s, %s", n->message, agentx_error_name(error), reason);
}

static enum agentx_error ask(const struct set *set, const struct question *question,
                             int64_t value) {
  notification_t n = set->owner;
  char text[32];
  ssnprintf(text, sizeof(text), "%" PRId64, value);
  n.time = cdtime();
  ssnprintf(n.message, sizeof(n.message), "SNMP %s %s/%s%s%s/%s%s%s %s to %s",
            question->verb, n.host, n.plugin, n.plugin_instance[0] != '\0' ? "-" : "",
            n.plugin_instance, n.type, n.type_instance[0] != '\0' ? "-" : "",
            n.type_instance, question->wish, text);
  if (plugin_notification_meta_add_string(&n, question->key, text) != 0)
    return AGENTX_RESOURCE_UNAVAILABLE;
  plugin_dispatch_notification(&n);
  enum agentx_error error = outcome(&n);
  if (error != AGENTX_NO_ERROR)
    say_why_not(&n, error);
  plugin_notification_meta_free(n.meta);
  return error;
}

enum agentx_error sets_test(struct sets *sets, const struct set_target *target) {
  if (sets->len == SETS_MAX)
    return AGENTX_RESOURCE_UNAVAILABLE;
  struct set *set = &sets->set[sets->len];
  if (parse_owner(target->identifier, &set->owner) != 0)
    return AGENTX_GEN_ERR;
  set->old = target->old;
  set->wanted = target->wanted;
  enum agentx_error error = ask(set, &may_be_set, set->wanted);
  if (error == AGENTX_NO_ERROR)
    sets->len++;
  return error;
}

enum agentx_error sets_commit(struct sets *sets) {
  for (; sets->done < sets->len; sets->done++) {
    const struct set *set = &sets->set[sets->done];
    if (ask(set, &is_to_be_set, set->wanted) != AGENTX_NO_ERROR)
      return AGENTX_COMMIT_FAILED;
  }
  return AGENTX_NO_ERROR;
}

enum agentx_error sets_undo(struct sets *sets) {
  enum agentx_error error = AGENTX_NO_ERROR;
  for (; sets->done > 0; sets->done--) {
    const struct set *set = &sets->set[sets->done - 1];
    if (ask(set, &is_to_be_set, set->old) != AGENTX_NO_ERROR)
      error = AGENTX_UNDO_FAILED;
  }
  return error;
}

void sets_cleanup(struct sets *sets) {
  sets->len = 0;
  sets->done = 0;
}
