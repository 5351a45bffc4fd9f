// SPDX-License-Identifier: MIT
// Which values does a virtual router yield?
#include "plugin/report.h"

#include "plugin/meta.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"
#include "utils/common/common.h"

// Reasons that are met before it is clear whose advert it would have been.
#define REASONS_OF_NOBODY                                                                \
  (1u << VRRP_ACCEPTED | 1u << VRRP_REJECT_IP_HEADER | 1u << VRRP_REJECT_FRAGMENT |      \
   1u << VRRP_REJECT_PROTOCOL | 1u << VRRP_REJECT_CARP | 1u << VRRP_REJECT_VRID)

#define MASTERS_REMEMBERED (3600 * VRRP_SECOND)

static double seconds(vrrp_time time) {
  return (double)time / (double)VRRP_SECOND;
}

static void dispatch(struct vrrp_report *report, const char *type,
                     const char *type_instance, value_t *values, size_t count) {
  sstrncpy(report->list.type, type, sizeof(report->list.type));
  sstrncpy(report->list.type_instance, type_instance, sizeof(report->list.type_instance));
  report->list.values = values;
  report->list.values_len = count;
  report->dispatch(&report->list);
  report->list.values = NULL;
}

static void gauge(struct vrrp_report *report, const char *type, const char *type_instance,
                  double number) {
  value_t value = {.gauge = number};
  dispatch(report, type, type_instance, &value, 1);
}

static void derive(struct vrrp_report *report, const char *type,
                   const char *type_instance, uint64_t number) {
  value_t value = {.derive = (derive_t)number};
  dispatch(report, type, type_instance, &value, 1);
}

// True if a number differs from what was told, or everything is told; NaN equals NaN.
static bool is_news(const struct vrrp_report *report, const double *told,
                    const double *now, size_t count) {
  return report->is_whole || memcmp(told, now, count * sizeof(*now)) != 0;
}

// --- which counters there are -------------------------------------------------------

// A host that takes part has those from the beginning that MIBs have columns for; for any
// other they exist once they are not 0.
static const uint32_t needed[] = {
    [VRRP_TOLD_TRANSITIONS] = 3,
    [VRRP_TOLD_ADVERTS] = 1u << VRRP_COUNT_SENT | 1u << VRRP_COUNT_RECEIVED |
                          1u << VRRP_COUNT_MISSED | 1u << VRRP_COUNT_PRIORITY_ZERO_SENT |
                          1u << VRRP_COUNT_PRIORITY_ZERO_RECEIVED,
    [VRRP_TOLD_DIFFERENCES] = 1u << VRRP_DIFFERS_INTERVAL | 1u << VRRP_DIFFERS_AUTH_TYPE |
                              1u << VRRP_DIFFERS_ADDRESSES,
    [VRRP_TOLD_REJECTIONS] = 1u << VRRP_REJECT_TTL | 1u << VRRP_REJECT_TYPE |
                             1u << VRRP_REJECT_AUTH_TYPE | 1u << VRRP_REJECT_LENGTH,
    [VRRP_TOLD_PROBLEMS] = 0,
};
_Static_assert(HA_COUNT_OF(needed) == VRRP_TOLD_KINDS, "of every kind");

static bool takes_part(const struct vrrp_router *router) {
  return router->state != VRRP_STATE_OBSERVER && router->state != VRRP_STATE_UNKNOWN;
}

// True if this one exists; it does so from now on.
static bool exists(struct vrrp_report *report, enum vrrp_told_kind kind, int instance,
                   uint64_t number) {
  uint32_t bit = UINT32_C(1) << instance;

  if (number != 0 || (takes_part(report->router) && (needed[kind] & bit)))
    report->told->known[kind] |= bit;
  return report->told->known[kind] & bit;
}

static const char *const types[] = {
    [VRRP_TOLD_TRANSITIONS] = "vrrp_transitions",
    [VRRP_TOLD_ADVERTS] = "vrrp_adverts",
    [VRRP_TOLD_DIFFERENCES] = "vrrp_differs",
    [VRRP_TOLD_REJECTIONS] = "vrrp_rejected",
    [VRRP_TOLD_PROBLEMS] = "vrrp_problem",
};
_Static_assert(HA_COUNT_OF(types) == VRRP_TOLD_KINDS, "of every kind");

