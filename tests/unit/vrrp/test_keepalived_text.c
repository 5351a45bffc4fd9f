// SPDX-License-Identifier: MIT
// Is each version's text dump read as keepalived means it, and is nothing else believed?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_labels.h"
#include "core/keepalived_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const VERSIONS[] = {"2.2.7", "2.3.3", "2.3.4", "2.4.3"};
enum { VERSION_COUNT = sizeof(VERSIONS) / sizeof(VERSIONS[0]) };

static const enum vrrp_keepalived_dump VRRP = VRRP_KEEPALIVED_DUMP_VRRP,
                                       CHECKERS = VRRP_KEEPALIVED_DUMP_CHECKERS;

// --- dumps ----------------------------------------------------------------

static uint8_t *load(const char *version, char config, enum vrrp_keepalived_dump dump,
                     size_t *ret_length) {
  char path[512];
  snprintf(path, sizeof(path), "%s/%s/%c/%s", HA_DUMPS, version, config,
           dump == VRRP ? "keepalived.data" : "keepalived_check.data");
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return NULL;
  uint8_t *bytes = malloc(1 << 20);
  *ret_length = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  return bytes;
}

static struct vrrp_keepalived_text *parse(const char *version, char config,
                                          enum vrrp_keepalived_dump dump) {
  struct vrrp_keepalived_text *text = NULL;
  size_t length;
  uint8_t *bytes = load(version, config, dump, &length);
  if (bytes == NULL)
    return NULL;
  assert_int_equal(vrrp_keepalived_text_parse(dump, bytes, length, &text), 0);
  free(bytes);
  return text;
}

static int parse_string(enum vrrp_keepalived_dump dump, const char *string,
                        struct vrrp_keepalived_text **ret) {
  size_t length = strlen(string);
  uint8_t *bytes = malloc(length + 1);
  memcpy(bytes, string, length + 1);
  int status = vrrp_keepalived_text_parse(dump, bytes, length, ret);
  free(bytes);
  return status;
}

static size_t count(const struct vrrp_keepalived_text *text, int kind) {
  size_t n = 0;
  for (size_t i = 0; i < text->record_count; i++)
    n += (int)text->records[i].kind == kind;
  return n;
}

// The nth (from 1) record of a kind in the whole dump.
static const struct vrrp_keepalived_record *nth(const struct vrrp_keepalived_text *text,
                                                int kind, size_t wanted) {
  for (size_t i = 0; i < text->record_count; i++)
    if ((int)text->records[i].kind == kind && --wanted == 0)
      return &text->records[i];
  return NULL;
}

static void assert_fact(const struct vrrp_keepalived_text *text, int kind, size_t at,
                        const char *key, const char *wanted) {
  char told[256] = "nothing";
  const struct vrrp_keepalived_record *record = nth(text, kind, at);
  const struct vrrp_keepalived_text_fact *fact =
      record != NULL ? vrrp_keepalived_text_fact(text, record, key) : NULL;
  if (fact != NULL && fact->text != NULL)
    snprintf(told, sizeof(told), "%s", fact->text);
  else if (fact != NULL)
    snprintf(told, sizeof(told), "%.10g", fact->number);
  if (strcmp(told, wanted) != 0)
    fail_msg("kind %d, %zu, %s: %s instead of %s", kind, at, key, told, wanted);
}

// --- what is read ---------------------------------------------------------

static void every_dump_has_the_shape_that_we_know(void **unused) {
  (void)unused;
  size_t dumps = 0;
  for (size_t v = 0; v < VERSION_COUNT; v++)
    for (char config = 'A'; config <= 'E'; config++)
      for (enum vrrp_keepalived_dump dump = VRRP; dump <= CHECKERS; dump++) {
        struct vrrp_keepalived_text *text = parse(VERSIONS[v], config, dump);
        if (text == NULL)
          continue;
        dumps++;
        assert_string_equal(text->strange_section, "");
        assert_true(text->unknown_count > 0);
        vrrp_keepalived_text_free(text);
      }
  assert_int_equal(dumps, 4 * 7);
}

