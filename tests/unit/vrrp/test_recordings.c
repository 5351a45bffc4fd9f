// SPDX-License-Identifier: MIT
// Does the whole plugin tell what happened in each recording of tests/corpus/adverts?
//
// Each is played in virtual time to a host that only listens, and then to each of those
// that speak in it, as if the plugin ran there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "recording.h"
#include "world.h"

#include "common/core/array.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX    64
#define LINE_SIZE    96
#define SPEAKERS_MAX 8

// What happened, one line each: "ipv4-10 new_master 192.0.2.1".
struct account {
  size_t count;
  char lines[LINES_MAX][LINE_SIZE];
};

struct speaker {
  char source[VRRP_ADDRESS_TEXT_MAX], who[16];
  unsigned adverts;
  vrrp_time last; // since the recording's beginning
};

static struct {
  struct account heard, right;
  struct speaker speakers[SPEAKERS_MAX];
  size_t speaker_count;
  double state[2][256]; // vrrp_state, by family and VRID
  unsigned rejected[256];
} play;

static void note(struct account *account, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct account *account, const char *format, ...) {
  va_list arguments;

  assert_true(account->count < LINES_MAX);
  va_start(arguments, format);
  vsnprintf(account->lines[account->count++], LINE_SIZE, format, arguments);
  va_end(arguments);
}

// --- what the plugin tells ----------------------------------------------------------

static const char *who(const char *instance) {
  return instance + strlen("eth0-");
}

// "eth0-ipv4-10: 192.0.2.1 is master …", "eth0-ipv4-10: master 192.0.2.1 is lost …"
static void hear_notification(const notification_t *told) {
  char address[VRRP_ADDRESS_TEXT_MAX] = "";

  if (strcmp(told->type, "vrrp_problem") == 0) {
    note(&play.heard, "%s %s", who(told->plugin_instance), told->type_instance);
  } else if (strcmp(told->type_instance, "new_master") == 0 ||
             strcmp(told->type_instance, "master_lost") == 0) {
    if (sscanf(told->message, "%*[^ ] master %45s", address) != 1)
      sscanf(told->message, "%*[^ ] %45s", address);
    note(&play.heard, "%s %s %s", who(told->plugin_instance), told->type_instance,
         address);
  }
}

static void hear_value(const value_list_t *list) {
  unsigned version, vrid;

  if (strcmp(list->type, "vrrp_state") == 0 &&
      sscanf(list->plugin_instance, "eth0-ipv%u-%u", &version, &vrid) == 2)
    play.state[version == 6][vrid] = list->values[0].gauge;
}

// --- what the recording says --------------------------------------------------------

static vrrp_time since_beginning(double seconds) {
  return (vrrp_time)(seconds * (double)VRRP_SECOND);
}

static void note_advert(const char *source, unsigned vrid, vrrp_time at) {
  struct speaker *speaker = play.speakers, *end = play.speakers + play.speaker_count;
  char name[sizeof(speaker->who)];

  snprintf(name, sizeof(name), "ipv%d-%u", strchr(source, ':') ? 6 : 4, vrid);
  while (speaker < end &&
         (strcmp(speaker->source, source) != 0 || strcmp(speaker->who, name) != 0))
    speaker++;
  if (speaker == end) {
    assert_true(play.speaker_count++ < SPEAKERS_MAX);
    snprintf(speaker->source, sizeof(speaker->source), "%s", source);
    strcpy(speaker->who, name);
  }
  speaker->adverts++;
  speaker->last = at;
}

// A release is not told by itself: the next master is, or that there is none. States are
// those of one host, which is played as a speaker like any other.
static void note_right(const char *line, vrrp_time at) {
  char name[16], what[40], about[VRRP_ADDRESS_TEXT_MAX] = "";
  unsigned vrid;

  if (sscanf(line, "  accepted %45s v%*u vrid %u", about, &vrid) == 2)
    note_advert(about, vrid, at);
  else if (sscanf(line, "  %39[a-z_] vrid %u", what, &vrid) == 2)
    play.rejected[vrid]++;
  else if (sscanf(line, "  %*f %15s %39s %45s", name, what, about) < 2)
    return;
  else if (what[0] == '+' || what[0] == '-')
    note(&play.right, "%s %s", name, what + 1);
  else if (strcmp(what, "released") != 0 && strcmp(what, "state") != 0)
    note(&play.right, "%s %s %s", name, what, about);
}

// One frame alone may be forged: nothing is told of its router, unless that has its row
// since two were rejected.
static bool is_told(const char *line) {
  unsigned vrid;

  if (sscanf(line, "ipv%*u-%u", &vrid) == 1 && play.rejected[vrid] > 1)
    return true;
  for (size_t i = 0; i < play.speaker_count; i++)
    if (play.speakers[i].adverts > 1 &&
        strncmp(line, play.speakers[i].who, strcspn(line, " ")) == 0)
      return true;
  return false;
}

// --- playing ------------------------------------------------------------------------

