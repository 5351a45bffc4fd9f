// SPDX-License-Identifier: MIT
// Any bytes as a PDU: nothing is read past its end, and what was understood of a
// variable binding can be written and is understood the same again.
#include <stdlib.h>
#include <string.h>

#include "core/agentx_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so) {
  if (!so)
    abort();
}

static bool same_oid(const uint32_t *a, size_t a_length, const uint32_t *b,
                     size_t b_length) {
  return oid_compare(a, a_length, b, b_length) == 0;
}

static bool same_value(const struct smi_value *a, const struct smi_value *b) {
  if (a->type != b->type || a->length != b->length)
    return false;
  switch (a->type) {
  case SMI_OCTET_STRING:
  case SMI_OPAQUE:
  case SMI_IP_ADDRESS:
    return a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0;
  case SMI_OBJECT_IDENTIFIER:
    return same_oid(a->subids, a->length, b->subids, b->length);
  case SMI_INTEGER32:
  case SMI_COUNTER32:
  case SMI_GAUGE32:
  case SMI_TIME_TICKS:
  case SMI_COUNTER64:
    return a->number == b->number;
  default:
    return true;
  }
}

static void write_and_read_again(const struct agentx_varbind *vb) {
  const struct agentx_header h = {.type = AGENTX_RESPONSE};
  struct agentx_writer w;
  struct agentx_varbind again;
  agentx_writer_init(&w, AGENTX_MAX_PDU);
  agentx_begin(&w, &h);
  agentx_put_varbind(&w, vb->name.sub, vb->name.length, &vb->value);
  if (agentx_end(&w) == 0) {
    struct agentx_reader r = {w.buf + AGENTX_HEADER_SIZE, w.buf + w.length, true};
    expect(agentx_read_varbind(&r, &again) == AGENTX_FINE && agentx_at_end(&r));
    expect(same_oid(vb->name.sub, vb->name.length, again.name.sub, again.name.length));
    expect(same_value(&vb->value, &again.value));
  } else {
    expect(vb->value.length > AGENTX_MAX_PDU / 2);
  }
  agentx_writer_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct agentx_header h;
  struct agentx_reader r;
  char context[AGENTX_CONTEXT_MAX + 1];
  enum agentx_fault fault = agentx_read_header(data, size, &h);
  expect(agentx_fault_name(fault) != NULL);
  if (fault != AGENTX_FINE || size - AGENTX_HEADER_SIZE < h.payload_length)
    return 0;

  struct agentx_response response;
  agentx_reader_init(&r, &h, data + AGENTX_HEADER_SIZE);
  if (agentx_read_context(&r, &h, context) != AGENTX_FINE)
    return 0;
  expect(strlen(context) <= AGENTX_CONTEXT_MAX);
  if (h.type == AGENTX_RESPONSE && agentx_read_response(&r, &response) != AGENTX_FINE)
    return 0;

  struct agentx_reader ranges = r;
  struct agentx_range range;
  while (!agentx_at_end(&ranges) && agentx_read_range(&ranges, &range) == AGENTX_FINE)
    expect(range.start.length <= OID_LENGTH_MAX && range.end.length <= OID_LENGTH_MAX);
  struct agentx_varbind vb;
  while (!agentx_at_end(&r) && agentx_read_varbind(&r, &vb) == AGENTX_FINE)
    write_and_read_again(&vb);
  return 0;
}
