// SPDX-License-Identifier: MIT
// Is each word of an address, route or rule read as keepalived writes it?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All facts of an item as one text: "address=10.0.0.1 family=4 …".
static const char *facts_of(const struct vrrp_keepalived_item *item) {
  static char text[4096];
  char *at = text;
  *at = '\0';
  for (size_t i = 0; i < item->fact_count; i++) {
    const struct vrrp_keepalived_fact *fact = &item->facts[i];
    at += fact->is_text ? sprintf(at, "%s%s=%s", i ? " " : "", fact->key, fact->text)
                        : sprintf(at, "%s%s=%lld", i ? " " : "", fact->key,
                                  (long long)fact->number);
  }
  return text;
}

typedef int parser(const char *line, struct vrrp_keepalived_item *ret_item);

static void assert_facts(parser *parse, const char *line, const char *wanted) {
  struct vrrp_keepalived_item item = {0};
  assert_int_equal(parse(line, &item), 0);
  assert_string_equal(facts_of(&item), wanted);
  vrrp_keepalived_item_clear(&item);
}

static void reads_addresses(void **unused) {
  (void)unused;
  parser *p = vrrp_keepalived_address_parse;
  assert_facts(p, "10.0.0.100/24 dev eth0 scope global label eth0:vip set",
               "address=10.0.0.100 family=4 prefix=24 ifname=eth0 scope=0 "
               "label=eth0:vip set=1 broadcast=0.0.0.0");
  assert_facts(p, "10.0.0.101 dev vrrp.40@eth0 use_vmac scope link",
               "address=10.0.0.101 family=4 prefix=32 ifname=vrrp.40 base_ifname=eth0 "
               "vmac=1 scope=253 broadcast=0.0.0.0");
  assert_facts(p, "FE80:0:0::20 dev eth0 scope 42 deprecated set",
               "address=fe80::20 family=6 prefix=128 ifname=eth0 scope=42 deprecated=1 "
               "set=1");
  assert_facts(p, "10.0.0.1 brd 10.0.0.255 dev a scope host peer 10.0.0.2/30 no_track",
               "address=10.0.0.1 family=4 prefix=30 broadcast=10.0.0.255 ifname=a "
               "scope=254 peer=10.0.0.2 no_track=1");
  assert_facts(p, "fd00::1/64 dev e scope mine preferred_lft forever set",
               "address=fd00::1 family=6 prefix=64 ifname=e set=1");
}

// A label may be any word, even one that means something.
static void a_value_is_no_keyword(void **unused) {
  (void)unused;
  assert_facts(vrrp_keepalived_address_parse, "10.0.0.1 dev set scope global label set",
               "address=10.0.0.1 family=4 prefix=32 ifname=set scope=0 label=set "
               "broadcast=0.0.0.0");
}

static void reads_routes(void **unused) {
  (void)unused;
  parser *p = vrrp_keepalived_route_parse;
  assert_facts(p, "prepend 10.9.0.0/24 via inet 10.0.0.2 dev eth0 proto 18 metric 5",
               "destination=10.9.0.0 family=4 prefix=24 gateway=10.0.0.2 "
               "gateway_family=4 ifname=eth0 protocol=18 metric=5 table=254 scope=0 "
               "ecn=0 quickack=0 type=unicast");
  assert_facts(p, "add blackhole 10.9.2.0/24 proto 18 no_track",
               "type=blackhole destination=10.9.2.0 family=4 prefix=24 protocol=18 "
               "no_track=1 table=254 scope=0 metric=0 ecn=0 quickack=0");
  assert_facts(p, "append default via inet6 fe80::1 dev e table 100 scope 253",
               "gateway=fe80::1 gateway_family=6 ifname=e table=100 scope=253 family=6 "
               "metric=0 ecn=0 quickack=0 type=unicast");
  assert_facts(p, "add 10.0.0.0/8 from 10.1.0.0/16 src 10.2.0.1 tos 16 onlink",
               "destination=10.0.0.0 family=4 prefix=8 from=10.1.0.0 from_prefix=16 "
               "source=10.2.0.1 tos=16 onlink=1 table=254 scope=0 metric=0 ecn=0 "
               "quickack=0 type=unicast");
}

