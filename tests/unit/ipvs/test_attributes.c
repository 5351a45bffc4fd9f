// SPDX-License-Identifier: MIT
// Are the kernel's answers read whole, and broken ones not at all?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/attributes.h"
#include "recorded.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- messages made here ----------------------------------------------------

struct message {
  uint8_t octets[1024];
  size_t length;
};

static void put(struct message *message, uint16_t type, const void *data, size_t length) {
  struct nlattr header = {.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length)};
  memcpy(message->octets + message->length, &header, sizeof(header));
  if (length > 0)
    memcpy(message->octets + message->length + NLA_HDRLEN, data, length);
  message->length += NLA_ALIGN(NLA_HDRLEN + length);
}

static void put_u16(struct message *message, uint16_t type, uint16_t value) {
  put(message, type, &value, sizeof(value));
}

static void put_u32(struct message *message, uint16_t type, uint32_t value) {
  put(message, type, &value, sizeof(value));
}

static void put_u64(struct message *message, uint16_t type, uint64_t value) {
  put(message, type, &value, sizeof(value));
}

static struct message nested(uint16_t type, const struct message *content) {
  struct message message = {0};
  put(&message, type, content->octets, content->length);
  return message;
}

static int parse_service(const struct message *content, struct ipvs_service *ret) {
  struct message message = nested(IPVS_CMD_ATTR_SERVICE | NLA_F_NESTED, content);
  return ipvs_parse_service(message.octets, message.length, ret);
}

static int parse_destination(const struct message *content,
                             struct ipvs_destination *ret) {
  struct message message = nested(IPVS_CMD_ATTR_DEST, content);
  return ipvs_parse_destination(message.octets, message.length, AF_INET, ret);
}

// --- messages recorded on Linux 6.1 ----------------------------------------

