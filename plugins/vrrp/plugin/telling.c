// SPDX-License-Identifier: MIT
// When is what told?
#include "plugin/telling.h"

#include "plugin/log.h"
#include "plugin/notify.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"

#include "daemon/utils_cache.h"
#include "utils/common/common.h"

#include <errno.h>

// A loss that does not grow for so long is over.
#define LOSS_QUIET (60 * VRRP_SECOND)

// --- time ---------------------------------------------------------------------------

// After the clock was set back, collectd's cache is full of values of the future, and
// would take none that is older: what is there has run out.
static void forget_the_future(void) {
  uc_check_timeout();
}

// collectd drops a value that is not later than the last one. A clock that was set back
// by a little is waited for; one that was set back by more than an interval is believed.
static struct vrrp_moment new_moment(struct vrrp_telling *telling) {
  cdtime_t wall = cdtime(), last = telling->last_wall;

  if (wall <= last && last - wall <= NS_TO_CDTIME_T(telling->interval))
    wall = last + 1;
  else if (wall < last)
    forget_the_future();
  telling->last_wall = wall;
  return (struct vrrp_moment){vrrp_loop_now(), wall};
}

// When the wall clock shows another second, and the values of this one have passed
// collectd's write threads.
static vrrp_time next_second(const struct vrrp_moment *moment) {
  vrrp_time part = CDTIME_T_TO_NS(moment->wall) % VRRP_SECOND;
  vrrp_time left = VRRP_SECOND - part;
  return moment->now + (left > VRRP_BUDGET_REST ? left : VRRP_BUDGET_REST) +
         VRRP_MILLISECOND;
}

// --- one router ---------------------------------------------------------------------

static void know(struct vrrp_telling *telling, struct vrrp_account *account) {
  struct vrrp_account **accounts =
      ha_array_room(telling->accounts, telling->account_count, sizeof(*accounts));

  if (accounts == NULL)
    return; // it is told when something happens, but not at every interval
  telling->accounts = accounts;
  accounts[telling->account_count++] = account;
}

// Its last word is later than any value of it that may still wait to be written.
static void forget(struct vrrp_telling *telling, struct vrrp_account *account) {
  struct vrrp_moment moment = new_moment(telling);

  if (account->told.is_told)
    vrrp_notify_forgotten(&telling->news.subject,
                          account->shown != NULL ? account->shown : &account->told,
                          &moment);
  for (size_t i = 0; i < telling->account_count; i++)
    if (telling->accounts[i] == account) {
      telling->accounts[i] = telling->accounts[--telling->account_count];
      break;
    }
  vrrp_handover_close(account);
}

// A file of whole seconds, such as rrdtool's, takes one value a second: what comes after
// it is told in the next one, when the last state wins.
static void tell_values(struct vrrp_telling *telling, struct vrrp_report *report) {
  struct vrrp_account *account = telling->news.account;
  const struct vrrp_moment *moment = report->moment;

  if (account->told.is_told && account->told_second == vrrp_moment_second(moment)) {
    vrrp_handover_owe(telling->handover, account, report->extent, next_second(moment));
    return;
  }
  vrrp_report_router(report);
  account->told_second = vrrp_moment_second(moment);
}

static void notify(const struct vrrp_news *news, const struct vrrp_moment *moment) {
  vrrp_notify_events(&news->subject, &news->events, moment);
  vrrp_report_each_gone(news, moment, vrrp_notify_gone);
}

// SNMP shows what is news before a notification becomes a trap. A notification does not
// wait for any write queue, so it goes before the values; but what nobody has heard of
// yet is introduced by its values.
static void tell_news_of_one(struct vrrp_telling *telling,
                             const struct vrrp_moment *moment) {
  struct vrrp_news *news = &telling->news;
  bool is_first = !news->account->told.is_told;
  struct vrrp_report report;

  vrrp_report_begin(&report, news, moment,
                    news->owed == VRRP_EXTENT_INTERVAL ? VRRP_EXTENT_INTERVAL
                                                       : VRRP_EXTENT_CHANGE);
  vrrp_report_ahead(&report);
  if (is_first) {
    know(telling, news->account);
    tell_values(telling, &report);
  }
  notify(news, moment);
  if (!is_first)
    tell_values(telling, &report);
  vrrp_report_end(&report);
}

