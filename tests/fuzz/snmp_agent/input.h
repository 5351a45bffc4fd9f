// SPDX-License-Identifier: MIT
// Small choices out of a fuzzer's bytes; zeros when they run out.
#ifndef HA_FUZZ_SNMP_AGENT_INPUT_H
#define HA_FUZZ_SNMP_AGENT_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
  const uint8_t *data;
  size_t left;
};

// A number below `n`.
static inline uint32_t choose(struct input *in, uint32_t n) {
  if (in->left == 0)
    return 0;
  in->left--;
  return *in->data++ % n;
}

#define CHECK(holds)                                                                     \
  do {                                                                                   \
    if (!(holds)) {                                                                      \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds);          \
      abort();                                                                           \
    }                                                                                    \
  } while (0)

#endif
