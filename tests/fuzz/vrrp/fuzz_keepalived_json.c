// SPDX-License-Identifier: MIT
// Can any file in keepalived's place hurt the reader, or leak a password?
#include "check_configured.h"

#include "core/keepalived_json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_item(const struct vrrp_keepalived_item *item) {
  for (size_t i = 0; i < item->fact_count; i++)
    if (memchr(item->facts[i].text, 0, VRRP_KEEPALIVED_WORD_SIZE) == NULL)
      abort();
  for (size_t i = 0; i < item->hop_count; i++)
    check_item(&item->hops[i]);
}

// Every bound that the header promises.
static void check_instance(const struct vrrp_keepalived_instance *instance) {
  if (strlen(instance->name) > VRRP_KEEPALIVED_TEXT_MAX)
    abort();
  for (int kind = 0; kind < VRRP_KEEPALIVED_ITEM_LISTS; kind++) {
    if (instance->items[kind].count > VRRP_KEEPALIVED_LIST_MAX)
      abort();
    for (size_t i = 0; i < instance->items[kind].count; i++)
      check_item(&instance->items[kind].item[i]);
  }
  for (int kind = 0; kind < VRRP_KEEPALIVED_NAME_LISTS; kind++)
    if (instance->names[kind].count > VRRP_KEEPALIVED_LIST_MAX)
      abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vrrp_keepalived_configured configured;
  struct vrrp_keepalived_state *state = NULL;
  uint8_t *bytes = malloc(size + 1);
  memcpy(bytes, data, size);
  if (vrrp_keepalived_json_parse(bytes, size, &state) == 0) {
    for (size_t i = 0; i < state->instance_count; i++)
      check_instance(&state->instances[i]);
    if (vrrp_keepalived_configured_by_state(state, &configured) == 0)
      check_configured(&configured);
    (void)vrrp_keepalived_state_find(state, "eth0", VRRP_IPV4, 10);
  }
  vrrp_keepalived_state_free(state);
  free(bytes);
  return 0;
}
