// SPDX-License-Identifier: MIT
// How is the kernel's load balancer asked, and told a weight?
//
// IPVS over generic netlink: libnl writes requests, core/attributes reads answers.

#include "io/netlink.h"

#include "common/core/array.h"
#include "common/io/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

// Requests are shorter than this; libnl would clear a whole page for each.
#define REQUEST_SIZE 512

#define TRIES       4 // to find a dump of a virtual server's real servers whole
#define LOOKS_AGAIN 2 // for a real server that a whole dump lacks

struct ipvs_netlink {
  struct ha_netlink socket;
  int64_t deadline; // of the call in progress, as ha_netlink_now()
  uint16_t family;  // IPVS's number when last asked; 0: not in the kernel
};

// What is done with the rows of an answer, each without its generic netlink header.
struct rows {
  int (*take)(void *context, const uint8_t *attributes, size_t length); // 0 goes on
  void (*begin)(void *context); // an answer begins, maybe anew; or NULL
  void *context;
};

// --- transport ---------------------------------------------------------

int ipvs_netlink_open(struct ipvs_netlink **ret_netlink) {
  struct ipvs_netlink *netlink = calloc(1, sizeof(*netlink));
  if (netlink == NULL)
    return -ENOMEM;
  int status = ha_netlink_open(&netlink->socket, NETLINK_GENERIC);
  if (status == 0)
    *ret_netlink = netlink;
  else
    free(netlink);
  return status;
}

void ipvs_netlink_close(struct ipvs_netlink *netlink) {
  if (netlink == NULL)
    return;
  ha_netlink_close(&netlink->socket);
  free(netlink);
}

