// SPDX-License-Identifier: MIT
// Does the table of links say what the kernel said?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/link_table.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define RUNNING (IFF_UP | IFF_RUNNING)

struct link_text {
  unsigned type, ifindex, flags, lower;
  int arphrd; // 0: Ethernet
  const char *name, *kind, *slave_kind;
  bool elsewhere;
};

static size_t put_link(char *buffer, const struct link_text *text) {
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = (uint16_t)text->type;
  struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
  info->ifi_index = (int)text->ifindex;
  info->ifi_flags = text->flags;
  info->ifi_type = (unsigned short)(text->arphrd ? text->arphrd : ARPHRD_ETHER);
  if (text->name)
    mnl_attr_put_strz(message, IFLA_IFNAME, text->name);
  if (text->lower)
    mnl_attr_put_u32(message, IFLA_LINK, text->lower);
  if (text->elsewhere)
    mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 1);
  struct nlattr *nest = mnl_attr_nest_start(message, IFLA_LINKINFO);
  if (text->kind)
    mnl_attr_put_strz(message, IFLA_INFO_KIND, text->kind);
  if (text->slave_kind)
    mnl_attr_put_strz(message, IFLA_INFO_SLAVE_KIND, text->slave_kind);
  mnl_attr_nest_end(message, nest);
  return message->nlmsg_len;
}

static size_t put_address(char *buffer, unsigned type, unsigned ifindex,
                          const char *text) {
  struct vrrp_address address;
  assert_int_equal(vrrp_address_parse(text, &address), 0);
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = (uint16_t)type;
  struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
  info->ifa_family = address.family == VRRP_IPV4 ? AF_INET : AF_INET6;
  info->ifa_index = ifindex;
  mnl_attr_put(message, IFA_ADDRESS, vrrp_address_size(address.family), address.bytes);
  return message->nlmsg_len;
}

// Feeds from memory that ends with the message, so that ASan sees any step beyond.
static int feed_bytes(struct vrrp_link_table *table, const void *bytes, size_t length) {
  void *exact = malloc(length ? length : 1);
  assert_non_null(exact);
  memcpy(exact, bytes, length);
  int status = vrrp_link_table_feed(table, exact, length);
  free(exact);
  return status;
}

static int feed_link(struct vrrp_link_table *table, struct link_text text) {
  char buffer[1024];
  return feed_bytes(table, buffer, put_link(buffer, &text));
}

static int feed_address(struct vrrp_link_table *table, unsigned type, unsigned ifindex,
                        const char *text) {
  char buffer[256];
  return feed_bytes(table, buffer, put_address(buffer, type, ifindex, text));
}

static const struct link_text eth0 = {
    .type = RTM_NEWLINK, .ifindex = 2, .flags = RUNNING, .name = "eth0"};

