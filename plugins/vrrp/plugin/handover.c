// SPDX-License-Identifier: MIT
// How does what was heard reach those who tell it, without waiting for one another?
#include "plugin/handover.h"

#include "common/core/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void take_out(struct vrrp_handover *handover, struct vrrp_account *account) {
  if (account->place == VRRP_ACCOUNT_QUEUED)
    TAILQ_REMOVE(&handover->queue, account, entry);
  if (account->place == VRRP_ACCOUNT_RESTS)
    TAILQ_REMOVE(&handover->resting, account, entry);
  account->place = VRRP_ACCOUNT_IDLE;
}

static void put_into_queue(struct vrrp_handover *handover, struct vrrp_account *account) {
  take_out(handover, account);
  TAILQ_INSERT_TAIL(&handover->queue, account, entry);
  account->place = VRRP_ACCOUNT_QUEUED;
  handover->is_news = true;
}

static void put_to_rest(struct vrrp_handover *handover, struct vrrp_account *account,
                        vrrp_time until) {
  take_out(handover, account);
  TAILQ_INSERT_TAIL(&handover->resting, account, entry);
  account->place = VRRP_ACCOUNT_RESTS;
  account->rests_until = until;
  handover->rest_ends = vrrp_earlier(handover->rest_ends, until);
}

static void forget_told(struct vrrp_told *told) {
  if (told == NULL)
    return;
  free(told->list.bytes);
  free(told->is_here);
}

void vrrp_handover_close(struct vrrp_account *account) {
  vrrp_router_free(account->router);
  vrrp_namespace_release(account->namespace);
  forget_told(&account->told);
  forget_told(account->shown);
  free(account->shown);
  free(account);
}

// The neighbourhood has forgotten a router. Of one that was told of there are last words.
static void dispose(struct vrrp_router *router, void *user) {
  struct vrrp_handover *handover = user;
  struct vrrp_account *account = router->account;

  if (account == NULL) {
    vrrp_router_free(router);
    return;
  }
  account->is_gone = true;
  if (account->is_handed_over) {
    put_into_queue(handover, account);
    return;
  }
  take_out(handover, account);
  vrrp_handover_close(account);
}

void vrrp_handover_init(struct vrrp_handover *handover) {
  *handover =
      (struct vrrp_handover){.lock = PTHREAD_MUTEX_INITIALIZER, .rest_ends = VRRP_NEVER};
  TAILQ_INIT(&handover->queue);
  TAILQ_INIT(&handover->resting);
}

void vrrp_handover_destroy(struct vrrp_handover *handover) {
  struct vrrp_account *account;

  while ((account = TAILQ_FIRST(&handover->queue)) != NULL) {
    take_out(handover, account);
    vrrp_handover_close(account);
  }
  free(handover->namespaces);
  pthread_mutex_destroy(&handover->lock);
}

// --- for those who hear -------------------------------------------------------------

void vrrp_handover_lock(struct vrrp_handover *handover) {
  pthread_mutex_lock(&handover->lock);
}

void vrrp_handover_unlock(struct vrrp_handover *handover) {
  bool is_news = handover->is_news;

  handover->is_news = false;
  pthread_mutex_unlock(&handover->lock);
  if (is_news)
    vrrp_loop_nudge(handover->telling);
}

int vrrp_handover_enrol(struct vrrp_handover *handover, struct vrrp_namespace *namespace,
                        size_t routers_max) {
  struct vrrp_namespace **all =
      ha_array_room(handover->namespaces, handover->namespace_count, sizeof(*all));

  if (all == NULL)
    return -ENOMEM;
  handover->namespaces = all;
  int status = vrrp_neighbourhood_init(&namespace->routers, routers_max);
  if (status < 0)
    return status;
  namespace->routers.dispose = dispose;
  namespace->routers.user = handover;
  all[handover->namespace_count++] = namespace;
  return 0;
}

void vrrp_handover_leave(struct vrrp_handover *handover,
                         struct vrrp_namespace *namespace) {
  size_t place = 0;

  while (handover->namespaces[place] != namespace)
    place++;
  handover->totals.routers_forgotten += namespace->routers.forgotten;
  vrrp_neighbourhood_destroy(&namespace->routers);
  ha_array_take_out(handover->namespaces, handover->namespace_count--,
                    sizeof(*handover->namespaces), place);
}

