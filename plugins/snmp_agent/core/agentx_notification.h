// SPDX-License-Identifier: MIT
// What does a notification carry on its way to the master?
#ifndef HA_SNMP_AGENT_AGENTX_NOTIFICATION_H
#define HA_SNMP_AGENT_AGENTX_NOTIFICATION_H

#include <stddef.h>
#include <stdint.h>

#include "core/agentx_writer.h"

// A notification as the body of a Notify PDU, ready to be sent.
struct agentx_notification {
  struct agentx_notification *next; // its queue's
  uint8_t flags;                    // enum agentx_flag
  size_t length;
  uint8_t body[]; // the context unless it is the default one, then the varbinds
};

struct agentx_binding {
  const uint32_t *name;
  size_t name_length;
  struct smi_value value;
};

// Encodes snmpTrapOID.0 = `trap` and the bindings behind it; sysUpTime.0 is left to
// the master. Copies all it needs; any thread. Returns 0, -ENOMEM, -EMSGSIZE (over
// AGENTX_MAX_PDU) or -EINVAL (a value that can't be sent, a context too long). The
// caller frees *ret with free().
int agentx_notification_new(const char *context, const struct oid *trap,
                            const struct agentx_binding *bindings, size_t n,
                            struct agentx_notification **ret);

// Appends it to `w` as a Notify PDU. Returns what agentx_end() returns.
int agentx_write_notify(struct agentx_writer *w, struct agentx_header h,
                        const struct agentx_notification *notification);

#endif
