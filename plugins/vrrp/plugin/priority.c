// SPDX-License-Identifier: MIT
// How does an SNMP SET of a base priority reach keepalived?
//
// keepalived adds the number in a tracked file to its priority. The file holds the
// difference between the wanted and the configured base priority.
#include "plugin/priority.h"

#include "plugin/log.h"

#include "io/track_file.h"

#include "utils/common/common.h"

#include <errno.h>

#define CALLBACK     "vrrp/priority"
#define PRIORITY_MIN 1
#define PRIORITY_MAX 254

struct priority {
  const struct vrrp_track_file *track; // of the configuration
  char plugin_instance[DATA_MAX_NAME_LEN];
  double configured; // NaN: not known now
};

struct vrrp_priorities {
  pthread_mutex_t lock;
  struct vrrp_priorities *next; // of another keepalived
  vrrp_priority_moved *moved;
  void *user;
  size_t count;
  struct priority all[];
};

// All of them. collectd takes a callback back without waiting for one that runs: a SET at
// the shutdown finds nothing here. Changed by the thread that starts and stops plugins.
static struct vrrp_priorities *served;
static pthread_rwlock_t served_lock = PTHREAD_RWLOCK_INITIALIZER;

// What a SET asks for, and what it is answered.
struct request {
  bool commit; // not just a test
  int64_t wanted;
};

struct answer {
  const char *result; // of the contract: ok, notWritable, wrongValue, genErr
  const char *reason; // NULL: none
};

// --- requests -------------------------------------------------------------

// A number is what no PUTNOTIF can send: a request comes from within this process.
static bool find_request(const notification_t *n, struct request *ret_request) {
  static const char TEST[] = "snmp_agent:test", SET[] = "snmp_agent:set";

  if (strcmp(n->plugin, "vrrp") != 0 || strcmp(n->type, "vrrp_priority") != 0 ||
      strcmp(n->type_instance, "base") != 0)
    return false;
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next) {
    bool commit = strcmp(m->name, SET) == 0;
    if (m->type != NM_TYPE_SIGNED_INT || (!commit && strcmp(m->name, TEST) != 0))
      continue;
    *ret_request = (struct request){commit, m->nm_value.nm_signed_int};
    return true;
  }
  return false;
}

static bool find_priority(struct vrrp_priorities *priorities, const char *instance,
                          struct priority *ret_priority) {
  bool found = false;

  pthread_mutex_lock(&priorities->lock);
  for (size_t i = 0; i < priorities->count && !found; i++) {
    found = strcmp(priorities->all[i].plugin_instance, instance) == 0;
    if (found)
      *ret_priority = priorities->all[i];
  }
  pthread_mutex_unlock(&priorities->lock);
  return found;
}

static struct answer move_priority(const struct priority *priority, int wanted,
                                   bool commit) {
  if (isnan(priority->configured))
    return (struct answer){"genErr", "keepalived does not tell its base priority"};
  if (priority->configured > PRIORITY_MAX)
    return (struct answer){"notWritable", "the owner's priority cannot be moved"};
  if (!commit)
    return (struct answer){"ok", NULL};
  int status =
      vrrp_track_file_write(priority->track->file, wanted - (int)priority->configured);
  if (status < 0) {
    vrrp_log(LOG_ERR,
             "the TrackFile \"%s\" of keepalived's instance %s cannot be "
             "written, so its priority was not set: %s. Its directory must be there and "
             "writable.",
             priority->track->file, priority->track->instance, STRERROR(-status));
    return (struct answer){"genErr", "the TrackFile cannot be written"};
  }
  vrrp_log(LOG_NOTICE,
           "the base priority of keepalived's instance %s was set to %d "
           "(%+d) by SNMP.",
           priority->track->instance, wanted, wanted - (int)priority->configured);
  return (struct answer){"ok", NULL};
}

// *ret_owner is whose it is, or NULL.
static struct answer answer_request(const char *instance, const struct request *request,
                                    struct vrrp_priorities **ret_owner) {
  struct vrrp_priorities *owner = served;
  struct priority priority;

  while (owner != NULL && !find_priority(owner, instance, &priority))
    owner = owner->next;
  *ret_owner = owner;
  if (owner == NULL)
    return (struct answer){"notWritable", "it has no TrackFile"};
  if (request->wanted < PRIORITY_MIN || request->wanted > PRIORITY_MAX)
    return (struct answer){"wrongValue", "a priority is from 1 to 254"};
  return move_priority(&priority, (int)request->wanted, request->commit);
}

