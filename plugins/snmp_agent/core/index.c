// SPDX-License-Identifier: MIT
// How is a row's index encoded in its OID?
#include "core/index.h"

#include <errno.h>

static int append_bytes(struct oid *index, const struct smi_value *value) {
  if (value->length > OID_LENGTH_MAX - index->length)
    return -ENAMETOOLONG;
  for (uint32_t i = 0; i < value->length; i++)
    index->sub[index->length++] = value->bytes[i];
  return 0;
}

static int append_number(struct oid *index, const struct smi_value *value) {
  uint32_t sub = (uint32_t)value->number;
  if (value->number > UINT32_MAX) // a negative Integer32, too
    return -EINVAL;
  return oid_append(index, &sub, 1);
}

bool index_varies(enum syntax syntax) {
  enum smi_type type = syntax_type(syntax);
  return type == SMI_OBJECT_IDENTIFIER ||
         (type == SMI_OCTET_STRING && syntax != SYNTAX_MAC_ADDRESS);
}

int index_append(struct oid *index, enum syntax syntax, bool implied,
                 const struct smi_value *value) {
  bool is_oid = value->type == SMI_OBJECT_IDENTIFIER;
  if (!is_oid && value->type != SMI_OCTET_STRING && value->type != SMI_IP_ADDRESS)
    return append_number(index, value);
  if (implied && value->length == 0)
    return -EINVAL;
  if (!implied && index_varies(syntax)) {
    int status = oid_append(index, &value->length, 1);
    if (status != 0)
      return status;
  }
  return is_oid ? oid_append(index, value->subids, value->length)
                : append_bytes(index, value);
}