static void test_roles(void **state) {
  (void)state;
  static const struct {
    struct link_text text;
    enum vrrp_link_role role;
    unsigned base;
  } cases[] = {
      {{.flags = RUNNING, .name = "eth0"}, VRRP_LINK_BASE, 5},
      {{.flags = RUNNING, .name = "bond0", .kind = "bond"}, VRRP_LINK_BASE, 5},
      {{.name = "eth0.7", .kind = "vlan", .lower = 2}, VRRP_LINK_BASE, 5},
      {{.name = "vrrp.10", .kind = "macvlan", .lower = 2}, VRRP_LINK_MACVLAN, 2},
      {{.name = "tap", .kind = "macvtap", .lower = 2}, VRRP_LINK_MACVLAN, 2},
      {{.name = "c", .kind = "macvlan", .lower = 2, .elsewhere = true},
       VRRP_LINK_BASE,
       5},
      {{.name = "p1", .slave_kind = "bridge"}, VRRP_LINK_PORT, 5},
      {{.name = "p2", .slave_kind = "bond"}, VRRP_LINK_PORT, 5},
      {{.name = "p3", .slave_kind = "vrf"}, VRRP_LINK_BASE, 5},
      {{.flags = IFF_LOOPBACK, .name = "lo", .arphrd = ARPHRD_LOOPBACK},
       VRRP_LINK_LOOPBACK,
       5},
      {{.name = "ipvl0", .kind = "ipvlan", .lower = 2}, VRRP_LINK_MACVLAN, 2},
      {{.name = "ipvt0", .kind = "ipvtap", .lower = 2}, VRRP_LINK_MACVLAN, 2},
      {{.name = "p4", .slave_kind = "team"}, VRRP_LINK_PORT, 5},
      {{.name = "red", .kind = "vrf"}, VRRP_LINK_VRF, 5},
      {{.name = "tun0", .kind = "tun", .arphrd = ARPHRD_NONE}, VRRP_LINK_BASE, 5},
      {{.name = "wg0", .kind = "wireguard", .arphrd = ARPHRD_NONE}, VRRP_LINK_BASE, 5},
      {{.name = "ppp0", .kind = "ppp", .arphrd = ARPHRD_PPP}, VRRP_LINK_BASE, 5},
      {{.name = "gre1", .kind = "gre", .arphrd = ARPHRD_IPGRE}, VRRP_LINK_BASE, 5},
      {{.name = "tunl0", .kind = "ipip", .arphrd = ARPHRD_TUNNEL}, VRRP_LINK_BASE, 5},
      {{.name = "sit1", .kind = "sit", .arphrd = ARPHRD_SIT}, VRRP_LINK_BASE, 5},
      {{.name = "vti1", .kind = "vti", .arphrd = ARPHRD_TUNNEL}, VRRP_LINK_BASE, 5},
      {{.name = "ib0", .arphrd = ARPHRD_INFINIBAND}, VRRP_LINK_BASE, 5},
      {{.name = "can0", .kind = "vcan", .arphrd = ARPHRD_CAN}, VRRP_LINK_OTHER, 5},
      {{.name = "nlmon0", .kind = "nlmon", .arphrd = ARPHRD_NETLINK}, VRRP_LINK_OTHER, 5},
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct vrrp_link_table table = {0};
    struct link_text text = cases[i].text;
    text.type = RTM_NEWLINK;
    text.ifindex = 5;
    assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
    assert_int_equal(vrrp_link_table_find(&table, 5)->role, cases[i].role);
    assert_int_equal(vrrp_link_table_base(&table, 5), cases[i].base);
    vrrp_link_table_destroy(&table);
  }
}

static void test_changes_are_told_once(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  struct link_text text = eth0;

  assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
  assert_int_equal(feed_link(&table, text), 0);
  text.flags = IFF_UP;
  assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
  assert_false(vrrp_link_table_find(&table, 2)->running);
  assert_true(vrrp_link_table_find(&table, 2)->admin_up);
  text.name = "uplink";
  assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
  assert_string_equal(vrrp_link_table_find(&table, 2)->name, "uplink");
  text.type = RTM_DELLINK;
  assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
  assert_null(vrrp_link_table_find(&table, 2));
  assert_int_equal(feed_link(&table, text), 0);
  vrrp_link_table_destroy(&table);
}

static void test_addresses(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  struct vrrp_address vip, six;

  vrrp_address_parse("192.0.2.1", &vip);
  vrrp_address_parse("fe80::1", &six);
  feed_link(&table, eth0);
  assert_int_equal(feed_address(&table, RTM_NEWADDR, 2, "192.0.2.2"),
                   VRRP_ADDRESSES_CHANGED);
  assert_int_equal(vrrp_link_table_place(&table, &vip), VRRP_PLACE_NONE);
  assert_int_equal(feed_address(&table, RTM_NEWADDR, 2, "192.0.2.1"),
                   VRRP_ADDRESSES_CHANGED);
  assert_int_equal(feed_address(&table, RTM_NEWADDR, 2, "192.0.2.1"), 0);
  assert_int_equal(feed_address(&table, RTM_NEWADDR, 3, "fe80::1"),
                   VRRP_ADDRESSES_CHANGED);
  assert_int_equal(vrrp_link_table_place(&table, &vip), VRRP_PLACE_LINK);
  assert_int_equal(vrrp_link_table_place(&table, &six), VRRP_PLACE_LINK);
  assert_true(vrrp_link_table_has_address_on(&table, 2, &vip));
  assert_false(vrrp_link_table_has_address_on(&table, 3, &vip));
  assert_int_equal(feed_address(&table, RTM_DELADDR, 2, "192.0.2.2"),
                   VRRP_ADDRESSES_CHANGED);
  const struct vrrp_local_address *first = vrrp_local_addresses_on(&table.addresses, 2);
  assert_true(vrrp_address_equal(&first->address, &vip));
  assert_null(vrrp_local_addresses_next_on(first));
  assert_int_equal(feed_address(&table, RTM_DELADDR, 2, "192.0.2.2"), 0);
  vrrp_link_table_destroy(&table);
}

