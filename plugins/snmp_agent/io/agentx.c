// SPDX-License-Identifier: MIT
// Who talks to snmpd, and how is it found again when it is gone?
#include "io/agentx.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "io/agentx_queue.h"
#include "io/agentx_words.h"

enum {
  PING_MS = 15000,
  REFUSED_MS = 3000,
  TCP_REPLY_MS = 10000, // a TCP master silent for so long is dialled anew
  SILENT_MS = 5000,     // when an operator should hear that snmpd doesn't answer
  RETRY_FIRST_MS = 100,
  RETRY_MAX_MS = 1000,
  CALM_MS = 10000, // a session that lasts so long ends what was wrong before
  NOTIFY_MAX = 1024,
  INPUT_FIRST_SIZE = 1 << 16,
  INPUT_MAX_SIZE = 2 * AGENTX_MAX_PAYLOAD,
};
_Static_assert(INPUT_MAX_SIZE >= AGENTX_MAX_PAYLOAD + AGENTX_HEADER_SIZE,
               "the largest PDU finds room");

enum link { AWAY, CONNECTING, CONNECTED };

struct agentx {
  char *name; // the address as configured
  struct agentx_address address;
  void *ctx; // of the operations
  pthread_t thread;
  bool running;
  struct agentx_queue queue;
  atomic_bool stop;
  atomic_bool open;
  atomic_int_least64_t uptime_zero; // INT64_MIN: not known
  pthread_mutex_t stats_lock;
  struct agentx_stats stats; // as of the thread's last turn

  // The thread's own.
  struct agentx_session *session;
  int fd;
  enum link link;
  uint64_t since; // when the link became what it is, or the session opened
  uint64_t retry_at;
  uint32_t retry_ms;
  struct agentx_words words;
  uint8_t *input;
  size_t input_length;
  size_t input_size;
};

static uint64_t now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

// What other threads hand over

int agentx_add_region(struct agentx *a, const struct agentx_region *region) {
  return agentx_queue_region(&a->queue, AGENTX_ADD_REGION, region);
}

int agentx_remove_region(struct agentx *a, const struct agentx_region *region) {
  return agentx_queue_region(&a->queue, AGENTX_REMOVE_REGION, region);
}

int agentx_notify(struct agentx *a, struct agentx_notification *notification) {
  return agentx_queue_notification(&a->queue, notification);
}

static int obey(struct agentx *a, struct agentx_command *c) {
  switch (c->kind) {
  case AGENTX_ADD_REGION:
    return agentx_session_add_region(a->session, &c->region);
  case AGENTX_REMOVE_REGION:
    return agentx_session_remove_region(a->session, &c->region);
  case AGENTX_NOTIFY_MASTER:
    agentx_session_notify(a->session, c->notification);
    c->notification = NULL;
  }
  return 0;
}

static void obey_commands(struct agentx *a) {
  struct agentx_command *c = agentx_queue_take(&a->queue);
  while (c != NULL) {
    struct agentx_command *next = c->next;
    int status = obey(a, c);
    if (status == -ENOMEM)
      agentx_say_error(&a->words, ENOMEM);
    if (status == -ENOBUFS)
      agentx_say(&a->words, NOTICE_OTHER, LOG_ERR,
                 "would have to hold more registrations than are made: some rows are not "
                 "served");
    agentx_command_free(c);
    c = next;
  }
}

// The connection

static void publish(struct agentx *a) {
  int64_t zero;
  pthread_mutex_lock(&a->stats_lock);
  agentx_session_stats(a->session, &a->stats);
  pthread_mutex_unlock(&a->stats_lock);
  atomic_store(&a->open, agentx_session_is_open(a->session));
  if (agentx_session_uptime_zero(a->session, &zero))
    atomic_store(&a->uptime_zero, zero);
}

static void hang_up(struct agentx *a) {
  agentx_session_disconnected(a->session);
  if (a->fd >= 0)
    close(a->fd);
  a->fd = -1;
  a->link = AWAY;
  a->input_length = 0;
}

// `error` is what made the connection useless.
static void lose(struct agentx *a, uint64_t now, int error) {
  if (agentx_session_is_open(a->session)) {
    a->retry_ms = RETRY_FIRST_MS;
    if (now >= a->since + CALM_MS)
      agentx_say_calm(&a->words);
  }
  agentx_say_error(&a->words, error);
  hang_up(a);
  a->retry_at = now + a->retry_ms;
  a->retry_ms = 2 * a->retry_ms < RETRY_MAX_MS ? 2 * a->retry_ms : RETRY_MAX_MS;
}

static void on_connected(struct agentx *a, uint64_t now) {
  a->link = CONNECTED;
  a->since = now;
  int status = agentx_session_connected(a->session, now);
  if (status != 0)
    lose(a, now, -status);
}

