// SPDX-License-Identifier: MIT
// Is keepalived's dump read as keepalived means it, and is nothing else believed?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *load(const char *name, size_t *ret_length) {
  char path[512];
  snprintf(path, sizeof(path), "%s/%s", HA_CORPUS, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  uint8_t *bytes = malloc(1 << 20);
  *ret_length = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  return bytes;
}

static struct vrrp_keepalived_state *parse_file(const char *name) {
  struct vrrp_keepalived_state *state = NULL;
  size_t length;
  uint8_t *bytes = load(name, &length);
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length, &state), 0);
  free(bytes);
  return state;
}

static int parse_text(const char *text, struct vrrp_keepalived_state **ret_state) {
  size_t length = strlen(text);
  uint8_t *bytes = malloc(length + 1);
  memcpy(bytes, text, length);
  int status = vrrp_keepalived_json_parse(bytes, length, ret_state);
  free(bytes);
  return status;
}

static void reads_the_instances_of_2_2_7(void **unused) {
  (void)unused;
  static const struct {
    const char *name, *base, *ifname;
    int family;
    unsigned vrid, version, base_priority, priority;
    double interval;
  } WANTED[] = {
      {"A", "eth0", "eth0", VRRP_IPV4, 10, 2, 120, 120, 1},
      {"C4", "eth0", "eth0", VRRP_IPV4, 20, 3, 110, 110, 0.2},
      {"C6", "eth0", "eth0", VRRP_IPV6, 20, 3, 110, 110, 0.2},
      {"D", "eth0", "vrrp.40", VRRP_IPV4, 40, 2, 101, 111, 1},
      {"B", "eth0", "eth0", VRRP_IPV4, 30, 2, 90, 90, 1},
  };
  struct vrrp_keepalived_state *state = parse_file("2.2.7-rich.json");
  assert_int_equal(state->instance_count, 5);
  for (size_t i = 0; i < 5; i++) {
    const struct vrrp_keepalived_instance *is = &state->instances[i];
    assert_string_equal(is->name, WANTED[i].name);
    assert_string_equal(is->base_ifname, WANTED[i].base);
    assert_string_equal(is->ifname, WANTED[i].ifname);
    assert_int_equal(is->family, WANTED[i].family);
    assert_true(is->setting[VRRP_KEEPALIVED_VRID] == WANTED[i].vrid);
    assert_true(is->setting[VRRP_KEEPALIVED_VERSION] == WANTED[i].version);
    assert_true(is->setting[VRRP_KEEPALIVED_STATE] == VRRP_KEEPALIVED_MASTER);
    assert_true(is->setting[VRRP_KEEPALIVED_BASE_PRIORITY] == WANTED[i].base_priority);
    assert_true(is->setting[VRRP_KEEPALIVED_EFFECTIVE_PRIORITY] == WANTED[i].priority);
    assert_true(is->setting[VRRP_KEEPALIVED_ADVERT_INTERVAL] == WANTED[i].interval);
  }
  vrrp_keepalived_state_free(state);
}

static void reads_every_setting_and_counter_of_2_2_7(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = parse_file("2.2.7-rich.json");
  const struct vrrp_keepalived_instance *a = &state->instances[0];
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    assert_false(isnan(a->setting[i]));
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++)
    assert_int_equal(a->counter[i] >= 0, i < VRRP_KEEPALIVED_AUTH_EXT_MISSING);
  assert_int_equal(a->counter[VRRP_KEEPALIVED_ADVERTS_SENT], 2);
  assert_int_equal(a->counter[VRRP_KEEPALIVED_BECAME_MASTER], 1);
  assert_true(a->setting[VRRP_KEEPALIVED_GARP_REFRESH] == 60);
  assert_true(state->instances[3].setting[VRRP_KEEPALIVED_NO_PREEMPT] == 1);
  assert_true(state->instances[2].setting[VRRP_KEEPALIVED_PREEMPT_DELAY] == 5);
  vrrp_keepalived_state_free(state);
}

static void reads_the_lists_of_2_2_7(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = parse_file("2.2.7-rich.json");
  const struct vrrp_keepalived_instance *a = &state->instances[0];
  assert_int_equal(a->items[VRRP_KEEPALIVED_VIPS].count, 2);
  assert_int_equal(a->items[VRRP_KEEPALIVED_EXCLUDED_VIPS].count, 2);
  assert_int_equal(a->items[VRRP_KEEPALIVED_ROUTES].count, 3);
  assert_int_equal(a->items[VRRP_KEEPALIVED_RULES].count, 1);
  assert_string_equal(a->script[VRRP_KEEPALIVED_SCRIPT_MASTER],
                      "'/usr/bin/echo' 'master' 'a' 'b'");
  assert_string_equal(a->script[VRRP_KEEPALIVED_SCRIPT_ANY], "'/usr/bin/true'");
  assert_null(a->script[VRRP_KEEPALIVED_SCRIPT_FAULT]);
  assert_int_equal(state->instances[3].names[VRRP_KEEPALIVED_TRACKED_INTERFACES].count,
                   1);
  assert_string_equal(
      state->instances[3].names[VRRP_KEEPALIVED_TRACKED_INTERFACES].name[0], "lo");
  vrrp_keepalived_state_free(state);
}

