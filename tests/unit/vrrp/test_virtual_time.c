// SPDX-License-Identifier: MIT
// Is what the whole plugin tells true, whatever holds it up, floods it or sets its clock?
//
// HA_HISTORIES sets how many random histories are run, HA_SEED which is the first.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "world.h"

#include "common/core/array.h"

#include "utils/common/common.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUTERS  8
#define SECONDS  600
#define QUIET    40 // seconds at the end without anything but adverts
#define PRIORITY 120

// --- what was told ------------------------------------------------------------------

static const struct {
  const char *type, *type_instance;
} watched[] = {
    {"vrrp_state", ""},
    {"vrrp_master", ""},
    {"vrrp_gap", ""},
    {"vrrp_details", ""},
    {"vrrp_transitions", "change"},
    {"vrrp_adverts", "received"},
    {"vrrp_address", "192.0.2.1"},
};

struct told {
  unsigned new_masters, losses;
  unsigned splits, splits_over;
  double state, masters, priority;
  double gap; // the largest
  double outage;
  cdtime_t last[HA_COUNT_OF(watched)]; // 0: never
};

static struct {
  struct told routers[256];
  bool clock_was_set[256]; // since the router's last values
  unsigned lines, values, notifications;
  unsigned outages; // that a notification spoke of
  uint64_t dropped;
  unsigned added, removed, renamed, forgotten;
  unsigned gone;             // addresses that were notified to be advertised no more
  unsigned master_addresses; // that were told
  double master[256];        // by the last part of the master's address
  double claims[256];        // by the last part of the address, of vrrp_claim
  unsigned claim_count;      // that were told
  double other_value;        // of the address 192.0.2.2
  int other_meta_count;
  uint64_t seed;
} told;

static unsigned vrid_of(const char *instance) {
  static const char before[] = "eth0-ipv4-";
  size_t length = sizeof(before) - 1;

  return strncmp(instance, before, length) == 0 ? (unsigned)atoi(instance + length) : 0;
}

// One value a second of a file's clock, and never one that is not later than the last.
static void check_time(struct told *router, const value_list_t *list,
                       bool clock_was_set) {
  cdtime_t time = list->time;

  for (size_t i = 0; i < HA_COUNT_OF(watched); i++) {
    if (strcmp(watched[i].type, list->type) != 0 ||
        strcmp(watched[i].type_instance, list->type_instance) != 0)
      continue;
    if (router->last[i] != 0 && !clock_was_set &&
        CDTIME_T_TO_TIME_T(time) <= CDTIME_T_TO_TIME_T(router->last[i]))
      fail_msg("seed %lu: %s-%s twice in a second, %.3f s after the last",
               (unsigned long)told.seed, list->type, list->type_instance,
               CDTIME_T_TO_DOUBLE(time) - CDTIME_T_TO_DOUBLE(router->last[i]));
    router->last[i] = time;
  }
}

static void hear_master_address(const value_list_t *list) {
  double *master = &told.master[atoi(strrchr(list->type_instance, '.') + 1)];

  told.master_addresses += *master < 0;
  *master = list->values[0].gauge;
}

static void hear_claim(const value_list_t *list) {
  told.claims[atoi(strrchr(list->type_instance, '.') + 1)] = list->values[0].gauge;
  told.claim_count++;
}

static void hear_value(const value_list_t *list) {
  unsigned vrid = vrid_of(list->plugin_instance);
  struct told *router = &told.routers[vrid];

  told.values++;
  if (strcmp(list->type, "vrrp_dropped") == 0 &&
      strcmp(list->type_instance, "frames") == 0)
    told.dropped = (uint64_t)list->values[0].derive;
  if (vrid == 0)
    return;
  check_time(router, list, told.clock_was_set[vrid]);
  if (strcmp(list->type, "vrrp_state") == 0) // the first one of a report
    memset(router->last + 1, 0,
           told.clock_was_set[vrid] ? sizeof(router->last) - sizeof(router->last[0]) : 0);
  told.clock_was_set[vrid] = false;
  if (strcmp(list->type, "vrrp_address") == 0 &&
      strcmp(list->type_instance, "192.0.2.2") == 0) {
    told.other_value = list->values[0].gauge;
    told.other_meta_count = world_meta_count(list->meta);
  }
  if (strcmp(list->type, "vrrp_master_address") == 0)
    hear_master_address(list);
  if (strcmp(list->type, "vrrp_claim") == 0)
    hear_claim(list);
  if (strcmp(list->type, "vrrp_state") == 0)
    router->state = list->values[0].gauge;
  if (strcmp(list->type, "vrrp_gap") == 0)
    router->gap = fmax(router->gap, list->values[0].gauge); // NaN: no master
  if (strcmp(list->type, "vrrp_outage") == 0)
    router->outage = fmax(router->outage, list->values[0].gauge);
  if (strcmp(list->type, "vrrp_master") == 0) {
    router->masters = list->values[0].gauge;
    router->priority = list->values[1].gauge;
  }
}

