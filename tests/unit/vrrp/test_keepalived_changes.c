// SPDX-License-Identifier: MIT
// Is a reload of keepalived told as what it changed, and nothing else as one?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"

#include "core/keepalived_changes.h"
#include "core/keepalived_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VRRP(instances)                                                                  \
  "------< Global definitions >------\n Router ID = lvs1\n"                              \
  "------< VRRP Topology >------\n" instances "------< Interfaces >------\n Name = lo\n"
#define LVS(services)                                                                    \
  "------< Global definitions >------\n Router ID = lvs1\n"                              \
  "------< LVS Topology >------\n" services
#define SERVICE " VS VIP = 192.0.2.1, VPORT = 80\n   protocol = TCP\n"
#define SERVER(address, weight, alive)                                                   \
  "   RIP = " address ", RPORT = 80, WEIGHT = 1\n   initial weight = " weight "\n"       \
  "   effective weight = " weight "\n   alive = " alive "\n"

static struct vrrp_keepalived_configured of_text(const char *dump, bool is_global) {
  struct vrrp_keepalived_configured configured;
  struct vrrp_keepalived_text *text;
  char bytes[4096];
  enum vrrp_keepalived_dump kind = strstr(dump, "LVS Topology") != NULL
                                       ? VRRP_KEEPALIVED_DUMP_CHECKERS
                                       : VRRP_KEEPALIVED_DUMP_VRRP;
  assert_true(strlen(dump) < sizeof(bytes));
  strcpy(bytes, dump);
  assert_int_equal(
      vrrp_keepalived_text_parse(kind, (uint8_t *)bytes, strlen(bytes), &text), 0);
  assert_int_equal(vrrp_keepalived_configured_by_text(text, is_global, &configured), 0);
  vrrp_keepalived_text_free(text);
  return configured;
}

static struct vrrp_keepalived_configured of_json(const char *dump, size_t length) {
  struct vrrp_keepalived_configured configured;
  struct vrrp_keepalived_state *state;
  uint8_t *bytes = malloc(length);
  memcpy(bytes, dump, length);
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length, &state), 0);
  assert_int_equal(vrrp_keepalived_configured_by_state(state, &configured), 0);
  vrrp_keepalived_state_free(state);
  free(bytes);
  return configured;
}

// What is said of the difference; "" if there is none. Both are cleared.
static const char *difference(struct vrrp_keepalived_configured before,
                              struct vrrp_keepalived_configured after) {
  static char message[VRRP_KEEPALIVED_CHANGES_SIZE];
  struct vrrp_keepalived_changes changes;
  vrrp_keepalived_changes_init(&changes, "keepalived");
  vrrp_keepalived_changes_add(&changes, &before, &after);
  vrrp_keepalived_configured_clear(&before);
  vrrp_keepalived_configured_clear(&after);
  message[0] = '\0';
  if (changes.count > 0)
    vrrp_keepalived_changes_tell(&changes, false, message);
  return message;
}

#define INSTANCE(name, more)                                                             \
  "{\"data\":{\"iname\":\"" name "\",\"ifp_ifname\":\"eth0\",\"vrid\":10" more "}}"

