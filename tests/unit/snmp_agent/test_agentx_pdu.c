// SPDX-License-Identifier: MIT
// Is each PDU read and written as RFC 2741 has it, and a broken one refused?
#include "core/agentx_writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/agentx_notification.h"
#include "snmp_agent/master.h"

// Reading

static struct wire wire;

static struct agentx_reader reader_of_payload(void) {
  struct agentx_header h;
  struct agentx_reader r;
  assert_int_equal(agentx_read_header(wire.buf, wire.length, &h), AGENTX_FINE);
  agentx_reader_init(&r, &h, wire.buf + AGENTX_HEADER_SIZE);
  return r;
}

// A cursor over exactly `length` bytes, placed at the end of an allocation so that the
// sanitizer sees a read past it.
static uint8_t *reader_of_copy(const uint8_t *bytes, size_t length, bool big_endian,
                               struct agentx_reader *ret) {
  uint8_t *copy = malloc(length > 0 ? length : 1);
  memcpy(copy, bytes, length);
  *ret = (struct agentx_reader){copy, copy + length, big_endian};
  return copy;
}

static void header_in_both_byte_orders(void **state) {
  (void)state;
  for (int big = 0; big < 2; big++) {
    struct agentx_header h;
    wire.big_endian = big;
    wire_header(&wire, AGENTX_GET_NEXT, AGENTX_NON_DEFAULT_CONTEXT, 0x01020304,
                0xa0b0c0d0, 0xfffffffe);
    wire_u32(&wire, 7);
    wire_end(&wire);
    assert_int_equal(agentx_read_header(wire.buf, AGENTX_HEADER_SIZE, &h), AGENTX_FINE);
    assert_int_equal(h.type, AGENTX_GET_NEXT);
    assert_int_equal(h.flags,
                     AGENTX_NON_DEFAULT_CONTEXT | (big ? AGENTX_NETWORK_BYTE_ORDER : 0));
    assert_int_equal(h.session_id, 0x01020304);
    assert_int_equal(h.transaction_id, 0xa0b0c0d0);
    assert_int_equal(h.packet_id, 0xfffffffe);
    assert_int_equal(h.payload_length, 4);
  }
}

static enum agentx_fault fault_of_header(uint8_t version, uint8_t type, uint32_t length) {
  struct agentx_header h;
  wire.big_endian = true;
  wire_header(&wire, type, 0, 1, 2, 3);
  wire.buf[0] = version;
  wire.length = 16;
  wire_u32(&wire, length);
  return agentx_read_header(wire.buf, wire.length, &h);
}

static void header_rejects(void **state) {
  (void)state;
  struct agentx_header h;
  wire_header(&wire, AGENTX_PING, 0, 0, 0, 0);
  for (size_t length = 0; length < AGENTX_HEADER_SIZE; length++)
    assert_int_equal(agentx_read_header(wire.buf, length, &h), AGENTX_TRUNCATED);
  assert_int_equal(fault_of_header(1, AGENTX_GET, 0), AGENTX_FINE);
  assert_int_equal(fault_of_header(0, AGENTX_GET, 0), AGENTX_BAD_VERSION);
  assert_int_equal(fault_of_header(2, AGENTX_GET, 0), AGENTX_BAD_VERSION);
  assert_int_equal(fault_of_header(1, 0, 0), AGENTX_BAD_TYPE);
  assert_int_equal(fault_of_header(1, 1, 0), AGENTX_FINE);
  assert_int_equal(fault_of_header(1, 18, 0), AGENTX_FINE);
  assert_int_equal(fault_of_header(1, 19, 0), AGENTX_BAD_TYPE);
  assert_int_equal(fault_of_header(1, AGENTX_GET, 1), AGENTX_BAD_ALIGNMENT);
  assert_int_equal(fault_of_header(1, AGENTX_GET, 3), AGENTX_BAD_ALIGNMENT);
  assert_int_equal(fault_of_header(1, AGENTX_GET, 4), AGENTX_FINE);
  assert_int_equal(fault_of_header(1, AGENTX_GET, AGENTX_MAX_PAYLOAD), AGENTX_FINE);
  assert_int_equal(fault_of_header(1, AGENTX_GET, AGENTX_MAX_PAYLOAD + 4),
                   AGENTX_BAD_SIZE);
  assert_int_equal(fault_of_header(1, AGENTX_GET, UINT32_MAX), AGENTX_BAD_SIZE);
}

