// SPDX-License-Identifier: MIT
// Is an advert told from what is none, and each fault by its own name?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "make_advert.h"

#include <stdio.h>
#include <stdlib.h>

static const struct vrrp_rules lenient = {.unicast_ttl_min = 255};
static const struct vrrp_rules strict = {.unicast_ttl_min = 255,
                                         .require_pseudo_header = true};

static const struct make_advert v2 = {.source = "192.0.2.2",
                                      .version = 2,
                                      .vrid = 10,
                                      .priority = 120,
                                      .auth_type = 1,
                                      .interval = 1,
                                      .addresses = {"192.0.2.1", "192.0.2.9"}};
static const struct make_advert v3 = {.source = "192.0.2.2",
                                      .version = 3,
                                      .vrid = 11,
                                      .priority = 100,
                                      .interval = 20,
                                      .addresses = {"192.0.2.1"}};
static const struct make_advert v6 = {.source = "fe80::2",
                                      .version = 3,
                                      .vrid = 12,
                                      .priority = 100,
                                      .interval = 0xfff,
                                      .addresses = {"fe80::1", "2001:db8::1"}};

// Decodes from a buffer that ends where the packet ends, so that ASan sees any step
// beyond it.
static enum vrrp_verdict decode_bytes(const uint8_t *packet, size_t length,
                                      const struct vrrp_rules *rules,
                                      struct vrrp_advert *advert) {
  uint8_t *exact = malloc(length ? length : 1);
  assert_non_null(exact);
  memcpy(exact, packet, length);
  enum vrrp_verdict verdict = vrrp_packet_decode(exact, length, rules, advert);
  free(exact);
  return verdict;
}

// Decodes octets written in hex.
static enum vrrp_verdict decode_hex(const char *hex, struct vrrp_advert *advert) {
  uint8_t packet[128];
  size_t length = 0;

  for (; hex[2 * length] != '\0'; length++) {
    unsigned octet;
    assert_true(length < sizeof(packet));
    assert_int_equal(sscanf(hex + 2 * length, "%2x", &octet), 1);
    packet[length] = (uint8_t)octet;
  }
  return decode_bytes(packet, length, &lenient, advert);
}

static enum vrrp_verdict decode(struct make_advert make, struct vrrp_advert *advert) {
  uint8_t packet[600];
  return decode_bytes(packet, make_packet(&make, packet), &lenient, advert);
}

static enum vrrp_verdict verdict_of(struct make_advert make) {
  struct vrrp_advert advert;
  return decode(make, &advert);
}

static void assert_address(struct vrrp_address address, const char *text) {
  char found[VRRP_ADDRESS_TEXT_MAX];
  assert_string_equal(vrrp_address_format(&address, found), text);
}

static void test_v2_is_read(void **state) {
  (void)state;
  struct vrrp_advert advert;

  assert_int_equal(decode(v2, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.version, 2);
  assert_int_equal(advert.origin.vrid, 10);
  assert_int_equal(advert.origin.ttl, 255);
  assert_int_equal(advert.priority, 120);
  assert_int_equal(advert.auth_type, 1);
  assert_int_equal(advert.interval_cs, 100);
  assert_int_equal(advert.address_count, 2);
  assert_address(advert.origin.source, "192.0.2.2");
  assert_address(advert.origin.destination, "224.0.0.18");
  assert_address(vrrp_advert_address(&advert, 0), "192.0.2.1");
  assert_address(vrrp_advert_address(&advert, 1), "192.0.2.9");
}

static void test_v3_is_read_in_both_families(void **state) {
  (void)state;
  struct vrrp_advert advert;

  assert_int_equal(decode(v3, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.interval_cs, 20);
  assert_int_equal(advert.auth_type, 0);
  assert_false(advert.no_pseudo_header);
  assert_int_equal(decode(v6, &advert), VRRP_ACCEPTED);
  assert_int_equal(vrrp_advert_family(&advert), VRRP_IPV6);
  assert_int_equal(advert.interval_cs, 4095);
  assert_address(vrrp_advert_address(&advert, 1), "2001:db8::1");
}

static void test_password_is_not_copied(void **state) {
  (void)state;
  struct vrrp_advert advert;

  memset(&advert, 0, sizeof(advert));
  assert_int_equal(decode(v2, &advert), VRRP_ACCEPTED);
  assert_null(memmem(&advert, sizeof(advert), "SECRET42", 8));
}

static void test_ttl_is_255(void **state) {
  (void)state;
  struct make_advert make = v2;

  make.ttl = 254;
  assert_int_equal(verdict_of(make), VRRP_REJECT_TTL);
  make = v6;
  make.ttl = 254;
  assert_int_equal(verdict_of(make), VRRP_REJECT_TTL);
}

static void test_ttl_of_unicast_is_configured(void **state) {
  (void)state;
  struct vrrp_rules rules = {.unicast_ttl_min = 64};
  struct make_advert make = v2;
  struct vrrp_advert advert;
  uint8_t packet[600];

  make.destination = "192.0.2.3";
  make.ttl = 64;
  assert_int_equal(verdict_of(make), VRRP_REJECT_TTL);
  size_t length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &rules, &advert), VRRP_ACCEPTED);
  make.ttl = 63;
  length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &rules, &advert), VRRP_REJECT_TTL);
  make.destination = NULL; // multicast is not eased
  make.ttl = 64;
  length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &rules, &advert), VRRP_REJECT_TTL);
}

