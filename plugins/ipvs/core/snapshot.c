// SPDX-License-Identifier: MIT
// What did the kernel's load balancer look like in one poll?
//
// Sorted, duplicate-free collections of services and their real servers.

#include "core/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Grows an array so that one more element fits.
static int make_room(void **array, size_t count, size_t *max, size_t size) {
  if (count < *max)
    return 0;
  size_t wanted = *max != 0 ? *max * 2 : 8;
  void *grown = reallocarray(*array, wanted, size);
  if (grown == NULL)
    return -ENOMEM;
  *array = grown;
  *max = wanted;
  return 0;
}

void ipvs_snapshot_clear(struct ipvs_snapshot *snapshot) {
  for (size_t i = 0; i < snapshot->service_count; i++)
    free(snapshot->services[i].destinations);
  free(snapshot->services);
  *snapshot = (struct ipvs_snapshot){0};
}

int ipvs_snapshot_add(struct ipvs_snapshot *snapshot,
                      const struct ipvs_service *service) {
  void *array = snapshot->services;
  int status = make_room(&array, snapshot->service_count, &snapshot->service_max,
                         sizeof(*service));
  snapshot->services = array;
  if (status == 0)
    snapshot->services[snapshot->service_count++] = *service;
  return status;
}

int ipvs_destinations_add(struct ipvs_destinations *destinations,
                          const struct ipvs_destination *destination) {
  void *array = destinations->list;
  int status =
      make_room(&array, destinations->count, &destinations->max, sizeof(*destination));
  destinations->list = array;
  if (status == 0)
    destinations->list[destinations->count++] = *destination;
  return status;
}

void ipvs_destinations_clear(struct ipvs_destinations *destinations) {
  free(destinations->list);
  *destinations = (struct ipvs_destinations){0};
}

static int compare_services(const void *a, const void *b) {
  const struct ipvs_service *left = a, *right = b;
  return ipvs_service_key_compare(&left->key, &right->key);
}

static int compare_destinations(const void *a, const void *b) {
  const struct ipvs_destination *left = a, *right = b;
  return ipvs_destination_key_compare(&left->key, &right->key);
}

static bool is_settled(const void *list, size_t count, size_t size,
                       int (*compare)(const void *, const void *)) {
  const char *row = list;
  for (size_t i = 1; i < count; i++, row += size)
    if (compare(row, row + size) >= 0)
      return false;
  return true;
}

size_t ipvs_snapshot_settle(struct ipvs_snapshot *snapshot) {
  struct ipvs_service *list = snapshot->services;
  size_t kept = 0;
  if (is_settled(list, snapshot->service_count, sizeof(*list), compare_services))
    return 0;
  qsort(list, snapshot->service_count, sizeof(*list), compare_services);
  for (size_t i = 0; i < snapshot->service_count; i++) {
    bool same = kept > 0 && compare_services(&list[kept - 1], &list[i]) == 0;
    if (same)
      // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what took its place came from list[i]
      free(list[kept - 1].destinations);
    list[same ? kept - 1 : kept++] = list[i];
  }
  size_t dropped = snapshot->service_count - kept;
  snapshot->service_count = kept;
  return dropped;
}

static size_t settle_destinations(struct ipvs_destination *list, size_t count) {
  size_t kept = 0;
  if (is_settled(list, count, sizeof(*list), compare_destinations))
    return count;
  qsort(list, count, sizeof(*list), compare_destinations);
  for (size_t i = 0; i < count; i++) {
    bool same = kept > 0 && compare_destinations(&list[kept - 1], &list[i]) == 0;
    list[same ? kept - 1 : kept++] = list[i];
  }
  return kept;
}

static struct ipvs_sums sum_up(const struct ipvs_service *service) {
  struct ipvs_sums sums = {.servers = service->destination_count};
  for (size_t i = 0; i < service->destination_count; i++) {
    const struct ipvs_destination *destination = &service->destinations[i];
    sums.servers_up += destination->weight > 0;
    sums.servers_missing += destination->missing;
    sums.active += destination->active;
    sums.inactive += destination->inactive;
    sums.persistent += destination->persistent;
  }
  return sums;
}

