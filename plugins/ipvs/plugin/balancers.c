// SPDX-License-Identifier: MIT
// Which load balancers are there, collectd's own and those of other network namespaces?
#include "plugin/balancers.h"

#include "common/core/array.h"
#include "common/plugin/netns_trouble.h"

#include "utils/common/common.h"

#include <errno.h>
#include <stdlib.h>

// All polls together may wait for half of their interval, but no longer than this.
#define BUDGET_MAX_MS 5000

// --- the list -------------------------------------------------------------------

static int add(struct ipvs_balancers *balancers, struct ha_netns netns) {
  struct ipvs_balancer *balancer = calloc(1, sizeof(*balancer));
  if (balancer == NULL)
    return -ENOMEM;
  balancer->netns = netns;
  pthread_mutex_lock(&balancers->lock);
  struct ipvs_balancer **all =
      ha_array_room(balancers->all, balancers->count, sizeof(*all));
  if (all != NULL) {
    balancers->all = all;
    all[balancers->count++] = balancer;
  }
  pthread_mutex_unlock(&balancers->lock);
  if (all == NULL)
    free(balancer);
  return all != NULL ? 0 : -ENOMEM;
}

// The last one takes its place.
static struct ipvs_balancer *take_out(struct ipvs_balancers *balancers, size_t i) {
  pthread_mutex_lock(&balancers->lock);
  struct ipvs_balancer *balancer = balancers->all[i];
  balancers->all[i] = balancers->all[--balancers->count];
  pthread_mutex_unlock(&balancers->lock);
  return balancer;
}

// --- other namespaces -----------------------------------------------------------

static const struct ha_netns *at(void *user, size_t i) {
  const struct ipvs_balancers *balancers = user;
  return i + 1 < balancers->count ? &balancers->all[i + 1]->netns : NULL;
}

static int begin_one(void *user, const struct ha_netns *netns) {
  return add(user, *netns);
}

static void end_one(void *user, size_t i) {
  struct ipvs_balancers *balancers = user;
  struct ipvs_balancer *balancer = take_out(balancers, i + 1);
  ipvs_balancer_end(balancer, &balancers->turn);
  free(balancer);
}

static const struct ha_netns_keeper keeper = {at, begin_one, end_one};

// True if their names are followed, as far as the configuration chooses any.
static bool follow_names(struct ipvs_balancers *balancers) {
  const struct ha_selection *chosen = &balancers->turn.config->namespaces;
  int status = 0;
  if (chosen->entry_count == 0)
    return false;
  if (!balancers->follows)
    status = ha_netns_follower_open(&balancers->others, HA_NETNS_DIRECTORY, chosen,
                                    &keeper, balancers);
  if (status != 0)
    ha_netns_follower_close(&balancers->others);
  balancers->follows = status == 0;
  if (ha_fault_watch(&balancers->names_fault, status) == HA_BEGUN)
    ERROR(HA_PLUGIN_NAME " plugin: Namespace: the names cannot be followed: %s. It is "
                         "tried again at every interval.",
          STRERROR(-status));
  return status == 0;
}

static void say_troubles(struct ha_netns_follower *others) {
  struct ha_netns_trouble trouble;
  enum ha_news news = ha_netns_judge(others, &trouble);
  char text[HA_NETNS_TROUBLE_SIZE];
  if (news == HA_NOTHING_NEW)
    return;
  ha_netns_trouble_text(&trouble, "read", text);
  plugin_log(news == HA_BEGUN ? LOG_ERR : LOG_INFO, HA_PLUGIN_NAME " plugin: %s", text);
}

static void tell_health(struct ipvs_balancers *balancers, struct ipvs_balancer *balancer,
                        const struct ipvs_health *health) {
  struct ipvs_scope scope = ipvs_balancer_scope(balancer, balancers->turn.config);
  // What is wrong with the whole host was told of collectd's own namespace.
  if (health->status == 0 || balancer == balancers->all[0] ||
      health->status != balancers->all[0]->status)
    ipvs_health_tell(health, &scope, &balancer->told);
  ipvs_health_report(health, &scope, balancers->turn.time);
}

static void poll_other(struct ipvs_balancers *balancers, struct ipvs_balancer *balancer) {
  struct ipvs_health health;
  int status = ipvs_balancer_poll(balancer, &balancers->turn, &health);
  ha_netns_note(&balancers->others, &balancer->netns, status);
  if (status == 0)
    tell_health(balancers, balancer, &health);
}

static void poll_others(struct ipvs_balancers *balancers) {
  if (!follow_names(balancers))
    return;
  ha_netns_follow(&balancers->others);
  for (size_t i = 1; i < balancers->count; i++)
    poll_other(balancers, balancers->all[i]);
  say_troubles(&balancers->others);
}

// --- all ------------------------------------------------------------------------

static int budget_of_each(const struct ipvs_balancers *balancers) {
  int64_t half = (int64_t)CDTIME_T_TO_MS(plugin_get_interval()) / 2;
  return (int)(half < BUDGET_MAX_MS ? half : BUDGET_MAX_MS) / (int)balancers->count;
}

void ipvs_balancers_poll(struct ipvs_balancers *balancers,
                         const struct ipvs_config *config) {
  struct ipvs_health health;
  double began = ipvs_monotonic();
  if (balancers->count == 0 && add(balancers, (struct ha_netns){.name = ""}) != 0)
    return;
  balancers->turn = (struct ipvs_turn){
      .config = config,
      .lock = &balancers->lock,
      .time = cdtime(),
      .budget_ms = budget_of_each(balancers),
  };
  ipvs_balancer_poll(balancers->all[0], &balancers->turn, &health);
  poll_others(balancers);
  health.seconds = ipvs_monotonic() - began;
  tell_health(balancers, balancers->all[0], &health);
}

static void copy_found(const struct ipvs_balancer *balancer,
                       const struct ipvs_service *service,
                       const struct ipvs_destination *destination,
                       struct ipvs_found *ret_found) {
  *ret_found = (struct ipvs_found){balancer->netns, *service, *destination,
                                   balancer->snapshot.frozen};
  ret_found->service.destinations = NULL;
  ret_found->service.destination_count = 0;
}

bool ipvs_balancers_find(struct ipvs_balancers *balancers, const char *service_name,
                         const char *destination_name, struct ipvs_found *ret_found) {
  const struct ipvs_service *service;
  const struct ipvs_destination *destination;
  bool found = false;
  pthread_mutex_lock(&balancers->lock);
  for (size_t i = 0; i < balancers->count && !found; i++) {
    found = ipvs_snapshot_find_named(&balancers->all[i]->snapshot, service_name,
                                     destination_name, &service, &destination);
    if (found)
      copy_found(balancers->all[i], service, destination, ret_found);
  }
  pthread_mutex_unlock(&balancers->lock);
  return found;
}

void ipvs_balancers_clear(struct ipvs_balancers *balancers) {
  while (balancers->count > 0) {
    struct ipvs_balancer *balancer = take_out(balancers, balancers->count - 1);
    ipvs_balancer_clear(balancer, &balancers->lock);
    free(balancer);
  }
  free(balancers->all);
  balancers->all = NULL;
  if (balancers->follows)
    ha_netns_follower_close(&balancers->others);
  balancers->follows = false;
}
