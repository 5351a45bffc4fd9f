// SPDX-License-Identifier: MIT
// How does an event become a trap?
#include "core/trap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/row_name.h"
#include "core/wanted.h"

// A binding and all it points to.
struct bound_object {
  struct oid name;
  struct source_buffer source_buffer;
  struct syntax_buffer syntax_buffer;
};

void trap_rule_free(struct trap_rule *rule) {
  if (rule == NULL)
    return;
  for (size_t i = 0; i < FIELD_COUNT; i++)
    free(rule->match[i]);
  for (size_t i = 0; i < rule->object_count; i++) {
    source_free(&rule->objects[i].source);
    free(rule->objects[i].table_name);
  }
  where_free(rule->where, rule->where_count);
  if (rule->message != NULL)
    regfree(rule->message);
  free(rule->message);
  if (rule->context_source != NULL)
    source_free(rule->context_source);
  free(rule->context_source);
  free(rule->objects);
  free(rule->context);
  free(rule->name);
  free(rule);
}

bool trap_wants(const struct trap_rule *rule, const struct trap_event *event) {
  for (size_t i = 0; i < FIELD_COUNT; i++)
    if (rule->match[i] != NULL && strcmp(rule->match[i], event->sample.field[i]) != 0)
      return false;
  if (rule->severities != 0 && !(rule->severities & event->severity))
    return false;
  if (rule->message != NULL && regexec(rule->message, event->message, 0, NULL, 0) != 0)
    return false;
  return where_fits(rule->where, rule->where_count, &event->sample);
}

static int name_instance(const struct trap_object *object, const struct sample *sample,
                         struct oid *ret) {
  *ret = object->oid;
  if (object->table == NULL)
    return 0;
  struct oid index;
  int status = row_name_index(object->table, sample, &index);
  return status == 0 ? oid_append(ret, index.sub, index.length) : status;
}

static int bind_object(const struct trap_object *object, const struct sample *sample,
                       struct bound_object *bound, struct agentx_binding *ret) {
  struct raw_value raw;
  int status = name_instance(object, sample, &bound->name);
  if (status == 0)
    status = source_read(&object->source, sample, 0, &bound->source_buffer, &raw);
  if (status == 0)
    status = syntax_convert(object->syntax, &object->options, &raw, &bound->syntax_buffer,
                            &ret->value);
  if (status != 0)
    return status;
  ret->name = bound->name.sub;
  ret->name_length = bound->name.length;
  return 0;
}

int trap_make(const struct trap_rule *rule, const struct trap_event *event,
              struct agentx_notification **ret) {
  size_t n = rule->object_count, length = 0;
  struct bound_object *bound = calloc(n + 1, sizeof(*bound));
  struct agentx_binding *bindings = calloc(n + 1, sizeof(*bindings));
  int status = -ENOMEM;
  if (bound != NULL && bindings != NULL) {
    for (size_t i = 0; i < n; i++)
      if (bind_object(&rule->objects[i], &event->sample, &bound[length],
                      &bindings[length]) == 0)
        length++;
    char text[CONTEXT_MAX + 1];
    const char *context;
    status =
        read_context(rule->context_source, rule->context, &event->sample, text, &context);
    if (status == 0)
      status = agentx_notification_new(context, &rule->trap, bindings, length, ret);
  }
  free(bound);
  free(bindings);
  return status;
}
