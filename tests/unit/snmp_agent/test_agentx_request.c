// SPDX-License-Identifier: MIT
// Does each Get, GetNext and SET of a master get the answer that RFC 2741 wants?
#include "core/agentx_request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "snmp_agent/master.h"

// A model of three objects, 1.3.6.1.4.1.9.1, .2 and .3, worth 1, 2 and 3; it writes
// down what it is asked.
struct model {
  int depth; // begin() less end()
  int begun;
  char log[256];
  char context[AGENTX_CONTEXT_MAX + 1];
  struct smi_value value; // instead of the number, if its type isn't 0
  uint32_t stray;         // get_next answers this sub-identifier, if it isn't 0
  enum agentx_error test, commit, undo;
  uint32_t fails_from; // test_set fails from this value on
};

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 9};
enum { BASE_LEN = 7, SESSION = 11, TRANSACTION = 22, PACKET = 33 };

static void note(struct model *m, const char *what) {
  strcat(m->log, what);
}

static void begin(void *ctx) {
  struct model *m = ctx;
  assert_int_equal(m->depth++, 0);
  m->begun++;
}

static void end(void *ctx) {
  struct model *m = ctx;
  assert_int_equal(--m->depth, 0);
}

static void set_value(const struct model *m, uint32_t n, struct smi_value *ret) {
  *ret = m->value.type != 0 ? m->value : (struct smi_value){.type = SMI_GAUGE32};
  if (m->value.type == 0)
    ret->number = n;
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  struct model *m = ctx;
  assert_int_equal(m->depth, 1);
  strcpy(m->context, context);
  if (!oid_starts_with(name->sub, name->length, base, BASE_LEN))
    return;
  ret_value->type = SMI_NO_SUCH_INSTANCE;
  if (name->length == BASE_LEN + 1 && name->sub[BASE_LEN] >= 1 &&
      name->sub[BASE_LEN] <= 3)
    set_value(m, name->sub[BASE_LEN], ret_value);
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  struct model *m = ctx;
  assert_int_equal(m->depth, 1);
  strcpy(m->context, context);
  for (uint32_t n = m->stray != 0 ? m->stray : 1; n <= 3 || n == m->stray; n++) {
    memcpy(ret_name->sub, base, sizeof(base));
    ret_name->sub[BASE_LEN] = n;
    ret_name->length = BASE_LEN + 1;
    int order = oid_compare(ret_name->sub, ret_name->length, range->start.sub,
                            range->start.length);
    if (order < 0 && m->stray == 0)
      continue;
    if (order == 0 && !range->include && m->stray == 0)
      continue;
    set_value(m, n, ret_value);
    return true;
  }
  return false;
}

static enum agentx_error test_set(void *ctx, const char *context,
                                  const struct agentx_varbind *varbind) {
  struct model *m = ctx;
  assert_int_equal(m->depth, 0);
  strcpy(m->context, context);
  note(m, "t");
  return m->fails_from != 0 && varbind->value.number >= m->fails_from ? m->test : 0;
}

static enum agentx_error commit_set(void *ctx, uint16_t *ret_index) {
  struct model *m = ctx;
  note(m, "c");
  *ret_index = 3;
  return m->commit;
}

static enum agentx_error undo_set(void *ctx, uint16_t *ret_index) {
  struct model *m = ctx;
  note(m, "u");
  *ret_index = 2;
  return m->undo;
}

static void cleanup_set(void *ctx) {
  note(ctx, "x");
}

static const struct agentx_ops ops = {
    begin, end, get, get_next, test_set, commit_set, undo_set, cleanup_set, NULL};

static struct model model;
static struct agentx_responder responder;
static struct agentx_writer out;
static struct wire wire;
static uint32_t packet; // of the latest request

static int set_up(void **state) {
  (void)state;
  model = (struct model){0};
  responder = (struct agentx_responder){.ops = &ops, .ctx = &model};
  agentx_writer_init(&out, 1 << 20);
  wire.big_endian = true;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  agentx_writer_free(&out);
  return 0;
}

static void request(uint8_t type) {
  packet = PACKET;
  wire_header(&wire, type, 0, SESSION, TRANSACTION, packet);
}

// Sends the request that stands in `wire`; its answer must be one whole Response.
static enum agentx_fault ask(struct sent *ret) {
  struct agentx_header h;
  enum agentx_fault fault;
  wire_end(&wire);
  uint8_t *copy = malloc(wire.length); // of exact size, for the sanitizer
  memcpy(copy, wire.buf, wire.length);
  assert_int_equal(agentx_read_header(copy, wire.length, &h), AGENTX_FINE);
  out.length = 0;
  assert_int_equal(agentx_answer(&responder, &h, copy + AGENTX_HEADER_SIZE, &out, &fault),
                   0);
  free(copy);
  assert_int_equal(model.depth, 0);
  const uint8_t *at = out.buf;
  size_t left = out.length;
  if (left > 0) {
    assert_true(sent_pdu(&at, &left, ret));
    assert_int_equal(ret->type, AGENTX_RESPONSE);
    assert_int_equal(ret->session, SESSION);
    assert_int_equal(ret->transaction, TRANSACTION);
    assert_int_equal(ret->packet, packet);
  }
  assert_int_equal(left, 0);
  return fault;
}

