// SPDX-License-Identifier: MIT
// What does an AgentX PDU look like in bytes?
#include "core/agentx_pdu_private.h"

#include "common/core/array.h"

#include <byteswap.h>
#include <endian.h>
#include <string.h>

static const char *const fault_names[] = {
    [AGENTX_FINE] = "fine",
    [AGENTX_BAD_VERSION] = "bad_version",
    [AGENTX_BAD_TYPE] = "bad_type",
    [AGENTX_BAD_SIZE] = "bad_size",
    [AGENTX_BAD_ALIGNMENT] = "bad_alignment",
    [AGENTX_TRUNCATED] = "truncated",
    [AGENTX_BAD_OID] = "bad_oid",
    [AGENTX_BAD_CONTEXT] = "bad_context",
    [AGENTX_BAD_VARBIND] = "bad_varbind",
};
_Static_assert(HA_COUNT_OF(fault_names) == AGENTX_FAULT_COUNT, "each fault has a name");

const char *agentx_fault_name(enum agentx_fault fault) {
  return (unsigned)fault < AGENTX_FAULT_COUNT ? fault_names[fault] : "unknown";
}

static const struct {
  int error;
  const char *name;
} error_names[] = {
    {AGENTX_NO_ERROR, "noError"},
    {AGENTX_TOO_BIG, "tooBig"},
    {AGENTX_GEN_ERR, "genErr"},
    {AGENTX_NO_ACCESS, "noAccess"},
    {AGENTX_WRONG_TYPE, "wrongType"},
    {AGENTX_WRONG_LENGTH, "wrongLength"},
    {AGENTX_WRONG_ENCODING, "wrongEncoding"},
    {AGENTX_WRONG_VALUE, "wrongValue"},
    {AGENTX_NO_CREATION, "noCreation"},
    {AGENTX_INCONSISTENT_VALUE, "inconsistentValue"},
    {AGENTX_RESOURCE_UNAVAILABLE, "resourceUnavailable"},
    {AGENTX_COMMIT_FAILED, "commitFailed"},
    {AGENTX_UNDO_FAILED, "undoFailed"},
    {AGENTX_NOT_WRITABLE, "notWritable"},
    {AGENTX_INCONSISTENT_NAME, "inconsistentName"},
    {AGENTX_OPEN_FAILED, "openFailed"},
    {AGENTX_NOT_OPEN, "notOpen"},
    {AGENTX_UNSUPPORTED_CONTEXT, "unsupportedContext"},
    {AGENTX_DUPLICATE_REGISTRATION, "duplicateRegistration"},
    {AGENTX_UNKNOWN_REGISTRATION, "unknownRegistration"},
    {AGENTX_PARSE_ERROR, "parseError"},
    {AGENTX_REQUEST_DENIED, "requestDenied"},
    {AGENTX_PROCESSING_ERROR, "processingError"},
};

const char *agentx_error_name(int error) {
  for (size_t i = 0; i < HA_COUNT_OF(error_names); i++) {
    if (error_names[i].error == error)
      return error_names[i].name;
  }
  return "unknown error";
}

// Reading

static uint16_t load16(const uint8_t *at, bool big_endian) {
  uint16_t raw;
  memcpy(&raw, at, sizeof(raw));
  return big_endian ? be16toh(raw) : le16toh(raw);
}

static uint32_t load32(const uint8_t *at, bool big_endian) {
  uint32_t raw;
  memcpy(&raw, at, sizeof(raw));
  return big_endian ? be32toh(raw) : le32toh(raw);
}

static void load_subids(uint32_t *sub, const uint8_t *at, size_t n, bool big_endian) {
  memcpy(sub, at, n * sizeof(*sub));
  if (big_endian == (BYTE_ORDER == BIG_ENDIAN))
    return;
  for (size_t i = 0; i < n; i++)
    sub[i] = bswap_32(sub[i]);
}

