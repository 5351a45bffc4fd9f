// SPDX-License-Identifier: MIT
// How is one network namespace's load balancer asked anew, and what follows?
#include "plugin/balancer.h"

#include "core/changes.h"
#include "core/memory.h"
#include "io/totals.h"
#include "plugin/notify.h"
#include "plugin/report.h"
#include "plugin/rows.h"

#include <errno.h>
#include <time.h>

struct ipvs_scope ipvs_balancer_scope(const struct ipvs_balancer *balancer,
                                      const struct ipvs_config *config) {
  return (struct ipvs_scope){config, balancer->netns.name};
}

double ipvs_monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// --- a look into the kernel -----------------------------------------------------

// What is asked, and what was seen.
struct look {
  struct ipvs_balancer *balancer;
  struct ipvs_scope scope;
  int budget_ms;

  int status; // of the poll; what follows is there if it is 0
  struct ipvs_snapshot now;
  struct ipvs_stats totals;
  bool has_totals;
};

static bool want_service(void *context, const struct ipvs_service_key *key) {
  const struct ipvs_scope *scope = context;
  char name[IPVS_INSTANCE_MAX];
  ipvs_service_name(key, scope->netns, name);
  return ipvs_config_wants_service(scope->config, name);
}

static int poll_kernel(struct look *look) {
  struct ipvs_balancer *balancer = look->balancer;
  const struct ipvs_config *config = look->scope.config;
  const struct ipvs_poll poll = {
      .before = &balancer->snapshot,
      .want = config->services.entry_count > 0 ? want_service : NULL,
      .want_context = &look->scope,
      .budget_ms = look->budget_ms,
      .load_module = config->load_module,
  };
  int status = balancer->netlink != NULL ? 0 : ipvs_netlink_open(&balancer->netlink);
  if (status == 0)
    status = ipvs_netlink_poll(balancer->netlink, &poll, &look->now);
  return status;
}

// Inside of the namespace. Always 0: the errors of entering are others.
static int take_look(void *user) {
  struct look *look = user;
  look->status = poll_kernel(look);
  if (look->status != 0)
    return 0;
  look->now.frozen = ipvs_is_frozen(IPVS_PROC);
  look->has_totals = ipvs_read_totals(IPVS_PROC, look->now.frozen, &look->totals) == 0;
  return 0;
}

// A dump may be unfinished; a new socket knows nothing of it.
static void close_socket(struct ipvs_balancer *balancer) {
  ipvs_netlink_close(balancer->netlink);
  balancer->netlink = NULL;
}

static int enter_and_look(struct look *look) {
  struct ipvs_balancer *balancer = look->balancer;
  int status = ha_netns_within(HA_NETNS_DIRECTORY, &balancer->netns, take_look, look);
  if (look->status != 0 || ipvs_scope_is_elsewhere(&look->scope))
    close_socket(balancer);
  return status;
}

// --- what follows ---------------------------------------------------------------

// What there is now and, of the last poll, what has left. Nothing when the module is not
// there: then all virtual servers are gone. Returns what has become of the poll.
static int complete(struct look *look) {
  const struct ipvs_config *config = look->scope.config;
  const struct ipvs_memory memory = {
      .netns = look->scope.netns,
      .now = (int64_t)ipvs_monotonic(),
      .forget_after = config->forget_after,
      .tell_all = look->balancer->status != 0,
      .word = ipvs_keepalived_word,
  };
  int remembered = ipvs_remember(&look->balancer->snapshot, &look->now, &memory);
  return look->status == 0 ? remembered : look->status;
}

static void keep(struct ipvs_balancer *balancer, struct ipvs_snapshot *now,
                 pthread_mutex_t *lock) {
  pthread_mutex_lock(lock);
  struct ipvs_snapshot before = balancer->snapshot;
  balancer->snapshot = *now;
  pthread_mutex_unlock(lock);
  ipvs_snapshot_clear(&before);
}

static void tell_changes(struct ipvs_balancer *balancer, const struct ipvs_snapshot *now,
                         struct ipvs_scope *scope) {
  if (balancer->polled)
    ipvs_changes(&balancer->snapshot, now, ipvs_notify, scope);
  balancer->polled = true;
}

static void report(const struct look *look, cdtime_t time) {
  ipvs_report(&look->now, look->has_totals ? &look->totals : NULL, &look->scope, time);
  ipvs_rows_report(&look->now, &look->scope, time);
}

// Tells what there is now: all, or that all is gone with the module. SNMP has the values
// before a notification becomes a trap.
static void tell(struct look *look, const struct ipvs_turn *turn) {
  if (look->balancer->status == 0)
    report(look, turn->time);
  tell_changes(look->balancer, &look->now, &look->scope);
  keep(look->balancer, &look->now, turn->lock);
}

int ipvs_balancer_poll(struct ipvs_balancer *balancer, const struct ipvs_turn *turn,
                       struct ipvs_health *ret_health) {
  struct look look = {.balancer = balancer,
                      .scope = ipvs_balancer_scope(balancer, turn->config),
                      .budget_ms = turn->budget_ms};
  double began = ipvs_monotonic();
  int status = enter_and_look(&look);
  balancer->status = status < 0 ? status : complete(&look);
  struct ipvs_health health = {
      .status = balancer->status,
      .mended = look.now.mended,
      .unmended = look.now.unmended,
      .interval = CDTIME_T_TO_DOUBLE(plugin_get_interval()),
  };
  if (health.status == 0 || health.status == -ENODEV)
    tell(&look, turn);
  else
    ipvs_snapshot_clear(&look.now);
  health.frozen = balancer->snapshot.frozen;
  health.seconds = ipvs_monotonic() - began;
  if (status == 0)
    *ret_health = health;
  return status;
}

// --- its end --------------------------------------------------------------------

void ipvs_balancer_end(struct ipvs_balancer *balancer, const struct ipvs_turn *turn) {
  struct ipvs_scope scope = ipvs_balancer_scope(balancer, turn->config);
  tell_changes(balancer, &(struct ipvs_snapshot){0}, &scope);
  ipvs_health_end(&scope, &balancer->told);
  ipvs_rows_end(scope.netns);
  ipvs_balancer_clear(balancer, turn->lock);
}

void ipvs_balancer_clear(struct ipvs_balancer *balancer, pthread_mutex_t *lock) {
  close_socket(balancer);
  keep(balancer, &(struct ipvs_snapshot){0}, lock);
  *balancer = (struct ipvs_balancer){.netns = balancer->netns};
}