static void hear_notification(const notification_t *notification) {
  struct told *router = &told.routers[vrid_of(notification->plugin_instance)];

  told.notifications++;
  told.outages += strstr(notification->message, "without an advert") != NULL;
  told.gone += strcmp(notification->type, "vrrp_address") == 0;
  told.added += strcmp(notification->type_instance, "added") == 0;
  told.removed += strcmp(notification->type_instance, "removed") == 0;
  told.forgotten += strcmp(notification->type_instance, "forgotten") == 0;
  told.renamed += strcmp(notification->type_instance, "renamed") == 0;
  router->new_masters += strcmp(notification->type_instance, "new_master") == 0;
  router->losses += strcmp(notification->type_instance, "master_lost") == 0;
  bool is_split = strcmp(notification->type_instance, "split_brain") == 0;
  router->splits += is_split && notification->severity == NOTIF_FAILURE;
  router->splits_over += is_split && notification->severity == NOTIF_OKAY;
}

static void hear_line(int severity, const char *line) {
  (void)severity, (void)line;
  told.lines++;
}

static void begin(uint64_t seed) {
  static const struct world_ears ears = {hear_value, hear_notification, hear_line};

  memset(&told, 0, sizeof(told));
  told.seed = seed;
  for (size_t i = 0; i < HA_COUNT_OF(told.master); i++)
    told.master[i] = told.claims[i] = -1;
  world_open(&ears);
}

static void set_clock(int64_t seconds) {
  world.wall_ahead += seconds * (int64_t)VRRP_SECOND;
  memset(told.clock_was_set, true, sizeof(told.clock_was_set));
}

static vrrp_time after(double seconds) {
  return world.now + (vrrp_time)(seconds * (double)VRRP_SECOND);
}

// As this host's daemon does.
static void send_own(vrrp_time at, const struct make_advert *advert) {
  uint8_t packet[600];
  struct vrrp_frame frame = {.at = at, .packet = packet, .outgoing = true};

  frame.length = make_packet(advert, packet);
  world_send_frame(&frame);
}

static void advert_at(vrrp_time at, const char *source, unsigned vrid,
                      unsigned priority) {
  world_send(at, &(struct make_advert){.source = source,
                                       .version = 2,
                                       .vrid = vrid,
                                       .priority = priority,
                                       .interval = 1,
                                       .addresses = {"192.0.2.1"}});
}

// --- random histories ---------------------------------------------------------------

struct frame {
  vrrp_time at;
  uint8_t vrid, speaker, priority;
};

// What a history is in truth.
struct truth {
  unsigned new_masters, losses;
  vrrp_time gap;     // the largest between two of one master's or its successor's adverts
  unsigned priority; // of the master at the end
};

static struct frame frames[ROUTERS * (SECONDS + 64)];
static size_t frame_count;
static uint64_t state; // of the random numbers

static uint64_t draw(uint64_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state * UINT64_C(2685821657736338717) >> 33) % below;
}

static void put(vrrp_time at, unsigned vrid, unsigned speaker, unsigned priority) {
  frames[frame_count++] =
      (struct frame){at, (uint8_t)vrid, (uint8_t)speaker, (uint8_t)priority};
}

static unsigned priority_of(unsigned speaker) {
  return PRIORITY - 20 * speaker;
}

// A master lets go, dies, or dies and leaves nobody; returns when the next one speaks.
static vrrp_time change_master(struct truth *truth, vrrp_time last, unsigned vrid,
                               unsigned *speaker) {
  vrrp_time silence;

  switch (draw(3)) {
  case 0:
    put(last + VRRP_SECOND / 2, vrid, *speaker, 0);
    *speaker = !*speaker;
    truth->new_masters++;
    return last + VRRP_SECOND / 2 + 620 * VRRP_MILLISECOND;
  case 1:
    *speaker = !*speaker;
    truth->new_masters++;
    silence = 3620 * VRRP_MILLISECOND;
    break;
  default:
    truth->losses++;
    truth->new_masters++;
    silence = (6 + draw(15)) * VRRP_SECOND + draw(VRRP_SECOND);
  }
  truth->gap = vrrp_later(truth->gap, silence);
  return last + silence;
}

// The history of one virtual router.
static struct truth live(unsigned vrid, vrrp_time start, vrrp_time end) {
  struct truth truth = {.new_masters = 1, .gap = VRRP_SECOND};
  vrrp_time at = start + draw(VRRP_SECOND), until = end - QUIET * VRRP_SECOND;
  unsigned speaker = 0;

  while (at < end) {
    vrrp_time change = at + (15 + draw(40)) * VRRP_SECOND;
    bool is_last = change >= until;
    vrrp_time last = at;
    for (; at < (is_last ? end : change); at += VRRP_SECOND) {
      put(at, vrid, speaker, priority_of(speaker));
      last = at;
    }
    if (!is_last)
      at = change_master(&truth, last, vrid, &speaker);
  }
  truth.priority = priority_of(speaker);
  return truth;
}

