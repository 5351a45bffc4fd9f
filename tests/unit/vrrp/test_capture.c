// SPDX-License-Identifier: MIT
// Do frames come in as they were sent, and with the time when they were?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/capture.h"
#include "io/descriptor.h"
#include "needs.h"
#include "own_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#define FRAMES_MAX 16
#define SLACK      (100 * VRRP_MILLISECOND) // of a busy machine

struct heard {
  struct vrrp_frame frames[FRAMES_MAX];
  size_t count;
};

static vrrp_time now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (vrrp_time)time.tv_sec * VRRP_SECOND + (vrrp_time)time.tv_nsec;
}

static void keep(struct heard *heard, const struct vrrp_frame *frame) {
  assert_true(heard->count < FRAMES_MAX);
  heard->frames[heard->count++] = *frame;
}

// Sends one octet by an IP protocol over the loopback: it goes out and comes in.
static void send_protocol(int protocol, uint8_t octet) {
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol);

  assert_true(fd >= 0);
  assert_int_equal(sendto(fd, &octet, 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
  close(fd);
}

static void read_all(struct vrrp_capture *capture, struct heard *heard) {
  struct vrrp_batch *batch = vrrp_batch_new();

  assert_non_null(batch);
  *heard = (struct heard){0};
  for (int count; (count = vrrp_capture_read(capture, batch)) > 0;)
    for (int i = 0; i < count; i++)
      keep(heard, vrrp_batch_frame(batch, i));
  free(batch);
}

// The kernel begins to stamp frames a moment after the first socket wants it; until then
// a frame is as young as its reading.
static void await_stamps(struct vrrp_capture *capture) {
  struct heard heard;
  vrrp_time sent;
  int tries = 0;

  do {
    assert_true(tries++ < 1000);
    sent = now();
    send_protocol(112, 0);
    usleep(5000);
    read_all(capture, &heard);
  } while (heard.frames[0].at > sent + 4 * VRRP_MILLISECOND);
}

static void test_both_directions_of_protocol_112(void **state) {
  (void)state;
  struct vrrp_capture capture;
  struct heard heard;

  assert_int_equal(vrrp_capture_open(&capture), 0);
  send_protocol(112, 1);
  send_protocol(113, 1);
  read_all(&capture, &heard);
  assert_int_equal(heard.count, 2);
  assert_int_equal(heard.frames[0].ifindex, LOOPBACK_IFINDEX);
  assert_true(heard.frames[0].outgoing);
  assert_false(heard.frames[1].outgoing);
  assert_int_equal(heard.frames[0].length, 21);
  assert_int_equal(vrrp_capture_take_drops(&capture), 0);
  vrrp_capture_close(&capture);
}

// Whoever reads may be held up for long: that makes no frame younger.
static void test_a_frame_is_as_old_as_it_is(void **state) {
  (void)state;
  struct vrrp_capture capture;
  struct heard heard;
  vrrp_time sent[2];

  assert_int_equal(vrrp_capture_open(&capture), 0);
  await_stamps(&capture);
  for (int i = 0; i < 2; i++) {
    sent[i] = now();
    send_protocol(112, (uint8_t)i);
    usleep(1100000);
  }
  read_all(&capture, &heard);
  assert_int_equal(heard.count, 4);
  for (int i = 0; i < 4; i++)
    assert_in_range(heard.frames[i].at, sent[i / 2] - VRRP_MILLISECOND,
                    sent[i / 2] + SLACK);
  for (int i = 1; i < 4; i++)
    assert_true(heard.frames[i].at >= heard.frames[i - 1].at);
  vrrp_capture_close(&capture);
}

// The wall clock stamps frames, and may be set before they are read.
static void test_no_frame_is_older_than_the_last_look(void **state) {
  (void)state;
  struct vrrp_capture capture;
  struct heard heard;

  assert_int_equal(vrrp_capture_open(&capture), 0);
  vrrp_time opened = now();
  read_all(&capture, &heard);
  assert_in_range(capture.read_until, opened, now());
  send_protocol(112, 1);
  usleep(10000);
  vrrp_time bound = capture.read_until = now();
  read_all(&capture, &heard);
  assert_int_equal(heard.count, 2);
  assert_in_range(heard.frames[0].at, bound, now());
  assert_in_range(heard.frames[1].at, heard.frames[0].at, now());
  vrrp_capture_close(&capture);
}

// Sends octets of an IP header and what follows over the loopback.
static void send_packet(uint16_t protocol, const uint8_t *octets, size_t length) {
  struct sockaddr_ll to = {.sll_family = AF_PACKET,
                           .sll_protocol = htons(protocol),
                           .sll_ifindex = LOOPBACK_IFINDEX,
                           .sll_halen = 6};
  int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  assert_true(fd >= 0);
  assert_int_equal(sendto(fd, octets, length, 0, (struct sockaddr *)&to, sizeof(to)),
                   (int)length);
  close(fd);
}

#define AH 51

// What may stand before a message, and what may not.
static void test_headers_that_are_looked_behind(void **state) {
  (void)state;
  static const struct {
    uint16_t protocol;
    uint8_t at[4], is[4]; // which octets are not 0
    bool wanted;
  } cases[] = {
      {ETH_P_IP, {0, 9}, {0x45, AH}, false},
      {ETH_P_IP, {0, 9, 20}, {0x45, AH, 112}, true},
      {ETH_P_IP, {0, 9, 20}, {0x46, AH, 112}, false}, // an option is no header
      {ETH_P_IP, {0, 9, 24}, {0x46, AH, 112}, true},
      {ETH_P_IP, {0, 9, 20}, {0x45, AH, 50}, false},
      {ETH_P_IPV6, {0, 6}, {0x60, 112}, true},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, AH, 112}, true},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, AH, 6}, false},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, 0, 112}, true},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, 43, 112}, true},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, 60, 112}, true},
      {ETH_P_IPV6, {0, 6, 40}, {0x60, 50, 112}, false},
      {ETH_P_IPV6, {0, 40, 48}, {0x60, AH, 112}, true},
      {ETH_P_IPV6, {0, 40, 48}, {0x60, AH, 6}, false},
      {ETH_P_IPV6, {0, 40, 41, 56}, {0x60, AH, 1, 112}, true},
  };
  struct vrrp_capture capture;
  struct heard heard;

  assert_int_equal(vrrp_capture_open(&capture), 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    uint8_t octets[64] = {0};
    for (size_t j = 0; j < 4; j++)
      octets[cases[i].at[j]] |= cases[i].is[j];
    send_packet(cases[i].protocol, octets, sizeof(octets));
    read_all(&capture, &heard);
    if ((heard.count > 0) != cases[i].wanted)
      fail_msg("case %zu: %zu frames", i, heard.count);
  }
  vrrp_capture_close(&capture);
}