enum agentx_fault agentx_read_header(const uint8_t *buf, size_t length,
                                     struct agentx_header *ret) {
  if (length < AGENTX_HEADER_SIZE)
    return AGENTX_TRUNCATED;
  if (buf[0] != 1)
    return AGENTX_BAD_VERSION;

  bool big_endian = buf[2] & AGENTX_NETWORK_BYTE_ORDER;
  struct agentx_header h = {
      .type = buf[1],
      .flags = buf[2],
      .session_id = load32(buf + 4, big_endian),
      .transaction_id = load32(buf + 8, big_endian),
      .packet_id = load32(buf + 12, big_endian),
      .payload_length = load32(buf + 16, big_endian),
  };
  if (h.payload_length > AGENTX_MAX_PAYLOAD)
    return AGENTX_BAD_SIZE;
  if (h.payload_length % 4 != 0)
    return AGENTX_BAD_ALIGNMENT;
  *ret = h;
  return h.type >= AGENTX_OPEN && h.type <= AGENTX_RESPONSE ? AGENTX_FINE
                                                            : AGENTX_BAD_TYPE;
}

void agentx_reader_init(struct agentx_reader *r, const struct agentx_header *header,
                        const uint8_t *payload) {
  r->at = payload;
  r->end = payload + header->payload_length;
  r->big_endian = header->flags & AGENTX_NETWORK_BYTE_ORDER;
}

bool agentx_at_end(const struct agentx_reader *r) {
  return r->at == r->end;
}

// How many bytes lie ahead.
static size_t left(const struct agentx_reader *r) {
  return (size_t)(r->end - r->at);
}

// Steps over `length` bytes; NULL if they aren't there.
static const uint8_t *take(struct agentx_reader *r, size_t length) {
  if (length > left(r))
    return NULL;
  const uint8_t *at = r->at;
  r->at += length;
  return at;
}

enum agentx_fault agentx_read_u16(struct agentx_reader *r, uint16_t *ret) {
  const uint8_t *at = take(r, sizeof(*ret));
  if (at == NULL)
    return AGENTX_TRUNCATED;
  *ret = load16(at, r->big_endian);
  return AGENTX_FINE;
}

enum agentx_fault agentx_read_u32(struct agentx_reader *r, uint32_t *ret) {
  const uint8_t *at = take(r, sizeof(*ret));
  if (at == NULL)
    return AGENTX_TRUNCATED;
  *ret = load32(at, r->big_endian);
  return AGENTX_FINE;
}

static enum agentx_fault read_u64(struct agentx_reader *r, uint64_t *ret) {
  const uint8_t *at = take(r, sizeof(*ret));
  if (at == NULL)
    return AGENTX_TRUNCATED;
  uint64_t raw;
  memcpy(&raw, at, sizeof(raw));
  *ret = r->big_endian ? be64toh(raw) : le64toh(raw);
  return AGENTX_FINE;
}

enum agentx_fault agentx_read_oid(struct agentx_reader *r, struct oid *ret,
                                  bool *ret_include) {
  const uint8_t *head = take(r, 4);
  if (head == NULL)
    return AGENTX_TRUNCATED;
  size_t n = head[0];
  size_t prefix_length = head[1] != 0 ? PREFIX_LENGTH : 0;
  if (prefix_length + n > OID_LENGTH_MAX)
    return AGENTX_BAD_OID;
  const uint8_t *at = take(r, n * 4);
  if (at == NULL)
    return AGENTX_TRUNCATED;

  if (prefix_length != 0) {
    memcpy(ret->sub, internet, sizeof(internet));
    ret->sub[PREFIX_LENGTH - 1] = head[1];
  }
  load_subids(ret->sub + prefix_length, at, n, r->big_endian);
  ret->length = prefix_length + n;
  if (ret_include != NULL)
    *ret_include = head[2] != 0;
  return AGENTX_FINE;
}

