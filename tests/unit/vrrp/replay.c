// SPDX-License-Identifier: MIT
// How is a script of adverts and times played to one virtual router?
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX  12
#define EVENTS_MAX 256
#define EPSILON    0.0015 // seconds
#define EPOCH      (1000 * VRRP_SECOND)

struct happening {
  double at;
  char name[40];
};

struct player {
  struct vrrp_router *router;
  struct vrrp_here here;
  struct vrrp_address peers[4];
  vrrp_time now;
  struct happening log[EVENTS_MAX];
  size_t logged, expected;
  bool paused;
  bool changed; // by the last line with a time
  int line;
};

static double seconds_of(vrrp_time time) {
  return ((double)time - (double)EPOCH) / (double)VRRP_SECOND;
}

static void log_event(struct player *player, const struct vrrp_event *event) {
  static const char *const names[VRRP_EVENT_KINDS] = {
      [VRRP_EVENT_NEW_MASTER] = "new_master",   [VRRP_EVENT_RELEASED] = "released",
      [VRRP_EVENT_MASTER_LOST] = "master_lost", [VRRP_EVENT_ADDED] = "added",
      [VRRP_EVENT_REMOVED] = "removed",         [VRRP_EVENT_RENAMED] = "renamed",
  };
  struct happening *happening = &player->log[player->logged++];
  const char *sign = "", *name = names[event->kind];

  assert_true(player->logged <= EVENTS_MAX);
  if (event->kind == VRRP_EVENT_STATE)
    name = vrrp_state_name(event->state);
  if (event->kind == VRRP_EVENT_RAISED || event->kind == VRRP_EVENT_CLEARED) {
    name = vrrp_problem_name(event->problem);
    sign = event->kind == VRRP_EVENT_RAISED ? "+" : "-";
  }
  happening->at = seconds_of(event->at);
  snprintf(happening->name, sizeof(happening->name), "%s%s", sign, name);
}

static void log_events(struct player *player) {
  struct vrrp_events events = {0};

  vrrp_router_take_events(player->router, &events);
  player->changed = events.changed;
  for (unsigned i = 0; i < events.count; i++)
    log_event(player, &events.all[i]);
}

// What this host knows, as of now, if the router asks for it.
static void answer(struct player *player) {
  if (player->router == NULL || player->paused || !player->router->here_wanted)
    return;
  vrrp_router_set_here(player->router, &player->here, player->now);
  log_events(player);
}

static void advance(struct player *player, vrrp_time to) {
  while (player->router != NULL && !player->paused && player->router->deadline <= to) {
    player->now = player->router->deadline;
    vrrp_router_tick(player->router, player->now);
    log_events(player);
    answer(player);
    if (player->router->deadline <= player->now)
      fail_msg("line %d: a deadline that never passes", player->line);
  }
  player->now = to;
}

static struct vrrp_address address_of(const struct player *player, const char *text) {
  struct vrrp_address address;
  if (vrrp_address_parse(text, &address) < 0)
    fail_msg("line %d: %s is no address", player->line, text);
  return address;
}

static struct vrrp_router *router_of(struct player *player, enum vrrp_family family) {
  struct vrrp_router_key key = {.ifindex = 2, .family = family, .vrid = 10};

  if (player->router == NULL) {
    player->router = vrrp_router_new(&key, player->now);
    assert_non_null(player->router);
    player->here = player->router->here;
  }
  return player->router;
}

static void fill_addresses(const struct player *player, char *list,
                           struct vrrp_advert *advert) {
  char *rest = list, *text;

  while ((text = strsep(&rest, ",")) != NULL && *text != '\0') {
    struct vrrp_address address = address_of(player, text);
    size_t size = vrrp_address_size(address.family);
    memcpy(advert->addresses + advert->address_count++ * size, address.bytes, size);
    for (size_t i = 0; i < size; i++)
      advert->address_digest += (uint64_t)address.bytes[i] << i;
  }
}

static void fill_option(const struct player *player, const char *word,
                        struct vrrp_advert *advert, struct vrrp_arrival *arrival) {
  uint8_t *m = arrival->mac;
  double late;

  if (strncmp(word, "to=", 3) == 0)
    advert->origin.destination = address_of(player, word + 3);
  else if (sscanf(word, "late=%lf", &late) == 1)
    arrival->at -= (vrrp_time)(late * VRRP_SECOND);
  else if (sscanf(word, "mac=%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3,
                  m + 4, m + 5) != 6 &&
           sscanf(word, "auth=%hhu", &advert->auth_type) != 1 &&
           sscanf(word, "ttl=%hhu", &advert->origin.ttl) != 1)
    fail_msg("line %d: %s?", player->line, word);
}

