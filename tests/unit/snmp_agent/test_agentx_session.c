// SPDX-License-Identifier: MIT
// Does a session open, register, answer, ping and come back, whatever the master does?
#include "core/agentx_session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "snmp_agent/master.h"

enum { PING_MS = 15000, REPLY_MS = 10000, REFUSED_MS = 3000, SESSION = 77 };

static struct agentx_session *session;
static struct wire wire;
static uint64_t now;
static int cleaned;
static char news[512]; // what registered() told

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  (void)ctx, (void)context, (void)name;
  *ret_value = (struct smi_value){.type = SMI_NULL};
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  (void)ctx, (void)context, (void)range, (void)ret_name, (void)ret_value;
  return false;
}

static enum agentx_error test_set(void *ctx, const char *context,
                                  const struct agentx_varbind *varbind) {
  (void)ctx, (void)context, (void)varbind;
  return AGENTX_NO_ERROR;
}

static enum agentx_error do_set(void *ctx, uint16_t *ret_index) {
  (void)ctx;
  (void)ret_index;
  return AGENTX_NO_ERROR;
}

static void cleanup_set(void *ctx) {
  (void)ctx;
  cleaned++;
}

static void registered(void *ctx, const struct agentx_region *region, int error) {
  (void)ctx;
  char one[64];
  snprintf(one, sizeof(one), "%u:%s ", region->subtree.sub[region->subtree.length - 1],
           agentx_error_name(error));
  strcat(news, one);
}

static const struct agentx_ops ops = {.get = get,
                                      .get_next = get_next,
                                      .test_set = test_set,
                                      .commit_set = do_set,
                                      .undo_set = do_set,
                                      .cleanup_set = cleanup_set,
                                      .registered = registered};

static int set_up(void **state) {
  (void)state;
  struct agentx_session_options options = {.description = "test",
                                           .ping_ms = PING_MS,
                                           .reply_ms = REPLY_MS,
                                           .refused_ms = REFUSED_MS,
                                           .notify_max = 3};
  now = 1000000;
  cleaned = 0;
  news[0] = '\0';
  wire.big_endian = true;
  return agentx_session_new(&options, &ops, NULL, &session);
}

static int tear_down(void **state) {
  (void)state;
  agentx_session_free(session);
  return 0;
}

static struct agentx_stats stats(void) {
  struct agentx_stats all;
  agentx_session_stats(session, &all);
  return all;
}

static struct agentx_region region(uint32_t n) {
  return (struct agentx_region){"", {7, {1, 3, 6, 1, 4, 1, n}}, 127};
}

static void add(uint32_t n) {
  struct agentx_region r = region(n);
  assert_int_equal(agentx_session_add_region(session, &r), 0);
}

// The next PDU that the session has to say; type 0 if it has nothing to say.
static struct sent hear(void) {
  size_t length;
  struct sent s = {0};
  const uint8_t *at = agentx_session_output(session, &length);
  const uint8_t *from = at;
  if (length > 0) {
    assert_true(sent_pdu(&at, &length, &s));
    static uint8_t kept[2][1 << 16]; // the last two PDUs live on
    static int turn;
    turn = !turn;
    memcpy(kept[turn], s.payload, s.length);
    s.payload = kept[turn];
    agentx_session_sent(session, at - from);
  }
  return s;
}

static struct sent tick_and_hear(void) {
  assert_int_equal(agentx_session_tick(session, now), 0);
  return hear();
}

static uint32_t last_sub(const struct sent *s) {
  return sent_u32(s->payload + s->length - 4);
}

// Gives the session what stands in `wire`.
static int tell(void) {
  size_t used = 0;
  int status = agentx_session_receive(session, wire.buf, wire.length, now, &used);
  if (status == 0)
    assert_int_equal(used, wire.length);
  return status;
}

static int answer(const struct sent *to, uint16_t error) {
  wire_response(&wire, SESSION, to->packet, 500, error);
  return tell();
}