void vrrp_handover_open(struct vrrp_namespace *namespace, struct vrrp_router *router) {
  router->account = calloc(1, sizeof(*router->account));
  if (router->account == NULL)
    return;
  router->account->router = router;
  router->account->namespace = namespace;
  atomic_fetch_add(&namespace->holders, 1);
}

// More than a stray or forged frame speaks for it. Of one that all was rejected of, as
// much is asked.
static bool is_worth_telling(const struct vrrp_router *router) {
  return router->account->is_handed_over || router->is_proven ||
         (router->state == VRRP_STATE_UNKNOWN &&
          vrrp_rejections_total(&router->rejections) > 1);
}

// What is still wrong with a router that has proved itself just now is told if it was
// held back before.
static void make_up(struct vrrp_account *account) {
  struct vrrp_router *router = account->router;
  uint32_t untold = router->problems.raised & ~account->raised;

  if (account->is_steady || !router->is_steady)
    return;
  account->is_steady = true;
  for (int i = 0; i < VRRP_PROBLEMS; i++)
    if (untold >> i & 1)
      vrrp_events_add(&router->events, &(struct vrrp_event){.kind = VRRP_EVENT_RAISED,
                                                            .at = router->clock,
                                                            .problem = i});
}

void vrrp_handover_mark(struct vrrp_handover *handover, struct vrrp_router *router) {
  struct vrrp_account *account = router->account;

  if (account == NULL || !vrrp_events_waiting(&router->events))
    return;
  make_up(account);
  bool rests_for_values =
      account->place == VRRP_ACCOUNT_RESTS && account->owed != VRRP_EXTENT_NONE;
  if ((account->place == VRRP_ACCOUNT_IDLE || rests_for_values) &&
      is_worth_telling(router))
    put_into_queue(handover, account);
}

void vrrp_handover_remark(struct vrrp_handover *handover,
                          const struct vrrp_namespace *namespace,
                          const struct vrrp_remark *remark) {
  if (handover->remark_count == VRRP_REMARKS_MAX)
    return;
  struct vrrp_remark *kept = &handover->remarks[handover->remark_count++];
  *kept = *remark;
  if (namespace != NULL) {
    kept->namespace = namespace->number;
    memcpy(kept->netns, namespace->netns.name, sizeof(kept->netns));
  }
  handover->is_news = true;
}

// --- for those who tell -------------------------------------------------------------

// All are looked through only when one of them may be told: thousands may rest.
static void wake_rested(struct vrrp_handover *handover, vrrp_time now) {
  struct vrrp_account *account = TAILQ_FIRST(&handover->resting);

  if (handover->rest_ends > now)
    return;
  handover->rest_ends = VRRP_NEVER;
  while (account != NULL) {
    struct vrrp_account *next = TAILQ_NEXT(account, entry);
    if (account->rests_until <= now)
      put_into_queue(handover, account);
    else
      handover->rest_ends = vrrp_earlier(handover->rest_ends, account->rests_until);
    account = next;
  }
}

// Notifications of routers that this host only listens to, together: strangers can make
// any number of them, and make anything happen to them. Those that have proved themselves
// have a budget of their own, lest they wait behind a flood of others.
static const struct vrrp_pace host_paces[] = {
    [false] = {64, VRRP_SECOND / 4},
    [true] = {64, VRRP_SECOND / 8},
};

static bool is_ours(const struct vrrp_router *router) {
  return router->state != VRRP_STATE_OBSERVER && router->state != VRRP_STATE_UNKNOWN;
}

// False if strangers have used up what the host has left, and when there will be more.
static bool host_affords(const struct vrrp_handover *handover,
                         const struct vrrp_router *router, vrrp_time now,
                         vrrp_time *ret_again) {
  vrrp_time next = vrrp_bucket_next(&handover->host[router->is_steady],
                                    &host_paces[router->is_steady], now);

  if (is_ours(router) || next <= now)
    return true;
  *ret_again = next;
  return false;
}