// host: the address of this host, or NULL.
static void send_frame(vrrp_time at, const uint8_t *octets, size_t length,
                       const struct vrrp_address *host) {
  size_t ip = recording_find_packet(octets, length);

  if (ip == 0)
    return;
  bool v4 = octets[ip] >> 4 == 4;
  struct vrrp_address source =
      vrrp_address_make(v4 ? VRRP_IPV4 : VRRP_IPV6, octets + ip + (v4 ? 12 : 8));
  struct vrrp_frame frame = {
      .at = at,
      .packet = octets + ip,
      .length = length - ip,
      .outgoing = host != NULL && vrrp_address_equal(&source, host),
  };
  memcpy(frame.mac, octets + 6, sizeof(frame.mac));
  world_send_frame(&frame);
}

// Sends all frames; returns when the recording ends.
static vrrp_time send_all(const char *text, const struct vrrp_address *host) {
  uint8_t octets[RECORDING_FRAME_MAX];
  vrrp_time end = world.now;
  double time;
  size_t length;

  for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
    if (!recording_line(line, &time, octets, &length))
      continue;
    end = world.now + since_beginning(time);
    send_frame(end, octets, length, host);
  }
  return end;
}

static void read_right(const char *text) {
  uint8_t octets[RECORDING_FRAME_MAX];
  double time = 0;
  size_t length;

  memset(&play, 0, sizeof(play));
  for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
    if (!recording_line(line, &time, octets, &length))
      note_right(line, since_beginning(time));
}

// In the order of what they are about, otherwise as they came.
static void sort(struct account *account) {
  char line[LINE_SIZE];

  for (size_t i = 1; i < account->count; i++)
    for (size_t k = i; k > 0; k--) {
      char *a = account->lines[k - 1], *b = account->lines[k];
      if (strncmp(a, b, strcspn(a, " ") + 1) <= 0)
        break;
      memcpy(line, a, LINE_SIZE), memcpy(a, b, LINE_SIZE), memcpy(b, line, LINE_SIZE);
    }
}

static void keep(struct account *account, bool (*is_kept)(const char *line)) {
  size_t kept = 0;

  for (size_t i = 0; i < account->count; i++)
    if (is_kept(account->lines[i]))
      memmove(account->lines[kept++], account->lines[i], LINE_SIZE);
  account->count = kept;
}

static void compare(const char *view) {
  sort(&play.heard);
  sort(&play.right);
  for (size_t i = 0; i < play.heard.count || i < play.right.count; i++) {
    const char *heard = i < play.heard.count ? play.heard.lines[i] : "nothing";
    const char *right = i < play.right.count ? play.right.lines[i] : "nothing";
    if (strcmp(heard, right) != 0)
      fail_msg("as %s: told \"%s\", recorded \"%s\"", view, heard, right);
  }
}

static void test_observer(void **state) {
  static const struct world_ears ears = {hear_value, hear_notification, NULL};
  char *text = recording_read(*state);

  read_right(text);
  keep(&play.right, is_told);
  world_open(&ears);
  world_run(send_all(text, NULL) + VRRP_SECOND / 2); // what waits for its budget, too
  world_close();
  compare("an observer");
  free(text);
}

static bool is_of_masters(const char *line) {
  return is_told(line) && strstr(line, " new_master ") != NULL;
}

static const char *last_master(const char *name) {
  const char *master = "";
  size_t length = strlen(name);

  for (size_t i = 0; i < play.right.count; i++)
    if (strncmp(play.right.lines[i], name, length) == 0 &&
        play.right.lines[i][length] == ' ')
      master = play.right.lines[i] + length + strlen(" new_master ");
  return master;
}

static vrrp_time last_advert(const char *name) {
  vrrp_time last = 0;

  for (size_t i = 0; i < play.speaker_count; i++)
    if (strcmp(play.speakers[i].who, name) == 0)
      last = vrrp_later(last, play.speakers[i].last);
  return last;
}

// It knows the masters that an observer knows; at the last advert it is one, or a backup.
static void play_as(const char *text, const struct speaker *speaker) {
  static const struct world_ears ears = {hear_value, hear_notification, NULL};
  struct vrrp_address host = make_address(speaker->source);
  unsigned version = 0, vrid = 0;

  play.heard.count = 0;
  world_open(&ears);
  world.participation = VRRP_PARTICIPATION_YES;
  world_add_address(&host);
  vrrp_time start = world.now, end = send_all(text, &host);
  world_run(start + last_advert(speaker->who) + VRRP_SECOND); // a value a second
  sscanf(speaker->who, "ipv%u-%u", &version, &vrid);
  bool is_master = strcmp(last_master(speaker->who), speaker->source) == 0;
  assert_true(play.state[version == 6][vrid] == (is_master ? 3 : 2));
  world_run(end);
  world_close();
  keep(&play.heard, is_of_masters);
  compare(speaker->source);
}

static void test_speakers(void **state) {
  char *text = recording_read(*state);

  read_right(text);
  keep(&play.right, is_of_masters);
  for (size_t i = 0; i < play.speaker_count; i++)
    if (play.speakers[i].adverts > 1)
      play_as(text, &play.speakers[i]);
  free(text);
}

int main(void) {
  return recording_test_each("as an observer", test_observer) +
         recording_test_each("as a speaker", test_speakers);
}
