// SPDX-License-Identifier: MIT
// What does keepalived know about its VRRP instances?
#include "core/keepalived_state.h"

#include <stdlib.h>
#include <string.h>

static void instance_clear(struct vrrp_keepalived_instance *instance) {
  free(instance->name);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++)
    free(instance->script[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_ITEM_LISTS; i++) {
    for (size_t k = 0; k < instance->items[i].n; k++)
      vrrp_keepalived_item_clear(&instance->items[i].item[k]);
    free(instance->items[i].item);
  }
  for (int i = 0; i < VRRP_KEEPALIVED_NAME_LISTS; i++) {
    for (size_t k = 0; k < instance->names[i].n; k++)
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
      sum = digest(sum, &instance->items[list].n, sizeof(instance->items[list].n));
    for (int list = 0; list < VRRP_KEEPALIVED_NAME_LISTS; list++)
      for (size_t k = 0; k < instance->names[list].n; k++)
        sum = digest_text(sum, instance->names[list].name[k]);
  }
  for (size_t i = 0; i < state->process_count; i++)
    sum = digest(sum, state->processes[i].number, sizeof(state->processes[i].number));
  return sum;
}

uint64_t vrrp_keepalived_name_digest(const struct vrrp_keepalived_instance *instance) {
  return instance->name != NULL ? digest_text(DIGEST_START, instance->name) : 0;
}

static bool is_on(const struct vrrp_keepalived_instance *instance,
                  const char *interface) {
  return strcmp(instance->base_ifname, interface) == 0 ||
         strcmp(instance->ifname, interface) == 0;
}

const struct vrrp_keepalived_instance *
vrrp_keepalived_state_find(const struct vrrp_keepalived_state *state,
                           const char *interface, enum vrrp_family family,
                           unsigned vrid) {
  const struct vrrp_keepalived_instance *found = NULL;
  for (size_t i = 0; i < state->instance_count; i++) {
    const struct vrrp_keepalived_instance *instance = &state->instances[i];
    if (instance->setting[VRRP_KEEPALIVED_VRID] != vrid || !is_on(instance, interface))
      continue;
    if (instance->family == (int)family)
      return instance;
    if (instance->family == VRRP_KEEPALIVED_FAMILY_UNTOLD && found == NULL)
      found = instance;
  }
  return found;
}
