// SPDX-License-Identifier: MIT
// Is the cause of a fault found wherever it is, and does it keep its age?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_fault.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Instance A has these lines more; B of group G is in fault. The script chk and whatever
// else can be tracked is bad, but for the interface eth0.
static struct vrrp_keepalived_text *dump(const char *more, const char *eth0) {
  char bytes[2048];
  struct vrrp_keepalived_text *text = NULL;
  int length =
      snprintf(bytes, sizeof(bytes),
               "------< VRRP Topology >------\n VRRP Instance = A\n%s   State = FAULT\n"
               "   Interface = eth0\n"
               " VRRP Instance = B\n   Sync group = G\n   State = FAULT\n"
               "   Tracked scripts :\n     chk weight 0\n"
               "------< VRRP Scripts >------\n VRRP Script = chk\n   Status = BAD\n"
               " VRRP Script = good\n   Status = GOOD\n"
               "------< VRRP Track files >------\n Track file = f\n   Status = -254\n"
               "------< VRRP Track processes >------\n VRRP Track process = srv\n"
               "   Have quorum = false\n"
               "------< VRRP Track BFDs >------\n VRRP Track BFD = far\n   Bfd is down\n"
               "------< Interfaces >------\n Name = eth0\n   State = %s\n",
               more, eth0);
  assert_int_equal(vrrp_keepalived_text_parse(VRRP_KEEPALIVED_DUMP_VRRP, (uint8_t *)bytes,
                                              (size_t)length, &text),
                   0);
  return text;
}

static void test_cause_wherever_it_is(void **unused) {
  static const struct {
    const char *more, *eth0, *cause;
  } CASES[] = {
      {"   Tracked scripts :\n     chk weight 0\n", "UP, RUNNING", "script chk failed"},
      {"   Tracked scripts :\n     good weight 0\n     chk weight 0\n", "UP, RUNNING",
       "script chk failed"},
      {"   Tracked scripts :\n     chk weight 5\n", "UP, RUNNING",
       ""}, // moves the priority only
      {"   Tracked processes :\n     srv, weight 0\n", "UP, RUNNING",
       "process srv lost its quorum"},
      {"   Tracked BFDs :\n     far: weight 0\n", "UP, RUNNING", "bfd far went down"},
      {"   Tracked files :\n     f, weight 0\n", "UP, RUNNING", "file f set a fault"},
      {"   Sync group = G\n", "UP, RUNNING", "B of its sync group: script chk failed"},
      {"   Tracked interfaces :\n     eth0 weight 0\n", "not UP, not RUNNING",
       "interface eth0 went down"},
      {"", "UP, not RUNNING", "interface eth0 went down"},
      {"", "UP, RUNNING", ""},
  };
  (void)unused;
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    char cause[VRRP_KEEPALIVED_CAUSE_SIZE];
    struct vrrp_keepalived_text *text = dump(CASES[i].more, CASES[i].eth0);
    vrrp_keepalived_fault_cause(text, "A", cause);
    assert_string_equal(cause, CASES[i].cause);
    vrrp_keepalived_fault_cause(text, "nobody", cause);
    assert_string_equal(cause, "");
    vrrp_keepalived_text_free(text);
  }
}

// --- since when -----------------------------------------------------------

// What a router at night lives through: seconds since the epoch, what keepalived says of
// A in the JSON, and the text.
struct moment {
  double now, state, transition;
  const char *more;  // of A in the text; NULL: no text
  const char *cause; // NULL: no fault
  double since;
  const char *why;
};

static void live(const struct moment *moments, size_t count) {
  struct vrrp_keepalived_faults faults = {0};
  for (size_t i = 0; i < count; i++) {
    const struct moment *m = &moments[i];
    char name[] = "A", why[VRRP_KEEPALIVED_WHY_SIZE];
    struct vrrp_keepalived_instance instance = {.name = name};
    struct vrrp_keepalived_state state = {.instance_count = 1, .instances = &instance};
    struct vrrp_keepalived_text *text =
        m->more != NULL ? dump(m->more, "UP, RUNNING") : NULL;
    instance.setting[VRRP_KEEPALIVED_STATE] = m->state;
    instance.setting[VRRP_KEEPALIVED_LAST_TRANSITION] = m->transition;
    assert_int_equal(vrrp_keepalived_faults_take(&faults, &state, text, m->now), 0);
    vrrp_keepalived_text_free(text); // what is known of faults does not need it

    const struct vrrp_keepalived_fault *fault = vrrp_keepalived_faults_find(&faults, "A");
    assert_int_equal(fault != NULL, m->cause != NULL);
    assert_null(vrrp_keepalived_faults_find(&faults, "B"));
    assert_string_equal(vrrp_keepalived_fault_tell(fault, m->now, why), m->why);
    if (fault == NULL)
      continue;
    assert_string_equal(fault->cause, m->cause);
    if (fabs(fault->since - m->since) > 1e-6)
      fail_msg("moment %zu: since %.3f", i, fault->since);
  }
  vrrp_keepalived_faults_clear(&faults);
  assert_null(vrrp_keepalived_faults_find(&faults, "A"));
}

