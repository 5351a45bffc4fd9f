// SPDX-License-Identifier: MIT
// Which interfaces are listened to, which are not, and why, in words?
#include "plugin/whereabouts.h"

#include "common/core/array.h"

#include "utils/common/common.h"

#define NAMES_MAX  6               // of one kind in a line
#define NOT_CHOSEN VRRP_LINK_ROLES // a kind of its own beside the roles

static unsigned kind_of(const struct vrrp_config *config, const struct vrrp_link *link) {
  if (link->role != VRRP_LINK_BASE)
    return link->role;
  return vrrp_config_selects(config, link->name) ? VRRP_LINK_BASE : NOT_CHOSEN;
}

bool vrrp_whereabouts_wants(const struct vrrp_config *config,
                            const struct vrrp_link *link) {
  return kind_of(config, link) == VRRP_LINK_BASE;
}

const char *vrrp_whereabouts_why_not(const struct vrrp_link_table *links,
                                     const char *name) {
  static const char *const reasons[] = {
      [VRRP_LINK_BASE] = NULL,
      [VRRP_LINK_MACVLAN] =
          "it is a macvlan or ipvlan; name the interface that it stands on",
      [VRRP_LINK_VRF] = "it is a VRF; name the interfaces in it",
      [VRRP_LINK_PORT] = "it is a port; name its bridge, bond or team",
      [VRRP_LINK_LOOPBACK] = "it is a loopback, which carries no VRRP",
      [VRRP_LINK_OTHER] = "it carries no IP",
  };
  _Static_assert(HA_COUNT_OF(reasons) == VRRP_LINK_ROLES, "a reason for each role");

  for (size_t i = 0; i < links->link_count; i++)
    if (strcmp(links->links[i].name, name) == 0)
      return reasons[links->links[i].role];
  return "it is not there yet; it will be listened to as soon as it is";
}

// --- the line -----------------------------------------------------------------------

static void append(char *text, size_t size, const char *word) {
  size_t length = strlen(text);
  sstrncpy(text + length, word, size - length);
}

static void append_more(char *text, size_t size, size_t count) {
  char more[40];

  if (count <= NAMES_MAX)
    return;
  snprintf(more, sizeof(more), " and %zu more", count - NAMES_MAX);
  append(text, size, more);
}

// Appends the names of a kind; returns how many there are.
static size_t append_names(const struct vrrp_config *config,
                           const struct vrrp_link_table *links, unsigned kind, char *text,
                           size_t size) {
  size_t count = 0;

  for (size_t i = 0; i < links->link_count; i++) {
    if (kind_of(config, &links->links[i]) != kind || ++count > NAMES_MAX)
      continue;
    append(text, size, count > 1 ? ", " : "");
    append(text, size, links->links[i].name);
  }
  append_more(text, size, count);
  return count;
}

static void append_unheard(const struct vrrp_config *config,
                           const struct vrrp_link_table *links, char *text, size_t size) {
  // Nobody expects VRRP on a loopback.
  static const struct {
    unsigned kind;
    const char *words;
  } kinds[] = {
      {NOT_CHOSEN, " (not chosen by Interface)"},
      {VRRP_LINK_PORT, " (port of a bridge, bond or team)"},
      {VRRP_LINK_MACVLAN, " (macvlan or ipvlan)"},
      {VRRP_LINK_VRF, " (VRF)"},
      {VRRP_LINK_OTHER, " (carries no IP)"},
  };
  const char *before = "; not on ";

  for (size_t i = 0; i < HA_COUNT_OF(kinds); i++) {
    char names[NAMES_MAX * (IFNAMSIZ + 2) + 40] = "";
    if (append_names(config, links, kinds[i].kind, names, sizeof(names)) == 0)
      continue;
    append(text, size, before);
    append(text, size, names);
    append(text, size, kinds[i].words);
    before = ", ";
  }
}

void vrrp_whereabouts_write(const struct vrrp_config *config,
                            const struct vrrp_link_table *links, char *text,
                            size_t size) {
  text[0] = '\0';
  if (append_names(config, links, VRRP_LINK_BASE, text, size) == 0)
    append(text, size, "no interface yet");
  append_unheard(config, links, text, size);
}
