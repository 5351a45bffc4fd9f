// SPDX-License-Identifier: MIT
// Which notifications does a virtual router yield, and how grave is each?
#include "plugin/notify.h"

#include "plugin/meta.h"
#include "plugin/report.h"

#include "common/core/array.h"

#include "core/problem.h"

#include "utils/common/common.h"

// Reasons that vrrpTrapAuthFailure and vrrpv3ProtoError speak of.
#define REASONS_OF_TRAPS                                                                 \
  (1u << VRRP_REJECT_TTL | 1u << VRRP_REJECT_VERSION | 1u << VRRP_REJECT_CHECKSUM |      \
   1u << VRRP_REJECT_VRID | 1u << VRRP_REJECT_AUTH_TYPE)

static const struct {
  int severity;
  const char *raised, *cleared;
} problem_texts[] = {
    [VRRP_PROBLEM_SPLIT_BRAIN] = {NOTIF_FAILURE, "split brain: several masters speak",
                                  "split brain is over"},
    [VRRP_PROBLEM_NO_MASTER] = {NOTIF_FAILURE, "there is no master",
                                "there is a master again"},
    [VRRP_PROBLEM_FLAPPING] = {NOTIF_WARNING, "the master changes again and again",
                               "the master is stable again"},
    [VRRP_PROBLEM_STALLED] = {NOTIF_FAILURE,
                              "the virtual address is here, but this host's adverts fell "
                              "silent",
                              "this host's adverts and addresses agree again"},
    [VRRP_PROBLEM_VIP_MISSING] = {NOTIF_FAILURE,
                                  "this host is master, but lacks a virtual address",
                                  "no virtual address is missing any more"},
    [VRRP_PROBLEM_VIP_ON_BACKUP] = {NOTIF_FAILURE,
                                    "this host isn't master, but has a virtual address",
                                    "no virtual address is here without reason any more"},
    [VRRP_PROBLEM_UNEXPECTED_SPEAKER] = {NOTIF_WARNING, "an unexpected speaker is heard",
                                         "no unexpected speaker is heard any more"},
    [VRRP_PROBLEM_WRONG_MAC] = {NOTIF_WARNING,
                                "an advert came from another virtual router's MAC",
                                "no advert comes from a wrong MAC any more"},
    [VRRP_PROBLEM_TWO_OWNERS] = {NOTIF_FAILURE, "two routers claim priority 255",
                                 "only one router claims priority 255"},
    [VRRP_PROBLEM_FALSE_OWNER] = {NOTIF_OKAY,
                                  "priority 255 comes from a router that owns no address",
                                  "no router claims to be the owner falsely any more"},
    [VRRP_PROBLEM_VERSION] = {NOTIF_WARNING, "routers disagree on the version",
                              "routers agree on the version again"},
    [VRRP_PROBLEM_INTERVAL] = {NOTIF_WARNING, "routers disagree on the interval",
                               "routers agree on the interval again"},
    [VRRP_PROBLEM_AUTH_TYPE] = {NOTIF_WARNING, "routers disagree on the authentication",
                                "routers agree on the authentication again"},
    [VRRP_PROBLEM_ADDRESSES] = {NOTIF_WARNING, "routers disagree on the addresses",
                                "routers agree on the addresses again"},
    [VRRP_PROBLEM_NO_LINK_LOCAL] = {NOTIF_WARNING,
                                    "a list of IPv6 addresses does not begin with a "
                                    "link-local one",
                                    "all lists of IPv6 addresses begin with a link-local "
                                    "one again"},
    [VRRP_PROBLEM_TTL] = {NOTIF_WARNING,
                          "a unicast advert came from farther away than usual (TTL)",
                          "no advert comes from farther away than usual any more"},
};
_Static_assert(HA_COUNT_OF(problem_texts) == VRRP_PROBLEMS,
               "every problem has its texts");

static const char *const reason_texts[] = {
    [VRRP_REASON_STARTED] = "it is the first one heard",
    [VRRP_REASON_PRIORITY] = "the one before let go",
    [VRRP_REASON_PREEMPTED] = "it outranks the one before",
    [VRRP_REASON_NO_RESPONSE] = "the one before fell silent",
};
_Static_assert(HA_COUNT_OF(reason_texts) == VRRP_REASONS, "every reason has its text");

// What all notifications of one call have in common.
struct notice {
  const struct vrrp_subject *subject;
  const struct vrrp_moment *moment;
};