static void reads_the_object_of_json_version_2(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = parse_file("json_version_2.json");
  assert_int_equal(state->instance_count, 1);
  assert_int_equal(state->instances[0].counter[VRRP_KEEPALIVED_AUTH_EXT_REPLAY], 6);
  assert_int_equal(state->instances[0].names[VRRP_KEEPALIVED_TRACKED_PROCESSES].count, 1);
  assert_int_equal(state->process_count, 1);
  const struct vrrp_keepalived_process *process = &state->processes[0];
  assert_string_equal(process->name, "/usr/sbin/named");
  assert_string_equal(process->parameters, "-f -u bind");
  assert_string_equal(process->match, "initial");
  assert_true(process->number[VRRP_KEEPALIVED_PROCESS_WEIGHT] == -20);
  assert_true(process->number[VRRP_KEEPALIVED_PROCESS_QUORUM] == 1);
  assert_true(process->number[VRRP_KEEPALIVED_PROCESS_FORK_DELAY] == 1.25);
  vrrp_keepalived_state_free(state);
}

static void a_backslash_is_one_in_every_version(void **unused) {
  static const struct {
    const char *json, *name;
  } CASES[] = {
      {"back\\nslash", "back\\slash"},    // up to 2.3.4
      {"back\\\\slash", "back\\slash"},   // 2.4.3
      {"back\\\\nslash", "back\\nslash"}, // 2.4.3, an n behind it
      {"tab\\there", "tab\there"},
  };
  (void)unused;
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    struct vrrp_keepalived_state *state = NULL;
    char text[128];
    snprintf(text, sizeof(text), "[{\"data\":{\"iname\":\"%s\"}}]", CASES[i].json);
    assert_int_equal(parse_text(text, &state), 0);
    assert_string_equal(state->instances[0].name, CASES[i].name);
    vrrp_keepalived_state_free(state);
  }
}

static void what_is_not_told_is_unknown(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = parse_file("odd.json");
  assert_int_equal(state->instance_count, 2);
  const struct vrrp_keepalived_instance *odd = &state->instances[0];
  assert_string_equal(odd->name, "");
  assert_true(isnan(odd->setting[VRRP_KEEPALIVED_VRID]));
  assert_true(isnan(odd->setting[VRRP_KEEPALIVED_STATE]));
  assert_true(isnan(odd->setting[VRRP_KEEPALIVED_BASE_PRIORITY]));
  assert_true(isnan(odd->setting[VRRP_KEEPALIVED_ADVERT_INTERVAL]));
  assert_true(odd->setting[VRRP_KEEPALIVED_VIPS_SET] == 1);
  assert_true(odd->setting[VRRP_KEEPALIVED_NO_PREEMPT] == 0);
  assert_int_equal(odd->counter[VRRP_KEEPALIVED_ADVERTS_SENT], -1);
  assert_int_equal(odd->counter[VRRP_KEEPALIVED_ADVERTS_RECEIVED], -1);
  assert_int_equal(odd->counter[VRRP_KEEPALIVED_BECAME_MASTER], INT64_MAX);
  assert_int_equal(odd->items[VRRP_KEEPALIVED_VIPS].count, 4);
  assert_int_equal(odd->items[VRRP_KEEPALIVED_VIPS].item[0].fact_count, 0);
  assert_int_equal(odd->items[VRRP_KEEPALIVED_VIPS].item[1].fact_count, 0);
  assert_int_equal(odd->names[VRRP_KEEPALIVED_TRACKED_INTERFACES].count, 2);

  const struct vrrp_keepalived_instance *bare = &state->instances[1];
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    assert_true(isnan(bare->setting[i]));
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++)
    assert_int_equal(bare->counter[i], -1);
  assert_int_equal(bare->family, VRRP_KEEPALIVED_FAMILY_UNTOLD);
  vrrp_keepalived_state_free(state);
}

