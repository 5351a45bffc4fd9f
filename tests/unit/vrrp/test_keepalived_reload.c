// SPDX-License-Identifier: MIT
// Is a change told as a reload only if keepalived's configuration changed?
//
// What its processes say is given here, in the place of plugin/keepalived_sources.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../daemon.h"

#include "common/core/array.h"

#include "core/keepalived_json.h"
#include "plugin/keepalived_reload.h"

#include <string.h>

static struct vrrp_keepalived_source {
  enum vrrp_keepalived_status status;
  vrrp_time asked_at;
  struct vrrp_keepalived_text *text;
} source[VRRP_KEEPALIVED_FORMATS];

const struct vrrp_keepalived_source *
vrrp_keepalived_sources_get(const struct vrrp_keepalived_sources *sources,
                            enum vrrp_keepalived_dump_format format) {
  (void)sources;
  return &source[format];
}

const struct vrrp_keepalived_state *
vrrp_keepalived_sources_state(const struct vrrp_keepalived_sources *sources) {
  (void)sources;
  return NULL;
}

const struct vrrp_keepalived_text *
vrrp_keepalived_sources_text(const struct vrrp_keepalived_sources *sources,
                             enum vrrp_keepalived_dump_format format) {
  (void)sources;
  return source[format].text;
}

bool vrrp_keepalived_sources_are_settled(const struct vrrp_keepalived_sources *sources) {
  (void)sources;
  return true;
}

bool vrrp_keepalived_source_waits(const struct vrrp_keepalived_source *one) {
  (void)one;
  return false;
}

enum vrrp_keepalived_status
vrrp_keepalived_source_status(const struct vrrp_keepalived_source *one) {
  return one->status;
}

vrrp_time vrrp_keepalived_source_asked_at(const struct vrrp_keepalived_source *one) {
  return one->asked_at;
}

pid_t vrrp_keepalived_source_pid(const struct vrrp_keepalived_source *one) {
  (void)one;
  return 7;
}

static void forget(enum vrrp_keepalived_dump_format format) {
  vrrp_keepalived_text_free(source[format].text);
  source[format].text = NULL;
}

// That process answers with this router_id; NULL: it is not there.
static void answer(enum vrrp_keepalived_dump_format format, const char *router_id) {
  bool is_vrrp = format == VRRP_KEEPALIVED_VRRP_TEXT;
  char dump[256];
  forget(format);
  source[format].status =
      router_id != NULL ? VRRP_KEEPALIVED_TOLD : VRRP_KEEPALIVED_NOT_RUNNING;
  source[format].asked_at++;
  if (router_id == NULL)
    return;
  int length = snprintf(dump, sizeof(dump),
                        "------< Global definitions >------\n Router ID = %s\n"
                        "------< %s Topology >------\n%s",
                        router_id, is_vrrp ? "VRRP" : "LVS",
                        is_vrrp ? "------< Interfaces >------\n Name = lo\n" : "");
  assert_int_equal(vrrp_keepalived_text_parse(is_vrrp ? VRRP_KEEPALIVED_DUMP_VRRP
                                                      : VRRP_KEEPALIVED_DUMP_CHECKERS,
                                              (uint8_t *)dump, (size_t)length,
                                              &source[format].text),
                   0);
}

static void begin(struct vrrp_keepalived_reload *reload) {
  daemon_forget();
  memset(source, 0, sizeof(source));
  vrrp_keepalived_reload_init(reload, "");
}

static void end(struct vrrp_keepalived_reload *reload) {
  vrrp_keepalived_reload_clear(reload);
  forget(VRRP_KEEPALIVED_VRRP_TEXT);
  forget(VRRP_KEEPALIVED_CHECKERS_TEXT);
}

// What is told when the VRRP process and the checkers' have answered so, one step after
// the other; "" if nothing is.
static const char *told(size_t count, const char *const steps[][2]) {
  struct vrrp_keepalived_reload reload;
  begin(&reload);
  for (size_t i = 0; i < count; i++) {
    answer(VRRP_KEEPALIVED_VRRP_TEXT, steps[i][0]);
    answer(VRRP_KEEPALIVED_CHECKERS_TEXT, steps[i][1]);
    vrrp_keepalived_reload_follow(&reload, NULL, "2.3.3", 1);
  }
  end(&reload);
  return collectd.messages;
}

#define TOLD(...)                                                                        \
  told(sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]),          \
       (const char *const[][2]){__VA_ARGS__})

static void what_is_global_is_told_once(void **unused) {
  (void)unused;
  const char *message = TOLD({"a", "a"}, {"b", "b"});
  assert_non_null(strstr(message, "keepalived reloaded: global router_id a -> b\n"));
  message = TOLD({NULL, "a"}, {NULL, "b"});
  assert_non_null(strstr(message, "keepalived reloaded: global router_id a -> b\n"));
}

// Which process tells it is no change of it.
static void a_process_that_comes_or_goes_changes_nothing_global(void **unused) {
  (void)unused;
  assert_string_equal(TOLD({"a", "a"}, {NULL, "a"}, {"a", "a"}, {"a", "a"}), "");
  assert_string_equal(TOLD({NULL, "a"}, {"a", "a"}, {"a", "a"}, {NULL, "a"}), "");
}

// What changed as it came is told, of the process that told it before.
static void a_change_with_the_first_vrrp_process_is_told(void **unused) {
  (void)unused;
  const char *message = TOLD({NULL, "a"}, {"b", "b"}, {"b", "b"});
  assert_non_null(strstr(message, "keepalived reloaded: global router_id a -> b\n"));
  assert_null(strstr(message, "removed"));
}

// What the old version said is not taken for the new one's, however late that says it.
static void another_version_is_compared_with_nothing(void **unused) {
  static const struct {
    const char *version, *router_id;
  } STEPS[] = {{"2.3.3", "a"}, {"2.4.3", NULL}, {"2.4.3", "b"}, {"2.4.3", "c"}};
  struct vrrp_keepalived_reload reload;
  (void)unused;
  begin(&reload);
  for (size_t i = 0; i < HA_COUNT_OF(STEPS); i++) {
    if (STEPS[i].router_id != NULL)
      answer(VRRP_KEEPALIVED_VRRP_TEXT, STEPS[i].router_id);
    vrrp_keepalived_reload_follow(&reload, NULL, STEPS[i].version, 1);
  }
  end(&reload);
  assert_non_null(strstr(collectd.messages, "global router_id b -> c\n"));
  assert_null(strstr(collectd.messages, "a -> b"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_global_is_told_once),
      cmocka_unit_test(a_process_that_comes_or_goes_changes_nothing_global),
      cmocka_unit_test(a_change_with_the_first_vrrp_process_is_told),
      cmocka_unit_test(another_version_is_compared_with_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
