// SPDX-License-Identifier: MIT
// Which routes and rules did keepalived put into the kernel?
#include "io/kernel_routes.h"

#include "common/core/array.h"
#include "common/io/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET_MS 1000 // for all dumps together

#ifndef RTPROT_KEEPALIVED
#define RTPROT_KEEPALIVED 18
#endif

// An address and its prefix length; what the length leaves out is zero.
struct prefix {
  uint8_t length;
  uint8_t bytes[16];
};

struct vrrp_kernel_route {
  uint8_t family;
  uint8_t type;
  uint32_t table, metric;
  struct prefix destination;
};

struct vrrp_kernel_rule {
  uint8_t family;
  uint8_t action;
  uint32_t table, preference;
  struct prefix from, to;
};

// --- messages -------------------------------------------------------------

static uint32_t read_u32(const struct nlattr *attr, uint32_t otherwise) {
  return attr != NULL && mnl_attr_validate(attr, MNL_TYPE_U32) >= 0
             ? mnl_attr_get_u32(attr)
             : otherwise;
}

static struct prefix read_prefix(const struct nlattr *attr, uint8_t length) {
  struct prefix prefix = {.length = length};
  uint16_t size = attr != NULL ? mnl_attr_get_payload_len(attr) : 0;
  if (attr != NULL)
    memcpy(prefix.bytes, mnl_attr_get_payload(attr),
           size < sizeof(prefix.bytes) ? size : sizeof(prefix.bytes));
  return prefix;
}

static bool is_cut(const struct nlmsghdr *message, size_t header) {
  return mnl_nlmsg_get_payload_len(message) < header;
}

// The attributes of a message by type; those from `max` on are left out.
static void index_attributes(const struct nlmsghdr *message, size_t header,
                             const struct nlattr **attributes, uint16_t max) {
  const struct nlattr *attr;
  mnl_attr_for_each(attr, message, header) {
    if (mnl_attr_get_type(attr) < max)
      attributes[mnl_attr_get_type(attr)] = attr;
  }
}

// A dump that is begun again forgets what it has brought.
struct reading {
  struct vrrp_kernel_routes *fresh;
  size_t route_count, rule_count; // before this dump
};

static int take_route(void *user, const struct nlmsghdr *message) {
  struct vrrp_kernel_routes *routes = ((struct reading *)user)->fresh;
  const struct nlattr *attributes[RTA_MAX + 1] = {NULL};
  const struct rtmsg *route = mnl_nlmsg_get_payload(message);
  if (message->nlmsg_type != RTM_NEWROUTE || is_cut(message, sizeof(*route)) ||
      route->rtm_protocol != RTPROT_KEEPALIVED ||
      routes->route_count == KERNEL_ROUTES_MAX)
    return 0;
  index_attributes(message, sizeof(*route), attributes, RTA_MAX + 1);
  void *grown =
      ha_array_room(routes->routes, routes->route_count, sizeof(*routes->routes));
  if (grown == NULL)
    return -ENOMEM;
  routes->routes = grown;
  routes->routes[routes->route_count++] = (struct vrrp_kernel_route){
      .family = route->rtm_family,
      .type = route->rtm_type,
      .table = read_u32(attributes[RTA_TABLE], route->rtm_table),
      .metric = read_u32(attributes[RTA_PRIORITY], 0),
      .destination = read_prefix(attributes[RTA_DST], route->rtm_dst_len),
  };
  return 0;
}

static int take_rule(void *user, const struct nlmsghdr *message) {
  struct vrrp_kernel_routes *routes = ((struct reading *)user)->fresh;
  const struct nlattr *attributes[FRA_MAX + 1] = {NULL};
  const struct fib_rule_hdr *rule = mnl_nlmsg_get_payload(message);
  if (message->nlmsg_type != RTM_NEWRULE || is_cut(message, sizeof(*rule)) ||
      routes->rule_count == KERNEL_ROUTES_MAX)
    return 0;
  index_attributes(message, sizeof(*rule), attributes, FRA_MAX + 1);
  void *grown = ha_array_room(routes->rules, routes->rule_count, sizeof(*routes->rules));
  if (grown == NULL)
    return -ENOMEM;
  routes->rules = grown;
  routes->rules[routes->rule_count++] = (struct vrrp_kernel_rule){
      .family = rule->family,
      .action = rule->action,
      .table = read_u32(attributes[FRA_TABLE], rule->table),
      .preference = read_u32(attributes[FRA_PRIORITY], 0),
      .from = read_prefix(attributes[FRA_SRC], rule->src_len),
      .to = read_prefix(attributes[FRA_DST], rule->dst_len),
  };
  return 0;
}

// --- dumps ----------------------------------------------------------------

static void begin(void *context) {
  struct reading *reading = context;
  reading->fresh->route_count = reading->route_count;
  reading->fresh->rule_count = reading->rule_count;
}

static int dump(struct ha_netlink *netlink, struct nlmsghdr *request,
                ha_netlink_take *take, struct vrrp_kernel_routes *fresh,
                int64_t deadline) {
  struct reading reading = {fresh, fresh->route_count, fresh->rule_count};
  struct ha_netlink_question question = {request, begin, take, &reading};
  request->nlmsg_flags = NLM_F_DUMP;
  return ha_netlink_ask(netlink, &question, deadline);
}