static void expect_error(const struct sent *s, uint16_t error, uint16_t index) {
  assert_int_equal(s->length, 8);
  assert_int_equal(sent_u16(s->payload + 4), error);
  assert_int_equal(sent_u16(s->payload + 6), index);
}

// Text of the Response's variable bindings: "2=gauge 4711" and the like, by the last
// sub-identifier.
static const char *bindings(const struct sent *s) {
  static char text[512];
  struct agentx_reader r = {s->payload + 8, s->payload + s->length, true};
  struct agentx_varbind vb;
  text[0] = '\0';
  while (!agentx_at_end(&r)) {
    assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
    char one[64];
    uint32_t last = vb.name.length > 0 ? vb.name.sub[vb.name.length - 1] : 0;
    if (vb.value.type == SMI_GAUGE32)
      snprintf(one, sizeof(one), "%u=%u ", last, (unsigned)vb.value.number);
    else
      snprintf(one, sizeof(one), "%u:%d ", last, vb.value.type);
    strcat(text, one);
  }
  return text;
}

static void range(uint32_t from, bool include, uint32_t to) {
  WIRE_OID(&wire, 4, include, 1, 9, from);
  if (to == 0)
    wire_oid(&wire, 0, false, NULL, 0);
  else
    WIRE_OID(&wire, 4, false, 1, 9, to);
}

static void get_answers_all(void **state) {
  (void)state;
  for (int big = 0; big < 2; big++) {
    struct sent s;
    wire.big_endian = big;
    request(AGENTX_GET);
    range(2, false, 0);
    range(4, false, 0);
    WIRE_OID(&wire, 4, false, 1, 8, 1);
    wire_oid(&wire, 0, false, NULL, 0);
    range(1, false, 0);
    assert_int_equal(ask(&s), AGENTX_FINE);
    assert_string_equal(bindings(&s), "2=2 4:129 1:128 1=1 ");
    assert_int_equal(sent_u16(s.payload + 4), 0);
  }
  assert_int_equal(model.begun, 2);
  assert_int_equal(responder.varbinds, 8);
}

static void get_of_nothing(void **state) {
  (void)state;
  struct sent s;
  request(AGENTX_GET);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(bindings(&s), "");
}

static void get_next_keeps_to_its_range(void **state) {
  (void)state;
  struct sent s;
  request(AGENTX_GET_NEXT);
  range(1, false, 0); // 2
  range(1, true, 0);  // 1 itself
  range(0, false, 2); // 1
  range(1, false, 2); // nothing before 2
  range(1, false, 3); // 2
  range(3, false, 0); // the end
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(bindings(&s), "2=2 1=1 1=1 1:130 2=2 3:130 ");
}

// A model that answers outside the range must not send the master in circles.
static void get_next_guards_against_the_model(void **state) {
  (void)state;
  struct sent s;
  model.stray = 2;
  request(AGENTX_GET_NEXT);
  range(2, false, 0);
  range(3, true, 0);
  range(2, true, 2);
  range(2, true, 3);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(bindings(&s), "2:130 3:130 2:130 2=2 ");
}