static void add(void *notification, const char *key, const char *text, uint64_t number) {
  if (text != NULL)
    plugin_notification_meta_add_string(notification, key, text);
  else
    plugin_notification_meta_add_unsigned_int(notification, key, number);
}

static notification_t nameless(const struct notice *notice) {
  notification_t notification = {.time = notice->moment->wall, .plugin = "vrrp"};

  sstrncpy(notification.host, hostname_g, sizeof(notification.host));
  sstrncpy(notification.plugin_instance, notice->subject->instance,
           sizeof(notification.plugin_instance));
  return notification;
}

// A notification about the router, without message, type and severity.
static notification_t about(const struct notice *notice) {
  const struct vrrp_router *router = &notice->subject->router;
  const struct vrrp_speaker *last = vrrp_router_last_master(router);
  notification_t notification = nameless(notice);

  add(&notification, "ifindex", NULL, router->key.ifindex);
  add(&notification, "interface", notice->subject->interface, 0);
  if (notice->subject->netns[0] != '\0')
    add(&notification, "namespace", notice->subject->netns, 0);
  add(&notification, "vrid", NULL, router->key.vrid);
  add(&notification, "family", vrrp_family_name(router->key.family), 0);
  add(&notification, "state", vrrp_state_name(router->state), 0);
  if (last != NULL)
    add(&notification, "version", NULL, last->version);
  return notification;
}

// The same with all that the value vrrp_state says, so that SNMP shows it at once,
// whatever the value waits for.
static notification_t about_state(const struct notice *notice) {
  notification_t notification = nameless(notice);

  vrrp_meta_each(notice->subject, notice->moment, add, &notification);
  plugin_notification_meta_add_boolean(&notification, "snmp_agent:update", true);
  return notification;
}

static void add_address(notification_t *notification, const char *key,
                        const struct vrrp_address *address) {
  char text[VRRP_ADDRESS_TEXT_MAX];
  plugin_notification_meta_add_string(notification, key,
                                      vrrp_address_format(address, text));
}

static void send_off(notification_t *notification, int severity, const char *type,
                     const char *type_instance) {
  notification->severity = severity;
  sstrncpy(notification->type, type, sizeof(notification->type));
  sstrncpy(notification->type_instance, type_instance,
           sizeof(notification->type_instance));
  plugin_dispatch_notification(notification);
  plugin_notification_meta_free(notification->meta);
}

// A router that comes back by its higher priority is good news, a takeover is not.
static int new_master_severity(const struct vrrp_event *event) {
  return event->reason == VRRP_REASON_PRIORITY || event->reason == VRRP_REASON_NO_RESPONSE
             ? NOTIF_WARNING
             : NOTIF_OKAY;
}

static void add_succession(notification_t *notification, const struct vrrp_event *event) {
  if (event->has_before)
    add_address(notification, "old_master", &event->before);
  if (event->outage != VRRP_NEVER)
    plugin_notification_meta_add_double(notification, "outage",
                                        (double)event->outage / (double)VRRP_SECOND);
  plugin_notification_meta_add_string(notification, "cause",
                                      vrrp_reason_name(event->reason));
}

static void describe_new_master(const struct vrrp_event *event, notification_t *n) {
  char new[VRRP_ADDRESS_TEXT_MAX], old[VRRP_ADDRESS_TEXT_MAX];
  int used = ssnprintf(
      n->message, sizeof(n->message), "%s: %s%s is master with priority %u, because %s",
      n->plugin_instance, vrrp_address_format(&event->master, new),
      event->is_own ? " (this host)" : "", event->priority, reason_texts[event->reason]);

  if (event->outage != VRRP_NEVER)
    ssnprintf(n->message + used, sizeof(n->message) - (size_t)used,
              "; before: %s, %.3f s without an advert",
              vrrp_address_format(&event->before, old),
              (double)event->outage / (double)VRRP_SECOND);
}

static void notify_new_master(const struct notice *notice,
                              const struct vrrp_event *event) {
  notification_t notification = about_state(notice);

  add_address(&notification, "new_master", &event->master);
  plugin_notification_meta_add_unsigned_int(&notification, "priority", event->priority);
  add_succession(&notification, event);
  describe_new_master(event, &notification);
  send_off(&notification, new_master_severity(event), "vrrp_state", "new_master");
}

