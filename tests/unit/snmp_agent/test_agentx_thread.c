// SPDX-License-Identifier: MIT
// The agent's thread against masters of every kind, over real sockets.
#include "io/agentx.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "snmp_agent/master.h"

enum { SESSION = 5 };

static char dir[] = "/tmp/test_agentx.XXXXXX";
static char path[64];
static char address[80];
static struct agentx *agent;
static struct wire wire;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char said[2048];

static uint64_t now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void hear_log(void *ctx, int severity, const char *message) {
  (void)ctx, (void)severity;
  pthread_mutex_lock(&log_lock);
  const char *what = message + strlen("snmpd at ") + strlen(address) + 1;
  size_t at = strlen(said);
  snprintf(said + at, sizeof(said) - at, "%.*s\n", (int)strcspn(what, ":;("), what);
  pthread_mutex_unlock(&log_lock);
}

// What was said, each line without what follows its first clause; within five seconds,
// for the agent's thread may not have run yet.
static void expect_said(const char *text) {
  char heard[sizeof(said)];
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&log_lock);
    strcpy(heard, said);
    pthread_mutex_unlock(&log_lock);
    if (strcmp(heard, text) == 0)
      break;
    usleep(10000);
  }
  assert_string_equal(heard, text);
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  (void)ctx, (void)context, (void)name;
  *ret_value = (struct smi_value){.type = SMI_NULL};
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  (void)ctx, (void)context, (void)range, (void)ret_name, (void)ret_value;
  return false;
}

static const struct agentx_ops ops = {.get = get, .get_next = get_next};

static void make_agent(const char *where) {
  struct agentx_options options = {
      .address = where, .description = "test", .log = hear_log};
  strcpy(address, where);
  said[0] = '\0';
  assert_int_equal(agentx_new(&options, &ops, NULL, &agent), 0);
}

static int set_up(void **state) {
  (void)state;
  char where[80];
  snprintf(path, sizeof(path), "%s/master", dir);
  snprintf(where, sizeof(where), "unix:%s", path);
  make_agent(where);
  wire.big_endian = true;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  uint64_t before = now_ms();
  agentx_free(agent);
  unlink(path);
  assert_true(now_ms() - before < 1000); // whatever the master does
  return 0;
}

// The master

static int listen_at_path(int backlog) {
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  strcpy(un.sun_path, path);
  assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
  assert_int_equal(listen(fd, backlog), 0);
  return fd;
}

static bool readable(int fd, int ms) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  return poll(&p, 1, ms) > 0;
}

// Accepts the agent, which must come within two seconds.
static int accept_agent(int listener) {
  assert_true(readable(listener, 2000));
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  assert_true(fd >= 0);
  return fd;
}

static void read_all(int fd, uint8_t *to, size_t length) {
  while (length > 0) {
    assert_true(readable(fd, 2000));
    ssize_t n = read(fd, to, length);
    assert_true(n > 0);
    to += n;
    length -= n;
  }
}

static struct sent hear(int fd) {
  static uint8_t buf[1 << 17];
  struct sent s;
  size_t length = 20;
  const uint8_t *at = buf;
  read_all(fd, buf, 20);
  read_all(fd, buf + 20, sent_u32(buf + 16));
  length += sent_u32(buf + 16);
  assert_true(sent_pdu(&at, &length, &s));
  return s;
}

static void tell(int fd) {
  assert_int_equal(send(fd, wire.buf, wire.length, MSG_NOSIGNAL), wire.length);
}

static void answer(int fd, const struct sent *to) {
  wire_response(&wire, SESSION, to->packet, 12345, 0);
  tell(fd);
}

static bool wait_open(bool open) {
  for (int i = 0; i < 200 && agentx_is_open(agent) != open; i++)
    usleep(10000);
  return agentx_is_open(agent) == open;
}

static int accept_and_open(int listener) {
  int fd = accept_agent(listener);
  struct sent open = hear(fd);
  assert_int_equal(open.type, AGENTX_OPEN);
  answer(fd, &open);
  assert_true(wait_open(true));
  return fd;
}

