// SPDX-License-Identifier: MIT
// Does the sentence name the namespace, what is the matter and what helps?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/plugin/netns_trouble.h"

#include <errno.h>
#include <string.h>

static const char *text_of(int status) {
  static char text[HA_NETNS_TROUBLE_SIZE];
  struct ha_netns_trouble trouble = {.status = status};

  strcpy(trouble.name, "blue");
  ha_netns_trouble_text(&trouble, "listened to", text);
  return text;
}

static void test_one_that_cannot_be_entered(void **unused) {
  (void)unused;
  assert_non_null(strstr(text_of(-ENOENT), "Namespace \"blue\" is not listened to: "));
  assert_null(strstr(text_of(-ENOENT), "CAP_SYS_ADMIN"));
  assert_non_null(strstr(text_of(-EPERM), "CAP_SYS_ADMIN"));
}

static void test_too_many(void **unused) {
  (void)unused;
  assert_non_null(strstr(text_of(-EUSERS), "more than"));
  assert_null(strstr(text_of(-EUSERS), "blue"));
}

static void test_the_end(void **unused) {
  (void)unused;
  assert_string_equal(text_of(0), "no Namespace is left that cannot be listened to.");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_that_cannot_be_entered),
      cmocka_unit_test(test_too_many),
      cmocka_unit_test(test_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
