// SPDX-License-Identifier: MIT
// Is keepalived asked without harm, and is every way it can fail told apart?
//
// The test is its own keepalived: it copies itself to a program of that name and
// starts it with the behaviour that a case needs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_state.h"
#include "core/keepalived_text.h"
#include "io/keepalived.h"
#include "needs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL (400 * VRRP_MILLISECOND)
#define DUMP     "[{\"data\":{\"iname\":\"A\",\"vrid\":10}}]"

// --- the daemon -----------------------------------------------------------

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) < 0)
    _exit(3);
  close(fd);
}

// As 2.2.7 does: an empty file in place, filled afterwards, in two parts.
static void dump_slowly(const char *json) {
  put("new", "");
  rename("new", json);
  usleep(30000);
  int fd = open(json, O_WRONLY);
  if (write(fd, DUMP, 10) < 0)
    _exit(3);
  usleep(30000);
  if (write(fd, &DUMP[10], strlen(DUMP) - 10) < 0)
    _exit(3);
  close(fd);
}

// As 2.4.3 and later do.
static void dump_at_once(const char *json, const char *text) {
  put("new", text);
  rename("new", json);
}

#define TEXT                                                                             \
  "------< VRRP Topology >------\n VRRP Instance = A\n------< Interfaces >------\n"

// As every version does: renamed while empty, then written, in two parts; the first
// ends where a whole dump might.
static void dump_text(const char *path) {
  put("new", "");
  rename("new", path);
  usleep(20000);
  int fd = open(path, O_WRONLY);
  if (write(fd, TEXT, strlen(TEXT)) < 0)
    _exit(3);
  usleep(60000);
  if (write(fd, " Name = lo\n", 11) < 0)
    _exit(3);
  close(fd);
}

// More events than the kernel keeps for who watches the directory; the dump's own is
// lost.
static void dump_after_a_flood(const char *json) {
  int events_max = 0;
  FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
  if (file == NULL || fscanf(file, "%d", &events_max) != 1)
    _exit(3);
  fclose(file);
  put("new", "");
  for (int i = 0; i <= events_max; i += 2)
    if (rename("new", "other") < 0 || rename("other", "new") < 0)
      _exit(3);
  dump_at_once(json, DUMP);
}

static void dump(const char *behaviour, const char *json) {
  if (strcmp(behaviour, "atomic") == 0)
    dump_at_once(json, DUMP);
  else if (strcmp(behaviour, "slow") == 0)
    dump_slowly(json);
  else if (strcmp(behaviour, "flooding") == 0)
    dump_after_a_flood(json);
  else if (strcmp(behaviour, "half") == 0)
    dump_at_once(json, "[{\"data\"");
  else if (strcmp(behaviour, "foreign-form") == 0)
    dump_at_once(json, "{\"format\":9}");
  else if (strcmp(behaviour, "symlink") == 0 && symlink("new", json) < 0)
    _exit(3);
  else if (strcmp(behaviour, "writable") == 0) {
    put("new", DUMP);
    chmod("new", 0666);
    rename("new", json);
  }
}

static _Noreturn void run_daemon(const char *behaviour) {
  sigset_t signals;
  char pid[16];
  struct signalfd_siginfo info;
  sigemptyset(&signals);
  sigaddset(&signals, SIGRTMIN + 2);
  if (strcmp(behaviour, "json-only") != 0)
    sigaddset(&signals, SIGUSR1);
  if (strcmp(behaviour, "deaf") != 0)
    sigprocmask(SIG_BLOCK, &signals, NULL);
  snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
  dump_at_once("ka.pid", pid);
  alarm(20); // never outlives a broken test
  int fd = signalfd(-1, &signals, SFD_CLOEXEC);
  for (;;) {
    if (read(fd, &info, sizeof(info)) != sizeof(info))
      continue;
    if (info.ssi_signo == SIGUSR1)
      dump_text("ka.data");
    else
      dump(behaviour, "ka.json");
  }
}

