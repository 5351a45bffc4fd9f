// SPDX-License-Identifier: MIT
// Is a host a member of the groups on more interfaces than a socket has room for?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/membership.h"
#include "needs.h"
#include "own_net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PER_SOCKET 20 // net.ipv4.igmp_max_memberships
#define ROOM       (PER_SOCKET * VRRP_MEMBERSHIP_SOCKETS)
#define INTERFACES (ROOM + 1)

static unsigned ifindex_of(int number) {
  char name[IFNAMSIZ];
  snprintf(name, sizeof(name), "e%d", number);
  return if_nametoindex(name);
}

static int make_interfaces(void **state) {
  (void)state;
  FILE *batch = popen("ip -batch -", "w");

  assert_non_null(batch);
  for (int i = 0; i < INTERFACES; i++)
    fprintf(batch, "link add e%d type veth peer name p%d\n", i, i);
  return pclose(batch);
}

// How many interfaces a file of /proc/net shows to be members.
static int members(const char *path, const char *group) {
  FILE *file = fopen(path, "re");
  char line[256];
  int count = 0;

  assert_non_null(file);
  while (fgets(line, sizeof(line), file) != NULL)
    count += strstr(line, group) != NULL;
  fclose(file);
  return count;
}

static int members_ipv4(void) {
  return members("/proc/net/igmp", htonl(1) == 1 ? "E0000012" : "120000E0");
}

static int members_ipv6(void) {
  return members("/proc/net/igmp6", "ff020000000000000000000000000012");
}

static void test_more_than_one_socket_holds(void **state) {
  (void)state;
  struct vrrp_memberships memberships;

  vrrp_memberships_init(&memberships);
  for (int i = 0; i < INTERFACES; i++) {
    unsigned ifindex = ifindex_of(i);
    int wanted = i < ROOM ? i / PER_SOCKET : -ENOBUFS;
    assert_int_equal(vrrp_memberships_join(&memberships, VRRP_IPV4, ifindex), wanted);
    assert_int_equal(vrrp_memberships_join(&memberships, VRRP_IPV6, ifindex), 0);
  }
  assert_int_equal(members_ipv4(), ROOM);
  assert_int_equal(members_ipv6(), INTERFACES);
  vrrp_memberships_close(&memberships);
  assert_int_equal(members_ipv4(), 0);
  assert_int_equal(members_ipv6(), 0);
}

static void test_who_leaves_makes_room(void **state) {
  (void)state;
  struct vrrp_memberships memberships;
  unsigned gone = ifindex_of(0);

  vrrp_memberships_init(&memberships);
  for (int i = 0; i < ROOM; i++)
    vrrp_memberships_join(&memberships, VRRP_IPV4, ifindex_of(i));
  assert_int_equal(system("ip link del e0"), 0);
  vrrp_memberships_leave(&memberships, VRRP_IPV4, gone, 0);
  vrrp_memberships_leave(&memberships, VRRP_IPV6, gone, VRRP_NOT_JOINED);
  assert_int_equal(vrrp_memberships_join(&memberships, VRRP_IPV4, ifindex_of(ROOM)), 0);
  assert_int_equal(vrrp_memberships_join(&memberships, VRRP_IPV4, gone), -ENODEV);
  vrrp_memberships_close(&memberships);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_more_than_one_socket_holds),
      cmocka_unit_test(test_who_leaves_makes_room),
  };

  if (!enter_own_net())
    return skip_all("it needs a network namespace of its own, so root");
  if (system("ip -Version >/dev/null 2>&1") != 0)
    return skip_all("it needs ip(8)");
  if (!has_memberships())
    return skip_all("no multicast group by the number of an interface");
  return cmocka_run_group_tests(tests, make_interfaces, NULL);
}