static void test_remedy_is_told_where_there_is_one(void **state) {
  (void)state;
  struct vrrp_origin unicast = {0}, multicast = {0};

  vrrp_address_parse("192.0.2.3", &unicast.destination);
  vrrp_address_parse("224.0.0.18", &multicast.destination);
  assert_non_null(
      strstr(vrrp_verdict_remedy(VRRP_REJECT_TTL, &unicast), "UnicastMinimumTTL"));
  assert_null(vrrp_verdict_remedy(VRRP_REJECT_TTL, &multicast));
  assert_non_null(strstr(vrrp_verdict_remedy(VRRP_REJECT_NO_PSEUDO_HEADER, &multicast),
                         "RequirePseudoHeader"));
  assert_null(vrrp_verdict_remedy(VRRP_REJECT_CHECKSUM, &unicast));
}

static void test_version_and_type(void **state) {
  (void)state;
  for (unsigned version = 0; version < 16; version++) {
    struct make_advert make = version == 2 ? v2 : v3;
    make.version = version;
    assert_int_equal(verdict_of(make),
                     version == 2 || version == 3 ? VRRP_ACCEPTED : VRRP_REJECT_VERSION);
  }
  for (unsigned type = 2; type < 16; type++) {
    struct make_advert make = v2;
    make.type = type;
    assert_int_equal(verdict_of(make), VRRP_REJECT_TYPE);
  }
  struct make_advert make = v6;
  make.version = 2;
  assert_int_equal(verdict_of(make), VRRP_REJECT_VERSION);
}

static void test_length_is_exact(void **state) {
  (void)state;
  const struct make_advert *whole[] = {&v2, &v3, &v6};

  for (size_t i = 0; i < 3; i++) {
    struct make_advert make = *whole[i];
    make.extra = 1;
    assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
    make = *whole[i];
    make.cut = 1;
    assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
    make = *whole[i];
    make.count = 3;
    assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
    make.count = 255;
    assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
  }
  struct make_advert make = v3; // one address more or less than there are
  make.addresses[1] = "192.0.2.3";
  make.count = 1;
  assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
}

static void test_vrid(void **state) {
  (void)state;
  static const struct {
    unsigned vrid;
    enum vrrp_verdict verdict;
  } cases[] = {{0, VRRP_REJECT_VRID}, {1, VRRP_ACCEPTED}, {255, VRRP_ACCEPTED}};

  for (size_t i = 0; i < 3; i++) {
    struct make_advert make = v2;
    make.vrid = cases[i].vrid;
    assert_int_equal(verdict_of(make), cases[i].verdict);
  }
}

static void test_checksum(void **state) {
  (void)state;
  const struct make_advert *whole[] = {&v2, &v3, &v6};

  for (size_t i = 0; i < 3; i++) {
    struct make_advert make = *whole[i];
    make.checksum = MAKE_WRONG;
    assert_int_equal(verdict_of(make), VRRP_REJECT_CHECKSUM);
  }
}