// --- the test's side ------------------------------------------------------

struct lab {
  char dir[32];
  pid_t daemon;
  struct vrrp_keepalived_source *source;
};

static vrrp_time now(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (vrrp_time)ts.tv_sec * VRRP_SECOND + (vrrp_time)ts.tv_nsec;
}

static void copy_self(const char *to) {
  char buf[65536];
  ssize_t length;
  int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0700);
  while ((length = read(in, buf, sizeof(buf))) > 0)
    assert_int_equal(write(out, buf, (size_t)length), length);
  close(in);
  close(out);
}

static void start_daemon(struct lab *lab, const char *program, const char *behaviour) {
  unlink("ka.pid");
  if (access(program, X_OK) != 0)
    copy_self(program);
  lab->daemon = fork();
  if (lab->daemon == 0) {
    execl(program, program, "--daemon", behaviour, (char *)NULL);
    _exit(3);
  }
  for (int i = 0; i < 500 && access("ka.pid", R_OK) != 0; i++)
    usleep(10000);
}

static void stop_daemon(struct lab *lab) {
  if (lab->daemon == 0)
    return;
  kill(lab->daemon, SIGKILL);
  waitpid(lab->daemon, NULL, 0);
  lab->daemon = 0;
}

static int set_up(void **state) {
  struct lab *lab = calloc(1, sizeof(*lab));
  strcpy(lab->dir, "/tmp/ka-test-XXXXXX");
  if (mkdtemp(lab->dir) == NULL || chdir(lab->dir) < 0)
    return -1;
  *state = lab;
  return vrrp_keepalived_source_new(VRRP_KEEPALIVED_JSON, "ka.pid", "ka.json", INTERVAL,
                                    &lab->source);
}

static int tear_down(void **state) {
  struct lab *lab = *state;
  static const char *const FILES[] = {"ka.pid", "ka.json",    "ka.data",
                                      "new",    "keepalived", "other"};
  stop_daemon(lab);
  vrrp_keepalived_source_free(lab->source);
  for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
    unlink(FILES[i]);
  int status = rmdir(lab->dir);
  free(lab);
  return status;
}

// Runs the source as the plugin does until a question is finished.
static enum vrrp_keepalived_status answer(struct lab *lab) {
  vrrp_time end = now() + 8 * VRRP_SECOND;
  while (!vrrp_keepalived_source_run(lab->source, now())) {
    vrrp_time deadline = vrrp_keepalived_source_deadline(lab->source), at = now();
    assert_true(at < end);
    vrrp_time wait = deadline > at ? deadline - at : 0;
    struct pollfd poll_fd = {.fd = vrrp_keepalived_source_fd(lab->source),
                             .events = POLLIN};
    poll(&poll_fd, 1, (int)(wait / VRRP_MILLISECOND) + 1);
  }
  return vrrp_keepalived_source_status(lab->source);
}

static void assert_answer(struct lab *lab, enum vrrp_keepalived_status wanted) {
  assert_int_equal(answer(lab), wanted);
  assert_int_equal(vrrp_keepalived_source_content(lab->source) != NULL,
                   wanted == VRRP_KEEPALIVED_TOLD);
}

static const struct vrrp_keepalived_state *state_of(const struct lab *lab) {
  return vrrp_keepalived_source_content(lab->source);
}

// Asks for another kind of dump from now on.
static void ask_for(struct lab *lab, enum vrrp_keepalived_dump_format format) {
  vrrp_keepalived_source_free(lab->source);
  assert_int_equal(
      vrrp_keepalived_source_new(format, "ka.pid", "ka.data", INTERVAL, &lab->source), 0);
}

static void takes_a_text_when_its_writing_ends(void **state) {
  struct lab *lab = *state;
  ask_for(lab, VRRP_KEEPALIVED_VRRP_TEXT);
  start_daemon(lab, "./keepalived", "atomic");
  for (int i = 0; i < 3; i++) {
    assert_answer(lab, VRRP_KEEPALIVED_TOLD);
    const struct vrrp_keepalived_text *text = vrrp_keepalived_source_content(lab->source);
    assert_int_equal(text->record_count, 2); // the instance and the interface
  }
}

