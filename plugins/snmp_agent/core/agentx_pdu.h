// SPDX-License-Identifier: MIT
// What does an AgentX PDU look like in bytes (RFC 2741, sections 5 and 6)?
#ifndef HA_SNMP_AGENT_AGENTX_PDU_H
#define HA_SNMP_AGENT_AGENTX_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/oid.h"
#include "core/smi.h"

enum agentx_type {
  AGENTX_OPEN = 1,
  AGENTX_CLOSE,
  AGENTX_REGISTER,
  AGENTX_UNREGISTER,
  AGENTX_GET,
  AGENTX_GET_NEXT,
  AGENTX_GET_BULK,
  AGENTX_TEST_SET,
  AGENTX_COMMIT_SET,
  AGENTX_UNDO_SET,
  AGENTX_CLEANUP_SET,
  AGENTX_NOTIFY,
  AGENTX_PING,
  AGENTX_INDEX_ALLOCATE,
  AGENTX_INDEX_DEALLOCATE,
  AGENTX_ADD_AGENT_CAPS,
  AGENTX_REMOVE_AGENT_CAPS,
  AGENTX_RESPONSE,
};

enum agentx_flag {
  AGENTX_INSTANCE_REGISTRATION = 0x01,
  AGENTX_NON_DEFAULT_CONTEXT = 0x08,
  AGENTX_NETWORK_BYTE_ORDER = 0x10,
};

// What a Response may say: SNMP's own error-status (RFC 3416), then AgentX's.
enum agentx_error {
  AGENTX_NO_ERROR = 0,
  AGENTX_TOO_BIG = 1,
  AGENTX_GEN_ERR = 5,
  AGENTX_NO_ACCESS = 6,
  AGENTX_WRONG_TYPE = 7,
  AGENTX_WRONG_LENGTH = 8,
  AGENTX_WRONG_ENCODING = 9,
  AGENTX_WRONG_VALUE = 10,
  AGENTX_NO_CREATION = 11,
  AGENTX_INCONSISTENT_VALUE = 12,
  AGENTX_RESOURCE_UNAVAILABLE = 13,
  AGENTX_COMMIT_FAILED = 14,
  AGENTX_UNDO_FAILED = 15,
  AGENTX_NOT_WRITABLE = 17,
  AGENTX_INCONSISTENT_NAME = 18,
  AGENTX_OPEN_FAILED = 256,
  AGENTX_NOT_OPEN = 257,
  AGENTX_UNSUPPORTED_CONTEXT = 262,
  AGENTX_DUPLICATE_REGISTRATION = 263,
  AGENTX_UNKNOWN_REGISTRATION = 264,
  AGENTX_PARSE_ERROR = 266,
  AGENTX_REQUEST_DENIED = 267,
  AGENTX_PROCESSING_ERROR = 268,
};

// The name of an error as the RFCs spell it, or "unknown error".
const char *agentx_error_name(int error);

// Why a PDU was not understood. 0 is "understood".
enum agentx_fault {
  AGENTX_FINE,
  AGENTX_BAD_VERSION,   // not AgentX version 1
  AGENTX_BAD_TYPE,      // a PDU type that no master sends
  AGENTX_BAD_SIZE,      // longer than AGENTX_MAX_PAYLOAD
  AGENTX_BAD_ALIGNMENT, // payload not a multiple of four bytes
  AGENTX_TRUNCATED,     // a field reaches past its PDU
  AGENTX_BAD_OID,       // more than OID_LENGTH_MAX sub-identifiers
  AGENTX_BAD_CONTEXT,   // longer than AGENTX_CONTEXT_MAX, or holds a NUL
  AGENTX_BAD_VARBIND,   // a value of unknown type or wrong length
  AGENTX_FAULT_COUNT
};

// The name of a fault, fit for a metric's type instance or a log line.
const char *agentx_fault_name(enum agentx_fault fault);

