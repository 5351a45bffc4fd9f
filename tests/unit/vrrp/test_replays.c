// SPDX-License-Identifier: MIT
// Are recordings of real takeovers understood? One test a file of replays/.
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX 64

static char *read_file(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = fopen(path, "re");

  assert_non_null(file);
  assert_true(getdelim(&text, &size, '\0', file) > 0);
  fclose(file);
  return text;
}

static void test_file(void **state) {
  char *script = read_file(*state);
  replay(script);
  free(script);
}

int main(void) {
  struct CMUnitTest tests[FILES_MAX];
  glob_t found;

  if (glob(HA_REPLAYS "/*.replay", 0, NULL, &found) != 0 || found.gl_pathc > FILES_MAX)
    return 1;
  for (size_t i = 0; i < found.gl_pathc; i++)
    tests[i] =
        (struct CMUnitTest){found.gl_pathv[i], test_file, NULL, NULL, found.gl_pathv[i]};
  int failed = _cmocka_run_group_tests("replays", tests, found.gl_pathc, NULL, NULL);
  globfree(&found);
  return failed;
}
