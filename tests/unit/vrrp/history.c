// SPDX-License-Identifier: MIT
// What could happen to one virtual router, and what is true of it?
#include "history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define START      (1000 * VRRP_SECOND)
#define LIFE       (60 * VRRP_SECOND)
#define QUIET      (40 * VRRP_SECOND)
#define DELAY_MAX  (VRRP_MILLISECOND)
#define DAEMON_LAG (50 * VRRP_MILLISECOND)

enum mode { DOWN, BACKUP, MASTER };

struct member {
  enum mode mode;
  uint8_t priority;
  vrrp_time timer;  // its next advert, or its Master_Down_Timer
  unsigned cut_off; // mask of those that it neither hears nor reaches
};

// An advert on its way from one router to another.
struct flight {
  vrrp_time at;
  uint8_t from, to, priority;
};

#define FLIGHTS_MAX 64

struct world {
  struct history *history;
  struct member members[HISTORY_ROUTERS_MAX];
  struct flight flights[FLIGHTS_MAX];
  unsigned flight_count;
  uint64_t random;
  vrrp_time now;
  bool address, link_up;
};

// splitmix64
uint64_t history_random(uint64_t *state, uint64_t bound) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (z ^ z >> 31) % bound;
}

static uint64_t chance(struct world *world, uint64_t bound) {
  return history_random(&world->random, bound);
}

void history_advert(const struct history *history, unsigned router, uint8_t priority,
                    struct vrrp_advert *ret_advert) {
  static const uint8_t group[] = {224, 0, 0, 18}, address[] = {192, 0, 2, 1};
  const uint8_t source[] = {192, 0, 2, (uint8_t)(10 + router)};

  ret_advert->origin =
      (struct vrrp_origin){.source = vrrp_address_make(VRRP_IPV4, source),
                           .destination = vrrp_address_make(VRRP_IPV4, group),
                           .vrid = 7,
                           .ttl = 255};
  ret_advert->version = history->version;
  ret_advert->priority = priority;
  ret_advert->auth_type = 0;
  ret_advert->address_count = 1;
  ret_advert->interval_cs = history->interval_cs;
  ret_advert->address_digest = 1;
  memcpy(ret_advert->addresses, address, sizeof(address));
}

// --- what is written down -----------------------------------------------------------

static void write_down(struct world *world, struct history_step step) {
  struct history *history = world->history;
  unsigned place = history->step_count++;

  assert(history->step_count <= HISTORY_STEPS_MAX);
  for (; place > 0 && history->steps[place - 1].at > step.at; place--)
    history->steps[place] = history->steps[place - 1];
  history->steps[place] = step;
}

static void begin_reign(struct world *world, unsigned router) {
  struct history *history = world->history;

  assert(history->reign_count < HISTORY_REIGNS_MAX);
  history->reigns[history->reign_count++] =
      (struct history_reign){(uint8_t)router, world->now, VRRP_NEVER};
}

static void end_reign(struct world *world, unsigned router) {
  struct history *history = world->history;

  for (unsigned i = 0; i < history->reign_count; i++)
    if (history->reigns[i].router == router && history->reigns[i].to == VRRP_NEVER)
      history->reigns[i].to = world->now;
}

// --- the routers --------------------------------------------------------------------

static vrrp_time interval(const struct world *world) {
  return world->history->interval_cs * VRRP_CENTISECOND;
}

static vrrp_time skew(const struct world *world, unsigned router) {
  vrrp_time unit = world->history->version == 2 ? VRRP_SECOND : interval(world);
  return unit * (256u - world->members[router].priority) / 256;
}

static void wait_for_master(struct world *world, unsigned router) {
  world->members[router].mode = BACKUP;
  world->members[router].timer = world->now + 3 * interval(world) + skew(world, router);
}

// A daemon adds and removes the address a moment after its advert; sometimes not at all.
static void move_address(struct world *world, unsigned router, bool value) {
  if (router != 0 || !world->history->takes_part || chance(world, 20) == 0)
    return;
  world->address = value;
  write_down(world, (struct history_step){.at = world->now + chance(world, DAEMON_LAG),
                                          .kind = HISTORY_ADDRESS,
                                          .value = value});
}

static void advertise(struct world *world, unsigned router, uint8_t priority) {
  bool own = router == 0 && world->history->takes_part;
  vrrp_time heard = own ? world->now : world->now + 1 + chance(world, DELAY_MAX);

  if (world->link_up)
    write_down(world, (struct history_step){.at = heard,
                                            .kind = HISTORY_FRAME,
                                            .router = (uint8_t)router,
                                            .priority = priority});
  for (unsigned to = 0; to < world->history->router_count; to++) {
    if (to == router || world->members[router].cut_off >> to & 1)
      continue;
    assert(world->flight_count < FLIGHTS_MAX);
    world->flights[world->flight_count++] =
        (struct flight){world->now + 1 + chance(world, DELAY_MAX), (uint8_t)router,
                        (uint8_t)to, priority};
  }
}

static void become_master(struct world *world, unsigned router) {
  struct member *member = &world->members[router];

  member->mode = MASTER;
  member->timer = world->now + interval(world);
  begin_reign(world, router);
  advertise(world, router, member->priority);
  move_address(world, router, true);
}

static void yield(struct world *world, unsigned router) {
  end_reign(world, router);
  wait_for_master(world, router);
  move_address(world, router, false);
}

