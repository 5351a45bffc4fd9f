// SPDX-License-Identifier: MIT
// How do the frames of IP protocol 112 come in, from all interfaces at once?
#include "io/capture.h"

#include "common/core/array.h"

#include "io/descriptor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PROTOCOL          112
#define BUFFER_FIRST      (32 << 20)  // bytes: 20 s of 2,000 adverts a second
#define BUFFER_MAX        (128 << 20) // after losses
#define IPV4_PROTOCOL_AT  9
#define IPV6_NEXT_AT      6
#define IPV6_EXTENSION_AT 40
#define VLAN_ID_MASK      0x0fff

// Lets through protocol 112 of both families, also behind an IP authentication header,
// in IPv6 also behind one other extension header, or that and an authentication header.
// A frame with a VLAN tag belongs to the VLAN's own interface, which shows it too; the
// tag 0 is only a priority. The packet begins at its IP header.
static const struct sock_filter filter_program[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG)),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, VLAN_ID_MASK, 24, 0), // to: not wanted
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 15, 0), // to: IPv4
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 21),
    // IPv6
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_NEXT_AT),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL, 18, 0), // to: wanted
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ROUTING, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_DSTOPTS, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_AH, 5, 15),
    // X: where the header behind this one begins
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_EXTENSION_AT + 1),
    BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
    BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3), // it counts in units of 8 octets
    BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, IPV6_EXTENSION_AT),
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_EXTENSION_AT),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL, 7, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_AH, 4, 7), // to: behind X
    // IPv4; X: the length of its header
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV4_PROTOCOL_AT),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_AH, 0, 3),
    // behind X
    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROTOCOL, 0, 1),
    // wanted
    BPF_STMT(BPF_RET | BPF_K, VRRP_CAPTURE_FRAME_MAX),
    // not wanted
    BPF_STMT(BPF_RET | BPF_K, 0),
};

static const uint8_t group_macs[][6] = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12},
                                        {0x33, 0x33, 0x00, 0x00, 0x00, 0x12}};

static int attach_filter(int fd) {
  struct sock_fprog program = {.len = HA_COUNT_OF(filter_program),
                               .filter = (struct sock_filter *)filter_program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0
             ? -errno
             : 0;
}

// To every interface: which one a frame came by stands beside it. One socket takes in 1.7
// times as many frames as one an interface, at one descriptor.
static int bind_everywhere(int fd) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_protocol = htons(ETH_P_ALL)};
  return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