static void reads_route_metrics(void **unused) {
  (void)unused;
  assert_facts(
      vrrp_keepalived_route_parse,
      "add 10.0.0.0/8 realms 5/6 expires 30sec congctl cubic rtt lock 1.5s rttvar "
      "12.25ms rto_min 40ms features ecn mtu lock 1400 hoplimit 64 quickack 1 "
      "pref high",
      "destination=10.0.0.0 family=4 prefix=8 realm_src=5 realm_dst=6 "
      "expires=30 congctl=cubic rtt_lock=1 rtt=1500 rttvar_lock=0 rttvar=12 "
      "rto_min_lock=0 rto_min=40 ecn=1 mtu_lock=1 mtu=1400 hoplimit=64 "
      "quickack=1 pref=high table=254 scope=0 metric=0 type=unicast");
}

// An encapsulation's words are the route's too; they must not be taken for them.
static void an_encapsulation_keeps_to_itself(void **unused) {
  (void)unused;
  assert_facts(vrrp_keepalived_route_parse,
               "add 10.0.0.0/8 tos 8 encap ip id 7 dst 10.0.0.9 src 10.0.0.8 tos 3 ttl 5 "
               "flags 0x10 via inet 10.0.0.2",
               "destination=10.0.0.0 family=4 prefix=8 tos=8 encap_type=ip encap_id=7 "
               "encap_dst=10.0.0.9 encap_src=10.0.0.8 encap_tos=3 encap_ttl=5 "
               "encap_flags=16 gateway=10.0.0.2 gateway_family=4 table=254 scope=0 "
               "metric=0 ecn=0 quickack=0 type=unicast");
  assert_facts(vrrp_keepalived_route_parse, "add fd00::/8 encap mpls 64/c8 dev e",
               "destination=fd00:: family=6 prefix=8 encap_type=mpls "
               "encap_labels=64/c8 ifname=e table=254 scope=0 metric=0 ecn=0 quickack=0 "
               "type=unicast");
}

static void reads_next_hops(void **unused) {
  (void)unused;
  struct vrrp_keepalived_item route = {0};
  assert_int_equal(vrrp_keepalived_route_parse(
                       "add 10.9.1.0/24 proto 18 nexthop via inet 10.0.0.2 dev eth0 "
                       "weight 3 nexthop via inet6 fd00::3 dev eth1 onlink encap "
                       "ila 77 nexthop dev eth2 no_track",
                       &route),
                   0);
  assert_int_equal(route.hop_count, 3);
  assert_string_equal(
      facts_of(&route),
      "destination=10.9.1.0 family=4 prefix=24 protocol=18 table=254 scope=0 "
      "metric=0 ecn=0 quickack=0 type=ecmp");
  assert_string_equal(facts_of(&route.hops[0]),
                      "gateway=10.0.0.2 gateway_family=4 ifname=eth0 weight=3 onlink=0");
  assert_string_equal(facts_of(&route.hops[1]),
                      "gateway=fd00::3 gateway_family=6 ifname=eth1 onlink=1 "
                      "encap_type=ila encap_locator=77");
  assert_string_equal(facts_of(&route.hops[2]), "ifname=eth2 onlink=0");
  vrrp_keepalived_item_clear(&route);
}

static void reads_rules(void **unused) {
  (void)unused;
  parser *p = vrrp_keepalived_rule_parse;
  assert_facts(p, "from 10.8.0.0/24 priority 400 tos 0x0 protocol 18 lookup 100",
               "from=10.8.0.0 family=4 from_prefix=24 preference=400 tos=0 protocol=18 "
               "action=1 table=100");
  assert_facts(p, "inet6 not from all tos 0x10 fwmark 0x10/0xff iif eth0 goto 500",
               "family=6 invert=1 tos=16 fwmark=16 fwmask=255 iif=eth0 action=2 "
               "target=500");
  assert_facts(p, "from all to fd00::1 tos 0x0 sport 1000-2000 uidrange 5-6 nop",
               "to=fd00::1 family=6 to_prefix=128 tos=0 sport_start=1000 "
               "sport_end=2000 uid_start=5 uid_end=6 action=3");
  assert_facts(p, "from all tos 0x0 type blackhole", "tos=0 action=6");
}

