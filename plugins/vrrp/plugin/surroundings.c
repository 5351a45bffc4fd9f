// SPDX-License-Identifier: MIT
// What does this host know beside the wire, and which routers does it concern?
#include "plugin/surroundings.h"

#include "utils/common/common.h"

#include <errno.h>

static int read_participants(void *user) {
  struct vrrp_namespace *namespace = user;
  struct vrrp_own_joins own = {vrrp_ears_joins, &namespace->ears};

  vrrp_participants_read(&namespace->participants, &own);
  return 0;
}

void vrrp_surroundings_read_participants(struct vrrp_namespace *namespace,
                                         vrrp_time now) {
  if (vrrp_namespace_within(namespace, read_participants, namespace) < 0)
  namespace->participants = (struct vrrp_participants){0}; // it may be gone
  namespace->participants_read = now;
}

// 0, or -errno: then the subscription is closed.
static int take_link_changes(struct vrrp_namespace *namespace) {
  int changes = vrrp_links_read(&namespace->links, vrrp_loop_now());
  namespace->links_changed |= changes > 0 ? changes : 0;
  return changes < 0 ? changes : 0;
}

bool vrrp_surroundings_have(struct vrrp_namespace *namespace,
                            const struct vrrp_address *address) {
  if (vrrp_link_table_place(&namespace->links.table, address) != VRRP_PLACE_NONE)
    return true;
  if (vrrp_links_is_open(&namespace->links))
    take_link_changes(namespace); // one that came just now may wait
  return vrrp_link_table_place(&namespace->links.table, address) != VRRP_PLACE_NONE;
}

void vrrp_surroundings_expect(const struct vrrp_namespace *namespace,
                              struct vrrp_router *router, const char *interface) {
  char instance[DATA_MAX_NAME_LEN];

  vrrp_subject_name(&router->key, interface, namespace->netns.name, instance,
                    sizeof(instance));
  const struct vrrp_router_config *config =
      vrrp_config_router(namespace->config, instance);
  router->peers = config ? config->peers : NULL;
  router->peer_count = config ? config->peer_count : 0;
  router->down_adverts = config ? config->down_adverts : 0;
  if (router->account != NULL)
    sstrncpy(router->account->interface, interface, sizeof(router->account->interface));
}

// --- what one router is told --------------------------------------------------------

static enum vrrp_place place_of(const void *links, const struct vrrp_address *address) {
  return vrrp_link_table_place(links, address);
}

// keepalived's own word, if it gives one; otherwise what its sockets tell, or those of
// any other daemon.
static void judge_daemon(const struct vrrp_namespace *namespace,
                         const struct vrrp_router *router, const char *interface,
                         struct vrrp_here *here) {
  const struct vrrp_words *words = &namespace->words;
  struct vrrp_word *word =
      interface ? vrrp_words_find(words, interface, &router->key) : NULL;

  here->process = VRRP_PARTICIPATION_UNKNOWN;
  here->priority = VRRP_PRIORITY_UNTOLD;
  if (words->answers)
    here->listing = word ? VRRP_LISTING_YES : VRRP_LISTING_NO;
  if (word != NULL) {
    here->process = VRRP_PARTICIPATION_YES;
    here->fault = word->fault;
    here->is_added = word->is_added;
    word->is_added = false; // it is told so once
    here->name = word->name;
    here->down_adverts = word->down_adverts;
    here->priority = word->priority;
  } else if (!words->answers) {
    here->process =
        vrrp_participants_judge(&namespace->participants, &namespace->links.table,
                                router->key.ifindex, router->key.family, router->unicast);
  }
}

static void know_here(struct vrrp_namespace *namespace, struct vrrp_router *router,
                      struct vrrp_here *here, vrrp_time now) {
  struct vrrp_neighbourhood *routers = &namespace->routers;

  vrrp_neighbourhood_count_here(routers, router, place_of, &namespace->links.table, here);
  vrrp_neighbourhood_set_here(routers, router, here, now);
  vrrp_handover_mark(namespace->handover, router);
  namespace->has_given_up |= vrrp_router_is_given_up(router);
}

void vrrp_surroundings_update(struct vrrp_namespace *namespace,
                              struct vrrp_router *router, vrrp_time now) {
  const struct vrrp_link *link =
      vrrp_link_table_find(&namespace->links.table, router->key.ifindex);
  struct vrrp_here here = {.link_up = link != NULL && link->running};

  judge_daemon(namespace, router, link ? link->name : NULL, &here);
  know_here(namespace, router, &here, now);
}

