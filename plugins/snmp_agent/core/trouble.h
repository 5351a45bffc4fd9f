// SPDX-License-Identifier: MIT
// Why can a value that a rule wants not be served?
#ifndef HA_SNMP_AGENT_TROUBLE_H
#define HA_SNMP_AGENT_TROUBLE_H

// Told once a rule and kind.
enum trouble {
  TROUBLE_NO_INDEX, // a part of the index has no source
  TROUBLE_INDEX,    // a part of the index does not fit its syntax
  TROUBLE_TOO_LONG, // the index doesn't fit into an OID
  TROUBLE_VALUE,    // the value does not fit the column's syntax
  TROUBLE_RANGE,    // it fits, but is outside of what the column's MIB allows
  TROUBLE_TWICE,    // another value fills the same instance
  TROUBLE_CONTEXT,  // ContextFrom yields no context
  TROUBLE_CONTEXTS, // more contexts than are served
  TROUBLE_MEMORY,
  TROUBLE_COUNT,
};

enum { TROUBLE_VALUE_SIZE = 48 }; // of a value that does not fit, cut off

#endif