static void ask_and_hear(int fd) {
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
  WIRE_OID(&wire, 4, false, 1);
  wire_oid(&wire, 0, false, NULL, 0);
  wire_end(&wire);
  tell(fd);
  struct sent s = hear(fd);
  assert_int_equal(s.type, AGENTX_RESPONSE);
  assert_int_equal(s.length, 8 + 4 + 8);
}

static bool closed_by_agent(int fd) {
  static uint8_t sink[1 << 16];
  for (uint64_t until = now_ms() + 2000; now_ms() < until;) {
    if (!readable(fd, 100))
      continue;
    if (read(fd, sink, sizeof(sink)) <= 0)
      return true;
  }
  return false;
}

// The tests

static void answers_a_master(void **state) {
  (void)state;
  uint32_t uptime;
  struct agentx_region region = {"", {2, {1, 3}}, 127};
  int listener = listen_at_path(5);
  assert_false(agentx_sysuptime(agent, &uptime));
  assert_int_equal(agentx_add_region(agent, &region), 0);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  struct sent s = hear(fd);
  assert_int_equal(s.type, AGENTX_REGISTER);
  answer(fd, &s);
  ask_and_hear(fd);
  assert_true(agentx_sysuptime(agent, &uptime));
  assert_in_range(uptime, 12345, 12345 + 100);

  agentx_stop(agent);
  assert_int_equal(hear(fd).type, AGENTX_CLOSE);
  assert_false(agentx_is_open(agent));
  expect_said("answers\n");
  close(fd);
  close(listener);
}

static void starts_before_its_master(void **state) {
  (void)state;
  assert_int_equal(agentx_start(agent), 0);
  usleep(300000);
  int listener = listen_at_path(5);
  close(accept_and_open(listener));
  close(listener);
  assert_true(wait_open(false));
}

static void comes_back_soon(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  for (int i = 0; i < 5; i++) {
    close(fd);
    uint64_t before = now_ms();
    fd = accept_and_open(listener);
    assert_true(now_ms() - before < 500);
  }
  agentx_stop(agent);
  expect_said("answers\nclosed the connection\n"); // and not five times
  close(fd);
  close(listener);
}

static void survives_a_pdu_cut_off(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  for (size_t cut = 1; cut < 24; cut += 11) {
    int fd = accept_and_open(listener);
    wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
    wire_u32(&wire, 0);
    wire_end(&wire);
    wire.length = cut;
    tell(fd);
    close(fd);
  }
  int fd = accept_and_open(listener);
  ask_and_hear(fd);
  close(fd);
  close(listener);
}

static void garbage_is_said_once(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  for (int i = 0; i < 3; i++) {
    int fd = accept_agent(listener);
    assert_int_equal(send(fd, "HTTP/1.0 400 Bad Request\r\n\r\n", 28, 0), 28);
    assert_true(closed_by_agent(fd));
    close(fd);
  }
  expect_said("does not speak AgentX\n");
  close(listener);
}

static void a_full_backlog_blocks_nothing(void **state) {
  (void)state;
  int listener = listen_at_path(0);
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  strcpy(un.sun_path, path);
  int fds[8], n = 0, status;
  do {
    fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    status = connect(fds[n], (struct sockaddr *)&un, sizeof(un));
  } while (status == 0 && ++n < 8);
  assert_int_equal(status, -1);
  assert_int_equal(errno, EAGAIN);
  close(fds[n]);
  assert_int_equal(agentx_start(agent), 0);
  expect_said("does not accept connections\n");
  while (n > 0)
    close(fds[--n]);
  while (readable(listener, 0)) // the ones that gave up
    close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
  int fd = accept_and_open(listener);
  ask_and_hear(fd);
  close(fd);
  close(listener);
}

// Stops in time, which tear_down() checks.
static void a_master_that_never_answers(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_agent(listener);
  usleep(50000);
  assert_false(agentx_is_open(agent));
  agentx_stop(agent);
  agentx_stop(agent);
  close(fd);
  close(listener);
}

static void a_master_that_does_not_read(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
  wire_end(&wire);
  size_t n = 0;
  while (send(fd, wire.buf, wire.length, MSG_NOSIGNAL) == (ssize_t)wire.length)
    assert_true(++n < 1000000);
  // It was closed on us, with what we had sent read or unread.
  assert_true(errno == EPIPE || errno == ECONNRESET);
  close(fd);
  close(listener);
}