// The default action of SIGUSR1 ends a process.
static void never_signals_who_does_not_handle_it(void **state) {
  struct lab *lab = *state;
  ask_for(lab, VRRP_KEEPALIVED_VRRP_TEXT);
  start_daemon(lab, "./keepalived", "json-only");
  assert_answer(lab, VRRP_KEEPALIVED_DEAF);
  assert_int_equal(waitpid(lab->daemon, NULL, WNOHANG), 0);
}

static void a_text_of_another_process_is_not_whole(void **state) {
  struct lab *lab = *state;
  ask_for(lab, VRRP_KEEPALIVED_CHECKERS_TEXT);
  start_daemon(lab, "./keepalived", "atomic");
  assert_answer(lab, VRRP_KEEPALIVED_BROKEN);
}

static void takes_a_dump_that_is_renamed_complete(void **state) {
  struct lab *lab = *state;
  start_daemon(lab, "./keepalived", "atomic");
  assert_answer(lab, VRRP_KEEPALIVED_TOLD);
  assert_string_equal(state_of(lab)->instances[0].name, "A");
  assert_int_equal(vrrp_keepalived_source_pid(lab->source), lab->daemon);
}

static void waits_for_a_dump_to_be_complete(void **state) {
  struct lab *lab = *state;
  start_daemon(lab, "./keepalived", "slow");
  assert_answer(lab, VRRP_KEEPALIVED_TOLD);
  assert_int_equal(state_of(lab)->instance_count, 1);
}

// It does not wait for the time of its next look, which this test's clock never reaches.
static void looks_at_once_when_events_were_lost(void **state) {
  struct lab *lab = *state;
  start_daemon(lab, "./keepalived", "flooding");
  vrrp_time asked = now();
  assert_false(vrrp_keepalived_source_run(lab->source, asked));
  for (int i = 0; i < 500 && access("ka.json", R_OK) != 0; i++)
    usleep(10000);
  assert_true(vrrp_keepalived_source_run(lab->source, asked));
  assert_int_equal(vrrp_keepalived_source_status(lab->source), VRRP_KEEPALIVED_TOLD);
}

// What lay there before the question is no answer to it.
static void does_not_take_an_old_dump(void **state) {
  struct lab *lab = *state;
  put("ka.json", DUMP);
  start_daemon(lab, "./keepalived", "silent");
  assert_answer(lab, VRRP_KEEPALIVED_SLOW);
}

static void tells_the_failures_apart(void **state) {
  static const struct {
    const char *behaviour;
    enum vrrp_keepalived_status status;
  } CASES[] = {
      {"half", VRRP_KEEPALIVED_BROKEN},
      {"foreign-form", VRRP_KEEPALIVED_UNKNOWN_FORM},
      {"symlink", VRRP_KEEPALIVED_UNTRUSTED},
      {"writable", VRRP_KEEPALIVED_UNTRUSTED},
      {"deaf", VRRP_KEEPALIVED_DEAF},
  };
  struct lab *lab = *state;
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    start_daemon(lab, "./keepalived", CASES[i].behaviour);
    assert_answer(lab, CASES[i].status);
    assert_int_equal(kill(lab->daemon, 0), 0); // it survived the question
    stop_daemon(lab);
    unlink("ka.json");
  }
}

static void never_signals_another_program(void **state) {
  struct lab *lab = *state;
  start_daemon(lab, "./other", "deaf");
  assert_answer(lab, VRRP_KEEPALIVED_FOREIGN);
  assert_int_equal(waitpid(lab->daemon, NULL, WNOHANG), 0);
}

