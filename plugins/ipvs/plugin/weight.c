// SPDX-License-Identifier: MIT
// How does a weight that someone SETs over SNMP reach the kernel?
//
// A SET travels as a notification and takes its outcome back in the meta data.

#include "plugin/weight.h"

#include "common/core/array.h"

#include "io/netlink.h"
#include "plugin/report.h"

#include "daemon/globals.h"
#include "utils/common/common.h"

#include <errno.h>
#include <inttypes.h>

#define BUDGET_MS  1000
#define REASON_MAX 128

// What a manager is told.
struct outcome {
  const char *result; // "ok", "notWritable", "wrongValue", "genErr"
  const char *reason; // NULL with "ok"
};

static const struct outcome ok = {"ok", NULL};
static const struct outcome switched_off = {"notWritable",
                                            "<Plugin ipvs> has no Writable true"};
static const struct outcome unknown = {"notWritable", "no such real server"};
static const struct outcome wrong = {"wrongValue", "a weight is 0 to 2147483647"};

static const struct {
  int status;
  struct outcome outcome;
} outcomes[] = {
    {-ENOENT, {"genErr", "the real server is gone"}},
    {-ESTALE, {"genErr", "the real server is gone"}}, // with its namespace
    {-ENODEV, {"genErr", "IPVS is not in the kernel"}},
    {-EPERM, {"notWritable", "collectd has no CAP_NET_ADMIN"}},
    {-EINVAL, {"wrongValue", "the kernel refuses this weight"}},
    {-ERANGE, {"wrongValue", "the kernel refuses this weight"}},
    {-ETIMEDOUT, {"genErr", "the kernel does not answer"}},
};

// `text` keeps a reason that is not foreseen.
static struct outcome outcome_of(int status, char text[REASON_MAX]) {
  if (status == 0)
    return ok;
  for (size_t i = 0; i < HA_COUNT_OF(outcomes); i++)
    if (outcomes[i].status == status)
      return outcomes[i].outcome;
  snprintf(text, REASON_MAX, "the kernel refuses: %s", STRERROR(-status));
  return (struct outcome){"genErr", text};
}

// What a manager wants.
struct request {
  bool commit; // false: it only asks whether it could be done
  int64_t wanted;
};

static const notification_meta_t *find_meta(const notification_t *notification,
                                            const char *name,
                                            enum notification_meta_type_e type) {
  const notification_meta_t *meta = notification->meta;
  while (meta != NULL && (meta->type != type || strcmp(meta->name, name) != 0))
    meta = meta->next;
  return meta;
}

static bool is_weight(const notification_t *notification) {
  const notification_meta_t *source =
      find_meta(notification, "snmp_agent:data_source", NM_TYPE_STRING);
  return source != NULL && strcmp(source->nm_value.nm_string, "weight") == 0;
}

static bool is_ours(const notification_t *notification) {
  return strcmp(notification->plugin, "ipvs") == 0 &&
         strcmp(notification->type, "ipvs_server") == 0 &&
         strcmp(notification->host, hostname_g) == 0 && is_weight(notification);
}

// A number is what no PUTNOTIF can send: a request comes from within this process.
static bool find_request(const notification_t *notification, struct request *ret) {
  if (!is_ours(notification))
    return false;
  const notification_meta_t *set =
      find_meta(notification, "snmp_agent:set", NM_TYPE_SIGNED_INT);
  const notification_meta_t *wish =
      set != NULL ? set : find_meta(notification, "snmp_agent:test", NM_TYPE_SIGNED_INT);
  if (wish == NULL)
    return false;
  *ret = (struct request){set != NULL, wish->nm_value.nm_signed_int};
  return true;
}

// What the kernel is to be told, or asked for before.
struct errand {
  const struct ipvs_found *found;
  uint32_t weight;
  bool commit;
  uint32_t old; // the weight until then
};

// Tells a test as truly as it can be told before: the kernel must know the real server
// and let us ask for it.
static int reach_kernel(void *user) {
  struct errand *errand = user;
  const struct ipvs_service_key *service = &errand->found->service.key;
  const struct ipvs_destination_key *key = &errand->found->destination.key;
  struct ipvs_netlink *netlink = NULL;
  int status = ipvs_netlink_open(&netlink);
  if (status == 0 && errand->commit)
    status = ipvs_netlink_set_weight(netlink, service, key, errand->weight, BUDGET_MS,
                                     &errand->old);
  else if (status == 0)
    status = ipvs_netlink_find(netlink, service, key, BUDGET_MS,
                               &(struct ipvs_destination){0});
  ipvs_netlink_close(netlink);
  return status;
}

static void tell_weight(const notification_t *notification, const struct errand *errand) {
  const struct ipvs_found *found = errand->found;
  const struct ipvs_scope scope = {.netns = found->netns.name};
  struct ipvs_destination destination = found->destination;
  NOTICE(
      "ipvs plugin: %s: weight of real server %s set from %u to %u on request of SNMP.",
      notification->plugin_instance, notification->type_instance, errand->old,
      errand->weight);
  destination.weight = errand->weight;
  ipvs_report_weight(&scope, &found->service, &destination, found->frozen);
}

static struct outcome answer(const notification_t *notification,
                             const struct request *request, ipvs_lookup_fn *lookup,
                             char text[REASON_MAX]) {
  struct ipvs_found found;
  if (!lookup(notification->plugin_instance, notification->type_instance, &found))
    return unknown;
  if (request->wanted < 0 || request->wanted > INT32_MAX)
    return wrong;

  struct errand errand = {
      .found = &found, .weight = (uint32_t)request->wanted, .commit = request->commit};
  int status = ha_netns_within(HA_NETNS_DIRECTORY, &found.netns, reach_kernel, &errand);
  if (status == 0 && request->commit)
    tell_weight(notification, &errand);
  return outcome_of(status, text);
}

void ipvs_weight_answer(const notification_t *notification, bool writable,
                        ipvs_lookup_fn *lookup) {
  struct request request;
  char text[REASON_MAX];
  if (!find_request(notification, &request))
    return;

  struct outcome outcome =
      writable ? answer(notification, &request, lookup, text) : switched_off;
  if (outcome.reason != NULL)
    WARNING("ipvs plugin: %s: weight of real server %s is not set to %" PRId64 ": %s.",
            notification->plugin_instance, notification->type_instance, request.wanted,
            outcome.reason);
  // The dispatcher owns the notification and waits; only the signature is const.
  notification_t *answered = (notification_t *)notification;
  plugin_notification_meta_add_string(answered, "snmp_agent:result", outcome.result);
  if (outcome.reason != NULL)
    plugin_notification_meta_add_string(answered, "snmp_agent:reason", outcome.reason);
}
