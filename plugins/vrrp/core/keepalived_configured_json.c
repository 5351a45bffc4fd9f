// SPDX-License-Identifier: MIT
// What is keepalived configured to do, as its JSON dump says?
//
// Settings are called as keepalived.conf calls them.
#include "core/keepalived_writer.h"

#include "common/core/array.h"
#include "common/core/hash.h"

#include <string.h>

// None: it merely runs.
static const char *const SETTINGS[VRRP_KEEPALIVED_SETTINGS] = {
    [VRRP_KEEPALIVED_VRID] = "virtual_router_id",
    [VRRP_KEEPALIVED_VERSION] = "version",
    [VRRP_KEEPALIVED_BASE_PRIORITY] = "priority",
    [VRRP_KEEPALIVED_ADVERT_INTERVAL] = "advert_int",
    [VRRP_KEEPALIVED_NO_PREEMPT] = "nopreempt",
    [VRRP_KEEPALIVED_PREEMPT_DELAY] = "preempt_delay",
    [VRRP_KEEPALIVED_ACCEPT] = "accept",
    [VRRP_KEEPALIVED_AUTH_TYPE] = "auth_type",
    [VRRP_KEEPALIVED_DONT_TRACK_PRIMARY] = "dont_track_primary",
    [VRRP_KEEPALIVED_SKIP_CHECK_ADVERT_ADDRESS] = "skip_check_adv_addr",
    [VRRP_KEEPALIVED_STRICT_MODE] = "strict_mode",
    [VRRP_KEEPALIVED_PROMOTE_SECONDARIES] = "promote_secondaries",
    [VRRP_KEEPALIVED_SMTP_ALERT] = "smtp_alert",
    [VRRP_KEEPALIVED_GARP_DELAY] = "garp_master_delay",
    [VRRP_KEEPALIVED_GARP_REFRESH] = "garp_master_refresh",
    [VRRP_KEEPALIVED_GARP_REPEAT] = "garp_master_repeat",
    [VRRP_KEEPALIVED_GARP_REFRESH_REPEAT] = "garp_master_refresh_repeat",
    [VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_DELAY] = "garp_lower_prio_delay",
    [VRRP_KEEPALIVED_GARP_LOWER_PRIORITY_REPEAT] = "garp_lower_prio_repeat",
    [VRRP_KEEPALIVED_LOWER_PRIORITY_NO_ADVERT] = "lower_prio_no_advert",
    [VRRP_KEEPALIVED_HIGHER_PRIORITY_SEND_ADVERT] = "higher_prio_send_advert",
};

static const char *const COMMANDS[] = {
    [VRRP_KEEPALIVED_SCRIPT_BACKUP] = "notify_backup",
    [VRRP_KEEPALIVED_SCRIPT_MASTER] = "notify_master",
    [VRRP_KEEPALIVED_SCRIPT_FAULT] = "notify_fault",
    [VRRP_KEEPALIVED_SCRIPT_STOP] = "notify_stop",
    [VRRP_KEEPALIVED_SCRIPT_DELETED] = "notify_deleted",
    [VRRP_KEEPALIVED_SCRIPT_ANY] = "notify",
    [VRRP_KEEPALIVED_SCRIPT_MASTER_LOWER_PRIORITY] = "notify_master_rx_lower_pri",
};
_Static_assert(HA_COUNT_OF(COMMANDS) == VRRP_KEEPALIVED_SCRIPTS, "each command");

// Addresses, routes and rules are many, and their words are: what one of them is called,
// and for the rest only that it is another.
static const struct item_list {
  const char *what;
  struct item_word {
    const char *before, *key; // what stands in front of this fact
  } name[8];
} ITEM_LISTS[] = {
    [VRRP_KEEPALIVED_VIPS] = {"address", {{"", "address"}, {"/", "prefix"}}},
    [VRRP_KEEPALIVED_EXCLUDED_VIPS] = {"excluded address",
                                       {{"", "address"}, {"/", "prefix"}}},
    [VRRP_KEEPALIVED_ROUTES] = {"route", {{"", "destination"}, {"/", "prefix"}}},
    [VRRP_KEEPALIVED_RULES] = {"rule",
                               {{"from ", "from"},
                                {"/", "from_prefix"},
                                {" to ", "to"},
                                {"/", "to_prefix"},
                                {" iif ", "iif"},
                                {" fwmark ", "fwmark"},
                                {" priority ", "preference"}}},
};
_Static_assert(HA_COUNT_OF(ITEM_LISTS) == VRRP_KEEPALIVED_ITEM_LISTS, "each list");

