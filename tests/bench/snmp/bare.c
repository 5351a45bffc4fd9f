// SPDX-License-Identifier: MIT
// What does the agentx room give without collectd? Serves a synthetic table of N rows
// and 10 columns: the ceiling for the plugin, and a live test of the room.
//
//   bare ADDRESS ROWS [RANGE]     RANGE: register the columns as one range
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/agentx.h"

// One table of the experimental arc: <entry>.<column>.<row>, columns 2 to 11.
static const uint32_t entry[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 77, 1, 1};
enum { ENTRY_LEN = 11, FIRST_COLUMN = 2, LAST_COLUMN = 11 };

static uint32_t n_rows;

static void set_value(uint32_t column, uint32_t row, struct smi_value *ret) {
  static uint8_t opaque_float[] = {0x9f, 0x78, 0x04, 0x3f, 0x80, 0x00, 0x00};
  static const uint32_t zero_dot_zero[] = {0, 0};
  switch (column) {
  case 3:
    *ret = (struct smi_value){.type = SMI_OCTET_STRING, .len = 5};
    ret->bytes = (const uint8_t *)"hello";
    return;
  case 4:
    *ret = (struct smi_value){.type = SMI_COUNTER64};
    ret->number = UINT64_MAX - row;
    return;
  case 5:
    *ret = (struct smi_value){.type = SMI_OBJECT_IDENTIFIER, .len = 2};
    ret->subids = zero_dot_zero;
    return;
  case 6:
    *ret = (struct smi_value){.type = SMI_OPAQUE, .len = sizeof(opaque_float)};
    ret->bytes = opaque_float;
    return;
  case 7:
    *ret = (struct smi_value){.type = SMI_INTEGER32};
    ret->number = -(int64_t)row;
    return;
  default:
    *ret = (struct smi_value){.type = SMI_GAUGE32};
    ret->number = row * 100 + column;
  }
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret) {
  (void)ctx;
  (void)context;
  if (!oid_starts_with(name->sub, name->len, entry, ENTRY_LEN))
    return;
  ret->type = SMI_NO_SUCH_INSTANCE;
  if (name->len != ENTRY_LEN + 2)
    return;
  uint32_t column = name->sub[ENTRY_LEN], row = name->sub[ENTRY_LEN + 1];
  if (column >= FIRST_COLUMN && column <= LAST_COLUMN && row >= 1 && row <= n_rows)
    set_value(column, row, ret);
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret) {
  (void)ctx;
  (void)context;
  const struct oid *from = &range->start;
  uint32_t column = FIRST_COLUMN, row = 1;
  if (oid_starts_with(from->sub, from->len, entry, ENTRY_LEN) && from->len > ENTRY_LEN) {
    column = from->sub[ENTRY_LEN];
    if (from->len > ENTRY_LEN + 1)
      row = from->sub[ENTRY_LEN + 1] + (from->len > ENTRY_LEN + 2 || !range->include);
  }
  if (column < FIRST_COLUMN) {
    column = FIRST_COLUMN;
    row = 1;
  }
  row = row > 0 ? row : 1;
  if (row > n_rows) {
    column++;
    row = 1;
  }
  if (column > LAST_COLUMN || n_rows == 0)
    return false;
  memcpy(ret_name->sub, entry, sizeof(entry));
  ret_name->sub[ENTRY_LEN] = column;
  ret_name->sub[ENTRY_LEN + 1] = row;
  ret_name->len = ENTRY_LEN + 2;
  set_value(column, row, ret);
  return true;
}

static enum agentx_error test_set(void *ctx, const char *context,
                                  const struct agentx_varbind *vb) {
  (void)ctx;
  (void)context;
  fprintf(stderr, "test_set type %d len %u\n", vb->value.type, vb->value.len);
  if (vb->name.len != ENTRY_LEN + 2 || vb->name.sub[ENTRY_LEN] != 2)
    return AGENTX_NOT_WRITABLE;
  return vb->value.type == SMI_GAUGE32 ? AGENTX_NO_ERROR : AGENTX_WRONG_TYPE;
}

static enum agentx_error commit_set(void *ctx) {
  (void)ctx;
  fprintf(stderr, "commit_set\n");
  return AGENTX_NO_ERROR;
}

static enum agentx_error undo_set(void *ctx) {
  (void)ctx;
  fprintf(stderr, "undo_set\n");
  return AGENTX_NO_ERROR;
}

static void cleanup_set(void *ctx) {
  (void)ctx;
  fprintf(stderr, "cleanup_set\n");
}

static void registered(void *ctx, const struct agentx_region *region, int error) {
  (void)ctx;
  char text[OID_TEXT_SIZE];
  fprintf(stderr, "region %s: %s\n",
          oid_format(region->subtree.sub, region->subtree.len, text, sizeof(text)),
          agentx_error_name(error));
}

static void say(void *ctx, int severity, const char *message) {
  (void)ctx;
  fprintf(stderr, "<%d> %s\n", severity, message);
}

static const struct agentx_ops ops = {
    .get = get,
    .get_next = get_next,
    .test_set = test_set,
    .commit_set = commit_set,
    .undo_set = undo_set,
    .cleanup_set = cleanup_set,
    .registered = registered,
};

static int register_columns(struct agentx *a, const char *context, bool as_range) {
  struct agentx_region region = {.context = context, .priority = 127};
  memcpy(region.subtree.sub, entry, sizeof(entry));
  region.subtree.len = ENTRY_LEN + 1;
  if (as_range) {
    region.range_subid = ENTRY_LEN + 1;
    region.upper_bound = LAST_COLUMN;
  }
  int status = 0;
  for (uint32_t c = FIRST_COLUMN; status == 0 && c <= (as_range ? 2 : LAST_COLUMN); c++) {
    region.subtree.sub[ENTRY_LEN] = c;
    status = agentx_add_region(a, &region);
  }
  return status;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: bare ADDRESS ROWS [RANGE]\n");
    return 2;
  }
  n_rows = strtoul(argv[2], NULL, 10);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);

  struct agentx *a = NULL;
  struct agentx_options options = {.address = argv[1], .description = "bare", .log = say};
  int status = agentx_new(&options, &ops, NULL, &a);
  if (status == 0)
    status = register_columns(a, "", argc > 3);
  if (status == 0 && argc > 4)
    status = register_columns(a, argv[4], false);
  if (status == 0)
    status = agentx_start(a);
  if (status != 0) {
    fprintf(stderr, "bare: %s\n", strerror(-status));
    return 1;
  }
  int sig;
  sigwait(&set, &sig);
  agentx_free(a);
  return 0;
}
