// SPDX-License-Identifier: MIT
// Is nothing false told, and nothing true left untold, whatever happens and whenever the
// reader comes to read it?
//
//   test_histories [FIRST_SEED COUNT]
#include "history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/neighbourhood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 1024
#define LAG        (5 * VRRP_MILLISECOND)   // between the routers and the observer
#define CONFIRM    (200 * VRRP_MILLISECOND) // until an address is where it belongs

static uint64_t first_seed = 1, seed_count = 20000;

// Who reads, and how.
struct reader {
  const struct history *history;
  struct vrrp_neighbourhood all;
  struct vrrp_router *router;
  struct vrrp_here here;
  bool here_changed;
  bool is_held_up, swaps;
  bool knew_link; // the router was known whenever its link changed
  uint64_t random;
  unsigned next; // step that was not read yet
  struct vrrp_event events[EVENTS_MAX];
  unsigned event_count;
};

static struct vrrp_advert advert;

#define demand(reader, truth, ...)                                                       \
  do {                                                                                   \
    if (!(truth)) {                                                                      \
      print_error("%s: ", (reader)->is_held_up ? "held up" : "prompt");                  \
      print_error(__VA_ARGS__);                                                          \
      print_error("\n");                                                                 \
      return false;                                                                      \
    }                                                                                    \
  } while (0)

static double seconds(vrrp_time time) {
  return (double)time / (double)VRRP_SECOND;
}

// --- reading ------------------------------------------------------------------------

static void collect(struct reader *reader) {
  struct vrrp_events events = {0};

  vrrp_router_take_events(reader->router, &events);
  for (unsigned i = 0; i < events.count && reader->event_count < EVENTS_MAX; i++)
    reader->events[reader->event_count++] = events.all[i];
}

static void learn(struct reader *reader, const struct history_step *step) {
  if (step->kind == HISTORY_FRAME)
    return;
  reader->here.moves += step->kind == HISTORY_ADDRESS;
  if (step->kind == HISTORY_ADDRESS)
    reader->here.addresses = reader->here.addresses_anywhere = step->value;
  else if (step->kind == HISTORY_PROCESS)
    reader->here.process = step->value ? VRRP_PARTICIPATION_YES : VRRP_PARTICIPATION_NO;
  else
    reader->here.link_up = step->value;
  reader->here_changed = true;
}

static void tell_here(struct reader *reader, vrrp_time now) {
  reader->here_changed = false;
  reader->knew_link &= reader->router != NULL || reader->here.link_up;
  if (reader->router == NULL)
    return;
  vrrp_neighbourhood_set_here(&reader->all, reader->router, &reader->here, now);
  collect(reader);
}

static void hear(struct reader *reader, const struct history_step *step) {
  struct vrrp_router_key key = {.ifindex = 2, .family = VRRP_IPV4, .vrid = 7};
  struct vrrp_arrival arrival = {.at = step->at,
                                 .own = step->router == 0 && reader->history->takes_part};
  bool is_new;

  if (step->kind != HISTORY_FRAME)
    return;
  history_advert(reader->history, step->router, step->priority, &advert);
  reader->router = vrrp_neighbourhood_admit(&reader->all, &key, step->at, &is_new);
  reader->here_changed |= is_new;
  vrrp_neighbourhood_hear(&reader->all, reader->router, &advert, &arrival);
  collect(reader);
}

// Two processors may hand over two frames in the other order.
static bool swapped(struct reader *reader, const struct history_step *step) {
  return reader->swaps && step[0].kind == HISTORY_FRAME &&
         step[1].kind == HISTORY_FRAME && step[0].router != step[1].router &&
         step[1].at - step[0].at < VRRP_MILLISECOND / 10;
}

// Links are read first, then frames; both until nothing is left of what came before now.
static void read_all(struct reader *reader, vrrp_time now) {
  const struct history_step *steps = reader->history->steps;
  unsigned end = reader->next;

  for (; end < reader->history->step_count && steps[end].at <= now; end++) {
    learn(reader, &steps[end]);
    if (steps[end].kind == HISTORY_LINK)
      tell_here(reader, now);
  }
  for (unsigned i = reader->next; i < end; i++) {
    bool swap = i + 1 < end && swapped(reader, &steps[i]);
    if (swap)
      hear(reader, &steps[i + 1]);
    hear(reader, &steps[i]);
    i += swap;
  }
  reader->next = end;
}

static void conclude(struct reader *reader, vrrp_time now) {
  if (reader->here_changed)
    tell_here(reader, now);
  while (vrrp_neighbourhood_tick(&reader->all, now) != NULL)
    collect(reader);
  if (reader->router != NULL && reader->router->here_wanted) {
    tell_here(reader, now);
    while (vrrp_neighbourhood_tick(&reader->all, now) != NULL)
      collect(reader);
  }
}

