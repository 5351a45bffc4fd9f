// SPDX-License-Identifier: MIT
// Is the table right again after the kernel lost messages?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/links.h"
#include "needs.h"
#include "own_net.h"
#include "spoil.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

static struct mnl_socket *kernel;

static uint32_t address_of(unsigned number) {
  return htonl(0x0a000000 + number); // 10.0.0.N
}

// Adds an address to the loopback, or removes it.
static void change(uint16_t type, unsigned number) {
  char buffer[256];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  uint32_t address = address_of(number);

  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  if (type == RTM_NEWADDR)
    message->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
  struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
  *info = (struct ifaddrmsg){
      .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = LOOPBACK_IFINDEX};
  mnl_attr_put_u32(message, IFA_LOCAL, address);
  assert_true(mnl_socket_sendto(kernel, message, message->nlmsg_len) > 0);
  assert_true(mnl_socket_recvfrom(kernel, buffer, sizeof(buffer)) > 0);
  const struct nlmsgerr *answer =
      mnl_nlmsg_get_payload((const struct nlmsghdr *)(void *)buffer);
  assert_int_equal(answer->error, 0);
}

static bool is_known(const struct vrrp_links *links, unsigned number) {
  uint32_t bytes = address_of(number);
  struct vrrp_address address = vrrp_address_make(VRRP_IPV4, (const uint8_t *)&bytes);
  return vrrp_link_table_has_address_on(&links->table, LOOPBACK_IFINDEX, &address);
}

static struct vrrp_links links;

static int set_up(void **state) {
  (void)state;
  spoil = (struct spoil){0};
  assert_true(vrrp_links_open(&links, 1) > 0);
  assert_int_equal(vrrp_links_deadline(&links), VRRP_NEVER);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  spoil = (struct spoil){0};
  for (unsigned i = 1; i <= 3; i++)
    if (is_known(&links, i))
      change(RTM_DELADDR, i);
  vrrp_links_destroy(&links);
  return 0;
}

static void test_changes_are_followed(void **state) {
  (void)state;
  assert_int_equal(vrrp_links_read(&links, 1), 0);
  change(RTM_NEWADDR, 1);
  assert_int_equal(vrrp_links_read(&links, 1), VRRP_ADDRESSES_CHANGED);
  assert_true(is_known(&links, 1));
  change(RTM_DELADDR, 1);
  assert_int_equal(vrrp_links_read(&links, 1), VRRP_ADDRESSES_CHANGED);
  assert_false(is_known(&links, 1));
}

