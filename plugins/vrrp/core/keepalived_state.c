// SPDX-License-Identifier: MIT
// What does keepalived know about its VRRP instances?
#include "core/keepalived_state.h"

#include "common/core/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void instance_clear(struct vrrp_keepalived_instance *instance) {
  free(instance->name);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++)
    free(instance->script[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_ITEM_LISTS; i++) {
    for (size_t k = 0; k < instance->items[i].count; k++)
      vrrp_keepalived_item_clear(&instance->items[i].item[k]);
    free(instance->items[i].item);
  }
  for (int i = 0; i < VRRP_KEEPALIVED_NAME_LISTS; i++) {
    for (size_t k = 0; k < instance->names[i].count; k++)
      free(instance->names[i].name[k]);
    free(instance->names[i].name);
  }
}

void vrrp_keepalived_state_free(struct vrrp_keepalived_state *state) {
  if (state == NULL)
    return;
  for (size_t i = 0; i < state->instance_count; i++)
    instance_clear(&state->instances[i]);
  for (size_t i = 0; i < state->process_count; i++) {
    free(state->processes[i].name);
    free(state->processes[i].parameters);
  }
  free(state->instances);
  free(state->places);
  free(state->processes);
  free(state);
}

// FNV-1a.
#define DIGEST_START UINT64_C(0xcbf29ce484222325)

static uint64_t digest(uint64_t before, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  for (size_t i = 0; i < length; i++)
    before = (before ^ at[i]) * UINT64_C(0x100000001b3);
  return before;
}

static uint64_t digest_text(uint64_t before, const char *text) {
  return text != NULL ? digest(before, text, strlen(text) + 1) : digest(before, "", 1);
}

uint64_t vrrp_keepalived_state_digest(const struct vrrp_keepalived_state *state) {
  uint64_t sum = DIGEST_START;
  for (size_t i = 0; i < state->instance_count; i++) {
    const struct vrrp_keepalived_instance *instance = &state->instances[i];
    sum = digest_text(sum, instance->name);
    sum = digest(sum, instance->setting, sizeof(instance->setting));
    for (int kind = 0; kind < VRRP_KEEPALIVED_SCRIPTS; kind++)
      sum = digest_text(sum, instance->script[kind]);
    for (int list = 0; list < VRRP_KEEPALIVED_ITEM_LISTS; list++)
      sum =
          digest(sum, &instance->items[list].count, sizeof(instance->items[list].count));
    for (int list = 0; list < VRRP_KEEPALIVED_NAME_LISTS; list++)
      for (size_t k = 0; k < instance->names[list].count; k++)
        sum = digest_text(sum, instance->names[list].name[k]);
  }
  for (size_t i = 0; i < state->process_count; i++)
    sum = digest(sum, state->processes[i].number, sizeof(state->processes[i].number));
  return sum;
}

uint64_t vrrp_keepalived_name_digest(const struct vrrp_keepalived_instance *instance) {
  return instance->name != NULL ? digest_text(DIGEST_START, instance->name) : 0;
}

// --- which one is a virtual router ----------------------------------------

static int compare(const void *left, const void *right) {
  const struct vrrp_keepalived_place *a = left, *b = right;
  if (a->vrid != b->vrid)
    return a->vrid < b->vrid ? -1 : 1;
  if (a->family != b->family)
    return a->family < b->family ? -1 : 1;
  return strcmp(a->interface, b->interface);
}

static int compare_all(const void *a, const void *b) {
  const struct vrrp_keepalived_place *one = a, *other = b;
  int order = compare(one, other);
  if (order != 0)
    return order;
  return (one->instance > other->instance) - (one->instance < other->instance);
}

static void add_place(struct vrrp_keepalived_state *state,
                      const struct vrrp_keepalived_instance *instance,
                      const char *interface) {
  double vrid = instance->setting[VRRP_KEEPALIVED_VRID];
  if (!(vrid >= 0 && vrid <= UINT8_MAX))
    return;
  state->places[state->place_count++] = (struct vrrp_keepalived_place){
      (unsigned)vrid, instance->family, interface, instance};
}

int vrrp_keepalived_state_sort(struct vrrp_keepalived_state *state) {
  state->places = calloc(state->instance_count + 1, 2 * sizeof(*state->places));
  if (state->places == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < state->instance_count; i++) {
    const struct vrrp_keepalived_instance *instance = &state->instances[i];
    add_place(state, instance, instance->base_ifname);
    if (strcmp(instance->base_ifname, instance->ifname) != 0)
      add_place(state, instance, instance->ifname);
  }
  qsort(state->places, state->place_count, sizeof(*state->places), compare_all);
  return 0;
}

// Of several that claim to be it, the first one of the configuration.
static const struct vrrp_keepalived_instance *
find(const struct vrrp_keepalived_state *state,
     const struct vrrp_keepalived_place *wanted) {
  const struct ha_sorted sorted = {state->places, state->place_count,
                                   sizeof(*state->places), compare};
  const struct vrrp_keepalived_place *place = ha_search_find(&sorted, wanted);
  return place != NULL ? place->instance : NULL;
}

const struct vrrp_keepalived_instance *
vrrp_keepalived_state_find(const struct vrrp_keepalived_state *state,
                           const char *interface, enum vrrp_family family,
                           unsigned vrid) {
  struct vrrp_keepalived_place wanted = {vrid, (int)family, interface, NULL};
  const struct vrrp_keepalived_instance *found = find(state, &wanted);
  if (found != NULL)
    return found;
  wanted.family = VRRP_KEEPALIVED_FAMILY_UNTOLD;
  return find(state, &wanted);
}