static vrrp_time wake(struct reader *reader, vrrp_time now) {
  vrrp_time next = vrrp_neighbourhood_deadline(&reader->all);

  if (reader->next < reader->history->step_count)
    next = vrrp_earlier(next, reader->history->steps[reader->next].at);
  if (reader->is_held_up && history_random(&reader->random, 4) == 0)
    next = now + history_random(&reader->random, 20 * VRRP_SECOND);
  return vrrp_earlier(vrrp_later(next, now + 1), reader->history->end);
}

static void read_history(struct reader *reader) {
  vrrp_time now = reader->history->steps[0].at;

  vrrp_neighbourhood_init(&reader->all, 4);
  for (;; now = wake(reader, now)) {
    read_all(reader, now);
    conclude(reader, now);
    if (now == reader->history->end)
      break;
  }
}

// --- what is true -------------------------------------------------------------------

static bool links_change(const struct history *history) {
  for (unsigned i = 0; i < history->step_count; i++)
    if (history->steps[i].kind == HISTORY_LINK)
      return true;
  return false;
}

static bool link_was_up(const struct history *history, vrrp_time from, vrrp_time to) {
  bool up = true, always = true;

  for (unsigned i = 0; i < history->step_count; i++) {
    const struct history_step *step = &history->steps[i];
    if (step->kind != HISTORY_LINK || step->at > to)
      continue;
    up = step->value;
    always &= step->at < from || up;
    if (step->at < from)
      always = up;
  }
  return always && up;
}

// Nobody spoke in this time but to let go.
static bool was_silent(const struct history *history, vrrp_time from, vrrp_time to) {
  bool speaks[HISTORY_ROUTERS_MAX] = {false}, silent = true;

  for (unsigned i = 0; i < history->step_count && history->steps[i].at < to; i++) {
    const struct history_step *step = &history->steps[i];
    if (step->kind == HISTORY_FRAME)
      speaks[step->router] = step->priority > 0 && step->at > from;
  }
  for (unsigned i = 0; i < HISTORY_ROUTERS_MAX; i++)
    silent &= !speaks[i];
  return silent;
}

// The router was master then, or until shortly before.
static bool reigned(const struct history *history, unsigned router, vrrp_time at,
                    vrrp_time grace) {
  for (unsigned i = 0; i < history->reign_count; i++) {
    const struct history_reign *reign = &history->reigns[i];
    if (reign->router == router && reign->from <= at &&
        (reign->to == VRRP_NEVER || at <= reign->to + grace))
      return true;
  }
  return false;
}

// Two were masters at once for so long, not long before.
static bool was_split(const struct history *history, vrrp_time at) {
  for (unsigned i = 0; i < history->reign_count; i++)
    for (unsigned j = 0; j < i; j++) {
      const struct history_reign *a = &history->reigns[i], *b = &history->reigns[j];
      vrrp_time from = vrrp_later(a->from, b->from), to = vrrp_earlier(a->to, b->to);
      if (vrrp_elapsed(to, from) < 2 * VRRP_SECOND && from + VRRP_SECOND / 3 < at &&
          vrrp_elapsed(to, at) < 5 * VRRP_SECOND)
        return true;
    }
  return false;
}

// The address was on this host, or not, all the time before.
static bool address_was(const struct history *history, bool value, vrrp_time at) {
  bool now = false;
  vrrp_time since = 0;

  for (unsigned i = 0; i < history->step_count && history->steps[i].at <= at; i++)
    if (history->steps[i].kind == HISTORY_ADDRESS && history->steps[i].value != now) {
      now = history->steps[i].value;
      since = history->steps[i].at;
    }
  return now == value && since + CONFIRM < at;
}

// --- what was told ------------------------------------------------------------------

static unsigned router_of(const struct vrrp_address *address) {
  return address->bytes[3] - 10u;
}

static bool check_raised(const struct reader *reader, const struct vrrp_event *event) {
  const struct history *history = reader->history;

  if (event->problem == VRRP_PROBLEM_SPLIT_BRAIN)
    demand(reader, was_split(history, event->at), "false split brain at %.3f",
           seconds(event->at));
  if (event->problem == VRRP_PROBLEM_VIP_MISSING)
    demand(reader,
           address_was(history, false, event->at) &&
               reigned(history, 0, event->at, VRRP_SECOND * 9 / 8),
           "false vip_missing at %.3f", seconds(event->at));
  if (event->problem == VRRP_PROBLEM_VIP_ON_BACKUP)
    demand(reader, address_was(history, true, event->at), "false vip_on_backup at %.3f",
           seconds(event->at));
  demand(reader, event->problem < VRRP_PROBLEM_UNEXPECTED_SPEAKER, "false %s at %.3f",
         vrrp_problem_name(event->problem), seconds(event->at));
  return true;
}