static int by_time(const void *left, const void *right) {
  const struct frame *a = left, *b = right;
  return a->at < b->at ? -1 : a->at > b->at;
}

// The packet of a frame, which is made once.
struct packet {
  uint8_t bytes[64];
  size_t length;
};

static const struct packet *packet_of(const struct frame *frame) {
  static const char *const sources[] = {"192.0.2.11", "192.0.2.12"};
  static struct packet all[ROUTERS + 1][HA_COUNT_OF(sources)][2];
  struct packet *packet = &all[frame->vrid][frame->speaker][frame->priority == 0];

  if (packet->length == 0)
    packet->length = make_packet(&(struct make_advert){.source = sources[frame->speaker],
                                                       .version = 2,
                                                       .vrid = frame->vrid,
                                                       .priority = frame->priority,
                                                       .interval = 1,
                                                       .addresses = {"192.0.2.1"}},
                                 packet->bytes);
  return packet;
}

static void send_all(void) {
  qsort(frames, frame_count, sizeof(frames[0]), by_time);
  for (size_t i = 0; i < frame_count; i++) {
    const struct packet *packet = packet_of(&frames[i]);
    world_send_frame(&(struct vrrp_frame){
        .at = frames[i].at, .packet = packet->bytes, .length = packet->length});
  }
}

// Something holds up the plugin, or whoever it tells, or somebody sets the clock.
static void disturb(void) {
  switch (draw(4)) {
  case 0:
    world.held_until = world.now + draw(30 * VRRP_SECOND);
    break;
  case 1:
    world.told_until = world.now + draw(100 * VRRP_SECOND);
    break;
  case 2:
    set_clock((int64_t)draw(7200) - 3600);
    break;
  default:
    break; // a quiet time
  }
}

// What the kernel dropped is not told, but nothing else instead.
static bool is_count(unsigned count, unsigned truth) {
  return count == truth || (world.dropped > 0 && count < truth);
}

static void check(unsigned vrid, const struct truth *truth) {
  const struct told *router = &told.routers[vrid];
  double longest = (double)truth->gap / (double)VRRP_SECOND + 0.001;

  if (is_count(router->new_masters, truth->new_masters) &&
      is_count(router->losses, truth->losses) && router->masters == 1 &&
      router->priority == truth->priority && router->gap < longest &&
      router->outage < longest)
    return;
  fail_msg(
      "seed %lu, VRID %u: %u new masters, %u lost, %.0f masters, priority %.0f, "
      "gap %.3f s, outage %.3f s; in truth %u, %u, 1, %u, at most %.3f s; %lu dropped",
      (unsigned long)told.seed, vrid, router->new_masters, router->losses,
      router->masters, router->priority, router->gap, router->outage, truth->new_masters,
      truth->losses, truth->priority, longest, (unsigned long)world.dropped);
}

static void run_history(uint64_t seed) {
  struct truth truths[ROUTERS];

  begin(seed);
  state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  frame_count = 0;
  world.buffer_max = draw(3) == 0 ? 8 + draw(100) : 0;
  vrrp_time start = world.now, end = start + SECONDS * VRRP_SECOND;
  for (unsigned i = 0; i < ROUTERS; i++)
    truths[i] = live(i + 1, start, end);
  send_all();
  while (world.now < end - QUIET * VRRP_SECOND) {
    disturb();
    world_run(world.now + draw(60 * VRRP_SECOND));
  }
  world.held_until = world.told_until = 0;
  world_run(end);
  for (unsigned i = 0; i < ROUTERS; i++)
    check(i + 1, &truths[i]);
  world_close();
}

static uint64_t setting(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void test_random_histories(void **unused) {
  (void)unused;
  uint64_t first = setting("HA_SEED", 1), count = setting("HA_HISTORIES", 100);

  for (uint64_t seed = first; seed < first + count; seed++)
    run_history(seed);
  print_message("%" PRIu64 " histories of %d virtual routers, seeds from %" PRIu64
                ": nothing false was told, nothing true left out\n",
                count, ROUTERS, first);
}

// --- single ones --------------------------------------------------------------------

static void send_steadily(double from, double until, const char *source, unsigned vrid,
                          unsigned priority) {
  vrrp_time start = world.now;

  for (double at = from; at < until; at++)
    advert_at(start + (vrrp_time)(at * (double)VRRP_SECOND), source, vrid, priority);
}

// collectd would take no value that is older than what its cache has.
static void test_a_clock_set_back(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 200, "192.0.2.11", 7, 120);
  world_run(after(60));
  set_clock(-3600);
  cdtime_t set = cdtime();
  world_run(after(20));
  assert_int_equal(world.cache_emptied, 1);
  assert_in_range(told.routers[7].last[0], set, cdtime());
  set_clock(-60);
  set = cdtime();
  world_run(after(20));
  assert_int_equal(world.cache_emptied, 2);
  assert_in_range(told.routers[7].last[0], set, cdtime());
  set_clock(-5); // less than an interval: waited for
  set = cdtime();
  world_run(after(20));
  assert_int_equal(world.cache_emptied, 2);
  assert_in_range(told.routers[7].last[0], set, cdtime());
  world_close();
}

