// SPDX-License-Identifier: MIT
// What can a variable binding hold?
#ifndef HA_SNMP_AGENT_SMI_H
#define HA_SNMP_AGENT_SMI_H

#include <stddef.h>
#include <stdint.h>

// The types of a variable binding by their codes in RFC 2741, section 5.4,
// which are SNMP's own BER tags. Unsigned32 shares its code with Gauge32.
enum smi_type {
  SMI_INTEGER32 = 2,
  SMI_OCTET_STRING = 4,
  SMI_NULL = 5,
  SMI_OBJECT_IDENTIFIER = 6,
  SMI_IP_ADDRESS = 64,
  SMI_COUNTER32 = 65,
  SMI_GAUGE32 = 66,
  SMI_TIME_TICKS = 67,
  SMI_OPAQUE = 68,
  SMI_COUNTER64 = 70,
  SMI_NO_SUCH_OBJECT = 128,
  SMI_NO_SUCH_INSTANCE = 129,
  SMI_END_OF_MIB_VIEW = 130,
};

// One value. Which member holds it follows from the type: `number` for the
// integer types (an Integer32 as its two's complement in 64 bits), `bytes` for
// strings, IpAddress (4 bytes, network order) and Opaque, `subids` for an OID.
// What it points to belongs to whoever filled it in.
struct smi_value {
  enum smi_type type;
  uint32_t length; // bytes or sub-identifiers
  union {
    uint64_t number;
    const uint8_t *bytes;
    const uint32_t *subids;
  };
};

#endif
