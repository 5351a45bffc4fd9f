// SPDX-License-Identifier: MIT
// A world in which hours pass in milliseconds: clocks, a wire, links and a collectd.
//
// The whole plugin runs in it, both of its sides in turn, in one thread, so that every
// run from one seed is the same. Stands in for io/loop.h, io/capture.h, io/membership.h,
// io/links.h, io/participation.h and collectd.
#ifndef HA_TEST_WORLD_H
#define HA_TEST_WORLD_H

#include "plugin/hearing.h"
#include "plugin/telling.h"

#include "make_advert.h"

#define WORLD_INTERVAL (10 * VRRP_SECOND)
#define WORLD_ETH0     2 // ifindex of the one interface that is there from the start

// What the plugin hands to collectd; a test looks at each. NULL: nobody looks.
struct world_ears {
  void (*value)(const value_list_t *list);
  void (*notification)(const notification_t *notification);
  void (*log)(int severity, const char *line);
  void (*flag)(const char *name);                            // of a notification
  void (*ahead)(const char *name, const value_list_t *list); // of collectd's queue
};

struct world {
  vrrp_time now;          // monotonic
  int64_t wall_ahead;     // of the wall clock, nanoseconds
  vrrp_time held_until;   // hearing and telling both stand still, as with SIGSTOP
  vrrp_time told_until;   // whoever is told takes so long: only telling stands still
  size_t buffer_max;      // frames that the kernel keeps; 0: all
  uint64_t dropped;       // that it had no room for
  unsigned rests;         // of hearing, while frames gathered
  unsigned cache_emptied; // how often collectd's cache was
  enum vrrp_participation participation; // whether a daemon of this host takes part
  struct world_ears ears;
  struct vrrp_config config;
  struct vrrp_handover handover;
  struct vrrp_hearing hearing;
  struct vrrp_telling telling;
};

extern struct world world;

// Begins at the monotonic time of a day, with eth0 up, and opens the plugin.
void world_open(const struct world_ears *ears);
void world_close(void);

// Puts an advert onto the wire of eth0, at a time that is not before the last one's.
void world_send(vrrp_time at, const struct make_advert *advert);

// The same of any frame; its packet is copied.
void world_send_frame(const struct vrrp_frame *frame);

// Brings what was sent, but not heard yet, into the order of its times.
void world_sort(void);

// Lets time pass; what was sent until then is heard and told, unless somebody is held.
void world_run(vrrp_time until);

// The kernel says that eth0 is there, up or not, or gone.
void world_set_link(bool is_there, bool is_up);

// How many meta data were added; -1 if a value came without any.
int world_meta_count(const meta_data_t *meta);

// The kernel says that eth0 has the address.
void world_add_address(const struct vrrp_address *address);

#endif
