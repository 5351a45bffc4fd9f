// SPDX-License-Identifier: MIT
// How do the frames of IP protocol 112 come in, seen from one interface?
#ifndef HA_VRRP_CAPTURE_H
#define HA_VRRP_CAPTURE_H

#include "core/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Longest packet that is looked at: an advert of 255 IPv6 addresses with its headers.
#define VRRP_CAPTURE_FRAME_MAX 4352
#define VRRP_CAPTURE_BATCH     64

// Listens on one interface: to what comes in and to what this host sends. While it
// is open the interface is a member of the VRRP groups, so that switches deliver.
struct vrrp_capture {
  int packets;  // AF_PACKET
  int joins[2]; // keep the group memberships, IPv4 and IPv6; -1: not possible
  unsigned ifindex;
  vrrp_time earliest; // no frame that is still to be read can be older
};

// Room for one read; captures of one thread can share it.
struct vrrp_batch;

// NULL without memory; to be freed with free().
struct vrrp_batch *vrrp_batch_new(void);

// A packet from its IP header on.
struct vrrp_frame {
  const uint8_t *packet;
  size_t length;
  bool outgoing;  // sent by this host
  uint8_t mac[6]; // link-layer source
  vrrp_time at;   // when the kernel saw it, CLOCK_MONOTONIC
};

// Called for each frame; the frame is valid during the call only.
typedef void vrrp_frame_handler(const struct vrrp_frame *frame, void *user);

// Opens the capture; the interface need not be up. 0 or -errno: -EPERM without
// CAP_NET_RAW, -ENODEV if there is no such interface.
int vrrp_capture_open(struct vrrp_capture *capture, unsigned ifindex);
void vrrp_capture_close(struct vrrp_capture *capture);

// Hands at most VRRP_CAPTURE_BATCH waiting frames to the handler, without blocking.
// Returns their number, or -errno. -ENETDOWN is no fault: it goes on when the
// interface is up again. If it found fewer than that, capture->earliest is not before the
// call.
int vrrp_capture_read(struct vrrp_capture *capture, struct vrrp_batch *batch,
                      vrrp_frame_handler *handler, void *user);

// Frames that the kernel had to drop since the last call, because nobody read them.
uint64_t vrrp_capture_take_drops(struct vrrp_capture *capture);

#endif
