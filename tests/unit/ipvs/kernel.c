// SPDX-License-Identifier: MIT
// Each request is answered at once, into a queue of datagrams.

#undef _FORTIFY_SOURCE // the C library would have recvfrom() be its own

#include "kernel.h"

#include "core/attributes.h"
#include "objects.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/socket.h>

#define DATAGRAMS 64

struct kernel kernel;

static struct ipvs_destination servers[KERNEL_SERVICES][3];

static struct {
  struct {
    struct nlmsghdr *message;
    uint32_t port; // of the sender
  } datagrams[DATAGRAMS];
  size_t first, end;
  bool interrupted;
} queue;

static void forget_answers(void) {
  while (queue.first < queue.end)
    free(queue.datagrams[queue.first++].message);
  queue.first = queue.end = 0;
}

void kernel_reset(void) {
  forget_answers();
  kernel = (struct kernel){.family = 31, .service_count = 2};
  for (size_t i = 0; i < KERNEL_SERVICES; i++) {
    struct ipvs_service *service = &kernel.services[i];
    service->key = service_key("192.0.2.0", IPPROTO_TCP, 80);
    service->key.address[3] = (uint8_t)(i + 1);
    service->destinations = servers[i];
    service->destination_count = 3;
    for (uint8_t k = 0; k < 3; k++) {
      servers[i][k] = destination("10.0.0.0", 80, k + 1U);
      servers[i][k].key.address[3] = (uint8_t)(k + 1);
      servers[i][k].upper_threshold = 100;
      servers[i][k].lower_threshold = 50;
      servers[i][k].forwarding = IP_VS_CONN_F_TUNNEL;
      servers[i][k].tunnel_type = IP_VS_CONN_F_TUNNEL_TYPE_GUE;
      servers[i][k].tunnel_port = 6080;
      servers[i][k].tunnel_flags = IP_VS_TUNNEL_ENCAP_FLAG_CSUM;
    }
  }
}

void kernel_remove(size_t place) {
  kernel.service_count--;
  for (size_t i = place; i < kernel.service_count; i++)
    kernel.services[i] = kernel.services[i + 1];
}

// --- answers ---------------------------------------------------------------------

static void enqueue(const struct nlmsghdr *message, uint32_t port) {
  if (queue.end == DATAGRAMS)
    abort();
  queue.datagrams[queue.end].message = malloc(message->nlmsg_len);
  memcpy(queue.datagrams[queue.end].message, message, message->nlmsg_len);
  queue.datagrams[queue.end++].port = port;
}

static void finish(const struct nlmsghdr *request, uint16_t type, int status) {
  struct nl_msg *answer = nlmsg_alloc();
  struct nlmsghdr *header =
      nlmsg_put(answer, request->nlmsg_pid, request->nlmsg_seq, type, 0, 0);
  nlmsg_append(answer, &status, sizeof(status), NLMSG_ALIGNTO);
  enqueue(header, 0);
  nlmsg_free(answer);
}

static struct nl_msg *new_row(const struct nlmsghdr *request) {
  struct nl_msg *row = nlmsg_alloc();
  genlmsg_put(row, request->nlmsg_pid, request->nlmsg_seq, kernel.family, 0, 0, 0, 1);
  return row;
}

static void send_row(struct nl_msg *row) {
  enqueue(nlmsg_hdr(row), 0);
  nlmsg_free(row);
}

static void tell_family(const struct nlmsghdr *request) {
  struct nl_msg *row = new_row(request);
  nla_put_u16(row, CTRL_ATTR_FAMILY_ID, kernel.family);
  nla_put_string(row, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME);
  send_row(row);
}

static void tell_info(const struct nlmsghdr *request) {
  struct nl_msg *row = new_row(request);
  nla_put_u32(row, IPVS_INFO_ATTR_VERSION, IP_VS_VERSION_CODE);
  nla_put_u32(row, IPVS_INFO_ATTR_CONN_TAB_SIZE, 4096);
  send_row(row);
}

static void tell_timeouts(const struct nlmsghdr *request) {
  struct nl_msg *row = new_row(request);
  if (!kernel.no_timeouts) {
    nla_put_u32(row, IPVS_CMD_ATTR_TIMEOUT_TCP, 900);
    nla_put_u32(row, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, 120);
    nla_put_u32(row, IPVS_CMD_ATTR_TIMEOUT_UDP, 300);
  }
  send_row(row);
}

static void tell_daemon(const struct nlmsghdr *request) {
  struct nl_msg *row = new_row(request);
  struct nlattr *nest = nla_nest_start(row, IPVS_CMD_ATTR_DAEMON);
  nla_put_u32(row, IPVS_DAEMON_ATTR_STATE, IP_VS_STATE_BACKUP);
  nla_put_string(row, IPVS_DAEMON_ATTR_MCAST_IFN, "sync0");
  nla_nest_end(row, nest);
  send_row(row);
}