static void name_item(const struct item_list *list,
                      const struct vrrp_keepalived_item *item,
                      char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  size_t length = 0;
  name[0] = '\0';
  for (const struct item_word *word = list->name; word->key != NULL; word++) {
    const struct vrrp_keepalived_fact *fact = vrrp_keepalived_item_fact(item, word->key);
    size_t room = VRRP_KEEPALIVED_WORD_MAX - length;
    int more = 0;
    if (fact != NULL && fact->is_text)
      more = snprintf(name + length, room, "%s%s", word->before, fact->text);
    else if (fact != NULL)
      more =
          snprintf(name + length, room, "%s%lld", word->before, (long long)fact->number);
    length += (size_t)more < room ? (size_t)more : room - 1;
  }
}

static uint32_t digest_text(uint32_t seed, const char *text) {
  return ha_hash_bytes(seed, text, strlen(text) + 1);
}

// Whether the kernel has it is no part of it.
static uint32_t digest_item(uint32_t seed, const struct vrrp_keepalived_item *item) {
  for (size_t i = 0; i < item->fact_count; i++) {
    const struct vrrp_keepalived_fact *fact = &item->facts[i];
    if (strcmp(fact->key, "set") == 0)
      continue;
    seed = digest_text(seed, fact->key);
    seed = fact->is_text ? digest_text(seed, fact->text)
                         : ha_hash_bytes(seed, &fact->number, sizeof(fact->number));
  }
  for (size_t i = 0; i < item->hop_count; i++)
    seed = digest_item(seed, &item->hops[i]);
  return seed;
}

static void put_item(struct vrrp_keepalived_writer *writer, const struct item_list *list,
                     const struct vrrp_keepalived_item *item) {
  char name[VRRP_KEEPALIVED_WORD_MAX], word[VRRP_KEEPALIVED_WORD_MAX];
  name_item(list, item, name);
  vrrp_keepalived_clean(name, word);
  size_t before = vrrp_keepalived_writer_enter(writer, list->what, word);
  vrrp_keepalived_put_digest(writer, digest_item(HA_HASH_SEED, item));
  vrrp_keepalived_writer_leave(writer, before);
}

static void put_instance(struct vrrp_keepalived_writer *writer,
                         const struct vrrp_keepalived_instance *instance) {
  char name[VRRP_KEEPALIVED_WORD_MAX];
  vrrp_keepalived_clean(instance->name, name);
  size_t before = vrrp_keepalived_writer_enter(writer, name, "");
  vrrp_keepalived_put_thing(writer, VRRP_KEEPALIVED_THERE);
  vrrp_keepalived_put_text(writer, "interface", instance->ifname);
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    if (SETTINGS[i] != NULL)
      vrrp_keepalived_put_number(writer, SETTINGS[i], instance->setting[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++)
    if (instance->script[i] != NULL)
      vrrp_keepalived_put_command(writer, COMMANDS[i], instance->script[i]);
  for (int i = 0; i < VRRP_KEEPALIVED_ITEM_LISTS; i++)
    for (size_t k = 0; k < instance->items[i].count; k++)
      put_item(writer, &ITEM_LISTS[i], &instance->items[i].item[k]);
  vrrp_keepalived_writer_leave(writer, before);
}

int vrrp_keepalived_configured_by_state(
    const struct vrrp_keepalived_state *state,
    struct vrrp_keepalived_configured *ret_configured) {
  struct vrrp_keepalived_writer writer;
  int status = vrrp_keepalived_writer_open(&writer);
  if (status < 0)
    return status;
  for (size_t i = 0; i < state->instance_count; i++)
    put_instance(&writer, &state->instances[i]);
  return vrrp_keepalived_writer_finish(&writer, ret_configured);
}