static void json_is_told(void **unused) {
  static const struct {
    const char *before, *after, *message;
  } CASES[] = {
      {INSTANCE("A", ",\"base_priority\":100"), INSTANCE("A", ",\"base_priority\":150"),
       "keepalived reloaded: A priority 100 -> 150"},
      {INSTANCE("A", ""), INSTANCE("A", "") "," INSTANCE("B", ",\"base_priority\":5"),
       "keepalived reloaded: B added"},
      {INSTANCE("A", "") "," INSTANCE("A b", ",\"base_priority\":5"), INSTANCE("A b", ""),
       "keepalived reloaded: A removed; A b priority 5 -> none"},
      {INSTANCE("A", ",\"vips\":[\"10.0.0.1/24 dev eth0 scope global set\","
                     "\"10.0.0.2 dev eth0 scope global\"]"),
       INSTANCE("A", ",\"vips\":[\"10.0.0.1/24 dev eth0 scope global\"]"),
       "keepalived reloaded: A address 10.0.0.2/32 removed"},
      {INSTANCE("A", ",\"vips\":[\"10.0.0.1/24 dev eth0 scope global\"]"),
       INSTANCE("A", ",\"vips\":[\"10.0.0.1/24 dev eth1 scope global\"]"),
       "keepalived reloaded: A address 10.0.0.1/24 changed"},
      {INSTANCE("A", ",\"vroutes\":[\"10.9.0.0/16 via 10.0.0.8 dev eth0\"]"),
       INSTANCE("A", ",\"vroutes\":[\"10.9.0.0/16 via 10.0.0.9 dev eth0\"]"),
       "keepalived reloaded: A route 10.9.0.0/16 changed"},
      {INSTANCE("A", ",\"vrules\":[\"from 10.9.0.0/16 priority 9 lookup 5\"]"),
       INSTANCE("A", ""),
       "keepalived reloaded: A rule from 10.9.0.0/16 priority 9 removed"},
      {INSTANCE("A", ",\"script_master\":\"'mail' '-p' 'secret'\""),
       INSTANCE("A", ",\"script_master\":\"'mail' '-p' 'secret2'\""),
       "keepalived reloaded: A notify_master changed"},
      // What runs.
      {INSTANCE("A", ",\"state\":1,\"wantstate\":1,\"effective_priority\":90,"
                     "\"master_priority\":0,\"last_transition\":5.5,\"vipset\":false,"
                     "\"master_adver_int\":1"),
       INSTANCE("A", ",\"state\":2,\"wantstate\":2,\"effective_priority\":91,"
                     "\"master_priority\":1,\"last_transition\":6.5,\"vipset\":true,"
                     "\"master_adver_int\":2"),
       ""},
      // Their order is none of a thing's settings.
      {INSTANCE("A", "") "," INSTANCE("B", ""), INSTANCE("B", "") "," INSTANCE("A", ""),
       ""},
  };
  (void)unused;
  for (size_t i = 0; i < HA_COUNT_OF(CASES); i++) {
    char before[1024], after[1024];
    int before_length = snprintf(before, sizeof(before), "[%s]", CASES[i].before);
    int after_length = snprintf(after, sizeof(after), "[%s]", CASES[i].after);
    assert_string_equal(difference(of_json(before, (size_t)before_length),
                                   of_json(after, (size_t)after_length)),
                        CASES[i].message);
  }
}

static void texts_are_told(void **unused) {
  static const struct {
    const char *before, *after, *message;
  } CASES[] = {
      {VRRP(" VRRP Instance = A\n   Tracked scripts :\n     chk weight 0\n"),
       VRRP(" VRRP Instance = A\n   Tracked scripts :\n     chk weight 5\n     b weight "
            "0\n"
            "   Tracked interfaces :\n     eth1 weight 0\n"),
       "keepalived reloaded: A track_interface eth1 added; A track_script b added; "
       "A track_script chk weight 0 -> 5"},
      {VRRP(" VRRP Instance = A\n   Unicast Peer :\n     10.0.0.9 min_ttl 0 max_ttl "
            "255\n"),
       VRRP(" VRRP Instance = A\n   Unicast Peer :\n     10.0.0.8 min_ttl 0 max_ttl "
            "255\n"),
       "keepalived reloaded: A unicast_peer 10.0.0.8 added; A unicast_peer 10.0.0.9 "
       "removed"},
      // That an instance is there is told of the JSON.
      {VRRP(" VRRP Instance = A\n VRRP Instance = B\n   Sync group = G\n"),
       VRRP(" VRRP Instance = A\n"), ""},
      {VRRP(" VRRP Instance = A\n   Sync group = G\n") "", VRRP(" VRRP Instance = A\n"),
       "keepalived reloaded: A sync_group G -> none"},
      {VRRP(
           "------< VRRP Scripts >------\n VRRP Script = chk\n   Command = 'a' 'secret'\n"
           "   Interval = 1 sec\n   Status = GOOD\n"),
       VRRP("------< VRRP Scripts >------\n VRRP Script = chk\n   Command = 'a' 'secre'\n"
            "   Interval = 2 sec\n   Status = BAD\n"),
       "keepalived reloaded: script chk command changed; script chk interval 1 -> 2"},
      {VRRP("------< VRRP Sync groups >------\n VRRP Sync Group = G, BACKUP\n"
            "   VRRP member instances :\n     A\n"),
       VRRP("------< VRRP Sync groups >------\n VRRP Sync Group = G, MASTER\n"
            "   VRRP member instances :\n     A\n     B\n"),
       "keepalived reloaded: sync group G member B added"},
      {LVS(SERVICE SERVER("10.0.0.2", "1", "1")),
       LVS(SERVICE SERVER("10.0.0.2", "3", "0") SERVER("10.0.0.3", "1", "1")),
       "keepalived reloaded: virtual server 192.0.2.1:80 real server 10.0.0.2:80 weight "
       "1 -> 3; virtual server 192.0.2.1:80 real server 10.0.0.3:80 added"},
      {LVS(SERVICE SERVER("10.0.0.2", "1", "1")), LVS(""),
       "keepalived reloaded: virtual server 192.0.2.1:80 removed"},
      {LVS(" VS VIP = fd00::1, VPORT = 53\n   protocol = TCP\n"),
       LVS(" VS VIP = fd00::1, VPORT = 53\n   protocol = UDP\n"),
       "keepalived reloaded: virtual server [fd00::1]:53 removed; virtual server "
       "[fd00::1]:53 UDP added"},
      {LVS(SERVICE SERVER("10.0.0.2", "1", "1") "   effective weight = 1\n"),
       LVS(SERVICE SERVER("10.0.0.2", "1", "0") "   effective weight = 0\n"), ""},
  };
  (void)unused;
  for (size_t i = 0; i < HA_COUNT_OF(CASES); i++)
    assert_string_equal(
        difference(of_text(CASES[i].before, true), of_text(CASES[i].after, true)),
        CASES[i].message);
}