enum agentx_fault agentx_read_bytes(struct agentx_reader *r, const uint8_t **ret_bytes,
                                    uint32_t *ret_length) {
  uint32_t length;
  enum agentx_fault fault = agentx_read_u32(r, &length);
  if (fault != AGENTX_FINE)
    return fault;
  if (length > left(r)) // asked before it is padded, which wraps close to 2^32
    return AGENTX_TRUNCATED;
  const uint8_t *bytes = take(r, padded(length));
  if (bytes == NULL)
    return AGENTX_TRUNCATED;
  *ret_bytes = bytes;
  *ret_length = length;
  return AGENTX_FINE;
}

enum agentx_fault agentx_read_context(struct agentx_reader *r,
                                      const struct agentx_header *header,
                                      char ret[static AGENTX_CONTEXT_MAX + 1]) {
  const uint8_t *bytes = NULL;
  uint32_t length = 0;
  if (header->flags & AGENTX_NON_DEFAULT_CONTEXT) {
    enum agentx_fault fault = agentx_read_bytes(r, &bytes, &length);
    if (fault != AGENTX_FINE)
      return fault;
  }
  if (length > AGENTX_CONTEXT_MAX || (length > 0 && memchr(bytes, '\0', length) != NULL))
    return AGENTX_BAD_CONTEXT;
  if (length > 0)
    memcpy(ret, bytes, length);
  ret[length] = '\0';
  return AGENTX_FINE;
}

enum agentx_fault agentx_read_range(struct agentx_reader *r, struct agentx_range *ret) {
  enum agentx_fault fault = agentx_read_oid(r, &ret->start, &ret->include);
  if (fault != AGENTX_FINE)
    return fault;
  return agentx_read_oid(r, &ret->end, NULL);
}

static enum agentx_fault read_number32(struct agentx_reader *r, struct smi_value *v) {
  uint32_t number;
  enum agentx_fault fault = agentx_read_u32(r, &number);
  if (fault == AGENTX_FINE)
    v->number = v->type == SMI_INTEGER32 ? (uint64_t)(int64_t)(int32_t)number : number;
  return fault;
}

static enum agentx_fault read_string(struct agentx_reader *r, struct smi_value *v) {
  enum agentx_fault fault = agentx_read_bytes(r, &v->bytes, &v->length);
  if (fault == AGENTX_FINE && v->type == SMI_IP_ADDRESS && v->length != 4)
    return AGENTX_BAD_VARBIND;
  return fault;
}

static enum agentx_fault read_value(struct agentx_reader *r, struct agentx_varbind *vb) {
  enum agentx_fault fault;
  vb->value.length = 0;
  switch (body_of(vb->value.type)) {
  case BODY_NOTHING:
    return AGENTX_FINE;
  case BODY_32:
    return read_number32(r, &vb->value);
  case BODY_64:
    return read_u64(r, &vb->value.number);
  case BODY_BYTES:
    return read_string(r, &vb->value);
  case BODY_OID:
    fault = agentx_read_oid(r, &vb->value_oid, NULL);
    vb->value.subids = vb->value_oid.sub;
    vb->value.length = fault == AGENTX_FINE ? vb->value_oid.length : 0;
    return fault;
  case BODY_UNKNOWN:
    break;
  }
  return AGENTX_BAD_VARBIND;
}

enum agentx_fault agentx_read_varbind(struct agentx_reader *r,
                                      struct agentx_varbind *ret) {
  uint16_t type, reserved;
  enum agentx_fault fault = agentx_read_u16(r, &type);
  if (fault == AGENTX_FINE)
    fault = agentx_read_u16(r, &reserved);
  if (fault == AGENTX_FINE)
    fault = agentx_read_oid(r, &ret->name, NULL);
  if (fault != AGENTX_FINE)
    return fault;
  ret->value.type = type;
  return read_value(r, ret);
}

enum agentx_fault agentx_read_response(struct agentx_reader *r,
                                       struct agentx_response *ret) {
  struct agentx_response response;
  enum agentx_fault fault = agentx_read_u32(r, &response.sys_uptime);
  if (fault == AGENTX_FINE)
    fault = agentx_read_u16(r, &response.error);
  if (fault == AGENTX_FINE)
    fault = agentx_read_u16(r, &response.index);
  if (fault == AGENTX_FINE)
    *ret = response;
  return fault;
}
