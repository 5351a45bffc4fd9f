// SPDX-License-Identifier: MIT
// IPVS over generic netlink: libnl writes requests, core/attributes reads answers.

#include "io/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The kernel fills dumps up to the size of the reader's buffer, but no further
// than this.
#define BUFFER_SIZE 32768

// Requests are shorter than this; libnl would clear a whole page for each.
#define REQUEST_SIZE 512

struct ipvs_netlink {
  struct nl_sock *socket;
  int64_t deadline_ms; // of the call in progress, CLOCK_MONOTONIC
  uint16_t family;     // IPVS's number when last asked; 0: not in the kernel
  _Alignas(struct nlmsghdr) uint8_t buffer[BUFFER_SIZE];
};

// One row of an answer, without its generic netlink header. 0 goes on.
typedef int row_fn(void *context, const uint8_t *attributes, size_t length);

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- transport ---------------------------------------------------------

int ipvs_netlink_open(struct ipvs_netlink **ret_netlink) {
  struct ipvs_netlink *netlink = calloc(1, sizeof(*netlink));
  if (netlink == NULL)
    return -ENOMEM;
  netlink->socket = nl_socket_alloc();
  if (netlink->socket == NULL) {
    free(netlink);
    return -ENOMEM;
  }
  errno = 0;
  if (genl_connect(netlink->socket) < 0) {
    int status = errno != 0 ? -errno : -EIO;
    ipvs_netlink_close(netlink);
    return status;
  }
  *ret_netlink = netlink;
  return 0;
}

void ipvs_netlink_close(struct ipvs_netlink *netlink) {
  if (netlink == NULL)
    return;
  nl_socket_free(netlink->socket);
  free(netlink);
}

// Waits for one datagram of the kernel's.
static int receive(struct ipvs_netlink *netlink, size_t *ret_length) {
  struct pollfd wait = {.fd = nl_socket_get_fd(netlink->socket), .events = POLLIN};
  for (;;) {
    struct sockaddr_nl from = {0};
    socklen_t from_length = sizeof(from);
    ssize_t length =
        recvfrom(wait.fd, netlink->buffer, sizeof(netlink->buffer),
                 MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &from_length);
    if (length >= 0 && from.nl_pid != 0)
      continue;
    if (length > (ssize_t)sizeof(netlink->buffer))
      return -EMSGSIZE;
    if (length >= 0) {
      *ret_length = (size_t)length;
      return 0;
    }
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN)
      return -errno;

    int64_t left = netlink->deadline_ms - now_ms();
    if (left <= 0)
      return -ETIMEDOUT;
    if (poll(&wait, 1, (int)left) < 0 && errno != EINTR)
      return -errno;
  }
}

enum progress { MORE, FINISHED };

// An error, or the end of a dump, carries the kernel's -errno; 0 is success.
static int read_status(const struct nlmsghdr *message) {
  int status;
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(status)))
    return -EBADMSG;
  memcpy(&status, NLMSG_DATA(message), sizeof(status));
  return status <= 0 ? status : -EBADMSG;
}

