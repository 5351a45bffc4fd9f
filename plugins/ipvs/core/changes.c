// SPDX-License-Identifier: MIT
// Two sorted snapshots are walked side by side, as a merge does.

#include "core/changes.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct listener {
  ipvs_change_fn *told;
  void *context;
};

static const char *const event_texts[] = {
    [IPVS_SERVER_NEW] = "server_new",         [IPVS_SERVER_GONE] = "server_gone",
    [IPVS_SERVER_DRAINED] = "server_drained", [IPVS_SERVER_BACK] = "server_back",
    [IPVS_QUORUM_LOST] = "quorum_lost",       [IPVS_QUORUM_GAINED] = "quorum_gained",
    [IPVS_SERVICE_NEW] = "service_new",       [IPVS_SERVICE_GONE] = "service_gone",
};
_Static_assert(LENGTH(event_texts) == IPVS_EVENTS, "every event has a name");

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

static void compare_weights(const struct listener *listener,
                            const struct ipvs_service *service,
                            const struct ipvs_destination *before,
                            const struct ipvs_destination *now) {
  if (before->weight > 0 && now->weight == 0)
    tell(listener, IPVS_SERVER_DRAINED, service, before, now);
  else if (before->weight == 0 && now->weight > 0)
    tell(listener, IPVS_SERVER_BACK, service, before, now);
}

static void compare_servers(const struct listener *listener,
                            const struct ipvs_service *before,
                            const struct ipvs_service *now) {
  size_t i = 0, k = 0;
  while (i < before->destination_count || k < now->destination_count) {
    const struct ipvs_destination *old =
        i < before->destination_count ? &before->destinations[i] : NULL;
    const struct ipvs_destination *new =
        k < now->destination_count ? &now->destinations[k] : NULL;
    int order = old == NULL   ? 1
                : new == NULL ? -1
                              : ipvs_destination_key_compare(&old->key, &new->key);
    if (order < 0)
      tell(listener, IPVS_SERVER_GONE, now, old, NULL);
    else if (order > 0)
      tell(listener, IPVS_SERVER_NEW, now, NULL, new);
    else
      compare_weights(listener, now, old, new);
    i += order <= 0;
    k += order >= 0;
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
  size_t i = 0, k = 0;
  while (i < before->service_count || k < now->service_count) {
    const struct ipvs_service *old =
        i < before->service_count ? &before->services[i] : NULL;
    const struct ipvs_service *new = k < now->service_count ? &now->services[k] : NULL;
    int order = old == NULL   ? 1
                : new == NULL ? -1
                              : ipvs_service_key_compare(&old->key, &new->key);
    if (order < 0) {
      tell(&listener, IPVS_SERVICE_GONE, old, NULL, NULL);
    } else if (order > 0) {
      tell(&listener, IPVS_SERVICE_NEW, new, NULL, NULL);
    } else {
      compare_servers(&listener, old, new);
      compare_quorum(&listener, old, new);
    }
    i += order <= 0;
    k += order >= 0;
  }
}