#define LIVE(...)                                                                        \
  live((const struct moment[]){__VA_ARGS__},                                             \
       sizeof((const struct moment[]){__VA_ARGS__}) / sizeof(struct moment))

#define SCRIPT  "   Tracked scripts :\n     chk weight 0\n"
#define PROCESS "   Tracked processes :\n     srv, weight 0\n"

static void test_age(void **unused) {
  (void)unused;
  LIVE({1000, VRRP_KEEPALIVED_MASTER, 900, "", NULL, 0, ""},
       {1010, VRRP_KEEPALIVED_FAULT, 1005.5, SCRIPT, "script chk failed", 1005.5,
        "script chk failed 4 s ago"},
       {1020, VRRP_KEEPALIVED_FAULT, 1005.5, SCRIPT, "script chk failed", 1005.5,
        "script chk failed 14 s ago"},
       // mended, but there is something else by now
       {1030, VRRP_KEEPALIVED_FAULT, 1005.5, PROCESS, "process srv lost its quorum", 1030,
        "process srv lost its quorum 0 s ago"},
       {1040, VRRP_KEEPALIVED_FAULT, 1005.5, PROCESS, "process srv lost its quorum", 1030,
        "process srv lost its quorum 10 s ago"},
       {1050, VRRP_KEEPALIVED_BACKUP, 1045, "", NULL, 0, ""},
       // again, and it was well between two answers
       {1060, VRRP_KEEPALIVED_FAULT, 1055, SCRIPT, "script chk failed", 1055,
        "script chk failed 5 s ago"},
       {1070, VRRP_KEEPALIVED_FAULT, 1065, SCRIPT, "script chk failed", 1065,
        "script chk failed 5 s ago"});
}

static void test_cause_that_comes_later(void **unused) {
  (void)unused;
  LIVE({1000, VRRP_KEEPALIVED_FAULT, 990, NULL, "", 990, ""},
       {1010, VRRP_KEEPALIVED_FAULT, 990, SCRIPT, "script chk failed", 990,
        "script chk failed 20 s ago"});
}

static void test_clocks(void **unused) {
  (void)unused;
  LIVE({1000, VRRP_KEEPALIVED_FAULT, 2000, SCRIPT, "script chk failed", 1000,
        "script chk failed 0 s ago"}, // set back since
       {1010, VRRP_KEEPALIVED_FAULT, 2000, SCRIPT, "script chk failed", 1000,
        "script chk failed 10 s ago"},
       {400, VRRP_KEEPALIVED_FAULT, 2000, SCRIPT, "script chk failed", 1000,
        "script chk failed 0 s ago"});
  LIVE({1000, VRRP_KEEPALIVED_FAULT, NAN, SCRIPT, "script chk failed", 1000,
        "script chk failed 0 s ago"}, // not told
       {1010, VRRP_KEEPALIVED_FAULT, NAN, SCRIPT, "script chk failed", 1000,
        "script chk failed 10 s ago"});
}

static void test_silence(void **unused) {
  struct vrrp_keepalived_faults faults = {0};
  char name[] = "A";
  struct vrrp_keepalived_instance instance = {.name = name};
  struct vrrp_keepalived_state state = {.instance_count = 1, .instances = &instance};

  (void)unused;
  instance.setting[VRRP_KEEPALIVED_STATE] = VRRP_KEEPALIVED_FAULT;
  assert_int_equal(vrrp_keepalived_faults_take(&faults, &state, NULL, 10), 0);
  assert_non_null(vrrp_keepalived_faults_find(&faults, "A"));
  assert_null(vrrp_keepalived_faults_find(&faults, NULL));
  assert_int_equal(vrrp_keepalived_faults_take(&faults, NULL, NULL, 20), 0);
  assert_null(vrrp_keepalived_faults_find(&faults, "A"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cause_wherever_it_is),
      cmocka_unit_test(test_age),
      cmocka_unit_test(test_cause_that_comes_later),
      cmocka_unit_test(test_clocks),
      cmocka_unit_test(test_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