static void test_every_flipped_bit_of_a_message_is_noticed(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  size_t length = make_packet(&v3, packet);

  for (size_t bit = 20 * 8; bit < length * 8; bit++) {
    packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
    assert_int_not_equal(decode_bytes(packet, length, &strict, &advert), VRRP_ACCEPTED);
    packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
}

static void test_checksum_without_pseudo_header(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v3;
  uint8_t packet[600];

  make.checksum = MAKE_WITHOUT_PSEUDO_HEADER;
  assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
  assert_true(advert.no_pseudo_header);
  size_t length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &strict, &advert),
                   VRRP_REJECT_NO_PSEUDO_HEADER);
  make = v6; // no standard ever allowed it there
  make.checksum = MAKE_WITHOUT_PSEUDO_HEADER;
  assert_int_equal(verdict_of(make), VRRP_REJECT_CHECKSUM);
}

// keepalived's old_unicast_checksum.
static void test_unicast_checksum_with_the_groups_pseudo_header(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v3;
  uint8_t packet[600];

  make.destination = "192.0.2.3";
  make.checksum = MAKE_WITH_GROUP;
  assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
  assert_true(advert.no_pseudo_header);
  size_t length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &strict, &advert),
                   VRRP_REJECT_NO_PSEUDO_HEADER);
}

static void test_auth_type(void **state) {
  (void)state;
  for (unsigned type = 0; type < 256; type++) {
    struct make_advert make = v2;
    make.auth_type = type;
    assert_int_equal(verdict_of(make), type <= 2 ? VRRP_ACCEPTED
                                       : type == 254
                                           ? VRRP_REJECT_LENGTH // its digest is missing
                                           : VRRP_REJECT_AUTH_TYPE);
  }
}

static void test_interval(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v2;

  make.interval = 0;
  assert_int_equal(verdict_of(make), VRRP_REJECT_INTERVAL);
  make.interval = 255;
  assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.interval_cs, 25500);
  make = v3;
  make.interval = 0xf000; // reserved bits are no interval
  assert_int_equal(verdict_of(make), VRRP_REJECT_INTERVAL);
  make.interval = 0xf001;
  assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.interval_cs, 1);
}

static void test_address_list(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v2;

  make.addresses[0] = NULL;
  assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.address_count, 0);
  make = v3;
  make.addresses[0] = NULL;
  assert_int_equal(verdict_of(make), VRRP_REJECT_ADDRESS_LIST);
  make = v6;
  make.addresses[0] = NULL;
  assert_int_equal(verdict_of(make), VRRP_REJECT_ADDRESS_LIST);
}

// keepalived warns of such a list, becomes master and sends.
static void test_ipv6_list_without_a_link_local_address(void **state) {
  (void)state;
  struct vrrp_advert advert;

  assert_int_equal(
      decode_hex("6c000000001870fffe800000000000000000000000000001ff02000000000000000000"
                 "0000000012313d780100642a2420010db8000000000000000000000061",
                 &advert),
      VRRP_ACCEPTED);
  assert_int_equal(advert.origin.vrid, 0x3d);
  assert_address(vrrp_advert_address(&advert, 0), "2001:db8::61");
}

// keepalived's auth_type AH.
#define AH_ADVERT                                                                        \
  "45c0004000010000ff3318acc000020be0000012"                                             \
  "70040000c000020b00000001000000000000000000000000"                                     \
  "210a78010201a2f1c00002010000000000000000"

