// SPDX-License-Identifier: MIT
// How many adverts a second can be sent, and how little does counting them cost?
//
//   ingest send INTERFACE RATE SECONDS ROUTERS   sends adverts of so many virtual routers
//   ingest bare INTERFACE SECONDS                counts them with recvmmsg, and nothing
//   else
//
// Both print what they sent or counted; bare also its CPU time in nanoseconds.
#include "io/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH  64
#define ADVERT 48 // IPv4 20, header 8, three addresses 12, authentication 8
#define SECOND 1000000000LL

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

static void put_sum(unsigned char *bytes, size_t length, unsigned char *place) {
  unsigned sum = 0;

  place[0] = place[1] = 0;
  for (size_t i = 0; i < length; i += 2)
    sum += (unsigned)bytes[i] << 8 | bytes[i + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = ~((sum & 0xffff) + (sum >> 16));
  place[0] = (unsigned char)(sum >> 8);
  place[1] = (unsigned char)sum;
}

// An advert of 192.0.2.2 with priority 100, every second, and three addresses.
static void make_advert(unsigned char *packet, unsigned vrid) {
  static const unsigned char form[ADVERT] = {
      0x45, 0, 0,   ADVERT, 0, 0, 0x40, 0, 255, 112, 0, 0, 192, 0, 2, 2, 224, 0, 0, 18,
      0x21, 0, 100, 3,      0, 1, 0,    0, 192, 0,   2, 1, 192, 0, 2, 9, 192, 0, 2, 10};
  memcpy(packet, form, sizeof(form));
  packet[21] = (unsigned char)vrid;
  put_sum(packet, 20, packet + 10);
  put_sum(packet + 20, ADVERT - 20, packet + 26);
}

static int send_adverts(const char *interface, long rate, int seconds, int routers) {
  static unsigned char packets[256][ADVERT];
  struct sockaddr_ll to = {.sll_family = AF_PACKET,
                           .sll_protocol = htons(0x0800),
                           .sll_ifindex = (int)if_nametoindex(interface),
                           .sll_halen = 6,
                           .sll_addr = {1, 0, 0x5e, 0, 0, 0x12}};
  struct iovec iov[256];
  struct mmsghdr headers[256] = {0};
  int fd = socket(AF_PACKET, SOCK_DGRAM, 0), next = 0;
  long long sent = 0, start = now(CLOCK_MONOTONIC), end = start + seconds * SECOND;

  for (int i = 0; i < routers; i++) {
    make_advert(packets[i], (unsigned)i + 1);
    iov[i] = (struct iovec){packets[i], ADVERT};
    headers[i].msg_hdr = (struct msghdr){
        .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov[i], .msg_iovlen = 1};
  }
  for (long long at; fd >= 0 && (at = now(CLOCK_MONOTONIC)) < end;) {
    long long due = (at - start) * rate / SECOND - sent;
    if (due <= 0) {
      struct timespec pause = {0, 50000};
      nanosleep(&pause, NULL);
      continue;
    }
    int count = routers - next < due ? routers - next : (int)due;
    count = sendmmsg(fd, headers + next, (unsigned)count, 0);
    if (count < 0 && errno != ENOBUFS)
      return 1;
    sent += count > 0 ? count : 0;
    next = (next + (count > 0 ? count : 0)) % routers;
  }
  printf("%lld\n", sent);
  return fd < 0;
}

static int count_adverts(const char *interface, int seconds) {
  static unsigned char buffers[BATCH][2048];
  struct iovec iov[BATCH];
  struct mmsghdr headers[BATCH] = {0};
  struct vrrp_capture capture;
  long long counted = 0, end = now(CLOCK_MONOTONIC) + seconds * SECOND;

  if (vrrp_capture_open(&capture) < 0 ||
      vrrp_capture_open_card(&capture, if_nametoindex(interface)) < 0)
    return 1;
  for (int i = 0; i < BATCH; i++) {
    iov[i] = (struct iovec){buffers[i], sizeof(buffers[i])};
    headers[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
  }
  puts("ready");
  fflush(stdout);
  struct pollfd readable = {.fd = capture.packets, .events = POLLIN};
  for (long long at; (at = now(CLOCK_MONOTONIC)) < end;)
    if (poll(&readable, 1, (int)((end - at) / 1000000)) > 0) {
      int count = recvmmsg(capture.packets, headers, BATCH, MSG_DONTWAIT, NULL);
      counted += count > 0 ? count : 0;
    }
  printf("%lld %lld\n", counted, now(CLOCK_PROCESS_CPUTIME_ID));
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 6 && strcmp(argv[1], "send") == 0)
    return send_adverts(argv[2], atol(argv[3]), atoi(argv[4]), atoi(argv[5]));
  if (argc == 4 && strcmp(argv[1], "bare") == 0)
    return count_adverts(argv[2], atoi(argv[3]));
  fprintf(stderr,
          "usage: %s send INTERFACE RATE SECONDS ROUTERS | bare INTERFACE SECONDS\n",
          argv[0]);
  return 2;
}
