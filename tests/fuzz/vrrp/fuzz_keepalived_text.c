// SPDX-License-Identifier: MIT
// Can any file in the place of keepalived's text dumps hurt the reader?
#include "check_configured.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Every bound that the header promises, and each fact reached once.
static void check(const struct vrrp_keepalived_text *text) {
  size_t facts = 0;
  if (text->record_count > VRRP_KEEPALIVED_RECORDS_MAX)
    abort();
  for (size_t i = 0; i < text->record_count; i++) {
    const struct vrrp_keepalived_record *record = &text->records[i];
    if (record->parent >= (int32_t)i || record->place == 0)
      abort();
    for (int32_t at = record->first; at != VRRP_KEEPALIVED_NONE;
         at = text->facts[at].next, facts++)
      if (text->facts[at].text != NULL && strchr(text->facts[at].text, '\n') != NULL)
        abort();
    (void)vrrp_keepalived_text_number(text, record, "weight");
  }
  if (facts != text->fact_count)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int dump = VRRP_KEEPALIVED_DUMP_VRRP; dump <= VRRP_KEEPALIVED_DUMP_CHECKERS;
       dump++) {
    struct vrrp_keepalived_configured configured;
    struct vrrp_keepalived_text *text = NULL;
    uint8_t *bytes = malloc(size + 1);
    memcpy(bytes, data, size);
    if (vrrp_keepalived_text_parse((enum vrrp_keepalived_dump)dump, bytes, size, &text) ==
        0) {
      check(text);
      if (vrrp_keepalived_configured_by_text(text, true, &configured) == 0)
        check_configured(&configured);
    }
    vrrp_keepalived_text_free(text);
    free(bytes);
  }
  return 0;
}
