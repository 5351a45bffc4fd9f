// SPDX-License-Identifier: MIT
// What follows from a frame?
#include "plugin/frames.h"

#include "plugin/surroundings.h"

#include "utils/common/common.h"

#define PARTICIPANTS_AGE_MAX    VRRP_SECOND        // when a new virtual router is heard
#define PARTICIPANTS_AGE_SPOKEN (VRRP_SECOND / 10) // when this host speaks for one

// A router heard for the first time. Perhaps a daemon of this host speaks for it that
// has started just now.
static void welcome(struct vrrp_namespace *namespace, struct vrrp_router *router,
                    const char *interface) {
  vrrp_handover_open(namespace, router);
  vrrp_surroundings_expect(namespace, router, interface);
  if (vrrp_elapsed(namespace->participants_read, router->created) > PARTICIPANTS_AGE_MAX)
    vrrp_surroundings_read_participants(namespace, router->created);
}

// The virtual router that a rejected packet seems to be of, or NULL.
static struct vrrp_router *suspect(struct vrrp_namespace *namespace,
                                   const struct vrrp_ear *ear, vrrp_time now) {
  const struct vrrp_origin *origin = &namespace->hearing->advert.origin;
  struct vrrp_router_key key = {ear->ifindex, origin->source.family, origin->vrid};
  bool is_new;

  if (key.vrid == 0)
    return NULL;
  struct vrrp_router *router =
      vrrp_neighbourhood_admit_rejected(&namespace->routers, &key, now, &is_new);
  if (router != NULL && is_new)
    welcome(namespace, router, ear->interface);
  return router;
}

// True if that is news to the router. Of one that nothing else is known of, there is a
// row that says why.
static bool note_rejection(struct vrrp_namespace *namespace, struct vrrp_router *router,
                           enum vrrp_verdict verdict, vrrp_time now) {
  bool is_news = vrrp_router_reject(router, verdict, now);

  if (!vrrp_router_is_only_rejected(router))
    return is_news;
  router->events.changed |= router->account != NULL && !router->account->is_handed_over;
  vrrp_handover_mark(namespace->handover, router);
  return false;
}

static void reject(struct vrrp_namespace *namespace, const struct vrrp_ear *ear,
                   enum vrrp_verdict verdict, vrrp_time now) {
  struct vrrp_handover *handover = namespace->handover;
  struct vrrp_router *router = suspect(namespace, ear, now);
  struct vrrp_remark remark = {
      .kind = VRRP_REMARK_REJECTED,
      .verdict = verdict,
      .origin = namespace->hearing->advert.origin,
      .is_first = vrrp_rejections_count(&handover->totals.rejections, verdict, now),
      .is_news = router != NULL && note_rejection(namespace, router, verdict, now),
  };

  if (!remark.is_first && !remark.is_news)
    return;
  if (router != NULL)
    remark.key = router->key;
  sstrncpy(remark.interface, ear->interface, sizeof(remark.interface));
  vrrp_handover_remark(handover, namespace, &remark);
}

// This host speaks: that no daemon of it takes part was read before one started.
static void doubt_absence(struct vrrp_namespace *namespace, struct vrrp_router *router,
                          vrrp_time now) {
  if (router->here.process != VRRP_PARTICIPATION_NO ||
      vrrp_elapsed(namespace->participants_read, now) < PARTICIPANTS_AGE_SPOKEN)
    return;
  vrrp_surroundings_read_participants(namespace, now);
  vrrp_surroundings_update(namespace, router, now);
}

static void accept_advert(struct vrrp_namespace *namespace, const struct vrrp_ear *ear,
                          const struct vrrp_frame *frame) {
  const struct vrrp_advert *advert = &namespace->hearing->advert;
  const struct vrrp_address *source = &advert->origin.source;
  struct vrrp_router_key key = {ear->ifindex, vrrp_advert_family(advert),
                                advert->origin.vrid};
  struct vrrp_arrival arrival = {
      .at = frame->at,
      .own = frame->outgoing && vrrp_surroundings_have(namespace, source),
      .forged = !frame->outgoing && vrrp_link_table_has_address_on(
                                        &namespace->links.table, key.ifindex, source),
  };
  bool is_new;
  struct vrrp_router *router =
      vrrp_neighbourhood_admit(&namespace->routers, &key, frame->at, &is_new);

  if (router == NULL)
    return;
  if (is_new)
    welcome(namespace, router, ear->interface);
  memcpy(arrival.mac, frame->mac, sizeof(arrival.mac));
  vrrp_neighbourhood_hear(&namespace->routers, router, advert, &arrival);
  if (arrival.own && advert->priority != VRRP_PRIORITY_RELEASE)
    doubt_absence(namespace, router, frame->at);
  if (!vrrp_events_waiting(&router->events))
    return;
  vrrp_surroundings_update(namespace, router, frame->at);
  vrrp_surroundings_update_touched(namespace, frame->at);
  vrrp_handover_mark(namespace->handover, router);
}

void vrrp_frames_take(struct vrrp_namespace *namespace, const struct vrrp_ear *ear,
                      const struct vrrp_frame *frame) {
  enum vrrp_verdict verdict =
      vrrp_packet_decode(frame->packet, frame->length, &namespace->config->rules,
                         &namespace->hearing->advert);

  if (verdict == VRRP_ACCEPTED)
    accept_advert(namespace, ear, frame);
  else
    reject(namespace, ear, verdict, frame->at);
}