static void get_bulk_is_one_repetition(void **state) {
  (void)state;
  struct sent s;
  request(AGENTX_GET_BULK);
  wire_u16(&wire, 1);
  wire_u16(&wire, 10);
  range(1, false, 0);
  range(2, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(bindings(&s), "2=2 3=3 ");
  request(AGENTX_GET_BULK);
  wire_u16(&wire, 1);
  wire_u16(&wire, 0);
  range(1, false, 0);
  range(2, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(bindings(&s), "2=2 ");
  request(AGENTX_GET_BULK);
  assert_int_equal(ask(&s), AGENTX_TRUNCATED);
  expect_error(&s, AGENTX_PARSE_ERROR, 0);
}

static void context_is_handed_on(void **state) {
  (void)state;
  struct sent s;
  wire_header(&wire, AGENTX_GET_NEXT, AGENTX_NON_DEFAULT_CONTEXT, SESSION, TRANSACTION,
              PACKET);
  wire_bytes(&wire, "router7", 7);
  range(1, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_string_equal(model.context, "router7");
  assert_int_equal(s.flags, 0x10);
}

// Wherever a request is cut off, it is answered with parseError and nothing else.
static void truncated_requests(void **state) {
  (void)state;
  static const uint8_t types[] = {AGENTX_GET, AGENTX_GET_NEXT, AGENTX_TEST_SET};
  for (size_t t = 0; t < sizeof(types); t++) {
    request(types[t]);
    if (types[t] == AGENTX_TEST_SET) {
      wire_u16(&wire, SMI_GAUGE32);
      wire_u16(&wire, 0);
      WIRE_OID(&wire, 4, false, 1, 9, 1);
      wire_u32(&wire, 1);
    } else {
      range(1, false, 3);
    }
    size_t length = wire.length;
    for (size_t cut = 4; cut < length - AGENTX_HEADER_SIZE; cut += 4) {
      struct sent s;
      wire.length = length - cut;
      assert_int_equal(ask(&s), AGENTX_TRUNCATED);
      expect_error(&s, AGENTX_PARSE_ERROR, 0);
    }
  }
  assert_string_equal(model.log, "");
  assert_false(responder.in_set);
}

static void answers_that_are_too_long(void **state) {
  (void)state;
  struct sent s;
  static const uint8_t bytes[30000];
  model.value = (struct smi_value){.type = SMI_OCTET_STRING, .length = 30000};
  model.value.bytes = bytes;
  request(AGENTX_GET);
  range(1, false, 0);
  range(2, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  assert_int_equal(sent_u16(s.payload + 4), AGENTX_NO_ERROR);
  request(AGENTX_GET);
  range(1, false, 0);
  range(2, false, 0);
  range(3, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  expect_error(&s, AGENTX_TOO_BIG, 0);
}

static void a_full_buffer_is_told(void **state) {
  (void)state;
  struct agentx_header h = {
      .type = AGENTX_GET, .flags = AGENTX_NETWORK_BYTE_ORDER, .payload_length = 0};
  enum agentx_fault fault;
  struct agentx_writer tight;
  agentx_writer_init(&tight, AGENTX_HEADER_SIZE + 8 + 27);
  assert_int_equal(agentx_answer(&responder, &h, wire.buf, &tight, &fault), 0);
  assert_int_equal(agentx_answer(&responder, &h, wire.buf, &tight, &fault), -ENOBUFS);
  assert_int_equal(tight.length, AGENTX_HEADER_SIZE + 8);
  agentx_writer_free(&tight);
}

static void a_value_that_cannot_be_sent(void **state) {
  (void)state;
  struct sent s;
  model.value = (struct smi_value){.type = 3};
  request(AGENTX_GET);
  range(1, false, 0);
  assert_int_equal(ask(&s), AGENTX_FINE);
  expect_error(&s, AGENTX_GEN_ERR, 0);
}

// SET

static void test_set_pdu(uint32_t n) {
  request(AGENTX_TEST_SET);
  for (uint32_t i = 1; i <= n; i++) {
    wire_u16(&wire, SMI_GAUGE32);
    wire_u16(&wire, 0);
    WIRE_OID(&wire, 4, false, 1, 9, i);
    wire_u32(&wire, i);
  }
}

// A step of a SET, which snmpd never sends under a packet id used before.
static void step(uint8_t type) {
  wire_header(&wire, type, 0, SESSION, TRANSACTION, ++packet);
}

static void set_commits(void **state) {
  (void)state;
  struct sent s;
  test_set_pdu(3);
  ask(&s);
  expect_error(&s, AGENTX_NO_ERROR, 0);
  step(AGENTX_COMMIT_SET);
  ask(&s);
  expect_error(&s, AGENTX_NO_ERROR, 0);
  step(AGENTX_CLEANUP_SET);
  ask(&s);
  assert_int_equal(out.length, 0); // no Response
  assert_string_equal(model.log, "tttcx");
  step(AGENTX_CLEANUP_SET);
  ask(&s);
  assert_string_equal(model.log, "tttcx");
}

static void set_fails_at_its_varbind(void **state) {
  (void)state;
  struct sent s;
  model.fails_from = 2;
  model.test = AGENTX_WRONG_VALUE;
  test_set_pdu(3);
  ask(&s);
  expect_error(&s, AGENTX_WRONG_VALUE, 2);
  assert_string_equal(model.log, "tt");
  step(AGENTX_CLEANUP_SET);
  ask(&s);
  assert_string_equal(model.log, "ttx");
}

static void set_is_undone(void **state) {
  (void)state;
  struct sent s;
  model.commit = AGENTX_COMMIT_FAILED;
  model.undo = AGENTX_UNDO_FAILED;
  test_set_pdu(1);
  ask(&s);
  step(AGENTX_COMMIT_SET);
  ask(&s);
  expect_error(&s, AGENTX_COMMIT_FAILED, 3);
  step(AGENTX_UNDO_SET);
  ask(&s);
  expect_error(&s, AGENTX_UNDO_FAILED, 2);
  step(AGENTX_CLEANUP_SET);
  ask(&s);
  assert_string_equal(model.log, "tcux");
}

// snmpd repeats what isn't answered in time: the same answer, but nothing done twice.
static void repeated_steps_are_done_once(void **state) {
  (void)state;
  struct sent s;
  model.fails_from = 3;
  model.test = AGENTX_WRONG_VALUE;
  test_set_pdu(3);
  for (int i = 0; i < 3; i++) {
    ask(&s);
    expect_error(&s, AGENTX_WRONG_VALUE, 3);
  }
  assert_string_equal(model.log, "ttt");
  model.commit = AGENTX_COMMIT_FAILED;
  step(AGENTX_COMMIT_SET);
  for (int i = 0; i < 3; i++) {
    ask(&s);
    expect_error(&s, AGENTX_COMMIT_FAILED, 3);
  }
  step(AGENTX_UNDO_SET);
  for (int i = 0; i < 3; i++) {
    ask(&s);
    expect_error(&s, AGENTX_NO_ERROR, 0);
  }
  assert_string_equal(model.log, "tttcux");
}

// snmpd ends a failed SET by UndoSet alone: the next one must not find it under way.
static void a_set_ends_when_it_is_undone(void **state) {
  (void)state;
  struct sent s;
  model.commit = AGENTX_COMMIT_FAILED;
  test_set_pdu(1);
  ask(&s);
  step(AGENTX_COMMIT_SET);
  ask(&s);
  step(AGENTX_UNDO_SET);
  ask(&s);
  expect_error(&s, AGENTX_NO_ERROR, 0);
  assert_string_equal(model.log, "tcux");
  ask(&s); // the same UndoSet again
  expect_error(&s, AGENTX_NO_ERROR, 0);
  assert_string_equal(model.log, "tcux");

  step(AGENTX_UNDO_SET); // one that follows nothing
  ask(&s);
  expect_error(&s, AGENTX_UNDO_FAILED, 1);
  responder.set_transaction++; // as if another one had been undone
  test_set_pdu(1);
  ask(&s);
  expect_error(&s, AGENTX_NO_ERROR, 0);
  assert_string_equal(model.log, "tcuxt");
}

static void set_of_another_transaction(void **state) {
  (void)state;
  struct sent s;
  test_set_pdu(1);
  ask(&s);
  responder.set_transaction++; // as if another one were under way
  test_set_pdu(1);
  ask(&s);
  expect_error(&s, AGENTX_RESOURCE_UNAVAILABLE, 1);
  step(AGENTX_COMMIT_SET);
  ask(&s);
  expect_error(&s, AGENTX_COMMIT_FAILED, 1);
  step(AGENTX_UNDO_SET);
  ask(&s);
  expect_error(&s, AGENTX_UNDO_FAILED, 1);
  step(AGENTX_CLEANUP_SET);
  ask(&s);
  assert_string_equal(model.log, "t");
  agentx_responder_reset(&responder);
  assert_string_equal(model.log, "tx");
  agentx_responder_reset(&responder);
  assert_string_equal(model.log, "tx");
}

static void nothing_is_writable_without_test_set(void **state) {
  (void)state;
  static const struct agentx_ops read_only = {begin, end,  get,  get_next, NULL,
                                              NULL,  NULL, NULL, NULL};
  struct sent s;
  responder.ops = &read_only;
  test_set_pdu(2);
  ask(&s);
  expect_error(&s, AGENTX_NOT_WRITABLE, 1);
  step(AGENTX_CLEANUP_SET);
  ask(&s);
}

static void which_types_are_requests(void **state) {
  (void)state;
  for (unsigned type = 0; type < 256; type++)
    assert_int_equal(agentx_is_request(type),
                     type >= AGENTX_GET && type <= AGENTX_CLEANUP_SET);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(get_answers_all),
      TEST(get_of_nothing),
      TEST(get_next_keeps_to_its_range),
      TEST(get_next_guards_against_the_model),
      TEST(get_bulk_is_one_repetition),
      TEST(context_is_handed_on),
      TEST(truncated_requests),
      TEST(answers_that_are_too_long),
      TEST(a_full_buffer_is_told),
      TEST(a_value_that_cannot_be_sent),
      TEST(set_commits),
      TEST(set_fails_at_its_varbind),
      TEST(set_is_undone),
      TEST(a_set_ends_when_it_is_undone),
      TEST(repeated_steps_are_done_once),
      TEST(set_of_another_transaction),
      TEST(nothing_is_writable_without_test_set),
      TEST(which_types_are_requests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