static void open_session(void) {
  assert_int_equal(agentx_session_connected(session, now), 0);
  struct sent open = hear();
  assert_int_equal(open.type, AGENTX_OPEN);
  assert_int_equal(answer(&open, 0), 0);
  assert_true(agentx_session_is_open(session));
}

static void opens(void **state) {
  (void)state;
  int64_t zero;
  assert_int_equal(agentx_session_deadline(session), UINT64_MAX);
  assert_false(agentx_session_uptime_zero(session, &zero));
  assert_int_equal(agentx_session_connected(session, now), 0);
  assert_false(agentx_session_is_open(session));
  assert_int_equal(agentx_session_waiting_since(session), now);
  struct sent open = hear();
  assert_int_equal(open.type, AGENTX_OPEN);
  assert_int_equal(open.session, 0);
  now += 5;
  assert_int_equal(answer(&open, 0), 0);
  assert_true(agentx_session_is_open(session));
  assert_int_equal(agentx_session_waiting_since(session), 0);
  assert_true(agentx_session_uptime_zero(session, &zero));
  assert_int_equal(zero, now - 5000);
  assert_int_equal(stats().opened, 1);
  assert_int_equal(tick_and_hear().type, 0);
}

static void open_refused(void **state) {
  (void)state;
  assert_int_equal(agentx_session_connected(session, now), 0);
  struct sent open = hear();
  assert_int_equal(answer(&open, AGENTX_OPEN_FAILED), -EPERM);
  assert_false(agentx_session_is_open(session));
}

static void pings_when_idle(void **state) {
  (void)state;
  open_session();
  assert_int_equal(agentx_session_deadline(session), now + PING_MS);
  now += PING_MS - 1;
  assert_int_equal(tick_and_hear().type, 0);
  now += 1;
  struct sent ping = tick_and_hear();
  assert_int_equal(ping.type, AGENTX_PING);
  assert_int_equal(ping.session, SESSION);
  assert_int_equal(agentx_session_deadline(session), now + REPLY_MS);
  now += 100;
  assert_int_equal(tick_and_hear().type, 0); // one question at a time
  assert_int_equal(answer(&ping, 0), 0);
  assert_int_equal(agentx_session_deadline(session), now + PING_MS);
}

static void gives_up_on_a_silent_master(void **state) {
  (void)state;
  assert_int_equal(agentx_session_connected(session, now), 0);
  now += REPLY_MS - 1;
  assert_int_equal(agentx_session_tick(session, now), 0);
  now += 1;
  assert_int_equal(agentx_session_tick(session, now), -ETIMEDOUT);
}

static void waits_for_ever_where_silence_is_no_fault(void **state) {
  (void)state;
  struct agentx_session *patient;
  struct agentx_session_options options = {.description = "", .ping_ms = PING_MS};
  assert_int_equal(agentx_session_new(&options, &ops, NULL, &patient), 0);
  assert_int_equal(agentx_session_connected(patient, now), 0);
  assert_int_equal(agentx_session_tick(patient, now + 86400000), 0);
  assert_int_equal(agentx_session_deadline(patient), UINT64_MAX);
  agentx_session_free(patient);
}

static void registers_what_is_wanted(void **state) {
  (void)state;
  add(5);
  add(3);
  struct agentx_region again = region(5);
  assert_int_equal(agentx_session_add_region(session, &again), -EEXIST);
  assert_int_equal(tick_and_hear().type, 0); // not before there is a session
  open_session();
  struct sent one = tick_and_hear(), two = hear();
  assert_int_equal(one.type, AGENTX_REGISTER);
  assert_int_equal(two.type, AGENTX_REGISTER);
  assert_int_equal(last_sub(&one) + last_sub(&two), 8);
  assert_int_equal(answer(&one, 0), 0);
  assert_int_equal(answer(&two, 0), 0);
  assert_int_equal(tick_and_hear().type, 0);
  assert_int_equal(agentx_session_deadline(session), now + PING_MS);
  assert_string_equal(news, "");

  add(4); // later, while the session is open
  struct sent three = tick_and_hear();
  assert_int_equal(last_sub(&three), 4);
  assert_int_equal(answer(&three, 0), 0);
}