static const char *instance_name(enum vrrp_told_kind kind, int instance) {
  switch (kind) {
  case VRRP_TOLD_ADVERTS:
    return vrrp_counter_name((enum vrrp_counter)instance);
  case VRRP_TOLD_DIFFERENCES:
    return vrrp_difference_name((enum vrrp_difference)instance);
  case VRRP_TOLD_REJECTIONS:
    return vrrp_verdict_name((enum vrrp_verdict)instance);
  case VRRP_TOLD_PROBLEMS:
    return vrrp_problem_name((enum vrrp_problem)instance);
  default:
    return instance == 0 ? "master" : "change";
  }
}

static void count(struct vrrp_report *report, enum vrrp_told_kind kind, int instance,
                  uint64_t number) {
  if (exists(report, kind, instance, number))
    derive(report, types[kind], instance_name(kind, instance), number);
}

static void report_counters(struct vrrp_report *report) {
  const struct vrrp_router *router = report->router;

  for (int i = 0; i < VRRP_COUNTERS; i++)
    count(report, VRRP_TOLD_ADVERTS, i, router->counters[i]);
  for (int i = 0; i < VRRP_DIFFERENCES; i++)
    count(report, VRRP_TOLD_DIFFERENCES, i, router->differences[i]);
  for (int i = 0; i < VRRP_VERDICTS; i++)
    if (!(REASONS_OF_NOBODY & 1u << i))
      count(report, VRRP_TOLD_REJECTIONS, i, router->rejections.count[i]);
}

// --- what an event can change -------------------------------------------------------

static void report_state(struct vrrp_report *report) {
  const struct vrrp_router *router = report->router;
  bool up = router->state == VRRP_STATE_BACKUP || router->state == VRRP_STATE_MASTER;

  report->list.meta = report->whole;
  gauge(report, "vrrp_state", "",
        router->state == VRRP_STATE_UNKNOWN ? NAN : (double)router->state);
  report->list.meta = report->index;
  if (takes_part(router))
    gauge(report, "vrrp_uptime", "",
          up ? seconds(vrrp_elapsed(router->up_since, report->moment->now)) : 0);
}

static vrrp_time down_interval(const struct vrrp_router *router,
                               const struct vrrp_speaker *master) {
  int own = vrrp_router_priority(router);
  return own != VRRP_PRIORITY_UNTOLD
             ? vrrp_router_down_interval(router, master, (uint8_t)own)
             : vrrp_router_patience(router, master);
}

static struct vrrp_figures figures_of(const struct vrrp_router *router) {
  const struct vrrp_speaker *master = vrrp_router_master(router);
  const struct vrrp_speaker *last = vrrp_router_last_master(router);
  int own = vrrp_router_priority(router);

  return (struct vrrp_figures){
      .masters = vrrp_router_masters(router),
      .priority = master ? master->priority : NAN,
      .interval = last ? seconds(vrrp_speaker_interval(last)) : NAN,
      .down_interval = last ? seconds(down_interval(router, last)) : NAN,
      .own_priority = own != VRRP_PRIORITY_UNTOLD ? own : NAN,
      .outage = router->outage != VRRP_NEVER ? seconds(router->outage) : NAN,
      .transitions = {router->became_master, router->master_changes},
  };
}

static void report_master(struct vrrp_report *report, const struct vrrp_figures *now) {
  value_t values[] = {{.gauge = now->masters},
                      {.gauge = now->priority},
                      {.gauge = now->interval},
                      {.gauge = now->down_interval}};

  if (report->router->speakers.count > 0 &&
      is_news(report, &report->told->figures.masters, &now->masters, HA_COUNT_OF(values)))
    dispatch(report, "vrrp_master", "", values, HA_COUNT_OF(values));
}

// What tells a row's place and age, as numbers: behind collectd's network plugin there
// are no meta data.
static void report_details(struct vrrp_report *report) {
  const struct vrrp_router *router = report->router;
  const struct vrrp_moment *moment = report->moment;
  const struct vrrp_speaker *witness = vrrp_subject_witness(report->subject);
  double details[VRRP_DETAILS] = {
      router->key.ifindex,
      witness ? witness->version : NAN,
      witness ? witness->auth_type : NAN,
      router->last_rejection,
      (double)vrrp_moment_epoch(moment, router->state_since),
      vrrp_router_master(router) ? (double)vrrp_moment_epoch(moment, router->master_since)
                                 : NAN,
  };
  value_t values[VRRP_DETAILS];

  for (int i = 0; i < VRRP_DETAILS; i++)
    values[i].gauge = details[i];
  if (is_news(report, report->told->details, details, VRRP_DETAILS))
    dispatch(report, "vrrp_details", "", values, VRRP_DETAILS);
  memcpy(report->told->details, details, sizeof(details));
}