static struct answer answer_if_served(const char *instance,
                                      const struct request *request) {
  struct answer answer = {"genErr", "the vrrp plugin stops"};
  struct vrrp_priorities *owner = NULL;

  pthread_rwlock_rdlock(&served_lock);
  if (served != NULL)
    answer = answer_request(instance, request, &owner);
  if (owner != NULL && request->commit && strcmp(answer.result, "ok") == 0)
    owner->moved(owner->user);
  pthread_rwlock_unlock(&served_lock);
  return answer;
}

static int take_notification(const notification_t *n, user_data_t *unused) {
  struct request request;

  (void)unused;
  if (!find_request(n, &request))
    return 0;
  struct answer answer = answer_if_served(n->plugin_instance, &request);
  // The answer travels in the notification: the one place where its receiver writes.
  notification_t *reply = (notification_t *)n;
  plugin_notification_meta_add_string(reply, "snmp_agent:result", answer.result);
  if (answer.reason != NULL)
    plugin_notification_meta_add_string(reply, "snmp_agent:reason", answer.reason);
  return 0;
}

// The first is served by the callback from now on.
static void serve(struct vrrp_priorities *priorities) {
  pthread_rwlock_wrlock(&served_lock);
  priorities->next = served;
  served = priorities;
  pthread_rwlock_unlock(&served_lock);
  if (priorities->next == NULL)
    plugin_register_notification(CALLBACK, take_notification, NULL);
}

static void serve_no_more(struct vrrp_priorities *priorities) {
  if (served == priorities && priorities->next == NULL)
    plugin_unregister_notification(CALLBACK);
  pthread_rwlock_wrlock(&served_lock);
  struct vrrp_priorities **at = &served;
  while (*at != priorities)
    at = &(*at)->next;
  *at = priorities->next;
  pthread_rwlock_unlock(&served_lock);
}

// --- priorities -----------------------------------------------------------

int vrrp_priorities_new(const struct vrrp_keepalived_config *config,
                        vrrp_priority_moved *moved, void *user,
                        struct vrrp_priorities **ret_priorities) {
  size_t count = config->track_file_count;

  *ret_priorities = NULL;
  if (count == 0)
    return 0;
  struct vrrp_priorities *priorities =
      calloc(1, sizeof(*priorities) + count * sizeof(priorities->all[0]));
  if (priorities == NULL)
    return -ENOMEM;
  pthread_mutex_init(&priorities->lock, NULL);
  priorities->moved = moved;
  priorities->user = user;
  priorities->count = count;
  for (size_t i = 0; i < count; i++)
    priorities->all[i] =
        (struct priority){.track = &config->track_files[i], .configured = NAN};
  serve(priorities);
  *ret_priorities = priorities;
  return 0;
}

void vrrp_priorities_free(struct vrrp_priorities *priorities) {
  if (priorities == NULL)
    return;
  serve_no_more(priorities);
  pthread_mutex_destroy(&priorities->lock);
  free(priorities);
}

static void learn(struct vrrp_priorities *priorities, struct priority *priority,
                  const char *plugin_instance, double configured) {
  pthread_mutex_lock(&priorities->lock);
  sstrncpy(priority->plugin_instance, plugin_instance, sizeof(priority->plugin_instance));
  priority->configured = configured;
  pthread_mutex_unlock(&priorities->lock);
}

double vrrp_priorities_base(struct vrrp_priorities *priorities, const char *name,
                            const char *plugin_instance, double configured) {
  int offset;

  for (size_t i = 0; priorities != NULL && i < priorities->count; i++) {
    struct priority *priority = &priorities->all[i];
    if (strcmp(priority->track->instance, name) != 0)
      continue;
    learn(priorities, priority, plugin_instance, configured);
    if (vrrp_track_file_read(priority->track->file, &offset) == 0)
      return configured + offset;
  }
  return configured;
}

void vrrp_priorities_forget(struct vrrp_priorities *priorities) {
  for (size_t i = 0; priorities != NULL && i < priorities->count; i++) {
    pthread_mutex_lock(&priorities->lock);
    priorities->all[i].configured = NAN;
    pthread_mutex_unlock(&priorities->lock);
  }
}