static void registers_anew_after_a_break(void **state) {
  (void)state;
  add(5);
  open_session();
  struct sent one = tick_and_hear();
  assert_int_equal(answer(&one, 0), 0);
  agentx_session_disconnected(session);
  assert_false(agentx_session_is_open(session));
  open_session();
  assert_int_equal(tick_and_hear().type, AGENTX_REGISTER);
}

static void refusals_are_told_once_and_tried_again(void **state) {
  (void)state;
  add(5);
  open_session();
  struct sent s = tick_and_hear();
  for (int i = 0; i < 20; i++) {
    assert_int_equal(answer(&s, AGENTX_DUPLICATE_REGISTRATION), 0);
    assert_string_equal(news, "5:duplicateRegistration ");
    assert_int_equal(stats().regions_refused, 1);
    now += REFUSED_MS - 1;
    assert_int_equal(tick_and_hear().type, 0);
    now++;
    s = tick_and_hear();
    assert_int_equal(s.type, AGENTX_REGISTER);
  }
  news[0] = '\0';
  assert_int_equal(answer(&s, AGENTX_REQUEST_DENIED), 0);
  assert_string_equal(news, "5:requestDenied ");
  agentx_session_disconnected(session);
  open_session();
  s = tick_and_hear(); // at once with a new session, and still not news
  assert_int_equal(answer(&s, AGENTX_REQUEST_DENIED), 0);
  assert_string_equal(news, "5:requestDenied ");
  agentx_session_disconnected(session);
  open_session();
  s = tick_and_hear();
  assert_int_equal(answer(&s, 0), 0);
  assert_string_equal(news, "5:requestDenied 5:noError ");
  assert_int_equal(stats().regions_refused, 0);
  assert_int_equal(stats().regions_held, 1);
  agentx_session_disconnected(session);
  assert_int_equal(stats().regions_held, 0);
}

// A thousand regions go out a window at a time, each once, in whatever order the
// master answers.
static void many_regions(void **state) {
  (void)state;
  enum { N = 1000, WINDOW = 64 };
  static uint8_t seen[N];
  struct sent waiting[WINDOW];
  size_t n = 0, total = 0;
  memset(seen, 0, sizeof(seen));
  for (uint32_t i = 0; i < N; i++)
    add((i * 7919) % N);
  open_session();
  srandom(3);
  for (;;) {
    for (struct sent s = tick_and_hear(); s.type != 0; s = hear()) {
      assert_int_equal(s.type, AGENTX_REGISTER);
      assert_true(n < WINDOW);
      assert_int_equal(seen[last_sub(&s)]++, 0);
      waiting[n++] = s;
      total++;
    }
    if (n == 0)
      break;
    size_t i = random() % n;
    assert_int_equal(answer(&waiting[i], 0), 0);
    waiting[i] = waiting[--n];
  }
  assert_int_equal(total, N);
  assert_int_equal(agentx_session_deadline(session), now + PING_MS);
}

static void drop(uint32_t n) {
  struct agentx_region r = region(n);
  assert_int_equal(agentx_session_remove_region(session, &r), 0);
}

static void a_region_is_given_back(void **state) {
  (void)state;
  struct agentx_region unknown = region(6);
  assert_int_equal(agentx_session_remove_region(session, &unknown), -ENOENT);
  add(5);
  drop(5); // never asked for
  open_session();
  assert_int_equal(tick_and_hear().type, 0);
  add(5);
  struct sent s = tick_and_hear();
  drop(5); // while it is asked for
  assert_int_equal(answer(&s, 0), 0);
  s = tick_and_hear();
  assert_int_equal(s.type, AGENTX_UNREGISTER);
  assert_int_equal(last_sub(&s), 5);
  add(5); // while it is given back
  assert_int_equal(answer(&s, 0), 0);
  s = tick_and_hear();
  assert_int_equal(s.type, AGENTX_REGISTER);
  assert_int_equal(answer(&s, AGENTX_DUPLICATE_REGISTRATION), 0);
  assert_int_equal(stats().regions_refused, 1);
  drop(5); // while it is refused
  now += REFUSED_MS;
  assert_int_equal(tick_and_hear().type, 0);
  assert_int_equal(stats().regions_refused, 0);
}

