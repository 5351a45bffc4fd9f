// SPDX-License-Identifier: MIT
// What does a poll take over from the one before it?
//
// Standings and missing real servers, handed on from snapshot to snapshot.

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

// --- standings ------------------------------------------------------------------

static bool same_state(const struct ipvs_destination *a,
                       const struct ipvs_destination *b) {
  return a->missing == b->missing && a->weight == b->weight &&
         a->upper_threshold == b->upper_threshold &&
         a->lower_threshold == b->lower_threshold && a->forwarding == b->forwarding &&
         a->tunnel_type == b->tunnel_type && a->tunnel_port == b->tunnel_port &&
         a->tunnel_flags == b->tunnel_flags;
}

static bool same_service_state(const struct ipvs_service *a,
                               const struct ipvs_service *b) {
  return a->sums.servers == b->sums.servers && a->sums.servers_up == b->sums.servers_up &&
         a->sums.servers_missing == b->sums.servers_missing && a->flags == b->flags &&
         a->timeout == b->timeout && a->netmask == b->netmask &&
         strcmp(a->scheduler, b->scheduler) == 0 &&
         strcmp(a->persistence_engine, b->persistence_engine) == 0;
}

// A server's turn is given in the order in which servers appear, so that each poll has as
// much to tell as the next.
static void begin_standing(struct ipvs_snapshot *now, struct ipvs_standing *standing) {
  standing->turn = now->newcomers++ % IPVS_FACTS_TURNS;
  standing->due = IPVS_DUE_FACTS;
}

static enum ipvs_due is_due(unsigned poll, unsigned turn) {
  if (poll % IPVS_FACTS_TURNS == turn)
    return IPVS_DUE_FACTS;
  return poll % IPVS_NUMBERS_TURNS == turn % IPVS_NUMBERS_TURNS ? IPVS_DUE_NUMBERS
                                                                : IPVS_DUE_COUNTERS;
}

static void go_on_standing(const struct ipvs_snapshot *now,
                           const struct ipvs_standing *before, bool same,
                           struct ipvs_standing *standing) {
  *standing = *before;
  standing->due = same ? is_due(now->number, before->turn) : IPVS_DUE_FACTS;
}

static void stand_destinations(struct ipvs_snapshot *now,
                               const struct ipvs_service *before,
                               struct ipvs_service *service, bool tell_all) {
  struct ipvs_walk walk = {0};
  const struct ipvs_destination *old;
  struct ipvs_destination *new;
  while (ipvs_walk_destinations(&walk, before, service, &old, &new)) {
    if (new == NULL)
      continue;
    if (old != NULL) {
      go_on_standing(now, &old->standing, !tell_all && same_state(old, new),
                     &new->standing);
      memcpy(new->name, old->name, sizeof(new->name));
    } else {
      begin_standing(now, &new->standing);
      ipvs_destination_name(&new->key, new->name);
    }
  }
}

static void stand_service(struct ipvs_snapshot *now, const struct ipvs_service *before,
                          struct ipvs_service *service,
                          const struct ipvs_memory *memory) {
  if (before != NULL) {
    go_on_standing(now, &before->standing,
                   !memory->tell_all && same_service_state(before, service),
                   &service->standing);
    memcpy(service->name, before->name, sizeof(service->name));
  } else {
    begin_standing(now, &service->standing);
    ipvs_service_name(&service->key, memory->netns, service->name);
  }
  stand_destinations(now, before != NULL ? before : &(struct ipvs_service){0}, service,
                     memory->tell_all);
}

// --- missing real servers ---------------------------------------------------------

static struct ipvs_destination as_missing(const struct ipvs_destination *before,
                                          int64_t since) {
  return (struct ipvs_destination){
      .key = before->key,
      .forwarding = before->forwarding,
      .tunnel_type = before->tunnel_type,
      .tunnel_port = before->tunnel_port,
      .tunnel_flags = before->tunnel_flags,
      .missing = true,
      .missing_since = since,
  };
}

static bool is_missed(const struct ipvs_memory *memory,
                      const struct ipvs_service *service,
                      const struct ipvs_destination *gone, int64_t since) {
  enum ipvs_word word = IPVS_WORD_NONE;
  if (memory->word != NULL)
    word = memory->word(memory->netns, service, gone->name);
  if (word != IPVS_WORD_NONE)
    return word == IPVS_WORD_KEPT;
  return memory->now - since < memory->forget_after;
}

static int find_missing(const struct ipvs_service *before,
                        const struct ipvs_service *service,
                        const struct ipvs_memory *memory,
                        struct ipvs_destinations *missing) {
  struct ipvs_walk walk = {0};
  const struct ipvs_destination *old;
  struct ipvs_destination *new;
  int status = 0;
  while (status == 0 && ipvs_walk_destinations(&walk, before, service, &old, &new)) {
    if (new != NULL)
      continue;
    int64_t since = old->missing ? old->missing_since : memory->now;
    if (!is_missed(memory, before, old, since))
      continue;
    struct ipvs_destination gone = as_missing(old, since);
    status = ipvs_destinations_add(missing, &gone);
  }
  return status;
}

static int latest_first(const void *a, const void *b) {
  int64_t left = ((const struct ipvs_destination *)a)->missing_since;
  int64_t right = ((const struct ipvs_destination *)b)->missing_since;
  return (left < right) - (left > right);
}

static void keep_latest(struct ipvs_destinations *missing) {
  if (missing->count <= IPVS_MISSING_MAX)
    return;
  qsort(missing->list, missing->count, sizeof(*missing->list), latest_first);
  missing->count = IPVS_MISSING_MAX;
}

static int keep_missing(const struct ipvs_service *before, struct ipvs_service *service,
                        const struct ipvs_memory *memory) {
  struct ipvs_destinations missing = {0};
  int status = find_missing(before, service, memory, &missing);
  keep_latest(&missing);
  for (size_t i = 0; i < service->destination_count && missing.count > 0 && status == 0;
       i++)
    status = ipvs_destinations_add(&missing, &service->destinations[i]);
  if (status == 0 && missing.count > 0)
    ipvs_service_settle(service, &missing);
  ipvs_destinations_clear(&missing);
  return status;
}

int ipvs_remember(const struct ipvs_snapshot *before, struct ipvs_snapshot *now,
                  const struct ipvs_memory *memory) {
  struct ipvs_walk walk = {0};
  const struct ipvs_service *old;
  struct ipvs_service *new;
  int status = 0;
  now->number = before->number + 1;
  now->newcomers = before->newcomers;
  while (status == 0 && ipvs_walk_services(&walk, before, now, &old, &new)) {
    if (new == NULL)
      continue;
    if (old != NULL)
      status = keep_missing(old, new, memory);
    stand_service(now, old, new, memory);
  }
  return status;
}
