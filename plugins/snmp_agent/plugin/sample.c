// SPDX-License-Identifier: MIT
// How does a value list of collectd's look to the core?
#include "plugin/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/utils_cache.h"
#include "utils/common/common.h"

static int read_text(meta_data_t *meta, const char *key, char *buf, size_t size,
                     struct raw_value *ret) {
  char *text;
  if (meta_data_get_string(meta, key, &text) != 0)
    return -ENOENT;
  bool fits = strlen(text) < size;
  if (fits)
    sstrncpy(buf, text, size);
  free(text);
  if (!fits)
    return -ENOENT; // a part of a text would be another text
  *ret = (struct raw_value){.kind = RAW_TEXT, .text = buf};
  return 0;
}

static int read_meta(const struct sample *sample, const char *key, char *buf, size_t size,
                     struct raw_value *ret) {
  const value_list_t *vl = sample->owner;
  bool flag;
  switch (meta_data_type(vl->meta, key)) {
  case MD_TYPE_STRING:
    return read_text(vl->meta, key, buf, size, ret);
  case MD_TYPE_SIGNED_INT:
    ret->kind = RAW_SIGNED;
    return meta_data_get_signed_int(vl->meta, key, &ret->i) == 0 ? 0 : -ENOENT;
  case MD_TYPE_UNSIGNED_INT:
    ret->kind = RAW_UNSIGNED;
    return meta_data_get_unsigned_int(vl->meta, key, &ret->u) == 0 ? 0 : -ENOENT;
  case MD_TYPE_DOUBLE:
    ret->kind = RAW_REAL;
    return meta_data_get_double(vl->meta, key, &ret->d) == 0 ? 0 : -ENOENT;
  case MD_TYPE_BOOLEAN:
    if (meta_data_get_boolean(vl->meta, key, &flag) != 0)
      return -ENOENT;
    *ret = (struct raw_value){.kind = RAW_UNSIGNED, .u = flag};
    return 0;
  default:
    return -ENOENT;
  }
}

static int read_rate(const struct sample *sample, size_t i, double *ret) {
  gauge_t *rates;
  size_t count;
  if (uc_get_rate_by_name(sample->name, &rates, &count) != 0)
    return -ENOENT;
  int status = i < count ? 0 : -ENOENT;
  if (status == 0)
    *ret = rates[i];
  free(rates);
  return status;
}

static struct raw_value raw_of(const value_t *value, int ds_type) {
  switch (ds_type) {
  case DS_TYPE_COUNTER:
    return (struct raw_value){.kind = RAW_UNSIGNED, .u = value->counter};
  case DS_TYPE_DERIVE:
    return (struct raw_value){.kind = RAW_SIGNED, .i = value->derive};
  case DS_TYPE_ABSOLUTE:
    return (struct raw_value){.kind = RAW_UNSIGNED, .u = value->absolute};
  default:
    return (struct raw_value){.kind = RAW_REAL, .d = value->gauge};
  }
}

int sample_fill(const value_list_t *vl, const char *name, struct raw_value *values,
                struct sample *ret_sample) {
  const data_set_t *ds = plugin_get_ds(vl->type);
  if (ds == NULL || ds->ds_num != vl->values_len)
    return -ENOENT;
  for (size_t i = 0; i < vl->values_len; i++)
    values[i] = raw_of(&vl->values[i], ds->ds[i].type);
  *ret_sample = (struct sample){.name = name,
                                .time = vl->time,
                                .field = {[FIELD_HOST] = vl->host,
                                          [FIELD_PLUGIN] = vl->plugin,
                                          [FIELD_PLUGIN_INSTANCE] = vl->plugin_instance,
                                          [FIELD_TYPE] = vl->type,
                                          [FIELD_TYPE_INSTANCE] = vl->type_instance},
                                .values = values,
                                .value_count = vl->values_len,
                                .meta = vl->meta != NULL ? read_meta : NULL,
                                .rate = read_rate,
                                .owner = vl};
  return 0;
}