static void refuses_pids_that_are_none(void **state) {
  static const char *const PIDS[] = {"",    "0\n",    "-1\n",         "1\n",
                                     "x\n", "123abc", "99999999999\n"};
  struct lab *lab = *state;
  for (size_t i = 0; i < sizeof(PIDS) / sizeof(PIDS[0]); i++) {
    struct vrrp_keepalived_source *source;
    put("ka.pid", PIDS[i]);
    assert_int_equal(vrrp_keepalived_source_new(VRRP_KEEPALIVED_JSON, "ka.pid", "ka.json",
                                                VRRP_SECOND, &source),
                     0);
    assert_true(vrrp_keepalived_source_run(source, now()));
    assert_int_equal(vrrp_keepalived_source_status(source), VRRP_KEEPALIVED_NOT_RUNNING);
    vrrp_keepalived_source_free(source);
  }
  (void)lab;
}

static void follows_a_restart(void **state) {
  struct lab *lab = *state;
  start_daemon(lab, "./keepalived", "atomic");
  assert_answer(lab, VRRP_KEEPALIVED_TOLD);
  pid_t first = vrrp_keepalived_source_pid(lab->source);
  stop_daemon(lab);
  assert_answer(lab, VRRP_KEEPALIVED_NOT_RUNNING);
  assert_int_equal(vrrp_keepalived_source_pid(lab->source), 0);
  start_daemon(lab, "./keepalived", "slow");
  assert_answer(lab, VRRP_KEEPALIVED_TOLD);
  assert_int_not_equal(vrrp_keepalived_source_pid(lab->source), first);
}

// One dump an interval; a change on the wire may ask sooner, once a second.
static void does_not_ask_too_often(void **state) {
  (void)state;
  struct vrrp_keepalived_source *source;
  vrrp_time at = 1000 * VRRP_SECOND, later = at + 10 * VRRP_SECOND;
  assert_int_equal(vrrp_keepalived_source_new(VRRP_KEEPALIVED_JSON, "ka.pid", "ka.json",
                                              10 * VRRP_SECOND, &source),
                   0);
  assert_true(vrrp_keepalived_source_run(source, at));
  assert_true(vrrp_keepalived_source_deadline(source) == later);
  assert_false(vrrp_keepalived_source_run(source, later - 1));
  vrrp_keepalived_source_hurry(source, at + VRRP_MILLISECOND);
  assert_true(vrrp_keepalived_source_deadline(source) == at + VRRP_SECOND);
  vrrp_keepalived_source_hurry(source, at + 5 * VRRP_SECOND);
  assert_true(vrrp_keepalived_source_deadline(source) == at + VRRP_SECOND);
  assert_false(vrrp_keepalived_source_run(source, at + VRRP_SECOND - 1));
  assert_true(vrrp_keepalived_source_run(source, at + VRRP_SECOND));
  vrrp_keepalived_source_hurry(source, at + 3 * VRRP_SECOND);
  assert_true(vrrp_keepalived_source_run(source, at + 3 * VRRP_SECOND));
  vrrp_keepalived_source_free(source);
}

static void tells_every_status(void **state) {
  (void)state;
  for (int i = 0; i < VRRP_KEEPALIVED_STATUSES; i++)
    assert_true(strlen(vrrp_keepalived_status_text(i)) > 0);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--daemon") == 0)
    run_daemon(argv[2]);
  const char *lacking = lacks_own_daemon();
  if (lacking != NULL)
    return skip_all(lacking);
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
      TEST(takes_a_dump_that_is_renamed_complete),
      TEST(waits_for_a_dump_to_be_complete),
      TEST(looks_at_once_when_events_were_lost),
      TEST(does_not_take_an_old_dump),
      TEST(takes_a_text_when_its_writing_ends),
      TEST(never_signals_who_does_not_handle_it),
      TEST(a_text_of_another_process_is_not_whole),
      TEST(tells_the_failures_apart),
      TEST(never_signals_another_program),
      TEST(refuses_pids_that_are_none),
      TEST(follows_a_restart),
      TEST(does_not_ask_too_often),
      TEST(tells_every_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