static void a_very_large_request(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  uint8_t *big = calloc(1, 20 + AGENTX_MAX_PAYLOAD);
  for (uint32_t length = AGENTX_MAX_PAYLOAD; length <= AGENTX_MAX_PAYLOAD + 4;
       length += 4) {
    wire_header(&wire, AGENTX_GET, 0, SESSION, 1, 2);
    wire.length = 16;
    wire_u32(&wire, length);
    memcpy(big, wire.buf, 20);
    for (size_t sent = 0; sent < 20 + AGENTX_MAX_PAYLOAD;) {
      ssize_t step = send(fd, big + sent, 20 + AGENTX_MAX_PAYLOAD - sent, MSG_NOSIGNAL);
      if (step <= 0)
        break;
      sent += step;
    }
    if (length == AGENTX_MAX_PAYLOAD) {
      struct sent s = hear(fd);
      assert_int_equal(sent_u16(s.payload + 4), AGENTX_TOO_BIG);
    }
  }
  assert_true(closed_by_agent(fd));
  free(big);
  close(fd);
  close(listener);
}

static void notify(uint32_t n) {
  struct agentx_notification *notification;
  const struct oid trap = {8, {1, 3, 6, 1, 4, 1, 1, n}};
  assert_int_equal(agentx_notification_new("", &trap, NULL, 0, &notification), 0);
  assert_int_equal(agentx_notify(agent, notification), 0);
}

static void lost_traps_are_said_once(void **state) {
  (void)state;
  assert_int_equal(agentx_start(agent), 0);
  for (uint32_t i = 0; i < 1500; i++) {
    notify(i);
    if (i % 500 == 499)
      usleep(100000); // for the agent to take them over
  }
  int listener = listen_at_path(5);
  int fd = accept_and_open(listener);
  for (uint32_t i = 1500 - 1024; i < 1500; i++) {
    struct sent s = hear(fd);
    assert_int_equal(s.type, AGENTX_NOTIFY);
    wire_response(&wire, SESSION, s.packet, 12345, AGENTX_PROCESSING_ERROR);
    tell(fd);
  }
  ask_and_hear(fd);
  agentx_stop(agent);
  expect_said("is not there yet\n"
              "is away for so long that the oldest waiting traps are given up\n"
              "answers\n"
              "was away\n"
              "refuses a trap\n");
  close(fd);
  close(listener);
}

static void over_tcp(void **state) {
  (void)state;
  struct sockaddr_in in = {.sin_family = AF_INET};
  socklen_t length = sizeof(in);
  char where[64];
  agentx_free(agent);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
  getsockname(listener, (struct sockaddr *)&in, &length);
  snprintf(where, sizeof(where), "tcp:localhost:%u", ntohs(in.sin_port));
  make_agent(where);
  assert_int_equal(agentx_start(agent), 0);
  expect_said("is not there yet\n");
  assert_int_equal(listen(listener, 5), 0);
  int fd = accept_and_open(listener);
  ask_and_hear(fd);
  close(fd);
  close(listener);
}

static unsigned long switches_of_agent(void) {
  unsigned long total = 0;
  DIR *tasks = opendir("/proc/self/task");
  for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
    char file[300], line[128], name[32] = "";
    unsigned long n;
    snprintf(file, sizeof(file), "/proc/self/task/%s/status", task->d_name);
    FILE *status = fopen(file, "r");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
      sscanf(line, "Name: %31s", name);
      if (strcmp(name, "agentx") == 0 &&
          sscanf(line, "voluntary_ctxt_switches: %lu", &n) == 1)
        total += n;
    }
    if (status != NULL)
      fclose(status);
  }
  closedir(tasks);
  return total;
}

static void sleeps_when_idle(void **state) {
  (void)state;
  int listener = listen_at_path(5);
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  usleep(100000);
  unsigned long before = switches_of_agent();
  assert_true(before > 0);
  sleep(2);
  assert_int_equal(switches_of_agent(), before);
  close(fd);
  close(listener);
}

