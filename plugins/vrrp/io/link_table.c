// SPDX-License-Identifier: MIT
// What do the kernel's rtnetlink messages say about links and addresses?
#include "io/link_table.h"

#include "common/core/array.h"
#include "common/core/search.h"
#include "common/io/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define BASES_MAX 8 // links of those kinds that stand on each other

// Links of these kinds show the frames of the links they are put on.
static const char *const macvlan_kinds[] = {"macvlan", "macvtap", "ipvlan", "ipvtap"};

// Links enslaved to these kinds are shown by their master.
static const char *const port_kinds[] = {"bridge", "bond", "team"};

// Links of these kinds show again what comes in by the links enslaved to them.
static const char *const vrf_kinds[] = {"vrf"};

// Types of links that carry no IP. All others may carry VRRP, with a header of their own
// before IP's or without.
static const unsigned short types_without_ip[] = {
    ARPHRD_CAN,
    ARPHRD_IEEE80211,
    ARPHRD_IEEE80211_PRISM,
    ARPHRD_IEEE80211_RADIOTAP,
    ARPHRD_IEEE802154,
    ARPHRD_IEEE802154_MONITOR,
    ARPHRD_PHONET,
    ARPHRD_PHONET_PIPE,
    ARPHRD_NETLINK,
    ARPHRD_VSOCKMON,
};

struct link_attributes {
  const char *name, *kind, *slave_kind; // in the message's buffer
  unsigned lower;
  bool lower_is_elsewhere; // in another network namespace
};

static bool is_one_of(const char *kind, const char *const *kinds, size_t count) {
  for (size_t i = 0; kind != NULL && i < count; i++)
    if (strcmp(kind, kinds[i]) == 0)
      return true;
  return false;
}

void vrrp_link_table_destroy(struct vrrp_link_table *table) {
  free(table->links);
  vrrp_local_addresses_destroy(&table->addresses);
  *table = (struct vrrp_link_table){0};
}

static int compare(const void *key, const void *element) {
  unsigned ifindex = *(const unsigned *)key;
  const struct vrrp_link *link = element;
  return (ifindex > link->ifindex) - (ifindex < link->ifindex);
}

static struct ha_sorted by_ifindex(const struct vrrp_link_table *table) {
  return (struct ha_sorted){table->links, table->link_count, sizeof(*table->links),
                            compare};
}

static struct vrrp_link *find_link(const struct vrrp_link_table *table,
                                   unsigned ifindex) {
  const struct ha_sorted sorted = by_ifindex(table);
  return ha_search_find(&sorted, &ifindex);
}

const struct vrrp_link *vrrp_link_table_find(const struct vrrp_link_table *table,
                                             unsigned ifindex) {
  return find_link(table, ifindex);
}

unsigned vrrp_link_table_base(const struct vrrp_link_table *table, unsigned ifindex) {
  for (int i = 0; i < BASES_MAX; i++) {
    const struct vrrp_link *link = find_link(table, ifindex);
    if (link == NULL || link->base == 0)
      break;
    ifindex = link->base;
  }
  return ifindex;
}

enum vrrp_place vrrp_link_table_place(const struct vrrp_link_table *table,
                                      const struct vrrp_address *address) {
  const struct vrrp_local_address *local =
      vrrp_local_addresses_with(&table->addresses, address);
  enum vrrp_place place = VRRP_PLACE_NONE;

  for (; local != NULL; local = vrrp_local_addresses_next_with(local)) {
    const struct vrrp_link *link = find_link(table, local->ifindex);
    if (link == NULL || link->role != VRRP_LINK_LOOPBACK)
      return VRRP_PLACE_LINK;
    place = VRRP_PLACE_LOOPBACK;
  }
  return place;
}

bool vrrp_link_table_has_address_on(const struct vrrp_link_table *table, unsigned ifindex,
                                    const struct vrrp_address *address) {
  return vrrp_local_addresses_find(&table->addresses, ifindex, address) != NULL;
}

void vrrp_link_table_take_changed(struct vrrp_link_table *table,
                                  struct vrrp_address_set *ret_set) {
  vrrp_local_addresses_take_changed(&table->addresses, ret_set);
}

// --- links -------------------------------------------------------------------------

static int note_linkinfo(const struct nlattr *attr, void *data) {
  struct link_attributes *attributes = data;
  const char **place = NULL;

  if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
    place = &attributes->kind;
  else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
    place = &attributes->slave_kind;
  if (place != NULL) {
    if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
      return MNL_CB_ERROR;
    *place = mnl_attr_get_str(attr);
  }
  return MNL_CB_OK;
}