// Takes the tokens of all that is told of it at once; those that are not there are owed.
static void spend(struct vrrp_handover *handover, const struct vrrp_router *router,
                  vrrp_time now) {
  struct vrrp_bucket *bucket = &handover->host[router->is_steady];

  if (!is_ours(router))
    bucket->spent_until = vrrp_later(bucket->spent_until, now) +
                          router->events.count * host_paces[router->is_steady].span;
}

// True if what happened may be told now. If the host has nothing left, what happened to a
// router that has not proved itself is worth no more than its values.
static bool afford(struct vrrp_handover *handover, struct vrrp_account *account,
                   vrrp_time now, vrrp_time *ret_again) {
  struct vrrp_router *router = account->router;

  if (!host_affords(handover, router, now, ret_again)) {
    router->events.count = router->is_steady ? router->events.count : 0;
    return false;
  }
  if (!vrrp_budget_take(&account->budget, now, ret_again))
    return false;
  spend(handover, router, now);
  return true;
}

// Values that are owed are told without asking, and so are a router's first; what
// happened asks for its budget, and may be left behind to rest.
static bool may_be_told(struct vrrp_handover *handover, struct vrrp_account *account,
                        vrrp_time now) {
  const struct vrrp_events *events = &account->router->events;
  vrrp_time again;

  if (account->is_gone || !vrrp_events_waiting(events) ||
      afford(handover, account, now, &again))
    return true;
  if (account->is_handed_over || events->count > 0)
    put_to_rest(handover, account, again);
  return !account->is_handed_over;
}

bool vrrp_handover_may_notify(struct vrrp_handover *handover, vrrp_time now) {
  vrrp_time again;

  pthread_mutex_lock(&handover->lock);
  bool may = vrrp_bucket_take(&handover->host[false], &host_paces[false], now, &again);
  pthread_mutex_unlock(&handover->lock);
  return may;
}

// The end of a problem is news to those who were told that it came.
static bool is_news(struct vrrp_account *account, const struct vrrp_event *event) {
  uint32_t before = account->raised, bit = UINT32_C(1) << event->problem;

  if (event->kind == VRRP_EVENT_RAISED)
    account->raised |= bit;
  else if (event->kind == VRRP_EVENT_CLEARED)
    account->raised &= ~bit;
  else
    return true;
  return account->raised != before;
}

static void take_events(struct vrrp_account *account, struct vrrp_events *ret_events) {
  uint8_t kept = 0;

  *ret_events = (struct vrrp_events){0};
  vrrp_router_take_events(account->router, ret_events);
  for (unsigned i = 0; i < ret_events->count; i++)
    if (is_news(account, &ret_events->all[i]))
      ret_events->all[kept++] = ret_events->all[i];
  ret_events->count = kept;
}

static void copy(struct vrrp_handover *handover, struct vrrp_account *account,
                 enum vrrp_extent extent, struct vrrp_news *news) {
  struct vrrp_router *router = account->router;

  account->is_handed_over = true;
  news->account = account;
  news->is_last = account->is_gone;
  news->owed = account->owed;
  account->owed = VRRP_EXTENT_NONE;
  news->gap = VRRP_NEVER;
  if (news->owed == VRRP_EXTENT_INTERVAL || extent == VRRP_EXTENT_INTERVAL)
    news->gap = vrrp_router_take_gap(router, account->namespace->heard_until);
  news->events = (struct vrrp_events){0};
  if (account->place != VRRP_ACCOUNT_RESTS)
    take_events(account, &news->events);
  if (account->place != VRRP_ACCOUNT_RESTS)
    take_out(handover, account);
  vrrp_subject_copy(&news->subject, router, account->interface,
                    account->namespace->netns.name, &account->namespace->links.table);
}

static struct vrrp_account *next_one(struct vrrp_handover *handover, vrrp_time now) {
  struct vrrp_account *account;

  wake_rested(handover, now);
  handover->is_news = false; // whoever tells is at it
  do
    account = TAILQ_FIRST(&handover->queue);
  while (account != NULL && !may_be_told(handover, account, now));
  return account;
}

struct vrrp_account *vrrp_handover_take(struct vrrp_handover *handover, vrrp_time now,
                                        struct vrrp_news *news) {
  pthread_mutex_lock(&handover->lock);
  struct vrrp_account *account = next_one(handover, now);
  if (account != NULL)
    copy(handover, account, VRRP_EXTENT_CHANGE, news);
  pthread_mutex_unlock(&handover->lock);
  return account;
}