static void refuses_what_starts_otherwise(void **unused) {
  (void)unused;
  static const struct {
    parser *parse;
    const char *line;
  } CASES[] = {
      {vrrp_keepalived_address_parse, ""},
      {vrrp_keepalived_address_parse, "None"},
      {vrrp_keepalived_address_parse, "10.0.0.1/33"},
      {vrrp_keepalived_address_parse, "10.0.0.1/-1"},
      {vrrp_keepalived_address_parse, "10.0.0.1/"},
      {vrrp_keepalived_address_parse, "10.0.0.1.1"},
      {vrrp_keepalived_address_parse, "fd00::1/129"},
      {vrrp_keepalived_route_parse, ""},
      {vrrp_keepalived_route_parse, "add"},
      {vrrp_keepalived_route_parse, "add blackhole"},
      {vrrp_keepalived_route_parse, "add one two 10.0.0.1"},
      {vrrp_keepalived_rule_parse, ""},
      {vrrp_keepalived_rule_parse, "words that say nothing"},
  };
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    struct vrrp_keepalived_item item = {.fact_count = 77};
    assert_int_equal(CASES[i].parse(CASES[i].line, &item), -EBADMSG);
    assert_int_equal(item.fact_count, 77);
  }
}

// keepalived cuts a line at 255 bytes: what its last word would have been is
// not known.
static void a_cut_word_is_not_believed(void **unused) {
  (void)unused;
  struct vrrp_keepalived_item item;
  char line[256];
  int head = snprintf(line, sizeof(line), "add 10.0.0.0/8");
  memset(line + head, ' ', sizeof(line) - (size_t)head);
  memcpy(line + 240, " metric 1 table", 15);
  line[255] = '\0';
  assert_int_equal(vrrp_keepalived_route_parse(line, &item), 0);
  assert_string_equal(
      facts_of(&item),
      "destination=10.0.0.0 family=4 prefix=8 metric=1 table=254 scope=0 ecn=0 "
      "quickack=0 type=unicast");
  vrrp_keepalived_item_clear(&item);
  memcpy(line + 240, " mtu 1 metric 1", 15);
  assert_int_equal(vrrp_keepalived_route_parse(line, &item), 0);
  assert_string_equal(facts_of(&item),
                      "destination=10.0.0.0 family=4 prefix=8 mtu_lock=0 mtu=1 table=254 "
                      "scope=0 metric=0 ecn=0 quickack=0 type=unicast");
  vrrp_keepalived_item_clear(&item);
}

static void bounds_next_hops_and_words(void **unused) {
  (void)unused;
  struct vrrp_keepalived_item item;
  char *line = malloc(1 << 16);
  sprintf(line, "10.0.0.1 label %0*d", 1000, 0);
  assert_int_equal(vrrp_keepalived_address_parse(line, &item), 0);
  assert_string_equal(vrrp_keepalived_item_text(&item, "label"),
                      ""); // beyond 255 bytes: cut
  vrrp_keepalived_item_clear(&item);
  sprintf(line, "10.0.0.1 label %0*d set", 200, 0);
  assert_int_equal(vrrp_keepalived_address_parse(line, &item), 0);
  assert_int_equal(strlen(vrrp_keepalived_item_text(&item, "label")),
                   VRRP_KEEPALIVED_WORD_SIZE - 1);
  assert_int_equal(vrrp_keepalived_item_number(&item, "set", 0), 1);
  vrrp_keepalived_item_clear(&item);
  char *at = line + sprintf(line, "add 10.0.0.0/8");
  for (int i = 0; i < 2 * VRRP_KEEPALIVED_HOPS_MAX; i++)
    at += sprintf(at, " nexthop dev e");
  assert_int_equal(vrrp_keepalived_route_parse(line, &item), 0);
  assert_int_equal(item.hop_count, VRRP_KEEPALIVED_HOPS_MAX);
  vrrp_keepalived_item_clear(&item);
  free(line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_addresses),
      cmocka_unit_test(a_value_is_no_keyword),
      cmocka_unit_test(reads_routes),
      cmocka_unit_test(reads_route_metrics),
      cmocka_unit_test(an_encapsulation_keeps_to_itself),
      cmocka_unit_test(reads_next_hops),
      cmocka_unit_test(reads_rules),
      cmocka_unit_test(refuses_what_starts_otherwise),
      cmocka_unit_test(a_cut_word_is_not_believed),
      cmocka_unit_test(bounds_next_hops_and_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
