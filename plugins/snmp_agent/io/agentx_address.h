// SPDX-License-Identifier: MIT
// Where is the master?
#ifndef HA_SNMP_AGENT_AGENTX_ADDRESS_H
#define HA_SNMP_AGENT_AGENTX_ADDRESS_H

#include <sys/socket.h>

struct agentx_address {
  struct sockaddr_storage sockaddr;
  socklen_t length;
};

// Parses "/path", "unix:/path", "tcp:HOST:PORT" or "tcp:[IPV6]:PORT"; HOST is an
// IPv4 address or localhost. No name is ever looked up. Returns 0, -EINVAL, or
// -ENAMETOOLONG for a path that a socket address can't hold; *ret only on success.
int agentx_address_parse(const char *text, struct agentx_address *ret);

#endif