// As long as can be, and longer: what the kernel made of it is no part of its name.
static void what_the_kernel_has_is_no_change(void **unused) {
  static const char *const HERE[] = {" set", " [dev eth77]", " set [dev eth77]",
                                     " [dev eth77] set"};
  (void)unused;
  for (size_t i = 0; i < HA_COUNT_OF(HERE); i++)
    for (int length = 1; length < 120; length++) {
      char here[512], gone[512];
      snprintf(here, sizeof(here),
               VRRP("------< Static Routes >------\n     10.9.0.0/16 via 10.%0*d%s\n"),
               length, 1, HERE[i]);
      snprintf(gone, sizeof(gone),
               VRRP("------< Static Routes >------\n     10.9.0.0/16 via 10.%0*d\n"),
               length, 1);
      assert_string_equal(difference(of_text(here, true), of_text(gone, true)), "");
    }
}

static void global_settings_are_told_of_one_process(void **unused) {
  static const char OTHER[] = "------< Global definitions >------\n Router ID = lvs2\n"
                              "------< LVS Topology >------\n";
  (void)unused;
  assert_string_equal(difference(of_text(LVS(""), true), of_text(OTHER, true)),
                      "keepalived reloaded: global router_id lvs1 -> lvs2");
  assert_string_equal(difference(of_text(LVS(""), false), of_text(OTHER, false)), "");
}

// 300 instances with long names of hostile bytes, all of them new but the first `kept`.
static struct vrrp_keepalived_configured many(int first, int name_length) {
  static char json[400000];
  int length = snprintf(json, sizeof(json), "[");
  for (int i = first; i < 300; i++)
    length += snprintf(json + length, sizeof(json) - (size_t)length,
                       "%s{\"data\":{\"iname\":\"%03d\\u0007\xc3\xa9%0*d\"}}",
                       i > first ? "," : "", i, name_length, 1);
  length += snprintf(json + length, sizeof(json) - (size_t)length, "]");
  return of_json(json, (size_t)length);
}

static void a_message_is_bounded_and_printable(void **unused) {
  (void)unused;
  for (int name_length = 1; name_length < 300; name_length += 7) {
    const char *message = difference(many(299, name_length), many(0, name_length));
    size_t length = strlen(message), told = 0;
    unsigned more = 0;
    assert_true(length < VRRP_KEEPALIVED_CHANGES_SIZE);
    for (size_t i = 0; i < length; i++) {
      assert_in_range(message[i], ' ', '~');
      told += strncmp(message + i, " added", 6) == 0;
    }
    const char *tail = strstr(message, "; and ");
    assert_non_null(tail);
    assert_int_equal(sscanf(tail, "; and %u more", &more), 1);
    assert_int_equal(told + more, 299);
  }
}

static void a_change_too_long_to_tell_is_counted(void **unused) {
  struct vrrp_keepalived_changes changes;
  char message[VRRP_KEEPALIVED_CHANGES_SIZE];
  (void)unused;
  vrrp_keepalived_changes_init(&changes, "keepalived@blue");
  changes.count = 7;
  vrrp_keepalived_changes_tell(&changes, true, message);
  assert_string_equal(message, "keepalived@blue restarted: 7 changes");
  changes.count = 1;
  vrrp_keepalived_changes_tell(&changes, false, message);
  assert_string_equal(message, "keepalived@blue reloaded: 1 change");
}

// --- the corpus -----------------------------------------------------------