static void report_master_address(struct vrrp_report *report, int place,
                                  double is_master) {
  const struct vrrp_address *address = &report->told->masters[place].address;
  char text[VRRP_ADDRESS_TEXT_MAX];

  gauge(report, "vrrp_master_address", vrrp_address_format(address, text), is_master);
}

// Where a master is remembered, or will be; -1 if there were too many in the last hour.
static int place_of_master(const struct vrrp_told *told,
                           const struct vrrp_address *address, vrrp_time now) {
  int oldest = 0;

  for (int i = 0; i < VRRP_TOLD_MASTERS; i++) {
    const struct vrrp_told_master *one = &told->masters[i];
    if (one->last != 0 && vrrp_address_equal(&one->address, address))
      return i;
    if (one->last < told->masters[oldest].last)
      oldest = i;
  }
  vrrp_time last = told->masters[oldest].last;
  return last == 0 || vrrp_elapsed(last, now) > MASTERS_REMEMBERED ? oldest : -1;
}

// The one before is 0 once and then told no more, so that it leaves collectd by itself.
static void report_master_addresses(struct vrrp_report *report) {
  struct vrrp_told *told = report->told;
  vrrp_time now = report->moment->now;
  const struct vrrp_speaker *master = report->router->state != VRRP_STATE_UNKNOWN
                                          ? vrrp_router_master(report->router)
                                          : NULL;
  int place = master != NULL ? place_of_master(told, &master->source, now) : -1;
  bool is_same = told->has_master && place == told->master;

  if (told->has_master && !is_same)
    report_master_address(report, told->master, 0);
  told->has_master = place >= 0;
  if (place < 0)
    return;
  told->master = place;
  told->masters[place] = (struct vrrp_told_master){master->source, now};
  if (report->is_whole || !is_same)
    report_master_address(report, place, 1);
}

static void report_transitions(struct vrrp_report *report,
                               const struct vrrp_figures *now) {
  for (int i = 0; i < 2; i++)
    if (report->is_whole || report->told->figures.transitions[i] != now->transitions[i])
      count(report, VRRP_TOLD_TRANSITIONS, i, now->transitions[i]);
}

// This host's priority is NaN if it was known, but is not any more: keepalived has fallen
// silent.
static void report_figures(struct vrrp_report *report) {
  const struct vrrp_figures *before = &report->told->figures;
  struct vrrp_figures now = figures_of(report->router);

  report_master(report, &now);
  report_transitions(report, &now);
  if ((!isnan(now.own_priority) || report->router->priority_told) &&
      is_news(report, &before->own_priority, &now.own_priority, 1))
    gauge(report, "vrrp_priority", "own", now.own_priority);
  if (!isnan(now.outage) && is_news(report, &before->outage, &now.outage, 1))
    gauge(report, "vrrp_outage", "", now.outage);
  report->told->figures = now;
}

static void report_problems(struct vrrp_report *report) {
  uint32_t raised = report->router->problems.raised;
  uint32_t changed = raised ^ report->told->raised;

  for (int i = 0; i < VRRP_PROBLEMS; i++)
    if (exists(report, VRRP_TOLD_PROBLEMS, i, raised >> i & 1) &&
        (report->is_whole || (changed >> i & 1)))
      gauge(report, types[VRRP_TOLD_PROBLEMS], instance_name(VRRP_TOLD_PROBLEMS, i),
            raised >> i & 1);
  report->told->raised = raised;
}

// --- addresses ----------------------------------------------------------------------

static int find_in(const struct vrrp_list *list, size_t size, const uint8_t *bytes) {
  for (int i = 0; i < list->count; i++)
    if (memcmp(list->bytes + (size_t)i * size, bytes, size) == 0)
      return i;
  return -1;
}

static void report_address(struct vrrp_report *report, unsigned index) {
  struct vrrp_address address = vrrp_router_address(report->router, index);
  const struct vrrp_told *told = report->told;
  bool is_here = report->subject->is_here[index];
  char text[VRRP_ADDRESS_TEXT_MAX];
  int before = report->is_whole ? -1
                                : find_in(&told->list, vrrp_address_size(address.family),
                                          address.bytes);

  if (before < 0 || told->is_here[before] != is_here)
    gauge(report, "vrrp_address", vrrp_address_format(&address, text), is_here);
}

