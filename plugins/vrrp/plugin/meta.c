// SPDX-License-Identifier: MIT
// What do a virtual router's meta data say? Keys of what is not known are absent.
#include "plugin/meta.h"

#include "common/core/address.h"

#include "common/core/array.h"

#include "utils/common/common.h"

// What an entry found: text (in the buffer or static), a number, or nothing.
struct finding {
  enum { NOTHING, TEXT, NUMBER } kind;
  const struct vrrp_moment *moment; // of the report
  const char *text;
  uint64_t number;
  char buffer[VRRP_ADDRESS_TEXT_MAX];
};

static void found_text(struct finding *finding, const char *text) {
  finding->kind = TEXT;
  finding->text = text;
}

static void found_number(struct finding *finding, uint64_t number) {
  finding->kind = NUMBER;
  finding->number = number;
}

static void found_address(struct finding *finding, const struct vrrp_address *address) {
  found_text(finding, vrrp_address_format(address, finding->buffer));
}

// A flag that only keepalived knows.
static void found_setting(struct finding *finding, const struct vrrp_subject *subject,
                          enum vrrp_keepalived_setting setting) {
  if (subject->keepalived != NULL && !isnan(subject->keepalived->setting[setting]))
    found_number(finding, subject->keepalived->setting[setting] != 0);
}

static void find_ifindex(const struct vrrp_subject *subject, struct finding *finding) {
  found_number(finding, subject->router.key.ifindex);
}

static void find_interface(const struct vrrp_subject *subject, struct finding *finding) {
  found_text(finding, subject->interface);
}

static void find_namespace(const struct vrrp_subject *subject, struct finding *finding) {
  if (subject->netns[0] != '\0')
    found_text(finding, subject->netns);
}

static void find_vrid(const struct vrrp_subject *subject, struct finding *finding) {
  found_number(finding, subject->router.key.vrid);
}

static void find_family(const struct vrrp_subject *subject, struct finding *finding) {
  found_text(finding, vrrp_family_name(subject->router.key.family));
}

static void find_version(const struct vrrp_subject *subject, struct finding *finding) {
  if (vrrp_subject_witness(subject))
    found_number(finding, vrrp_subject_witness(subject)->version);
}

static void find_virtual_mac(const struct vrrp_subject *subject,
                             struct finding *finding) {
  uint8_t mac[HA_MAC_SIZE];

  vrrp_router_virtual_mac(&subject->router.key, mac);
  found_text(finding, ha_mac_format(mac, finding->buffer));
}

static void find_state(const struct vrrp_subject *subject, struct finding *finding) {
  found_text(finding, vrrp_state_name(subject->router.state));
}

static void find_master_address(const struct vrrp_subject *subject,
                                struct finding *finding) {
  const struct vrrp_speaker *master = vrrp_router_master(&subject->router);
  if (master)
    found_address(finding, &master->source);
}

static void find_master_priority(const struct vrrp_subject *subject,
                                 struct finding *finding) {
  const struct vrrp_speaker *master = vrrp_router_master(&subject->router);
  if (master)
    found_number(finding, master->priority);
}

static void find_master_since(const struct vrrp_subject *subject,
                              struct finding *finding) {
  if (vrrp_router_master(&subject->router))
    found_number(finding,
                 vrrp_moment_epoch(finding->moment, subject->router.master_since));
}

static void find_primary_address(const struct vrrp_subject *subject,
                                 struct finding *finding) {
  if (subject->has_primary)
    found_address(finding, &subject->primary);
}

static void find_interval(const struct vrrp_subject *subject, struct finding *finding) {
  if (vrrp_subject_witness(subject))
    found_number(finding, vrrp_subject_witness(subject)->interval_cs);
}

static void find_auth_type(const struct vrrp_subject *subject, struct finding *finding) {
  if (vrrp_subject_witness(subject))
    found_number(finding, vrrp_subject_witness(subject)->auth_type);
}

static void find_address_count(const struct vrrp_subject *subject,
                               struct finding *finding) {
  if (vrrp_subject_witness(subject))
    found_number(finding, vrrp_router_list(&subject->router)->count);
}

static void find_since(const struct vrrp_subject *subject, struct finding *finding) {
  found_number(finding, vrrp_moment_epoch(finding->moment, subject->router.state_since));
}

static void find_up_since(const struct vrrp_subject *subject, struct finding *finding) {
  const struct vrrp_router *router = &subject->router;
  if (router->state == VRRP_STATE_BACKUP || router->state == VRRP_STATE_MASTER)
    found_number(finding, vrrp_moment_epoch(finding->moment, router->up_since));
}

static void find_created(const struct vrrp_subject *subject, struct finding *finding) {
  found_number(finding, vrrp_moment_epoch(finding->moment, subject->router.created));
}