// A master lets go and its successor speaks within the second of the last values.
static void test_the_last_state_of_a_second_wins(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 30, "192.0.2.11", 7, 120);
  advert_at(world.now + 30 * VRRP_SECOND, "192.0.2.11", 7, 0);
  advert_at(world.now + 30 * VRRP_SECOND + 300 * VRRP_MILLISECOND, "192.0.2.12", 7, 110);
  world_run(after(30.25));
  assert_true(told.routers[7].masters == 0 || told.routers[7].masters == 1);
  world_run(after(0.1));
  assert_int_equal(told.routers[7].new_masters, 2); // notified at once
  world_run(after(1.1));
  assert_true(told.routers[7].masters == 1 && told.routers[7].priority == 110);
  world_close();
}

static void test_an_address_that_is_advertised_no_more(void **unused) {
  (void)unused;
  struct make_advert both = {.source = "192.0.2.11",
                             .version = 2,
                             .vrid = 7,
                             .priority = 120,
                             .interval = 1,
                             .addresses = {"192.0.2.1", "192.0.2.2"}};
  struct make_advert one = both;

  one.addresses[1] = NULL;
  begin(0);
  for (unsigned i = 0; i < 60; i++)
    world_send(after(i), i < 30 ? &both : &one);
  world_run(after(29.9));
  assert_int_equal(told.gone, 0);
  assert_true(told.other_value == 0); // it is not on this host
  assert_true(told.other_meta_count > 0);
  world_run(after(0.2));
  assert_int_equal(told.gone, 1); // at once
  world_run(after(1.2));
  assert_true(isnan(told.other_value));
  assert_int_equal(told.other_meta_count, 0); // none at all (-1) would leave its row
  world_run(after(25));
  assert_int_equal(told.gone, 1);
  world_close();
}

// Held up for so long that the kernel has no room left; meanwhile the master changes.
// What nobody heard is told as nobody's silence.
static void test_what_the_kernel_dropped(void **unused) {
  (void)unused;
  begin(0);
  world.buffer_max = 10;
  send_steadily(0, 60, "192.0.2.11", 7, 120);
  send_steadily(0, 200, "192.0.2.11", 8, 120);
  send_steadily(63.6, 200, "192.0.2.12", 7, 110);
  send_steadily(30.1, 200, "192.0.2.11", 9, 120); // not known before
  world_sort();
  world_run(after(30));
  unsigned lines = told.lines;
  world.held_until = after(60);
  world_run(after(75));
  assert_true(told.routers[7].masters == 1 && told.routers[7].priority == 110);
  world_run(after(30));
  assert_true(world.dropped > 80);
  assert_true(told.dropped == world.dropped);
  assert_int_equal(told.lines, lines + 1);
  assert_int_equal(told.outages, 0);
  for (unsigned vrid = 7; vrid <= 9; vrid++) {
    assert_int_equal(told.routers[vrid].losses, 0);
    assert_int_equal(told.routers[vrid].new_masters, vrid == 7 ? 2 : 1);
    assert_true(told.routers[vrid].gap < 1.1);
    assert_true(told.routers[vrid].outage == 0);
  }
  world_close();
}

static void test_the_address_of_the_master(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 30, "192.0.2.11", 7, 120);
  send_steadily(33, 60, "192.0.2.12", 7, 110);
  world_run(after(25));
  assert_true(told.master[11] == 1 && told.master[12] < 0);
  world_run(after(11));
  assert_true(told.master[11] == 0 && told.master[12] == 1);
  told.master[11] = -1;
  world_run(after(20));
  assert_true(told.master[11] < 0 && told.master[12] == 1); // told as gone once only
  world_run(after(12));
  assert_true(told.master[12] == 0); // nobody is
  world_close();
}

// This host's, with its lowest address in the middle, of which it lets go later on.
static void test_what_this_host_claims(void **unused) {
  (void)unused;
  struct make_advert all = {.source = "192.0.2.11",
                            .version = 2,
                            .vrid = 7,
                            .priority = 120,
                            .interval = 1,
                            .addresses = {"192.0.2.9", "192.0.2.8", "192.0.2.10"}};
  struct make_advert one = all;
  struct vrrp_address host = make_address("192.0.2.11");

  one.addresses[1] = NULL;
  begin(0);
  world_add_address(&host);
  for (unsigned i = 0; i < 50; i++)
    send_own(after(i), i < 30 ? &all : &one);
  world_run(after(5));
  assert_true(told.claims[8] == 1); // at once
  assert_true(told.claims[9] < 0 && told.claims[10] < 0);
  world_run(after(26.5));
  assert_true(told.claims[8] == 0 && told.claims[9] == 1);
  told.claims[8] = -1;
  world_run(after(15));
  assert_true(told.claims[8] < 0 && told.claims[9] == 1);
  world_run(after(12));
  assert_true(told.claims[9] == 0); // it has fallen silent
  world_close();
}

