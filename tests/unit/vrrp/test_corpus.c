// SPDX-License-Identifier: MIT
// Is recorded traffic read and understood as each recording of tests/corpus/adverts says?
//
// A recording is text, in which
//
//   # …                 is a comment
//   host MAC            makes frames with this source this host's own
//   TIME FRAME          is an Ethernet frame in hex, at seconds since the beginning
//   TIME                lets time pass
//     VERDICT …         stands below its frame: what was read, or why it was rejected
//     TIME WHO WHAT …   stands where it happened: an event of a virtual router
//
// All indented lines follow from the others. A test plays those and compares; called with
// a file's name, this program prints the file as it should be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "recording.h"

#include "core/neighbourhood.h"

#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTERS_MAX 32
#define EPOCH       (1000 * VRRP_SECOND)
#define IFINDEX     2

struct player {
  struct vrrp_neighbourhood all;
  struct vrrp_advert advert; // the last one decoded
  uint8_t host[ETH_ALEN];
  bool has_host;
  FILE *out;
};

static double seconds_of(vrrp_time time) {
  return ((double)time - (double)EPOCH) / (double)VRRP_SECOND;
}

// --- what is told -------------------------------------------------------------------

static const char *const auth_names[VRRP_AUTHS] = {
    [VRRP_AUTH_NONE] = "none",
    [VRRP_AUTH_PASSWORD] = "password",
    [VRRP_AUTH_IP_HEADER] = "ip-header",
    [VRRP_AUTH_HMAC] = "hmac",
    [VRRP_AUTH_MD5] = "md5",
};

static void tell_advert(FILE *out, const struct vrrp_advert *advert) {
  char text[VRRP_ADDRESS_TEXT_MAX];

  fprintf(out, "  accepted %s v%u vrid %u priority %u interval %u auth %s",
          vrrp_address_format(&advert->origin.source, text), advert->version,
          advert->origin.vrid, advert->priority, advert->interval_cs,
          auth_names[advert->auth_type]);
  if (!vrrp_address_is_multicast(&advert->origin.destination))
    fprintf(out, " to %s ttl %u", vrrp_address_format(&advert->origin.destination, text),
            advert->origin.ttl);
  if (advert->no_pseudo_header)
    fputs(" without-pseudo-header", out);
  for (unsigned i = 0; i < advert->address_count; i++) {
    struct vrrp_address address = vrrp_advert_address(advert, i);
    fprintf(out, "%s%s", i == 0 ? " for " : ",", vrrp_address_format(&address, text));
  }
  fputc('\n', out);
}

static void tell_address(FILE *out, const char *before,
                         const struct vrrp_address *address) {
  char text[VRRP_ADDRESS_TEXT_MAX];
  fprintf(out, "%s%s", before, vrrp_address_format(address, text));
}

static void tell_event(FILE *out, const struct vrrp_router *router,
                       const struct vrrp_event *event) {
  fprintf(out, "  %.3f %s-%u ", seconds_of(event->at),
          vrrp_family_name(router->key.family), router->key.vrid);
  switch (event->kind) {
  case VRRP_EVENT_NEW_MASTER:
    tell_address(out, "new_master ", &event->master);
    fprintf(out, " %s", vrrp_reason_name(event->reason));
    break;
  case VRRP_EVENT_RELEASED:
    tell_address(out, "released ", &event->before);
    break;
  case VRRP_EVENT_MASTER_LOST:
    tell_address(out, "master_lost ", &event->before);
    break;
  case VRRP_EVENT_STATE:
    fprintf(out, "state %s", vrrp_state_name(event->state));
    break;
  case VRRP_EVENT_RAISED:
  case VRRP_EVENT_CLEARED:
    fprintf(out, "%c%s", event->kind == VRRP_EVENT_RAISED ? '+' : '-',
            vrrp_problem_name(event->problem));
    break;
  default:
    fprintf(out, "event %d", (int)event->kind);
  }
  fputc('\n', out);
}

static void tell_events(struct player *player, struct vrrp_router *router) {
  struct vrrp_events events = {0};

  vrrp_router_take_events(router, &events);
  for (unsigned i = 0; i < events.count; i++)
    tell_event(player->out, router, &events.all[i]);
}

// --- what is played -----------------------------------------------------------------

static void pass_time(struct player *player, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_tick(&player->all, now)) != NULL)
    tell_events(player, router);
}