static void play_advert(struct player *player, char **words, size_t count) {
  struct vrrp_advert advert = {.origin.vrid = 10, .origin.ttl = 255};
  struct vrrp_arrival arrival = {.at = player->now,
                                 .own = strcmp(words[0], "own") == 0,
                                 .forged = strcmp(words[0], "forged") == 0};

  if (count < 6)
    fail_msg("line %d: an advert has six words", player->line);
  advert.origin.source = address_of(player, words[1]);
  advert.origin.destination = address_of(
      player, advert.origin.source.family == VRRP_IPV4 ? "224.0.0.18" : "ff02::12");
  advert.version = (uint8_t)atoi(words[2]);
  advert.priority = (uint8_t)atoi(words[3]);
  advert.interval_cs = (uint16_t)atoi(words[4]);
  fill_addresses(player, words[5], &advert);
  for (size_t i = 6; i < count; i++)
    fill_option(player, words[i], &advert, &arrival);
  vrrp_router_hear(router_of(player, vrrp_advert_family(&advert)), &advert, &arrival);
}

static enum vrrp_listing_state listing_of(const char *value) {
  if (strcmp(value, "untold") == 0)
    return VRRP_LISTING_UNTOLD;
  return strcmp(value, "yes") == 0 ? VRRP_LISTING_YES : VRRP_LISTING_NO;
}

static void play_here(struct player *player, const char *what, const char *value) {
  static const char *const processes[] = {"unknown", "no", "yes"};
  struct vrrp_router *router = router_of(player, VRRP_IPV4);

  if (strcmp(what, "link") == 0)
    player->here.link_up = strcmp(value, "up") == 0;
  else if (strcmp(what, "addresses") == 0)
    player->here.addresses = player->here.addresses_anywhere = (uint8_t)atoi(value);
  else if (strcmp(what, "loopback") == 0)
    player->here.addresses_anywhere = (uint8_t)atoi(value);
  else if (strcmp(what, "listed") == 0)
    player->here.listing = listing_of(value);
  else if (strcmp(what, "name") == 0)
    player->here.name = (uint64_t)atoi(value);
  else if (strcmp(what, "down_adverts") == 0)
    player->here.down_adverts = (uint8_t)atoi(value);
  else if (strcmp(what, "fault") == 0)
    player->here.fault = strcmp(value, "yes") == 0;
  else if (strcmp(what, "priority") == 0)
    player->here.priority =
        strcmp(value, "untold") == 0 ? VRRP_PRIORITY_UNTOLD : (int16_t)atoi(value);
  else if (strcmp(what, "process") == 0)
    for (int i = 0; i < 3; i++)
      if (strcmp(value, processes[i]) == 0)
        player->here.process = i;
  vrrp_router_set_here(router, &player->here, player->now);
}

// Held up: no deadline is looked at, until all that waited has been read.
static void play_pause(struct player *player, bool pause) {
  player->paused = pause;
  if (!pause)
    advance(player, player->now);
}

static void play_rejection(struct player *player, const char *reason) {
  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (strcmp(vrrp_verdict_name(i), reason) == 0)
      vrrp_router_reject(router_of(player, VRRP_IPV4), i, player->now);
}

static void play_peers(struct player *player, char **words, size_t count) {
  struct vrrp_router *router = router_of(player, VRRP_IPV4);

  for (size_t i = 0; i < count; i++)
    player->peers[i] = address_of(player, words[i]);
  router->peers = player->peers;
  router->peer_count = count;
}

static void play(struct player *player, char **words, size_t count) {
  advance(player, EPOCH + (vrrp_time)(atof(words[0]) * 1e9 + 0.5));
  if (count == 1)
    return;
  const char *what = words[1];
  if (strcmp(what, "in") == 0 || strcmp(what, "own") == 0 || strcmp(what, "forged") == 0)
    play_advert(player, words + 1, count - 1);
  else if (strcmp(what, "peers") == 0)
    play_peers(player, words + 2, count - 2);
  else if (strcmp(what, "pause") == 0 || strcmp(what, "resume") == 0)
    play_pause(player, strcmp(what, "pause") == 0);
  else if (strcmp(what, "dropped") == 0)
    vrrp_router_miss(router_of(player, VRRP_IPV4), player->now);
  else if (strcmp(what, "rejected") == 0 && count == 3)
    play_rejection(player, words[2]);
  else if (count == 3)
    play_here(player, what, words[2]);
  else
    fail_msg("line %d: %s?", player->line, what);
  log_events(player);
  answer(player);
}