static struct message recorded(const char *name) {
  char path[512];
  struct message message = {0};
  uint8_t octets[sizeof(message.octets) + 1];
  snprintf(path, sizeof(path), "%s/%s", HA_CORPUS, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(octets, 1, sizeof(octets), file);
  fclose(file);
  assert_true(length > 1); // the first octet tells the fuzzer which parser
  message.length = length - 1;
  memcpy(message.octets, octets + 1, message.length);
  make_native(message.octets, message.length, strcmp(name, "family") != 0);
  return message;
}

static struct ipvs_service recorded_service(const char *name) {
  struct message message = recorded(name);
  struct ipvs_service service;
  assert_int_equal(ipvs_parse_service(message.octets, message.length, &service), 0);
  return service;
}

static void test_recorded_service(void **state) {
  (void)state;
  struct ipvs_service service = recorded_service("service0");
  char name[IPVS_INSTANCE_MAX];
  ipvs_service_name(&service.key, "", name);
  assert_string_equal(name, "192.0.2.1_UDP80");
  assert_string_equal(service.scheduler, "wlc");
  assert_int_equal(service.flags, IP_VS_SVC_F_HASHED);
  assert_int_equal(service.netmask, UINT32_MAX);
}

// All thirteen services of tests/vm/scenarios/names.py, each under its own name.
static void test_recorded_services_have_names(void **state) {
  (void)state;
  static const char *const expected[] = {
      "192.0.2.1_SCTP80",  "192.0.2.1_TCP80",    "192.0.2.1_UDP80", "192.0.2.2_TCP443",
      "192.0.2.2_UDP53",   "192.0.2.2_UDP5060",  "192.0.2.3_TCP80", "2001:db8::1_TCP80",
      "2001:db8::1_UDP53", "2001:db8::2_TCP443", "ipv4_FWMARK7",    "ipv4_FWMARK8",
      "ipv6_FWMARK7",
  };
  unsigned seen[13] = {0};
  for (int i = 0; i < 13; i++) {
    char file[32], name[IPVS_INSTANCE_MAX];
    snprintf(file, sizeof(file), "service%d", i);
    struct ipvs_service service = recorded_service(file);
    ipvs_service_name(&service.key, "", name);
    for (int k = 0; k < 13; k++)
      seen[k] += strcmp(name, expected[k]) == 0;
  }
  for (int k = 0; k < 13; k++)
    assert_int_equal(seen[k], 1);
}

static void test_recorded_engine(void **state) {
  (void)state;
  struct ipvs_service service = recorded_service("service5");
  assert_int_equal(service.key.port, 5060);
  assert_string_equal(service.persistence_engine, "sip");
  assert_int_equal(service.timeout, 60);
  assert_true((service.flags & IP_VS_SVC_F_PERSISTENT) != 0);
}

static void test_recorded_tunnels(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint16_t type, port, flags;
    uint32_t forwarding, upper, lower;
  } expected[] = {
      {"10.2.0.12_80", IP_VS_CONN_F_TUNNEL_TYPE_GUE, 6080, 0, IP_VS_CONN_F_TUNNEL, 0, 0},
      {"10.2.0.13_80", IP_VS_CONN_F_TUNNEL_TYPE_GRE, 0, IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
       IP_VS_CONN_F_TUNNEL, 0, 0},
      {"10.2.0.14_80", 0, 0, 0, IP_VS_CONN_F_DROUTE, 100, 50},
      {"fd00:2::11_80", IP_VS_CONN_F_TUNNEL_TYPE_IPIP, 0, 0, IP_VS_CONN_F_TUNNEL, 0, 0},
  };
  unsigned found = 0;
  for (int i = 0; i < 4; i++) {
    char file[32], name[IPVS_INSTANCE_MAX];
    snprintf(file, sizeof(file), "dest1_%d", i);
    struct message message = recorded(file);
    struct ipvs_destination destination;
    assert_int_equal(
        ipvs_parse_destination(message.octets, message.length, AF_INET, &destination), 0);
    ipvs_destination_name(&destination.key, name);
    for (int k = 0; k < 4; k++) {
      if (strcmp(name, expected[k].name) != 0)
        continue;
      found++;
      assert_int_equal(destination.tunnel_type, expected[k].type);
      assert_int_equal(destination.tunnel_port, expected[k].port);
      assert_int_equal(destination.tunnel_flags, expected[k].flags);
      assert_int_equal(destination.forwarding, expected[k].forwarding);
      assert_int_equal(destination.upper_threshold, expected[k].upper);
      assert_int_equal(destination.lower_threshold, expected[k].lower);
    }
  }
  assert_int_equal(found, 4);
}

