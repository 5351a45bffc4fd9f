// SPDX-License-Identifier: MIT
// A load balancer for tests that answers requests as the kernel does, and as it should
// not.
//
// It takes the place of send() and recvmsg().

#ifndef HA_TESTS_IPVS_KERNEL_H
#define HA_TESTS_IPVS_KERNEL_H

#include "core/snapshot.h"

#define KERNEL_SERVICES 8

struct kernel {
  bool absent;                                   // ip_vs is not loaded
  bool loadable;                                 // but comes when it is asked for by name
  uint16_t family;                               // IPVS's number
  struct ipvs_service services[KERNEL_SERVICES]; // each with its real servers
  size_t service_count;
  bool no_timeouts; // built without TCP and UDP

  unsigned hidden_services; // bits by place: dumps leave them out
  unsigned hidden_servers;  // likewise, of every service,
  unsigned hidings;         // in so many dumps
  unsigned doublings;       // so many dumps of real servers have their last row twice

  uint8_t failing; // the command that fails with this status
  int failure;
  int receive_error;          // errno of the next receptions,
  unsigned receive_errors;    // so many
  unsigned interrupted_dumps; // so many dumps say that they changed under way
  void (*before)(uint8_t command);
  bool noisy;  // signals, late answers, other processes' datagrams before each answer
  size_t cut;  // octets that the next datagram lacks
  bool silent; // takes requests and does not answer

  unsigned asked[32]; // how often, by command
  unsigned asked_by_name;
};

extern struct kernel kernel;

// Nothing but two virtual servers 192.0.2.N:80 with real servers 10.0.0.1 to 10.0.0.3,
// port 80, of weight 1 to 3.
void kernel_reset(void);

// The virtual server at this place goes.
void kernel_remove(size_t place);

#endif