// Whatever comes, goes, is refused and breaks: in the end the master has given what is
// wanted, and nothing else.
static void regions_come_and_go(void **state) {
  (void)state;
  enum { N = 100, STEPS = 20000 };
  static bool wanted[N], held[N];
  static struct sent waiting[64];
  static uint32_t subs[64];
  size_t n = 0;
  memset(wanted, 0, sizeof(wanted));
  memset(held, 0, sizeof(held));
  open_session();
  srandom(4);
  for (int step = 0; step < STEPS; step++) {
    bool calm = step > STEPS - 1000;
    uint32_t i = (uint32_t)random() % N;
    if (!calm) {
      (wanted[i] ? drop : add)(i);
      wanted[i] = !wanted[i];
    }
    news[0] = '\0';
    now += calm ? REFUSED_MS : 10;
    for (struct sent s = tick_and_hear(); s.type != 0; s = hear())
      if (s.type == AGENTX_PING)
        answer(&s, 0);
      else
        subs[n] = last_sub(&s), waiting[n++] = s;
    if (!calm && random() % 500 == 0) {
      agentx_session_disconnected(session);
      memset(held, 0, sizeof(held));
      n = 0;
      open_session();
    }
    while (n > (calm ? 0 : 40)) {
      size_t at = (size_t)random() % n;
      uint32_t sub = subs[at];
      bool registers = waiting[at].type == AGENTX_REGISTER;
      assert_int_equal(held[sub], !registers);
      bool refuse = registers && !calm && random() % 4 == 0;
      assert_int_equal(answer(&waiting[at], refuse ? AGENTX_DUPLICATE_REGISTRATION : 0),
                       0);
      held[sub] = registers && !refuse;
      waiting[at] = waiting[--n];
      subs[at] = subs[n];
    }
  }
  assert_memory_equal(wanted, held, sizeof(wanted));
  size_t count = 0;
  for (size_t i = 0; i < N; i++)
    count += held[i];
  assert_int_equal(stats().regions_held, count);
  assert_int_equal(stats().regions_refused, 0);
}

static void foreign_sessions_are_told_not_open(void **state) {
  (void)state;
  open_session();
  for (int i = 0; i < 2; i++) {
    wire_header(&wire, AGENTX_GET, 0, SESSION + 1 - i, 1, 2);
    wire_end(&wire);
    assert_int_equal(tell(), 0);
    struct sent s = hear();
    assert_int_equal(s.type, AGENTX_RESPONSE);
    assert_int_equal(sent_u16(s.payload + 4), i == 0 ? AGENTX_NOT_OPEN : 0);
  }
}

static void an_unexpected_pdu_is_a_parse_error(void **state) {
  (void)state;
  static const uint8_t types[] = {
      AGENTX_OPEN, AGENTX_REGISTER, AGENTX_PING, AGENTX_NOTIFY, 0, 19, 255};
  open_session();
  for (size_t i = 0; i < sizeof(types); i++) {
    wire_header(&wire, types[i], 0, SESSION, 1, 2);
    wire_end(&wire);
    assert_int_equal(tell(), 0);
    assert_int_equal(sent_u16(hear().payload + 4), AGENTX_PARSE_ERROR);
  }
  assert_int_equal(stats().faults[AGENTX_BAD_TYPE], 7);
}

static void nonsense_ends_it(void **state) {
  (void)state;
  open_session();
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
  wire.buf[0] = 'H';
  assert_int_equal(tell(), -EPROTO);
  assert_int_equal(stats().faults[AGENTX_BAD_VERSION], 1);
  wire_header(&wire, AGENTX_RESPONSE, 0, SESSION, 1, 2);
  wire_u32(&wire, 0); // half of its fixed part
  wire_end(&wire);
  assert_int_equal(tell(), -EPROTO);
  assert_int_equal(stats().faults[AGENTX_TRUNCATED], 1);
}