static int note_link_attribute(const struct nlattr *attr, void *data) {
  struct link_attributes *attributes = data;

  switch (mnl_attr_get_type(attr)) {
  case IFLA_IFNAME:
    if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
      return MNL_CB_ERROR;
    attributes->name = mnl_attr_get_str(attr);
    break;
  case IFLA_LINK:
    if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
      return MNL_CB_ERROR;
    attributes->lower = mnl_attr_get_u32(attr);
    break;
  case IFLA_LINK_NETNSID:
    attributes->lower_is_elsewhere = true;
    break;
  case IFLA_LINKINFO:
    if (mnl_attr_validate(attr, MNL_TYPE_NESTED) < 0)
      return MNL_CB_ERROR;
    return mnl_attr_parse_nested(attr, note_linkinfo, attributes);
  default:
    break;
  }
  return MNL_CB_OK;
}

static bool carries_ip(unsigned short type) {
  for (size_t i = 0; i < HA_COUNT_OF(types_without_ip); i++)
    if (types_without_ip[i] == type)
      return false;
  return true;
}

static enum vrrp_link_role judge_role(const struct ifinfomsg *info,
                                      const struct link_attributes *attributes) {
  if (info->ifi_flags & IFF_LOOPBACK)
    return VRRP_LINK_LOOPBACK;
  if (!carries_ip(info->ifi_type))
    return VRRP_LINK_OTHER;
  if (is_one_of(attributes->kind, macvlan_kinds, HA_COUNT_OF(macvlan_kinds)) &&
      !attributes->lower_is_elsewhere)
    return VRRP_LINK_MACVLAN;
  if (is_one_of(attributes->slave_kind, port_kinds, HA_COUNT_OF(port_kinds)))
    return VRRP_LINK_PORT;
  if (is_one_of(attributes->kind, vrf_kinds, HA_COUNT_OF(vrf_kinds)))
    return VRRP_LINK_VRF;
  return VRRP_LINK_BASE;
}

static bool same_link(const struct vrrp_link *a, const struct vrrp_link *b) {
  return a->base == b->base && a->role == b->role && a->admin_up == b->admin_up &&
         a->running == b->running && strcmp(a->name, b->name) == 0;
}

static int add_link(struct vrrp_link_table *table, const struct vrrp_link *link) {
  const struct ha_sorted sorted = by_ifindex(table);
  size_t place = ha_search(&sorted, &link->ifindex);
  struct vrrp_link *links =
      ha_array_room(table->links, table->link_count, sizeof(*links));

  if (links == NULL)
    return -ENOMEM;
  table->links = links;
  ha_array_open_gap(links, table->link_count++, sizeof(*links), place);
  links[place] = *link;
  return VRRP_LINKS_CHANGED;
}

static int put_link(struct vrrp_link_table *table, struct vrrp_link *link) {
  struct vrrp_link *known = find_link(table, link->ifindex);

  link->incarnation = known != NULL ? known->incarnation : ++table->incarnations;
  if (known == NULL)
    return add_link(table, link);
  int change = same_link(known, link) ? 0 : VRRP_LINKS_CHANGED;
  *known = *link;
  return change;
}

static void remove_link(struct vrrp_link_table *table, struct vrrp_link *link) {
  ha_array_take_out(table->links, table->link_count--, sizeof(*link),
                    (size_t)(link - table->links));
}

// Its addresses go with it.
static int drop_link(struct vrrp_link_table *table, unsigned ifindex) {
  struct vrrp_link *link = find_link(table, ifindex);
  struct vrrp_local_address *local;
  int changes = 0;

  while ((local = (void *)vrrp_local_addresses_on(&table->addresses, ifindex)) != NULL) {
    vrrp_local_addresses_remove(&table->addresses, local);
    changes = VRRP_ADDRESSES_CHANGED;
  }
  if (link == NULL)
    return changes;
  remove_link(table, link);
  return changes | VRRP_LINKS_CHANGED;
}

static int take_link(struct vrrp_link_table *table, const struct nlmsghdr *message) {
  struct link_attributes attributes = {0};

  if (mnl_nlmsg_get_payload_len(message) < sizeof(struct ifinfomsg))
    return -EBADMSG;
  const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
  // A bridge tells of its ports in messages of its own family; they lack the rest.
  if (info->ifi_family != AF_UNSPEC)
    return 0;
  if (message->nlmsg_type == RTM_DELLINK)
    return drop_link(table, (unsigned)info->ifi_index);
  if (mnl_attr_parse(message, sizeof(*info), note_link_attribute, &attributes) < 0 ||
      attributes.name == NULL || strlen(attributes.name) >= IFNAMSIZ)
    return -EBADMSG;

  struct vrrp_link link = {
      .ifindex = (unsigned)info->ifi_index,
      .role = judge_role(info, &attributes),
      .admin_up = info->ifi_flags & IFF_UP,
      .running = (info->ifi_flags & IFF_UP) && (info->ifi_flags & IFF_RUNNING),
      .seen = true,
  };
  if (link.role == VRRP_LINK_MACVLAN)
    link.base = attributes.lower;
  strcpy(link.name, attributes.name);
  return put_link(table, &link);
}

