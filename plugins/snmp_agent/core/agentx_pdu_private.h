// SPDX-License-Identifier: MIT
// How is a value, an OID laid out in a PDU, whether it is read or written?
#ifndef HA_SNMP_AGENT_AGENTX_PDU_PRIVATE_H
#define HA_SNMP_AGENT_AGENTX_PDU_PRIVATE_H

#include "core/agentx_pdu.h"

// An OID below these and one more, at most 255, may leave out the four (RFC 2741, section
// 5.1).
enum { PREFIX_LENGTH = 5 };
static const uint32_t internet[PREFIX_LENGTH - 1] = {1, 3, 6, 1};

// What follows a variable binding's name.
enum body { BODY_UNKNOWN, BODY_NOTHING, BODY_32, BODY_64, BODY_BYTES, BODY_OID };

static inline enum body body_of(unsigned type) {
  static const uint8_t bodies[] = {
      [SMI_INTEGER32] = BODY_32,
      [SMI_OCTET_STRING] = BODY_BYTES,
      [SMI_NULL] = BODY_NOTHING,
      [SMI_OBJECT_IDENTIFIER] = BODY_OID,
      [SMI_IP_ADDRESS] = BODY_BYTES,
      [SMI_COUNTER32] = BODY_32,
      [SMI_GAUGE32] = BODY_32,
      [SMI_TIME_TICKS] = BODY_32,
      [SMI_OPAQUE] = BODY_BYTES,
      [SMI_COUNTER64] = BODY_64,
      [SMI_NO_SUCH_OBJECT] = BODY_NOTHING,
      [SMI_NO_SUCH_INSTANCE] = BODY_NOTHING,
      [SMI_END_OF_MIB_VIEW] = BODY_NOTHING,
  };
  return type < sizeof(bodies) ? bodies[type] : BODY_UNKNOWN;
}

// With the zeros that make it a multiple of four.
static inline size_t padded(size_t length) {
  return (length + 3) & ~(size_t)3;
}

#endif