// Every label is in some dump, or stands here with its reason.
static bool is_rare(const char *begins) {
  static const char *const RARE[] = {
      " Send emails for fault transitions = off", // no_email_faults
      " DBus enabled",
      " SNMP traps disabled",
      "   Bfd is down",                // their opposites are
      "   Flags of interface faults:", // 2.3 on, while there is one
      "    VirtualHost = ",            // a real server of its own name
      "   NIC ",                       // polling: no dump has it
  };
  for (size_t i = 0; i < sizeof(RARE) / sizeof(RARE[0]); i++)
    if (strcmp(begins, RARE[i]) == 0)
      return true;
  return false;
}

static bool is_in_a_dump(const char *begins) {
  char wanted[128];
  snprintf(wanted, sizeof(wanted), "\n%s", begins);
  bool found = false;
  for (size_t v = 0; v < VERSION_COUNT && !found; v++)
    for (char config = 'A'; config <= 'E' && !found; config++)
      for (enum vrrp_keepalived_dump dump = VRRP; dump <= CHECKERS && !found; dump++) {
        size_t length;
        uint8_t *bytes = load(VERSIONS[v], config, dump, &length);
        found = bytes != NULL && memmem(bytes, length, wanted, strlen(wanted)) != NULL;
        free(bytes);
      }
  return found;
}

static void no_label_is_invented(void **unused) {
  (void)unused;
  for (int s = VRRP_KEEPALIVED_SECTION_OTHER + 1; s < VRRP_KEEPALIVED_SECTIONS; s++)
    for (size_t i = 0; i < VRRP_KEEPALIVED_LABELS[s].count; i++) {
      const char *begins = VRRP_KEEPALIVED_LABELS[s].labels[i].begins;
      if (!is_in_a_dump(begins) && !is_rare(begins))
        fail_msg("no dump has a line that begins with \"%s\"", begins);
    }
}

struct counted {
  int kind;
  size_t wanted;
};

static void reads_all_of_the_rich_configuration(void **unused) {
  (void)unused;
  static const struct counted WANTED[] = {
      {VRRP_KEEPALIVED_GLOBAL, 1},         {VRRP_KEEPALIVED_EMAIL, 3},
      {VRRP_KEEPALIVED_STATIC_ADDRESS, 3}, {VRRP_KEEPALIVED_STATIC_ROUTE, 2},
      {VRRP_KEEPALIVED_STATIC_RULE, 1},    {VRRP_KEEPALIVED_SYNC_GROUP, 2},
      {VRRP_KEEPALIVED_MEMBER, 4},         {VRRP_KEEPALIVED_TRACK_SCRIPT, 5},
      {VRRP_KEEPALIVED_TRACK_FILE, 2},     {VRRP_KEEPALIVED_TRACK_PROCESS, 2},
      {VRRP_KEEPALIVED_TRACK_BFD, 1},      {VRRP_KEEPALIVED_TRACKS_INTERFACE, 5},
      {VRRP_KEEPALIVED_TRACKS_SCRIPT, 6},  {VRRP_KEEPALIVED_TRACKS_FILE, 3},
      {VRRP_KEEPALIVED_TRACKS_PROCESS, 3}, {VRRP_KEEPALIVED_TRACKS_BFD, 2},
  };
  for (size_t v = 0; v < VERSION_COUNT; v++) {
    struct vrrp_keepalived_text *text = parse(VERSIONS[v], 'B', VRRP);
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
      if (count(text, WANTED[i].kind) != WANTED[i].wanted)
        fail_msg("%s: %zu of kind %d instead of %zu", VERSIONS[v],
                 count(text, WANTED[i].kind), WANTED[i].kind, WANTED[i].wanted);
    vrrp_keepalived_text_free(text);
  }
}