static void hear(struct player *player, const uint8_t *source, vrrp_time now) {
  const struct vrrp_advert *advert = &player->advert;
  struct vrrp_router_key key = {IFINDEX, vrrp_advert_family(advert), advert->origin.vrid};
  struct vrrp_arrival arrival = {
      .at = now,
      .own = player->has_host && memcmp(source, player->host, ETH_ALEN) == 0,
  };
  bool is_new;

  memcpy(arrival.mac, source, ETH_ALEN);
  struct vrrp_router *router = vrrp_neighbourhood_admit(&player->all, &key, now, &is_new);
  assert_non_null(router);
  vrrp_neighbourhood_hear(&player->all, router, advert, &arrival);
  tell_events(player, router);
}

static void reject(struct player *player, enum vrrp_verdict verdict, vrrp_time now) {
  const struct vrrp_origin *origin = &player->advert.origin;
  struct vrrp_router_key key = {IFINDEX, origin->source.family, origin->vrid};
  bool is_new;

  fprintf(player->out, "  %s", vrrp_verdict_name(verdict));
  if (key.vrid != 0)
    fprintf(player->out, " vrid %u", key.vrid);
  fputc('\n', player->out);
  if (key.vrid == 0)
    return;
  struct vrrp_router *router =
      vrrp_neighbourhood_admit_rejected(&player->all, &key, now, &is_new);
  assert_non_null(router);
  vrrp_router_reject(router, verdict, now);
}

static void play_frame(struct player *player, const uint8_t *frame, size_t length,
                       vrrp_time now) {
  const struct vrrp_rules rules = {.unicast_ttl_min = 1};
  size_t at = recording_find_packet(frame, length);

  if (at == 0) {
    fputs("  no-ip\n", player->out);
    return;
  }
  uint8_t *exact = malloc(length - at + 1);
  assert_non_null(exact);
  memcpy(exact, frame + at, length - at);
  enum vrrp_verdict verdict =
      vrrp_packet_decode(exact, length - at, &rules, &player->advert);
  free(exact);
  if (verdict != VRRP_ACCEPTED) {
    reject(player, verdict, now);
    return;
  }
  tell_advert(player->out, &player->advert);
  hear(player, frame + ETH_ALEN, now);
}

static void play_line(struct player *player, const char *line) {
  uint8_t frame[RECORDING_FRAME_MAX], *h = player->host;
  double time;
  size_t length;

  if (line[0] == ' ')
    return; // it follows from the others
  if (line[0] == '#' || line[0] == '\n') {
    fputs(line, player->out);
    return;
  }
  if (sscanf(line, "host %hhx:%hhx:%hhx:%hhx:%hhx:%hhx", h, h + 1, h + 2, h + 3, h + 4,
             h + 5) == 6) {
    player->has_host = true;
    fputs(line, player->out);
    return;
  }
  if (!recording_line(line, &time, frame, &length))
    fail_msg("a line that is nothing: %s", line);
  vrrp_time now = EPOCH + (vrrp_time)(time * VRRP_SECOND + 0.5);
  pass_time(player, now);
  fputs(line, player->out);
  if (length > 0)
    play_frame(player, frame, length, now);
}

// Plays the text and returns it as it should be; to be freed.
static char *annotate(char *text) {
  struct player player = {0};
  char *annotated = NULL, *next;
  size_t size;

  assert_int_equal(vrrp_neighbourhood_init(&player.all, ROUTERS_MAX), 0);
  player.out = open_memstream(&annotated, &size);
  assert_non_null(player.out);
  for (char *line = text; *line != '\0'; line = next) {
    next = strchr(line, '\n');
    assert_non_null(next);
    next++;
    char kept = *next;
    *next = '\0';
    play_line(&player, line);
    *next = kept;
  }
  fclose(player.out);
  vrrp_neighbourhood_destroy(&player.all);
  return annotated;
}

// --- files --------------------------------------------------------------------------

static void test_file(void **state) {
  char *text = recording_read(*state), *right = annotate(text);

  assert_string_equal(text, right);
  free(text);
  free(right);
}

static int print_annotated(const char *path) {
  char *text = recording_read(path), *right = annotate(text);

  fputs(right, stdout);
  free(text);
  free(right);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2)
    return print_annotated(argv[1]);
  return recording_test_each("corpus", test_file);
}
