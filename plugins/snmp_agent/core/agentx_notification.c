// SPDX-License-Identifier: MIT
// What does a notification carry on its way to the master?
#include "core/agentx_notification.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

static void put_body(struct agentx_writer *w, const char *context, const struct oid *trap,
                     const struct agentx_binding *bindings, size_t n) {
  struct smi_value value = {
      .type = SMI_OBJECT_IDENTIFIER, .length = trap->length, .subids = trap->sub};
  if (context[0] != '\0')
    agentx_put_bytes(w, context, strlen(context));
  agentx_put_varbind(w, snmp_trap_oid, HA_COUNT_OF(snmp_trap_oid), &value);
  for (size_t i = 0; i < n; i++)
    agentx_put_varbind(w, bindings[i].name, bindings[i].name_length, &bindings[i].value);
}

static int copy_body(const struct agentx_writer *w, uint8_t flags,
                     struct agentx_notification **ret) {
  size_t length = w->length - AGENTX_HEADER_SIZE;
  struct agentx_notification *n = malloc(sizeof(*n) + length);
  if (n == NULL)
    return -ENOMEM;
  n->next = NULL;
  n->flags = flags;
  n->length = length;
  memcpy(n->body, w->buf + AGENTX_HEADER_SIZE, length);
  *ret = n;
  return 0;
}

int agentx_notification_new(const char *context, const struct oid *trap,
                            const struct agentx_binding *bindings, size_t n,
                            struct agentx_notification **ret) {
  if (strlen(context) > AGENTX_CONTEXT_MAX)
    return -EINVAL;
  struct agentx_writer w;
  struct agentx_header h = {
      .type = AGENTX_NOTIFY,
      .flags = context[0] != '\0' ? AGENTX_NON_DEFAULT_CONTEXT : 0,
  };
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  agentx_begin(&w, &h);
  put_body(&w, context, trap, bindings, n);
  int status = agentx_end(&w);
  if (status == 0)
    status = copy_body(&w, h.flags, ret);
  agentx_writer_free(&w);
  return status;
}

int agentx_write_notify(struct agentx_writer *w, struct agentx_header h,
                        const struct agentx_notification *notification) {
  h.type = AGENTX_NOTIFY;
  h.flags = notification->flags;
  agentx_begin(w, &h);
  agentx_put_raw(w, notification->body, notification->length);
  return agentx_end(w);
}