// What still waits in an overrun socket is older than what is read anew, and as long as
// it waits the kernel goes on losing messages.
static void test_lost_messages(void **state) {
  (void)state;
  int size = 4096;

  assert_int_equal(
      setsockopt(vrrp_links_fd(&links), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
  for (unsigned i = 1; i <= 100; i++)
    change(RTM_NEWADDR, i);
  for (unsigned i = 1; i <= 99; i++)
    change(RTM_DELADDR, i);
  assert_true(vrrp_links_read(&links, 1) > 0);
  for (unsigned i = 1; i <= 100; i++)
    assert_int_equal(is_known(&links, i), i == 100);
  change(RTM_DELADDR, 100);
  assert_int_equal(vrrp_links_read(&links, 1), VRRP_ADDRESSES_CHANGED);
  assert_false(is_known(&links, 100));
}

// A read of what was lost takes two dumps, of links and of addresses.
static void lose_a_message(void) {
  spoil = (struct spoil){.error = ENOBUFS, .errors = 1};
}

static void check_whole(unsigned known) {
  assert_int_equal(vrrp_links_deadline(&links), VRRP_NEVER);
  for (unsigned i = 1; i <= 3; i++)
    assert_int_equal(is_known(&links, i), i == known);
}

static void interrupt(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  struct nlmsghdr *message = (void *)datagram;
  if (message->nlmsg_flags & NLM_F_MULTI)
    message->nlmsg_flags |= NLM_F_DUMP_INTR;
}

static void test_a_dump_that_changed_is_asked_for_again(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  lose_a_message();
  spoil.change = interrupt;
  spoil.times = 2;
  assert_true(vrrp_links_read(&links, 1) > 0);
  assert_int_equal(spoil.times, 0);
  check_whole(1);
}

static void test_a_dump_that_always_changes_is_given_up(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  assert_true(vrrp_links_read(&links, 1) > 0);
  lose_a_message();
  spoil.change = interrupt;
  spoil.times = UINT32_MAX;
  assert_int_equal(vrrp_links_read(&links, 1), -EINTR);
  assert_false(vrrp_links_is_open(&links));
  assert_true(is_known(&links, 1));
  change(RTM_DELADDR, 1);
  change(RTM_NEWADDR, 2);
  spoil.times = 0;
  assert_true(vrrp_links_open(&links, 1) > 0);
  check_whole(2);
}

// Gone while its end was lost: an end of which nothing is said in what is read anew.
static void test_messages_lost_during_a_dump(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  assert_true(vrrp_links_read(&links, 1) > 0);
  change(RTM_DELADDR, 1);
  spoil = (struct spoil){.error = ENOBUFS, .errors = 3};
  assert_true(vrrp_links_read(&links, 1) > 0);
  check_whole(0);
}

static void drop_the_end(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)sender;
  if (((struct nlmsghdr *)(void *)datagram)->nlmsg_type == NLMSG_DONE)
    *length = 0;
}

static void test_a_dump_without_an_end_is_given_up(void **state) {
  (void)state;
  lose_a_message();
  spoil.change = drop_the_end;
  spoil.times = UINT32_MAX;
  assert_true(vrrp_links_read(&links, 1) >= 0);
  vrrp_time deadline = vrrp_links_deadline(&links);
  assert_int_equal(deadline, 1 + VRRP_LINKS_PATIENCE);
  change(RTM_NEWADDR, 1);
  assert_true(vrrp_links_read(&links, deadline - 1) >= 0);
  assert_true(is_known(&links, 1)); // events are followed all the same
  assert_int_equal(vrrp_links_read(&links, deadline), -ETIMEDOUT);
  spoil.times = 0;
  assert_true(vrrp_links_open(&links, deadline) > 0);
  check_whole(1);
}

// One after another without a pause: what there is time for is taken in, and the rest
// with the next call.
static void test_changes_without_an_end_hold_up_nobody(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  spoil.is_endless = true;
  assert_int_equal(vrrp_links_read(&links, 1), VRRP_ADDRESSES_CHANGED);
  check_whole(1);
  assert_int_equal(vrrp_links_read(&links, 1), 0);
}

static void test_losses_without_an_end_are_given_up(void **state) {
  (void)state;
  spoil = (struct spoil){.error = ENOBUFS, .errors = UINT32_MAX};
  assert_int_equal(vrrp_links_read(&links, 1), 0);
  vrrp_time deadline = vrrp_links_deadline(&links);
  assert_int_equal(deadline, 1 + VRRP_LINKS_PATIENCE);
  assert_int_equal(vrrp_links_read(&links, deadline - 1), 0);
  assert_int_equal(vrrp_links_deadline(&links), deadline);
  assert_int_equal(vrrp_links_read(&links, deadline), -ETIMEDOUT);
  assert_int_equal(vrrp_links_deadline(&links), VRRP_NEVER); // nothing before it is open
  spoil.errors = 0;
  change(RTM_NEWADDR, 1);
  assert_true(vrrp_links_open(&links, deadline) > 0);
  check_whole(1);
}

static void cut(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)datagram, (void)sender;
  *length -= 4;
}

static void test_a_cut_message_is_as_good_as_lost(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  spoil = (struct spoil){.change = cut, .times = 1};
  assert_true(vrrp_links_read(&links, 1) > 0);
  check_whole(1);
}

static void be_another_process(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)datagram, (void)length;
  *sender = 4711;
}

static void test_what_another_process_says_is_passed_over(void **state) {
  (void)state;
  change(RTM_NEWADDR, 1);
  spoil = (struct spoil){.change = be_another_process, .times = UINT32_MAX};
  assert_int_equal(vrrp_links_read(&links, 1), 0);
  assert_false(is_known(&links, 1));
  change(RTM_DELADDR, 1);
}

static void test_it_never_waits(void **state) {
  (void)state;
  close(vrrp_links_fd(&links));
  assert_int_equal(vrrp_links_read(&links, 1), -EBADF);
  assert_false(vrrp_links_is_open(&links));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_changes_are_followed),
      TEST(test_lost_messages),
      TEST(test_a_dump_that_changed_is_asked_for_again),
      TEST(test_a_dump_that_always_changes_is_given_up),
      TEST(test_messages_lost_during_a_dump),
      TEST(test_a_dump_without_an_end_is_given_up),
      TEST(test_changes_without_an_end_hold_up_nobody),
      TEST(test_losses_without_an_end_are_given_up),
      TEST(test_a_cut_message_is_as_good_as_lost),
      TEST(test_what_another_process_says_is_passed_over),
      TEST(test_it_never_waits),
  };

  if (!enter_own_net())
    return skip_all("it needs a network namespace of its own, so root");
  kernel = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (kernel == NULL || mnl_socket_bind(kernel, 0, MNL_SOCKET_AUTOPID) < 0)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  mnl_socket_close(kernel);
  return failed;
}