static void oid_spelt_out(void **state) {
  (void)state;
  for (int big = 0; big < 2; big++) {
    struct oid oid;
    bool include;
    wire.big_endian = big;
    wire_header(&wire, AGENTX_GET, 0, 0, 0, 0);
    WIRE_OID(&wire, 4, true, 1, 8072, UINT32_MAX);
    WIRE_OID(&wire, 0, false, 2, 999);
    wire_oid(&wire, 0, false, NULL, 0);
    wire_oid(&wire, 255, false, NULL, 0);
    wire_end(&wire);
    struct agentx_reader r = reader_of_payload();

    assert_int_equal(agentx_read_oid(&r, &oid, &include), AGENTX_FINE);
    const uint32_t enterprise[] = {1, 3, 6, 1, 4, 1, 8072, UINT32_MAX};
    assert_int_equal(oid.length, 8);
    assert_memory_equal(oid.sub, enterprise, sizeof(enterprise));
    assert_true(include);
    assert_int_equal(agentx_read_oid(&r, &oid, &include), AGENTX_FINE);
    assert_int_equal(oid.length, 2);
    assert_int_equal(oid.sub[1], 999);
    assert_false(include);
    assert_int_equal(agentx_read_oid(&r, &oid, NULL), AGENTX_FINE);
    assert_int_equal(oid.length, 0);
    assert_int_equal(agentx_read_oid(&r, &oid, NULL), AGENTX_FINE);
    assert_int_equal(oid.length, 5);
    assert_int_equal(oid.sub[4], 255);
    assert_true(agentx_at_end(&r));
  }
}

static enum agentx_fault fault_of_oid(uint8_t prefix, uint8_t n, size_t cut_off) {
  static const uint32_t sub[UINT8_MAX];
  struct oid oid;
  struct agentx_reader r;
  wire.length = 0;
  wire_oid(&wire, prefix, false, sub, n);
  uint8_t *copy = reader_of_copy(wire.buf, wire.length - cut_off, true, &r);
  enum agentx_fault fault = agentx_read_oid(&r, &oid, NULL);
  free(copy);
  return fault;
}

static void oid_bounds(void **state) {
  (void)state;
  assert_int_equal(fault_of_oid(0, 128, 0), AGENTX_FINE);
  assert_int_equal(fault_of_oid(0, 129, 0), AGENTX_BAD_OID);
  assert_int_equal(fault_of_oid(0, 255, 0), AGENTX_BAD_OID);
  assert_int_equal(fault_of_oid(2, 123, 0), AGENTX_FINE);
  assert_int_equal(fault_of_oid(2, 124, 0), AGENTX_BAD_OID);
  for (size_t cut = 1; cut <= 4 + 3 * 4; cut++)
    assert_int_equal(fault_of_oid(2, 3, cut), AGENTX_TRUNCATED);
}

static enum agentx_fault fault_of_bytes(uint32_t claimed, uint32_t there) {
  const uint8_t *bytes;
  uint32_t length;
  struct agentx_reader r;
  static const uint8_t zero[4096];
  wire.length = 0;
  wire.big_endian = false;
  wire_u32(&wire, claimed);
  memcpy(wire.buf + 4, zero, there);
  uint8_t *copy = reader_of_copy(wire.buf, 4 + there, false, &r);
  enum agentx_fault fault = agentx_read_bytes(&r, &bytes, &length);
  if (fault == AGENTX_FINE)
    assert_int_equal(length, claimed);
  free(copy);
  return fault;
}

static void bytes_bounds(void **state) {
  (void)state;
  assert_int_equal(fault_of_bytes(0, 0), AGENTX_FINE);
  assert_int_equal(fault_of_bytes(1, 3), AGENTX_TRUNCATED);
  assert_int_equal(fault_of_bytes(1, 4), AGENTX_FINE);
  assert_int_equal(fault_of_bytes(4, 4), AGENTX_FINE);
  assert_int_equal(fault_of_bytes(5, 4), AGENTX_TRUNCATED);
  assert_int_equal(fault_of_bytes(5, 7), AGENTX_TRUNCATED);
  assert_int_equal(fault_of_bytes(5, 8), AGENTX_FINE);
  assert_int_equal(fault_of_bytes(UINT32_MAX, 8), AGENTX_TRUNCATED);
  assert_int_equal(fault_of_bytes(UINT32_MAX - 2, 8), AGENTX_TRUNCATED);
}