static void says_the_same_in_each_version(void **unused) {
  (void)unused;
  static const struct {
    int kind;
    size_t at;
    const char *key, *wanted;
  } WANTED[] = {
      {VRRP_KEEPALIVED_GLOBAL, 1, "router_id", "rich-router"},
      {VRRP_KEEPALIVED_GLOBAL, 1, "smtp_server", "10.0.0.9"},
      {VRRP_KEEPALIVED_GLOBAL, 1, "smtp_alert_checker", "unset"},
      {VRRP_KEEPALIVED_GLOBAL, 1, "traps", "1"},
      {VRRP_KEEPALIVED_GLOBAL, 1, "sync_instance", "V4A"},
      {VRRP_KEEPALIVED_GLOBAL, 1, "sync_group", "224.0.0.82"},
      {VRRP_KEEPALIVED_EMAIL, 3, "address", "<second@example.org>"},
      {VRRP_KEEPALIVED_STATIC_RULE, 1, "line",
       "from 10.98.0.0/24 priority 980 tos 0x0 protocol 18 lookup 98"},
      {VRRP_KEEPALIVED_INSTANCE, 1, "name", "V4A"},
      {VRRP_KEEPALIVED_INSTANCE, 1, "interface", "eth0"},
      {VRRP_KEEPALIVED_INSTANCE, 1, "wanted_state", "2"},
      {VRRP_KEEPALIVED_INSTANCE, 1, "sync_group", "nothing"},
      {VRRP_KEEPALIVED_INSTANCE, 2, "sync_group", "SG1"},
      {VRRP_KEEPALIVED_INSTANCE, 2, "tracker_faults", "0"},
      {VRRP_KEEPALIVED_INSTANCE, 4, "group", "ff02::12"},
      {VRRP_KEEPALIVED_INSTANCE, 5, "interface", "vrrp.40"},
      {VRRP_KEEPALIVED_INSTANCE, 5, "base_interface", "eth0"},
      {VRRP_KEEPALIVED_TRACKS_INTERFACE, 1, "name", "eth1"},
      {VRRP_KEEPALIVED_TRACKS_INTERFACE, 1, "weight", "11"},
      {VRRP_KEEPALIVED_TRACKS_SCRIPT, 2, "weight", "-4"},
      {VRRP_KEEPALIVED_TRACKS_SCRIPT, 4, "name", "rev"},
      {VRRP_KEEPALIVED_TRACKS_SCRIPT, 4, "reverse", "1"},
      {VRRP_KEEPALIVED_TRACKS_FILE, 1, "name", "moved"},
      {VRRP_KEEPALIVED_TRACKS_PROCESS, 2, "weight", "9"},
      {VRRP_KEEPALIVED_TRACKS_BFD, 1, "name", "bfd1"},
      {VRRP_KEEPALIVED_SYNC_GROUP, 1, "name", "SG1"},
      {VRRP_KEEPALIVED_SYNC_GROUP, 1, "state", "2"},
      {VRRP_KEEPALIVED_SYNC_GROUP, 1, "script_master", "'/usr/bin/true' 'sg1' 'master'"},
      {VRRP_KEEPALIVED_SYNC_GROUP, 1, "tracking_weight", "nothing"},
      {VRRP_KEEPALIVED_SYNC_GROUP, 2, "tracking_weight", "1"},
      {VRRP_KEEPALIVED_MEMBER, 4, "name", "VM"},
      {VRRP_KEEPALIVED_TRACK_SCRIPT, 2, "status", "BAD"},
      {VRRP_KEEPALIVED_TRACK_SCRIPT, 2, "init_state", "unknown"},
      {VRRP_KEEPALIVED_TRACK_SCRIPT, 3, "activity", "running"},
      {VRRP_KEEPALIVED_TRACK_SCRIPT, 3, "command", "'/usr/bin/sleep' '30'"},
      {VRRP_KEEPALIVED_TRACK_FILE, 1, "status", "7"},
      {VRRP_KEEPALIVED_TRACK_PROCESS, 1, "name", "sleeper"},
      {VRRP_KEEPALIVED_TRACK_PROCESS, 1, "path", "sleep"},
      {VRRP_KEEPALIVED_TRACK_PROCESS, 1, "match", "initial"},
      {VRRP_KEEPALIVED_TRACK_PROCESS, 1, "terminate_delay_us", "1500000"},
      {VRRP_KEEPALIVED_TRACK_PROCESS, 2, "quorum", "0"},
      {VRRP_KEEPALIVED_TRACK_BFD, 1, "up", "1"},
      {VRRP_KEEPALIVED_INTERFACE, 1, "name", "lo"},
      {VRRP_KEEPALIVED_INTERFACE, 1, "netlink", "1"},
  };
  for (size_t v = 0; v < VERSION_COUNT; v++) {
    struct vrrp_keepalived_text *text = parse(VERSIONS[v], 'B', VRRP);
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
      assert_fact(text, WANTED[i].kind, WANTED[i].at, WANTED[i].key, WANTED[i].wanted);
    vrrp_keepalived_text_free(text);
  }
}