// A claim of others is told as theirs, under the name that they have for it, too.
static void test_what_others_claim(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 40, "192.0.2.11", 7, 120);
  world_run(after(45));
  assert_true(told.claims[1] == 0);
  unsigned count = told.claim_count;
  world_run(after(30));
  assert_int_equal(told.claim_count, count + 3); // nobody's, but it is known whose it was
  world_close();
}

// Twenty in turn, two minutes each: no more than eight are told by address, until an hour
// has passed.
static void test_many_masters(void **unused) {
  (void)unused;
  char source[INET_ADDRSTRLEN];

  begin(0);
  for (unsigned i = 0; i < 40; i++) {
    snprintf(source, sizeof(source), "192.0.2.%u", 20 + i);
    send_steadily(i * 120, i * 120 + 120, source, 7, 120);
  }
  world_run(after(30 * 120 - 5));
  assert_int_equal(told.master_addresses, 8);
  world_run(after(10 * 120));
  assert_int_equal(told.master_addresses, 16);
  world_close();
}

// Whoever gets a notification takes an hour.
static void test_the_newest_state_after_an_hour(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 1000, "192.0.2.11", 7, 120);
  send_steadily(1002.6, 4000, "192.0.2.12", 7, 110);
  world_run(after(10));
  world.told_until = after(3600);
  world_run(after(3590));
  assert_true(told.routers[7].priority == 120);
  world_run(after(15));
  assert_true(told.routers[7].priority == 110);
  assert_int_equal(told.routers[7].new_masters, 2);
  assert_int_equal(told.routers[7].losses, 0);
  world_close();
}

// 60,000 adverts of forged senders over 255 VRIDs in 9 s; then the true master dies.
static void test_a_flood(void **unused) {
  (void)unused;
  char source[INET_ADDRSTRLEN];

  begin(0);
  state = 42;
  send_steadily(0, 40, "192.0.2.11", 7, 120);
  world_run(after(40));
  assert_int_equal(world.rests, 0);
  unsigned before = told.notifications + told.lines, values = told.values;
  vrrp_time start = world.now;
  for (unsigned i = 0; i < 60000; i++) {
    vrrp_time at = start + i * (9 * VRRP_SECOND / 60000);
    if (i % 6667 == 0 || i == 59999)
      advert_at(at, "192.0.2.11", 7, 120);
    snprintf(source, sizeof(source), "192.0.2.%u", 20 + (unsigned)draw(200));
    advert_at(at, source, 1 + (unsigned)draw(255), 1 + (unsigned)draw(100));
  }
  world_run(start + 9 * VRRP_SECOND);
  assert_in_range(world.rests, 10000, 60000);
  assert_int_equal(told.routers[7].losses, 0);
  assert_true(told.routers[7].priority == 120);
  assert_in_range(told.notifications + told.lines - before, 0, 200);
  assert_in_range(told.values - values, 0, 20000);
  advert_at(world.now + 3620 * VRRP_MILLISECOND, "192.0.2.12", 7, 110);
  advert_at(world.now + 4620 * VRRP_MILLISECOND, "192.0.2.12", 7, 110);
  send_steadily(5.62, 200, "192.0.2.12", 7, 110);
  world_run(after(3.7));
  assert_int_equal(told.routers[7].new_masters, 2);
  world_run(after(190)); // what was forged is silent, and forgotten
  assert_in_range(told.notifications + told.lines - before, 0, 200);
  world_close();
}

// Adverts of forged senders over some VRIDs, a thousand a second.
static void forge(double from, double until, unsigned first_vrid, unsigned vrid_count) {
  char source[INET_ADDRSTRLEN];

  for (double at = from; at < until; at += 0.001) {
    snprintf(source, sizeof(source), "192.0.2.%u", 20 + (unsigned)draw(200));
    advert_at(after(at), source, first_vrid + (unsigned)draw(vrid_count),
              1 + (unsigned)draw(100));
  }
}