static enum agentx_fault fault_of_context(const void *bytes, uint32_t length, char *ret) {
  struct agentx_header h = {.flags = AGENTX_NON_DEFAULT_CONTEXT};
  struct agentx_reader r;
  wire.length = 0;
  wire.big_endian = true;
  wire_bytes(&wire, bytes, length);
  uint8_t *copy = reader_of_copy(wire.buf, wire.length, true, &r);
  enum agentx_fault fault = agentx_read_context(&r, &h, ret);
  free(copy);
  return fault;
}

static void contexts(void **state) {
  (void)state;
  char context[AGENTX_CONTEXT_MAX + 1];
  char longest[AGENTX_CONTEXT_MAX + 2];
  memset(longest, 'x', sizeof(longest));
  assert_int_equal(fault_of_context("router1", 7, context), AGENTX_FINE);
  assert_string_equal(context, "router1");
  assert_int_equal(fault_of_context("", 0, context), AGENTX_FINE);
  assert_string_equal(context, "");
  assert_int_equal(fault_of_context(longest, AGENTX_CONTEXT_MAX, context), AGENTX_FINE);
  assert_int_equal(strlen(context), AGENTX_CONTEXT_MAX);
  assert_int_equal(fault_of_context(longest, AGENTX_CONTEXT_MAX + 1, context),
                   AGENTX_BAD_CONTEXT);
  assert_int_equal(fault_of_context("a\0b", 3, context), AGENTX_BAD_CONTEXT);

  struct agentx_header none = {.flags = 0};
  struct agentx_reader empty = {wire.buf, wire.buf, true};
  assert_int_equal(agentx_read_context(&empty, &none, context), AGENTX_FINE);
  assert_string_equal(context, "");
}

// A variable binding named 1.3.6.1.4.1 with `body`, which may be NULL, behind it.
static enum agentx_fault read_varbind(uint16_t type, const uint8_t *body, size_t length,
                                      bool big_endian, struct agentx_varbind *ret) {
  static uint8_t keep[256];
  struct agentx_reader r;
  wire.length = 0;
  wire.big_endian = big_endian;
  wire_u16(&wire, type);
  wire_u16(&wire, 0);
  WIRE_OID(&wire, 4, false, 1);
  if (length > 0)
    memcpy(wire.buf + wire.length, body, length);
  memcpy(keep, wire.buf, wire.length + length);
  r = (struct agentx_reader){keep, keep + wire.length + length, big_endian};
  enum agentx_fault fault = agentx_read_varbind(&r, ret);
  if (fault == AGENTX_FINE)
    assert_true(agentx_at_end(&r));
  return fault;
}

static void varbind_numbers(void **state) {
  (void)state;
  struct agentx_varbind vb;
  const uint8_t word[] = {0x80, 0, 0, 1};
  const uint8_t lword[] = {0x80, 0, 0, 0, 0, 0, 0, 2};
  assert_int_equal(read_varbind(SMI_INTEGER32, word, 4, true, &vb), AGENTX_FINE);
  assert_int_equal(vb.name.length, 6);
  assert_true((int64_t)vb.value.number == INT32_MIN + 1);
  assert_int_equal(read_varbind(SMI_INTEGER32, word, 4, false, &vb), AGENTX_FINE);
  assert_true((int64_t)vb.value.number == 0x01000080);
  assert_int_equal(read_varbind(SMI_GAUGE32, word, 4, true, &vb), AGENTX_FINE);
  assert_true(vb.value.number == 0x80000001);
  assert_int_equal(read_varbind(SMI_COUNTER64, lword, 8, true, &vb), AGENTX_FINE);
  assert_true(vb.value.number == 0x8000000000000002);
  assert_int_equal(read_varbind(SMI_COUNTER64, lword, 8, false, &vb), AGENTX_FINE);
  assert_true(vb.value.number == 0x0200000000000080);
  assert_int_equal(read_varbind(SMI_COUNTER64, lword, 4, true, &vb), AGENTX_TRUNCATED);
  assert_int_equal(read_varbind(SMI_TIME_TICKS, word, 0, true, &vb), AGENTX_TRUNCATED);
}