// The kernel refuses a file of any kind as it refuses a socket that nobody listens on.
static int why_refused(const struct agentx *a, int error) {
  const struct sockaddr_un *un = (const struct sockaddr_un *)&a->address.sockaddr;
  struct stat what;
  bool other = error == ECONNREFUSED && un->sun_family == AF_UNIX &&
               stat(un->sun_path, &what) == 0 && !S_ISSOCK(what.st_mode);
  return other ? ENOTSOCK : error;
}

// A stopped snmpd whose backlog is full makes connect() fail with EAGAIN: here,
// where it can't block, that is one fault among others.
static void dial(struct agentx *a, uint64_t now) {
  int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  a->fd = socket(a->address.sockaddr.ss_family, type, 0);
  if (a->fd < 0) {
    lose(a, now, errno);
    return;
  }
  const struct sockaddr *sockaddr = (const struct sockaddr *)&a->address.sockaddr;
  if (connect(a->fd, sockaddr, a->address.length) == 0) {
    on_connected(a, now);
  } else if (errno == EINPROGRESS) {
    a->link = CONNECTING;
    a->since = now;
  } else {
    lose(a, now, why_refused(a, errno));
  }
}

static void finish_dialling(struct agentx *a, uint64_t now) {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
    error = errno;
  if (error == 0)
    on_connected(a, now);
  else
    lose(a, now, error);
}

static int make_input_room(struct agentx *a) {
  if (a->input_length < a->input_size)
    return 0;
  size_t size = a->input_size > 0 ? 2 * a->input_size : INPUT_FIRST_SIZE;
  if (size > INPUT_MAX_SIZE)
    return -EPROTO;
  uint8_t *input = realloc(a->input, size);
  if (input == NULL)
    return -ENOMEM;
  a->input = input;
  a->input_size = size;
  return 0;
}

static int take_in(struct agentx *a, uint64_t now) {
  size_t used;
  int status = agentx_session_receive(a->session, a->input, a->input_length, now, &used);
  if (status != 0)
    return status;
  a->input_length -= used;
  memmove(a->input, a->input + used, a->input_length);
  return 0;
}

// The master has said something that we understood.
static void on_heard(struct agentx *a, bool was_open, uint64_t now) {
  if (!agentx_session_is_open(a->session))
    return;
  if (!was_open) {
    a->since = now;
    agentx_say_opened(&a->words);
  } else if (agentx_session_waiting_since(a->session) == 0) {
    agentx_say_over(&a->words, NOTICE_SILENT);
  }
}

// Reads once: what is left wakes the next poll. Returns 0 or what is wrong.
static int receive(struct agentx *a, uint64_t now) {
  int status = make_input_room(a);
  if (status != 0)
    return status;
  ssize_t n = recv(a->fd, a->input + a->input_length, a->input_size - a->input_length, 0);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  if (n == 0)
    return -ECONNRESET;
  bool was_open = agentx_session_is_open(a->session);
  a->input_length += n;
  status = take_in(a, now);
  if (status == 0)
    on_heard(a, was_open, now);
  return status;
}

// Writes what the socket takes. Returns 0 or what is wrong.
static int flush(struct agentx *a) {
  size_t length;
  const uint8_t *output = agentx_session_output(a->session, &length);
  if (length == 0)
    return 0;
  ssize_t n = send(a->fd, output, length, MSG_NOSIGNAL);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  agentx_session_sent(a->session, n);
  return 0;
}

// What is due

