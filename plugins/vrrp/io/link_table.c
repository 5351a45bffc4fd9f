// SPDX-License-Identifier: MIT
// What do the kernel's rtnetlink messages say about links and addresses?
#include "io/link_table.h"

#include "io/messages.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

// Links of these kinds show the frames of the links they are put on.
static const char *const macvlan_kinds[] = {"macvlan", "macvtap"};

// Links enslaved to these kinds are shown by their master.
static const char *const port_kinds[] = {"bridge", "bond", "team"};

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
  free(table->addresses);
  *table = (struct vrrp_link_table){0};
}

// Makes room for one more element; returns the array, or NULL without memory.
static void *grow(void *array, size_t count, size_t *room, size_t size) {
  if (count < *room)
    return array;
  size_t more = *room ? *room * 2 : 16;
  void *grown = realloc(array, more * size);
  if (grown != NULL)
    *room = more;
  return grown;
}

static struct vrrp_local_address *find_address(const struct vrrp_link_table *table,
                                               const struct vrrp_local_address *wanted) {
  for (size_t i = 0; i < table->address_count; i++)
    if (table->addresses[i].ifindex == wanted->ifindex &&
        vrrp_address_equal(&table->addresses[i].address, &wanted->address))
      return &table->addresses[i];
  return NULL;
}

static struct vrrp_link *find_link(const struct vrrp_link_table *table,
                                   unsigned ifindex) {
  for (size_t i = 0; i < table->link_count; i++)
    if (table->links[i].ifindex == ifindex)
      return &table->links[i];
  return NULL;
}

const struct vrrp_link *vrrp_link_table_find(const struct vrrp_link_table *table,
                                             unsigned ifindex) {
  return find_link(table, ifindex);
}

unsigned vrrp_link_table_base(const struct vrrp_link_table *table, unsigned ifindex) {
  const struct vrrp_link *link = find_link(table, ifindex);
  return link != NULL && link->base != 0 ? link->base : ifindex;
}

bool vrrp_link_table_has_address(const struct vrrp_link_table *table,
                                 const struct vrrp_address *address) {
  for (size_t i = 0; i < table->address_count; i++) {
    const struct vrrp_local_address *local = &table->addresses[i];
    if (!vrrp_address_equal(&local->address, address))
      continue;
    const struct vrrp_link *link = find_link(table, local->ifindex);
    if (link == NULL || link->role != VRRP_LINK_LOOPBACK)
      return true;
  }
  return false;
}

bool vrrp_link_table_has_address_on(const struct vrrp_link_table *table, unsigned ifindex,
                                    const struct vrrp_address *address) {
  struct vrrp_local_address wanted = {.ifindex = ifindex, .address = *address};
  return find_address(table, &wanted) != NULL;
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
  }
  return MNL_CB_OK;
}

static enum vrrp_link_role judge_role(const struct ifinfomsg *info,
                                      const struct link_attributes *attributes) {
  if (info->ifi_flags & IFF_LOOPBACK)
    return VRRP_LINK_LOOPBACK;
  if (info->ifi_type != ARPHRD_ETHER)
    return VRRP_LINK_OTHER;
  if (is_one_of(attributes->kind, macvlan_kinds, MNL_ARRAY_SIZE(macvlan_kinds)) &&
      !attributes->lower_is_elsewhere)
    return VRRP_LINK_MACVLAN;
  if (is_one_of(attributes->slave_kind, port_kinds, MNL_ARRAY_SIZE(port_kinds)))
    return VRRP_LINK_PORT;
  return VRRP_LINK_BASE;
}

static bool same_link(const struct vrrp_link *a, const struct vrrp_link *b) {
  return a->base == b->base && a->role == b->role && a->admin_up == b->admin_up &&
         a->running == b->running && strcmp(a->name, b->name) == 0;
}

static int put_link(struct vrrp_link_table *table, const struct vrrp_link *link) {
  struct vrrp_link *known = find_link(table, link->ifindex);
  int change = known != NULL && same_link(known, link) ? 0 : VRRP_LINKS_CHANGED;
  unsigned incarnation = known != NULL ? known->incarnation : ++table->incarnations;

  if (known == NULL) {
    void *links =
        grow(table->links, table->link_count, &table->link_room, sizeof(*known));
    if (links == NULL)
      return -ENOMEM;
    table->links = links;
    known = &table->links[table->link_count++];
  }
  *known = *link;
  known->incarnation = incarnation;
  return change;
}

static int drop_link(struct vrrp_link_table *table, unsigned ifindex) {
  struct vrrp_link *link = find_link(table, ifindex);
  if (link == NULL)
    return 0;
  *link = table->links[--table->link_count];
  return VRRP_LINKS_CHANGED;
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

static int put_address(struct vrrp_link_table *table,
                       const struct vrrp_local_address *address) {
  struct vrrp_local_address *known = find_address(table, address);

  if (known != NULL) {
    known->seen = true;
    return 0;
  }
  void *addresses = grow(table->addresses, table->address_count, &table->address_room,
                         sizeof(*address));
  if (addresses == NULL)
    return -ENOMEM;
  table->addresses = addresses;
  table->addresses[table->address_count++] = *address;
  return VRRP_ADDRESSES_CHANGED;
}

// Keeps the order: an interface's first address is its primary one.
static void remove_address(struct vrrp_link_table *table, size_t index) {
  struct vrrp_local_address *place = &table->addresses[index];
  table->address_count--;
  memmove(place, place + 1, (table->address_count - index) * sizeof(*place));
}

static int drop_address(struct vrrp_link_table *table,
                        const struct vrrp_local_address *address) {
  struct vrrp_local_address *known = find_address(table, address);
  if (known == NULL)
    return 0;
  remove_address(table, (size_t)(known - table->addresses));
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

  struct vrrp_local_address address = {
      .ifindex = info->ifa_index,
      .address = vrrp_address_make(family, mnl_attr_get_payload(attr)),
      .seen = true,
  };
  return message->nlmsg_type == RTM_NEWADDR ? put_address(table, &address)
                                            : drop_address(table, &address);
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
  const struct nlmsghdr *message = buffer;
  int left = (int)length, changes = 0;

  for (; vrrp_message_fits(message, left); message = mnl_nlmsg_next(message, &left)) {
    int change = take_message(table, message);
    if (change < 0)
      return change;
    changes |= change;
  }
  return left > 0 ? -EBADMSG : changes;
}

void vrrp_link_table_begin_dump(struct vrrp_link_table *table) {
  for (size_t i = 0; i < table->link_count; i++) {
    table->links[i].seen = false;
    table->links[i].incarnation = ++table->incarnations;
  }
  for (size_t i = 0; i < table->address_count; i++)
    table->addresses[i].seen = false;
}

int vrrp_link_table_end_dump(struct vrrp_link_table *table) {
  int changes = 0;

  for (size_t i = table->link_count; i-- > 0;)
    if (!table->links[i].seen) {
      table->links[i] = table->links[--table->link_count];
      changes |= VRRP_LINKS_CHANGED;
    }
  for (size_t i = table->address_count; i-- > 0;)
    if (!table->addresses[i].seen) {
      remove_address(table, i);
      changes |= VRRP_ADDRESSES_CHANGED;
    }
  return changes;
}
