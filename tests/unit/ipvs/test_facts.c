// SPDX-License-Identifier: MIT
// Are the right facts told, the totals read?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/facts.h"
#include "core/totals.h"
#include "objects.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>

// --- facts ----------------------------------------------------------------------

struct told {
  char text[1024];
};

static void note(void *context, const struct ipvs_fact *fact) {
  struct told *told = context;
  size_t used = strlen(told->text), room = sizeof(told->text) - used;
  if (fact->is_number)
    snprintf(told->text + used, room, "%s=%llu ", fact->key,
             (unsigned long long)fact->number);
  else
    snprintf(told->text + used, room, "%s=%s ", fact->key, fact->text);
}

static void check_service(const struct ipvs_service *service, const char *expected) {
  struct told told = {""};
  ipvs_service_facts(service, note, &told);
  assert_string_equal(told.text, expected);
}

static void check_destination(const struct ipvs_destination *destination,
                              const char *expected) {
  struct told told = {""};
  ipvs_destination_facts(destination, note, &told);
  assert_string_equal(told.text, expected);
}

static void test_facts_of_a_service(void **state) {
  (void)state;
  struct ipvs_service service = {.key = service_key("192.0.2.1", IPPROTO_TCP, 80),
                                 .scheduler = "wrr",
                                 .persistence_engine = "sip",
                                 .flags = IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_SCHED2,
                                 .timeout = 600,
                                 .netmask = htonl(0xffffff00)};
  check_service(&service,
                "kind=ip family=ipv4 address=192.0.2.1 port=80 protocol=tcp "
                "scheduler=wrr persistence_engine=sip persistent=1 "
                "persistence_timeout=600 netmask=255.255.255.0 hashed=0 one_packet=0 "
                "sched1=0 sched2=1 sched3=0 ");
}

static void test_facts_of_a_mark(void **state) {
  (void)state;
  struct ipvs_service service = {.key = mark_key(AF_INET6, 7),
                                 .scheduler = "rr",
                                 .flags = IP_VS_SVC_F_HASHED | IP_VS_SVC_F_ONEPACKET,
                                 .timeout = 300,
                                 .netmask = 64};
  check_service(&service, "kind=fwmark family=ipv6 fwmark=7 scheduler=rr persistent=0 "
                          "prefix_length=64 hashed=1 one_packet=1 sched1=0 sched2=0 "
                          "sched3=0 ");
}

static void test_forwarding_of_a_service_is_its_servers(void **state) {
  (void)state;
  struct ipvs_destination servers[2] = {destination("10.0.0.1", 80, 1),
                                        destination("10.0.0.2", 80, 1)};
  struct ipvs_service service = {.key = service_key("192.0.2.1", 99, 0),
                                 .destinations = servers,
                                 .destination_count = 2};
  servers[0].forwarding = servers[1].forwarding = IP_VS_CONN_F_DROUTE;
  struct told told = {""};
  ipvs_service_facts(&service, note, &told);
  assert_non_null(strstr(told.text, " protocol=other forwarding=route "));
  servers[1].forwarding = IP_VS_CONN_F_MASQ;
  told.text[0] = '\0';
  ipvs_service_facts(&service, note, &told);
  assert_null(strstr(told.text, "forwarding="));
}

static void test_facts_of_real_servers(void **state) {
  (void)state;
  struct ipvs_destination server = destination("10.0.0.1", 8080, 1);
  check_destination(&server, "family=ipv4 address=10.0.0.1 port=8080 forwarding=masq ");
  server.upper_threshold = 100;
  server.lower_threshold = 50;
  server.tunnel_port = 1; // no tunnel: not told
  check_destination(&server, "family=ipv4 address=10.0.0.1 port=8080 forwarding=masq "
                             "upper_threshold=100 lower_threshold=50 ");
}