static size_t read_file(const char *version, const char *set, const char *name,
                        char **ret_bytes) {
  char path[512];
  snprintf(path, sizeof(path), HA_DUMPS "/%s/%s/%s", version, set, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return 0;
  char *bytes = malloc(VRRP_KEEPALIVED_DUMP_MAX);
  size_t length = fread(bytes, 1, VRRP_KEEPALIVED_DUMP_MAX, file);
  fclose(file);
  *ret_bytes = bytes;
  return length;
}

// A reload of the same files, by keepalived of each version, while its states moved.
static void a_reload_of_the_same_is_none(void **unused) {
  static const char *const VERSIONS[] = {"2.2.7", "2.3.3", "2.3.4", "2.4.3"};
  static const char *const SETS[] = {"A", "B", "D", "E"};
  size_t compared = 0;
  (void)unused;
  for (size_t v = 0; v < HA_COUNT_OF(VERSIONS); v++)
    for (size_t s = 0; s < HA_COUNT_OF(SETS); s++) {
      char *before = NULL, *after = NULL;
      size_t length = read_file(VERSIONS[v], SETS[s], "keepalived.json", &before);
      size_t again = read_file(VERSIONS[v], SETS[s], "reload2-keepalived.json", &after);
      if (length > 0 && again > 0) {
        assert_string_equal(difference(of_json(before, length), of_json(after, again)),
                            "");
        compared++;
      }
      free(before);
      free(after);
    }
  assert_true(compared >= 12);
}

static bool has(const struct vrrp_keepalived_configured *configured, const char *path,
                const char *value) {
  for (size_t i = 0; i < configured->count; i++)
    if (strcmp(configured->entries[i].path, path) == 0 &&
        strcmp(configured->entries[i].value, value) == 0)
      return true;
  return false;
}

static struct vrrp_keepalived_configured of_dump(enum vrrp_keepalived_dump dump,
                                                 const char *set, const char *name) {
  struct vrrp_keepalived_configured configured;
  struct vrrp_keepalived_text *text;
  char *bytes = NULL;
  size_t length = read_file("2.3.3", set, name, &bytes);
  assert_int_equal(vrrp_keepalived_text_parse(dump, (uint8_t *)bytes, length, &text), 0);
  assert_int_equal(vrrp_keepalived_configured_by_text(text, true, &configured), 0);
  vrrp_keepalived_text_free(text);
  free(bytes);
  return configured;
}

// Of keepalived's own dumps all that the configuration has is taken, and no password.
static void all_of_a_dump_is_taken(void **unused) {
  static const struct {
    const char *path, *value;
  } VRRP_SAYS[] = {
      {"V4A\x1ftrack_script rev\x1fweight", "3"},
      {"V4A\x1ftrack_script rev\x1freverse", "1"},
      {"script good\x1finterval", "1"},
      {"static rule from 10.98.0.0/24 priority 980 tos 0x0 protocol 18 lookup 98", ""},
      {"static address 10.0.0.78 dev eth0 scope global no_track", ""},
  };
  (void)unused;
  struct vrrp_keepalived_configured configured =
      of_dump(VRRP_KEEPALIVED_DUMP_VRRP, "B", "keepalived.data");
  for (size_t i = 0; i < HA_COUNT_OF(VRRP_SAYS); i++)
    assert_true(has(&configured, VRRP_SAYS[i].path, VRRP_SAYS[i].value));
  for (size_t i = 0; i < configured.count; i++)
    assert_null(strstr(configured.entries[i].value, "**"));
  vrrp_keepalived_configured_clear(&configured);
}

static void all_of_the_checkers_is_taken(void **unused) {
  static const struct {
    const char *path, *value;
  } SAID[] = {
      {"server group WEB4\x1f"
       "10.1.0.100:8080",
       ""},
      {"server group WEB4\x1f"
       "10.1.0.110-10.1.0.113:80",
       ""},
      {"server group WEB4\x1f"
       "fwmark 70",
       ""},
      {"server group WEB6\x1f[fd00:1::100]:80", ""},
      {"virtual server group WEB4\x1flvs_sched", "wrr"},
      {"virtual server group WEB4\x1fsorry server 10.2.0.14:8080\x1flvs_method", "NAT"},
      {"virtual server group WEB4\x1freal server 10.2.0.11:80\x1futhreshold", "1000"},
      {"virtual server group WEB4\x1freal server 10.2.0.11:80\x1fweight", "3"},
  };
  (void)unused;
  struct vrrp_keepalived_configured configured =
      of_dump(VRRP_KEEPALIVED_DUMP_CHECKERS, "D", "keepalived_check.data");
  for (size_t i = 0; i < HA_COUNT_OF(SAID); i++)
    assert_true(has(&configured, SAID[i].path, SAID[i].value));
  vrrp_keepalived_configured_clear(&configured);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_is_told),
      cmocka_unit_test(texts_are_told),
      cmocka_unit_test(what_the_kernel_has_is_no_change),
      cmocka_unit_test(global_settings_are_told_of_one_process),
      cmocka_unit_test(a_message_is_bounded_and_printable),
      cmocka_unit_test(a_change_too_long_to_tell_is_counted),
      cmocka_unit_test(a_reload_of_the_same_is_none),
      cmocka_unit_test(all_of_a_dump_is_taken),
      cmocka_unit_test(all_of_the_checkers_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
