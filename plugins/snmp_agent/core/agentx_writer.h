// SPDX-License-Identifier: MIT
// How is a PDU written, whole or not at all?
#ifndef HA_SNMP_AGENT_AGENTX_WRITER_H
#define HA_SNMP_AGENT_AGENTX_WRITER_H

#include "core/agentx_pdu.h"

// A buffer that PDUs are appended to. It grows up to `max` bytes. Once a write
// failed, all that follow do nothing until agentx_end() has undone the PDU.
struct agentx_writer {
  uint8_t *buf; // owned
  size_t length;
  size_t size;
  size_t max;
  size_t pdu; // where the PDU under way starts
  int error;  // 0, -ENOMEM or -EMSGSIZE
};

// Begins with nothing; what it grows to is freed by agentx_writer_free().
void agentx_writer_init(struct agentx_writer *w, size_t max);
void agentx_writer_free(struct agentx_writer *w);

// Starts a PDU; payload_length is filled in later, the byte order is the network's.
void agentx_begin(struct agentx_writer *w, const struct agentx_header *header);

// Ends the PDU. Returns 0, or -ENOMEM, or -EMSGSIZE for a PDU over AGENTX_MAX_PDU
// or a full buffer; then the buffer is as it was before agentx_begin().
int agentx_end(struct agentx_writer *w);

// Undoes the PDU under way.
void agentx_abort(struct agentx_writer *w);

// Append a number; bytes as they are; an Object Identifier (RFC 2741, section 5.1), whose
// usual beginning is shortened; an Octet String (5.3). Without a PDU under way that still
// may be, they do nothing.
void agentx_put_u32(struct agentx_writer *w, uint32_t value);
void agentx_put_raw(struct agentx_writer *w, const void *bytes, size_t length);
void agentx_put_oid(struct agentx_writer *w, const uint32_t *sub, size_t length,
                    bool include);
void agentx_put_bytes(struct agentx_writer *w, const void *bytes, size_t length);

// Appends a variable binding. A value whose type can't be sent, or an IpAddress
// that isn't four bytes long, fails the PDU with -EINVAL.
void agentx_put_varbind(struct agentx_writer *w, const uint32_t *name, size_t name_length,
                        const struct smi_value *value);

// Appends the fixed part of a Response, right behind agentx_begin().
void agentx_put_response(struct agentx_writer *w, enum agentx_error error,
                         uint16_t index);

// Whole PDUs. `h` gives session, transaction and packet id; type and flags are
// set here. Each returns what agentx_end() returns.
int agentx_write_open(struct agentx_writer *w, struct agentx_header h, uint8_t timeout_s,
                      const struct oid *id, const char *description);
int agentx_write_close(struct agentx_writer *w, struct agentx_header h, uint8_t reason);
int agentx_write_register(struct agentx_writer *w, struct agentx_header h,
                          const struct agentx_region *region);
int agentx_write_unregister(struct agentx_writer *w, struct agentx_header h,
                            const struct agentx_region *region);
int agentx_write_ping(struct agentx_writer *w, struct agentx_header h);

enum { AGENTX_REASON_SHUTDOWN = 5 };

#endif
