// SPDX-License-Identifier: MIT
// What does whoever judges the wire have to know of what keepalived said?
#include "plugin/words.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
  const struct vrrp_word *a = left, *b = right;
  int order = strcmp(a->interface, b->interface);

  if (order == 0)
    order = a->vrid - b->vrid;
  return order != 0 ? order : a->family - b->family;
}

// Only the text dump tells it, and not from every version.
static uint8_t down_adverts(const struct vrrp_keepalived_text *text, const char *name) {
  const struct vrrp_keepalived_record *instance =
      text != NULL && name != NULL
          ? vrrp_keepalived_text_named(text, VRRP_KEEPALIVED_INSTANCE, name)
          : NULL;
  double adverts = instance != NULL
                       ? vrrp_keepalived_text_number(text, instance, "down_adverts")
                       : NAN;

  return adverts >= 1 && adverts <= UINT8_MAX ? (uint8_t)adverts : 0;
}

static void add(struct vrrp_words *words, const char *interface,
                const struct vrrp_keepalived_instance *instance, uint8_t adverts) {
  double vrid = instance->setting[VRRP_KEEPALIVED_VRID];
  double priority = instance->setting[VRRP_KEEPALIVED_EFFECTIVE_PRIORITY];

  if (interface[0] == '\0' || !(vrid >= 1 && vrid <= UINT8_MAX))
    return;
  struct vrrp_word *word = &words->all[words->count++];
  *word = (struct vrrp_word){
      .family = instance->family,
      .vrid = (uint8_t)vrid,
      .fault = instance->setting[VRRP_KEEPALIVED_STATE] == VRRP_KEEPALIVED_FAULT,
      .name = vrrp_keepalived_name_digest(instance),
      .down_adverts = adverts,
      .priority = isnan(priority) ? VRRP_PRIORITY_UNTOLD : (int16_t)priority,
  };
  strcpy(word->interface, interface);
}

int vrrp_words_take(struct vrrp_words *words, const struct vrrp_keepalived_state *state,
                    const struct vrrp_keepalived_text *text) {
  *words = (struct vrrp_words){.answers = state != NULL, .has_answered = state != NULL};
  if (state == NULL || state->instance_count == 0)
    return 0;
  words->all = calloc(state->instance_count, 2 * sizeof(*words->all));
  if (words->all == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < state->instance_count; i++) {
    const struct vrrp_keepalived_instance *instance = &state->instances[i];
    uint8_t adverts = down_adverts(text, instance->name);
    add(words, instance->base_ifname, instance, adverts);
    if (strcmp(instance->base_ifname, instance->ifname) != 0)
      add(words, instance->ifname, instance, adverts);
  }
  qsort(words->all, words->count, sizeof(*words->all), compare);
  return 0;
}

void vrrp_words_free(struct vrrp_words *words) {
  free(words->all);
  *words = (struct vrrp_words){0};
}

static struct vrrp_word *find(const struct vrrp_words *words, const char *interface,
                              uint8_t vrid, int family) {
  struct vrrp_word wanted = {.vrid = vrid, .family = family};

  if (words->count == 0)
    return NULL;
  strncpy(wanted.interface, interface, sizeof(wanted.interface) - 1);
  return bsearch(&wanted, words->all, words->count, sizeof(wanted), compare);
}

void vrrp_words_follow(struct vrrp_words *words, struct vrrp_words *before) {
  if (!words->answers) {
    struct vrrp_words silent = *words;
    *words = *before;
    *before = silent;
    words->answers = false;
    return;
  }
  for (size_t i = 0; before->has_answered && i < words->count; i++) {
    struct vrrp_word *word = &words->all[i];
    const struct vrrp_word *known =
        find(before, word->interface, word->vrid, word->family);
    word->is_added = known == NULL || known->is_added;
  }
}

struct vrrp_word *vrrp_words_find(const struct vrrp_words *words, const char *interface,
                                  const struct vrrp_router_key *key) {
  if (!words->answers)
    return NULL;
  struct vrrp_word *word = find(words, interface, key->vrid, (int)key->family);
  return word != NULL ? word
                      : find(words, interface, key->vrid, VRRP_KEEPALIVED_FAMILY_UNTOLD);
}
