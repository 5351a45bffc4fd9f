// SPDX-License-Identifier: MIT
// Can any answer in the kernel's place hurt the reader, or leave half an object?
#include "core/attributes.h"
#include "core/facts.h"
#include "core/totals.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNTOUCHED 0xa5

static void check(int holds) {
  if (!holds)
    abort();
}

static void check_untouched(const void *object, size_t size) {
  const uint8_t *octets = object;
  for (size_t i = 0; i < size; i++)
    check(octets[i] == UNTOUCHED);
}

static void check_text(const char *text, size_t room) {
  check(memchr(text, '\0', room) != NULL);
}

static void check_family(uint16_t family) {
  check(family == AF_INET || family == AF_INET6);
}

static void check_fact(void *context, const struct ipvs_fact *fact) {
  (void)context;
  check(fact->key != NULL);
  check_text(fact->text, sizeof(fact->text));
  check(fact->is_number || fact->text[0] != '\0');
}

static void try_service(const uint8_t *data, size_t size) {
  struct ipvs_service service;
  char name[IPVS_INSTANCE_MAX];
  memset(&service, UNTOUCHED, sizeof(service));
  if (ipvs_parse_service(data, size, &service) != 0) {
    check_untouched(&service, sizeof(service));
    return;
  }
  check_family(service.key.family);
  check_text(service.scheduler, sizeof(service.scheduler));
  check_text(service.persistence_engine, sizeof(service.persistence_engine));
  check(service.destinations == NULL && service.destination_count == 0);
  ipvs_service_name(&service.key, "", name);
  check(strlen(name) > 0 && strchr(name, '/') == NULL);
  ipvs_service_facts(&service, check_fact, NULL);
}

static void try_destination(const uint8_t *data, size_t size) {
  struct ipvs_destination destination;
  char name[IPVS_INSTANCE_MAX];
  memset(&destination, UNTOUCHED, sizeof(destination));
  if (ipvs_parse_destination(data, size, AF_INET, &destination) != 0) {
    check_untouched(&destination, sizeof(destination));
    return;
  }
  check_family(destination.key.family);
  ipvs_destination_name(&destination.key, name);
  check(strlen(name) > 0 && strchr(name, '/') == NULL);
  ipvs_destination_facts(&destination, check_fact, NULL);
}

static void try_daemon(const uint8_t *data, size_t size) {
  struct ipvs_daemon daemon;
  memset(&daemon, UNTOUCHED, sizeof(daemon));
  if (ipvs_parse_daemon(data, size, &daemon) != 0) {
    check_untouched(&daemon, sizeof(daemon));
    return;
  }
  check_text(daemon.interface, sizeof(daemon.interface));
  ipvs_daemon_facts(&daemon, check_fact, NULL);
}

static void try_timeouts(const uint8_t *data, size_t size) {
  struct ipvs_timeouts timeouts;
  memset(&timeouts, UNTOUCHED, sizeof(timeouts));
  if (ipvs_parse_timeouts(data, size, &timeouts) != 0)
    check_untouched(&timeouts, sizeof(timeouts));
}

static void try_info(const uint8_t *data, size_t size) {
  struct ipvs_info info;
  memset(&info, UNTOUCHED, sizeof(info));
  if (ipvs_parse_info(data, size, &info) != 0)
    check_untouched(&info, sizeof(info));
}

static void try_family(const uint8_t *data, size_t size) {
  struct ipvs_genl_family family;
  memset(&family, UNTOUCHED, sizeof(family));
  if (ipvs_parse_genl_family(data, size, &family) == 0)
    check_text(family.name, sizeof(family.name));
  else
    check_untouched(&family, sizeof(family));
}

static void try_totals(const uint8_t *data, size_t size) {
  struct ipvs_stats stats;
  char *text = strndup((const char *)data, size);
  memset(&stats, UNTOUCHED, sizeof(stats));
  if (ipvs_parse_totals(text, &stats) != 0)
    check_untouched(&stats, sizeof(stats));
  free(text);
}

// The first octet chooses the parser; the rest is copied so that the sanitizer
// sees where it ends.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const tries[])(const uint8_t *, size_t) = {
      try_service, try_destination, try_daemon, try_timeouts,
      try_info,    try_family,      try_totals,
  };
  if (size == 0)
    return 0;
  uint8_t *copy = malloc(size - 1 > 0 ? size - 1 : 1);
  memcpy(copy, data + 1, size - 1);
  tries[data[0] % (sizeof(tries) / sizeof(tries[0]))](copy, size - 1);
  free(copy);
  return 0;
}