static void reads_the_checkers_of_each_version(void **unused) {
  (void)unused;
  static const struct {
    int kind;
    size_t at;
    const char *key, *wanted;
  } WANTED[] = {
      {VRRP_KEEPALIVED_SERVER_GROUP, 1, "name", "WEB4"},
      {VRRP_KEEPALIVED_GROUP_RANGE, 2, "first", "10.1.1.250"},
      {VRRP_KEEPALIVED_GROUP_RANGE, 2, "last", "10.1.1.253"},
      {VRRP_KEEPALIVED_GROUP_RANGE, 2, "port", "81"},
      {VRRP_KEEPALIVED_GROUP_FWMARK, 1, "fwmark", "70"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "group", "WEB4"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "name", "web pool v4"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "alive", "1"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "quorum", "5"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "hysteresis", "1"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "quorum_up_now", "0"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "quorum_down",
       "'/usr/bin/true' 'quorum' 'down'"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "delay_loop_us", "2000000"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 3, "address", "10.1.0.100"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 3, "port", "443"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 3, "persistence_timeout", "300"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 3, "sh_port", "1"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 5, "fwmark", "7"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 5, "forwarding", "TUN"},
      {VRRP_KEEPALIVED_VIRTUAL_SERVER, 5, "tunnel_type", "IPIP"},
      {VRRP_KEEPALIVED_SORRY_SERVER, 1, "address", "10.2.0.14"},
      {VRRP_KEEPALIVED_SORRY_SERVER, 1, "port", "8080"},
      {VRRP_KEEPALIVED_SORRY_SERVER, 1, "forwarding", "NAT"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "address", "10.2.0.11"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "port", "80"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "alive", "0"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "weight", "3"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "lower_limit", "100"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "upper_limit", "1000"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "notify_up", "'/usr/bin/true' 'rs11' 'up'"},
      {VRRP_KEEPALIVED_REAL_SERVER, 1, "name", "rs eleven"},
      {VRRP_KEEPALIVED_REAL_SERVER, 2, "alive", "1"},
      {VRRP_KEEPALIVED_REAL_SERVER, 2, "inhibit", "1"},
      {VRRP_KEEPALIVED_CHECKER, 1, "virtual", "WEB4]:0"},
  };
  for (size_t v = 0; v < VERSION_COUNT; v++) {
    struct vrrp_keepalived_text *text = parse(VERSIONS[v], 'C', CHECKERS);
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
      assert_fact(text, WANTED[i].kind, WANTED[i].at, WANTED[i].key, WANTED[i].wanted);
    vrrp_keepalived_text_free(text);
  }
}

// What a sorry server says of itself is not the virtual server's, and who belongs to
// whom follows the dump.
static void parts_belong_to_their_whole(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *text = parse("2.3.3", 'C', CHECKERS);
  const struct vrrp_keepalived_record *real = nth(text, VRRP_KEEPALIVED_REAL_SERVER, 5);
  const struct vrrp_keepalived_record *second =
      nth(text, VRRP_KEEPALIVED_VIRTUAL_SERVER, 2);
  assert_ptr_equal(&text->records[real->parent], second);
  assert_int_equal(real->place, 1);
  assert_int_equal(second->place, 2);
  assert_int_equal(nth(text, VRRP_KEEPALIVED_REAL_SERVER, 4)->place, 4);
  assert_fact(text, VRRP_KEEPALIVED_VIRTUAL_SERVER, 1, "inhibit", "0");
  assert_fact(text, VRRP_KEEPALIVED_SORRY_SERVER, 1, "inhibit", "1");
  assert_fact(text, VRRP_KEEPALIVED_SORRY_SERVER, 1, "alive", "1");
  vrrp_keepalived_text_free(text);
}

