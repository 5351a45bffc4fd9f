// SPDX-License-Identifier: MIT
// Which line of keepalived's text dumps says what?
#ifndef HA_VRRP_KEEPALIVED_LABELS_H
#define HA_VRRP_KEEPALIVED_LABELS_H

#include "core/keepalived_record.h"

#include <stddef.h>

enum vrrp_keepalived_section {
  VRRP_KEEPALIVED_SECTION_OTHER, // passed over
  VRRP_KEEPALIVED_SECTION_GLOBAL,
  VRRP_KEEPALIVED_SECTION_STATIC_ADDRESSES,
  VRRP_KEEPALIVED_SECTION_STATIC_ROUTES,
  VRRP_KEEPALIVED_SECTION_STATIC_RULES,
  VRRP_KEEPALIVED_SECTION_INSTANCES,
  VRRP_KEEPALIVED_SECTION_SYNC_GROUPS,
  VRRP_KEEPALIVED_SECTION_SCRIPTS,
  VRRP_KEEPALIVED_SECTION_FILES,
  VRRP_KEEPALIVED_SECTION_PROCESSES,
  VRRP_KEEPALIVED_SECTION_BFDS,
  VRRP_KEEPALIVED_SECTION_INTERFACES,
  VRRP_KEEPALIVED_SECTION_LVS,
  VRRP_KEEPALIVED_SECTION_CHECKERS,
  VRRP_KEEPALIVED_SECTIONS,
};

// How a piece of a line becomes a fact.
enum vrrp_keepalived_form {
  VRRP_KEEPALIVED_TEXT,        // as it is
  VRRP_KEEPALIVED_QUOTED,      // between the single quotes around it
  VRRP_KEEPALIVED_NUMBER,      // decimal, what follows it is its unit
  VRRP_KEEPALIVED_SECONDS,     // the number, and KEY_us in microseconds
  VRRP_KEEPALIVED_FLAG_WORD,   // "yes", "true", "enabled" …: 1; their opposites: 0
  VRRP_KEEPALIVED_STATE_WORD,  // "INIT" 0, "BACKUP" 1, "MASTER" 2, "FAULT" 3
  VRRP_KEEPALIVED_WEIGHT,      // a number and perhaps "reverse": KEY and "reverse"
  VRRP_KEEPALIVED_SCRIPT_TEXT, // a command, and from 2.3 on its program: KEY, KEY_path
  VRRP_KEEPALIVED_TUNNEL,      // "TUN, type = GUE, port = 5, checksum": KEY, "tunnel_…"
  VRRP_KEEPALIVED_ONE,         // the line is there: 1
  VRRP_KEEPALIVED_ZERO,        // the line is there: 0
  VRRP_KEEPALIVED_FORMS,
};

// A part of a line: up to the last `until` behind it, or to the line's end.
struct vrrp_keepalived_piece {
  const char *key; // NULL: passed over
  enum vrrp_keepalived_form form;
  const char *until; // NULL: the line's end
};

enum { VRRP_KEEPALIVED_PIECES_MAX = 4 };

// A line that is known by its beginning, the blanks in front included.
struct vrrp_keepalived_label {
  enum vrrp_keepalived_record_kind of;    // where it stands
  const char *begins;                     // "" fits every line
  enum vrrp_keepalived_record_kind opens; // the record that begins here
  enum vrrp_keepalived_record_kind list;  // the deeper lines below are records of it
  struct vrrp_keepalived_piece pieces[VRRP_KEEPALIVED_PIECES_MAX];
};

struct vrrp_keepalived_labels {
  const char *title;                       // as in "------< TITLE >------"
  enum vrrp_keepalived_record_kind begins; // the record that the section itself is
  const struct vrrp_keepalived_label *labels;
  size_t count;
};

// By section.
extern const struct vrrp_keepalived_labels
    VRRP_KEEPALIVED_LABELS[VRRP_KEEPALIVED_SECTIONS];

#endif