static void tells_half_a_dump_from_a_foreign_form(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    int status;
  } CASES[] = {
      {"", -EBADMSG},
      {"[", -EBADMSG},
      {"[{\"data\":{\"iname\":\"A\"", -EBADMSG},
      {"[] []", -EBADMSG},
      {"[\"\xff\"]", -EBADMSG},
      {"[{\"data\":{}}]", 0},
      {"[]", 0},
      {"{\"vrrp\":[]}", 0},
      {"{}", -EPROTO},
      {"{\"vrrp\":7}", -EPROTO},
      {"[7]", -EPROTO},
      {"[{\"data\":[]}]", -EPROTO},
      {"[{\"stats\":{}}]", -EPROTO},
  };
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    struct vrrp_keepalived_state *untouched = (void *)CASES;
    struct vrrp_keepalived_state *state = untouched;
    assert_int_equal(parse_text(CASES[i].text, &state), CASES[i].status);
    assert_int_equal(state == untouched, CASES[i].status != 0);
    if (state != untouched)
      vrrp_keepalived_state_free(state);
  }
}

// Every cut of a real dump is "not yet": it must be tried again, never believed.
static void no_prefix_of_a_dump_is_believed(void **unused) {
  (void)unused;
  size_t length;
  uint8_t *bytes = load("2.2.7-rich.json", &length);
  while (length > 0 && bytes[length - 1] != ']')
    length--;
  for (size_t cut = 0; cut < length; cut++) {
    struct vrrp_keepalived_state *state = NULL;
    uint8_t *part = malloc(cut + 1);
    memcpy(part, bytes, cut);
    assert_int_equal(vrrp_keepalived_json_parse(part, cut, &state), -EBADMSG);
    free(part);
  }
  free(bytes);
}

static void bounds_what_it_takes(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = NULL;
  size_t length = VRRP_KEEPALIVED_JSON_MAX + 1;
  uint8_t *bytes = malloc(length);
  memset(bytes, ' ', length);
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length, &state), -E2BIG);
  memcpy(bytes, "[]", 2);
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length - 1, &state), 0);
  vrrp_keepalived_state_free(state);

  char *at = (char *)bytes;
  at += sprintf(at, "[{\"data\":{\"iname\":\"%0*d\",\"vips\":[",
                VRRP_KEEPALIVED_TEXT_MAX + 9, 0);
  for (int i = 0; i < VRRP_KEEPALIVED_LIST_MAX; i++)
    at += sprintf(at, "\"10.0.0.1\",");
  at += sprintf(at, "\"10.0.0.1\"]}}");
  for (int i = 0; i < VRRP_KEEPALIVED_INSTANCES_MAX; i++)
    at += sprintf(at, ",{\"data\":{}}");
  *at++ = ']';
  assert_int_equal(
      vrrp_keepalived_json_parse(bytes, (size_t)(at - (char *)bytes), &state), 0);
  assert_int_equal(state->instance_count, VRRP_KEEPALIVED_INSTANCES_MAX);
  assert_int_equal(strlen(state->instances[0].name), VRRP_KEEPALIVED_TEXT_MAX);
  assert_int_equal(state->instances[0].items[VRRP_KEEPALIVED_VIPS].count,
                   VRRP_KEEPALIVED_LIST_MAX);
  vrrp_keepalived_state_free(state);
  free(bytes);
}

// --- passwords ------------------------------------------------------------

static void assert_scrubbed(const char *text, const char *wanted) {
  size_t length = strlen(text);
  uint8_t *bytes = malloc(length + 1);
  memcpy(bytes, text, length);
  vrrp_keepalived_json_scrub(bytes, length);
  assert_memory_equal(bytes, wanted, length);
  free(bytes);
}

static void passwords_are_overwritten(void **unused) {
  (void)unused;
  assert_scrubbed("{\"auth_data\":\"hidden\"}", "{\"auth_data\":\"******\"}");
  assert_scrubbed("{\"auth_data\" :\t\"a\\\"b\"}", "{\"auth_data\" :\t\"****\"}");
  assert_scrubbed("\"auth_data\":\"a\xff\n\",\"x\":\"y\"",
                  "\"auth_data\":\"***\",\"x\":\"y\"");
  assert_scrubbed("\"auth_data\":\"one\",\"auth_data\":\"two\"",
                  "\"auth_data\":\"***\",\"auth_data\":\"***\"");
  assert_scrubbed("\"auth_data\":\"cut o", "\"auth_data\":\"*****");
  assert_scrubbed("\"auth_data\":\"cut\\", "\"auth_data\":\"****");
  assert_scrubbed("\"auth_data\":7,\"n\":\"x\"", "\"auth_data\":7,\"n\":\"x\"");
  assert_scrubbed("\"auth_data\"", "\"auth_data\"");
  assert_scrubbed("\"auth_data\":", "\"auth_data\":");
  assert_scrubbed("", "");
}

// Even a password that is no UTF-8 does not cost the dump.
static void a_strange_password_does_not_hide_the_rest(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = NULL;
  assert_int_equal(
      parse_text("[{\"data\":{\"auth_data\":\"\xfe\x01\",\"vrid\":9}}]", &state), 0);
  assert_true(state->instances[0].setting[VRRP_KEEPALIVED_VRID] == 9);
  vrrp_keepalived_state_free(state);
}

