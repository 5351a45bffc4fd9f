// SPDX-License-Identifier: MIT
// Is each of keepalived's dumps asked for when there is reason to, and only then?
//
// The test is its own keepalived, a copy of itself of that name, and its clock stands
// still while an answer is awaited: only inotify moves on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "plugin/keepalived_sources.h"

#include "io/kernel_servers.h"
#include "needs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INTERVAL (10 * VRRP_SECOND)
#define TEXT                                                                             \
  "------< VRRP Topology >------\n VRRP Instance = A\n------< Interfaces >------\n"      \
  " Name = lo\n"

#define CHECKERS_TEXT                                                                    \
  "------< LVS Topology >------\n VS VIP = 192.0.2.1, VPORT = 80\n   protocol = TCP\n"   \
  "   alive = 1\n"

// The kernel's servers: this machine's may have no load balancer.
static uint64_t servers;

uint64_t vrrp_kernel_servers_digest(const char *path) {
  (void)path;
  return servers;
}

// --- the daemon -----------------------------------------------------------

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) < 0)
    _exit(3);
  close(fd);
}

// Says the state that stands in the file "state".
static void dump_json(void) {
  char state[16] = "", json[128];
  int fd = open("state", O_RDONLY);
  if (read(fd, state, sizeof(state) - 1) < 0)
    _exit(3);
  close(fd);
  snprintf(json, sizeof(json), "[{\"data\":{\"iname\":\"A\",\"vrid\":10,\"state\":%s}}]",
           state);
  put("new", json);
  rename("new", "ka.json");
}

static void put_dump(const char *path, const char *text) {
  put("new", "");
  rename("new", path);
  int fd = open(path, O_WRONLY);
  if (write(fd, text, strlen(text)) < 0)
    _exit(3);
  close(fd);
}