// Some of what it counts.
static void put_stats(struct nl_msg *row, int attribute, const struct ipvs_stats *stats) {
  struct nlattr *nest = nla_nest_start(row, attribute);
  nla_put_u64(row, IPVS_STATS_ATTR_CONNS, stats->connections);
  nla_put_u64(row, IPVS_STATS_ATTR_INBYTES, stats->in_octets);
  nla_nest_end(row, nest);
}

static void tell_service(const struct nlmsghdr *request,
                         const struct ipvs_service *service) {
  struct nl_msg *row = new_row(request);
  struct nlattr *nest = nla_nest_start(row, IPVS_CMD_ATTR_SERVICE);
  nla_put_u16(row, IPVS_SVC_ATTR_AF, service->key.family);
  nla_put_u16(row, IPVS_SVC_ATTR_PROTOCOL, service->key.protocol);
  nla_put(row, IPVS_SVC_ATTR_ADDR, 16, service->key.address);
  nla_put_u16(row, IPVS_SVC_ATTR_PORT, htons(service->key.port));
  nla_put_string(row, IPVS_SVC_ATTR_SCHED_NAME, "rr");
  put_stats(row, IPVS_SVC_ATTR_STATS64, &service->stats);
  nla_nest_end(row, nest);
  send_row(row);
}

static void tell_server(const struct nlmsghdr *request,
                        const struct ipvs_destination *server) {
  struct nl_msg *row = new_row(request);
  struct nlattr *nest = nla_nest_start(row, IPVS_CMD_ATTR_DEST);
  nla_put_u16(row, IPVS_DEST_ATTR_ADDR_FAMILY, server->key.family);
  nla_put(row, IPVS_DEST_ATTR_ADDR, 16, server->key.address);
  nla_put_u16(row, IPVS_DEST_ATTR_PORT, htons(server->key.port));
  nla_put_u32(row, IPVS_DEST_ATTR_FWD_METHOD, server->forwarding);
  nla_put_u32(row, IPVS_DEST_ATTR_WEIGHT, server->weight);
  nla_put_u32(row, IPVS_DEST_ATTR_U_THRESH, server->upper_threshold);
  nla_put_u32(row, IPVS_DEST_ATTR_L_THRESH, server->lower_threshold);
  nla_put_u8(row, IPVS_DEST_ATTR_TUN_TYPE, (uint8_t)server->tunnel_type);
  nla_put_u16(row, IPVS_DEST_ATTR_TUN_PORT, htons(server->tunnel_port));
  nla_put_u16(row, IPVS_DEST_ATTR_TUN_FLAGS, server->tunnel_flags);
  nla_put_u32(row, IPVS_DEST_ATTR_ACTIVE_CONNS, server->active);
  put_stats(row, IPVS_DEST_ATTR_STATS64, &server->stats);
  nla_nest_end(row, nest);
  send_row(row);
}

// --- requests --------------------------------------------------------------------

static struct ipvs_service *named_service(const struct nlmsghdr *request) {
  const struct genlmsghdr *header = nlmsg_data(request);
  struct ipvs_service wanted;
  if (ipvs_parse_service((const uint8_t *)genlmsg_attrdata(header, 0),
                         (size_t)genlmsg_attrlen(header, 0), &wanted) != 0)
    abort();
  for (size_t i = 0; i < kernel.service_count; i++)
    if (ipvs_service_key_compare(&kernel.services[i].key, &wanted.key) == 0)
      return &kernel.services[i];
  return NULL;
}