// Why this host last became master; not-master if it never did.
static void find_reason(const struct vrrp_subject *subject, struct finding *finding) {
  const struct vrrp_router *router = &subject->router;
  found_text(finding,
             router->was_master ? vrrp_reason_name(router->own_reason) : "not-master");
}

static void find_last_rejection(const struct vrrp_subject *subject,
                                struct finding *finding) {
  found_text(finding, vrrp_verdict_name(subject->router.last_rejection));
}

static void find_preempt(const struct vrrp_subject *subject, struct finding *finding) {
  found_setting(finding, subject, VRRP_KEEPALIVED_NO_PREEMPT);
  finding->number = !finding->number;
}

static void find_accept(const struct vrrp_subject *subject, struct finding *finding) {
  found_setting(finding, subject, VRRP_KEEPALIVED_ACCEPT);
}

static void find_position(const struct vrrp_subject *subject, struct finding *finding) {
  if (subject->keepalived != NULL)
    found_number(finding, subject->keepalived->position);
}

static void find_group(const struct vrrp_subject *subject, struct finding *finding) {
  if (vrrp_subject_witness(subject) && !subject->router.unicast)
    found_address(finding, &subject->router.group);
}

static void find_auth_failures(const struct vrrp_subject *subject,
                               struct finding *finding) {
  const struct vrrp_keepalived_instance *told = subject->keepalived;
  if (told != NULL && told->counter[VRRP_KEEPALIVED_AUTH_FAILURES] >= 0)
    found_number(finding, (uint64_t)told->counter[VRRP_KEEPALIVED_AUTH_FAILURES]);
}

static void find_fault_cause(const struct vrrp_subject *subject,
                             struct finding *finding) {
  if (subject->fault != NULL && subject->fault->cause[0] != '\0')
    found_text(finding, subject->fault->cause);
}

static void find_fault_since(const struct vrrp_subject *subject,
                             struct finding *finding) {
  if (subject->fault != NULL)
    found_number(finding, (uint64_t)subject->fault->since);
}

// The first ones tell a value's place in a table.
#define INDEX_ENTRIES 5

static const struct {
  const char *key;
  void (*find)(const struct vrrp_subject *subject, struct finding *finding);
} entries[] = {
    {"ifindex", find_ifindex},
    {"vrid", find_vrid},
    {"family", find_family},
    {"namespace", find_namespace},
    {"version", find_version},
    {"interface", find_interface},
    {"virtual_mac", find_virtual_mac},
    {"state", find_state},
    {"master_address", find_master_address},
    {"master_priority", find_master_priority},
    {"master_since", find_master_since},
    {"primary_address", find_primary_address},
    {"interval", find_interval},
    {"auth_type", find_auth_type},
    {"address_count", find_address_count},
    {"since", find_since},
    {"up_since", find_up_since},
    {"created", find_created},
    {"reason", find_reason},
    {"last_rejection", find_last_rejection},
    {"preempt", find_preempt},
    {"accept", find_accept},
    {"auth_failures", find_auth_failures},
    {"position", find_position},
    {"group", find_group},
    {"fault_cause", find_fault_cause},
    {"fault_since", find_fault_since},
};

static void each(const struct vrrp_subject *subject, const struct vrrp_moment *moment,
                 size_t count, vrrp_meta_taker *take, void *user) {
  for (size_t i = 0; i < count; i++) {
    struct finding finding = {.kind = NOTHING, .moment = moment};
    entries[i].find(subject, &finding);
    if (finding.kind != NOTHING)
      take(user, entries[i].key, finding.kind == TEXT ? finding.text : NULL,
           finding.number);
  }
}

void vrrp_meta_each(const struct vrrp_subject *subject, const struct vrrp_moment *moment,
                    vrrp_meta_taker *take, void *user) {
  each(subject, moment, HA_COUNT_OF(entries), take, user);
}

static void add(void *meta, const char *key, const char *text, uint64_t number) {
  if (text != NULL)
    meta_data_add_string(meta, key, text);
  else
    meta_data_add_unsigned_int(meta, key, number);
}

meta_data_t *vrrp_meta_of_router(const struct vrrp_subject *subject,
                                 const struct vrrp_moment *moment) {
  meta_data_t *meta = meta_data_create();

  if (meta != NULL)
    each(subject, moment, HA_COUNT_OF(entries), add, meta);
  return meta;
}

meta_data_t *vrrp_meta_of_index(const struct vrrp_subject *subject,
                                const struct vrrp_moment *moment) {
  meta_data_t *meta = meta_data_create();

  if (meta != NULL)
    each(subject, moment, INDEX_ENTRIES, add, meta);
  return meta;
}