static void notify_master_lost(const struct notice *notice,
                               const struct vrrp_event *event) {
  char text[VRRP_ADDRESS_TEXT_MAX] = "";
  notification_t notification = about_state(notice);

  if (event->has_before) {
    add_address(&notification, "old_master", &event->before);
    vrrp_address_format(&event->before, text);
  }
  plugin_notification_meta_add_string(&notification, "cause",
                                      vrrp_reason_name(event->reason));
  ssnprintf(notification.message, sizeof(notification.message),
            "%s: master %s is lost, and nobody has taken over",
            notification.plugin_instance, text);
  send_off(&notification, NOTIF_FAILURE, "vrrp_state", "master_lost");
}

// This host left duty for a reason of its own, or took it up.
static int state_severity(const struct vrrp_event *event) {
  if (event->state == VRRP_STATE_INITIALIZE)
    return NOTIF_FAILURE;
  return event->state_before == VRRP_STATE_MASTER ? NOTIF_WARNING : NOTIF_OKAY;
}

// Why it is in initialize.
static const char *why_not_up(const struct vrrp_event *event, const char *fault) {
  if (!event->link_up)
    return "the interface is down";
  if (!event->fault)
    return "no VRRP daemon runs";
  return fault[0] != '\0' ? fault : "its daemon is in fault";
}

// " (script chk_gateway failed 12 s ago)", or "" if it is up.
static void tell_why(const struct notice *notice, const struct vrrp_event *event,
                     char *text, size_t size) {
  char fault[VRRP_KEEPALIVED_WHY_SIZE];

  text[0] = '\0';
  if (event->state != VRRP_STATE_INITIALIZE)
    return;
  vrrp_keepalived_fault_tell(notice->subject->fault,
                             CDTIME_T_TO_DOUBLE(notice->moment->wall), fault);
  ssnprintf(text, size, " (%s)", why_not_up(event, fault));
}

static void notify_state(const struct notice *notice, const struct vrrp_event *event) {
  char why[VRRP_KEEPALIVED_WHY_SIZE + 3];
  notification_t notification = about_state(notice);

  tell_why(notice, event, why, sizeof(why));
  plugin_notification_meta_add_string(&notification, "old_state",
                                      vrrp_state_name(event->state_before));
  ssnprintf(notification.message, sizeof(notification.message),
            "%s: this host is %s now%s, was %s", notification.plugin_instance,
            vrrp_state_name(event->state), why, vrrp_state_name(event->state_before));
  send_off(&notification, state_severity(event), "vrrp_state", "state_change");
}

static const struct {
  const char *name, *text;
} listing_texts[] = {
    [VRRP_EVENT_ADDED] = {"added", "has this virtual router now"},
    [VRRP_EVENT_REMOVED] = {"removed", "does not have this virtual router any more"},
    [VRRP_EVENT_RENAMED] = {"renamed", "calls this virtual router otherwise now"},
};

// What a reload of the daemon changed. Somebody wanted it so: it is no alarm.
static void notify_listing(const struct notice *notice, const struct vrrp_event *event) {
  const struct vrrp_keepalived_instance *listed = notice->subject->keepalived;
  bool is_named = listed != NULL && listed->name != NULL;
  notification_t notification = about_state(notice);

  if (is_named)
    plugin_notification_meta_add_string(&notification, "name", listed->name);
  ssnprintf(notification.message, sizeof(notification.message), "%s: keepalived %s%s%s",
            notification.plugin_instance, listing_texts[event->kind].text,
            is_named ? ": " : "", is_named ? listed->name : "");
  send_off(&notification, NOTIF_OKAY, "vrrp_state", listing_texts[event->kind].name);
}

// "192.0.2.1 192.0.2.2", or "".
static void name_concerned(const struct vrrp_router *router, enum vrrp_problem problem,
                           char *text, size_t size) {
  char address[VRRP_ADDRESS_TEXT_MAX];
  size_t used = 0;

  text[0] = '\0';
  for (int i = 0; i < router->speakers.count && used < size; i++)
    if (vrrp_problem_concerns(router, problem, i))
      used += (size_t)ssnprintf(
          text + used, size - used, "%s%s", used ? " " : "",
          vrrp_address_format(&router->speakers.all[i].source, address));
}

