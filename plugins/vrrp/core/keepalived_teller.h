// SPDX-License-Identifier: MIT
// How is a record of a text dump told?
#ifndef HA_VRRP_KEEPALIVED_TELLER_H
#define HA_VRRP_KEEPALIVED_TELLER_H

#include "core/keepalived_text.h"
#include "core/keepalived_value.h"

struct vrrp_keepalived_beside; // what no dump says

// Who is told what of which dump.
struct vrrp_keepalived_teller {
  const struct vrrp_keepalived_text *text;
  const struct vrrp_keepalived_beside *beside;
  const struct vrrp_keepalived_record *global; // NULL: it has none
  vrrp_keepalived_emit *emit;
  void *context;
};

// Tells one record.
typedef void vrrp_keepalived_tell_record(const struct vrrp_keepalived_teller *t,
                                         const struct vrrp_keepalived_record *record);

// Calls the function of each record's kind, in the dump's order; NULL: not told.
void vrrp_keepalived_tell_records(const struct vrrp_keepalived_teller *t,
                                  vrrp_keepalived_tell_record *const *by_kind);

// As vrrp_keepalived_text_string(), _number() and _fact() of the teller's dump.
const char *vrrp_keepalived_string(const struct vrrp_keepalived_teller *t,
                                   const struct vrrp_keepalived_record *record,
                                   const char *key);
double vrrp_keepalived_number(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *record,
                              const char *key);
bool vrrp_keepalived_has(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *record, const char *key);

// Every fact of the record becomes a note under its own key.
void vrrp_keepalived_note_record(const struct vrrp_keepalived_teller *t,
                                 struct vrrp_keepalived_value *value,
                                 const struct vrrp_keepalived_record *record);

#endif