// One that is advertised no more is unknown from now on, and by empty meta data without
// a place in a table.
static void take_back_addresses(struct vrrp_report *report, const struct vrrp_list *now) {
  size_t size = vrrp_address_size(report->router->key.family);
  const struct vrrp_list *before = &report->told->list;
  char text[VRRP_ADDRESS_TEXT_MAX];

  report->list.meta = meta_data_create();
  for (size_t i = 0; i < before->count; i++) {
    struct vrrp_address address =
        vrrp_address_make(report->router->key.family, before->bytes + i * size);
    if (find_in(now, size, address.bytes) < 0)
      gauge(report, "vrrp_address", vrrp_address_format(&address, text), NAN);
  }
  meta_data_destroy(report->list.meta);
  report->list.meta = report->index;
}

void vrrp_report_each_gone(const struct vrrp_news *news, const struct vrrp_moment *moment,
                           void (*take)(const struct vrrp_subject *subject,
                                        const struct vrrp_address *address,
                                        const struct vrrp_moment *moment)) {
  enum vrrp_family family = news->subject.router.key.family;
  const struct vrrp_list *now = vrrp_router_list(&news->subject.router);
  struct vrrp_told *told = &news->account->told;
  size_t size = vrrp_address_size(family);

  for (size_t i = 0; i < told->list.count && told->notified != now->digest; i++) {
    struct vrrp_address address = vrrp_address_make(family, told->list.bytes + i * size);
    if (find_in(now, size, address.bytes) < 0)
      take(&news->subject, &address, moment);
  }
  told->notified = now->digest;
}

static void remember_addresses(struct vrrp_report *report, const struct vrrp_list *now) {
  size_t size = now->count * vrrp_address_size(report->router->key.family);
  struct vrrp_told *told = report->told;
  uint8_t *bytes = realloc(told->list.bytes, size + 1);
  uint8_t *is_here = realloc(told->is_here, now->count + 1u);

  told->list.bytes = bytes != NULL ? bytes : told->list.bytes;
  told->is_here = is_here != NULL ? is_here : told->is_here;
  if (bytes == NULL || is_here == NULL)
    return;
  memcpy(bytes, now->bytes, size);
  for (unsigned i = 0; i < now->count; i++)
    is_here[i] = report->subject->is_here[i];
  told->list.count = now->count;
}

static void report_addresses(struct vrrp_report *report) {
  const struct vrrp_list *now = vrrp_router_list(report->router);

  take_back_addresses(report, now);
  for (unsigned i = 0; i < now->count; i++)
    report_address(report, i);
  remember_addresses(report, now);
}

// --- the claim ----------------------------------------------------------------------

static struct vrrp_address lowest_address(const struct vrrp_router *router) {
  struct vrrp_address lowest = vrrp_router_address(router, 0);

  for (unsigned i = 1; i < vrrp_router_list(router)->count; i++) {
    struct vrrp_address address = vrrp_router_address(router, i);
    if (vrrp_address_compare(&address, &lowest) < 0)
      lowest = address;
  }
  return lowest;
}

// The virtual router's name among those of all hosts: a VRID is used again on other
// networks, its addresses are not. Without an address it has none.
static void name_claim(const struct vrrp_report *report, char name[VRRP_CLAIM_SIZE]) {
  const struct vrrp_subject *subject = report->subject;
  char text[VRRP_ADDRESS_TEXT_MAX];

  name[0] = '\0';
  if (vrrp_router_list(report->router)->count == 0)
    return;
  struct vrrp_address lowest = lowest_address(report->router);
  ssnprintf(name, VRRP_CLAIM_SIZE, "%u-%s%s%s", report->router->key.vrid,
            vrrp_address_format(&lowest, text), subject->netns[0] ? "@" : "",
            subject->netns);
}

// One of another name is given up by a last 0.
static void report_claim(struct vrrp_report *report) {
  struct vrrp_told *told = report->told;
  bool is_claimed = report->router->state == VRRP_STATE_MASTER;
  char name[VRRP_CLAIM_SIZE];

  name_claim(report, name);
  bool is_same = strcmp(name, told->claim) == 0;
  if (!is_same && told->claim[0] != '\0')
    gauge(report, "vrrp_claim", told->claim, 0);
  if (name[0] != '\0' && (report->is_whole || !is_same || is_claimed != told->is_claimed))
    gauge(report, "vrrp_claim", name, is_claimed);
  memcpy(told->claim, name, sizeof(name));
  told->is_claimed = is_claimed;
}

// --- what was told -----------------------------------------------------------------

// What a router may have had from the beginning.
static const struct {
  const char *type, *type_instance;
} plain_values[] = {{"vrrp_state", ""},  {"vrrp_uptime", ""}, {"vrrp_master", ""},
                    {"vrrp_gap", ""},    {"vrrp_outage", ""}, {"vrrp_priority", "own"},
                    {"vrrp_details", ""}};

