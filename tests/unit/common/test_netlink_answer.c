// SPDX-License-Identifier: MIT
// Is an answer of the kernel's taken whole, once, in time, and from the kernel alone?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"
#include "common/io/netlink.h"
#include "spoil.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What a dump of this machine's links brings: one link has index 1 in any namespace.
struct heard {
  unsigned begun, messages, loopbacks;
  int status;
};

static void begin(void *context) {
  struct heard *heard = context;
  heard->begun++;
  heard->messages = heard->loopbacks = 0;
}

static int take(void *context, const struct nlmsghdr *message) {
  struct heard *heard = context;
  const struct ifinfomsg *link = NLMSG_DATA(message);
  assert_int_equal(message->nlmsg_type, RTM_NEWLINK);
  heard->messages++;
  heard->loopbacks += link->ifi_index == 1;
  return heard->status;
}

struct request {
  struct nlmsghdr header;
  struct ifinfomsg link;
};

static struct request request_for(uint16_t flags, int ifindex) {
  return (struct request){
      .header = {.nlmsg_len = sizeof(struct request),
                 .nlmsg_type = RTM_GETLINK,
                 .nlmsg_flags = flags},
      .link = {.ifi_index = ifindex},
  };
}

static int ask(struct ha_netlink *netlink, uint16_t flags, int ifindex, int budget,
               struct heard *heard) {
  struct request request = request_for(flags, ifindex);
  const struct ha_netlink_question question = {&request.header, begin, take, heard};
  return ha_netlink_ask(netlink, &question, ha_netlink_now() + budget);
}

static struct ha_netlink ours;

static int set_up(void **state) {
  (void)state;
  spoil = (struct spoil){0};
  return ha_netlink_open(&ours, NETLINK_ROUTE);
}

static int tear_down(void **state) {
  (void)state;
  ha_netlink_close(&ours);
  return 0;
}

static void check_dump(unsigned begun) {
  struct heard heard = {0};
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 5000, &heard), 0);
  assert_int_equal(heard.begun, begun);
  assert_int_equal(heard.loopbacks, 1);
}

static void check_refused(int status) {
  struct heard heard = {0};
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 100, &heard), status);
}

// --- what the kernel usually does ---------------------------------------------------

static void a_dump_comes_whole(void **state) {
  (void)state;
  check_dump(1);
  check_dump(1);
}

// A part that is longer than the buffer is lost, and the whole is asked for again.
static void what_is_longer_than_the_buffer_is_asked_for_again(void **state) {
  (void)state;
  ours.buffer_size = 64;
  check_dump(2);
  assert_true(ours.buffer_size > 64);
  check_dump(1);
}

static void one_answer_has_an_end(void **state) {
  (void)state;
  struct heard heard = {0};
  assert_int_equal(ask(&ours, 0, 1, 5000, &heard), 0);
  assert_int_equal(heard.messages, 1);
  assert_int_equal(ask(&ours, 0, 1, 5000, &heard), 0);
}

static void an_error_is_told(void **state) {
  (void)state;
  struct heard heard = {0};
  assert_int_equal(ask(&ours, 0, 0x7ffffff0, 5000, &heard), -ENODEV);
  assert_int_equal(heard.begun, 1);
  heard.status = -E2BIG;
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 5000, &heard), -E2BIG);
}

static void nothing_is_waited_for_without_a_deadline(void **state) {
  (void)state;
  size_t length;
  assert_int_equal(ha_netlink_receive(&ours, 0, &length), -EAGAIN);
  int64_t before = ha_netlink_now();
  assert_int_equal(ha_netlink_receive(&ours, before + 60, &length), -ETIMEDOUT);
  assert_in_range(ha_netlink_now() - before, 60, 5000);
}

static void it_closes_twice_and_opens_again(void **state) {
  (void)state;
  struct ha_netlink never = {0};
  ha_netlink_close(&never);
  ha_netlink_close(&ours);
  ha_netlink_close(&ours);
  assert_int_equal(ha_netlink_open(&ours, NETLINK_ROUTE), 0);
  check_dump(1);
}

static void a_protocol_that_is_not_there(void **state) {
  (void)state;
  struct ha_netlink none;
  assert_int_equal(ha_netlink_open(&none, 255), -EPROTONOSUPPORT);
  assert_true(none.fd <= 0);
}

// --- what it seldom does ------------------------------------------------------------

static void interrupt(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  ((struct nlmsghdr *)(void *)datagram)->nlmsg_flags |= NLM_F_DUMP_INTR;
}