static int get_service(const struct nlmsghdr *request) {
  if ((request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
    for (size_t i = 0; i < kernel.service_count; i++)
      if ((kernel.hidden_services & 1U << i) == 0)
        tell_service(request, &kernel.services[i]);
    return 0;
  }
  const struct ipvs_service *service = named_service(request);
  if (service == NULL)
    return -ESRCH;
  tell_service(request, service);
  return 0;
}

static int get_servers(const struct nlmsghdr *request) {
  const struct ipvs_service *service = named_service(request);
  bool hides = kernel.hidings > 0;
  kernel.hidings -= hides;
  for (size_t i = 0; service != NULL && i < service->destination_count; i++)
    if (!hides || (kernel.hidden_servers & 1U << i) == 0)
      tell_server(request, &service->destinations[i]);
  if (service != NULL && service->destination_count > 0 && kernel.doublings > 0) {
    tell_server(request, &service->destinations[service->destination_count - 1]);
    kernel.doublings--;
  }
  return 0;
}

static int set_server(const struct nlmsghdr *request) {
  const struct genlmsghdr *header = nlmsg_data(request);
  struct ipvs_service *service = named_service(request);
  struct ipvs_destination wanted;
  if (service == NULL)
    return -ESRCH;
  if (ipvs_parse_destination((const uint8_t *)genlmsg_attrdata(header, 0),
                             (size_t)genlmsg_attrlen(header, 0), AF_INET, &wanted) != 0)
    abort();
  struct ipvs_destination *found = ipvs_service_find(service, &wanted.key);
  if (found == NULL)
    return -ENOENT;
  *found = wanted;
  return 0;
}

static int get_family(const struct nlmsghdr *request) {
  if (genlmsg_attrlen(nlmsg_data(request), 0) > 0 &&
      nla_type(genlmsg_attrdata(nlmsg_data(request), 0)) == CTRL_ATTR_FAMILY_NAME) {
    kernel.asked_by_name++;
    kernel.absent = kernel.absent && !kernel.loadable;
  } else if (genlmsg_attrlen(nlmsg_data(request), 0) > 0 &&
             nla_get_u16(genlmsg_attrdata(nlmsg_data(request), 0)) != kernel.family) {
    return -ENOENT;
  }
  bool dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
  if (kernel.absent)
    return dump ? 0 : -ENOENT;
  tell_family(request);
  return 0;
}

static int obey(const struct nlmsghdr *request, uint8_t command) {
  if (request->nlmsg_type == GENL_ID_CTRL)
    return get_family(request);
  if (kernel.absent || request->nlmsg_type != kernel.family)
    return -ENOENT;
  if (command == kernel.failing)
    return kernel.failure;
  switch (command) {
  case IPVS_CMD_GET_INFO:
    tell_info(request);
    return 0;
  case IPVS_CMD_GET_CONFIG:
    tell_timeouts(request);
    return 0;
  case IPVS_CMD_GET_DAEMON:
    tell_daemon(request);
    return 0;
  case IPVS_CMD_GET_SERVICE:
    return get_service(request);
  case IPVS_CMD_GET_DEST:
    return get_servers(request);
  case IPVS_CMD_SET_DEST:
    return set_server(request);
  }
  return -EOPNOTSUPP;
}

// A late answer and another process's: errors, so that one who believes them fails.
static void make_noise(const struct nlmsghdr *request) {
  struct nlmsghdr late = *request;
  struct {
    struct nlmsghdr header;
    int status;
  } forged = {{.nlmsg_len = sizeof(forged),
               .nlmsg_type = NLMSG_ERROR,
               .nlmsg_pid = request->nlmsg_pid,
               .nlmsg_seq = request->nlmsg_seq},
              -EIO};
  late.nlmsg_seq--;
  finish(&late, NLMSG_ERROR, -EIO);
  enqueue(&forged.header, 4711);
  queue.interrupted = true;
}

// --- in the place of the C library ---------------------------------------------------

ssize_t send(int fd, const void *message, size_t length, int flags) {
  (void)fd, (void)flags;
  const struct nlmsghdr *request = message;
  uint8_t command = ((const struct genlmsghdr *)nlmsg_data(request))->cmd;
  if (request->nlmsg_type != GENL_ID_CTRL) {
    kernel.asked[command]++;
    if (kernel.before != NULL)
      kernel.before(command);
  }
  if (kernel.silent)
    return (ssize_t)length;
  if (kernel.noisy)
    make_noise(request);
  bool dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
  int status = obey(request, command);
  finish(request, dump && status == 0 ? NLMSG_DONE : NLMSG_ERROR, status);
  return (ssize_t)length;
}

// What is lost is gone.
static ssize_t fail(void) {
  errno = queue.interrupted ? EINTR : kernel.receive_error;
  if (errno == ENOBUFS)
    forget_answers();
  if (!queue.interrupted)
    kernel.receive_errors--;
  queue.interrupted = false;
  return -1;
}

static size_t hand_over(struct msghdr *header) {
  struct nlmsghdr *message = queue.datagrams[queue.first].message;
  ((struct sockaddr_nl *)header->msg_name)->nl_pid = queue.datagrams[queue.first++].port;
  size_t length = message->nlmsg_len;
  if (kernel.interrupted_dumps > 0 && message->nlmsg_type == NLMSG_DONE) {
    kernel.interrupted_dumps--;
    message->nlmsg_flags |= NLM_F_DUMP_INTR;
  }
  length -= kernel.cut < length ? kernel.cut : length;
  kernel.cut = 0;
  memcpy(header->msg_iov->iov_base, message, length);
  free(message);
  if (queue.first == queue.end)
    queue.first = queue.end = 0;
  return length;
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags) {
  (void)fd;
  if (queue.interrupted || kernel.receive_errors > 0)
    return fail();
  if (queue.first == queue.end) {
    queue.first = queue.end = 0;
    errno = EAGAIN;
    return -1;
  }
  if (flags & MSG_PEEK)
    return queue.datagrams[queue.first].message->nlmsg_len;
  return (ssize_t)hand_over(header);
}