// As its VRRP process and as its checkers.
static void dump_text(void) {
  int fd = open("texts", O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (write(fd, "x", 1) < 0) // one more
    _exit(3);
  close(fd);
  put_dump("ka.data", TEXT);
  put_dump("ka.check", CHECKERS_TEXT);
}

static _Noreturn void run_daemon(void) {
  sigset_t signals;
  char pid[16];
  struct signalfd_siginfo info;
  sigemptyset(&signals);
  sigaddset(&signals, SIGRTMIN + 2);
  sigaddset(&signals, SIGUSR1);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
  put("new", pid);
  rename("new", "ka.pid");
  alarm(60); // never outlives a broken test
  int fd = signalfd(-1, &signals, SFD_CLOEXEC);
  while (read(fd, &info, sizeof(info)) == sizeof(info))
    if (info.ssi_signo == SIGUSR1)
      dump_text();
    else
      dump_json();
  _exit(3);
}

// --- the test's side ------------------------------------------------------

struct lab {
  char dir[32];
  pid_t daemon;
  vrrp_time now;
  struct vrrp_keepalived_config config;
  struct vrrp_keepalived_sources *sources;
};

static void copy_self(void) {
  char buf[65536];
  ssize_t length;
  int in = open("/proc/self/exe", O_RDONLY),
      out = open("keepalived", O_WRONLY | O_CREAT, 0700);
  while ((length = read(in, buf, sizeof(buf))) > 0)
    assert_int_equal(write(out, buf, (size_t)length), length);
  close(in);
  close(out);
}

static int set_up(void **state) {
  struct lab *lab = calloc(1, sizeof(*lab));
  *state = lab;
  strcpy(lab->dir, "/tmp/ka-test-XXXXXX");
  if (mkdtemp(lab->dir) == NULL || chdir(lab->dir) < 0)
    return -1;
  copy_self();
  put("conf", "");
  put("state", "1");
  lab->daemon = fork();
  if (lab->daemon == 0) {
    execl("./keepalived", "./keepalived", "--daemon", (char *)NULL);
    _exit(3);
  }
  for (int i = 0; i < 1000 && access("ka.pid", R_OK) != 0; i++)
    usleep(10000);
  lab->now = 1000 * VRRP_SECOND;
  lab->config = (struct vrrp_keepalived_config){
      .files = {[VRRP_KEEPALIVED_FILE_CONFIGURATION] = (char *)"conf",
                [VRRP_KEEPALIVED_FILE_PID] = (char *)"ka.pid",
                [VRRP_KEEPALIVED_FILE_VRRP_PID] = (char *)"ka.pid",
                [VRRP_KEEPALIVED_FILE_JSON] = (char *)"ka.json",
                [VRRP_KEEPALIVED_FILE_VRRP_DATA] = (char *)"ka.data",
                [VRRP_KEEPALIVED_FILE_CHECKERS_PID] = (char *)"none.pid",
                [VRRP_KEEPALIVED_FILE_CHECKERS_DATA] = (char *)"none.data"},
      .text = true,
      .text_interval = 100 * INTERVAL,
  };
  return vrrp_keepalived_sources_new(&lab->config, INTERVAL, &lab->sources);
}

static int tear_down(void **state) {
  struct lab *lab = *state;
  static const char *const FILES[] = {"ka.pid", "ka.json",  "ka.data",
                                      "new",    "conf",     "state",
                                      "texts",  "ka.check", "keepalived"};
  kill(lab->daemon, SIGKILL);
  waitpid(lab->daemon, NULL, 0);
  vrrp_keepalived_sources_free(lab->sources);
  for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
    unlink(FILES[i]);
  int status = rmdir(lab->dir);
  free(lab);
  return status;
}

static bool waits(const struct lab *lab) {
  bool any = false;
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    any |= vrrp_keepalived_source_waits(vrrp_keepalived_sources_get(
        lab->sources, (enum vrrp_keepalived_dump_format)format));
  return any;
}

// Does what is due now, until all that was asked for is here.
static void settle(struct lab *lab) {
  (void)vrrp_keepalived_sources_run(lab->sources, lab->now);
  for (int i = 0; i < 500 && waits(lab); i++) {
    struct pollfd fd = {.fd = vrrp_keepalived_sources_fd(lab->sources), .events = POLLIN};
    poll(&fd, 1, 20);
    (void)vrrp_keepalived_sources_run(lab->sources, lab->now);
  }
  assert_false(waits(lab));
  assert_non_null(vrrp_keepalived_sources_state(lab->sources));
}

static long texts(void) {
  struct stat st;
  return stat("texts", &st) == 0 ? (long)st.st_size : 0;
}

// How many texts were asked for in the next interval; none sooner than a second after
// another.
static long next(struct lab *lab) {
  long before = texts();
  lab->now += INTERVAL;
  settle(lab);
  lab->now += 2 * VRRP_SECOND;
  settle(lab);
  return texts() - before;
}

static void text_is_asked_when_the_json_differs(void **state) {
  struct lab *lab = *state;
  assert_int_equal(next(lab), 1);
  assert_non_null(vrrp_keepalived_sources_text(lab->sources, VRRP_KEEPALIVED_VRRP_TEXT));
  assert_null(vrrp_keepalived_sources_text(lab->sources, VRRP_KEEPALIVED_CHECKERS_TEXT));
  assert_int_equal(next(lab), 0);
  assert_int_equal(next(lab), 0);
  put("state", "2");
  assert_int_equal(next(lab), 1);
  assert_int_equal(next(lab), 0);
}

// As keepalived starts: once, though nothing of it was known before.
static void text_is_asked_once_when_keepalived_starts(void **state) {
  struct lab *lab = *state;
  rename("ka.pid", "away.pid");
  (void)vrrp_keepalived_sources_run(lab->sources, lab->now);
  for (int i = 0; i < 3; i++) {
    lab->now += INTERVAL;
    (void)vrrp_keepalived_sources_run(lab->sources, lab->now);
  }
  rename("away.pid", "ka.pid");
  assert_int_equal(next(lab), 1);
  assert_non_null(vrrp_keepalived_sources_text(lab->sources, VRRP_KEEPALIVED_VRRP_TEXT));
  assert_int_equal(next(lab), 0);
}

static void text_is_asked_as_long_as_there_is_a_fault(void **state) {
  struct lab *lab = *state;
  next(lab);
  put("state", "3");
  for (int i = 0; i < 3; i++)
    assert_int_equal(next(lab), 1);
  put("state", "1");
  assert_int_equal(next(lab), 1);
  assert_int_equal(next(lab), 0);
}

static void text_is_asked_when_the_configuration_was_read(void **state) {
  struct lab *lab = *state;
  next(lab);
  close(open("conf", O_RDONLY));
  vrrp_keepalived_sources_note_reads(lab->sources, lab->now);
  assert_int_equal(next(lab), 1);
  close(open("conf", O_RDONLY)); // by ourselves
  vrrp_keepalived_sources_ignore_reads(lab->sources);
  assert_int_equal(next(lab), 0);
}

static void all_is_here_when_they_are_settled(void **state) {
  struct lab *lab = *state;
  assert_false(vrrp_keepalived_sources_are_settled(lab->sources)); // none was asked yet
  (void)vrrp_keepalived_sources_run(lab->sources, lab->now);
  assert_false(vrrp_keepalived_sources_are_settled(lab->sources)); // none has come
  settle(lab);
  assert_true(vrrp_keepalived_sources_are_settled(lab->sources));
  close(open("conf", O_RDONLY));
  vrrp_keepalived_sources_note_reads(lab->sources, lab->now);
  assert_false(vrrp_keepalived_sources_are_settled(lab->sources));
  next(lab);
  assert_true(vrrp_keepalived_sources_are_settled(lab->sources));
  vrrp_keepalived_sources_hurry(lab->sources, lab->now);
  assert_false(vrrp_keepalived_sources_are_settled(lab->sources));
}

static void text_is_asked_when_it_has_grown_old(void **state) {
  struct lab *lab = *state;
  next(lab);
  lab->now += lab->config.text_interval;
  assert_int_equal(next(lab), 1);
}

static void checkers_are_asked_within_half_an_interval_of_the_kernel(void **state) {
  struct lab *lab = *state;
  vrrp_keepalived_sources_free(lab->sources);
  lab->config.files[VRRP_KEEPALIVED_FILE_VRRP_PID] = (char *)"none.pid";
  lab->config.files[VRRP_KEEPALIVED_FILE_CHECKERS_PID] = (char *)"ka.pid";
  lab->config.files[VRRP_KEEPALIVED_FILE_CHECKERS_DATA] = (char *)"ka.check";
  assert_int_equal(vrrp_keepalived_sources_new(&lab->config, INTERVAL, &lab->sources), 0);
  next(lab);
  assert_int_equal(next(lab), 0);
  assert_non_null(
      vrrp_keepalived_sources_text(lab->sources, VRRP_KEEPALIVED_CHECKERS_TEXT));
  vrrp_time due = vrrp_keepalived_sources_deadline(lab->sources);
  assert_true(due <= lab->now + INTERVAL / 2);
  long before = texts();
  servers++; // a check failed
  lab->now = due;
  settle(lab);
  assert_true(vrrp_keepalived_sources_deadline(lab->sources) <= due); // asks at once
  settle(lab);
  assert_int_equal(texts() - before, 1);
  assert_int_equal(next(lab), 0);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--daemon") == 0)
    run_daemon();
  const char *lacking = lacks_own_daemon();
  if (lacking != NULL)
    return skip_all(lacking);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(text_is_asked_when_the_json_differs, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(text_is_asked_once_when_keepalived_starts, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(text_is_asked_as_long_as_there_is_a_fault, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(text_is_asked_when_the_configuration_was_read,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(all_is_here_when_they_are_settled, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(text_is_asked_when_it_has_grown_old, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          checkers_are_asked_within_half_an_interval_of_the_kernel, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
