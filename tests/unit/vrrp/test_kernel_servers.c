// SPDX-License-Identifier: MIT
// Does the digest of the kernel's servers change with them, and with nothing else?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/kernel_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD                                                                             \
  "IP Virtual Server version 1.2.1 (size=4096)\n"                                        \
  "Prot LocalAddress:Port Scheduler Flags\n"                                             \
  "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
#define SERVICE "TCP  C0000201:0050 rr \n"
#define FIRST   "  -> 0A02000B:0050      Masq    1      0          0         \n"

static uint64_t digest_of(const char *text) {
  char path[] = "/tmp/ha-ip-vs-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, strlen(text)), strlen(text));
  close(fd);
  uint64_t digest = vrrp_kernel_servers_digest(path);
  unlink(path);
  return digest;
}

static void test_what_counts(void **unused) {
  static const char *const OTHERS[] = {
      HEAD,         // the service is gone
      HEAD SERVICE, // its server is
      HEAD "TCP  C0000201:0051 rr \n" FIRST,
      HEAD "TCP  C0000201:0050 wrr \n" FIRST,
      HEAD SERVICE "  -> 0A02000C:0050      Masq    1      0          0         \n",
      HEAD SERVICE "  -> 0A02000B:0050      Route   1      0          0         \n",
      HEAD SERVICE "  -> 0A02000B:0050      Masq    0      0          0         \n",
      HEAD SERVICE FIRST "  -> 0A02000C:0050      Masq    1      0          0         \n",
  };
  (void)unused;
  uint64_t known = digest_of(HEAD SERVICE FIRST);
  assert_int_not_equal(known, 0);
  for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
    if (digest_of(OTHERS[i]) == known)
      fail_msg("no difference: %s", OTHERS[i]);
}

static void test_connections_do_not(void **unused) {
  (void)unused;
  assert_true(
      digest_of(HEAD SERVICE FIRST) ==
      digest_of(HEAD SERVICE
                "  -> 0A02000B:0050      Masq    1      77         12345     \n"));
}

// A kernel without, and lines that no kernel writes.
static void test_what_is_not_there(void **unused) {
  char longer[4096];
  (void)unused;
  assert_true(vrrp_kernel_servers_digest("/nonexistent/ip_vs") == 0);
  assert_int_not_equal(digest_of(""), 0);
  assert_int_not_equal(digest_of("  -> "), digest_of("  -> x"));
  memset(longer, 'x', sizeof(longer) - 1);
  longer[sizeof(longer) - 1] = '\0';
  uint64_t all_x = digest_of(longer);
  longer[sizeof(longer) - 2] = 'y';
  assert_true(digest_of(longer) != all_x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_counts),
      cmocka_unit_test(test_connections_do_not),
      cmocka_unit_test(test_what_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