static int dump_routes(struct ha_netlink *netlink, uint8_t family,
                       struct vrrp_kernel_routes *fresh, int64_t deadline) {
  struct {
    struct nlmsghdr header;
    struct rtmsg route;
  } request = {
      .header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETROUTE},
      .route = {.rtm_family = family,
                .rtm_protocol = RTPROT_KEEPALIVED}, // where the kernel filters
  };
  return dump(netlink, &request.header, take_route, fresh, deadline);
}

static int dump_rules(struct ha_netlink *netlink, uint8_t family,
                      struct vrrp_kernel_routes *fresh, int64_t deadline) {
  struct {
    struct nlmsghdr header;
    struct fib_rule_hdr rule;
  } request = {
      .header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETRULE},
      .rule = {.family = family},
  };
  return dump(netlink, &request.header, take_rule, fresh, deadline);
}

static int dump_all(struct ha_netlink *netlink, struct vrrp_kernel_routes *fresh) {
  static const uint8_t families[] = {AF_INET, AF_INET6};
  int64_t deadline = ha_netlink_now() + BUDGET_MS;
  int on = 1, status = 0;
  (void)setsockopt(netlink->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
  for (size_t i = 0; i < HA_COUNT_OF(families) && status == 0; i++) {
    status = dump_routes(netlink, families[i], fresh, deadline);
    if (status == 0)
      status = dump_rules(netlink, families[i], fresh, deadline);
  }
  return status;
}

int vrrp_kernel_routes_read(struct vrrp_kernel_routes *routes) {
  struct vrrp_kernel_routes fresh = {0};
  struct ha_netlink netlink;
  int status = ha_netlink_open(&netlink, NETLINK_ROUTE);
  if (status == 0)
    status = dump_all(&netlink, &fresh);
  ha_netlink_close(&netlink);
  if (status < 0) {
    vrrp_kernel_routes_clear(&fresh);
    return status;
  }
  vrrp_kernel_routes_clear(routes);
  *routes = fresh;
  return 0;
}

void vrrp_kernel_routes_clear(struct vrrp_kernel_routes *routes) {
  free(routes->routes);
  free(routes->rules);
  *routes = (struct vrrp_kernel_routes){0};
}

// --- what keepalived says of them -----------------------------------------

static uint8_t route_type(const char *name) {
  static const struct {
    const char *name;
    uint8_t type;
  } TYPES[] = {
      {"unicast", RTN_UNICAST},
      {"ecmp", RTN_UNICAST},
      {"local", RTN_LOCAL},
      {"broadcast", RTN_BROADCAST},
      {"anycast", RTN_ANYCAST},
      {"multicast", RTN_MULTICAST},
      {"blackhole", RTN_BLACKHOLE},
      {"prohibit", RTN_PROHIBIT},
      {"unreachable", RTN_UNREACHABLE},
      {"throw", RTN_THROW},
  };
  for (size_t i = 0; i < HA_COUNT_OF(TYPES); i++)
    if (strcmp(TYPES[i].name, name) == 0)
      return TYPES[i].type;
  return RTN_UNSPEC;
}

static uint8_t family_of(const struct vrrp_keepalived_item *item) {
  return vrrp_keepalived_item_number(item, "family", 4) == 6 ? AF_INET6 : AF_INET;
}

// The prefix that the item tells; all zero if it tells none.
static struct prefix prefix_of(const struct vrrp_keepalived_item *item, const char *key,
                               const char *len_key) {
  struct prefix prefix = {0};
  const char *text = vrrp_keepalived_item_text(item, key);
  if (inet_pton(family_of(item), text, prefix.bytes) == 1)
    prefix.length = (uint8_t)vrrp_keepalived_item_number(item, len_key, 0);
  return prefix;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b) {
  return a->length == b->length && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

// The kernel gives a route of IPv6 without a metric one of its own, 1024.
static bool same_metric(const struct vrrp_kernel_route *route, int64_t wanted) {
  return route->metric == wanted || (route->family == AF_INET6 && wanted == 0);
}

bool vrrp_kernel_routes_has_route(const struct vrrp_kernel_routes *routes,
                                  const struct vrrp_keepalived_item *route) {
  struct prefix destination = prefix_of(route, "destination", "prefix");
  uint8_t type = route_type(vrrp_keepalived_item_text(route, "type"));
  for (size_t i = 0; i < routes->route_count; i++) {
    const struct vrrp_kernel_route *here = &routes->routes[i];
    if (here->family == family_of(route) && here->type == type &&
        same_prefix(&here->destination, &destination) &&
        here->table == vrrp_keepalived_item_number(route, "table", RT_TABLE_MAIN) &&
        same_metric(here, vrrp_keepalived_item_number(route, "metric", 0)))
      return true;
  }
  return false;
}

bool vrrp_kernel_routes_has_rule(const struct vrrp_kernel_routes *routes,
                                 const struct vrrp_keepalived_item *rule) {
  struct prefix from = prefix_of(rule, "from", "from_prefix");
  struct prefix to = prefix_of(rule, "to", "to_prefix");
  for (size_t i = 0; i < routes->rule_count; i++) {
    const struct vrrp_kernel_rule *here = &routes->rules[i];
    int64_t table = vrrp_keepalived_item_number(rule, "table", -1);
    if (here->family == family_of(rule) && same_prefix(&here->from, &from) &&
        same_prefix(&here->to, &to) && (table < 0 || here->table == table) &&
        here->action == vrrp_keepalived_item_number(rule, "action", here->action) &&
        here->preference ==
            vrrp_keepalived_item_number(rule, "preference", here->preference))
      return true;
  }
  return false;
}