size_t ipvs_service_settle(struct ipvs_service *service,
                           struct ipvs_destinations *destinations) {
  size_t all = destinations->count;
  free(service->destinations);
  service->destination_count =
      settle_destinations(destinations->list, destinations->count);
  service->destinations = destinations->list;
  service->sums = sum_up(service);
  *destinations = (struct ipvs_destinations){0};
  return all - service->destination_count;
}

struct ipvs_destination *ipvs_service_find(const struct ipvs_service *service,
                                           const struct ipvs_destination_key *key) {
  struct ipvs_destination wanted = {.key = *key};
  if (service->destination_count == 0)
    return NULL;
  return bsearch(&wanted, service->destinations, service->destination_count,
                 sizeof(wanted), compare_destinations);
}

// What a comparison says where one side, or neither, is at its end.
static int merge_order(const void *before, const void *now,
                       int (*compare)(const void *, const void *)) {
  return before == NULL ? 1 : now == NULL ? -1 : compare(before, now);
}

bool ipvs_walk_services(struct ipvs_walk *walk, const struct ipvs_snapshot *before,
                        const struct ipvs_snapshot *now,
                        const struct ipvs_service **ret_before,
                        struct ipvs_service **ret_now) {
  const struct ipvs_service *old =
      walk->before < before->service_count ? &before->services[walk->before] : NULL;
  struct ipvs_service *new =
      walk->now < now->service_count ? &now->services[walk->now] : NULL;
  int order = merge_order(old, new, compare_services);
  *ret_before = order <= 0 ? old : NULL;
  *ret_now = order >= 0 ? new : NULL;
  walk->before += *ret_before != NULL;
  walk->now += *ret_now != NULL;
  return old != NULL || new != NULL;
}

bool ipvs_walk_destinations(struct ipvs_walk *walk, const struct ipvs_service *before,
                            const struct ipvs_service *now,
                            const struct ipvs_destination **ret_before,
                            struct ipvs_destination **ret_now) {
  const struct ipvs_destination *old = walk->before < before->destination_count
                                           ? &before->destinations[walk->before]
                                           : NULL;
  struct ipvs_destination *new =
      walk->now < now->destination_count ? &now->destinations[walk->now] : NULL;
  int order = merge_order(old, new, compare_destinations);
  *ret_before = order <= 0 ? old : NULL;
  *ret_now = order >= 0 ? new : NULL;
  walk->before += *ret_before != NULL;
  walk->now += *ret_now != NULL;
  return old != NULL || new != NULL;
}

bool ipvs_service_has_all(const struct ipvs_service *now,
                          const struct ipvs_service *before) {
  struct ipvs_walk walk = {0};
  const struct ipvs_destination *old;
  struct ipvs_destination *new;
  while (ipvs_walk_destinations(&walk, before, now, &old, &new))
    if (new == NULL && !old->missing)
      return false;
  return true;
}

static const struct ipvs_destination *find_destination(const struct ipvs_service *service,
                                                       const char *wanted) {
  for (size_t i = 0; i < service->destination_count; i++)
    if (strcmp(service->destinations[i].name, wanted) == 0)
      return &service->destinations[i];
  return NULL;
}

static const struct ipvs_service *find_service(const struct ipvs_snapshot *snapshot,
                                               const char *wanted) {
  for (size_t i = 0; i < snapshot->service_count; i++)
    if (strcmp(snapshot->services[i].name, wanted) == 0)
      return &snapshot->services[i];
  return NULL;
}

bool ipvs_snapshot_find_named(const struct ipvs_snapshot *snapshot,
                              const char *service_name, const char *destination_name,
                              const struct ipvs_service **ret_service,
                              const struct ipvs_destination **ret_destination) {
  const struct ipvs_service *service = find_service(snapshot, service_name);
  if (service == NULL)
    return false;
  const struct ipvs_destination *destination =
      find_destination(service, destination_name);
  if (destination == NULL)
    return false;
  *ret_service = service;
  *ret_destination = destination;
  return true;
}