static void test_facts_of_tunnels(void **state) {
  (void)state;
  struct ipvs_destination server = destination("fd00::1", 80, 1);
  server.forwarding = IP_VS_CONN_F_TUNNEL;
  server.tunnel_port = 6080;
  server.tunnel_flags = IP_VS_TUNNEL_ENCAP_FLAG_CSUM;
  const char *start = "family=ipv6 address=fd00::1 port=80 forwarding=tunnel ";
  static const struct {
    uint16_t type, flags;
    const char *end;
  } cases[] = {
      {IP_VS_CONN_F_TUNNEL_TYPE_IPIP, IP_VS_TUNNEL_ENCAP_FLAG_CSUM, "tunnel_type=ipip "},
      {IP_VS_CONN_F_TUNNEL_TYPE_GUE, IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM,
       "tunnel_type=gue tunnel_port=6080 tunnel_checksum=remote "},
      {IP_VS_CONN_F_TUNNEL_TYPE_GRE, IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
       "tunnel_type=gre tunnel_checksum=yes "},
      {IP_VS_CONN_F_TUNNEL_TYPE_GRE, 0, "tunnel_type=gre tunnel_checksum=no "},
      {IP_VS_CONN_F_TUNNEL_TYPE_MAX, 0, "tunnel_checksum=no "},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char expected[256];
    server.tunnel_type = cases[i].type;
    server.tunnel_flags = cases[i].flags;
    snprintf(expected, sizeof(expected), "%s%s", start, cases[i].end);
    check_destination(&server, expected);
  }
}

static void test_facts_of_a_daemon(void **state) {
  (void)state;
  struct told told = {""};
  struct ipvs_daemon daemon = {.state = IP_VS_STATE_MASTER, .interface = "eth0"};
  ipvs_daemon_facts(&daemon, note, &told);
  assert_string_equal(told.text, "interface=eth0 sync_id=0 ");
  daemon = (struct ipvs_daemon){.interface = "eth0",
                                .sync_id = 9,
                                .max_length = 1472,
                                .port = 8848,
                                .ttl = 1,
                                .group_family = AF_INET,
                                .group = {224, 0, 0, 81}};
  told.text[0] = '\0';
  ipvs_daemon_facts(&daemon, note, &told);
  assert_string_equal(told.text, "interface=eth0 sync_id=9 max_length=1472 port=8848 "
                                 "ttl=1 group=224.0.0.81 ");
}

// --- totals ---------------------------------------------------------------------

static const char totals_text[] =
    "   Total Incoming Outgoing         Incoming         Outgoing\n"
    "   Conns  Packets  Packets            Bytes            Bytes\n"
    "      1A       2B       3C               4D   1FFFFFFFF\n\n"
    " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"
    "       1        2        3                4                5\n";

static void test_totals(void **state) {
  (void)state;
  struct ipvs_stats stats;
  assert_int_equal(ipvs_parse_totals(totals_text, &stats), 0);
  assert_int_equal(stats.connections, 0x1a);
  assert_int_equal(stats.in_packets, 0x2b);
  assert_int_equal(stats.out_packets, 0x3c);
  assert_int_equal(stats.in_octets, 0x4d);
  assert_int_equal(stats.out_octets, 0x1ffffffff);
  assert_int_equal(stats.connection_rate, 1);
  assert_int_equal(stats.out_octet_rate, 5);
}

static void test_cut_totals_are_refused(void **state) {
  (void)state;
  struct ipvs_stats stats, before;
  memset(&before, 0xa5, sizeof(before));
  for (size_t length = 0; length < sizeof(totals_text) - 3; length++) {
    char *text = strndup(totals_text, length);
    stats = before;
    assert_int_equal(ipvs_parse_totals(text, &stats), -EBADMSG);
    assert_memory_equal(&stats, &before, sizeof(stats));
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_facts_of_a_service),
      cmocka_unit_test(test_facts_of_a_mark),
      cmocka_unit_test(test_forwarding_of_a_service_is_its_servers),
      cmocka_unit_test(test_facts_of_real_servers),
      cmocka_unit_test(test_facts_of_tunnels),
      cmocka_unit_test(test_facts_of_a_daemon),
      cmocka_unit_test(test_totals),
      cmocka_unit_test(test_cut_totals_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
