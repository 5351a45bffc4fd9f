// SPDX-License-Identifier: MIT
// What happened between two polls that an operator wants to be told?
//
// Two sorted snapshots are walked side by side, as a merge does.

#include "core/changes.h"

#include "common/core/array.h"

struct listener {
  ipvs_change_fn *told;
  void *context;
};

static const char *const event_texts[] = {
    [IPVS_SERVER_NEW] = "server_new",
    [IPVS_SERVER_GONE] = "server_gone",
    [IPVS_SERVER_FORGOTTEN] = "server_forgotten",
    [IPVS_SERVER_DRAINED] = "server_drained",
    [IPVS_SERVER_BACK] = "server_back",
    [IPVS_QUORUM_LOST] = "quorum_lost",
    [IPVS_QUORUM_GAINED] = "quorum_gained",
    [IPVS_SERVICE_NEW] = "service_new",
    [IPVS_SERVICE_GONE] = "service_gone",
};
_Static_assert(HA_COUNT_OF(event_texts) == IPVS_EVENTS, "every event has a name");

const char *ipvs_event_text(enum ipvs_event event) {
  return event_texts[event];
}

static void tell(const struct listener *listener, enum ipvs_event event,
                 const struct ipvs_service *service,
                 const struct ipvs_destination *old_destination,
                 const struct ipvs_destination *new_destination) {
  struct ipvs_change change = {
      .event = event,
      .service = service,
      .destination = new_destination != NULL ? new_destination : old_destination,
      .old_weight = old_destination != NULL ? old_destination->weight : 0,
      .new_weight = new_destination != NULL ? new_destination->weight : 0,
  };
  listener->told(listener->context, &change);
}

static void compare_server(const struct listener *listener,
                           const struct ipvs_service *service,
                           const struct ipvs_destination *before,
                           const struct ipvs_destination *now) {
  if (!before->missing && now->missing)
    tell(listener, IPVS_SERVER_GONE, service, before, NULL);
  else if (before->missing && !now->missing)
    tell(listener, IPVS_SERVER_BACK, service, NULL, now);
  else if (before->weight > 0 && now->weight == 0)
    tell(listener, IPVS_SERVER_DRAINED, service, before, now);
  else if (before->weight == 0 && now->weight > 0)
    tell(listener, IPVS_SERVER_BACK, service, before, now);
}

static void compare_servers(const struct listener *listener,
                            const struct ipvs_service *before,
                            const struct ipvs_service *now) {
  struct ipvs_walk walk = {0};
  const struct ipvs_destination *old;
  struct ipvs_destination *new;
  while (ipvs_walk_destinations(&walk, before, now, &old, &new)) {
    if (old == NULL)
      tell(listener, IPVS_SERVER_NEW, now, NULL, new);
    else if (new != NULL)
      compare_server(listener, now, old, new);
    else
      tell(listener, old->missing ? IPVS_SERVER_FORGOTTEN : IPVS_SERVER_GONE, now, old,
           NULL);
  }
}

static void compare_quorum(const struct listener *listener,
                           const struct ipvs_service *before,
                           const struct ipvs_service *now) {
  if (before->sums.servers_up > 0 && now->sums.servers_up == 0)
    tell(listener, IPVS_QUORUM_LOST, now, NULL, NULL);
  else if (before->sums.servers_up == 0 && now->sums.servers_up > 0)
    tell(listener, IPVS_QUORUM_GAINED, now, NULL, NULL);
}

void ipvs_changes(const struct ipvs_snapshot *before, const struct ipvs_snapshot *now,
                  ipvs_change_fn *told, void *context) {
  const struct listener listener = {told, context};
  struct ipvs_walk walk = {0};
  const struct ipvs_service *old;
  struct ipvs_service *new;
  while (ipvs_walk_services(&walk, before, now, &old, &new)) {
    if (new == NULL) {
      tell(&listener, IPVS_SERVICE_GONE, old, NULL, NULL);
    } else if (old == NULL) {
      tell(&listener, IPVS_SERVICE_NEW, new, NULL, NULL);
    } else {
      compare_servers(&listener, old, new);
      compare_quorum(&listener, old, new);
    }
  }
}