static void test_recorded_daemons(void **state) {
  (void)state;
  struct ipvs_daemon daemon;
  struct message message = recorded("daemon");
  assert_int_equal(ipvs_parse_daemon(message.octets, message.length, &daemon), 0);
  assert_int_equal(daemon.state, IP_VS_STATE_MASTER);
  assert_string_equal(daemon.interface, "sync0");
  assert_int_equal(daemon.sync_id, 7);
  assert_int_equal(daemon.max_length, 1472);
  assert_int_equal(daemon.port, 8848);
  assert_int_equal(daemon.ttl, 1);
  assert_int_equal(daemon.group_family, AF_INET);
  assert_memory_equal(daemon.group, "\xe0\0\0\x51", 4);

  message = recorded("daemon6");
  assert_int_equal(ipvs_parse_daemon(message.octets, message.length, &daemon), 0);
  assert_int_equal(daemon.state, IP_VS_STATE_BACKUP);
  assert_int_equal(daemon.group_family, AF_INET6);
  assert_memory_equal(daemon.group, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x81", 16);
}

static void test_recorded_host(void **state) {
  (void)state;
  struct ipvs_timeouts timeouts;
  struct message message = recorded("timeouts");
  assert_int_equal(ipvs_parse_timeouts(message.octets, message.length, &timeouts), 0);
  assert_int_equal(timeouts.tcp, 900);
  assert_int_equal(timeouts.tcp_fin, 120);
  assert_int_equal(timeouts.udp, 300);

  struct ipvs_info info;
  message = recorded("info");
  assert_int_equal(ipvs_parse_info(message.octets, message.length, &info), 0);
  assert_int_equal(info.version, IP_VS_VERSION_CODE);
  assert_int_equal(info.connection_table_size, 4096);

  struct ipvs_genl_family family;
  message = recorded("family");
  assert_int_equal(ipvs_parse_genl_family(message.octets, message.length, &family), 0);
  assert_string_equal(family.name, IPVS_GENL_NAME);
  assert_true(family.id >= 16);
}

// Cut anywhere, a message is refused and the output stays as it was.
static void test_cut_messages_are_refused(void **state) {
  (void)state;
  struct message message = recorded("service0");
  struct ipvs_service service, before;
  memset(&before, 0xa5, sizeof(before));
  for (size_t length = 0; length < message.length; length++) {
    uint8_t *copy = malloc(length + 1);
    memcpy(copy, message.octets, length);
    service = before;
    assert_int_equal(ipvs_parse_service(copy, length, &service), -EBADMSG);
    assert_memory_equal(&service, &before, sizeof(service));
    free(copy);
  }
}

// --- rules ------------------------------------------------------------------

static struct message stats(int wide, uint64_t base) {
  struct message message = {0};
  for (uint16_t type = IPVS_STATS_ATTR_CONNS; type <= IPVS_STATS_ATTR_OUTBPS; type++) {
    if (wide)
      put_u64(&message, type, base + type);
    else
      put_u32(&message, type, (uint32_t)(base + type));
  }
  return message;
}

static void check_stats(const struct ipvs_stats *read, uint64_t base) {
  const uint64_t *numbers = (const uint64_t *)read;
  for (uint16_t type = IPVS_STATS_ATTR_CONNS; type <= IPVS_STATS_ATTR_OUTBPS; type++)
    assert_int_equal(numbers[type - IPVS_STATS_ATTR_CONNS], base + type);
}

static void test_wide_counters_win(void **state) {
  (void)state;
  struct message narrow = stats(0, 100), wide = stats(1, UINT64_C(1) << 40);
  struct ipvs_service service;
  for (int swapped = 0; swapped < 2; swapped++) {
    struct message content = {0};
    put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
    if (swapped)
      put(&content, IPVS_SVC_ATTR_STATS64, wide.octets, wide.length);
    put(&content, IPVS_SVC_ATTR_STATS, narrow.octets, narrow.length);
    if (!swapped)
      put(&content, IPVS_SVC_ATTR_STATS64, wide.octets, wide.length);
    assert_int_equal(parse_service(&content, &service), 0);
    check_stats(&service.stats, UINT64_C(1) << 40);
  }
}

static void test_narrow_counters_of_older_kernels(void **state) {
  (void)state;
  struct message narrow = stats(0, 100), content = {0};
  struct ipvs_service service;
  put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
  put(&content, IPVS_SVC_ATTR_STATS, narrow.octets, narrow.length);
  assert_int_equal(parse_service(&content, &service), 0);
  check_stats(&service.stats, 100);
}

// A real server with the attributes it must have, and no others.
static struct message destination_content(void) {
  struct message content = {0};
  put(&content, IPVS_DEST_ATTR_ADDR, (const uint8_t[16]){10, 2, 0, 11}, 16);
  put_u16(&content, IPVS_DEST_ATTR_PORT, htons(80));
  return content;
}

// Each number of a real server goes to its own field.
static void test_numbers_of_a_destination(void **state) {
  (void)state;
  static const struct {
    uint16_t attribute;
    size_t offset;
  } rows[] = {
      {IPVS_DEST_ATTR_FWD_METHOD, offsetof(struct ipvs_destination, forwarding)},
      {IPVS_DEST_ATTR_WEIGHT, offsetof(struct ipvs_destination, weight)},
      {IPVS_DEST_ATTR_U_THRESH, offsetof(struct ipvs_destination, upper_threshold)},
      {IPVS_DEST_ATTR_L_THRESH, offsetof(struct ipvs_destination, lower_threshold)},
      {IPVS_DEST_ATTR_ACTIVE_CONNS, offsetof(struct ipvs_destination, active)},
      {IPVS_DEST_ATTR_INACT_CONNS, offsetof(struct ipvs_destination, inactive)},
      {IPVS_DEST_ATTR_PERSIST_CONNS, offsetof(struct ipvs_destination, persistent)},
  };
  const uint32_t count = sizeof(rows) / sizeof(rows[0]);
  struct message content = destination_content();
  struct ipvs_destination destination;
  for (uint32_t i = 0; i < count; i++)
    put_u32(&content, rows[i].attribute, 1000 + i);
  assert_int_equal(parse_destination(&content, &destination), 0);
  for (uint32_t i = 0; i < count; i++)
    assert_memory_equal((const char *)&destination + rows[i].offset,
                        &(uint32_t){1000 + i}, sizeof(uint32_t));
}

static void test_counters_of_a_destination(void **state) {
  (void)state;
  struct message narrow = stats(0, 100), wide = stats(1, UINT64_C(1) << 40);
  struct message content = destination_content();
  struct ipvs_destination destination;
  put(&content, IPVS_DEST_ATTR_STATS, narrow.octets, narrow.length);
  assert_int_equal(parse_destination(&content, &destination), 0);
  check_stats(&destination.stats, 100);
  put(&content, IPVS_DEST_ATTR_STATS64, wide.octets, wide.length);
  assert_int_equal(parse_destination(&content, &destination), 0);
  check_stats(&destination.stats, UINT64_C(1) << 40);
}

static void test_unknown_attributes_are_skipped(void **state) {
  (void)state;
  struct message content = {0};
  struct ipvs_service service;
  put_u32(&content, 99, 1);
  put_u32(&content, (uint16_t)NLA_TYPE_MASK, 1);
  put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET6);
  put(&content, 17, NULL, 0);
  assert_int_equal(parse_service(&content, &service), 0);
  assert_int_equal(service.key.family, AF_INET6);
}