static void test_authentication_header_is_skipped(void **state) {
  (void)state;
  struct vrrp_advert advert;

  assert_int_equal(decode_hex(AH_ADVERT, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.origin.vrid, 10);
  assert_int_equal(advert.auth_type, VRRP_AUTH_IP_HEADER);
  assert_address(advert.origin.source, "192.0.2.11");
  assert_address(vrrp_advert_address(&advert, 0), "192.0.2.1");
}

static void test_authentication_header_in_ipv6_and_v3(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  size_t length = make_packet(&v6, packet);

  memmove(packet + 64, packet + 40, length - 40);
  memset(packet + 40, 0, 24);
  packet[6] = 51;
  packet[40] = VRRP_PROTOCOL;
  packet[41] = 4; // words, without the first two
  make_put16(packet + 4, (unsigned)length - 40 + 24);
  assert_int_equal(decode_bytes(packet, length + 24, &lenient, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.auth_type, VRRP_AUTH_IP_HEADER);
  packet[40] = 50; // what is encrypted is nobody's advert
  assert_int_equal(decode_bytes(packet, length + 24, &lenient, &advert),
                   VRRP_REJECT_PROTOCOL);
}

static void test_hmac_extension_is_authentication(void **state) {
  (void)state;
  static const uint8_t extension[MAKE_EXTENSION] = {1, 7, [4] = 0x65, [12] = 0xde, 0xad};
  const struct make_advert *whole[] = {&v2, &v3, &v6};
  struct vrrp_advert advert;

  assert_int_equal(decode_hex("45c0004400010000ff701844c0000232e0000012"
                              "214764010001b76ec00002460000000000000000"
                              "01010000000000000000000000000000000000000000000000000000",
                              &advert),
                   VRRP_ACCEPTED);
  assert_int_equal(advert.origin.vrid, 0x47);
  assert_int_equal(advert.auth_type, VRRP_AUTH_HMAC);
  for (size_t i = 0; i < 3; i++) {
    struct make_advert make = *whole[i];
    make.extension = extension;
    assert_int_equal(decode(make, &advert), VRRP_ACCEPTED);
    assert_int_equal(advert.auth_type, VRRP_AUTH_HMAC);
    make.checksum = MAKE_WRONG;
    assert_int_equal(verdict_of(make), VRRP_REJECT_CHECKSUM);
    make.checksum = MAKE_RIGHT;
    make.cut = 1;
    assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
  }
}

// Cisco's authentication with MD5.
static void test_md5_behind_the_list(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v2;
  uint8_t packet[600];

  make.auth_type = 254;
  make.extra = 30;
  size_t length = make_packet(&make, packet);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_LENGTH);
  packet[length - 30] = 254;
  packet[length - 29] = 28;
  make_put16(packet + 26, 0);
  make_put16(packet + 26, ~make_sum(packet + 20, length - 20, 0) & 0xffff);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.auth_type, VRRP_AUTH_MD5);
  packet[length - 1] = 1; // the digest is in the checksum
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_CHECKSUM);
}

static void test_unknown_extension(void **state) {
  (void)state;
  static const uint8_t unknown[MAKE_EXTENSION] = {2, 1}, reserved[] = {1, 1, 0, 1};
  struct make_advert make = v2;

  make.extension = unknown;
  assert_int_equal(verdict_of(make), VRRP_REJECT_AUTH_TYPE);
  make.extension = memcpy((uint8_t[MAKE_EXTENSION]){0}, reserved, sizeof(reserved));
  assert_int_equal(verdict_of(make), VRRP_REJECT_LENGTH);
}

// How much follows the list is known for known types only.
static void test_unknown_authentication_goes_before_the_length(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v2;

  make.auth_type = 253;
  make.extra = 20;
  assert_int_equal(decode(make, &advert), VRRP_REJECT_AUTH_TYPE);
  assert_int_equal(advert.origin.vrid, 10);
}

static void test_longest_list(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[40 + 8 + 255 * 16];
  struct make_advert make = v6;
  size_t length = sizeof(packet);

  make_packet(&make, packet);
  for (int i = 0; i < 255; i++)
    memcpy(packet + 48 + i * 16, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  make_put16(packet + 4, 8 + 255 * 16);
  packet[43] = 255;
  make_put16(packet + 46, 0);
  unsigned sum = make_sum(packet + 8, 32, 112 + 8 + 255 * 16);
  make_put16(packet + 46, ~make_sum(packet + 40, length - 40, sum) & 0xffff);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.address_count, 255);
  assert_address(vrrp_advert_address(&advert, 254), "fe80::1");
  assert_int_equal(decode_bytes(packet, length - 1, &lenient, &advert),
                   VRRP_REJECT_IP_HEADER);
}

