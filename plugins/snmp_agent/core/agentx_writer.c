// SPDX-License-Identifier: MIT
// How is a PDU written, whole or not at all?
#include "core/agentx_writer.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/agentx_pdu_private.h"

enum { WRITER_FIRST_SIZE = 4096 };

void agentx_writer_init(struct agentx_writer *w, size_t max) {
  *w = (struct agentx_writer){.max = max};
}

void agentx_writer_free(struct agentx_writer *w) {
  free(w->buf);
  *w = (struct agentx_writer){0};
}

static int grow(struct agentx_writer *w, size_t needed) {
  size_t size = w->size > 0 ? w->size : WRITER_FIRST_SIZE;
  while (size < needed)
    size *= 2;
  uint8_t *buf = realloc(w->buf, size);
  if (buf == NULL)
    return -ENOMEM;
  w->buf = buf;
  w->size = size;
  return 0;
}

// Makes room for `length` more bytes of the PDU under way; NULL if it has failed.
static uint8_t *room(struct agentx_writer *w, size_t length) {
  if (w->error != 0)
    return NULL;
  if (length > AGENTX_MAX_PDU - (w->length - w->pdu) || length > w->max - w->length) {
    w->error = -EMSGSIZE;
    return NULL;
  }
  if (length > w->size - w->length)
    w->error = grow(w, w->length + length);
  if (w->error != 0)
    return NULL;
  uint8_t *at = w->buf + w->length;
  w->length += length;
  return at;
}

static uint8_t *store32(uint8_t *at, uint32_t value) {
  uint32_t raw = htobe32(value);
  memcpy(at, &raw, sizeof(raw));
  return at + sizeof(raw);
}

void agentx_begin(struct agentx_writer *w, const struct agentx_header *header) {
  w->pdu = w->length;
  w->error = 0;
  uint8_t *at = room(w, AGENTX_HEADER_SIZE);
  if (at == NULL)
    return;
  *at++ = 1;
  *at++ = header->type;
  *at++ = header->flags | AGENTX_NETWORK_BYTE_ORDER;
  *at++ = 0;
  at = store32(at, header->session_id);
  at = store32(at, header->transaction_id);
  at = store32(at, header->packet_id);
  store32(at, 0);
}

int agentx_end(struct agentx_writer *w) {
  int error = w->error;
  if (error != 0)
    agentx_abort(w);
  else
    store32(w->buf + w->pdu + 16, w->length - w->pdu - AGENTX_HEADER_SIZE);
  return error;
}

void agentx_abort(struct agentx_writer *w) {
  w->length = w->pdu;
  w->error = 0;
}

void agentx_put_u32(struct agentx_writer *w, uint32_t value) {
  uint8_t *at = room(w, sizeof(value));
  if (at != NULL)
    store32(at, value);
}

static void put_u64(struct agentx_writer *w, uint64_t value) {
  uint8_t *at = room(w, sizeof(value));
  if (at != NULL)
    store32(store32(at, value >> 32), value & UINT32_MAX);
}

static void put_octets(struct agentx_writer *w, uint8_t first, uint8_t second) {
  agentx_put_u32(w, (uint32_t)first << 24 | (uint32_t)second << 16);
}

void agentx_put_raw(struct agentx_writer *w, const void *bytes, size_t length) {
  uint8_t *at = room(w, length);
  if (at != NULL && length > 0)
    memcpy(at, bytes, length);
}

static bool compressible(const uint32_t *sub, size_t length) {
  return length >= PREFIX_LENGTH && memcmp(sub, internet, sizeof(internet)) == 0 &&
         sub[PREFIX_LENGTH - 1] > 0 && sub[PREFIX_LENGTH - 1] <= UINT8_MAX;
}

void agentx_put_oid(struct agentx_writer *w, const uint32_t *sub, size_t length,
                    bool include) {
  if (length > OID_LENGTH_MAX) {
    w->error = w->error != 0 ? w->error : -EINVAL;
    return;
  }
  uint8_t prefix = 0;
  if (compressible(sub, length)) {
    prefix = sub[PREFIX_LENGTH - 1];
    sub += PREFIX_LENGTH;
    length -= PREFIX_LENGTH;
  }
  uint8_t *at = room(w, 4 + 4 * length);
  if (at == NULL)
    return;
  *at++ = length;
  *at++ = prefix;
  *at++ = include;
  *at++ = 0;
  for (size_t i = 0; i < length; i++)
    at = store32(at, sub[i]);
}

