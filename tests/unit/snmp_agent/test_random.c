// SPDX-License-Identifier: MIT
// Does a fuzzer's model still hold after 10,000 random inputs, without a fuzzer?
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROUNDS = 10000, MAX_SIZE = 120 };

int main(void) {
  static uint8_t data[MAX_SIZE];
  srandom(4711);
  for (int round = 0; round < ROUNDS; round++) {
    size_t size = (size_t)random() % MAX_SIZE;
    for (size_t i = 0; i < size; i++)
      data[i] = (uint8_t)(random() >> 8);
    LLVMFuzzerTestOneInput(data, size); // aborts where it doesn't hold
  }
  printf("%d rounds\n", ROUNDS);
  return 0;
}