static void test_digest_ignores_the_order_only(void **state) {
  (void)state;
  struct vrrp_advert a, b;
  struct make_advert make = v2;

  assert_int_equal(decode(make, &a), VRRP_ACCEPTED);
  make.addresses[0] = v2.addresses[1];
  make.addresses[1] = v2.addresses[0];
  assert_int_equal(decode(make, &b), VRRP_ACCEPTED);
  assert_true(a.address_digest == b.address_digest);
  make.addresses[1] = "192.0.2.10";
  assert_int_equal(decode(make, &b), VRRP_ACCEPTED);
  assert_true(a.address_digest != b.address_digest);
  make.addresses[1] = make.addresses[0];
  assert_int_equal(decode(make, &b), VRRP_ACCEPTED);
  assert_true(a.address_digest != b.address_digest);
}

static void test_carp_is_recognised_by_its_shape(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  struct make_advert make = v2;

  make.addresses[1] = NULL;
  size_t length = make_packet(&make, packet) + 36 - 20;
  memset(packet + 20, 0x5a, 36);
  packet[20] = 0x21;
  packet[23] = 7;
  make_put16(packet + 2, 56);
  make_put16(packet + 10, 0);
  make_put16(packet + 10, ~make_sum(packet, 20, 0) & 0xffff);
  length = 56;
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_CARP);
  packet[23] = 8; // VRRP's fault then, whatever it is
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert),
                   VRRP_REJECT_AUTH_TYPE);
  packet[23] = 7;
  packet[20] = 0x31;
  assert_int_not_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_CARP);
}

static void test_ipv4_header(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  size_t length = make_packet(&v2, packet);

  for (size_t cut = 1; cut <= length; cut++)
    assert_int_equal(decode_bytes(packet, length - cut, &lenient, &advert),
                     VRRP_REJECT_IP_HEADER);
  memset(packet + length, 0, 18); // Ethernet's padding
  assert_int_equal(decode_bytes(packet, length + 18, &lenient, &advert), VRRP_ACCEPTED);
  packet[0] = 0x44;
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert),
                   VRRP_REJECT_IP_HEADER);
  packet[0] = 0x55;
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert),
                   VRRP_REJECT_IP_HEADER);
  packet[0] = 0x45;
  packet[11] ^= 1;
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert),
                   VRRP_REJECT_IP_HEADER);
}

static void fix_ipv4_checksum(uint8_t *packet) {
  make_put16(packet + 10, 0);
  make_put16(packet + 10, ~make_sum(packet, (packet[0] & 0xf) * 4u, 0) & 0xffff);
}

static void test_ipv4_options_are_skipped(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  size_t length = make_packet(&v2, packet);

  memmove(packet + 24, packet + 20, length - 20);
  memcpy(packet + 20, "\x94\x04\0\0", 4); // router alert
  packet[0] = 0x46;
  make_put16(packet + 2, (unsigned)length + 4);
  fix_ipv4_checksum(packet);
  assert_int_equal(decode_bytes(packet, length + 4, &lenient, &advert), VRRP_ACCEPTED);
  assert_int_equal(advert.origin.vrid, 10);
}

static void test_fragments_and_other_protocols(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  size_t length = make_packet(&v2, packet);

  make_put16(packet + 6, 0x4000); // don't fragment
  fix_ipv4_checksum(packet);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_ACCEPTED);
  make_put16(packet + 6, 0x2000); // more fragments
  fix_ipv4_checksum(packet);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_FRAGMENT);
  make_put16(packet + 6, 1); // not the first
  fix_ipv4_checksum(packet);
  assert_int_equal(decode_bytes(packet, length, &lenient, &advert), VRRP_REJECT_FRAGMENT);
  make_put16(packet + 6, 0);
  static const uint8_t others[] = {0, 6, 43, 50, 60, 111}; // no IPv6 header in IPv4
  for (size_t i = 0; i < sizeof(others); i++) {
    packet[9] = others[i];
    fix_ipv4_checksum(packet);
    assert_int_equal(decode_bytes(packet, length, &lenient, &advert),
                     VRRP_REJECT_PROTOCOL);
  }
}