static void test_required_attributes(void **state) {
  (void)state;
  struct message empty = {0}, content = {0};
  struct ipvs_service service;
  struct ipvs_destination destination;
  uint8_t address[16] = {10};
  assert_int_equal(parse_service(&empty, &service), -EBADMSG);
  assert_int_equal(parse_destination(&empty, &destination), -EBADMSG);
  put(&content, IPVS_DEST_ATTR_ADDR, address, sizeof(address));
  assert_int_equal(parse_destination(&content, &destination), -EBADMSG);
  put_u16(&content, IPVS_DEST_ATTR_PORT, htons(80));
  assert_int_equal(parse_destination(&content, &destination), 0);
  assert_int_equal(destination.key.family, AF_INET); // its service's
  assert_int_equal(destination.key.port, 80);
}

static void test_unknown_family_is_refused(void **state) {
  (void)state;
  struct ipvs_service service;
  for (uint16_t family = 0; family < 64; family++) {
    struct message content = {0};
    put_u16(&content, IPVS_SVC_ATTR_AF, family);
    int known = family == AF_INET || family == AF_INET6;
    assert_int_equal(parse_service(&content, &service), known ? 0 : -EBADMSG);
  }
}

// Each attribute of a service with every length around its own.
static void test_lengths(void **state) {
  (void)state;
  static const struct {
    uint16_t type;
    size_t least, most;
  } rules[] = {
      {IPVS_SVC_ATTR_PROTOCOL, 2, 2},    {IPVS_SVC_ATTR_ADDR, 16, 16},
      {IPVS_SVC_ATTR_PORT, 2, 2},        {IPVS_SVC_ATTR_FWMARK, 4, 4},
      {IPVS_SVC_ATTR_FLAGS, 8, 8},       {IPVS_SVC_ATTR_TIMEOUT, 4, 4},
      {IPVS_SVC_ATTR_SCHED_NAME, 0, 16}, {IPVS_SVC_ATTR_PE_NAME, 0, 16},
  };
  uint8_t octets[32];
  memset(octets, 'x', sizeof(octets));
  for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
    for (size_t length = 0; length <= 20; length++) {
      struct message content = {0};
      struct ipvs_service service;
      put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
      put(&content, rules[i].type, octets, length);
      int fits = length >= rules[i].least && length <= rules[i].most;
      assert_int_equal(parse_service(&content, &service), fits ? 0 : -EBADMSG);
    }
}

