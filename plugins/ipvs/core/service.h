// SPDX-License-Identifier: MIT
// What is a virtual server, what a real server, and what are they called?

#ifndef HA_IPVS_SERVICE_H
#define HA_IPVS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Room for every name built here, with its final zero. The longest is an IPv6
// address, "_IP255_" and a port: below collectd's DATA_MAX_NAME_LEN.
#define IPVS_NAME_MAX 64

// Room for a virtual server's with its network namespace, as collectd has for an
// instance.
#define IPVS_INSTANCE_MAX 128

// Room for an address as text.
#define IPVS_ADDRESS_TEXT_MAX 48

// Counters since the kernel began and its own estimate of their rates, per
// second. Octets, packets and connections; "in" is towards the real server.
struct ipvs_stats {
  uint64_t connections;
  uint64_t in_packets;
  uint64_t out_packets;
  uint64_t in_octets;
  uint64_t out_octets;
  uint64_t connection_rate;
  uint64_t in_packet_rate;
  uint64_t out_packet_rate;
  uint64_t in_octet_rate;
  uint64_t out_octet_rate;
};

// Identity of a virtual server: a firewall mark of one family, or protocol,
// address and port. What does not take part is zero.
struct ipvs_service_key {
  uint32_t fwmark;
  uint16_t family;     // AF_INET or AF_INET6
  uint16_t protocol;   // IPPROTO_TCP, …
  uint16_t port;       // host byte order
  uint8_t address[16]; // network byte order; IPv4 in the first four bytes
};

// Identity of a real server within its virtual server. A tunnel's family may
// differ from its service's.
struct ipvs_destination_key {
  uint16_t family;
  uint16_t port; // host byte order
  uint8_t address[16];
};

// How much a poll has to tell of a server.
enum ipvs_due { IPVS_DUE_COUNTERS, IPVS_DUE_NUMBERS, IPVS_DUE_FACTS };

// What the plugin itself knows of a server, from poll to poll.
struct ipvs_standing {
  unsigned turn; // which polls are its own
  enum ipvs_due due;
};

struct ipvs_destination {
  struct ipvs_destination_key key;
  uint32_t forwarding; // IP_VS_CONN_F_MASQ, _LOCALNODE, _TUNNEL, _DROUTE
  uint32_t weight;
  uint32_t upper_threshold; // connections; 0: none
  uint32_t lower_threshold;
  uint32_t active;     // connections now
  uint32_t inactive;   // connections now
  uint32_t persistent; // persistence templates now
  uint16_t tunnel_type;
  uint16_t tunnel_port; // host byte order
  uint16_t tunnel_flags;
  struct ipvs_stats stats;
  bool missing;             // it left the kernel, its virtual server did not: all zeros
  int64_t missing_since;    // seconds of the clock that ipvs_remember() is given
  char name[IPVS_NAME_MAX]; // once remembered, as ipvs_destination_name()
  struct ipvs_standing standing;
};

// What is counted over the real servers of a virtual server, missing ones included.
struct ipvs_sums {
  uint64_t servers;
  uint64_t servers_up; // weight above zero
  uint64_t servers_missing;
  uint64_t active;
  uint64_t inactive;
  uint64_t persistent;
};

struct ipvs_service {
  struct ipvs_service_key key;
  char scheduler[17];
  char persistence_engine[17];
  uint32_t flags;   // IP_VS_SVC_F_…
  uint32_t timeout; // of persistence, seconds
  // As the kernel says it: IPv4 a mask in network order, IPv6 a prefix length in host
  // order.
  uint32_t netmask;
  struct ipvs_stats stats;
  struct ipvs_sums sums;
  char name[IPVS_INSTANCE_MAX]; // once remembered, as ipvs_service_name()
  struct ipvs_standing standing;
  struct ipvs_destination *destinations; // owned; sorted once settled
  size_t destination_count;
};

// The order of virtual servers: marks by family and number, then addresses by
// family, address, protocol and port.
// Returns below, at or above zero as strcmp().
int ipvs_service_key_compare(const struct ipvs_service_key *a,
                             const struct ipvs_service_key *b);

// The order of real servers: by family, address, port.
int ipvs_destination_key_compare(const struct ipvs_destination_key *a,
                                 const struct ipvs_destination_key *b);

// Writes an address as inet_ntop() does; "" when the family is unknown.
void ipvs_address_text(uint16_t family, const uint8_t address[16],
                       char text[IPVS_ADDRESS_TEXT_MAX]);

// "tcp", "udp", "sctp"; NULL for any other protocol.
const char *ipvs_protocol_text(uint16_t protocol);

// "masq", "local", "tunnel", "route"; NULL for any other method.
const char *ipvs_forwarding_text(uint32_t forwarding);

// "ipv4" or "ipv6"; NULL for any other family.
const char *ipvs_family_text(uint16_t family);

// The plugin instance: "192.0.2.1_TCP80" exactly as collectd's own plugin, and
// in the same pattern "2001:db8::1_UDP53", "192.0.2.1_SCTP80", "ipv4_FWMARK7",
// "ipv6_FWMARK7", "192.0.2.1_IP50_0" for a protocol without a name.
// Different keys get different names. In another network namespace than collectd's own,
// whose name is "", it is "192.0.2.1_TCP80@blue"; a namespace's name has up to 63 octets.
void ipvs_service_name(const struct ipvs_service_key *key, const char *netns,
                       char name[IPVS_INSTANCE_MAX]);

// The type instance: "10.0.0.1_8080", "2001:db8::2_80".
void ipvs_destination_name(const struct ipvs_destination_key *key,
                           char name[IPVS_NAME_MAX]);

#endif