static bool check_lost(const struct reader *reader, const struct vrrp_event *event) {
  const struct history *history = reader->history;
  vrrp_time from =
      event->at -
      (event->reason == VRRP_REASON_PRIORITY ? VRRP_SECOND * 255 / 256 : 3 * VRRP_SECOND);

  demand(reader, was_silent(history, from, event->at), "false loss at %.3f",
         seconds(event->at));
  demand(reader, !reader->knew_link || link_was_up(history, from, event->at),
         "lost by an own link at %.3f", seconds(event->at));
  return true;
}

static bool check_event(const struct reader *reader, const struct vrrp_event *event) {
  bool inherits = event->reason == VRRP_REASON_PRIORITY ||
                  event->reason == VRRP_REASON_NO_RESPONSE ||
                  (event->reason == VRRP_REASON_STARTED && links_change(reader->history));

  if (event->kind == VRRP_EVENT_NEW_MASTER)
    demand(reader,
           reigned(reader->history, router_of(&event->master), event->at,
                   inherits ? 4 * VRRP_SECOND : LAG),
           "%u was no master at %.3f", router_of(&event->master), seconds(event->at));
  if (event->kind == VRRP_EVENT_MASTER_LOST)
    return check_lost(reader, event);
  if (event->kind == VRRP_EVENT_RAISED)
    return check_raised(reader, event);
  return true;
}

static bool is_raised(const struct reader *reader, enum vrrp_problem problem) {
  return reader->router->problems.raised >> problem & 1;
}

// What this host's part in it should look like in the end.
static bool check_own_end(const struct reader *reader) {
  const struct vrrp_router *router = reader->router;
  const struct history *history = reader->history;
  bool master = reigned(history, 0, history->end, 0);
  bool runs = reader->here.process == VRRP_PARTICIPATION_YES ||
              (router->own != VRRP_NOBODY && !router->process_seen);
  bool here = reader->here.addresses > 0;
  bool unseen = router->own == VRRP_NOBODY && !router->process_seen;
  enum vrrp_state state = master ? VRRP_STATE_MASTER : VRRP_STATE_BACKUP;

  demand(reader,
         router->state == (runs     ? state
                           : unseen ? VRRP_STATE_OBSERVER
                                    : VRRP_STATE_INITIALIZE),
         "in the end this host is %s", vrrp_state_name(router->state));
  demand(reader, is_raised(reader, VRRP_PROBLEM_VIP_MISSING) == (master && !here),
         "in the end vip_missing is wrong");
  demand(reader, is_raised(reader, VRRP_PROBLEM_VIP_ON_BACKUP) == (!master && here),
         "in the end vip_on_backup is wrong");
  return true;
}

static bool check_end(const struct reader *reader) {
  const struct vrrp_router *router = reader->router;
  unsigned master = 0,
           masters = history_masters(reader->history, reader->history->end, &master);

  demand(reader, vrrp_router_masters(router) == masters,
         "in the end %u are masters, not %u", vrrp_router_masters(router), masters);
  demand(reader,
         is_raised(reader, VRRP_PROBLEM_NO_MASTER) ==
             (masters == 0 && router->master != VRRP_NOBODY),
         "in the end no_master is wrong");
  demand(reader, is_raised(reader, VRRP_PROBLEM_SPLIT_BRAIN) == (masters > 1),
         "in the end split_brain is wrong");
  demand(reader, masters != 1 || router_of(&vrrp_router_master(router)->source) == master,
         "in the end another one is master than %u", master);
  return !reader->history->takes_part || check_own_end(reader);
}

// Whoever was the only master for so long that nobody can have missed it was told.
static bool check_reigns(const struct reader *reader) {
  const struct history *history = reader->history;

  for (unsigned i = 0; i < history->reign_count; i++) {
    const struct history_reign *reign = &history->reigns[i];
    bool told = false;
    for (unsigned j = 0; j < reader->event_count; j++)
      told |= reader->events[j].kind == VRRP_EVENT_NEW_MASTER &&
              router_of(&reader->events[j].master) == reign->router &&
              reader->events[j].at <= vrrp_earlier(reign->to, history->end);
    demand(reader,
           told || vrrp_elapsed(reign->from, reign->to) < 5 * VRRP_SECOND ||
               was_split(history, vrrp_earlier(reign->to, history->end)),
           "the reign of %u from %.3f was not told", reign->router, seconds(reign->from));
  }
  return true;
}

