// SPDX-License-Identifier: MIT
// How do the frames of IP protocol 112 come in, from all interfaces at once?
#ifndef HA_VRRP_CAPTURE_H
#define HA_VRRP_CAPTURE_H

#include "core/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Longest packet that is looked at: an advert of 255 IPv6 addresses with its headers.
#define VRRP_CAPTURE_FRAME_MAX 4352
#define VRRP_CAPTURE_BATCH     64

// Listens on every interface of the network namespace: to what comes in and to what this
// host sends. One thread may use it.
struct vrrp_capture {
  int packets;          // AF_PACKET
  int buffer;           // bytes asked for; grows when frames are lost
  vrrp_time read_until; // all that came before has been read, CLOCK_MONOTONIC
};

// Room for one read.
struct vrrp_batch;

// NULL without memory; to be freed with free().
struct vrrp_batch *vrrp_batch_new(void);

// A packet from its IP header on.
struct vrrp_frame {
  unsigned ifindex; // of the interface that it was seen on
  const uint8_t *packet;
  size_t length;
  bool outgoing;  // sent by this host
  uint8_t mac[6]; // link-layer source
  vrrp_time at;   // when the kernel saw it, CLOCK_MONOTONIC
};

// Opens the capture. 0 or -errno: -EPERM without CAP_NET_RAW, -EMFILE if the descriptors
// that are left are other people's.
int vrrp_capture_open(struct vrrp_capture *ret_capture);
void vrrp_capture_close(struct vrrp_capture *capture);

// Lets the VRRP groups' frames through an interface's network card, which need not be up;
// and no more. An interface that goes takes this with it. 0 or -errno.
int vrrp_capture_open_card(struct vrrp_capture *capture, unsigned ifindex);
void vrrp_capture_close_card(struct vrrp_capture *capture, unsigned ifindex);

// Reads at most VRRP_CAPTURE_BATCH waiting frames, in the order in which they came,
// without blocking. Returns their number, or -errno. capture->read_until is moved to the
// last one, or, if none was left, to when it was called.
int vrrp_capture_read(struct vrrp_capture *capture, struct vrrp_batch *batch);

// A frame of the last read; valid until the next one.
const struct vrrp_frame *vrrp_batch_frame(const struct vrrp_batch *batch, int index);

// Frames that the kernel had to drop since the last call, because nobody read them.
// There is more room from then on, up to a bound.
uint64_t vrrp_capture_take_drops(struct vrrp_capture *capture);

#endif