static uint64_t earlier(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static uint64_t calm_at(const struct agentx *a) {
  bool open = agentx_session_is_open(a->session);
  return open && a->words.muted ? a->since + CALM_MS : UINT64_MAX;
}

static uint64_t silent_at(const struct agentx *a) {
  uint64_t since = agentx_session_waiting_since(a->session);
  bool said = agentx_words_told(&a->words, NOTICE_SILENT);
  return since != 0 && !said ? since + SILENT_MS : UINT64_MAX;
}

static uint64_t deadline(const struct agentx *a) {
  switch (a->link) {
  case AWAY:
    return a->retry_at;
  case CONNECTING:
    return a->since + TCP_REPLY_MS;
  case CONNECTED:
    break;
  }
  return earlier(agentx_session_deadline(a->session), earlier(calm_at(a), silent_at(a)));
}

static void do_what_is_due(struct agentx *a, uint64_t now) {
  obey_commands(a);
  if (a->link == AWAY && now >= a->retry_at)
    dial(a, now);
  if (a->link == CONNECTING && now >= a->since + TCP_REPLY_MS)
    lose(a, now, ETIMEDOUT);
  if (a->link != CONNECTED)
    return;
  if (now >= calm_at(a))
    agentx_say_calm(&a->words);
  if (now >= silent_at(a))
    agentx_say_error(&a->words, ETIMEDOUT);
  int status = agentx_session_tick(a->session, now);
  if (status == 0)
    status = flush(a);
  if (status != 0)
    lose(a, now, -status);
}

// The thread

static int timeout_until(uint64_t at, uint64_t now) {
  if (at == UINT64_MAX)
    return -1;
  if (at <= now)
    return 0;
  return at - now < INT32_MAX ? (int)(at - now) : INT32_MAX;
}

static short interest(const struct agentx *a) {
  size_t unsent = 0;
  if (a->link == CONNECTED)
    agentx_session_output(a->session, &unsent);
  return (short)((a->link == CONNECTED ? POLLIN : 0) |
                 (a->link == CONNECTING || unsent > 0 ? POLLOUT : 0));
}

static void on_socket(struct agentx *a, short events, uint64_t now) {
  if (a->link == CONNECTING) {
    finish_dialling(a, now);
    return;
  }
  int status = events & ~POLLOUT ? receive(a, now) : 0;
  if (status != 0)
    lose(a, now, -status);
}

static void wait_and_receive(struct agentx *a) {
  struct pollfd fds[] = {
      {.fd = a->fd, .events = interest(a)}, // ignored by poll() while it is -1
      {.fd = a->queue.fd, .events = POLLIN},
  };
  if (poll(fds, 2, timeout_until(deadline(a), now_ms())) <= 0)
    return;
  if (fds[0].revents != 0)
    on_socket(a, fds[0].revents, now_ms());
  if (fds[1].revents != 0)
    agentx_queue_rest(&a->queue);
}

static void say_goodbye(struct agentx *a) {
  agentx_session_close(a->session);
  if (a->link == CONNECTED)
    flush(a);
  hang_up(a);
  publish(a);
}

static void *run(void *arg) {
  struct agentx *a = arg;
  while (!atomic_load(&a->stop)) {
    do_what_is_due(a, now_ms());
    publish(a);
    agentx_say_lost_traps(&a->words, &a->stats); // which only this thread writes
    wait_and_receive(a);
  }
  say_goodbye(a);
  return NULL;
}

// From outside

static int make_session(const struct agentx_options *options,
                        const struct agentx_ops *ops, struct agentx *a) {
  bool remote = a->address.sockaddr.ss_family != AF_UNIX;
  struct agentx_session_options so = {
      .description = options->description,
      .timeout_s = options->timeout_s,
      .ping_ms = options->ping_ms != 0 ? options->ping_ms : PING_MS,
      .reply_ms = remote ? TCP_REPLY_MS : 0,
      .refused_ms = REFUSED_MS,
      .notify_max = NOTIFY_MAX,
  };
  return agentx_session_new(&so, ops, a->ctx, &a->session);
}

static int init(struct agentx *a, const struct agentx_options *options,
                const struct agentx_ops *ops) {
  int status = agentx_address_parse(options->address, &a->address);
  if (status != 0)
    return status;
  a->name = strdup(options->address);
  if (a->name == NULL)
    return -ENOMEM;
  a->words = (struct agentx_words){.name = a->name, .log = options->log, .ctx = a->ctx};
  return make_session(options, ops, a);
}

int agentx_new(const struct agentx_options *options, const struct agentx_ops *ops,
               void *ctx, struct agentx **ret) {
  struct agentx *a = calloc(1, sizeof(*a));
  if (a == NULL)
    return -ENOMEM;
  a->ctx = ctx;
  a->fd = -1;
  a->retry_ms = RETRY_FIRST_MS;
  atomic_init(&a->uptime_zero, INT64_MIN);
  pthread_mutex_init(&a->stats_lock, NULL);
  int status = agentx_queue_init(&a->queue);
  if (status == 0)
    status = init(a, options, ops);
  if (status != 0)
    agentx_free(a);
  else
    *ret = a;
  return status;
}

void agentx_free(struct agentx *a) {
  if (a == NULL)
    return;
  agentx_stop(a);
  agentx_queue_free(&a->queue);
  agentx_session_free(a->session);
  pthread_mutex_destroy(&a->stats_lock);
  free(a->input);
  free(a->name);
  free(a);
}

int agentx_start(struct agentx *a) {
  if (a->running)
    return 0;
  atomic_store(&a->stop, false);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  int error = pthread_create(&a->thread, NULL, run, a);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0)
    return -error;
  pthread_setname_np(a->thread, "agentx");
  a->running = true;
  return 0;
}

void agentx_stop(struct agentx *a) {
  if (!a->running)
    return;
  atomic_store(&a->stop, true);
  agentx_queue_wake(&a->queue);
  pthread_join(a->thread, NULL);
  a->running = false;
}

bool agentx_sysuptime(const struct agentx *a, uint32_t *ret) {
  int64_t zero = atomic_load(&a->uptime_zero);
  if (zero == INT64_MIN)
    return false;
  *ret = ((int64_t)now_ms() - zero) / 10;
  return true;
}

void agentx_stats(struct agentx *a, struct agentx_stats *ret) {
  pthread_mutex_lock(&a->stats_lock);
  *ret = a->stats;
  pthread_mutex_unlock(&a->stats_lock);
}

bool agentx_is_open(const struct agentx *a) {
  return atomic_load(&a->open);
}