static void test_ipv6_extension_headers(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];
  static const struct {
    uint8_t next;
    enum vrrp_verdict verdict;
  } cases[] = {{0, VRRP_ACCEPTED},         {43, VRRP_ACCEPTED},
               {60, VRRP_ACCEPTED},        {44, VRRP_REJECT_FRAGMENT},
               {51, VRRP_ACCEPTED},        {50, VRRP_REJECT_PROTOCOL},
               {59, VRRP_REJECT_PROTOCOL}, {6, VRRP_REJECT_PROTOCOL}};

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t length = make_packet(&v6, packet);
    memmove(packet + 48, packet + 40, length - 40);
    memset(packet + 40, 0, 8);
    packet[40] = VRRP_PROTOCOL;
    packet[6] = cases[i].next;
    make_put16(packet + 4, (unsigned)length - 40 + 8);
    assert_int_equal(decode_bytes(packet, length + 8, &lenient, &advert),
                     cases[i].verdict);
    packet[41] = 255; // longer than the packet
    if (cases[i].verdict == VRRP_ACCEPTED)
      assert_int_equal(decode_bytes(packet, length + 8, &lenient, &advert),
                       VRRP_REJECT_IP_HEADER);
  }
}

static void test_origin_is_told_with_a_rejection(void **state) {
  (void)state;
  struct vrrp_advert advert;
  struct make_advert make = v2;

  make.checksum = MAKE_WRONG;
  assert_int_equal(decode(make, &advert), VRRP_REJECT_CHECKSUM);
  assert_int_equal(advert.origin.vrid, 10);
  assert_address(advert.origin.source, "192.0.2.2");
  assert_int_equal(decode_bytes((const uint8_t *)"", 0, &lenient, &advert),
                   VRRP_REJECT_IP_HEADER);
  assert_int_equal(advert.origin.vrid, 0);
}

static void test_noise(void **state) {
  (void)state;
  struct vrrp_advert advert;
  uint8_t packet[600];

  srand(112);
  for (int round = 0; round < 20000; round++) {
    size_t length = make_packet(round % 2 ? &v2 : &v6, packet);
    for (int i = rand() % 6; i >= 0; i--)
      packet[(size_t)rand() % length] = (uint8_t)rand();
    length = (size_t)rand() % (length + 1);
    enum vrrp_verdict verdict = decode_bytes(packet, length, &lenient, &advert);
    assert_in_range(verdict, 0, VRRP_VERDICTS - 1);
  }
}

static void test_names(void **state) {
  (void)state;
  for (int i = 0; i < VRRP_VERDICTS; i++) {
    assert_non_null(vrrp_verdict_name(i));
    for (int j = 0; j < i; j++)
      assert_string_not_equal(vrrp_verdict_name(i), vrrp_verdict_name(j));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_v2_is_read),
      cmocka_unit_test(test_v3_is_read_in_both_families),
      cmocka_unit_test(test_password_is_not_copied),
      cmocka_unit_test(test_ttl_is_255),
      cmocka_unit_test(test_ttl_of_unicast_is_configured),
      cmocka_unit_test(test_remedy_is_told_where_there_is_one),
      cmocka_unit_test(test_version_and_type),
      cmocka_unit_test(test_length_is_exact),
      cmocka_unit_test(test_vrid),
      cmocka_unit_test(test_checksum),
      cmocka_unit_test(test_every_flipped_bit_of_a_message_is_noticed),
      cmocka_unit_test(test_checksum_without_pseudo_header),
      cmocka_unit_test(test_auth_type),
      cmocka_unit_test(test_interval),
      cmocka_unit_test(test_address_list),
      cmocka_unit_test(test_ipv6_list_without_a_link_local_address),
      cmocka_unit_test(test_authentication_header_is_skipped),
      cmocka_unit_test(test_authentication_header_in_ipv6_and_v3),
      cmocka_unit_test(test_hmac_extension_is_authentication),
      cmocka_unit_test(test_md5_behind_the_list),
      cmocka_unit_test(test_unknown_extension),
      cmocka_unit_test(test_unknown_authentication_goes_before_the_length),
      cmocka_unit_test(test_unicast_checksum_with_the_groups_pseudo_header),
      cmocka_unit_test(test_longest_list),
      cmocka_unit_test(test_digest_ignores_the_order_only),
      cmocka_unit_test(test_carp_is_recognised_by_its_shape),
      cmocka_unit_test(test_ipv4_header),
      cmocka_unit_test(test_ipv4_options_are_skipped),
      cmocka_unit_test(test_fragments_and_other_protocols),
      cmocka_unit_test(test_ipv6_extension_headers),
      cmocka_unit_test(test_origin_is_told_with_a_rejection),
      cmocka_unit_test(test_noise),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