static void size_buffer(struct vrrp_capture *capture, int size) {
  if (setsockopt(capture->packets, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
    setsockopt(capture->packets, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
  capture->buffer = size;
}

// 0 or -errno. Opened without a protocol, so that nothing comes in before the filter is
// set.
static int prepare(struct vrrp_capture *capture) {
  int on = 1;

  size_buffer(capture, BUFFER_FIRST);
  setsockopt(capture->packets, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  int status = attach_filter(capture->packets);
  return status < 0 ? status : bind_everywhere(capture->packets);
}

static int64_t nanoseconds(const struct timespec *time) {
  return time->tv_sec * (int64_t)VRRP_SECOND + time->tv_nsec;
}

static int64_t clock_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return nanoseconds(&now);
}

int vrrp_capture_open(struct vrrp_capture *ret_capture) {
  int fd = vrrp_descriptor_keep(
      socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  struct vrrp_capture capture = {.packets = fd,
                                 .read_until = (vrrp_time)clock_now(CLOCK_MONOTONIC)};

  if (fd < 0)
    return fd;
  int status = prepare(&capture);
  if (status < 0) {
    close(fd);
    return status;
  }
  *ret_capture = capture;
  return 0;
}

void vrrp_capture_close(struct vrrp_capture *capture) {
  close(capture->packets);
}

// Both groups' MACs on an interface; the last failure, or 0.
static int each_group(const struct vrrp_capture *capture, unsigned ifindex, int option) {
  int status = 0;

  for (size_t i = 0; i < HA_COUNT_OF(group_macs); i++) {
    struct packet_mreq request = {.mr_ifindex = (int)ifindex,
                                  .mr_type = PACKET_MR_MULTICAST,
                                  .mr_alen = sizeof(group_macs[i])};
    memcpy(request.mr_address, group_macs[i], sizeof(group_macs[i]));
    if (setsockopt(capture->packets, SOL_PACKET, option, &request, sizeof(request)) < 0)
      status = -errno;
  }
  return status;
}

int vrrp_capture_open_card(struct vrrp_capture *capture, unsigned ifindex) {
  return each_group(capture, ifindex, PACKET_ADD_MEMBERSHIP);
}

void vrrp_capture_close_card(struct vrrp_capture *capture, unsigned ifindex) {
  each_group(capture, ifindex, PACKET_DROP_MEMBERSHIP);
}

// --- reading -----------------------------------------------------------------------

struct slot {
  uint8_t packet[VRRP_CAPTURE_FRAME_MAX];
  struct sockaddr_ll from;
  struct iovec iov;
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
  } control;
};

struct vrrp_batch {
  struct vrrp_frame frames[VRRP_CAPTURE_BATCH];
  struct mmsghdr headers[VRRP_CAPTURE_BATCH];
  struct slot slots[VRRP_CAPTURE_BATCH];
};

struct vrrp_batch *vrrp_batch_new(void) {
  struct vrrp_batch *batch = calloc(1, sizeof(*batch));

  for (int i = 0; batch != NULL && i < VRRP_CAPTURE_BATCH; i++) {
    struct slot *slot = &batch->slots[i];
    slot->iov = (struct iovec){slot->packet, sizeof(slot->packet)};
    batch->headers[i].msg_hdr = (struct msghdr){
        .msg_name = &slot->from,
        .msg_iov = &slot->iov,
        .msg_iovlen = 1,
        .msg_control = slot->control.bytes,
    };
  }
  return batch;
}

// The kernel overwrites these lengths at each read.
static void reset_lengths(struct vrrp_batch *batch) {
  for (int i = 0; i < VRRP_CAPTURE_BATCH; i++) {
    batch->headers[i].msg_hdr.msg_namelen = sizeof(batch->slots[i].from);
    batch->headers[i].msg_hdr.msg_controllen = sizeof(batch->slots[i].control.bytes);
  }
}

// Both clocks at one moment, in nanoseconds.
struct clocks {
  int64_t monotonic, wall;
};

// How old the frame is by the wall clock, with which the kernel stamps it.
static int64_t frame_age(struct msghdr *header, const struct clocks *now) {
  struct cmsghdr *control = CMSG_FIRSTHDR(header);
  struct timespec stamp;

  if (control == NULL || control->cmsg_type != SO_TIMESTAMPNS)
    return 0;
  memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
  return now->wall - nanoseconds(&stamp);
}

// When the frame came. A wall clock that was set since must not count: no frame is
// younger than now, or older than the one before it.
static vrrp_time frame_time(struct vrrp_capture *capture, struct msghdr *header,
                            const struct clocks *now) {
  int64_t oldest = now->monotonic - (int64_t)capture->read_until;
  int64_t age = frame_age(header, now);

  if (age > oldest)
    age = oldest;
  if (age < 0)
    age = 0;
  capture->read_until = (vrrp_time)(now->monotonic - age);
  return capture->read_until;
}

// What the kernel says of a frame.
static void describe(struct vrrp_capture *capture, struct vrrp_batch *batch, int i,
                     const struct clocks *now) {
  const struct slot *slot = &batch->slots[i];
  struct vrrp_frame *frame = &batch->frames[i];

  *frame = (struct vrrp_frame){
      .ifindex = (unsigned)slot->from.sll_ifindex,
      .packet = slot->packet,
      .length = batch->headers[i].msg_len,
      .outgoing = slot->from.sll_pkttype == PACKET_OUTGOING,
      .at = frame_time(capture, &batch->headers[i].msg_hdr, now),
  };
  memcpy(frame->mac, slot->from.sll_addr, sizeof(frame->mac));
}

int vrrp_capture_read(struct vrrp_capture *capture, struct vrrp_batch *batch) {
  vrrp_time before = (vrrp_time)clock_now(CLOCK_MONOTONIC);

  reset_lengths(batch);
  int count =
      recvmmsg(capture->packets, batch->headers, VRRP_CAPTURE_BATCH, MSG_DONTWAIT, NULL);
  if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    return -errno;

  struct clocks now = {clock_now(CLOCK_MONOTONIC), clock_now(CLOCK_REALTIME)};
  for (int i = 0; i < count; i++)
    describe(capture, batch, i, &now);
  if (count < VRRP_CAPTURE_BATCH && before > capture->read_until)
    capture->read_until = before; // nothing was left
  return count > 0 ? count : 0;
}

const struct vrrp_frame *vrrp_batch_frame(const struct vrrp_batch *batch, int index) {
  return &batch->frames[index];
}

uint64_t vrrp_capture_take_drops(struct vrrp_capture *capture) {
  struct tpacket_stats stats;
  socklen_t length = sizeof(stats);

  if (getsockopt(capture->packets, SOL_PACKET, PACKET_STATISTICS, &stats, &length) < 0)
    return 0;
  if (stats.tp_drops > 0 && capture->buffer < BUFFER_MAX)
    size_buffer(capture, capture->buffer * 2);
  return stats.tp_drops;
}
