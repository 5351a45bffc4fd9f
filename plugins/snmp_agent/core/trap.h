// SPDX-License-Identifier: MIT
// How does an event become a trap?
#ifndef HA_SNMP_AGENT_TRAP_H
#define HA_SNMP_AGENT_TRAP_H

#include "core/agentx_notification.h"
#include "core/mapping.h"

// One variable binding of a trap: an object, its instance, and the value it had when
// the event happened.
struct trap_object {
  struct oid oid;
  char *table_name; // owned, or NULL: `oid` is the instance
  // Whose index keys, read from the event, give the instance.
  const struct table_rule *table;
  struct source source; // reads the event
  enum syntax syntax;
  struct syntax_options options;
};

// One Notification block: which events, which trap.
struct trap_rule {
  char *name;
  char *context;                 // NULL is the default context
  struct source *context_source; // ContextFrom, or NULL; owned
  char *match[FIELD_COUNT];      // exact text, or NULL for any
  unsigned severities;           // their bits; 0 is any
  regex_t *message;              // or NULL
  struct where *where;
  size_t where_count;
  struct oid trap;
  struct trap_object *objects;
  size_t object_count;
};

// What is to be sent: an event is a sample without values.
struct trap_event {
  struct sample sample;
  unsigned severity; // one bit, as collectd's NOTIF_* are
  const char *message;
};

// Frees the rule and what it owns. Accepts NULL.
void trap_rule_free(struct trap_rule *rule);

// True if the rule wants the event.
bool trap_wants(const struct trap_rule *rule, const struct trap_event *event);

// Makes the notification. An object that the event doesn't tell is left out, as
// RFC 3416 has no way to send "unknown". Returns 0, -ENOMEM, -EMSGSIZE or -EINVAL. The
// caller holds the mapping's lock and frees *ret with free().
int trap_make(const struct trap_rule *rule, const struct trap_event *event,
              struct agentx_notification **ret);

#endif