void agentx_put_bytes(struct agentx_writer *w, const void *bytes, size_t length) {
  if (length > AGENTX_MAX_PDU) {
    w->error = w->error != 0 ? w->error : -EMSGSIZE;
    return;
  }
  uint8_t *at = room(w, 4 + padded(length));
  if (at == NULL)
    return;
  at = store32(at, length);
  if (length > 0)
    memcpy(at, bytes, length);
  memset(at + length, 0, padded(length) - length);
}

static void put_value(struct agentx_writer *w, const struct smi_value *v) {
  switch (body_of(v->type)) {
  case BODY_NOTHING:
    return;
  case BODY_32:
    agentx_put_u32(w, v->number & UINT32_MAX);
    return;
  case BODY_64:
    put_u64(w, v->number);
    return;
  case BODY_BYTES:
    agentx_put_bytes(w, v->bytes, v->length);
    return;
  case BODY_OID:
    agentx_put_oid(w, v->subids, v->length, false);
    return;
  case BODY_UNKNOWN:
    break;
  }
}

void agentx_put_varbind(struct agentx_writer *w, const uint32_t *name, size_t name_length,
                        const struct smi_value *value) {
  if (body_of(value->type) == BODY_UNKNOWN ||
      (value->type == SMI_IP_ADDRESS && value->length != 4)) {
    w->error = w->error != 0 ? w->error : -EINVAL;
    return;
  }
  agentx_put_u32(w, (uint32_t)value->type << 16);
  agentx_put_oid(w, name, name_length, false);
  put_value(w, value);
}

void agentx_put_response(struct agentx_writer *w, enum agentx_error error,
                         uint16_t index) {
  agentx_put_u32(w, 0); // sysUpTime is the master's business
  agentx_put_u32(w, (uint32_t)error << 16 | index);
}

// Whole PDUs

int agentx_write_open(struct agentx_writer *w, struct agentx_header h, uint8_t timeout_s,
                      const struct oid *id, const char *description) {
  h.type = AGENTX_OPEN;
  h.flags = 0;
  agentx_begin(w, &h);
  put_octets(w, timeout_s, 0);
  agentx_put_oid(w, id->sub, id->length, false);
  agentx_put_bytes(w, description, strlen(description));
  return agentx_end(w);
}

int agentx_write_close(struct agentx_writer *w, struct agentx_header h, uint8_t reason) {
  h.type = AGENTX_CLOSE;
  h.flags = 0;
  agentx_begin(w, &h);
  put_octets(w, reason, 0);
  return agentx_end(w);
}

// The two have one form: an Unregister's first octet, which is reserved, is a Register's
// timeout, which is left to the session's.
static int write_registration(struct agentx_writer *w, struct agentx_header h,
                              enum agentx_type type, const struct agentx_region *region) {
  bool default_context = region->context[0] == '\0';
  h.type = type;
  h.flags = default_context ? 0 : AGENTX_NON_DEFAULT_CONTEXT;
  agentx_begin(w, &h);
  if (!default_context)
    agentx_put_bytes(w, region->context, strlen(region->context));
  put_octets(w, 0, region->priority);
  agentx_put_oid(w, region->subtree.sub, region->subtree.length, false);
  return agentx_end(w);
}

int agentx_write_register(struct agentx_writer *w, struct agentx_header h,
                          const struct agentx_region *region) {
  return write_registration(w, h, AGENTX_REGISTER, region);
}

int agentx_write_unregister(struct agentx_writer *w, struct agentx_header h,
                            const struct agentx_region *region) {
  return write_registration(w, h, AGENTX_UNREGISTER, region);
}

int agentx_write_ping(struct agentx_writer *w, struct agentx_header h) {
  h.type = AGENTX_PING;
  h.flags = 0;
  agentx_begin(w, &h);
  return agentx_end(w);
}