bool vrrp_handover_visit(struct vrrp_handover *handover, struct vrrp_account *account,
                         vrrp_time now, struct vrrp_news *news) {
  pthread_mutex_lock(&handover->lock);
  bool is_known = !account->is_gone;
  if (is_known) {
    take_out(handover, account);
    may_be_told(handover, account, now); // or rests, and so do its events
    copy(handover, account, VRRP_EXTENT_INTERVAL, news);
  }
  pthread_mutex_unlock(&handover->lock);
  return is_known;
}

static const struct vrrp_namespace *find_namespace(const struct vrrp_handover *handover,
                                                   unsigned number) {
  for (size_t i = 0; i < handover->namespace_count; i++)
    if (handover->namespaces[i]->number == number)
      return handover->namespaces[i];
  return NULL;
}

bool vrrp_handover_look(struct vrrp_handover *handover, unsigned namespace,
                        const struct vrrp_router_key *key, struct vrrp_subject *subject) {
  pthread_mutex_lock(&handover->lock);
  const struct vrrp_namespace *place = find_namespace(handover, namespace);
  const struct vrrp_router *router =
      place != NULL ? vrrp_neighbourhood_find(&place->routers, key) : NULL;
  bool is_known = router != NULL && router->account != NULL;
  if (is_known)
    vrrp_subject_copy(subject, router, router->account->interface, place->netns.name,
                      &place->links.table);
  pthread_mutex_unlock(&handover->lock);
  return is_known;
}

void vrrp_handover_owe(struct vrrp_handover *handover, struct vrrp_account *account,
                       enum vrrp_extent extent, vrrp_time until) {
  pthread_mutex_lock(&handover->lock);
  if (account->owed < extent)
    account->owed = extent;
  if (account->place == VRRP_ACCOUNT_IDLE && !account->is_gone)
    put_to_rest(handover, account, until);
  pthread_mutex_unlock(&handover->lock);
}

vrrp_time vrrp_handover_deadline(struct vrrp_handover *handover) {
  pthread_mutex_lock(&handover->lock);
  vrrp_time deadline = handover->rest_ends;
  pthread_mutex_unlock(&handover->lock);
  return deadline;
}

bool vrrp_handover_take_remark(struct vrrp_handover *handover,
                               struct vrrp_remark *ret_remark) {
  pthread_mutex_lock(&handover->lock);
  bool is_one = handover->remark_count > 0;
  if (is_one) {
    *ret_remark = handover->remarks[0];
    ha_array_take_out(handover->remarks, handover->remark_count--,
                      sizeof(handover->remarks[0]), 0);
  }
  pthread_mutex_unlock(&handover->lock);
  return is_one;
}

struct vrrp_totals vrrp_handover_totals(struct vrrp_handover *handover) {
  pthread_mutex_lock(&handover->lock);
  struct vrrp_totals totals = handover->totals;
  for (size_t i = 0; i < handover->namespace_count; i++)
    totals.routers_forgotten += handover->namespaces[i]->routers.forgotten;
  pthread_mutex_unlock(&handover->lock);
  return totals;
}

struct vrrp_namespace *vrrp_handover_find(const struct vrrp_handover *handover,
                                          const char *netns) {
  for (size_t i = 0; i < handover->namespace_count; i++)
    if (strcmp(handover->namespaces[i]->netns.name, netns) == 0)
      return handover->namespaces[i];
  return NULL;
}

void vrrp_handover_give_words(struct vrrp_handover *handover, const char *netns,
                              struct vrrp_words *words) {
  struct vrrp_words old = *words;

  pthread_mutex_lock(&handover->lock);
  struct vrrp_namespace *namespace = vrrp_handover_find(handover, netns);
  if (namespace != NULL) {
    old = namespace->words;
    vrrp_words_follow(words, &old);
    namespace->words = *words;
    namespace->words_are_new = true;
  }
  pthread_mutex_unlock(&handover->lock);
  vrrp_words_free(&old);
  vrrp_loop_nudge(handover->hearing);
}
