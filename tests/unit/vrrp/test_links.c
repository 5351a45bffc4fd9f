// SPDX-License-Identifier: MIT
// Is the table right again after the kernel lost messages?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/links.h"
#include "own_net.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

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

static void test_changes_are_followed(void **state) {
  (void)state;
  struct vrrp_links links;

  assert_int_equal(vrrp_links_open(&links), 0);
  assert_int_equal(vrrp_links_read(&links), 0);
  change(RTM_NEWADDR, 1);
  assert_int_equal(vrrp_links_read(&links), VRRP_ADDRESSES_CHANGED);
  assert_true(is_known(&links, 1));
  change(RTM_DELADDR, 1);
  assert_int_equal(vrrp_links_read(&links), VRRP_ADDRESSES_CHANGED);
  assert_false(is_known(&links, 1));
  vrrp_links_close(&links);
}

// What still waits in an overrun socket is older than what is read anew, and as long as
// it waits the kernel goes on losing messages.
static void test_lost_messages(void **state) {
  (void)state;
  struct vrrp_links links;
  int size = 4096;

  assert_int_equal(vrrp_links_open(&links), 0);
  assert_int_equal(
      setsockopt(vrrp_links_fd(&links), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
  for (unsigned i = 1; i <= 100; i++)
    change(RTM_NEWADDR, i);
  for (unsigned i = 1; i <= 99; i++)
    change(RTM_DELADDR, i);
  assert_true(vrrp_links_read(&links) > 0);
  for (unsigned i = 1; i <= 100; i++)
    assert_int_equal(is_known(&links, i), i == 100);
  change(RTM_DELADDR, 100);
  assert_int_equal(vrrp_links_read(&links), VRRP_ADDRESSES_CHANGED);
  assert_false(is_known(&links, 100));
  vrrp_links_close(&links);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_changes_are_followed),
      cmocka_unit_test(test_lost_messages),
  };

  if (!enter_own_net()) {
    print_message("not run: it needs a network namespace of its own, so root\n");
    return 0;
  }
  kernel = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (kernel == NULL || mnl_socket_bind(kernel, 0, MNL_SOCKET_AUTOPID) < 0)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  mnl_socket_close(kernel);
  return failed;
}