static void no_password_stays_in_the_bytes(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = NULL;
  size_t length;
  uint8_t *bytes = load("2.2.7-rich.json", &length);
  assert_non_null(memmem(bytes, length, "notreal", 7));
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length, &state), 0);
  assert_null(memmem(bytes, length, "notreal", 7));
  vrrp_keepalived_state_free(state);
  free(bytes);
}

// --- finding --------------------------------------------------------------

static void finds_the_instance_of_a_virtual_router(void **unused) {
  (void)unused;
  static const struct {
    const char *interface;
    int family;
    unsigned vrid;
    int place; // -1: none
  } CASES[] = {
      {"eth0", VRRP_IPV4, 10, 0},    {"eth0", VRRP_IPV4, 20, 1},
      {"eth0", VRRP_IPV6, 20, 2},    {"eth0", VRRP_IPV4, 40, 3},
      {"vrrp.40", VRRP_IPV4, 40, 3}, {"eth0", VRRP_IPV6, 10, -1},
      {"eth1", VRRP_IPV4, 10, -1},   {"eth0", VRRP_IPV4, 11, -1},
  };
  struct vrrp_keepalived_state *state = parse_file("2.2.7-rich.json");
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    const struct vrrp_keepalived_instance *wanted =
        CASES[i].place < 0 ? NULL : &state->instances[CASES[i].place];
    assert_ptr_equal(vrrp_keepalived_state_find(state, CASES[i].interface,
                                                CASES[i].family, CASES[i].vrid),
                     wanted);
  }
  vrrp_keepalived_state_free(state);
}

// Each of many, all with one VRID, in no order; one that is told twice is the first.
static void finds_each_of_many(void **unused) {
  (void)unused;
  enum { MANY = 997, STEP = 361 };
  static char dump[MANY * 64 + 3] = "[";
  for (size_t i = 0, used = 1; i <= MANY; i++)
    used += (size_t)snprintf(dump + used, sizeof(dump) - used,
                             "{\"data\":{\"ifp_ifname\":\"e%zu\",\"vrid\":1}}%s",
                             i * STEP % MANY, i < MANY ? "," : "]");
  struct vrrp_keepalived_state *state = NULL;
  assert_int_equal(parse_text(dump, &state), 0);
  for (size_t i = 0; i < MANY; i++)
    assert_ptr_equal(
        vrrp_keepalived_state_find(state, state->instances[i].ifname, VRRP_IPV4, 1),
        &state->instances[i]);
  assert_string_equal(state->instances[MANY].ifname, "e0");
  assert_null(vrrp_keepalived_state_find(state, "e997", VRRP_IPV4, 1));
  assert_null(vrrp_keepalived_state_find(state, "e0", VRRP_IPV4, 2));
  vrrp_keepalived_state_free(state);
}

// Without addresses the dump does not tell the family: either may match, but an
// instance of the right one goes first.
static void an_untold_family_matches_last(void **unused) {
  (void)unused;
  struct vrrp_keepalived_state *state = NULL;
  assert_int_equal(
      parse_text("[{\"data\":{\"ifp_ifname\":\"e\",\"vrid\":1,\"version\":3}},"
                 "{\"data\":{\"ifp_ifname\":\"e\",\"vrid\":1,\"vips\":[\"fd00::1\"]}}]",
                 &state),
      0);
  assert_ptr_equal(vrrp_keepalived_state_find(state, "e", VRRP_IPV6, 1),
                   &state->instances[1]);
  assert_ptr_equal(vrrp_keepalived_state_find(state, "e", VRRP_IPV4, 1),
                   &state->instances[0]);
  vrrp_keepalived_state_free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_the_instances_of_2_2_7),
      cmocka_unit_test(reads_every_setting_and_counter_of_2_2_7),
      cmocka_unit_test(reads_the_lists_of_2_2_7),
      cmocka_unit_test(reads_the_object_of_json_version_2),
      cmocka_unit_test(a_backslash_is_one_in_every_version),
      cmocka_unit_test(what_is_not_told_is_unknown),
      cmocka_unit_test(tells_half_a_dump_from_a_foreign_form),
      cmocka_unit_test(no_prefix_of_a_dump_is_believed),
      cmocka_unit_test(bounds_what_it_takes),
      cmocka_unit_test(passwords_are_overwritten),
      cmocka_unit_test(a_strange_password_does_not_hide_the_rest),
      cmocka_unit_test(no_password_stays_in_the_bytes),
      cmocka_unit_test(finds_the_instance_of_a_virtual_router),
      cmocka_unit_test(finds_each_of_many),
      cmocka_unit_test(an_untold_family_matches_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