static void *notify_often(void *arg) {
  (void)arg;
  const struct oid trap = {8, {1, 3, 6, 1, 4, 1, 1, 1}};
  for (int i = 0; i < 200; i++) {
    struct agentx_notification *n;
    struct agentx_region region = {"", {8, {1, 3, 6, 1, 4, 1, 1, i}}, 127};
    uint32_t uptime;
    assert_int_equal(agentx_notification_new("", &trap, NULL, 0, &n), 0);
    assert_int_equal(agentx_notify(agent, n), 0);
    agentx_add_region(agent, &region);
    agentx_sysuptime(agent, &uptime);
  }
  return NULL;
}

// Several threads hand over notifications and regions while the agent runs; all
// notifications arrive.
static void other_threads_hand_over(void **state) {
  (void)state;
  pthread_t threads[4];
  int listener = listen_at_path(5), notified = 0;
  assert_int_equal(agentx_start(agent), 0);
  int fd = accept_and_open(listener);
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, notify_often, NULL);
  while (notified < 800) {
    struct sent s = hear(fd);
    notified += s.type == AGENTX_NOTIFY;
    answer(fd, &s);
  }
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  close(fd);
  close(listener);
}

static void too_many_notifications(void **state) {
  (void)state;
  const struct oid trap = {8, {1, 3, 6, 1, 4, 1, 1, 1}};
  for (int i = 0; i <= 1024; i++) { // the thread doesn't run
    struct agentx_notification *n;
    assert_int_equal(agentx_notification_new("", &trap, NULL, 0, &n), 0);
    assert_int_equal(agentx_notify(agent, n), i < 1024 ? 0 : -ENOBUFS);
  }
}

static void addresses(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int status;
    int family;
  } cases[] = {
      {"/var/agentx/master", 0, AF_UNIX},
      {"unix:/var/agentx/master", 0, AF_UNIX},
      {"tcp:127.0.0.1:705", 0, AF_INET},
      {"tcp:localhost:65535", 0, AF_INET},
      {"tcp:[::1]:705", 0, AF_INET6},
      {"", -EINVAL, 0},
      {"unix:", -EINVAL, 0},
      {"unix:master", -EINVAL, 0},
      {"master", -EINVAL, 0},
      {"tcp:", -EINVAL, 0},
      {"tcp:127.0.0.1", -EINVAL, 0},
      {"tcp:127.0.0.1:0", -EINVAL, 0},
      {"tcp:127.0.0.1:65536", -EINVAL, 0},
      {"tcp:127.0.0.1:7x", -EINVAL, 0},
      {"tcp:127.0.0.1:", -EINVAL, 0},
      {"tcp:127.0.0.1:-1", -EINVAL, 0},
      {"tcp:[::1:705", -EINVAL, 0},
      {"tcp:[]:705", -EINVAL, 0},
      {"tcp:::1:705", -EINVAL, 0},
      {"tcp:example.org:705", -EINVAL, 0},
      {"tcp:[1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111]:7", -EINVAL, 0},
      {"udp:127.0.0.1:705", -EINVAL, 0},
  };
  struct agentx_address a;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    assert_int_equal(agentx_address_parse(cases[i].text, &a), cases[i].status);
    if (cases[i].status == 0)
      assert_int_equal(a.sockaddr.ss_family, cases[i].family);
  }
  char longest[109] = "/"; // sun_path and one more
  memset(longest + 1, 'x', 107);
  assert_int_equal(agentx_address_parse(longest, &a), -ENAMETOOLONG);
  longest[107] = '\0';
  assert_int_equal(agentx_address_parse(longest, &a), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(answers_a_master),
      TEST(starts_before_its_master),
      TEST(comes_back_soon),
      TEST(survives_a_pdu_cut_off),
      TEST(garbage_is_said_once),
      TEST(a_full_backlog_blocks_nothing),
      TEST(a_master_that_never_answers),
      TEST(a_master_that_does_not_read),
      TEST(a_very_large_request),
      TEST(lost_traps_are_said_once),
      TEST(over_tcp),
      TEST(sleeps_when_idle),
      TEST(other_threads_hand_over),
      TEST(too_many_notifications),
      cmocka_unit_test(addresses),
  };
  if (mkdtemp(dir) == NULL)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  rmdir(dir);
  return failed;
}