// What is seen, as text.
static void look(struct player *player, const char *what, char *seen, size_t size) {
  const struct vrrp_router *router = player->router;
  const struct vrrp_speaker *master = vrrp_router_master(router);
  unsigned number = 0;

  if (strcmp(what, "master") == 0) {
    snprintf(seen, size, "none");
    if (master != NULL)
      vrrp_address_format(&master->source, seen);
    return;
  }
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    if (strcmp(what, vrrp_problem_name(i)) == 0) {
      snprintf(seen, size, "%u", router->problems.raised >> i & 1);
      return;
    }
  for (int i = 0; i < VRRP_COUNTERS; i++)
    if (strcmp(what, vrrp_counter_name(i)) == 0) {
      snprintf(seen, size, "%u", (unsigned)router->counters[i]);
      return;
    }
  if (strcmp(what, "state") == 0)
    snprintf(seen, size, "%s", vrrp_state_name(router->state));
  else if (strcmp(what, "own_priority") == 0 &&
           vrrp_router_priority(router) == VRRP_PRIORITY_UNTOLD)
    snprintf(seen, size, "untold");
  else if (strcmp(what, "own_priority") == 0)
    snprintf(seen, size, "%d", vrrp_router_priority(router));
  else if (strcmp(what, "reason") == 0)
    snprintf(seen, size, "%s", vrrp_reason_name(router->reason));
  else if (strcmp(what, "own_reason") == 0)
    snprintf(seen, size, "%s", vrrp_reason_name(router->own_reason));
  else if (strcmp(what, "outage") == 0 && router->outage == VRRP_NEVER)
    snprintf(seen, size, "unknown");
  else if (strcmp(what, "outage") == 0)
    snprintf(seen, size, "%.3f", (double)router->outage / VRRP_SECOND);
  else if (strcmp(what, "gap") == 0)
    snprintf(seen, size, "%.3f",
             (double)vrrp_router_take_gap(player->router, player->now) / VRRP_SECOND);
  else {
    if (strcmp(what, "masters") == 0)
      number = vrrp_router_masters(router);
    else if (strcmp(what, "became_master") == 0)
      number = (unsigned)router->became_master;
    else if (strcmp(what, "changes") == 0)
      number = (unsigned)router->master_changes;
    else if (strcmp(what, "differs_interval") == 0)
      number = (unsigned)router->differences[VRRP_DIFFERS_INTERVAL];
    else if (strcmp(what, "proven") == 0)
      number = router->is_proven;
    else if (strcmp(what, "over") == 0)
      number = vrrp_router_is_over(router, player->now, 3600 * VRRP_SECOND);
    else if (strcmp(what, "speakers") == 0)
      number = router->speakers.count;
    else if (strcmp(what, "changed") == 0)
      number = player->changed;
    else
      fail_msg("line %d: see %s?", player->line, what);
    snprintf(seen, size, "%u", number);
  }
}

static void see(struct player *player, const char *what, const char *wanted) {
  char seen[VRRP_ADDRESS_TEXT_MAX];

  look(player, what, seen, sizeof(seen));
  if (strcmp(seen, wanted) != 0)
    fail_msg("line %d: at %.3f %s is %s, not %s", player->line, seconds_of(player->now),
             what, seen, wanted);
}

static void expect(struct player *player, double at, const char *name) {
  const struct happening *happening = &player->log[player->expected++];
  double off;

  if (player->expected > player->logged)
    fail_msg("line %d: %s at %.3f has not happened", player->line, name, at);
  off = happening->at - at;
  if (strcmp(happening->name, name) != 0 || off > EPSILON || off < -EPSILON)
    fail_msg("line %d: %s at %.3f happened, not %s at %.3f", player->line,
             happening->name, happening->at, name, at);
}

static void play_line(struct player *player, char *line) {
  char *words[WORDS_MAX];
  size_t count = 0;

  line[strcspn(line, "#\n")] = '\0';
  for (char *word; (word = strsep(&line, " \t")) != NULL;)
    if (*word != '\0' && count < WORDS_MAX)
      words[count++] = word;
  if (count == 0)
    return;
  if (strcmp(words[0], "see") == 0 && count == 3)
    see(player, words[1], words[2]);
  else if (strcmp(words[0], "event") == 0 && count == 3)
    expect(player, atof(words[1]), words[2]);
  else if (words[0][0] >= '0' && words[0][0] <= '9')
    play(player, words, count);
  else
    fail_msg("line %d: %s?", player->line, words[0]);
}

void replay(const char *script) {
  struct player player = {.now = EPOCH};
  char *copy = strdup(script), *rest = copy, *line;

  assert_non_null(copy);
  while ((line = strsep(&rest, "\n")) != NULL) {
    player.line++;
    play_line(&player, line);
  }
  if (player.expected != 0 && player.expected < player.logged)
    fail_msg("%s at %.3f was not expected", player.log[player.expected].name,
             player.log[player.expected].at);
  vrrp_router_free(player.router);
  free(copy);
}