static void test_counter_lengths(void **state) {
  (void)state;
  uint8_t octets[16] = {1};
  for (size_t length = 0; length <= 12; length++) {
    struct message counters = {0}, content = {0};
    struct ipvs_service service;
    put(&counters, IPVS_STATS_ATTR_CONNS, octets, length);
    put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
    put(&content, IPVS_SVC_ATTR_STATS64, counters.octets, counters.length);
    int fits = length == 4 || length == 8;
    assert_int_equal(parse_service(&content, &service), fits ? 0 : -EBADMSG);
  }
}

static void test_ipv4_leaves_no_octets_behind(void **state) {
  (void)state;
  struct message content = {0};
  struct ipvs_service service;
  uint8_t address[16];
  memset(address, 0xff, sizeof(address));
  put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
  put(&content, IPVS_SVC_ATTR_ADDR, address, sizeof(address));
  assert_int_equal(parse_service(&content, &service), 0);
  assert_memory_equal(service.key.address, "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0",
                      16);
}

static void test_attribute_that_ends_behind_the_message(void **state) {
  (void)state;
  struct message content = {0};
  struct ipvs_service service;
  put_u16(&content, IPVS_SVC_ATTR_AF, AF_INET);
  put_u32(&content, IPVS_SVC_ATTR_FWMARK, 7);
  for (int longer = -8; longer <= 8; longer++) {
    struct message changed = nested(IPVS_CMD_ATTR_SERVICE, &content);
    struct nlattr header;
    memcpy(&header, changed.octets, sizeof(header));
    header.nla_len = (uint16_t)(header.nla_len + longer);
    memcpy(changed.octets, &header, sizeof(header));
    int status = ipvs_parse_service(changed.octets, changed.length, &service);
    assert_int_equal(status, longer == 0 || longer == -8 ? 0 : -EBADMSG);
  }
}

static void test_random_octets(void **state) {
  (void)state;
  struct message original = recorded("dest1_0");
  struct ipvs_destination destination;
  for (int round = 0; round < 10000; round++) {
    size_t length = (size_t)rand() % (original.length + 1);
    uint8_t *copy = malloc(length + 1);
    memcpy(copy, original.octets, length);
    for (int changes = rand() % 4; changes > 0 && length > 0; changes--)
      copy[(size_t)rand() % length] = (uint8_t)rand();
    int status = ipvs_parse_destination(copy, length, AF_INET, &destination);
    assert_true(status == 0 || status == -EBADMSG);
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_recorded_service),
      cmocka_unit_test(test_recorded_services_have_names),
      cmocka_unit_test(test_recorded_engine),
      cmocka_unit_test(test_recorded_tunnels),
      cmocka_unit_test(test_recorded_daemons),
      cmocka_unit_test(test_recorded_host),
      cmocka_unit_test(test_cut_messages_are_refused),
      cmocka_unit_test(test_wide_counters_win),
      cmocka_unit_test(test_narrow_counters_of_older_kernels),
      cmocka_unit_test(test_numbers_of_a_destination),
      cmocka_unit_test(test_counters_of_a_destination),
      cmocka_unit_test(test_unknown_attributes_are_skipped),
      cmocka_unit_test(test_required_attributes),
      cmocka_unit_test(test_unknown_family_is_refused),
      cmocka_unit_test(test_lengths),
      cmocka_unit_test(test_counter_lengths),
      cmocka_unit_test(test_ipv4_leaves_no_octets_behind),
      cmocka_unit_test(test_attribute_that_ends_behind_the_message),
      cmocka_unit_test(test_random_octets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
