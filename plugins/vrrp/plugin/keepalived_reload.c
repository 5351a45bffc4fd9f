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

// But not when it was asked: the same dump is not taken again.
static void forget(struct vrrp_keepalived_followed *followed) {
  vrrp_keepalived_configured_clear(&followed->configured);
  followed->is_known = false;
}

// Another version says more or less of the same configuration.
static void follow_version(struct vrrp_keepalived_reload *reload, const char *version) {
  if (version[0] == '\0' || strcmp(version, reload->version) == 0)
    return;
  sstrncpy(reload->version, version, sizeof(reload->version));
  for (int format = 0; format < VRRP_KEEPALIVED_FORMATS; format++)
    forget(&reload->followed[format]);
}

// What is of keepalived as a whole is told of its VRRP process, unless it never had one.
static bool tells_global(const struct vrrp_keepalived_reload *reload,
                         const struct vrrp_keepalived_sources *sources, int format) {
  const struct vrrp_keepalived_source *vrrp =
      vrrp_keepalived_sources_get(sources, VRRP_KEEPALIVED_VRRP_TEXT);

  return format == VRRP_KEEPALIVED_VRRP_TEXT ||
         (!reload->followed[VRRP_KEEPALIVED_VRRP_TEXT].is_known &&
          vrrp_keepalived_source_status(vrrp) == VRRP_KEEPALIVED_NOT_RUNNING);
}

static int take(const struct vrrp_keepalived_sources *sources, int format, bool is_global,
                struct vrrp_keepalived_configured *ret_configured) {
  if (format == VRRP_KEEPALIVED_JSON)
    return vrrp_keepalived_configured_by_state(vrrp_keepalived_sources_state(sources),
                                               ret_configured);
  return vrrp_keepalived_configured_by_text(vrrp_keepalived_sources_text(sources, format),
                                            is_global, ret_configured);
}

// Like is compared with like: which process tells what is global is no change of it.
static int compare(struct vrrp_keepalived_reload *reload,
                   const struct vrrp_keepalived_sources *sources, int format,
                   const struct vrrp_keepalived_followed *after) {
  const struct vrrp_keepalived_followed *before = &reload->followed[format];
  struct vrrp_keepalived_changes *changes = &reload->changes;
  struct vrrp_keepalived_configured alike = {0};
  bool are_alike = before->is_global == after->is_global;
  size_t count = changes->count;

  if (!before->is_known)
    return 0;
  int status = are_alike ? 0 : take(sources, format, before->is_global, &alike);
  if (status < 0)
    return status;
  vrrp_keepalived_changes_add(changes, &before->configured,
                              are_alike ? &after->configured : &alike);
  vrrp_keepalived_configured_clear(&alike);
  reload->is_restart |= changes->count > count && before->pid != after->pid;
  return 0;
}

static bool is_new(const struct vrrp_keepalived_source *source,
                   const struct vrrp_keepalived_followed *before) {
  return source != NULL && !vrrp_keepalived_source_waits(source) &&
         vrrp_keepalived_source_status(source) == VRRP_KEEPALIVED_TOLD &&
         vrrp_keepalived_source_asked_at(source) != before->asked_at;
}

static void follow_dump(struct vrrp_keepalived_reload *reload,
                        const struct vrrp_keepalived_sources *sources, int format) {
  struct vrrp_keepalived_followed *before = &reload->followed[format];
  const struct vrrp_keepalived_source *source =
      vrrp_keepalived_sources_get(sources, format);

  if (!is_new(source, before))
    return;
  struct vrrp_keepalived_followed after = {
      .is_known = true,
      .is_global = tells_global(reload, sources, format),
      .asked_at = vrrp_keepalived_source_asked_at(source),
      .pid = vrrp_keepalived_source_pid(source)};
  int status = take(sources, format, after.is_global, &after.configured);
  if (status == 0)
    status = compare(reload, sources, format, &after);
  if (status < 0) {
    vrrp_keepalived_configured_clear(&after.configured);
    return;
  }
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