static void varbind_strings(void **state) {
  (void)state;
  struct agentx_varbind vb;
  const uint8_t text[] = {0, 0, 0, 3, 'a', 'b', 'c', 0};
  const uint8_t address[] = {0, 0, 0, 4, 192, 0, 2, 1};
  const uint8_t oid[] = {1, 2, 0, 0, 0, 0, 0, 9};
  assert_int_equal(read_varbind(SMI_OCTET_STRING, text, 8, true, &vb), AGENTX_FINE);
  assert_int_equal(vb.value.length, 3);
  assert_memory_equal(vb.value.bytes, "abc", 3);
  assert_int_equal(read_varbind(SMI_OPAQUE, text, 8, true, &vb), AGENTX_FINE);
  assert_int_equal(read_varbind(SMI_IP_ADDRESS, address, 8, true, &vb), AGENTX_FINE);
  assert_int_equal(read_varbind(SMI_IP_ADDRESS, text, 8, true, &vb), AGENTX_BAD_VARBIND);
  assert_int_equal(read_varbind(SMI_OBJECT_IDENTIFIER, oid, 8, true, &vb), AGENTX_FINE);
  assert_int_equal(vb.value.length, 6);
  assert_int_equal(vb.value.subids[4], 2);
  assert_int_equal(vb.value.subids[5], 9);
  assert_int_equal(read_varbind(SMI_NULL, NULL, 0, true, &vb), AGENTX_FINE);
  assert_int_equal(vb.value.length, 0);
}

// Every type code there is: the thirteen of RFC 2741, section 5.4, and no other.
static void varbind_types(void **state) {
  (void)state;
  static const uint8_t zero[8];
  struct agentx_varbind vb;
  size_t known = 0;
  for (uint32_t type = 0; type <= UINT16_MAX; type++) {
    size_t length = 0;
    enum agentx_fault fault;
    do
      fault = read_varbind(type, zero, length, true, &vb);
    while (fault == AGENTX_TRUNCATED && (length += 4) <= 8);
    known += fault == AGENTX_FINE || type == SMI_IP_ADDRESS;
    if (fault != AGENTX_FINE)
      assert_int_equal(fault, AGENTX_BAD_VARBIND);
  }
  assert_int_equal(known, 13);
}

static void random_bytes_never_overrun(void **state) {
  (void)state;
  srandom(1);
  for (int round = 0; round < 20000; round++) {
    uint8_t bytes[64];
    struct agentx_reader r;
    struct agentx_varbind vb;
    struct agentx_range range;
    size_t length = random() % sizeof(bytes);
    for (size_t i = 0; i < length; i++)
      bytes[i] = random() % 4 != 0 ? random() % 8 : random();
    uint8_t *copy = reader_of_copy(bytes, length, round % 2, &r);
    struct agentx_reader again = r;
    while (!agentx_at_end(&r) && agentx_read_varbind(&r, &vb) == AGENTX_FINE)
      assert_true(r.at <= r.end);
    while (!agentx_at_end(&again) && agentx_read_range(&again, &range) == AGENTX_FINE)
      assert_true(range.start.length <= OID_LENGTH_MAX &&
                  range.end.length <= OID_LENGTH_MAX);
    free(copy);
  }
}

// Writing

static void expect_bytes(const struct agentx_writer *w, size_t from, const uint8_t *bytes,
                         size_t length) {
  assert_int_equal(w->length - from, length);
  assert_memory_equal(w->buf + from, bytes, length);
}

static void open_pdu(void **state) {
  (void)state;
  static const uint8_t expected[] = {
      1, 1, 0x10, 0, 0,   0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 20, // header
      5, 0, 0,    0,                                                      // timeout
      1, 4, 0,    0, 0,   0,   0, 1,                                      // 1.3.6.1.4.1
      0, 0, 0,    2, 'h', 'a', 0, 0,
  };
  const struct oid id = {6, {1, 3, 6, 1, 4, 1}};
  struct agentx_writer w;
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  assert_int_equal(
      agentx_write_open(&w, (struct agentx_header){.packet_id = 7}, 5, &id, "ha"), 0);
  expect_bytes(&w, 0, expected, sizeof(expected));
  agentx_writer_free(&w);
}