// That of the subject's namespace, or NULL.
static struct vrrp_keepalived *keepalived_of(const struct vrrp_telling *telling,
                                             const struct vrrp_subject *subject) {
  for (size_t i = 0; i < telling->seat_count; i++)
    if (strcmp(telling->seats[i].config->netns, subject->netns) == 0)
      return telling->seats[i].keepalived;
  return NULL;
}

static void add_keepalived(struct vrrp_telling *telling, struct vrrp_subject *subject) {
  struct vrrp_keepalived *keepalived = keepalived_of(telling, subject);

  subject->keepalived =
      vrrp_keepalived_find(keepalived, subject->interface, &subject->router.key);
  if (subject->keepalived != NULL)
    subject->fault = vrrp_keepalived_fault(keepalived, subject->keepalived->name);
}

static void tell_news(struct vrrp_telling *telling) {
  struct vrrp_news *news = &telling->news;
  struct vrrp_account *account;
  vrrp_time now = vrrp_loop_now();

  while ((account = vrrp_handover_take(telling->handover, now, news)) != NULL) {
    struct vrrp_moment moment = new_moment(telling);
    add_keepalived(telling, &news->subject);
    if (vrrp_events_waiting(&news->events))
      vrrp_keepalived_hurry(keepalived_of(telling, &news->subject), moment.now);
    if (vrrp_events_waiting(&news->events) || news->owed != VRRP_EXTENT_NONE ||
        !account->told.is_told)
      tell_news_of_one(telling, &moment);
    if (news->is_last)
      forget(telling, account);
  }
}

// --- remarks ------------------------------------------------------------------------

// A rejection that an SNMP manager waits for is a notification, any other a line.
static void tell_rejection(struct vrrp_telling *telling,
                           const struct vrrp_remark *remark) {
  struct vrrp_subject *subject = &telling->news.subject;

  if (remark->is_news &&
      vrrp_handover_look(telling->handover, remark->namespace, &remark->key, subject) &&
      vrrp_handover_may_notify(telling->handover, vrrp_loop_now())) {
    struct vrrp_moment moment = new_moment(telling);
    add_keepalived(telling, subject);
    if (vrrp_notify_rejection(subject, &remark->origin, remark->verdict, &moment))
      return;
  }
  if (remark->is_first)
    vrrp_remark_log(remark);
}

static void tell_remarks(struct vrrp_telling *telling) {
  struct vrrp_remark remark;

  while (vrrp_handover_take_remark(telling->handover, &remark))
    if (remark.kind == VRRP_REMARK_REJECTED)
      tell_rejection(telling, &remark);
    else
      vrrp_remark_log(&remark);
}

// --- the interval -------------------------------------------------------------------

static void watch_loss(struct ha_loss *loss, uint64_t count, vrrp_time now,
                       const char *begun, const char *over) {
  enum ha_news news = ha_loss_watch(loss, count, now, LOSS_QUIET);

  if (news == HA_BEGUN)
    vrrp_log(LOG_WARNING, "%s", begun);
  if (news == HA_OVER)
    vrrp_log(LOG_INFO, "%s", over);
}

static void watch_losses(struct vrrp_telling *telling, const struct vrrp_totals *totals,
                         vrrp_time now) {
  watch_loss(&telling->frames_lost, totals->dropped, now,
             "more packets of protocol 112 come than can be read; what the kernel had to "
             "drop is counted only, as vrrp_dropped-frames.",
             "the kernel drops no packets any more.");
  watch_loss(&telling->routers_lost, totals->routers_forgotten, now,
             "more virtual routers are heard than MaxVirtualRouters allows; those of "
             "least interest are passed over and counted only, as "
             "vrrp_dropped-virtual_routers.",
             "there is room for all virtual routers again.");
}

static void report_at_interval(struct vrrp_telling *telling, struct vrrp_account *account,
                               const struct vrrp_moment *moment) {
  struct vrrp_news *news = &telling->news;
  struct vrrp_report report;

  if (account->told_second == vrrp_moment_second(moment)) {
    vrrp_handover_owe(telling->handover, account, VRRP_EXTENT_INTERVAL,
                      next_second(moment));
    return;
  }
  if (!vrrp_handover_visit(telling->handover, account, moment->now, news))
    return;
  add_keepalived(telling, &news->subject);
  vrrp_report_begin(&report, news, moment, VRRP_EXTENT_INTERVAL);
  vrrp_report_ahead(&report);
  notify(news, moment);
  tell_values(telling, &report);
  vrrp_report_end(&report);
}

