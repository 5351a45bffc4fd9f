// SPDX-License-Identifier: MIT
// Does /proc/net tell whether a process of this host takes part?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/participation.h"

#include <string.h>

#define RAW_HEADER                                                                       \
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "  \
  "timeout inode ref pointer drops\n"
#define RAW_ICMP                                                                         \
  "    1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0  " \
  "      0 100 2 0000000000000000 0\n"
#define RAW_VRRP                                                                         \
  "  112: 00000000:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000     0  " \
  "      0 101 2 0000000000000000 0\n"
#define RAW_AH                                                                           \
  "   51: 00000000:0033 00000000:0000 07 00000000:00000000 00:00000000 00000000     0  " \
  "      0 103 2 0000000000000000 0\n"
#define RAW6_VRRP                                                                        \
  "  112: 00000000000000000000000000000000:0070 00000000000000000000000000000000:0000 "  \
  "07 00000000:00000000 00:00000000 00000000     0        0 102 2 0000000000000000 0\n"
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ // the kernel prints the machine's integer
#define ALL_HOSTS  "E0000001"
#define VRRP_GROUP "E0000012"
#else
#define ALL_HOSTS  "010000E0"
#define VRRP_GROUP "120000E0"
#endif
#define IGMP                                                                             \
  "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"                     \
  "1\tlo        :     1      V3\n"                                                       \
  "\t\t\t\t" ALL_HOSTS "     1 0:00000000\t\t0\n"                                        \
  "2\teth0      :     2      V3\n"                                                       \
  "\t\t\t\t" VRRP_GROUP "     2 0:00000000\t\t0\n"                                       \
  "\t\t\t\t" ALL_HOSTS "     1 0:00000000\t\t0\n"                                        \
  "3\teth1      :     2      V3\n"                                                       \
  "\t\t\t\t" VRRP_GROUP "     1 0:00000000\t\t0\n"                                       \
  "4\tvrrp.10   :     2      V3\n"                                                       \
  "\t\t\t\t" VRRP_GROUP "     1 0:00000000\t\t0\n"
#define IGMP6                                                                            \
  "2    eth0            ff020000000000000000000000000012     2 00000004 0\n"             \
  "3    eth1            ff020000000000000000000000000012     1 00000004 0\n"

// eth0 and eth1 are listened to; vrrp.10 (4) is a macvlan on eth5 (5).
static unsigned one_on_eth0_and_eth1(unsigned ifindex, enum vrrp_family family,
                                     void *user) {
  (void)family, (void)user;
  return ifindex == 2 || ifindex == 3;
}

static void take(struct vrrp_participants *participants, enum vrrp_proc_file which,
                 const char *text) {
  struct vrrp_own_joins own = {one_on_eth0_and_eth1, NULL};
  FILE *file = fmemopen((void *)text, strlen(text), "r");

  assert_non_null(file);
  vrrp_participants_take(participants, which, file, &own);
  fclose(file);
}

static enum vrrp_participation judge(const struct vrrp_participants *participants,
                                     unsigned ifindex, enum vrrp_family family,
                                     bool unicast) {
  struct vrrp_link macvlan = {.ifindex = 4, .base = 5, .role = VRRP_LINK_MACVLAN};
  struct vrrp_link_table links = {.links = &macvlan, .link_count = 1};
  return vrrp_participants_judge(participants, &links, ifindex, family, unicast);
}

static void test_nothing_read_is_unknown(void **state) {
  (void)state;
  struct vrrp_participants participants = {0};
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, false), VRRP_PARTICIPATION_UNKNOWN);
}

static void test_without_a_raw_socket_nobody_takes_part(void **state) {
  (void)state;
  struct vrrp_participants participants = {0};

  take(&participants, VRRP_PROC_RAW, RAW_HEADER RAW_ICMP);
  take(&participants, VRRP_PROC_IGMP, IGMP);
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, false), VRRP_PARTICIPATION_NO);
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, true), VRRP_PARTICIPATION_NO);
}

static void test_others_joins_count_ours_do_not(void **state) {
  (void)state;
  struct vrrp_participants participants = {0};

  take(&participants, VRRP_PROC_RAW, RAW_HEADER RAW_ICMP RAW_VRRP);
  take(&participants, VRRP_PROC_IGMP, IGMP);
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, false), VRRP_PARTICIPATION_YES);
  assert_int_equal(judge(&participants, 3, VRRP_IPV4, false), VRRP_PARTICIPATION_NO);
  assert_int_equal(judge(&participants, 5, VRRP_IPV4, false), VRRP_PARTICIPATION_YES);
  assert_int_equal(judge(&participants, 3, VRRP_IPV4, true), VRRP_PARTICIPATION_YES);
}

static void test_a_socket_for_the_authentication_header_takes_part(void **state) {
  (void)state;
  struct vrrp_participants participants = {0};

  take(&participants, VRRP_PROC_RAW, RAW_HEADER RAW_AH);
  take(&participants, VRRP_PROC_IGMP, IGMP);
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, false), VRRP_PARTICIPATION_YES);
  assert_int_equal(judge(&participants, 3, VRRP_IPV4, false), VRRP_PARTICIPATION_NO);
}

static void test_families_are_apart(void **state) {
  (void)state;
  struct vrrp_participants participants = {0};

  take(&participants, VRRP_PROC_RAW6, RAW_HEADER RAW6_VRRP);
  take(&participants, VRRP_PROC_IGMP6, IGMP6);
  assert_int_equal(judge(&participants, 2, VRRP_IPV6, false), VRRP_PARTICIPATION_YES);
  assert_int_equal(judge(&participants, 3, VRRP_IPV6, false), VRRP_PARTICIPATION_NO);
  assert_int_equal(judge(&participants, 2, VRRP_IPV4, false), VRRP_PARTICIPATION_UNKNOWN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_read_is_unknown),
      cmocka_unit_test(test_without_a_raw_socket_nobody_takes_part),
      cmocka_unit_test(test_others_joins_count_ours_do_not),
      cmocka_unit_test(test_a_socket_for_the_authentication_header_takes_part),
      cmocka_unit_test(test_families_are_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