// What there is no room to tell of one that is new is told once it has proved itself, if
// it lasts; and nothing ends that nobody was told of.
static void test_in_a_crowd(void **unused) {
  (void)unused;
  begin(0);
  state = 42;
  forge(0, 30, 1, 99);
  for (unsigned vrid = 100; vrid <= 200; vrid += 100)
    send_steadily(5, 80, "192.0.2.11", vrid, 120);
  send_steadily(5.3, 9, "192.0.2.12", 100, 110);
  send_steadily(5.3, 60, "192.0.2.12", 200, 110);
  world_sort();
  world_run(after(14));
  assert_int_equal(told.routers[100].splits + told.routers[200].splits, 0);
  world_run(after(16));
  assert_int_equal(told.routers[200].splits, 1);
  world_run(after(50));
  assert_int_equal(told.routers[200].splits, 1);
  assert_int_equal(told.routers[200].splits_over, 1);
  assert_int_equal(told.routers[100].splits + told.routers[100].splits_over, 0);
  world_close();
}

static void send_with(vrrp_time at, unsigned vrid, enum make_checksum checksum) {
  world_send(at, &(struct make_advert){.source = "192.0.2.11",
                                       .version = 2,
                                       .vrid = vrid,
                                       .priority = 120,
                                       .interval = 1,
                                       .addresses = {"192.0.2.1"},
                                       .checksum = checksum});
}

// One may be forged for each VRID: nothing is told of it. The second is no accident.
static void test_only_rejected_ones_are_told_from_the_second_on(void **unused) {
  (void)unused;
  begin(0);
  for (unsigned vrid = 1; vrid < 256; vrid++)
    send_with(after(1), vrid, MAKE_WRONG);
  world_run(after(25)); // two intervals
  for (unsigned vrid = 1; vrid < 256; vrid++)
    assert_int_equal(told.routers[vrid].last[0], 0);
  send_with(after(0.5), 7, MAKE_WRONG);
  world_send(after(0.5), &(struct make_advert){.source = "192.0.2.11",
                                               .version = 2,
                                               .vrid = 9,
                                               .interval = 1,
                                               .addresses = {"192.0.2.1"},
                                               .ttl = 64});
  world_run(after(0.6));
  assert_int_not_equal(told.routers[7].last[0], 0);
  assert_true(isnan(told.routers[7].state));
  assert_int_not_equal(told.routers[9].last[0], 0); // for another reason than the first
  assert_int_equal(told.routers[8].last[0], 0);
  send_with(after(0.5), 7, MAKE_RIGHT); // it speaks at last
  send_with(after(1.5), 7, MAKE_RIGHT);
  world_run(after(3));
  assert_true(told.routers[7].state == 0 && told.routers[7].masters == 1);
  world_close();
}

static void test_an_interface_that_comes_and_goes(void **unused) {
  (void)unused;
  begin(0);
  send_steadily(0, 300, "192.0.2.11", 7, 120);
  for (int i = 0; i < 20; i++) {
    world_run(after(7));
    world_set_link(i % 2, true);
    if (i % 3 == 0)
      world.held_until = after(3);
  }
  world_run(after(20));
  assert_true(told.routers[7].masters == 1);
  assert_int_equal(told.routers[7].losses, 0);
  world_close();
}

// What an answering keepalived lists: `count` instances from VRID 7 on, all of one name.
static void list(size_t count, char *name) {
  struct vrrp_keepalived_instance all[2];
  struct vrrp_keepalived_state said = {.instance_count = count, .instances = all};
  struct vrrp_words words;

  for (size_t i = 0; i < count; i++) {
    all[i] = (struct vrrp_keepalived_instance){
        .name = name, .ifname = "eth0", .base_ifname = "eth0", .family = VRRP_IPV4};
    all[i].setting[VRRP_KEEPALIVED_VRID] = (double)(7 + i);
  }
  assert_int_equal(vrrp_words_take(&words, &said, NULL), 0);
  vrrp_handover_give_words(&world.handover, "", &words);
}

static void test_a_reload(void **unused) {
  (void)unused;
  char one[] = "one", other[] = "other";

  begin(0);
  list(1, one);
  send_steadily(0, 8, "192.0.2.11", 7, 120);
  world_run(after(2.5));
  assert_int_equal(told.removed + told.added + told.renamed, 0); // it was so before
  list(1, other);
  world_run(after(1));
  assert_int_equal(told.renamed, 1);
  list(0, NULL);
  world_run(after(1));
  assert_int_equal(told.removed, 1);
  assert_int_equal(told.forgotten, 0); // somebody else speaks for it
  list(1, one);
  world_run(after(1));
  assert_int_equal(told.added, 1);
  assert_int_equal(told.removed, 1);
  assert_int_equal(told.renamed, 1);
  world_close();
}

// What was told of VRID 8, each value once, and what a notification did not take back.
static struct {
  char all[64][2 * DATA_MAX_NAME_LEN];
  size_t count, left;
} shown;

static void hear_value_of_8(const value_list_t *list) {
  char name[sizeof(shown.all[0])];
  size_t place = 0;

  hear_value(list);
  if (vrid_of(list->plugin_instance) != 8)
    return;
  snprintf(name, sizeof(name), "%s%s%s", list->type, list->type_instance[0] ? "-" : "",
           list->type_instance);
  while (place < shown.count && strcmp(shown.all[place], name) != 0)
    place++;
  assert_true(place < HA_COUNT_OF(shown.all));
  if (place == shown.count)
    shown.left = ++shown.count;
  strcpy(shown.all[place], name);
}

