// SPDX-License-Identifier: MIT
// How is a recording of tests/corpus/adverts read?
//
// What stands in one: test_corpus.c.
#ifndef HA_TEST_RECORDING_H
#define HA_TEST_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RECORDING_FRAME_MAX 1600

// The whole text; to be freed.
char *recording_read(const char *path);

// Reads "TIME FRAME" or "TIME", in seconds; *ret_length is 0 for the latter. False if the
// line is another one.
bool recording_line(const char *line, double *ret_time,
                    uint8_t frame[RECORDING_FRAME_MAX], size_t *ret_length);

// Where the IP header begins, as the kernel finds it; 0 if there is none.
size_t recording_find_packet(const uint8_t *frame, size_t length);

// Runs the test on each recording, whose path is its state. Returns the number of
// failures.
int recording_test_each(const char *group, CMUnitTestFunction test);

#endif