static void test_loopback_addresses_are_told_apart(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  struct vrrp_address vip;

  vrrp_address_parse("192.0.2.1", &vip);
  feed_link(&table, (struct link_text){.type = RTM_NEWLINK,
                                       .ifindex = 1,
                                       .flags = IFF_LOOPBACK,
                                       .arphrd = ARPHRD_LOOPBACK,
                                       .name = "lo"});
  feed_address(&table, RTM_NEWADDR, 1, "192.0.2.1");
  assert_int_equal(vrrp_link_table_place(&table, &vip), VRRP_PLACE_LOOPBACK);
  feed_link(&table, eth0);
  feed_address(&table, RTM_NEWADDR, 2, "192.0.2.1");
  assert_int_equal(vrrp_link_table_place(&table, &vip), VRRP_PLACE_LINK);
  feed_address(&table, RTM_DELADDR, 2, "192.0.2.1");
  assert_int_equal(vrrp_link_table_place(&table, &vip), VRRP_PLACE_LOOPBACK);
  vrrp_link_table_destroy(&table);
}

static void test_dump_removes_what_it_does_not_show(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};

  feed_link(&table, eth0);
  feed_link(&table,
            (struct link_text){.type = RTM_NEWLINK, .ifindex = 3, .name = "eth1"});
  feed_address(&table, RTM_NEWADDR, 2, "192.0.2.2");
  feed_address(&table, RTM_NEWADDR, 3, "192.0.2.3");
  vrrp_link_table_begin_dump(&table);
  feed_link(&table, eth0);
  feed_address(&table, RTM_NEWADDR, 2, "192.0.2.2");
  assert_int_equal(vrrp_link_table_end_dump(&table),
                   VRRP_LINKS_CHANGED | VRRP_ADDRESSES_CHANGED);
  assert_non_null(vrrp_link_table_find(&table, 2));
  assert_null(vrrp_link_table_find(&table, 3));
  assert_int_equal(table.addresses.count, 1);
  assert_int_equal(vrrp_link_table_end_dump(&table), 0);
  vrrp_link_table_destroy(&table);
}

// Whatever was set on an interface is gone with it, even if its index comes back at once.
static void test_an_index_that_comes_back_is_another_link(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  struct link_text gone = {.type = RTM_DELLINK, .ifindex = 2, .name = "eth0"};

  feed_link(&table, eth0);
  unsigned first = vrrp_link_table_find(&table, 2)->incarnation;
  feed_link(&table, eth0);
  assert_int_equal(vrrp_link_table_find(&table, 2)->incarnation, first);
  feed_link(&table, gone);
  feed_link(&table, eth0);
  unsigned second = vrrp_link_table_find(&table, 2)->incarnation;
  assert_int_not_equal(second, first);
  vrrp_link_table_begin_dump(&table); // what was lost before it may have been both
  feed_link(&table, eth0);
  vrrp_link_table_end_dump(&table);
  assert_int_not_equal(vrrp_link_table_find(&table, 2)->incarnation, second);
  vrrp_link_table_destroy(&table);
}

static void test_addresses_go_with_their_link(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  struct link_text gone = {.type = RTM_DELLINK, .ifindex = 2, .name = "eth0"};

  feed_link(&table, eth0);
  feed_address(&table, RTM_NEWADDR, 2, "192.0.2.2");
  assert_int_equal(feed_link(&table, gone), VRRP_LINKS_CHANGED | VRRP_ADDRESSES_CHANGED);
  assert_int_equal(table.addresses.count, 0);
  vrrp_link_table_destroy(&table);
}