static void take_back(const char *key) {
  static const char before[] = "snmp_agent:remove:";

  for (size_t i = 0; i < shown.count; i++)
    if (strncmp(key, before, sizeof(before) - 1) == 0 &&
        strcmp(key + sizeof(before) - 1, shown.all[i]) == 0)
      shown.left--;
}

static void test_each_value_of_what_is_forgotten_is_taken_back(void **unused) {
  (void)unused;
  char one[] = "one";

  shown.count = shown.left = 0;
  begin(0);
  world.ears.value = hear_value_of_8;
  world.ears.flag = take_back;
  list(2, one);
  send_steadily(0, 20, "192.0.2.11", 8, 120);
  send_steadily(20, 40, "192.0.2.12", 8, 130);
  advert_at(after(40), "192.0.2.12", 8, 0);
  world_run(after(42));
  list(1, one);
  world_run(after(1));
  assert_int_equal(told.forgotten, 1);
  assert_true(shown.count > 10);
  assert_int_equal(shown.left, 0);
  world_close();
}

// keepalived lists a virtual router before its first advert, and after the last one.
static void test_what_nobody_speaks_for_is_forgotten_at_once(void **unused) {
  (void)unused;
  char one[] = "one";

  begin(0);
  list(2, one);
  send_steadily(0, 3, "192.0.2.11", 8, 120);
  advert_at(after(3), "192.0.2.11", 8, 0);
  world_run(after(2.5));
  list(1, one);
  world_run(after(0.4));
  assert_int_equal(told.removed, 1);
  assert_int_equal(told.forgotten, 0);
  world_run(after(0.2)); // long before the next interval
  assert_int_equal(told.forgotten, 1);
  assert_int_equal(told.routers[8].losses, 0);
  world_close();
}

// The hearing side forgets 8 while the telling side is at it.
static void forget_8_meanwhile(const value_list_t *list) {
  struct vrrp_neighbourhood *routers = &world.handover.namespaces[0]->routers;
  const struct vrrp_router_key key = {.ifindex = WORLD_ETH0, .vrid = 8};
  struct vrrp_router *router;

  hear_value(list);
  if (vrid_of(list->plugin_instance) != 8)
    return;
  vrrp_handover_lock(&world.handover);
  router = vrrp_neighbourhood_find(routers, &key);
  if (router != NULL)
    vrrp_neighbourhood_forget(routers, router);
  vrrp_handover_unlock(&world.handover);
}

static void test_one_that_goes_while_it_is_told(void **unused) {
  (void)unused;

  begin(0);
  world.ears.value = forget_8_meanwhile;
  send_steadily(0, 2.5, "192.0.2.11", 8, 120);
  world_run(after(5));
  assert_int_equal(told.forgotten, 1);
  assert_true(TAILQ_EMPTY(&world.handover.queue));
  assert_int_equal(world.telling.account_count, 0);
  world_close();
}

static void test_an_instance_that_speaks_later(void **unused) {
  (void)unused;
  char one[] = "one";

  begin(0);
  list(1, one);
  send_steadily(0, 5, "192.0.2.11", 7, 120);
  world_run(after(3.5));
  list(2, one);
  world_run(after(2));
  assert_int_equal(told.added, 0); // nobody has heard of it
  send_steadily(0, 10, "192.0.2.11", 8, 120);
  world_run(after(3.5));
  assert_int_equal(told.added, 1);
  list(2, one);
  vrrp_handover_give_words(&world.handover, "", &(struct vrrp_words){0}); // a restart
  world_run(after(1));
  list(2, one);
  world_run(after(2));
  assert_int_equal(told.added, 1);
  assert_int_equal(told.removed + told.renamed, 0);
  world_close();
}

// --- ahead of collectd's queue ------------------------------------------------------

// The latest of each value, as SNMP knows it.
static struct {
  struct latest {
    char name[6 * DATA_MAX_NAME_LEN];
    cdtime_t time;
    value_t numbers[8];
  } values[64];
  size_t count;
  double priority;  // of the master
  double address;   // 192.0.2.2, on this host
  bool is_notified; // of a new master
} ahead;

static struct latest *find_latest(const char *name) {
  for (size_t i = 0; i < ahead.count; i++)
    if (strcmp(ahead.values[i].name, name) == 0)
      return &ahead.values[i];
  return NULL;
}

