// SPDX-License-Identifier: MIT
// Are keepalived's routes and rules found in the kernel's answers, whole ones and others?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/kernel_routes.h"
#include "needs.h"
#include "own_net.h"
#include "spoil.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#define KEEPALIVED 18 // RTPROT_KEEPALIVED

static struct mnl_socket *kernel;
static struct vrrp_kernel_routes routes;

static void tell(struct nlmsghdr *message) {
  char answer[512];
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  assert_true(mnl_socket_sendto(kernel, message, message->nlmsg_len) > 0);
  assert_true(mnl_socket_recvfrom(kernel, answer, sizeof(answer)) > 0);
  const struct nlmsgerr *end = mnl_nlmsg_get_payload((const void *)answer);
  assert_int_equal(end->error, 0);
}

// A blackhole of 10.9.N.0/24.
static void change_route(uint16_t type, uint8_t protocol, uint8_t number) {
  char buffer[256];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = type;
  struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
  *route = (struct rtmsg){.rtm_family = AF_INET,
                          .rtm_dst_len = 24,
                          .rtm_table = RT_TABLE_MAIN,
                          .rtm_protocol = protocol,
                          .rtm_type = RTN_BLACKHOLE};
  mnl_attr_put_u32(message, RTA_DST, htonl(0x0a090000U + ((uint32_t)number << 8)));
  tell(message);
}

static void add_rule(void) {
  char buffer[256];
  struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
  message->nlmsg_type = RTM_NEWRULE;
  struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(message, sizeof(*rule));
  *rule = (struct fib_rule_hdr){.family = AF_INET, .src_len = 8, .action = FR_ACT_TO_TBL};
  mnl_attr_put_u32(message, FRA_SRC, htonl(0x0a000000));
  mnl_attr_put_u32(message, FRA_TABLE, 100);
  mnl_attr_put_u32(message, FRA_PRIORITY, 5000);
  tell(message);
}

static bool has_route(unsigned number) {
  char line[64];
  struct vrrp_keepalived_item item;
  snprintf(line, sizeof(line), "add blackhole 10.9.%u.0/24 proto 18", number);
  assert_int_equal(vrrp_keepalived_route_parse(line, &item), 0);
  bool has = vrrp_kernel_routes_has_route(&routes, &item);
  vrrp_keepalived_item_clear(&item);
  return has;
}

static bool has_rule(const char *line) {
  struct vrrp_keepalived_item item;
  assert_int_equal(vrrp_keepalived_rule_parse(line, &item), 0);
  bool has = vrrp_kernel_routes_has_rule(&routes, &item);
  vrrp_keepalived_item_clear(&item);
  return has;
}

static int set_up(void **state) {
  (void)state;
  spoil = (struct spoil){0};
  return 0;
}

static void what_is_there_is_found(void **state) {
  (void)state;
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  assert_true(has_route(1));
  assert_true(has_route(2));
  assert_false(has_route(3)); // another's
  assert_false(has_route(4));
  assert_true(has_rule("from 10.0.0.0/8 priority 5000 lookup 100"));
  assert_false(has_rule("from 10.0.0.0/8 priority 5000 lookup 101"));
  assert_false(has_rule("from 10.0.0.0/9 priority 5000 lookup 100"));
}

static void interrupt(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)length, (void)sender;
  ((struct nlmsghdr *)(void *)datagram)->nlmsg_flags |= NLM_F_DUMP_INTR;
}

// What a dump that is begun again brought before is not counted twice.
static void a_dump_that_changed_is_asked_for_again(void **state) {
  (void)state;
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  size_t route_count = routes.route_count, rule_count = routes.rule_count;
  spoil = (struct spoil){.change = interrupt, .times = 3};
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  assert_int_equal(spoil.times, 0);
  assert_int_equal(routes.route_count, route_count);
  assert_int_equal(routes.rule_count, rule_count);
  spoil = (struct spoil){.error = ENOBUFS, .errors = 2};
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  assert_int_equal(routes.route_count, route_count);
  assert_true(has_route(2));
}