static void notify_problem(const struct notice *notice, const struct vrrp_event *event) {
  const char *name = vrrp_problem_name(event->problem);
  bool raised = event->kind == VRRP_EVENT_RAISED;
  char speakers[160] = "";
  notification_t notification = about(notice);

  if (raised)
    name_concerned(&notice->subject->router, event->problem, speakers, sizeof(speakers));
  if (speakers[0] != '\0')
    plugin_notification_meta_add_string(&notification, "speakers", speakers);
  plugin_notification_meta_add_boolean(&notification, "active", raised);
  ssnprintf(notification.message, sizeof(notification.message), "%s: %s%s%s",
            notification.plugin_instance,
            raised ? problem_texts[event->problem].raised
                   : problem_texts[event->problem].cleared,
            speakers[0] ? ": " : "", speakers);
  send_off(&notification, raised ? problem_texts[event->problem].severity : NOTIF_OKAY,
           "vrrp_problem", name);
}

static void (*const notifiers[])(const struct notice *, const struct vrrp_event *) = {
    [VRRP_EVENT_NEW_MASTER] = notify_new_master,
    [VRRP_EVENT_MASTER_LOST] = notify_master_lost,
    [VRRP_EVENT_STATE] = notify_state,
    [VRRP_EVENT_ADDED] = notify_listing,
    [VRRP_EVENT_REMOVED] = notify_listing,
    [VRRP_EVENT_RENAMED] = notify_listing,
    [VRRP_EVENT_RAISED] = notify_problem,
    [VRRP_EVENT_CLEARED] = notify_problem,
};
_Static_assert(HA_COUNT_OF(notifiers) == VRRP_EVENT_KINDS,
               "every kind of event has its place");

void vrrp_notify_events(const struct vrrp_subject *subject,
                        const struct vrrp_events *events,
                        const struct vrrp_moment *moment) {
  struct notice notice = {subject, moment};

  for (unsigned i = 0; i < events->count; i++)
    if (notifiers[events->all[i].kind] != NULL)
      notifiers[events->all[i].kind](&notice, &events->all[i]);
}

void vrrp_notify_gone(const struct vrrp_subject *subject,
                      const struct vrrp_address *address,
                      const struct vrrp_moment *moment) {
  char text[VRRP_ADDRESS_TEXT_MAX];
  notification_t notification = about(&(struct notice){subject, moment});

  vrrp_address_format(address, text);
  plugin_notification_meta_add_boolean(&notification, "snmp_agent:remove", true);
  ssnprintf(notification.message, sizeof(notification.message),
            "%s: %s is not advertised any more", notification.plugin_instance, text);
  send_off(&notification, NOTIF_OKAY, "vrrp_address", text);
}

static void take_back(void *notification, const char *type, const char *type_instance) {
  char key[DATA_MAX_NAME_LEN];

  ssnprintf(key, sizeof(key), "snmp_agent:remove:%s%s%s", type,
            type_instance[0] ? "-" : "", type_instance);
  plugin_notification_meta_add_boolean(notification, key, true);
}

void vrrp_notify_forgotten(const struct vrrp_subject *subject,
                           const struct vrrp_told *told,
                           const struct vrrp_moment *moment) {
  notification_t notification = about(&(struct notice){subject, moment});

  vrrp_report_each_value(told, subject->router.key.family, take_back, &notification);
  ssnprintf(notification.message, sizeof(notification.message),
            "%s: this virtual router is forgotten", notification.plugin_instance);
  send_off(&notification, NOTIF_OKAY, "vrrp_state", "forgotten");
}

bool vrrp_notify_rejection(const struct vrrp_subject *subject,
                           const struct vrrp_origin *origin, enum vrrp_verdict verdict,
                           const struct vrrp_moment *moment) {
  const char *remedy = vrrp_verdict_remedy(verdict, origin);
  char source[VRRP_ADDRESS_TEXT_MAX];

  if (!(REASONS_OF_TRAPS & 1u << verdict))
    return false;
  notification_t notification = about(&(struct notice){subject, moment});
  add_address(&notification, "source", &origin->source);
  plugin_notification_meta_add_string(&notification, "reason",
                                      vrrp_verdict_name(verdict));
  ssnprintf(notification.message, sizeof(notification.message),
            "%s: an advert of %s was rejected: %s%s%s", notification.plugin_instance,
            vrrp_address_format(&origin->source, source), vrrp_verdict_text(verdict),
            remedy ? "; " : "", remedy ? remedy : "");
  send_off(&notification, NOTIF_WARNING, "vrrp_rejected", vrrp_verdict_name(verdict));
  return true;
}