static void test_links_are_found_in_any_order(void **state) {
  (void)state;
  static const unsigned order[] = {7, 3, 9, 1, 8, 2, 6, 5, 4};
  struct vrrp_link_table table = {0};

  for (size_t i = 0; i < 9; i++)
    feed_link(&table, (struct link_text){.type = RTM_NEWLINK,
                                         .ifindex = order[i],
                                         .name = (char[]){(char)('a' + order[i]), 0}});
  for (unsigned i = 1; i <= 9; i++)
    assert_int_equal(vrrp_link_table_find(&table, i)->name[0], 'a' + (int)i);
  for (unsigned i = 1; i <= 9; i += 2)
    feed_link(&table, (struct link_text){.type = RTM_DELLINK, .ifindex = i});
  for (unsigned i = 0; i <= 10; i++)
    assert_int_equal(vrrp_link_table_find(&table, i) != NULL,
                     i > 0 && i < 9 && i % 2 == 0);
  vrrp_link_table_destroy(&table);
}

static void test_a_base_may_stand_on_another(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};

  feed_link(&table, eth0);
  feed_link(&table, (struct link_text){.type = RTM_NEWLINK,
                                       .ifindex = 5,
                                       .lower = 2,
                                       .name = "mv",
                                       .kind = "macvlan"});
  feed_link(
      &table,
      (struct link_text){
          .type = RTM_NEWLINK, .ifindex = 6, .lower = 5, .name = "iv", .kind = "ipvlan"});
  assert_int_equal(vrrp_link_table_base(&table, 6), 2);
  feed_link(&table, (struct link_text){.type = RTM_NEWLINK,
                                       .ifindex = 5,
                                       .lower = 6,
                                       .name = "mv",
                                       .kind = "macvlan"});
  vrrp_link_table_base(&table, 6); // a circle ends
  vrrp_link_table_destroy(&table);
}

static void test_broken_messages(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  char buffer[1024];
  size_t length = put_link(buffer, &eth0);

  for (size_t cut = 1; cut < length; cut++)
    assert_int_equal(feed_bytes(&table, buffer, length - cut), -EBADMSG);
  assert_int_equal(table.link_count, 0);
  struct link_text text = eth0;
  text.name = "a-name-of-sixteen";
  assert_int_equal(feed_link(&table, text), -EBADMSG);
  text.name = NULL;
  assert_int_equal(feed_link(&table, text), -EBADMSG);
  text.name = "a-name-of-fiftee"; // one byte too long
  assert_int_equal(feed_link(&table, text), -EBADMSG);
  text.name = "a-name-of-fifte";
  assert_int_equal(feed_link(&table, text), VRRP_LINKS_CHANGED);
  vrrp_link_table_destroy(&table);
}

// Found by the fuzzer: libmnl takes such a length for a negative one.
static void test_endless_message(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  char buffer[1024];
  size_t length = put_link(buffer, &eth0);

  ((struct nlmsghdr *)buffer)->nlmsg_len = 0x80000010;
  assert_int_equal(feed_bytes(&table, buffer, length), -EBADMSG);
  ((struct nlmsghdr *)buffer)->nlmsg_len = 0xffffffff;
  assert_int_equal(feed_bytes(&table, buffer, length), -EBADMSG);
  ((struct nlmsghdr *)buffer)->nlmsg_len = (uint32_t)length - 1; // no padding behind it
  assert_int_equal(feed_bytes(&table, buffer, length - 1), -EBADMSG);
  vrrp_link_table_destroy(&table);
}

static void test_other_families_are_ignored(void **state) {
  (void)state;
  struct vrrp_link_table table = {0};
  char buffer[1024];
  size_t length = put_link(buffer, &eth0);
  struct ifinfomsg *info = mnl_nlmsg_get_payload((struct nlmsghdr *)buffer);

  info->ifi_family = AF_BRIDGE;
  assert_int_equal(feed_bytes(&table, buffer, length), 0);
  assert_int_equal(table.link_count, 0);
  vrrp_link_table_destroy(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_roles),
      cmocka_unit_test(test_changes_are_told_once),
      cmocka_unit_test(test_addresses),
      cmocka_unit_test(test_loopback_addresses_are_told_apart),
      cmocka_unit_test(test_dump_removes_what_it_does_not_show),
      cmocka_unit_test(test_an_index_that_comes_back_is_another_link),
      cmocka_unit_test(test_addresses_go_with_their_link),
      cmocka_unit_test(test_links_are_found_in_any_order),
      cmocka_unit_test(test_a_base_may_stand_on_another),
      cmocka_unit_test(test_broken_messages),
      cmocka_unit_test(test_endless_message),
      cmocka_unit_test(test_other_families_are_ignored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
