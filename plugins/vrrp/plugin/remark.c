// SPDX-License-Identifier: MIT
// What have those who hear to say to whoever reads the log?
#include "plugin/remark.h"

#include "common/core/array.h"
#include "common/plugin/netns_trouble.h"

#include "plugin/config.h"
#include "plugin/log.h"

#include "daemon/collectd.h"
#include "daemon/plugin.h"

#include "utils/common/common.h"

#include <errno.h>

static void log_deaf(const struct vrrp_remark *remark) {
  vrrp_log(LOG_ERR,
           "no interface%s%s is listened to, for lack of a packet socket: %s%s. It "
           "is tried again at every interval.",
           VRRP_LOG_ELSEWHERE(remark->netns), STRERROR(-remark->status),
           remark->status == -EPERM ? "; collectd needs the capability CAP_NET_RAW" : "");
}

static void log_hears(const struct vrrp_remark *remark) {
  vrrp_log(LOG_INFO, "the interfaces%s%s are listened to now.",
           VRRP_LOG_ELSEWHERE(remark->netns));
}

static void log_not_joined(const struct vrrp_remark *remark) {
  static const char *const groups[] = {"224.0.0.18", "ff02::12"};
  static const char *const limits[] = {"net.ipv4.igmp_max_memberships",
                                       "net.core.optmem_max"};

  vrrp_log(LOG_NOTICE,
           "there are more interfaces than memberships in the group %s; the "
           "others are listened to without, which matters behind a switch that delivers "
           "the group to members only. A larger %s allows more.",
           groups[remark->family], limits[remark->family]);
}

static void log_listens(const struct vrrp_remark *remark) {
  vrrp_log(LOG_INFO, "listening on %s.", remark->whereabouts);
}

static void log_unheard(const struct vrrp_remark *remark) {
  vrrp_log(LOG_NOTICE, "Interface \"%s\" is not listened to: %s.", remark->name,
           remark->text);
}

static void log_heard(const struct vrrp_remark *remark) {
  vrrp_log(LOG_INFO, "Interface \"%s\" is there now.", remark->name);
}

static void log_links_unknown(const struct vrrp_remark *remark) {
  vrrp_log(LOG_WARNING,
           "the host's links and addresses%s%s cannot be read: %s. What is "
           "known of them may be out of date; it is tried again at every interval.",
           VRRP_LOG_ELSEWHERE(remark->netns), STRERROR(-remark->status));
}

static void log_links_known(const struct vrrp_remark *remark) {
  vrrp_log(LOG_INFO, "the host's links and addresses%s%s can be read again.",
           VRRP_LOG_ELSEWHERE(remark->netns));
}

static void log_rejected(const struct vrrp_remark *remark) {
  const char *remedy = vrrp_verdict_remedy(remark->verdict, &remark->origin);
  char source[VRRP_ADDRESS_TEXT_MAX];

  vrrp_log(LOG_NOTICE,
           "%s%s%s: a packet of %s was rejected: %s%s%s. More of them are counted "
           "only, as vrrp_rejected-%s.",
           remark->interface, remark->netns[0] ? "@" : "", remark->netns,
           vrrp_address_format(&remark->origin.source, source),
           vrrp_verdict_text(remark->verdict), remedy ? "; " : "", remedy ? remedy : "",
           vrrp_verdict_name(remark->verdict));
}

static void log_rejections_over(const struct vrrp_remark *remark) {
  vrrp_log(LOG_INFO,
           "no packet was rejected for %.0f s any more as vrrp_rejected-%s "
           "counts them.",
           (double)VRRP_REJECTIONS_QUIET / VRRP_SECOND,
           vrrp_verdict_name(remark->verdict));
}

// What is the matter with a namespace that is wanted, or no longer is.
static void log_entry(const struct vrrp_remark *remark, int severity) {
  struct ha_netns_trouble trouble = {.status = remark->status};
  char text[HA_NETNS_TROUBLE_SIZE];

  memcpy(trouble.name, remark->netns, sizeof(trouble.name));
  ha_netns_trouble_text(&trouble, "listened to", text);
  vrrp_log(severity, "%s", text);
}

static void log_not_entered(const struct vrrp_remark *remark) {
  log_entry(remark, LOG_ERR);
}

static void log_entered(const struct vrrp_remark *remark) {
  log_entry(remark, LOG_INFO);
}

static void (*const loggers[])(const struct vrrp_remark *remark) = {
    [VRRP_REMARK_DEAF] = log_deaf,
    [VRRP_REMARK_HEARS] = log_hears,
    [VRRP_REMARK_NOT_JOINED] = log_not_joined,
    [VRRP_REMARK_LISTENS] = log_listens,
    [VRRP_REMARK_UNHEARD] = log_unheard,
    [VRRP_REMARK_HEARD] = log_heard,
    [VRRP_REMARK_LINKS_UNKNOWN] = log_links_unknown,
    [VRRP_REMARK_LINKS_KNOWN] = log_links_known,
    [VRRP_REMARK_REJECTED] = log_rejected,
    [VRRP_REMARK_REJECTIONS_OVER] = log_rejections_over,
    [VRRP_REMARK_NOT_ENTERED] = log_not_entered,
    [VRRP_REMARK_ENTERED] = log_entered,
};
_Static_assert(HA_COUNT_OF(loggers) == VRRP_REMARKS, "every remark has its words");

void vrrp_remark_log(const struct vrrp_remark *remark) {
  loggers[remark->kind](remark);
}
