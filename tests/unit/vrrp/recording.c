// SPDX-License-Identifier: MIT
// How is a recording of tests/corpus/adverts read?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "recording.h"

#include <arpa/inet.h>
#include <glob.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 256
#define VLAN_TAG  4

char *recording_read(const char *path) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = fopen(path, "re");

  assert_non_null(file);
  assert_true(getdelim(&text, &size, '\0', file) > 0);
  fclose(file);
  return text;
}

static size_t read_hex(const char *hex, uint8_t *bytes) {
  size_t length = 0;
  unsigned octet;

  for (; sscanf(hex + 2 * length, "%2x", &octet) == 1; length++) {
    assert_true(length < RECORDING_FRAME_MAX);
    bytes[length] = (uint8_t)octet;
  }
  return length;
}

bool recording_line(const char *line, double *ret_time,
                    uint8_t frame[RECORDING_FRAME_MAX], size_t *ret_length) {
  int at;

  if (line[0] == ' ' || sscanf(line, "%lf%n", ret_time, &at) != 1)
    return false;
  *ret_length = line[at] == ' ' ? read_hex(line + at + 1, frame) : 0;
  return true;
}

size_t recording_find_packet(const uint8_t *frame, size_t length) {
  size_t at = 2 * ETH_ALEN;
  uint16_t type;

  while (at + VLAN_TAG < length && frame[at] == 0x81 && frame[at + 1] == 0)
    at += VLAN_TAG;
  if (at + sizeof(type) > length)
    return 0;
  memcpy(&type, frame + at, sizeof(type));
  return type == htons(ETH_P_IP) || type == htons(ETH_P_IPV6) ? at + sizeof(type) : 0;
}

int recording_test_each(const char *group, CMUnitTestFunction test) {
  static struct CMUnitTest tests[FILES_MAX];
  glob_t found;

  if (glob(HA_RECORDINGS "/*.frames", 0, NULL, &found) != 0 || found.gl_pathc > FILES_MAX)
    return 1;
  for (size_t i = 0; i < found.gl_pathc; i++)
    tests[i] =
        (struct CMUnitTest){found.gl_pathv[i], test, NULL, NULL, found.gl_pathv[i]};
  int failed = _cmocka_run_group_tests(group, tests, found.gl_pathc, NULL, NULL);
  globfree(&found);
  return failed;
}