static void register_pdu(void **state) {
  (void)state;
  static const uint8_t payload[] = {
      0, 0, 0, 2, 'r', '1', 0, 0,             // context
      0, 9, 0, 0,                             // timeout, priority, range
      2, 0, 0, 0, 0,   0,   0, 2, 0, 0, 0, 5, // 2.5
  };
  const struct agentx_region region = {"r1", {2, {2, 5}}, 9};
  struct agentx_writer w;
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  struct agentx_header h = {.session_id = 3, .packet_id = 8};
  assert_int_equal(agentx_write_register(&w, h, &region), 0);
  assert_int_equal(w.buf[1], AGENTX_REGISTER);
  assert_int_equal(w.buf[2], AGENTX_NETWORK_BYTE_ORDER | AGENTX_NON_DEFAULT_CONTEXT);
  expect_bytes(&w, AGENTX_HEADER_SIZE, payload, sizeof(payload));

  const struct agentx_region plain = {"", {2, {2, 5}}, 9};
  size_t from = w.length;
  assert_int_equal(agentx_write_register(&w, h, &plain), 0);
  assert_int_equal(w.buf[from + 2], AGENTX_NETWORK_BYTE_ORDER);
  expect_bytes(&w, from + AGENTX_HEADER_SIZE, payload + 8, sizeof(payload) - 8);
  agentx_writer_free(&w);
}

static void ping_and_close_pdus(void **state) {
  (void)state;
  static const uint8_t close_payload[] = {AGENTX_REASON_SHUTDOWN, 0, 0, 0};
  struct agentx_writer w;
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  struct agentx_header h = {.session_id = 3, .packet_id = 8};
  assert_int_equal(agentx_write_ping(&w, h), 0);
  assert_int_equal(w.length, AGENTX_HEADER_SIZE);
  assert_int_equal(w.buf[1], AGENTX_PING);
  assert_int_equal(agentx_write_close(&w, h, AGENTX_REASON_SHUTDOWN), 0);
  assert_int_equal(w.buf[AGENTX_HEADER_SIZE + 1], AGENTX_CLOSE);
  expect_bytes(&w, 2 * AGENTX_HEADER_SIZE, close_payload, 4);
  agentx_writer_free(&w);
}

static void oids_are_compressed(void **state) {
  (void)state;
  static const struct {
    struct oid oid;
    uint8_t head[2];
  } cases[] = {
      {{5, {1, 3, 6, 1, 4}}, {0, 4}},     {{5, {1, 3, 6, 1, 0}}, {5, 0}},
      {{5, {1, 3, 6, 1, 255}}, {0, 255}}, {{5, {1, 3, 6, 1, 256}}, {5, 0}},
      {{4, {1, 3, 6, 1}}, {4, 0}},        {{6, {1, 3, 6, 2, 4, 1}}, {6, 0}},
      {{6, {1, 3, 6, 1, 4, 1}}, {1, 4}},  {{0, {0}}, {0, 0}},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct agentx_writer w;
    struct oid back;
    agentx_writer_init(&w, AGENTX_MAX_PDU);
    agentx_put_oid(&w, cases[i].oid.sub, cases[i].oid.length, false);
    assert_memory_equal(w.buf, cases[i].head, 2);
    struct agentx_reader r = {w.buf, w.buf + w.length, true};
    assert_int_equal(agentx_read_oid(&r, &back, NULL), AGENTX_FINE);
    assert_int_equal(
        oid_compare(back.sub, back.length, cases[i].oid.sub, cases[i].oid.length), 0);
    assert_true(agentx_at_end(&r));
    agentx_writer_free(&w);
  }
}