// What is sent with a tag comes in without it, as the kernel shows a VLAN's frames to who
// listens below. Those of VLAN 0 have a priority only, and are the interface's own.
static void test_frames_of_a_vlan_are_not_the_interfaces(void **state) {
  (void)state;
  static const struct {
    uint8_t tag[2];
    size_t heard;
  } cases[] = {
      {{0, 7}, 0}, {{0, 0}, 1}, {{0xe0, 0}, 1}, {{0xe0, 1}, 0}, {{0x0f, 0xff}, 0}};
  struct vrrp_capture capture;
  struct heard heard;

  assert_int_equal(vrrp_capture_open(&capture), 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    uint8_t octets[64] = {cases[i].tag[0], cases[i].tag[1], ETH_P_IP >> 8,
                          ETH_P_IP & 0xff};
    octets[4] = 0x45;
    octets[4 + 9] = 112;
    send_packet(ETH_P_8021Q, octets, sizeof(octets));
    read_all(&capture, &heard);
    if (heard.count != cases[i].heard)
      fail_msg("case %zu: %zu frames", i, heard.count);
  }
  vrrp_capture_close(&capture);
}

static void test_no_such_interface(void **state) {
  (void)state;
  struct vrrp_capture capture;

  assert_int_equal(vrrp_capture_open(&capture), 0);
  assert_int_equal(vrrp_capture_open_card(&capture, 4711), -ENODEV);
  vrrp_capture_close_card(&capture, 4711);
  vrrp_capture_close(&capture);
}

// What is left is for everybody else: collectd without a descriptor is aborted.
static void test_the_last_descriptors_are_others(void **state) {
  (void)state;
  struct vrrp_capture capture;
  struct rlimit limit, few;
  int next = dup(0);

  close(next);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  few = (struct rlimit){(rlim_t)next + VRRP_DESCRIPTOR_RESERVE, limit.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  int none = vrrp_capture_open(&capture);
  few.rlim_cur++;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  int one = vrrp_capture_open(&capture);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  assert_int_equal(none, -EMFILE);
  assert_int_equal(one, 0);
  vrrp_capture_close(&capture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_both_directions_of_protocol_112),
      cmocka_unit_test(test_a_frame_is_as_old_as_it_is),
      cmocka_unit_test(test_no_frame_is_older_than_the_last_look),
      cmocka_unit_test(test_headers_that_are_looked_behind),
      cmocka_unit_test(test_frames_of_a_vlan_are_not_the_interfaces),
      cmocka_unit_test(test_no_such_interface),
      cmocka_unit_test(test_the_last_descriptors_are_others),
  };

  if (!enter_own_net())
    return skip_all("it needs a network namespace of its own, so root");
  if (!has_frame_stamps())
    return skip_all("packet sockets without the time of a frame");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
