// SPDX-License-Identifier: MIT
// Services and real servers for tests, made from what is written in them.

#ifndef HA_TESTS_IPVS_OBJECTS_H
#define HA_TESTS_IPVS_OBJECTS_H

#include "core/snapshot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static inline uint16_t family_of(const char *address) {
  return strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
}

static inline struct ipvs_service_key service_key(const char *address, uint16_t protocol,
                                                  uint16_t port) {
  struct ipvs_service_key key = {
      .family = family_of(address), .protocol = protocol, .port = port};
  inet_pton(key.family, address, key.address);
  return key;
}

static inline struct ipvs_service_key mark_key(uint16_t family, uint32_t fwmark) {
  return (struct ipvs_service_key){.family = family, .fwmark = fwmark};
}

static inline struct ipvs_destination destination(const char *address, uint16_t port,
                                                  uint32_t weight) {
  struct ipvs_destination made = {.key = {.family = family_of(address), .port = port},
                                  .weight = weight};
  inet_pton(made.key.family, address, made.key.address);
  return made;
}

// Appends a settled service whose real servers are 10.0.0.N:80, N from 1, with
// these weights; -1 leaves a number out.
static inline void add_service(struct ipvs_snapshot *snapshot,
                               struct ipvs_service_key key, const int *weights,
                               size_t weight_count) {
  struct ipvs_service service = {.key = key};
  struct ipvs_destinations list = {0};
  for (size_t i = 0; i < weight_count; i++) {
    struct ipvs_destination made = destination("10.0.0.0", 80, (uint32_t)weights[i]);
    made.key.address[3] = (uint8_t)(i + 1);
    if (weights[i] >= 0 && ipvs_destinations_add(&list, &made) != 0)
      abort();
  }
  ipvs_service_settle(&service, &list);
  if (ipvs_snapshot_add(snapshot, &service) != 0)
    abort();
}

#endif