static void writer_keeps_its_bounds(void **state) {
  (void)state;
  const struct agentx_header h = {.type = AGENTX_RESPONSE};
  static const uint8_t bytes[AGENTX_MAX_PDU];
  struct agentx_writer w;
  agentx_writer_init(&w, 2 * AGENTX_MAX_PDU - 4);
  agentx_begin(&w, &h);
  agentx_put_raw(&w, bytes, AGENTX_MAX_PDU - AGENTX_HEADER_SIZE);
  assert_int_equal(agentx_end(&w), 0);
  assert_int_equal(w.length, AGENTX_MAX_PDU);

  agentx_begin(&w, &h);
  agentx_put_raw(&w, bytes, AGENTX_MAX_PDU - AGENTX_HEADER_SIZE - 4);
  assert_int_equal(agentx_end(&w), 0);
  agentx_begin(&w, &h); // the buffer is full
  assert_int_equal(agentx_end(&w), -EMSGSIZE);
  assert_int_equal(w.length, w.max);

  w.length = 0;
  agentx_begin(&w, &h);
  agentx_put_raw(&w, bytes, AGENTX_MAX_PDU - AGENTX_HEADER_SIZE);
  agentx_put_u32(&w, 1); // the PDU is full
  agentx_put_u32(&w, 1);
  assert_int_equal(agentx_end(&w), -EMSGSIZE);
  assert_int_equal(w.length, 0);
  agentx_writer_free(&w);
}

static int status_of_value(const struct smi_value *value) {
  const struct agentx_header h = {.type = AGENTX_RESPONSE};
  const uint32_t name[] = {1, 3};
  struct agentx_writer w;
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  agentx_begin(&w, &h);
  agentx_put_varbind(&w, name, 2, value);
  int status = agentx_end(&w);
  agentx_writer_free(&w);
  return status;
}

static void values_that_cannot_be_sent(void **state) {
  (void)state;
  static const uint32_t sub[OID_LENGTH_MAX + 1];
  static const uint8_t bytes[AGENTX_MAX_PDU];
  const struct smi_value unknown = {.type = 3};
  const struct smi_value ip3 = {.type = SMI_IP_ADDRESS, .length = 3, .bytes = bytes};
  const struct smi_value ip4 = {.type = SMI_IP_ADDRESS, .length = 4, .bytes = bytes};
  const struct smi_value oid128 = {
      .type = SMI_OBJECT_IDENTIFIER, .length = OID_LENGTH_MAX, .subids = sub};
  const struct smi_value oid129 = {
      .type = SMI_OBJECT_IDENTIFIER, .length = OID_LENGTH_MAX + 1, .subids = sub};
  const struct smi_value huge = {
      .type = SMI_OCTET_STRING, .length = UINT32_MAX, .bytes = bytes};
  assert_int_equal(status_of_value(&unknown), -EINVAL);
  assert_int_equal(status_of_value(&ip3), -EINVAL);
  assert_int_equal(status_of_value(&ip4), 0);
  assert_int_equal(status_of_value(&oid128), 0);
  assert_int_equal(status_of_value(&oid129), -EINVAL);
  assert_int_equal(status_of_value(&huge), -EMSGSIZE);
}

// What is written is read back, for random names and values of every type.
static void varbinds_come_back(void **state) {
  (void)state;
  static const uint8_t types[] = {2, 4, 5, 6, 64, 65, 66, 67, 68, 70, 128, 129, 130};
  const struct agentx_header h = {.type = AGENTX_RESPONSE};
  srandom(2);
  for (int round = 0; round < 10000; round++) {
    uint32_t sub[OID_LENGTH_MAX];
    uint8_t bytes[300];
    size_t name_length = random() % (OID_LENGTH_MAX + 1);
    for (size_t i = 0; i < OID_LENGTH_MAX; i++)
      sub[i] = i < 4 && random() % 4 ? (const uint32_t[]){1, 3, 6, 1}[i]
                                     : (uint32_t)random() * 2 + random() % 2;
    for (size_t i = 0; i < sizeof(bytes); i++)
      bytes[i] = random();
    struct smi_value v = {.type = types[random() % sizeof(types)]};
    if (v.type == SMI_OBJECT_IDENTIFIER) {
      v.length = random() % (OID_LENGTH_MAX + 1);
      v.subids = sub;
    } else if (v.type == SMI_OCTET_STRING || v.type == SMI_OPAQUE) {
      v.length = random() % sizeof(bytes);
      v.bytes = bytes;
    } else if (v.type == SMI_IP_ADDRESS) {
      v.length = 4;
      v.bytes = bytes;
    } else if (v.type == SMI_COUNTER64) {
      v.number = (uint64_t)random() << 33 ^ random();
    } else if (v.type == SMI_INTEGER32) {
      v.number = (uint64_t)(int64_t)(int32_t)((uint32_t)random() * 2);
    } else {
      v.number = (uint32_t)random();
    }

    struct agentx_writer w;
    struct agentx_varbind vb;
    agentx_writer_init(&w, AGENTX_MAX_PDU);
    agentx_begin(&w, &h);
    agentx_put_varbind(&w, sub, name_length, &v);
    assert_int_equal(agentx_end(&w), 0);
    struct agentx_reader r = {w.buf + AGENTX_HEADER_SIZE, w.buf + w.length, true};
    assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
    assert_true(agentx_at_end(&r));
    assert_int_equal(oid_compare(vb.name.sub, vb.name.length, sub, name_length), 0);
    assert_int_equal(vb.value.type, v.type);
    assert_int_equal(vb.value.length, v.length);
    if (v.type == SMI_OBJECT_IDENTIFIER)
      assert_int_equal(oid_compare(vb.value.subids, vb.value.length, sub, v.length), 0);
    else if (v.length > 0)
      assert_memory_equal(vb.value.bytes, bytes, v.length);
    else if (v.type < SMI_NO_SUCH_OBJECT && v.type != SMI_NULL &&
             v.type != SMI_OCTET_STRING && v.type != SMI_OPAQUE)
      assert_true(vb.value.number == v.number);
    agentx_writer_free(&w);
  }
}