// It may tell so by its answer to a Ping, which is all that an idle session hears.
static void a_master_that_has_forgotten_is_found_out_by_ping(void **state) {
  (void)state;
  open_session();
  now += PING_MS;
  struct sent ping = tick_and_hear();
  assert_int_equal(ping.type, AGENTX_PING);
  assert_int_equal(answer(&ping, AGENTX_NOT_OPEN), -ECONNRESET);
  agentx_session_disconnected(session);
  assert_int_equal(agentx_session_connected(session, now), 0);
  struct sent open = hear();
  assert_int_equal(answer(&open, AGENTX_NOT_OPEN), -EPERM);
}

static void a_master_that_forgets_or_closes(void **state) {
  (void)state;
  open_session();
  struct sent none = {.packet = 4711};
  assert_int_equal(answer(&none, AGENTX_NOT_OPEN), -ECONNRESET);
  wire_header(&wire, AGENTX_CLOSE, 0, SESSION, 1, 2);
  wire_u32(&wire, 0);
  wire_end(&wire);
  assert_int_equal(tell(), -ECONNRESET);
  agentx_session_disconnected(session);
  assert_int_equal(tell(), -ECONNRESET);
}

// Two PDUs, cut at every byte: the answers are the same.
static void pieces(void **state) {
  (void)state;
  open_session();
  static struct wire two;
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
  WIRE_OID(&wire, 4, false, 1);
  wire_oid(&wire, 0, false, NULL, 0);
  wire_end(&wire);
  memcpy(two.buf, wire.buf, wire.length);
  memcpy(two.buf + wire.length, wire.buf, wire.length);
  size_t length = 2 * wire.length;
  for (size_t cut = 0; cut <= length; cut++) {
    size_t used, more;
    assert_int_equal(agentx_session_receive(session, two.buf, cut, now, &used), 0);
    assert_int_equal(used, cut / wire.length * wire.length);
    assert_int_equal(
        agentx_session_receive(session, two.buf + used, length - used, now, &more), 0);
    assert_int_equal(used + more, length);
    assert_int_equal(hear().type, AGENTX_RESPONSE);
    assert_int_equal(hear().type, AGENTX_RESPONSE);
    assert_int_equal(hear().type, 0);
  }
}

static void a_master_that_does_not_read(void **state) {
  (void)state;
  open_session();
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
  wire_end(&wire);
  int status, n = 0;
  while ((status = tell()) == 0)
    assert_true(++n < 100000);
  assert_int_equal(status, -ENOBUFS);
  size_t length;
  agentx_session_output(session, &length);
  assert_true(length <= 1 << 20);
  agentx_session_disconnected(session);
  agentx_session_output(session, &length);
  assert_int_equal(length, 0);
}

static void output_goes_in_pieces(void **state) {
  (void)state;
  open_session();
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 0);
  wire_end(&wire);
  for (uint32_t i = 0; i < 100; i++) {
    wire.length = 12;
    wire_u32(&wire, i);
    wire.length = 20;
    assert_int_equal(tell(), 0);
  }
  static uint8_t all[1 << 14];
  size_t n = 0, left;
  const uint8_t *at;
  while ((at = agentx_session_output(session, &left)), left > 0) {
    size_t step = left < 13 ? left : 13;
    memcpy(all + n, at, step);
    n += step;
    agentx_session_sent(session, step);
  }
  at = all;
  struct sent s;
  for (uint32_t i = 0; i < 100; i++) {
    assert_true(sent_pdu(&at, &n, &s));
    assert_int_equal(s.packet, i);
  }
  assert_int_equal(n, 0);
}

static void notify(uint32_t n) {
  struct agentx_notification *notification;
  const struct oid trap = {8, {1, 3, 6, 1, 4, 1, 1, n}};
  assert_int_equal(agentx_notification_new("", &trap, NULL, 0, &notification), 0);
  agentx_session_notify(session, notification);
}

