// SPDX-License-Identifier: MIT
// How does what keepalived knows become values and notifications?
#include "plugin/keepalived.h"

#include "common/core/array.h"
#include "common/plugin/dispatch.h"

#include "core/keepalived_report.h"
#include "core/keepalived_text_report.h"
#include "io/keepalived_conf.h"
#include "io/keepalived_program.h"
#include "io/kernel_routes.h"
#include "plugin/keepalived_answers.h"
#include "plugin/keepalived_notify.h"
#include "plugin/keepalived_page.h"
#include "plugin/keepalived_reload.h"
#include "plugin/keepalived_sources.h"
#include "plugin/log.h"
#include "plugin/priority.h"

#include "utils/common/common.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

struct vrrp_keepalived {
  struct vrrp_keepalived_sources *sources;
  struct vrrp_priorities *priorities;
  int nudge; // eventfd: a SET moved a priority
  int epoll; // of nudge and the sources
  const struct vrrp_keepalived_config *config;
  struct vrrp_keepalived_faults faults;
  struct vrrp_keepalived_page page; // what was told
  struct vrrp_keepalived_answers answers;
  struct vrrp_keepalived_reload reload;
  pid_t program_pid; // whose program this is
  struct vrrp_keepalived_program program;
  struct vrrp_keepalived_conf conf; // what stands in its configuration's files now
  struct vrrp_kernel_routes routes;
  bool routes_read;  // since the present report began, with
  int routes_status; // this outcome
};

// One report: what its values have in common.
struct report {
  struct vrrp_keepalived *keepalived;
  const struct vrrp_keepalived_home *home;
  const struct vrrp_moment *moment;
};

// --- the source -----------------------------------------------------------

// In the thread of the SET: the change should be seen before the next interval.
static void nudge(void *user) {
  struct vrrp_keepalived *keepalived = user;
  eventfd_write(keepalived->nudge, 1);
}