static void notification_body(void **state) {
  (void)state;
  const struct oid trap = {8, {1, 3, 6, 1, 2, 1, 68, 1}};
  const uint32_t name[] = {1, 3, 6, 1, 4, 1, 7, 0};
  const struct agentx_binding binding = {name, 8, {.type = SMI_GAUGE32, .number = 5}};
  struct agentx_notification *n;
  struct agentx_writer w;
  struct agentx_varbind vb;
  char context[AGENTX_CONTEXT_MAX + 1];
  assert_int_equal(agentx_notification_new("ctx", &trap, &binding, 1, &n), 0);
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  assert_int_equal(agentx_write_notify(&w, (struct agentx_header){.session_id = 4}, n),
                   0);
  free(n);

  struct agentx_header h;
  struct agentx_reader r;
  assert_int_equal(agentx_read_header(w.buf, w.length, &h), AGENTX_FINE);
  assert_int_equal(h.type, AGENTX_NOTIFY);
  assert_int_equal(h.session_id, 4);
  agentx_reader_init(&r, &h, w.buf + AGENTX_HEADER_SIZE);
  assert_int_equal(agentx_read_context(&r, &h, context), AGENTX_FINE);
  assert_string_equal(context, "ctx");
  assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
  const uint32_t snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
  assert_int_equal(oid_compare(vb.name.sub, vb.name.length, snmp_trap_oid, 11), 0);
  assert_int_equal(oid_compare(vb.value.subids, vb.value.length, trap.sub, trap.length),
                   0);
  assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
  assert_int_equal(vb.value.number, 5);
  assert_true(agentx_at_end(&r));
  agentx_writer_free(&w);

  char too_long[AGENTX_CONTEXT_MAX + 2] = {0};
  memset(too_long, 'x', AGENTX_CONTEXT_MAX + 1);
  n = NULL;
  assert_int_equal(agentx_notification_new(too_long, &trap, NULL, 0, &n), -EINVAL);
  const struct agentx_binding bad = {name, 8, {.type = 3}};
  assert_int_equal(agentx_notification_new("", &trap, &bad, 1, &n), -EINVAL);
  assert_null(n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(header_in_both_byte_orders),
      cmocka_unit_test(header_rejects),
      cmocka_unit_test(oid_spelt_out),
      cmocka_unit_test(oid_bounds),
      cmocka_unit_test(bytes_bounds),
      cmocka_unit_test(contexts),
      cmocka_unit_test(varbind_numbers),
      cmocka_unit_test(varbind_strings),
      cmocka_unit_test(varbind_types),
      cmocka_unit_test(random_bytes_never_overrun),
      cmocka_unit_test(open_pdu),
      cmocka_unit_test(register_pdu),
      cmocka_unit_test(ping_and_close_pdus),
      cmocka_unit_test(oids_are_compressed),
      cmocka_unit_test(writer_keeps_its_bounds),
      cmocka_unit_test(values_that_cannot_be_sent),
      cmocka_unit_test(varbinds_come_back),
      cmocka_unit_test(notification_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
