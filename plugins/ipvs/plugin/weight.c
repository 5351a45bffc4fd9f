// SPDX-License-Identifier: MIT
// A SET travels as a notification and takes its outcome back in the meta data.

#include "plugin/weight.h"

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
  for (size_t i = 0; i < STATIC_ARRAY_SIZE(outcomes); i++)
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

static bool is_ours(const notification_t *notification) {
  return strcmp(notification->plugin, "ipvs") == 0 &&
         strcmp(notification->type, "ipvs_weight") == 0 &&
         strcmp(notification->host, hostname_g) == 0;
}

// A number is what no PUTNOTIF can send: a request comes from within this process.
static bool find_request(const notification_t *notification, struct request *ret) {
  if (!is_ours(notification))
    return false;
  for (const notification_meta_t *meta = notification->meta; meta != NULL;
       meta = meta->next) {
    bool commit = strcmp(meta->name, "snmp_agent:set") == 0;
    if (meta->type != NM_TYPE_SIGNED_INT ||
        (!commit && strcmp(meta->name, "snmp_agent:test") != 0))
      continue;
    *ret = (struct request){commit, meta->nm_value.nm_signed_int};
    return true;
  }
  return false;
}

// Tells a test as truly as it can be told before: the kernel must know the real server
// and let us ask for it.
static int reach_kernel(const struct ipvs_service *service,
                        struct ipvs_destination *destination, uint32_t weight,
                        bool commit, uint32_t *ret_old) {
  struct ipvs_netlink *netlink = NULL;
  int status = ipvs_netlink_open(&netlink);
  if (status == 0 && commit)
    status = ipvs_netlink_set_weight(netlink, &service->key, &destination->key, weight,
                                     BUDGET_MS, ret_old);
  else if (status == 0)
    status = ipvs_netlink_find(netlink, &service->key, &destination->key, BUDGET_MS,
                               destination);
  ipvs_netlink_close(netlink);
  return status;
}

static struct outcome answer(const notification_t *notification,
                             const struct request *request, ipvs_lookup_fn *lookup,
                             char text[REASON_MAX]) {
  struct ipvs_service service;
  struct ipvs_destination destination;
  uint32_t old = 0;
  if (!lookup(notification->plugin_instance, notification->type_instance, &service,
              &destination))
    return unknown;
  if (request->wanted < 0 || request->wanted > INT32_MAX)
    return wrong;

  uint32_t weight = (uint32_t)request->wanted;
  int status = reach_kernel(&service, &destination, weight, request->commit, &old);
  if (status == 0 && request->commit) {
    NOTICE(
        "ipvs plugin: %s: weight of real server %s set from %u to %u on request of SNMP.",
        notification->plugin_instance, notification->type_instance, old, weight);
    destination.weight = weight;
    ipvs_report_weight(&service, &destination);
  }
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
    WARNING("ipvs plugin: %s: weight of real server %s is not set to %" PRId64
            ": %s.",
            notification->plugin_instance, notification->type_instance, request.wanted,
            outcome.reason);
  // The dispatcher owns the notification and waits; only the signature is const.
  notification_t *answered = (notification_t *)notification;
  plugin_notification_meta_add_string(answered, "snmp_agent:result", outcome.result);
  if (outcome.reason != NULL)
    plugin_notification_meta_add_string(answered, "snmp_agent:reason", outcome.reason);
}