static int take_message(const struct nlmsghdr *message, row_fn *row, void *context,
                        enum progress *progress) {
  switch (message->nlmsg_type) {
  case NLMSG_NOOP:
    return 0;
  case NLMSG_ERROR:
  case NLMSG_DONE:
    *progress = FINISHED;
    return read_status(message);
  case NLMSG_OVERRUN:
    return -ENOBUFS;
  }
  if (message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
    return -EBADMSG;
  return row(context, (const uint8_t *)NLMSG_DATA(message) + GENL_HDRLEN,
             message->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
}

// A late answer to a request that was given up carries another number.
static int take_datagram(struct ipvs_netlink *netlink, size_t length, uint32_t sequence,
                         row_fn *row, void *context, enum progress *progress) {
  int left = (int)length, status = 0;
  struct nlmsghdr *message = (struct nlmsghdr *)netlink->buffer;
  for (; status == 0 && *progress == MORE && nlmsg_ok(message, left);
       message = nlmsg_next(message, &left))
    if (message->nlmsg_seq == sequence)
      status = take_message(message, row, context, progress);
  if (status == 0 && *progress == MORE && left > 0)
    return -EBADMSG; // cut off
  return status;
}

// Sends the request, frees it, and hands every row of the answer to `row`.
static int exchange(struct ipvs_netlink *netlink, struct nl_msg *request, row_fn *row,
                    void *context) {
  errno = 0;
  int sent = nl_send_auto(netlink->socket, request);
  int status = sent >= 0 ? 0 : errno != 0 ? -errno : -EIO;
  uint32_t sequence = nlmsg_hdr(request)->nlmsg_seq;
  nlmsg_free(request);

  enum progress progress = MORE;
  while (status == 0 && progress == MORE) {
    size_t length = 0;
    status = receive(netlink, &length);
    if (status == 0)
      status = take_datagram(netlink, length, sequence, row, context, &progress);
  }
  return status;
}

static int no_row(void *context, const uint8_t *attributes, size_t length) {
  (void)context, (void)attributes, (void)length;
  return 0;
}

// A request that the caller fills, or NULL.
static struct nl_msg *new_request(uint16_t family, int flags, uint8_t command,
                                  uint8_t version) {
  struct nl_msg *request = nlmsg_alloc_size(REQUEST_SIZE);
  if (request == NULL)
    return NULL;
  if (genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, command,
                  version) != NULL)
    return request;
  nlmsg_free(request);
  return NULL;
}

static struct nl_msg *ipvs_request(struct ipvs_netlink *netlink, int flags,
                                   uint8_t command) {
  return new_request(netlink->family, flags, command, IPVS_GENL_VERSION);
}

static int ask(struct ipvs_netlink *netlink, int flags, uint8_t command, row_fn *row,
               void *context) {
  struct nl_msg *request = ipvs_request(netlink, flags, command);
  return request != NULL ? exchange(netlink, request, row, context) : -ENOMEM;
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
  struct nl_msg *request = new_request(GENL_ID_CTRL, NLM_F_DUMP, CTRL_CMD_GETFAMILY, 1);
  return request != NULL ? exchange(netlink, request, note_family, netlink) : -ENOMEM;
}

// Asks for one family, by the attribute that the caller put in; frees the request.
static int ask_family(struct ipvs_netlink *netlink, struct nl_msg *request, int put) {
  if (put < 0) {
    nlmsg_free(request);
    return -ENOMEM;
  }
  int status = exchange(netlink, request, note_family, netlink);
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
  netlink->deadline_ms = now_ms() + budget_ms;
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

// Asks about one service. Takes no notice of rows when `row` is no_row.
static int ask_service(struct ipvs_netlink *netlink, int flags, uint8_t command,
                       const struct ipvs_service_key *key,
                       const struct ipvs_destination *destination, row_fn *row,
                       void *context) {
  struct nl_msg *request = ipvs_request(netlink, flags, command);
  if (request == NULL)
    return -ENOMEM;
  int status = put_service(request, key);
  if (status == 0 && destination != NULL)
    status = put_destination(request, destination);
  if (status == 0)
    return exchange(netlink, request, row, context);
  nlmsg_free(request);
  return status;
}

// --- polls --------------------------------------------------------------

struct reading {
  struct ipvs_netlink *netlink;
  const struct ipvs_poll *poll;
  struct ipvs_snapshot snapshot;
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

struct destination_rows {
  uint16_t service_family;
  struct ipvs_destinations destinations;
};

static int take_destination(void *context, const uint8_t *attributes, size_t length) {
  struct destination_rows *rows = context;
  struct ipvs_destination destination;
  int status =
      ipvs_parse_destination(attributes, length, rows->service_family, &destination);
  return status != 0 ? status : ipvs_destinations_add(&rows->destinations, &destination);
}

static int read_destinations(struct ipvs_netlink *netlink, struct ipvs_service *service) {
  struct destination_rows rows = {.service_family = service->key.family};
  int status = ask_service(netlink, NLM_F_DUMP, IPVS_CMD_GET_DEST, &service->key, NULL,
                           take_destination, &rows);
  if (status == 0)
    ipvs_service_settle(service, &rows.destinations);
  ipvs_destinations_clear(&rows.destinations);
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
  size_t dumped = snapshot->service_count, place = 0;
  int status = 0;
  for (size_t i = 0; i < before->service_count && status == 0; i++) {
    const struct ipvs_service_key *key = &before->services[i].key;
    if (follow(snapshot->services, dumped, key, &place) == NULL)
      status = ask_service(reading->netlink, 0, IPVS_CMD_GET_SERVICE, key, NULL,
                           take_service, reading);
    if (status == -ESRCH)
      status = 0;
  }
  ipvs_snapshot_settle(snapshot);
  return status;
}

// Reads a service's real servers, once more if one is missed. The kernel shows a service
// that went since it was listed as one without real servers, so it is asked: -ESRCH.
static int complete_service(struct ipvs_netlink *netlink, struct ipvs_service *service,
                            const struct ipvs_service *before) {
  int status = read_destinations(netlink, service);
  if (status != 0 || before == NULL || ipvs_service_has_all(service, before))
    return status;
  status = read_destinations(netlink, service);
  if (status != 0 || service->destination_count > 0)
    return status;
  return ask_service(netlink, 0, IPVS_CMD_GET_SERVICE, &service->key, NULL, no_row, NULL);
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
    status = complete_service(reading->netlink, service, before);
    if (status == -ESRCH)
      status = 0; // it owns no real servers
    else
      snapshot->services[kept++] = *service;
  }
  snapshot->service_count = kept;
  return status;
}

static int read_everything(struct reading *reading) {
  struct ipvs_netlink *netlink = reading->netlink;
  int status = ask(netlink, 0, IPVS_CMD_GET_INFO, take_info, reading);
  if (status == 0)
    status = ask(netlink, 0, IPVS_CMD_GET_CONFIG, take_timeouts, reading);
  if (status == 0)
    status = ask(netlink, NLM_F_DUMP, IPVS_CMD_GET_DAEMON, take_daemon, reading);
  if (status == 0)
    status = ask(netlink, NLM_F_DUMP, IPVS_CMD_GET_SERVICE, take_service, reading);
  if (status != 0)
    return status;
  ipvs_snapshot_settle(&reading->snapshot);
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
    status = read_destinations(netlink, &service);
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
  status =
      ask_service(netlink, 0, IPVS_CMD_SET_DEST, service, &destination, no_row, NULL);
  if (status == 0)
    *ret_old = old;
  return status == -ESRCH ? -ENOENT : status;
}