static void report_all(struct vrrp_telling *telling) {
  struct vrrp_moment moment = new_moment(telling);
  struct vrrp_totals totals = vrrp_handover_totals(telling->handover);

  telling->interval_second = vrrp_moment_second(&moment);
  for (size_t i = 0; i < telling->account_count; i++)
    report_at_interval(telling, telling->accounts[i], &moment);
  vrrp_report_totals(&totals, &moment);
  watch_losses(telling, &totals, moment.now);
}

// Once in an interval, but never twice within a second of a file's clock.
static vrrp_time pass_interval(struct vrrp_telling *telling) {
  struct vrrp_moment moment = {vrrp_loop_now(), cdtime()};

  if (moment.now < telling->next_interval)
    return telling->next_interval;
  if (vrrp_moment_second(&moment) == telling->interval_second)
    return next_second(&moment);
  vrrp_time late = moment.now - telling->next_interval;
  telling->next_interval += telling->interval * (1 + late / telling->interval);
  report_all(telling);
  return telling->next_interval;
}

// --- keepalived ---------------------------------------------------------------------

// The namespace of a keepalived, as it is now.
struct home {
  bool is_there; // that is, listened to
  struct ha_netns netns;
};

// Copies as many as there is room for; returns how many there are.
static size_t copy_links(struct vrrp_telling *telling,
                         const struct vrrp_namespace *namespace) {
  const struct vrrp_link_table *links = &namespace->links.table;
  struct vrrp_link_table *names = &telling->link_names;
  size_t count = links->link_count;

  names->link_count = count < telling->link_names_max ? count : telling->link_names_max;
  if (names->link_count > 0)
    memcpy(names->links, links->links, names->link_count * sizeof(*names->links));
  return count;
}

// The same of the namespace of this name.
static size_t visit_home(struct vrrp_telling *telling, const char *name,
                         struct home *ret_home) {
  size_t count = telling->link_names.link_count = 0;

  vrrp_handover_lock(telling->handover);
  const struct vrrp_namespace *namespace = vrrp_handover_find(telling->handover, name);
  ret_home->is_there = namespace != NULL;
  if (namespace != NULL) {
    count = copy_links(telling, namespace);
    ret_home->netns = namespace->netns;
  }
  vrrp_handover_unlock(telling->handover);
  return count;
}

// Whoever hears never waits for memory: room is made without the lock.
static void copy_home(struct vrrp_telling *telling, const char *name,
                      struct home *ret_home) {
  struct vrrp_link_table *names = &telling->link_names;
  size_t wanted;

  while ((wanted = visit_home(telling, name, ret_home)) > telling->link_names_max) {
    wanted += wanted / 4;
    struct vrrp_link *links = realloc(names->links, wanted * sizeof(*links));
    if (links == NULL)
      return;
    names->links = links;
    telling->link_names_max = wanted;
  }
}

// What it said is for those who hear at once; its values are owed.
static void run_keepalived(struct vrrp_keepalived_seat *seat) {
  const struct vrrp_keepalived *keepalived = seat->keepalived;
  struct vrrp_words words;

  if (!vrrp_keepalived_run(seat->keepalived, vrrp_loop_now()))
    return;
  if (vrrp_words_take(&words, vrrp_keepalived_state(keepalived),
                      vrrp_keepalived_text(keepalived)) == 0)
    vrrp_handover_give_words(seat->telling->handover, seat->config->netns, &words);
  seat->owes = true;
}