static int take_message(void *context, const struct nlmsghdr *message) {
  const struct rows *rows = context;
  if (message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
    return -EBADMSG;
  return rows->take(rows->context, (const uint8_t *)NLMSG_DATA(message) + GENL_HDRLEN,
                    message->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
}

static void begin_answer(void *context) {
  const struct rows *rows = context;
  if (rows->begin != NULL)
    rows->begin(rows->context);
}

// Sends the request, frees it, and hands every row of the answer to `rows`.
static int exchange(struct ipvs_netlink *netlink, struct nl_msg *request,
                    const struct rows *rows) {
  const struct ha_netlink_question question = {.request = nlmsg_hdr(request),
                                               .begin = begin_answer,
                                               .take = take_message,
                                               .context = (void *)rows,
                                               .is_work = true};
  int status = ha_netlink_ask(&netlink->socket, &question, netlink->deadline);
  nlmsg_free(request);
  return status;
}

static int no_row(void *context, const uint8_t *attributes, size_t length) {
  (void)context, (void)attributes, (void)length;
  return 0;
}

static const struct rows no_rows = {no_row, NULL, NULL};

// Returns a request that the caller fills, or NULL.
static struct nl_msg *new_request(uint16_t family, int flags, uint8_t command,
                                  uint8_t version) {
  struct nl_msg *request = nlmsg_alloc_size(REQUEST_SIZE);
  if (request == NULL)
    return NULL;
  if (genlmsg_put(request, 0, 0, family, 0, flags, command, version) != NULL)
    return request;
  nlmsg_free(request);
  return NULL;
}

static struct nl_msg *ipvs_request(struct ipvs_netlink *netlink, int flags,
                                   uint8_t command) {
  return new_request(netlink->family, flags, command, IPVS_GENL_VERSION);
}

static int ask(struct ipvs_netlink *netlink, int flags, uint8_t command,
               const struct rows *rows) {
  struct nl_msg *request = ipvs_request(netlink, flags, command);
  return request != NULL ? exchange(netlink, request, rows) : -ENOMEM;
}

// --- the family's number ------------------------------------------------

static int note_family(void *context, const uint8_t *attributes, size_t length) {
  struct ipvs_netlink *netlink = context;
  struct ipvs_genl_family family;
  int status = ipvs_parse_genl_family(attributes, length, &family);
  if (status == 0 && strcmp(family.name, IPVS_GENL_NAME) == 0)
    netlink->family = family.id;
  return status;
}

// Asking for a family by its name makes the kernel load its module, whoever asks.
// A dump of all families does not.
static int list_families(struct ipvs_netlink *netlink) {
  const struct rows rows = {note_family, NULL, netlink};
  struct nl_msg *request = new_request(GENL_ID_CTRL, NLM_F_DUMP, CTRL_CMD_GETFAMILY, 1);
  return request != NULL ? exchange(netlink, request, &rows) : -ENOMEM;
}

// Asks for one family, by the attribute that the caller put in; frees the request.
static int ask_family(struct ipvs_netlink *netlink, struct nl_msg *request, int put) {
  if (put < 0) {
    nlmsg_free(request);
    return -ENOMEM;
  }
  const struct rows rows = {note_family, NULL, netlink};
  int status = exchange(netlink, request, &rows);
  return status == -ENOENT ? 0 : status;
}

static int confirm_family(struct ipvs_netlink *netlink, uint16_t number) {
  struct nl_msg *request = new_request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
  if (request == NULL)
    return -ENOMEM;
  return ask_family(netlink, request, nla_put_u16(request, CTRL_ATTR_FAMILY_ID, number));
}

static int load_family(struct ipvs_netlink *netlink) {
  struct nl_msg *request = new_request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
  if (request == NULL)
    return -ENOMEM;
  return ask_family(netlink, request,
                    nla_put_string(request, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME));
}

// A reloaded module has another number, and its old one may be someone else's.
static int begin(struct ipvs_netlink *netlink, int budget_ms, bool load_module) {
  uint16_t known = netlink->family;
  netlink->deadline = ha_netlink_now() + budget_ms;
  netlink->family = 0;
  int status = known != 0 ? confirm_family(netlink, known) : 0;
  if (status == 0 && netlink->family == 0)
    status = list_families(netlink);
  if (status == 0 && netlink->family == 0 && load_module)
    status = load_family(netlink);
  if (status == 0 && netlink->family == 0)
    status = -ENODEV;
  return status;
}

// --- what a request names -----------------------------------------------

static int put_service(struct nl_msg *request, const struct ipvs_service_key *key) {
  struct nlattr *nest = nla_nest_start(request, IPVS_CMD_ATTR_SERVICE);
  if (nest == NULL)
    return -ENOMEM;
  int status = nla_put_u16(request, IPVS_SVC_ATTR_AF, key->family);
  if (key->fwmark != 0) {
    status |= nla_put_u32(request, IPVS_SVC_ATTR_FWMARK, key->fwmark);
  } else {
    status |= nla_put_u16(request, IPVS_SVC_ATTR_PROTOCOL, key->protocol);
    status |= nla_put(request, IPVS_SVC_ATTR_ADDR, sizeof(key->address), key->address);
    status |= nla_put_u16(request, IPVS_SVC_ATTR_PORT, htons(key->port));
  }
  nla_nest_end(request, nest);
  return status == 0 ? 0 : -ENOMEM;
}

// The kernel takes a real server whole: what is left out would become zero.
static int put_destination(struct nl_msg *request,
                           const struct ipvs_destination *destination) {
  const struct ipvs_destination_key *key = &destination->key;
  struct nlattr *nest = nla_nest_start(request, IPVS_CMD_ATTR_DEST);
  if (nest == NULL)
    return -ENOMEM;
  int status = nla_put_u16(request, IPVS_DEST_ATTR_ADDR_FAMILY, key->family);
  status |= nla_put(request, IPVS_DEST_ATTR_ADDR, sizeof(key->address), key->address);
  status |= nla_put_u16(request, IPVS_DEST_ATTR_PORT, htons(key->port));
  status |= nla_put_u32(request, IPVS_DEST_ATTR_FWD_METHOD, destination->forwarding);
  status |= nla_put_u32(request, IPVS_DEST_ATTR_WEIGHT, destination->weight);
  status |= nla_put_u32(request, IPVS_DEST_ATTR_U_THRESH, destination->upper_threshold);
  status |= nla_put_u32(request, IPVS_DEST_ATTR_L_THRESH, destination->lower_threshold);
  status |=
      nla_put_u8(request, IPVS_DEST_ATTR_TUN_TYPE, (uint8_t)destination->tunnel_type);
  status |=
      nla_put_u16(request, IPVS_DEST_ATTR_TUN_PORT, htons(destination->tunnel_port));
  status |= nla_put_u16(request, IPVS_DEST_ATTR_TUN_FLAGS, destination->tunnel_flags);
  nla_nest_end(request, nest);
  return status == 0 ? 0 : -ENOMEM;
}

// Asks about one service.
static int ask_service(struct ipvs_netlink *netlink, int flags, uint8_t command,
                       const struct ipvs_service_key *key,
                       const struct ipvs_destination *destination,
                       const struct rows *rows) {
  struct nl_msg *request = ipvs_request(netlink, flags, command);
  if (request == NULL)
    return -ENOMEM;
  int status = put_service(request, key);
  if (status == 0 && destination != NULL)
    status = put_destination(request, destination);
  if (status == 0)
    return exchange(netlink, request, rows);
  nlmsg_free(request);
  return status;
}

// --- polls --------------------------------------------------------------

struct reading {
  struct ipvs_netlink *netlink;
  const struct ipvs_poll *poll;
  struct ipvs_snapshot snapshot;
  size_t settled; // services that earlier answers brought
};

static int take_info(void *context, const uint8_t *attributes, size_t length) {
  return ipvs_parse_info(attributes, length, &((struct reading *)context)->snapshot.info);
}

static int take_timeouts(void *context, const uint8_t *attributes, size_t length) {
  return ipvs_parse_timeouts(attributes, length,
                             &((struct reading *)context)->snapshot.timeouts);
}

static int take_daemon(void *context, const uint8_t *attributes, size_t length) {
  struct reading *reading = context;
  struct ipvs_daemon daemon;
  int status = ipvs_parse_daemon(attributes, length, &daemon);
  if (status != 0)
    return status;
  if (daemon.state == IP_VS_STATE_MASTER)
    reading->snapshot.daemons[IPVS_DAEMON_MASTER] = daemon;
  else if (daemon.state == IP_VS_STATE_BACKUP)
    reading->snapshot.daemons[IPVS_DAEMON_BACKUP] = daemon;
  return 0;
}

static int take_service(void *context, const uint8_t *attributes, size_t length) {
  struct reading *reading = context;
  const struct ipvs_poll *poll = reading->poll;
  struct ipvs_service service;
  int status = ipvs_parse_service(attributes, length, &service);
  if (status != 0)
    return status;
  if (poll->want != NULL && !poll->want(poll->want_context, &service.key))
    return 0;
  return ipvs_snapshot_add(&reading->snapshot, &service);
}

// Services have no real servers yet, so nothing is to be freed.
static void begin_services(void *context) {
  struct reading *reading = context;
  reading->snapshot.service_count = reading->settled;
}

struct destination_rows {
  uint16_t service_family;
  struct ipvs_destinations destinations;
};

static void begin_destinations(void *context) {
  struct destination_rows *rows = context;
  ipvs_destinations_clear(&rows->destinations);
}

static int take_destination(void *context, const uint8_t *attributes, size_t length) {
  struct destination_rows *rows = context;
  struct ipvs_destination destination;
  int status =
      ipvs_parse_destination(attributes, length, rows->service_family, &destination);
  return status != 0 ? status : ipvs_destinations_add(&rows->destinations, &destination);
}

// *ret_torn: whether the dump held a row twice.
static int read_destinations(struct ipvs_netlink *netlink, struct ipvs_service *service,
                             bool *ret_torn) {
  struct destination_rows found = {.service_family = service->key.family};
  const struct rows rows = {take_destination, begin_destinations, &found};
  int status =
      ask_service(netlink, NLM_F_DUMP, IPVS_CMD_GET_DEST, &service->key, NULL, &rows);
  if (status == 0)
    *ret_torn = ipvs_service_settle(service, &found.destinations) > 0;
  ipvs_destinations_clear(&found.destinations);
  return status;
}

// The service with this key in a settled list, looked for from *place on, which moves
// with it: both lists are in the same order. NULL: not there.
static const struct ipvs_service *follow(const struct ipvs_service *list, size_t count,
                                         const struct ipvs_service_key *key,
                                         size_t *place) {
  for (; *place < count; (*place)++) {
    int order = ipvs_service_key_compare(&list[*place].key, key);
    if (order >= 0)
      return order == 0 ? &list[*place] : NULL;
  }
  return NULL;
}

// Asks by key for each service that the dump passed over. -ESRCH: it is gone.
static int recover_services(struct reading *reading) {
  const struct ipvs_snapshot *before = reading->poll->before;
  struct ipvs_snapshot *snapshot = &reading->snapshot;
  const struct rows rows = {take_service, begin_services, reading};
  size_t dumped = snapshot->service_count, place = 0;
  int status = 0;
  for (size_t i = 0; i < before->service_count && status == 0; i++) {
    const struct ipvs_service_key *key = &before->services[i].key;
    if (follow(snapshot->services, dumped, key, &place) == NULL)
      status = ask_service(reading->netlink, 0, IPVS_CMD_GET_SERVICE, key, NULL, &rows);
    reading->settled = snapshot->service_count;
    if (status == -ESRCH)
      status = 0;
  }
  ipvs_snapshot_settle(snapshot);
  return status;
}

static int add_all(struct ipvs_destinations *seen, const struct ipvs_service *service) {
  int status = 0;
  for (size_t i = 0; i < service->destination_count && status == 0; i++)
    status = ipvs_destinations_add(seen, &service->destinations[i]);
  return status;
}

// Reads a service's real servers until a dump is whole. Of dumps that are all torn, every
// row that one of them had is believed.
static int read_whole(struct reading *reading, struct ipvs_service *service) {
  struct ipvs_destinations seen = {0};
  bool torn = true;
  int tries = 0, status = 0;
  for (; torn && tries < TRIES && status == 0; tries++) {
    status = read_destinations(reading->netlink, service, &torn);
    if (status == 0 && torn)
      status = add_all(&seen, service);
  }
  reading->snapshot.mended += !torn && tries > 1;
  reading->snapshot.unmended += torn && status == 0;
  if (torn && status == 0)
    ipvs_service_settle(service, &seen);
  ipvs_destinations_clear(&seen);
  return status;
}

// What a second look had is added to what the first one had: each passes over rows of its
// own.
static int look_again(struct reading *reading, struct ipvs_service *service) {
  struct ipvs_destinations seen = {0};
  int status = add_all(&seen, service);
  if (status == 0)
    status = read_whole(reading, service);
  if (status == 0)
    status = add_all(&seen, service);
  if (status == 0)
    ipvs_service_settle(service, &seen);
  ipvs_destinations_clear(&seen);
  return status;
}

// Reads a service's real servers, and again if one is missed. The kernel shows a service
// that went since it was listed as one without real servers, so it is asked: -ESRCH.
static int complete_service(struct reading *reading, struct ipvs_service *service,
                            const struct ipvs_service *before) {
  int status = read_whole(reading, service);
  if (status != 0 || before == NULL || ipvs_service_has_all(service, before))
    return status;
  for (int i = 0;
       i < LOOKS_AGAIN && status == 0 && !ipvs_service_has_all(service, before); i++)
    status = look_again(reading, service);
  if (status != 0 || service->destination_count > 0)
    return status;
  return ask_service(reading->netlink, 0, IPVS_CMD_GET_SERVICE, &service->key, NULL,
                     &no_rows);
}

static int complete_services(struct reading *reading) {
  const struct ipvs_snapshot *known = reading->poll->before;
  struct ipvs_snapshot *snapshot = &reading->snapshot;
  size_t kept = 0, place = 0;
  int status = 0;
  for (size_t i = 0; i < snapshot->service_count && status == 0; i++) {
    struct ipvs_service *service = &snapshot->services[i];
    const struct ipvs_service *before =
        follow(known->services, known->service_count, &service->key, &place);
    status = complete_service(reading, service, before);
    if (status == -ESRCH) { // it went, perhaps after a first look at its real servers
      free(service->destinations);
      status = 0;
    } else {
      snapshot->services[kept++] = *service;
    }
  }
  snapshot->service_count = kept;
  return status;
}

// What the kernel is asked for at every poll, in this order.
static const struct {
  uint8_t command;
  int flags;
  struct rows rows;
} questions[] = {
    {IPVS_CMD_GET_INFO, 0, {take_info, NULL, NULL}},
    {IPVS_CMD_GET_CONFIG, 0, {take_timeouts, NULL, NULL}},
    {IPVS_CMD_GET_DAEMON, NLM_F_DUMP, {take_daemon, NULL, NULL}},
    {IPVS_CMD_GET_SERVICE, NLM_F_DUMP, {take_service, begin_services, NULL}},
};

static int read_everything(struct reading *reading) {
  int status = 0;
  for (size_t i = 0; i < HA_COUNT_OF(questions) && status == 0; i++) {
    struct rows rows = questions[i].rows;
    rows.context = reading;
    status = ask(reading->netlink, questions[i].flags, questions[i].command, &rows);
  }
  if (status != 0)
    return status;
  // What such a dump lacks is asked for by its key.
  reading->snapshot.mended += ipvs_snapshot_settle(&reading->snapshot) > 0;
  reading->settled = reading->snapshot.service_count;
  status = recover_services(reading);
  return status != 0 ? status : complete_services(reading);
}

int ipvs_netlink_poll(struct ipvs_netlink *netlink, const struct ipvs_poll *poll,
                      struct ipvs_snapshot *ret_snapshot) {
  struct reading reading = {.netlink = netlink, .poll = poll};
  int status = begin(netlink, poll->budget_ms, poll->load_module);
  if (status != 0)
    return status;
  status = read_everything(&reading);
  if (status == 0)
    *ret_snapshot = reading.snapshot;
  else
    ipvs_snapshot_clear(&reading.snapshot);
  return status == -ENOENT ? -ENODEV : status; // unloaded meanwhile
}

// --- weights ------------------------------------------------------------

int ipvs_netlink_find(struct ipvs_netlink *netlink,
                      const struct ipvs_service_key *service_key,
                      const struct ipvs_destination_key *key, int budget_ms,
                      struct ipvs_destination *ret_destination) {
  struct ipvs_service service = {.key = *service_key};
  int status = begin(netlink, budget_ms, false);
  if (status == 0)
    status = read_destinations(netlink, &service, &(bool){false});
  if (status != 0)
    return status;

  const struct ipvs_destination *found = ipvs_service_find(&service, key);
  if (found != NULL)
    *ret_destination = *found;
  free(service.destinations);
  return found != NULL ? 0 : -ENOENT;
}

int ipvs_netlink_set_weight(struct ipvs_netlink *netlink,
                            const struct ipvs_service_key *service,
                            const struct ipvs_destination_key *key, uint32_t weight,
                            int budget_ms, uint32_t *ret_old) {
  struct ipvs_destination destination;
  int status = ipvs_netlink_find(netlink, service, key, budget_ms, &destination);
  if (status != 0)
    return status;

  uint32_t old = destination.weight;
  destination.weight = weight;
  status = ask_service(netlink, 0, IPVS_CMD_SET_DEST, service, &destination, &no_rows);
  if (status == 0)
    *ret_old = old;
  return status == -ESRCH ? -ENOENT : status;
}