static void receive(struct world *world, const struct flight *flight) {
  struct member *member = &world->members[flight->to];
  bool better = flight->priority > member->priority;

  if (member->mode == MASTER && flight->priority == 0) {
    advertise(world, flight->to, member->priority);
    member->timer = world->now + interval(world);
  } else if (member->mode == MASTER && better) {
    yield(world, flight->to);
  } else if (member->mode == BACKUP && flight->priority == 0) {
    member->timer = world->now + skew(world, flight->to);
  } else if (member->mode == BACKUP && better) {
    wait_for_master(world, flight->to);
  }
}

static void expire(struct world *world, unsigned router) {
  struct member *member = &world->members[router];

  if (member->mode == BACKUP) {
    become_master(world, router);
    return;
  }
  advertise(world, router, member->priority);
  member->timer = world->now + interval(world);
}

// --- what happens to them -----------------------------------------------------------

static void tell_process(struct world *world, unsigned router, bool value) {
  if (router == 0 && world->history->takes_part)
    write_down(world, (struct history_step){
                          .at = world->now, .kind = HISTORY_PROCESS, .value = value});
}

static void start(struct world *world, unsigned router) {
  tell_process(world, router, true);
  wait_for_master(world, router);
}

static void stop(struct world *world, unsigned router, bool cleanly) {
  struct member *member = &world->members[router];
  bool was_master = member->mode == MASTER;

  member->mode = DOWN;
  if (was_master && cleanly)
    advertise(world, router, VRRP_PRIORITY_RELEASE);
  if (was_master)
    end_reign(world, router);
  if (was_master && cleanly)
    move_address(world, router, false);
  tell_process(world, router, false);
}

// Two that don't reach one another, or do again; whoever watches hears both.
static void partition(struct world *world) {
  unsigned a = (unsigned)chance(world, world->history->router_count);
  unsigned b = (unsigned)chance(world, world->history->router_count);

  if (a == b)
    return;
  world->members[a].cut_off ^= 1u << b;
  world->members[b].cut_off ^= 1u << a;
}

static void unplug(struct world *world, bool up) {
  if (world->link_up == up)
    return;
  world->link_up = up;
  write_down(world,
             (struct history_step){.at = world->now, .kind = HISTORY_LINK, .value = up});
}

static void happen(struct world *world) {
  unsigned router = (unsigned)chance(world, world->history->router_count);
  uint64_t what = chance(world, 12);

  if (what < 2)
    partition(world);
  else if (what == 2 && !world->history->takes_part)
    unplug(world, !world->link_up);
  else if (world->members[router].mode == DOWN)
    start(world, router);
  else if (what < 9)
    stop(world, router, what < 6);
}

// --- time ---------------------------------------------------------------------------

static int first_flight(const struct world *world) {
  int first = -1;

  for (unsigned i = 0; i < world->flight_count; i++)
    if (first < 0 || world->flights[i].at < world->flights[first].at)
      first = (int)i;
  return first;
}

static int first_timer(const struct world *world) {
  int first = -1;

  for (unsigned i = 0; i < world->history->router_count; i++)
    if (world->members[i].mode != DOWN &&
        (first < 0 || world->members[i].timer < world->members[first].timer))
      first = (int)i;
  return first;
}

static void land(struct world *world, int index) {
  struct flight flight = world->flights[index];

  world->flights[index] = world->flights[--world->flight_count];
  if (!(world->members[flight.to].cut_off >> flight.from & 1))
    receive(world, &flight);
}

static void pass_until(struct world *world, vrrp_time until) {
  for (;;) {
    int flight = first_flight(world), timer = first_timer(world);
    vrrp_time lands = flight < 0 ? VRRP_NEVER : world->flights[flight].at;
    vrrp_time fires = timer < 0 ? VRRP_NEVER : world->members[timer].timer;
    if (vrrp_earlier(lands, fires) > until)
      break;
    world->now = vrrp_earlier(lands, fires);
    if (lands <= fires)
      land(world, flight);
    else
      expire(world, (unsigned)timer);
  }
  world->now = until;
}

static void populate(struct world *world) {
  struct history *history = world->history;

  history->router_count = 1 + (unsigned)chance(world, HISTORY_ROUTERS_MAX);
  history->takes_part = chance(world, 4) != 0;
  history->version = chance(world, 2) ? 2 : 3;
  history->interval_cs = 100;
  history->end = START + LIFE + QUIET;
  unsigned shift = (unsigned)chance(world, 3);
  for (unsigned i = 0; i < history->router_count; i++) {
    world->members[i].priority =
        (uint8_t)(1 + 80 * ((i + shift) % 3) + chance(world, 80));
    if (chance(world, 3))
      start(world, i);
  }
}

void history_make(uint64_t seed, struct history *ret_history) {
  struct world world = {
      .history = ret_history, .random = seed, .now = START, .link_up = true};

  *ret_history = (struct history){0};
  populate(&world);
  while (world.now < START + LIFE) {
    pass_until(&world, world.now + 1 + chance(&world, 12 * VRRP_SECOND));
    happen(&world);
  }
  unplug(&world, true);
  pass_until(&world, ret_history->end);
}

unsigned history_masters(const struct history *history, vrrp_time at,
                         unsigned *ret_router) {
  unsigned count = 0;

  for (unsigned i = 0; i < history->reign_count; i++)
    if (history->reigns[i].from <= at && at < history->reigns[i].to) {
      count++;
      *ret_router = history->reigns[i].router;
    }
  return count;
}
