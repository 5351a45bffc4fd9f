// SPDX-License-Identifier: MIT
// How is a record of a text dump told?
#include "core/keepalived_teller.h"

void vrrp_keepalived_tell_records(const struct vrrp_keepalived_teller *t,
                                  vrrp_keepalived_tell_record *const *by_kind) {
  for (size_t i = 0; i < t->text->record_count; i++) {
    const struct vrrp_keepalived_record *record = &t->text->records[i];
    if (by_kind[record->kind] != NULL)
      by_kind[record->kind](t, record);
  }
}

const char *vrrp_keepalived_string(const struct vrrp_keepalived_teller *t,
                                   const struct vrrp_keepalived_record *record,
                                   const char *key) {
  return vrrp_keepalived_text_string(t->text, record, key);
}

double vrrp_keepalived_number(const struct vrrp_keepalived_teller *t,
                              const struct vrrp_keepalived_record *record,
                              const char *key) {
  return vrrp_keepalived_text_number(t->text, record, key);
}

bool vrrp_keepalived_has(const struct vrrp_keepalived_teller *t,
                         const struct vrrp_keepalived_record *record, const char *key) {
  return vrrp_keepalived_text_fact(t->text, record, key) != NULL;
}

void vrrp_keepalived_note_record(const struct vrrp_keepalived_teller *t,
                                 struct vrrp_keepalived_value *value,
                                 const struct vrrp_keepalived_record *record) {
  for (int32_t i = record->first; i != VRRP_KEEPALIVED_NONE; i = t->text->facts[i].next) {
    const struct vrrp_keepalived_text_fact *fact = &t->text->facts[i];
    if (fact->text != NULL)
      vrrp_keepalived_note_text(value, fact->key, fact->text);
    else
      vrrp_keepalived_note_number(value, fact->key, fact->number);
  }
}