static void a_dump_that_changed_is_asked_for_again(void **state) {
  (void)state;
  spoil = (struct spoil){.change = interrupt, .times = 1};
  check_dump(2);
  spoil = (struct spoil){.change = interrupt, .times = UINT32_MAX};
  check_refused(-EINTR);
  spoil.times = 0;
  check_dump(1);
}

static void what_was_lost_is_asked_for_again(void **state) {
  (void)state;
  spoil = (struct spoil){.error = ENOBUFS, .errors = 1};
  check_dump(2);
  spoil = (struct spoil){.error = ENOBUFS, .errors = 1000};
  check_refused(-ENOBUFS);
}

static void a_signal_is_no_fault(void **state) {
  (void)state;
  spoil = (struct spoil){.error = EINTR, .errors = 3};
  check_dump(1);
}

static int receive_room(void) {
  int size = 0;
  socklen_t length = sizeof(size);
  assert_int_equal(getsockopt(ours.fd, SOL_SOCKET, SO_RCVBUF, &size, &length), 0);
  return size;
}

static void set_receive_room(int size) {
  assert_int_equal(setsockopt(ours.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
}

// Each loss doubles it, up to a bound; an ordinary user gets what the system allows.
static void the_receive_buffer_grows_on_loss(void **state) {
  (void)state;
  size_t length;
  set_receive_room(8192);
  int before = receive_room();
  spoil = (struct spoil){.error = ENOBUFS, .errors = 1};
  assert_int_equal(ha_netlink_receive(&ours, 0, &length), -ENOBUFS);
  assert_int_equal(receive_room(), 2 * before);
  spoil = (struct spoil){.error = ENOBUFS, .errors = 100};
  for (int i = 0; i < 50; i++)
    assert_int_equal(ha_netlink_receive(&ours, 0, &length), -ENOBUFS);
  int most = receive_room();
  assert_in_range(most, 2 * before, HA_NETLINK_RECEIVE_MAX);
  assert_true(geteuid() != 0 || most > HA_NETLINK_RECEIVE_MAX / 2);
}

static void silence(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)sender;
  memset(datagram, 0, *length);
  *length = 0;
}

static void an_answer_without_an_end_is_given_up(void **state) {
  (void)state;
  spoil = (struct spoil){.change = silence, .times = UINT32_MAX};
  int64_t before = ha_netlink_now();
  check_refused(-ETIMEDOUT);
  assert_in_range(ha_netlink_now() - before, 100, 5000);
}

// Something always waits to be read, so that the socket is never waited for.
static void an_answer_that_goes_on_for_ever_is_given_up(void **state) {
  (void)state;
  spoil = (struct spoil){.change = silence, .times = UINT32_MAX, .is_endless = true};
  int64_t before = ha_netlink_now();
  check_refused(-ETIMEDOUT);
  assert_in_range(ha_netlink_now() - before, 100, 5000);
}

static void leave_one_message(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)sender;
  *length = NLMSG_ALIGN(((struct nlmsghdr *)(void *)datagram)->nlmsg_len);
}

// Unless it is work that is worth its time.
static void an_answer_that_takes_long_is_heard_if_wanted(void **state) {
  (void)state;
  struct heard heard = {0};
  struct request request = request_for(NLM_F_DUMP, 0);
  struct ha_netlink_question question = {&request.header, begin, take, &heard, false};
  int64_t past = ha_netlink_now() - 1;
  spoil = (struct spoil){.change = leave_one_message, .times = 1};
  assert_int_equal(ha_netlink_ask(&ours, &question, past), -ETIMEDOUT);
  assert_int_equal(tear_down(state), 0);
  assert_int_equal(set_up(state), 0);
  question.is_work = true;
  assert_int_equal(ha_netlink_ask(&ours, &question, past), 0);
  assert_int_equal(heard.loopbacks, 1);
}

static size_t octets;

static void cut(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)datagram, (void)sender;
  *length -= octets;
}

static void a_cut_datagram_is_refused(void **state) {
  (void)state;
  for (octets = 1; octets < 24; octets++) {
    tear_down(state);
    set_up(state);
    spoil = (struct spoil){.change = cut, .times = 1};
    check_refused(-EBADMSG);
  }
}

static void make_end_positive(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  struct nlmsghdr *message = (void *)datagram;
  message->nlmsg_type = NLMSG_DONE;
  *(int *)NLMSG_DATA(message) = 1;
}

static void an_end_that_makes_no_sense_is_refused(void **state) {
  (void)state;
  spoil = (struct spoil){.change = make_end_positive, .times = 1};
  check_refused(-EBADMSG);
}

// --- those who are not asked --------------------------------------------------------

static void be_another_process(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)datagram, (void)length;
  *sender = 4711;
}