// --- addresses ---------------------------------------------------------------------

struct address_attributes {
  const struct nlattr *address, *local;
};

static int note_address_attribute(const struct nlattr *attr, void *data) {
  struct address_attributes *attributes = data;

  if (mnl_attr_get_type(attr) == IFA_ADDRESS)
    attributes->address = attr;
  else if (mnl_attr_get_type(attr) == IFA_LOCAL)
    attributes->local = attr;
  return MNL_CB_OK;
}

static int put_address(struct vrrp_link_table *table, unsigned ifindex,
                       const struct vrrp_address *address) {
  struct vrrp_local_address *known =
      vrrp_local_addresses_find(&table->addresses, ifindex, address);

  if (known != NULL) {
    known->seen = true;
    return 0;
  }
  int status = vrrp_local_addresses_add(&table->addresses, ifindex, address);
  return status < 0 ? status : VRRP_ADDRESSES_CHANGED;
}

static int drop_address(struct vrrp_link_table *table, unsigned ifindex,
                        const struct vrrp_address *address) {
  struct vrrp_local_address *known =
      vrrp_local_addresses_find(&table->addresses, ifindex, address);

  if (known == NULL)
    return 0;
  vrrp_local_addresses_remove(&table->addresses, known);
  return VRRP_ADDRESSES_CHANGED;
}

static int take_address(struct vrrp_link_table *table, const struct nlmsghdr *message) {
  struct address_attributes attributes = {0};

  if (mnl_nlmsg_get_payload_len(message) < sizeof(struct ifaddrmsg))
    return -EBADMSG;
  const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
  if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
    return 0;
  enum vrrp_family family = info->ifa_family == AF_INET ? VRRP_IPV4 : VRRP_IPV6;
  if (mnl_attr_parse(message, sizeof(*info), note_address_attribute, &attributes) < 0)
    return -EBADMSG;
  // On a point-to-point link IFA_ADDRESS is the other end.
  const struct nlattr *attr = attributes.local ? attributes.local : attributes.address;
  if (attr == NULL || mnl_attr_get_payload_len(attr) != vrrp_address_size(family))
    return -EBADMSG;

  struct vrrp_address address = vrrp_address_make(family, mnl_attr_get_payload(attr));
  return message->nlmsg_type == RTM_NEWADDR
             ? put_address(table, info->ifa_index, &address)
             : drop_address(table, info->ifa_index, &address);
}

// --- buffers -----------------------------------------------------------------------

static int take_message(struct vrrp_link_table *table, const struct nlmsghdr *message) {
  switch (message->nlmsg_type) {
  case RTM_NEWLINK:
  case RTM_DELLINK:
    return take_link(table, message);
  case RTM_NEWADDR:
  case RTM_DELADDR:
    return take_address(table, message);
  default:
    return 0;
  }
}

int vrrp_link_table_feed(struct vrrp_link_table *table, const void *buffer,
                         size_t length) {
  const uint8_t *next = buffer;
  const struct nlmsghdr *message;
  int changes = 0;

  while ((message = ha_netlink_next(&next, &length)) != NULL) {
    int change = take_message(table, message);
    if (change < 0)
      return change;
    changes |= change;
  }
  return length > 0 ? -EBADMSG : changes;
}

void vrrp_link_table_begin_dump(struct vrrp_link_table *table) {
  for (size_t i = 0; i < table->link_count; i++) {
    table->links[i].seen = false;
    table->links[i].incarnation = ++table->incarnations;
  }
  vrrp_local_addresses_unsee(&table->addresses);
}

int vrrp_link_table_end_dump(struct vrrp_link_table *table) {
  int changes = 0;

  for (size_t i = table->link_count; i-- > 0;)
    if (!table->links[i].seen) {
      remove_link(table, &table->links[i]);
      changes |= VRRP_LINKS_CHANGED;
    }
  if (vrrp_local_addresses_remove_unseen(&table->addresses))
    changes |= VRRP_ADDRESSES_CHANGED;
  return changes;
}