static void notifications_wait_for_a_session(void **state) {
  (void)state;
  for (uint32_t i = 1; i <= 5; i++)
    notify(i);
  assert_int_equal(stats().notify_dropped, 2);
  assert_int_equal(agentx_session_deadline(session), UINT64_MAX);
  open_session();
  assert_int_equal(agentx_session_deadline(session), 0);
  for (uint32_t i = 3; i <= 5; i++) {
    struct sent s = tick_and_hear();
    assert_int_equal(s.type, AGENTX_NOTIFY);
    assert_int_equal(last_sub(&s), i);
    assert_int_equal(answer(&s, AGENTX_PROCESSING_ERROR), 0);
  }
  assert_int_equal(tick_and_hear().type, 0);
  assert_int_equal(stats().notify_refused, 3);
  assert_int_equal(stats().notify_error, AGENTX_PROCESSING_ERROR);
  notify(6);
  struct sent s = tick_and_hear();
  assert_int_equal(last_sub(&s), 6);
  assert_int_equal(answer(&s, AGENTX_NO_ERROR), 0);
  assert_int_equal(stats().notify_refused, 3);
  assert_int_equal(stats().notified, 4);
}

static void a_set_is_cleaned_up_after_a_break(void **state) {
  (void)state;
  open_session();
  wire_header(&wire, AGENTX_TEST_SET, 0, SESSION, 1, 2);
  wire_end(&wire);
  assert_int_equal(tell(), 0);
  assert_int_equal(cleaned, 0);
  agentx_session_disconnected(session);
  assert_int_equal(cleaned, 1);
}

static void says_goodbye(void **state) {
  (void)state;
  agentx_session_close(session);
  assert_int_equal(hear().type, 0);
  open_session();
  agentx_session_close(session);
  struct sent s = hear();
  assert_int_equal(s.type, AGENTX_CLOSE);
  assert_int_equal(s.payload[0], AGENTX_REASON_SHUTDOWN);
}

// A master gone mad: whole PDUs and pieces of random content. Nothing to check but
// that all bounds hold and it always ends in order.
static void random_rounds(void **state) {
  (void)state;
  srandom(4);
  for (int round = 0; round < 10000; round++) {
    if (round % 50 == 0) {
      agentx_session_disconnected(session);
      open_session();
    }
    wire.big_endian = random() % 2;
    wire_header(&wire, random() % 20, random() % 4 ? 0 : 8, SESSION, random() % 2,
                random() % 8);
    for (long i = random() % 12; i > 0; i--)
      wire_u32(&wire, random() % 3 ? random() % 8 : random());
    wire_end(&wire);
    size_t used = 0;
    int status = agentx_session_receive(session, wire.buf, wire.length, now, &used);
    if (status == 0)
      assert_int_equal(used, wire.length);
    for (struct sent s = hear(); s.type != 0; s = hear())
      assert_true(s.type != AGENTX_RESPONSE || s.length >= 8);
    if (status != 0 && !agentx_session_is_open(session))
      open_session();
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(opens),
      TEST(open_refused),
      TEST(pings_when_idle),
      TEST(gives_up_on_a_silent_master),
      TEST(waits_for_ever_where_silence_is_no_fault),
      TEST(registers_what_is_wanted),
      TEST(registers_anew_after_a_break),
      TEST(refusals_are_told_once_and_tried_again),
      TEST(many_regions),
      TEST(a_region_is_given_back),
      TEST(regions_come_and_go),
      TEST(regions_come_and_go),
      TEST(foreign_sessions_are_told_not_open),
      TEST(an_unexpected_pdu_is_a_parse_error),
      TEST(nonsense_ends_it),
      TEST(a_master_that_has_forgotten_is_found_out_by_ping),
      TEST(a_master_that_forgets_or_closes),
      TEST(pieces),
      TEST(a_master_that_does_not_read),
      TEST(output_goes_in_pieces),
      TEST(notifications_wait_for_a_session),
      TEST(a_set_is_cleaned_up_after_a_break),
      TEST(says_goodbye),
      TEST(random_rounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