void vrrp_report_each_value(const struct vrrp_told *told, enum vrrp_family family,
                            vrrp_report_value_taker *take, void *context) {
  size_t size = vrrp_address_size(family);
  char text[VRRP_ADDRESS_TEXT_MAX];

  for (size_t i = 0; i < HA_COUNT_OF(plain_values); i++)
    take(context, plain_values[i].type, plain_values[i].type_instance);
  for (int kind = 0; kind < VRRP_TOLD_KINDS; kind++)
    for (int i = 0; i < 32; i++)
      if (told->known[kind] >> i & 1)
        take(context, types[kind], instance_name((enum vrrp_told_kind)kind, i));
  for (size_t i = 0; i < told->list.count; i++) {
    struct vrrp_address address = vrrp_address_make(family, told->list.bytes + i * size);
    take(context, "vrrp_address", vrrp_address_format(&address, text));
  }
  if (told->claim[0] != '\0')
    take(context, "vrrp_claim", told->claim);
  for (int i = 0; i < VRRP_TOLD_MASTERS; i++)
    if (told->masters[i].last != 0)
      take(context, "vrrp_master_address",
           vrrp_address_format(&told->masters[i].address, text));
}

// --- reports ------------------------------------------------------------------------

static void report_all(struct vrrp_report *report, vrrp_time gap,
                       enum vrrp_extent extent) {
  report_state(report);
  report_master_addresses(report);
  if (report->router->state != VRRP_STATE_UNKNOWN) {
    report_details(report);
    report_figures(report);
    report_addresses(report);
    report_claim(report);
    report_problems(report);
  }
  if (report->is_whole)
    report_counters(report);
  if (extent == VRRP_EXTENT_INTERVAL && report->router->state != VRRP_STATE_UNKNOWN)
    gauge(report, "vrrp_gap", "", gap == VRRP_NEVER ? NAN : seconds(gap));
}

void vrrp_report_begin(struct vrrp_report *report, const struct vrrp_news *news,
                       const struct vrrp_moment *moment, enum vrrp_extent extent) {
  *report = (struct vrrp_report){
      .list = {.time = moment->wall, .plugin = "vrrp"},
      .whole = vrrp_meta_of_router(&news->subject, moment),
      .index = vrrp_meta_of_index(&news->subject, moment),
      .news = news,
      .subject = &news->subject,
      .router = &news->subject.router,
      .moment = moment,
      .extent = extent,
  };
  sstrncpy(report->list.plugin_instance, news->subject.instance,
           sizeof(report->list.plugin_instance));
}

// By one way: what is news is told by what went that way before.
static void report_by(struct vrrp_report *report, void (*way)(value_list_t *list),
                      struct vrrp_told *told) {
  report->dispatch = way;
  report->told = told;
  report->is_whole = report->extent == VRRP_EXTENT_INTERVAL || !told->is_told;
  report_all(report, report->news->gap, report->extent);
  told->is_told = true;
}

// Without memory SNMP has the values by the queue, as others have.
void vrrp_report_ahead(struct vrrp_report *report) {
  struct vrrp_account *account = report->news->account;

  if (!ha_is_awaited())
    return;
  if (account->shown == NULL)
    account->shown = calloc(1, sizeof(*account->shown));
  if (account->shown != NULL)
    report_by(report, ha_hand_ahead, account->shown);
}

void vrrp_report_router(struct vrrp_report *report) {
  report_by(report, ha_enqueue, &report->news->account->told);
}

void vrrp_report_end(struct vrrp_report *report) {
  meta_data_destroy(report->whole);
  meta_data_destroy(report->index);
}

void vrrp_report_totals(const struct vrrp_totals *totals,
                        const struct vrrp_moment *moment) {
  struct vrrp_report report = {
      .dispatch = ha_dispatch,
      .list = {.time = moment->wall, .plugin = "vrrp", .meta = meta_data_create()}};

  if (report.list.meta != NULL)
    meta_data_add_unsigned_int(report.list.meta, "created",
                               vrrp_moment_epoch(moment, totals->started));
  for (int i = VRRP_ACCEPTED + 1; i < VRRP_VERDICTS; i++)
    derive(&report, "vrrp_rejected", vrrp_verdict_name(i), totals->rejections.count[i]);
  derive(&report, "vrrp_dropped", "frames", totals->dropped);
  derive(&report, "vrrp_dropped", "virtual_routers", totals->routers_forgotten);
  meta_data_destroy(report.list.meta);
}