enum {
  AGENTX_HEADER_SIZE = 20,
  AGENTX_CONTEXT_MAX = 255,
  // The largest payload taken from a master. A full 64 kB SNMP request, its
  // compact OIDs spelt out four bytes a sub-identifier, stays well below.
  AGENTX_MAX_PAYLOAD = 1 << 20,
  // The largest PDU to send, header included: snmpd 5.9 refuses longer ones.
  AGENTX_MAX_PDU = 65536,
};

struct agentx_header {
  enum agentx_type type;
  uint8_t flags;
  uint32_t session_id;
  uint32_t transaction_id;
  uint32_t packet_id;
  uint32_t payload_length; // bytes
};

// Reads the header at the start of `buf`, in the byte order its flags tell.
// Needs AGENTX_HEADER_SIZE bytes, else AGENTX_TRUNCATED: more may come. The payload
// of a BAD_TYPE can be skipped, so *ret is filled in for it, too; all other faults
// leave nothing to go on with.
enum agentx_fault agentx_read_header(const uint8_t *buf, size_t length,
                                     struct agentx_header *ret);

// A cursor over one PDU's payload. It never moves past `end`; after a fault only the
// fault counts, not where the cursor stands.
struct agentx_reader {
  const uint8_t *at;
  const uint8_t *end;
  bool big_endian;
};

// Sets the cursor to the payload of `header`, which must be all there.
void agentx_reader_init(struct agentx_reader *r, const struct agentx_header *header,
                        const uint8_t *payload);

// True at the end of the payload.
bool agentx_at_end(const struct agentx_reader *r);

// Read a number in the PDU's byte order.
enum agentx_fault agentx_read_u16(struct agentx_reader *r, uint16_t *ret);
enum agentx_fault agentx_read_u32(struct agentx_reader *r, uint32_t *ret);

// Reads an OID, spelling out a compressed internet prefix. `ret_include`, which
// may be NULL, gets the include bit.
enum agentx_fault agentx_read_oid(struct agentx_reader *r, struct oid *ret,
                                  bool *ret_include);

// Reads an octet string with its padding. *ret_bytes points into the payload.
enum agentx_fault agentx_read_bytes(struct agentx_reader *r, const uint8_t **ret_bytes,
                                    uint32_t *ret_length);

// Reads the context if the header says there is one, else yields "".
enum agentx_fault agentx_read_context(struct agentx_reader *r,
                                      const struct agentx_header *header,
                                      char ret[static AGENTX_CONTEXT_MAX + 1]);

// A search range: names from `start` (itself if `include`) to before `end`. An
// `end` of length 0 is no bound.
struct agentx_range {
  struct oid start;
  struct oid end;
  bool include;
};

// Reads a search range (RFC 2741, section 5.2).
enum agentx_fault agentx_read_range(struct agentx_reader *r, struct agentx_range *ret);

// A variable binding as a master sends it. `value` points into the PDU, or to
// `value_oid`, and lives as long as both.
struct agentx_varbind {
  struct oid name;
  struct smi_value value;
  struct oid value_oid;
};

// On a fault, what *ret holds is undefined.
enum agentx_fault agentx_read_varbind(struct agentx_reader *r,
                                      struct agentx_varbind *ret);

// The fixed part of a Response.
struct agentx_response {
  uint32_t sys_uptime; // hundredths of a second
  uint16_t error;      // enum agentx_error, or any other number
  uint16_t index;      // which variable binding, from 1; 0: none
};

// Reads the fixed part (section 6.2.16); variable bindings may follow.
enum agentx_fault agentx_read_response(struct agentx_reader *r,
                                       struct agentx_response *ret);

// A subtree that a subagent answers for. There is deliberately no way to ask for a
// range of subtrees at once: when snmpd 5.9 refuses a range of which a part is taken,
// it takes that part away from its owner.
struct agentx_region {
  const char *context; // "" is the default context
  struct oid subtree;
  uint8_t priority; // lower wins; 127 is usual
};

#endif