static void what_another_process_sends_is_passed_over(void **state) {
  (void)state;
  spoil = (struct spoil){.change = be_another_process, .times = UINT32_MAX};
  check_refused(-ETIMEDOUT);
  assert_true(spoil.datagrams > 0);
}

static void another_process_that_never_stops_holds_up_nobody(void **state) {
  (void)state;
  size_t length = 1;
  spoil = (struct spoil){
      .change = be_another_process, .times = UINT32_MAX, .is_endless = true};
  assert_int_equal(ha_netlink_receive(&ours, 0, &length), 0);
  assert_int_equal(length, 0);
  check_refused(-ETIMEDOUT);
}

static void be_late(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  ((struct nlmsghdr *)(void *)datagram)->nlmsg_seq--;
}

static void be_to_another(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  ((struct nlmsghdr *)(void *)datagram)->nlmsg_pid++;
}

// Only the first message of a datagram is changed: the rest of the dump comes.
static void answers_to_other_questions_are_passed_over(void **state) {
  (void)state;
  struct heard whole = {0}, part = {0};
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 5000, &whole), 0);
  spoil = (struct spoil){.change = be_late, .times = 1};
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 5000, &part), 0);
  assert_int_equal(part.messages, whole.messages - 1);
  spoil = (struct spoil){.change = be_to_another, .times = 1};
  assert_int_equal(ask(&ours, NLM_F_DUMP, 0, 5000, &part), 0);
  assert_int_equal(part.messages, whole.messages - 1);
}

// --- datagrams of any length --------------------------------------------------------

static void messages_are_found_to_the_last_octet(void **state) {
  (void)state;
  _Alignas(struct nlmsghdr) uint8_t bytes[64] = {0};
  struct nlmsghdr *message = (void *)bytes;
  for (uint32_t says = 0; says <= sizeof(bytes) + 1; says++)
    for (size_t there = 0; there <= sizeof(bytes); there++) {
      const uint8_t *next = bytes;
      size_t left = there;
      message->nlmsg_len = says;
      bool whole = says >= sizeof(*message) && NLMSG_ALIGN(says) <= there;
      assert_ptr_equal(ha_netlink_next(&next, &left), whole ? message : NULL);
      assert_int_equal(left, whole ? there - NLMSG_ALIGN(says) : there);
      assert_ptr_equal(next, whole ? bytes + NLMSG_ALIGN(says) : bytes);
    }
  const uint8_t *next = bytes;
  size_t left = sizeof(bytes);
  message->nlmsg_len = UINT32_MAX;
  assert_null(ha_netlink_next(&next, &left));
}

// A socket of our own instead of the kernel's: datagrams of any length can be sent there.
static void the_buffer_grows_to_what_comes(void **state) {
  (void)state;
  static uint8_t large[HA_NETLINK_DATAGRAM * 3];
  int pair[2], size = 4 * HA_NETLINK_DATAGRAM_MAX;
  size_t length;
  assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
  setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  assert_int_equal(dup2(pair[1], ours.fd), ours.fd);
  close(pair[1]);
  large[sizeof(large) - 1] = 7;
  assert_int_equal(send(pair[0], large, sizeof(large), 0), sizeof(large));
  assert_int_equal(ha_netlink_receive(&ours, 0, &length), 0);
  assert_int_equal(length, sizeof(large));
  assert_int_equal(ours.buffer[length - 1], 7);
  close(pair[0]);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_dump_comes_whole),
      TEST(what_is_longer_than_the_buffer_is_asked_for_again),
      TEST(one_answer_has_an_end),
      TEST(an_error_is_told),
      TEST(nothing_is_waited_for_without_a_deadline),
      TEST(it_closes_twice_and_opens_again),
      TEST(a_protocol_that_is_not_there),
      TEST(a_dump_that_changed_is_asked_for_again),
      TEST(what_was_lost_is_asked_for_again),
      TEST(a_signal_is_no_fault),
      TEST(the_receive_buffer_grows_on_loss),
      TEST(an_answer_without_an_end_is_given_up),
      TEST(an_answer_that_goes_on_for_ever_is_given_up),
      TEST(an_answer_that_takes_long_is_heard_if_wanted),
      TEST(a_cut_datagram_is_refused),
      TEST(an_end_that_makes_no_sense_is_refused),
      TEST(what_another_process_sends_is_passed_over),
      TEST(another_process_that_never_stops_holds_up_nobody),
      TEST(answers_to_other_questions_are_passed_over),
      TEST(messages_are_found_to_the_last_octet),
      TEST(the_buffer_grows_to_what_comes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
