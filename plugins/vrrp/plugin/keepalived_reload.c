// SPDX-License-Identifier: MIT
// Has keepalived another configuration than before, and who is told?
#include "plugin/keepalived_reload.h"

#include "utils/common/common.h"

// "keepalived", "keepalived@blue": as the plugin instance of what is told of it.
static void forget_changes(struct vrrp_keepalived_reload *reload) {
  char who[VRRP_KEEPALIVED_WHO_SIZE];

  ssnprintf(who, sizeof(who), "keepalived%s%s", reload->netns[0] != '\0' ? "@" : "",
            reload->netns);
  vrrp_keepalived_changes_init(&reload->changes, who);
  reload->is_restart = false;
}

void vrrp_keepalived_reload_init(struct vrrp_keepalived_reload *reload,
                                 const char *netns) {
  *reload = (struct vrrp_keepalived_reload){.netns = netns};
  forget_changes(reload);
}

static void forget(struct vrrp_keepalived_followed *followed) {
  vrrp_keepalived_configured_clear(&followed->configured);
  *followed = (struct vrrp_keepalived_followed){0};
}

// Another version says more or less of the same configuration.
static void follow_version(struct vrrp_keepalived_reload *reload, const char *version) {
  if (version[0] == '\0' || strcmp(version, reload->version) == 0)
    return;
  sstrncpy(reload->version, version, sizeof(reload->version));
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    forget(&reload->followed[format]);
}

// What is of keepalived as a whole is told of its VRRP process, if it has one.
static int take(const struct vrrp_keepalived_sources *sources, int format,
                struct vrrp_keepalived_configured *ret_configured) {
  const struct vrrp_keepalived_source *vrrp =
      vrrp_keepalived_sources_get(sources, VRRP_KEEPALIVED_VRRP_TEXT);

  if (format == VRRP_KEEPALIVED_JSON)
    return vrrp_keepalived_configured_by_state(vrrp_keepalived_sources_state(sources),
                                               ret_configured);
  return vrrp_keepalived_configured_by_text(vrrp_keepalived_sources_text(sources, format),
                                            format == VRRP_KEEPALIVED_VRRP_TEXT ||
                                                vrrp_keepalived_source_status(vrrp) ==
                                                    VRRP_KEEPALIVED_NOT_RUNNING,
                                            ret_configured);
}

static void follow_dump(struct vrrp_keepalived_reload *reload,
                        const struct vrrp_keepalived_sources *sources, int format) {
  struct vrrp_keepalived_followed *before = &reload->followed[format];
  const struct vrrp_keepalived_source *source =
      vrrp_keepalived_sources_get(sources, format);

  if (source == NULL || vrrp_keepalived_source_waits(source) ||
      vrrp_keepalived_source_status(source) != VRRP_KEEPALIVED_TOLD ||
      vrrp_keepalived_source_asked_at(source) == before->asked_at)
    return;
  struct vrrp_keepalived_followed after = {.is_known = true,
                                           .asked_at =
                                               vrrp_keepalived_source_asked_at(source),
                                           .pid = vrrp_keepalived_source_pid(source)};
  if (take(sources, format, &after.configured) < 0)
    return;
  size_t count = reload->changes.count;
  if (before->is_known)
    vrrp_keepalived_changes_add(&reload->changes, &before->configured, &after.configured);
  reload->is_restart |= reload->changes.count > count && before->pid != after.pid;
  vrrp_keepalived_configured_clear(&before->configured);
  *before = after;
}

static void notify(const struct vrrp_keepalived_reload *reload, cdtime_t at) {
  notification_t n = {.severity = NOTIF_OKAY, .time = at};

  sstrncpy(n.host, hostname_g, sizeof(n.host));
  sstrncpy(n.plugin, "vrrp", sizeof(n.plugin));
  sstrncpy(n.plugin_instance, reload->changes.who, sizeof(n.plugin_instance));
  sstrncpy(n.type, "keepalived_global", sizeof(n.type));
  sstrncpy(n.type_instance, "changed", sizeof(n.type_instance));
  _Static_assert(sizeof(n.message) >= VRRP_KEEPALIVED_CHANGES_SIZE, "it fits");
  vrrp_keepalived_changes_tell(&reload->changes, reload->is_restart, n.message);
  plugin_notification_meta_add_unsigned_int(&n, "changes", reload->changes.count);
  plugin_notification_meta_add_boolean(&n, "restarted", reload->is_restart);
  if (reload->netns[0] != '\0')
    plugin_notification_meta_add_string(&n, "namespace", reload->netns);
  plugin_dispatch_notification(&n);
  plugin_notification_meta_free(n.meta);
}

void vrrp_keepalived_reload_follow(struct vrrp_keepalived_reload *reload,
                                   const struct vrrp_keepalived_sources *sources,
                                   const char *version, cdtime_t at) {
  follow_version(reload, version);
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    follow_dump(reload, sources, format);
  if (reload->changes.count == 0 || !vrrp_keepalived_sources_are_settled(sources))
    return;
  notify(reload, at);
  forget_changes(reload);
}

void vrrp_keepalived_reload_clear(struct vrrp_keepalived_reload *reload) {
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    forget(&reload->followed[format]);
}