static void a_script_has_its_program_from_2_3_on(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *old = parse("2.2.7", 'C', CHECKERS);
  struct vrrp_keepalived_text *new = parse("2.4.3", 'C', CHECKERS);
  assert_fact(old, VRRP_KEEPALIVED_REAL_SERVER, 1, "notify_up_path", "nothing");
  assert_fact(new, VRRP_KEEPALIVED_REAL_SERVER, 1, "notify_up_path", "/usr/bin/busybox");
  assert_fact(new, VRRP_KEEPALIVED_REAL_SERVER, 6, "notify_up_path", "nothing");
  vrrp_keepalived_text_free(old);
  vrrp_keepalived_text_free(new);
}

// --- names ----------------------------------------------------------------

static void names_are_raw(void **unused) {
  (void)unused;
  static const char *const NAMES[] = {
      "name with spaces",
      "VRRP Instance = fake",
      "sin'gle",
      "ünïcode-日本",
      "nnnnnnnnnnnnnnnnnnnnnnnnnnnnn-mmmmmmmmmmmmmmmmmmmmmmmmmmmmmm",
      "# comment like",
      "   State = MASTER",
      "back\\slash",
      "tab\there",
  };
  for (size_t v = 0; v < VERSION_COUNT; v++) {
    struct vrrp_keepalived_text *text = parse(VERSIONS[v], 'E', VRRP);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
      assert_fact(text, VRRP_KEEPALIVED_INSTANCE, i + 1, "name", NAMES[i]);
    assert_int_equal(count(text, VRRP_KEEPALIVED_INSTANCE), 9);
    assert_non_null(vrrp_keepalived_text_named(text, VRRP_KEEPALIVED_TRACKS_SCRIPT,
                                               "# ------< VRRP Topology >------"));
    assert_fact(text, VRRP_KEEPALIVED_MEMBER, 2, "name", "VRRP Instance = fake");
    vrrp_keepalived_text_free(text);
    text = parse(VERSIONS[v], 'E', CHECKERS);
    assert_fact(text, VRRP_KEEPALIVED_REAL_SERVER, 1, "name",
                "   RIP = 9.9.9.9, Port = 9");
    assert_int_equal(count(text, VRRP_KEEPALIVED_REAL_SERVER), 2);
    vrrp_keepalived_text_free(text);
  }
}

// --- secrets --------------------------------------------------------------

static void secrets_are_overwritten_first(void **unused) {
  (void)unused;
  static const char *const LINES[] = {
      "   Password = fake-pw1\n", " Password : fake-pw1\n",
      "     Key = fake-pw1\n",    "   SECRET = fake-pw1\n",
      "   Password = fake-pw1",   "  auth_pass = a = fake-pw1\n",
  };
  for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
    char bytes[64];
    snprintf(bytes, sizeof(bytes), "%s", LINES[i]);
    size_t length = strlen(bytes);
    vrrp_keepalived_text_scrub((uint8_t *)bytes, length);
    assert_null(strstr(bytes, "fake"));
    assert_int_equal(strlen(bytes), length);
  }
  char kept[] = " Key file : /etc/ka/key.pem\n   Priority = 100\n";
  vrrp_keepalived_text_scrub((uint8_t *)kept, strlen(kept));
  assert_string_equal(kept, " Key file : /etc/ka/key.pem\n   Priority = 100\n");
}

// --- what is not whole or not known ---------------------------------------