// Its answers may come right behind each other; their values, too, are told once in a
// second of a file's clock. Returns when those that are owed may be told, or VRRP_NEVER.
static vrrp_time tell_keepalived(struct vrrp_keepalived_seat *seat) {
  struct vrrp_telling *telling = seat->telling;
  struct home home;

  if (!seat->owes)
    return VRRP_NEVER;
  struct vrrp_moment moment = new_moment(telling);
  if (vrrp_moment_second(&moment) == seat->second)
    return next_second(&moment);
  seat->owes = false;
  seat->second = vrrp_moment_second(&moment);
  copy_home(telling, seat->config->netns, &home);
  vrrp_keepalived_report(seat->keepalived,
                         &(struct vrrp_keepalived_home){
                             &telling->link_names, home.is_there ? &home.netns : NULL},
                         &moment);
  return VRRP_NEVER;
}

static void keepalived_ready(struct vrrp_source *source) {
  run_keepalived(
      (void *)((char *)source - offsetof(struct vrrp_keepalived_seat, events)));
}

static vrrp_time pass_keepaliveds(struct vrrp_telling *telling) {
  vrrp_time next = VRRP_NEVER;

  for (size_t i = 0; i < telling->seat_count; i++) {
    struct vrrp_keepalived_seat *seat = &telling->seats[i];
    if (vrrp_loop_now() >= vrrp_keepalived_deadline(seat->keepalived))
      run_keepalived(seat);
    next = vrrp_earlier(next, tell_keepalived(seat));
    next = vrrp_earlier(next, vrrp_keepalived_deadline(seat->keepalived));
  }
  return next;
}

// --- the thread ---------------------------------------------------------------------

vrrp_time vrrp_telling_pass(struct vrrp_telling *telling) {
  tell_remarks(telling);
  tell_news(telling);
  vrrp_time next = pass_interval(telling);
  next = vrrp_earlier(next, pass_keepaliveds(telling));
  return vrrp_earlier(next, vrrp_handover_deadline(telling->handover));
}

static int open_loop(struct vrrp_telling *telling) {
  return vrrp_loop_open(&telling->loop);
}

static int open_seat(struct vrrp_telling *telling, struct vrrp_keepalived_seat *seat,
                     const struct vrrp_keepalived_config *config) {
  *seat = (struct vrrp_keepalived_seat){.telling = telling, .config = config};
  int status = vrrp_keepalived_new(config, telling->interval, &seat->keepalived);
  if (status < 0)
    return status;
  telling->seat_count++;
  seat->events =
      (struct vrrp_source){vrrp_keepalived_fd(seat->keepalived), keepalived_ready};
  return vrrp_loop_watch(&telling->loop, &seat->events);
}

static int open_keepaliveds(struct vrrp_telling *telling) {
  const struct vrrp_keepalived_configs *configs = &telling->config->keepalived;
  int status = 0;

  if (configs->count == 0)
    return 0;
  telling->seats = calloc(configs->count, sizeof(*telling->seats));
  if (telling->seats == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < configs->count && status == 0; i++)
    status = open_seat(telling, &telling->seats[i], &configs->all[i]);
  return status;
}

// What telling consists of, in the order in which it can be made.
static const struct {
  const char *name;
  int (*make)(struct vrrp_telling *telling);
} parts[] = {
    {"event loop (epoll, timerfd, eventfd)", open_loop},
    {"<Keepalived> (inotify, epoll, eventfd)", open_keepaliveds},
};

int vrrp_telling_init(struct vrrp_telling *telling, const struct vrrp_config *config,
                      struct vrrp_handover *handover, vrrp_time interval,
                      const char **ret_missing) {
  *telling = (struct vrrp_telling){
      .config = config,
      .handover = handover,
      .interval = interval,
      .next_interval = vrrp_loop_now(),
  };
  handover->telling = &telling->loop;
  vrrp_log_open();
  ha_dispatch_prepare();
  for (size_t i = 0; i < HA_COUNT_OF(parts); i++) {
    int status = parts[i].make(telling);
    if (status < 0) {
      *ret_missing = parts[i].name;
      return status;
    }
  }
  return 0;
}

void vrrp_telling_destroy(struct vrrp_telling *telling) {
  for (size_t i = 0; i < telling->seat_count; i++)
    vrrp_keepalived_free(telling->seats[i].keepalived);
  free(telling->seats);
  free(telling->link_names.links);
  free(telling->accounts);
  vrrp_loop_close(&telling->loop);
}

void vrrp_telling_run(struct vrrp_telling *telling) {
  while (vrrp_loop_wait(&telling->loop, vrrp_telling_pass(telling)))
    ;
}