void vrrp_surroundings_update_touched(struct vrrp_namespace *namespace, vrrp_time now) {
  struct vrrp_router *router;

  while ((router = vrrp_neighbourhood_take_touched(&namespace->routers)) != NULL)
    vrrp_surroundings_update(namespace, router, now);
}

// --- links --------------------------------------------------------------------------

static void expect_all(struct vrrp_namespace *namespace) {
  struct vrrp_neighbourhood *routers = &namespace->routers;

  for (size_t i = 0; i < routers->count; i++) {
    const struct vrrp_link *link =
        vrrp_link_table_find(&namespace->links.table, routers->routers[i]->key.ifindex);
    if (link != NULL)
      vrrp_surroundings_expect(namespace, routers->routers[i], link->name);
  }
}

void vrrp_surroundings_update_all(struct vrrp_namespace *namespace, vrrp_time now) {
  struct vrrp_neighbourhood *routers = &namespace->routers;

  for (size_t i = 0; i < routers->count; i++)
    vrrp_surroundings_update(namespace, routers->routers[i], now);
}

static void remark_on_links(struct vrrp_namespace *namespace, int fault) {
  struct vrrp_remark unknown = {.kind = VRRP_REMARK_LINKS_UNKNOWN, .status = fault};
  struct vrrp_remark known = {.kind = VRRP_REMARK_LINKS_KNOWN};
  enum ha_news news = ha_fault_watch(&namespace->links_fault, fault);

  if (news != HA_NOTHING_NEW)
    vrrp_handover_remark(namespace->handover, namespace,
                         news == HA_BEGUN ? &unknown : &known);
}

// Only the routers whose own addresses came or went are concerned.
static void follow_addresses(struct vrrp_namespace *namespace) {
  struct vrrp_address_set changed;

  vrrp_link_table_take_changed(&namespace->links.table, &changed);
  if (changed.is_everything)
    vrrp_surroundings_update_all(namespace, namespace->heard_until);
  for (size_t i = 0; i < changed.count; i++)
    vrrp_neighbourhood_touch(&namespace->routers, &changed.all[i]);
  vrrp_address_set_destroy(&changed);
  vrrp_surroundings_update_touched(namespace, namespace->heard_until);
}

void vrrp_surroundings_follow(struct vrrp_namespace *namespace) {
  int changes = namespace->links_changed;

  namespace->links_changed = 0;
  if (changes & VRRP_LINKS_CHANGED) {
    vrrp_ears_follow(&namespace->ears, &namespace->links.table);
    expect_all(namespace); // an interface may have another name now
    vrrp_surroundings_update_all(namespace, namespace->heard_until);
  }
  if (changes & VRRP_ADDRESSES_CHANGED)
    follow_addresses(namespace);
}

static int open_links(void *user) {
  struct vrrp_namespace *namespace = user;
  return vrrp_links_open(&namespace->links, vrrp_loop_now());
}

int vrrp_surroundings_watch_links(struct vrrp_namespace *namespace) {
  int changes = vrrp_namespace_within(namespace, open_links, namespace);

  if (changes < 0)
    return changes;
  namespace->links_changed |= changes;
  namespace->link_events.fd = vrrp_links_fd(&namespace->links);
  return vrrp_loop_watch(&namespace->hearing->loop, &namespace->link_events);
}

void vrrp_surroundings_read_links(struct vrrp_namespace *namespace) {
  int fault = vrrp_links_is_open(&namespace->links)
                  ? take_link_changes(namespace)
                  : vrrp_surroundings_watch_links(namespace);

  remark_on_links(namespace, fault);
  vrrp_surroundings_follow(namespace);
}

// Where it was heard is gone.
static void take_leave(struct vrrp_namespace *namespace, struct vrrp_router *router) {
  struct vrrp_here here = router->here;

  here.link_up = false;
  know_here(namespace, router, &here, namespace->heard_until);
}

void vrrp_surroundings_leave(struct vrrp_namespace *namespace,
                             const struct vrrp_ear *ear) {
  struct vrrp_neighbourhood *routers = &namespace->routers;
  bool is_gone = vrrp_link_table_find(&namespace->links.table, ear->ifindex) == NULL;

  for (size_t i = 0; i < routers->count && is_gone; i++)
    if (routers->routers[i]->key.ifindex == ear->ifindex)
      take_leave(namespace, routers->routers[i]);
  vrrp_neighbourhood_forget_interface(routers, ear->ifindex);
}

void vrrp_surroundings_leave_all(struct vrrp_namespace *namespace) {
  for (size_t i = 0; i < namespace->routers.count; i++)
    take_leave(namespace, namespace->routers.routers[i]);
}