static void a_part_of_a_dump_is_none(void **unused) {
  (void)unused;
  size_t length;
  uint8_t *whole = load("2.3.3", 'B', VRRP, &length);
  uint8_t *bytes = malloc(length);
  size_t taken = 0;
  for (size_t part = 0; part < length; part += 61) {
    struct vrrp_keepalived_text *text = NULL;
    memcpy(bytes, whole, part);
    int status = vrrp_keepalived_text_parse(VRRP, bytes, part, &text);
    assert_true(status == 0 || status == -EBADMSG);
    taken += status == 0;
    vrrp_keepalived_text_free(text);
  }
  // Some part ends with a line of the last section.
  assert_true(taken < 5);
  free(bytes);
  free(whole);
}

static void something_else_is_no_dump(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *text = NULL;
  assert_int_equal(parse_string(VRRP, "{\"vrrp\": []}\n", &text), -EPROTO);
  assert_int_equal(parse_string(VRRP, "", &text), -EBADMSG);
  uint8_t byte = 0;
  assert_int_equal(
      vrrp_keepalived_text_parse(VRRP, &byte, VRRP_KEEPALIVED_DUMP_MAX + 1, &text),
      -E2BIG);
  assert_null(text);
}

static void a_section_of_another_shape_is_told(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *text = NULL;
  assert_int_equal(parse_string(VRRP,
                                "------< VRRP Topology >------\n"
                                " Instance: A\n"
                                "   State = MASTER\n"
                                "------< Brand new >------\n"
                                " whatever\n"
                                "------< Interfaces >------\n",
                                &text),
                   0);
  assert_string_equal(text->strange_section, "VRRP Topology");
  assert_string_equal(text->strange_line, " Instance: A");
  assert_int_equal(text->unknown_count, 2);
  assert_int_equal(text->record_count, 0);
  vrrp_keepalived_text_free(text);
}

// A list's items end where another list begins, known or not.
static void an_unknown_list_is_nobody_s(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *text = NULL;
  assert_int_equal(parse_string(VRRP,
                                "------< VRRP Topology >------\n"
                                " VRRP Instance = A\n"
                                "   Tracked interfaces :\n"
                                "     eth1 weight 2\n"
                                "   Virtual Peers :\n"
                                "     10.0.0.9 weight 4\n"
                                "   State = nonsense\n"
                                "   Virtual Router ID = x\n"
                                "------< Interfaces >------\n",
                                &text),
                   0);
  assert_int_equal(count(text, VRRP_KEEPALIVED_TRACKS_INTERFACE), 1);
  assert_int_equal(text->unknown_count, 2);
  assert_fact(text, VRRP_KEEPALIVED_INSTANCE, 1, "state", "nothing");
  assert_fact(text, VRRP_KEEPALIVED_INSTANCE, 1, "vrid", "nothing");
  vrrp_keepalived_text_free(text);
}

static void why_an_interface_is_at_fault_is_told(void **unused) {
  (void)unused;
  struct vrrp_keepalived_text *text = parse("2.3.3", 'B', VRRP);
  assert_int_equal(count(text, VRRP_KEEPALIVED_FLAG), 3);
  assert_fact(text, VRRP_KEEPALIVED_FLAG, 3, "reason", "no source IP address");
  vrrp_keepalived_text_free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_dump_has_the_shape_that_we_know),
      cmocka_unit_test(no_label_is_invented),
      cmocka_unit_test(reads_all_of_the_rich_configuration),
      cmocka_unit_test(says_the_same_in_each_version),
      cmocka_unit_test(reads_the_checkers_of_each_version),
      cmocka_unit_test(parts_belong_to_their_whole),
      cmocka_unit_test(a_script_has_its_program_from_2_3_on),
      cmocka_unit_test(names_are_raw),
      cmocka_unit_test(secrets_are_overwritten_first),
      cmocka_unit_test(a_part_of_a_dump_is_none),
      cmocka_unit_test(something_else_is_no_dump),
      cmocka_unit_test(a_section_of_another_shape_is_told),
      cmocka_unit_test(an_unknown_list_is_nobody_s),
      cmocka_unit_test(why_an_interface_is_at_fault_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