static bool check(const struct reader *reader) {
  for (unsigned i = 0; i < reader->event_count; i++)
    if (!check_event(reader, &reader->events[i]))
      return false;
  if (reader->router == NULL)
    return true;
  return check_end(reader) && (links_change(reader->history) || check_reigns(reader));
}

static bool is_of_master(const struct vrrp_event *event) {
  return event->kind == VRRP_EVENT_NEW_MASTER || event->kind == VRRP_EVENT_RELEASED ||
         event->kind == VRRP_EVENT_MASTER_LOST;
}

static const struct vrrp_event *next_of_master(const struct reader *reader,
                                               unsigned *at) {
  while (*at < reader->event_count && !is_of_master(&reader->events[*at]))
    ++*at;
  return *at < reader->event_count ? &reader->events[(*at)++] : NULL;
}

static bool same(const struct vrrp_event *a, const struct vrrp_event *b) {
  if (a == NULL || b == NULL)
    return a == b;
  return a->kind == b->kind && a->at == b->at && a->reason == b->reason &&
         a->outage == b->outage && vrrp_address_equal(&a->master, &b->master) &&
         vrrp_address_equal(&a->before, &b->before);
}

// Whoever was held up tells what he would have told, with the same times.
static bool compare(const struct reader *prompt, const struct reader *held_up) {
  unsigned i = 0, j = 0;
  const struct vrrp_event *a, *b;

  do {
    a = next_of_master(prompt, &i);
    b = next_of_master(held_up, &j);
    demand(held_up, same(a, b), "not as if read in time: kind %d at %.3f, not %d at %.3f",
           b ? (int)b->kind : -1, b ? seconds(b->at) : 0, a ? (int)a->kind : -1,
           a ? seconds(a->at) : 0);
  } while (a != NULL);
  return true;
}

static void begin(struct reader *reader, const struct history *history, uint64_t seed) {
  memset(reader, 0, offsetof(struct reader, events));
  reader->history = history;
  reader->random = seed;
  reader->event_count = 0;
  reader->knew_link = true;
  reader->here = (struct vrrp_here){.link_up = true, .priority = VRRP_PRIORITY_UNTOLD};
}

// What can be read off a history that went wrong.
static void print(const struct reader *reader) {
  static const char *const kinds[] = {"frame", "address", "process", "link"};

  for (unsigned i = 0; i < reader->history->step_count; i++) {
    const struct history_step *step = &reader->history->steps[i];
    print_message("%.4f %s router %u priority %u value %d\n", seconds(step->at),
                  kinds[step->kind], step->router, step->priority, step->value);
  }
  for (unsigned i = 0; i < reader->history->reign_count; i++)
    print_message(
        "%u reigned from %.4f to %.4f\n", reader->history->reigns[i].router,
        seconds(reader->history->reigns[i].from),
        seconds(vrrp_earlier(reader->history->reigns[i].to, reader->history->end)));
  for (unsigned i = 0; i < reader->event_count; i++)
    print_message("%.4f told: event %d, master %u, problem %d, state %d\n",
                  seconds(reader->events[i].at), reader->events[i].kind,
                  router_of(&reader->events[i].master), reader->events[i].problem,
                  reader->events[i].state);
}

static bool live_through(uint64_t seed) {
  static struct history history;
  static struct reader prompt, held_up;

  history_make(seed, &history);
  if (history.step_count == 0)
    return true;
  begin(&prompt, &history, seed);
  read_history(&prompt);
  begin(&held_up, &history, seed);
  held_up.is_held_up = true;
  held_up.swaps = seed % 2;
  read_history(&held_up);
  bool right = check(&prompt) && check(&held_up);
  if (right && !held_up.swaps && !links_change(&history))
    right = compare(&prompt, &held_up);
  if (!right && seed_count == 1)
    print(&held_up);
  vrrp_neighbourhood_destroy(&prompt.all);
  vrrp_neighbourhood_destroy(&held_up.all);
  return right;
}

static void test_random_histories(void **state) {
  (void)state;
  unsigned wrong = 0;

  for (uint64_t seed = first_seed; seed < first_seed + seed_count && wrong < 10; seed++)
    if (!live_through(seed)) {
      print_error("test_histories %llu 1\n", (unsigned long long)seed);
      wrong++;
    }
  assert_int_equal(wrong, 0);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_histories)};

  if (argc == 3) {
    first_seed = strtoull(argv[1], NULL, 10);
    seed_count = strtoull(argv[2], NULL, 10);
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