static void silence(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)datagram, (void)sender;
  *length = 0;
}

// Nothing of a failed reading is kept, and all of the last one.
static void failures_leave_all_as_it_was(void **state) {
  (void)state;
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  spoil = (struct spoil){.change = interrupt, .times = UINT_MAX};
  assert_int_equal(vrrp_kernel_routes_read(&routes), -EINTR);
  spoil = (struct spoil){.error = ENOBUFS, .errors = 1000};
  assert_int_equal(vrrp_kernel_routes_read(&routes), -ENOBUFS);
  spoil = (struct spoil){.error = ENOMEM, .errors = 1};
  assert_int_equal(vrrp_kernel_routes_read(&routes), -ENOMEM);
  assert_true(has_route(1));
  assert_true(has_rule("from 10.0.0.0/8 priority 5000 lookup 100"));
}

static void a_kernel_that_does_not_answer_is_not_waited_for_long(void **state) {
  (void)state;
  spoil = (struct spoil){.change = silence, .times = UINT_MAX};
  assert_int_equal(vrrp_kernel_routes_read(&routes), -ETIMEDOUT);
}

// A message that ends within its header, right behind one that is whole: without the
// check its fields are what follows it.
static size_t cut_to;

static void cut_a_message(uint8_t *datagram, size_t *length, uint32_t *sender) {
  (void)sender;
  struct nlmsghdr *message = (void *)datagram;
  if (message->nlmsg_type != RTM_NEWROUTE && message->nlmsg_type != RTM_NEWRULE)
    return;
  size_t rest = *length - NLMSG_ALIGN(message->nlmsg_len);
  uint8_t *behind = datagram + NLMSG_ALIGN(message->nlmsg_len);
  message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + cut_to);
  uint8_t *end = datagram + NLMSG_ALIGN(message->nlmsg_len);
  memmove(end, behind, rest);
  *length = (size_t)(end - datagram) + rest;
}

static void a_cut_message_is_passed_over(void **state) {
  (void)state;
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  size_t route_count = routes.route_count;
  for (cut_to = 0; cut_to < sizeof(struct rtmsg); cut_to += NLMSG_ALIGNTO) {
    spoil = (struct spoil){.change = cut_a_message, .times = 1};
    assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
    assert_int_equal(routes.route_count, route_count - 1);
    assert_int_not_equal(has_route(1), has_route(2));
  }
}

static void what_is_cleared_has_nothing(void **state) {
  (void)state;
  assert_int_equal(vrrp_kernel_routes_read(&routes), 0);
  vrrp_kernel_routes_clear(&routes);
  assert_false(has_route(1));
  vrrp_kernel_routes_clear(&routes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(what_is_there_is_found, set_up),
      cmocka_unit_test_setup(a_dump_that_changed_is_asked_for_again, set_up),
      cmocka_unit_test_setup(failures_leave_all_as_it_was, set_up),
      cmocka_unit_test_setup(a_kernel_that_does_not_answer_is_not_waited_for_long,
                             set_up),
      cmocka_unit_test_setup(a_cut_message_is_passed_over, set_up),
      cmocka_unit_test_setup(what_is_cleared_has_nothing, set_up),
  };

  if (!enter_own_net())
    return skip_all("it needs a network namespace of its own, so root");
  if (!has_routing_rules())
    return skip_all("rtnetlink without routing rules");
  kernel = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (kernel == NULL || mnl_socket_bind(kernel, 0, MNL_SOCKET_AUTOPID) < 0)
    return 1;
  change_route(RTM_NEWROUTE, KEEPALIVED, 1);
  change_route(RTM_NEWROUTE, KEEPALIVED, 2);
  change_route(RTM_NEWROUTE, RTPROT_STATIC, 3);
  add_rule();
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  mnl_socket_close(kernel);
  return failed;
}