static int watch(struct vrrp_keepalived *keepalived, int fd) {
  struct epoll_event event = {.events = EPOLLIN};
  return epoll_ctl(keepalived->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_all(struct vrrp_keepalived *keepalived,
                    const struct vrrp_keepalived_config *config, vrrp_time interval) {
  if (vrrp_keepalived_page_init(&keepalived->page) < 0)
    return -ENOMEM;
  keepalived->nudge = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  keepalived->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (keepalived->nudge < 0 || keepalived->epoll < 0)
    return -errno;
  int status = vrrp_keepalived_sources_new(config, interval, &keepalived->sources);
  if (status == 0)
    status = watch(keepalived, keepalived->nudge);
  if (status == 0)
    status = watch(keepalived, vrrp_keepalived_sources_fd(keepalived->sources));
  if (status == 0)
    status = vrrp_priorities_new(config, nudge, keepalived, &keepalived->priorities);
  return status;
}

int vrrp_keepalived_new(const struct vrrp_keepalived_config *config, vrrp_time interval,
                        struct vrrp_keepalived **ret_keepalived) {
  struct vrrp_keepalived *keepalived = malloc(sizeof(*keepalived));

  if (keepalived == NULL)
    return -ENOMEM;
  *keepalived = (struct vrrp_keepalived){.config = config, .nudge = -1, .epoll = -1};
  vrrp_keepalived_answers_init(&keepalived->answers);
  vrrp_keepalived_reload_init(&keepalived->reload, config->netns);
  int status = open_all(keepalived, config, interval);
  if (status < 0) {
    vrrp_keepalived_free(keepalived);
    return status;
  }
  *ret_keepalived = keepalived;
  return 0;
}

void vrrp_keepalived_free(struct vrrp_keepalived *keepalived) {
  if (keepalived == NULL)
    return;
  vrrp_priorities_free(keepalived->priorities);
  vrrp_keepalived_page_destroy(&keepalived->page);
  vrrp_keepalived_sources_free(keepalived->sources);
  vrrp_keepalived_faults_clear(&keepalived->faults);
  vrrp_keepalived_reload_clear(&keepalived->reload);
  vrrp_keepalived_conf_clear(&keepalived->conf);
  vrrp_kernel_routes_clear(&keepalived->routes);
  if (keepalived->epoll >= 0)
    close(keepalived->epoll);
  if (keepalived->nudge >= 0)
    close(keepalived->nudge);
  free(keepalived);
}

int vrrp_keepalived_fd(const struct vrrp_keepalived *keepalived) {
  return keepalived ? keepalived->epoll : -1;
}

vrrp_time vrrp_keepalived_deadline(const struct vrrp_keepalived *keepalived) {
  return keepalived ? vrrp_keepalived_sources_deadline(keepalived->sources) : VRRP_NEVER;
}

void vrrp_keepalived_hurry(struct vrrp_keepalived *keepalived, vrrp_time now) {
  if (keepalived != NULL)
    vrrp_keepalived_sources_hurry(keepalived->sources, now);
}

static pid_t pid_of(const struct vrrp_keepalived *keepalived, int format) {
  const struct vrrp_keepalived_source *source =
      vrrp_keepalived_sources_get(keepalived->sources, format);
  return source != NULL ? vrrp_keepalived_source_pid(source) : 0;
}

// Of the program: once a start of it.
static void learn_program(struct vrrp_keepalived *keepalived) {
  pid_t pid = 0;

  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS && pid == 0; format++)
    pid = pid_of(keepalived, format);
  if (pid == keepalived->program_pid)
    return;
  keepalived->program_pid = pid;
  if (pid == 0 || vrrp_keepalived_program_read(pid, &keepalived->program) < 0)
    keepalived->program =
        (struct vrrp_keepalived_program){.version = "", .ipvs_64bit = NAN};
}

bool vrrp_keepalived_run(struct vrrp_keepalived *keepalived, vrrp_time now) {
  eventfd_t moved;

  if (keepalived == NULL)
    return false;
  if (eventfd_read(keepalived->nudge, &moved) == 0)
    vrrp_keepalived_sources_hurry(keepalived->sources, now);
  if (!vrrp_keepalived_sources_run(keepalived->sources, now))
    return false;
  if (vrrp_keepalived_faults_take(&keepalived->faults, vrrp_keepalived_state(keepalived),
                                  vrrp_keepalived_text(keepalived),
                                  CDTIME_T_TO_DOUBLE(cdtime())) < 0)
    vrrp_log(LOG_ERR, "no memory for the causes of keepalived's faults.");
  learn_program(keepalived);
  vrrp_keepalived_reload_follow(&keepalived->reload, keepalived->sources,
                                keepalived->program.version, cdtime());
  return true;
}

// --- meta data ------------------------------------------------------------

static void add_ifindex(meta_data_t *meta, const struct vrrp_link_table *links,
                        const char *name) {
  for (size_t i = 0; i < links->link_count; i++)
    if (strcmp(links->links[i].name, name) == 0)
      meta_data_add_unsigned_int(meta, "ifindex", links->links[i].ifindex);
}

// True if the number is an integer that a double holds exactly.
static bool is_whole(double number) {
  return fabs(number) <= (double)(INT64_C(1) << 53) && number == trunc(number);
}

// What every value has: its namespace, if that is another one than collectd's own.
static meta_data_t *make_meta(const struct vrrp_keepalived *keepalived) {
  const char *netns = keepalived->config->netns;
  meta_data_t *meta = meta_data_create();

  if (meta != NULL && netns[0] != '\0')
    meta_data_add_string(meta, "namespace", netns);
  return meta;
}

static meta_data_t *meta_of(const struct report *report,
                            const struct vrrp_keepalived_value *value) {
  meta_data_t *meta = make_meta(report->keepalived);

  for (size_t i = 0; meta != NULL && i < value->note_count; i++) {
    const struct vrrp_keepalived_note *note = &value->notes[i];
    if (note->text != NULL)
      meta_data_add_string(meta, note->key, note->text);
    else if (is_whole(note->number))
      meta_data_add_signed_int(meta, note->key, (int64_t)note->number);
    else
      meta_data_add_double(meta, note->key, note->number);
    if (note->text != NULL && strcmp(note->key, "ifname") == 0)
      add_ifindex(meta, report->home->links, note->text);
  }
  return meta;
}

// --- what stands beside -----------------------------------------------------

const struct vrrp_keepalived_text *
vrrp_keepalived_text(const struct vrrp_keepalived *keepalived) {
  return keepalived ? vrrp_keepalived_sources_text(keepalived->sources,
                                                   VRRP_KEEPALIVED_VRRP_TEXT)
                    : NULL;
}

static const struct vrrp_keepalived_text *
checkers_text(const struct vrrp_keepalived *keepalived) {
  return vrrp_keepalived_sources_text(keepalived->sources, VRRP_KEEPALIVED_CHECKERS_TEXT);
}

static void learn_conf(struct vrrp_keepalived *keepalived, vrrp_time now) {
  const char *path = keepalived->config->files[VRRP_KEEPALIVED_FILE_CONFIGURATION];

  vrrp_keepalived_conf_clear(&keepalived->conf);
  vrrp_keepalived_sources_note_reads(keepalived->sources, now);
  if (vrrp_keepalived_text(keepalived) != NULL &&
      vrrp_keepalived_conf_load(path, &keepalived->conf) < 0)
    keepalived->conf.is_doubtful = true;
  vrrp_keepalived_sources_ignore_reads(keepalived->sources);
}

// NaN unless the file on disk is the one in force.
static double initial_state(void *context, const char *name) {
  const struct vrrp_keepalived *keepalived = context;
  const struct vrrp_keepalived_text *text = vrrp_keepalived_text(keepalived);
  const struct vrrp_keepalived_record *instance =
      text != NULL ? vrrp_keepalived_text_named(text, VRRP_KEEPALIVED_INSTANCE, name)
                   : NULL;

  return instance != NULL
             ? vrrp_keepalived_conf_state(
                   &keepalived->conf, name,
                   vrrp_keepalived_text_number(text, instance, "base_priority"))
             : NAN;
}

static const struct vrrp_keepalived_fault *fault_of(void *context, const char *name) {
  return vrrp_keepalived_fault(context, name);
}

// keepalived's router_id; without one it is the host's name.
static const char *router_id(const struct vrrp_keepalived *keepalived) {
  const struct vrrp_keepalived_text *text = vrrp_keepalived_text(keepalived);

  for (size_t i = 0; text != NULL && i < text->record_count; i++)
    if (text->records[i].kind == VRRP_KEEPALIVED_GLOBAL) {
      const char *id = vrrp_keepalived_text_string(text, &text->records[i], "router_id");
      return id[0] != '\0' ? id : hostname_g;
    }
  return hostname_g;
}

// --- notifications --------------------------------------------------------

static void notify(const struct report *report, const struct vrrp_keepalived_told *told,
                   const struct vrrp_keepalived_value *value) {
  const struct vrrp_keepalived *keepalived = report->keepalived;
  bool is_instance = value->kind == VRRP_KEEPALIVED_KIND_STATE;
  const struct vrrp_keepalived_change change = {
      .value = value,
      .netns = keepalived->config->netns,
      .plugin_instance = told->plugin_instance,
      .before = told->gauge,
      .at = report->moment->wall,
      .fault =
          is_instance ? vrrp_keepalived_fault(keepalived, value->instance->name) : NULL,
      .initial_state =
          is_instance ? initial_state(report->keepalived, value->instance->name) : NAN,
      .router_id = router_id(keepalived)};
  vrrp_keepalived_notify(&change);
}

// --- values ---------------------------------------------------------------

static void dispatch(const struct report *report, const struct vrrp_keepalived_told *told,
                     value_t value, meta_data_t *meta) {
  value_list_t list = {
      .time = report->moment->wall, .values = &value, .values_len = 1, .meta = meta};

  sstrncpy(list.plugin, vrrp_keepalived_is_of_ipvs(told->kind) ? "ipvs" : "vrrp",
           sizeof(list.plugin));
  sstrncpy(list.plugin_instance, told->plugin_instance, sizeof(list.plugin_instance));
  sstrncpy(list.type, told->type, sizeof(list.type));
  sstrncpy(list.type_instance, told->type_instance, sizeof(list.type_instance));
  ha_dispatch(&list);
}

// With the namespace behind the interface, "eth0@blue-ipv4-10", or at the end of what
// begins with none.
static void name(const struct vrrp_keepalived *keepalived,
                 const struct vrrp_keepalived_value *value,
                 struct vrrp_keepalived_told *told) {
  const char *netns = keepalived->config->netns, *plain = value->plugin_instance;
  size_t at = value->interface_length > 0 ? value->interface_length : strlen(plain);
  size_t room = sizeof(told->plugin_instance) - sizeof("@") - strlen(netns);

  ssnprintf(told->plugin_instance, sizeof(told->plugin_instance), "%.*s%s%s%s",
            (int)(at < room ? at : room), plain, netns[0] != '\0' ? "@" : "", netns,
            plain + at);
}

static void identify(const struct vrrp_keepalived *keepalived,
                     const struct vrrp_keepalived_value *value,
                     struct vrrp_keepalived_told *told) {
  told->kind = value->kind;
  name(keepalived, value, told);
  sstrncpy(told->type, vrrp_keepalived_type(value->kind), sizeof(told->type));
  sstrncpy(told->type_instance, value->type_instance, sizeof(told->type_instance));
  told->is_counter = value->is_counter;
}

static int read_routes(void *user) {
  return vrrp_kernel_routes_read(user);
}

// 1 if keepalived's route or rule is in the kernel. It is asked once a report, and
// only if keepalived has any.
static double is_set(const struct report *report, const struct vrrp_keepalived_item *item,
                     bool (*has)(const struct vrrp_kernel_routes *,
                                 const struct vrrp_keepalived_item *)) {
  struct vrrp_keepalived *keepalived = report->keepalived;
  const struct ha_netns *netns = report->home->netns;

  if (!keepalived->routes_read)
    keepalived->routes_status = netns == NULL
                                    ? -ENOENT
                                    : ha_netns_within(HA_NETNS_DIRECTORY, netns,
                                                      read_routes, &keepalived->routes);
  keepalived->routes_read = true;
  return keepalived->routes_status < 0 ? NAN : has(&keepalived->routes, item);
}

// What the dump alone does not tell: the base priority as moved by a TrackFile, and
// which routes and rules are in the kernel.
static double gauge_of(const struct report *report,
                       const struct vrrp_keepalived_told *told,
                       const struct vrrp_keepalived_value *value) {
  switch (value->kind) {
  case VRRP_KEEPALIVED_KIND_ROUTE:
    return is_set(report, value->item, vrrp_kernel_routes_has_route);
  case VRRP_KEEPALIVED_KIND_RULE:
    return is_set(report, value->item, vrrp_kernel_routes_has_rule);
  case VRRP_KEEPALIVED_KIND_BASE_PRIORITY:
    return vrrp_priorities_base(report->keepalived->priorities, value->instance->name,
                                told->plugin_instance, value->gauge);
  default:
    return value->gauge;
  }
}

static void tell(void *context, const struct vrrp_keepalived_value *value) {
  struct report *report = context;
  struct vrrp_keepalived_told wanted = {0};

  if (value->plugin_instance[0] == '\0') // its virtual router has no name yet
    return;
  identify(report->keepalived, value, &wanted);
  struct vrrp_keepalived_told *told =
      vrrp_keepalived_page_find(&report->keepalived->page, &wanted);
  if (told == NULL)
    return;
  value_t number;
  if (value->is_counter)
    number.derive = value->counter;
  else
    number.gauge = gauge_of(report, told, value);
  meta_data_t *meta = meta_of(report, value);
  dispatch(report, told, number, meta);
  meta_data_destroy(meta);
  if (vrrp_keepalived_is_change(told->gauge, value))
    notify(report, told, value);
  told->gauge = value->gauge;
}

// What was told before, but not this time: now unknown, and by meta data that say no more
// than where without the place in a table, which another may have by now. (No meta data
// at all would say that those told before still hold.)
static void take_back(const struct report *report) {
  meta_data_t *nothing = make_meta(report->keepalived);
  struct vrrp_keepalived_told *gone;

  while ((gone = vrrp_keepalived_page_take_gone(&report->keepalived->page)) != NULL) {
    if (!gone->is_counter)
      dispatch(report, gone, (value_t){.gauge = NAN}, nothing);
    free(gone);
  }
  meta_data_destroy(nothing);
}

// --- reports --------------------------------------------------------------

static void tell_status(struct report *report, enum vrrp_keepalived_status status) {
  struct vrrp_keepalived_value up = vrrp_keepalived_value_make(
      VRRP_KEEPALIVED_KIND_UP, "", status == VRRP_KEEPALIVED_TOLD);
  vrrp_keepalived_note_text(&up, "status", vrrp_keepalived_status_text(status));
  tell(report, &up);
}

static void tell_texts(struct report *report) {
  struct vrrp_keepalived *keepalived = report->keepalived;
  const struct vrrp_keepalived_text *vrrp = vrrp_keepalived_text(keepalived);
  const struct vrrp_keepalived_text *checkers = checkers_text(keepalived);
  const struct vrrp_keepalived_beside beside = {.version = keepalived->program.version,
                                                .ipvs_64bit =
                                                    keepalived->program.ipvs_64bit,
                                                .initial_state = initial_state,
                                                .fault = fault_of,
                                                .context = keepalived};

  // Of the checkers' dump this tells what is global.
  if (vrrp != NULL || checkers != NULL)
    vrrp_keepalived_tell_vrrp(vrrp != NULL ? vrrp : checkers, &beside, tell, report);
  if (checkers != NULL)
    vrrp_keepalived_tell_checkers(checkers, tell, report);
}

void vrrp_keepalived_report(struct vrrp_keepalived *keepalived,
                            const struct vrrp_keepalived_home *home,
                            const struct vrrp_moment *moment) {
  struct report report = {keepalived, home, moment};

  if (keepalived == NULL)
    return;
  const struct vrrp_keepalived_state *state =
      vrrp_keepalived_sources_state(keepalived->sources);
  vrrp_keepalived_answers_log(&keepalived->answers, keepalived->config,
                              keepalived->sources);
  learn_conf(keepalived, moment->now);
  vrrp_keepalived_page_turn(&keepalived->page);
  keepalived->routes_read = false;
  tell_status(&report, vrrp_keepalived_source_status(vrrp_keepalived_sources_get(
                           keepalived->sources, VRRP_KEEPALIVED_JSON)));
  if (state != NULL)
    vrrp_keepalived_tell(state, vrrp_keepalived_text(keepalived) == NULL, tell, &report);
  else
    vrrp_priorities_forget(keepalived->priorities);
  tell_texts(&report);
  take_back(&report);
}

const struct vrrp_keepalived_state *
vrrp_keepalived_state(const struct vrrp_keepalived *keepalived) {
  return keepalived ? vrrp_keepalived_sources_state(keepalived->sources) : NULL;
}

const struct vrrp_keepalived_fault *
vrrp_keepalived_fault(const struct vrrp_keepalived *keepalived, const char *instance) {
  return keepalived ? vrrp_keepalived_faults_find(&keepalived->faults, instance) : NULL;
}

const struct vrrp_keepalived_instance *
vrrp_keepalived_find(const struct vrrp_keepalived *keepalived, const char *interface,
                     const struct vrrp_router_key *key) {
  const struct vrrp_keepalived_state *state = vrrp_keepalived_state(keepalived);
  return state ? vrrp_keepalived_state_find(state, interface, key->family, key->vrid)
               : NULL;
}