static void hear_ahead(const char *name, const value_list_t *list) {
  struct latest *latest = find_latest(name);

  assert_int_equal(list->interval, NS_TO_CDTIME_T(WORLD_INTERVAL));
  assert_true(list->values_len <= HA_COUNT_OF(latest->numbers));
  if (latest == NULL) {
    assert_true(ahead.count < HA_COUNT_OF(ahead.values));
    latest = &ahead.values[ahead.count++];
    sstrncpy(latest->name, name, sizeof(latest->name));
  }
  latest->time = list->time;
  memcpy(latest->numbers, list->values, list->values_len * sizeof(*list->values));
  if (strcmp(list->type, "vrrp_master") == 0)
    ahead.priority = list->values[1].gauge;
  if (strcmp(list->type_instance, "192.0.2.2") == 0)
    ahead.address = list->values[0].gauge;
}

// What goes into the queue was shown before, under the same name with the same numbers.
static void hear_behind(const value_list_t *list) {
  char name[6 * DATA_MAX_NAME_LEN];
  const struct latest *latest;

  format_name(name, sizeof(name), hostname_g, list->plugin, list->plugin_instance,
              list->type, list->type_instance);
  latest = find_latest(name);
  assert_non_null(latest);
  assert_true(list->time >= latest->time);
  assert_memory_equal(list->values, latest->numbers,
                      list->values_len * sizeof(*list->values));
}

static void hear_new_master(const notification_t *notification) {
  if (strcmp(notification->type_instance, "new_master") != 0)
    return;
  ahead.is_notified = true;
  assert_true(strstr(notification->message, "192.0.2.12") == NULL ||
              ahead.priority == 110); // no trap is ahead of a GET
}

static void begin_ahead(void) {
  static const struct world_ears ears = {
      .value = hear_behind, .ahead = hear_ahead, .notification = hear_new_master};

  memset(&ahead, 0, sizeof(ahead));
  world_open(&ears);
}

static void test_each_value_goes_ahead_of_the_queue(void **unused) {
  (void)unused;
  begin_ahead();
  send_steadily(0, 30, "192.0.2.11", 7, 120);
  world_run(after(25));
  assert_true(ahead.count > 5);
  world_close();
}

// A takeover within the second of a router's first values: files wait, SNMP does not.
static void test_a_young_routers_takeover_is_shown_at_once(void **unused) {
  (void)unused;
  begin_ahead();
  send_steadily(0, 1, "192.0.2.11", 7, 120);
  advert_at(after(1.1), "192.0.2.11", 7, 0);
  advert_at(after(1.4), "192.0.2.12", 7, 110);
  world_run(after(1.3));
  assert_true(ahead.priority != 110);
  world_run(after(0.15));
  assert_true(ahead.is_notified && ahead.priority == 110);
  world_run(after(2)); // the files' turn
  assert_true(ahead.priority == 110);
  world_close();
}

// What came and went within a second of a file's clock is no row that stays.
static void test_an_address_of_a_moment_is_not_shown_for_long(void **unused) {
  (void)unused;
  struct make_advert one = {.source = "192.0.2.11",
                            .version = 2,
                            .vrid = 7,
                            .priority = 120,
                            .interval = 1,
                            .addresses = {"192.0.2.1"}};
  struct make_advert both = one;

  both.addresses[1] = "192.0.2.2";
  begin_ahead();
  ahead.address = -1;
  for (unsigned i = 0; i < 20; i++)
    world_send(after(i), &one);
  world_send(after(20), &both);
  world_send(after(20.2), &one);
  world_run(after(20.1));
  assert_true(ahead.address == 0); // on this host
  world_run(after(0.15));
  assert_true(isnan(ahead.address));
  world_close();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_histories),
      cmocka_unit_test(test_a_clock_set_back),
      cmocka_unit_test(test_each_value_goes_ahead_of_the_queue),
      cmocka_unit_test(test_a_young_routers_takeover_is_shown_at_once),
      cmocka_unit_test(test_an_address_of_a_moment_is_not_shown_for_long),
      cmocka_unit_test(test_the_last_state_of_a_second_wins),
      cmocka_unit_test(test_an_address_that_is_advertised_no_more),
      cmocka_unit_test(test_what_the_kernel_dropped),
      cmocka_unit_test(test_the_address_of_the_master),
      cmocka_unit_test(test_what_this_host_claims),
      cmocka_unit_test(test_what_others_claim),
      cmocka_unit_test(test_many_masters),
      cmocka_unit_test(test_the_newest_state_after_an_hour),
      cmocka_unit_test(test_a_flood),
      cmocka_unit_test(test_in_a_crowd),
      cmocka_unit_test(test_only_rejected_ones_are_told_from_the_second_on),
      cmocka_unit_test(test_an_interface_that_comes_and_goes),
      cmocka_unit_test(test_a_reload),
      cmocka_unit_test(test_what_nobody_speaks_for_is_forgotten_at_once),
      cmocka_unit_test(test_each_value_of_what_is_forgotten_is_taken_back),
      cmocka_unit_test(test_one_that_goes_while_it_is_told),
      cmocka_unit_test(test_an_instance_that_speaks_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
