// SPDX-License-Identifier: MIT
// What does the agentx room give without collectd? The same table as the floor's.
//
//   bare ADDRESS ROWS
#include <signal.h>

#define SUBID uint32_t
#include "rows.h"

#include "io/agentx.h"

static struct rows table;

static void set_value(struct smi_value *ret, const struct row *row, uint32_t column) {
  *ret = (struct smi_value){.type = SMI_GAUGE32};
  ret->number = rows_value(row, column);
}

static void get(void *ctx, const char *context, const struct oid *name,
                struct smi_value *ret_value) {
  (void)ctx;
  (void)context;
  uint32_t column;
  const struct row *row = rows_get(&table, name->sub, name->length, &column);
  if (row != NULL)
    set_value(ret_value, row, column);
  else
    ret_value->type = SMI_NO_SUCH_INSTANCE;
}

static bool get_next(void *ctx, const char *context, const struct agentx_range *range,
                     struct oid *ret_name, struct smi_value *ret_value) {
  (void)ctx;
  (void)context;
  uint32_t column;
  const struct row *row = rows_next(&table, range->start.sub, range->start.length,
                                    !range->include, ret_name->sub, &column);
  if (row == NULL)
    return false;
  ret_name->length = CELL_LEN;
  set_value(ret_value, row, column);
  return true;
}

static void say(void *ctx, int severity, const char *message) {
  (void)ctx;
  (void)severity;
  fprintf(stderr, "%s\n", message);
}

static const struct agentx_ops ops = {.get = get, .get_next = get_next};

static int register_columns(struct agentx *a) {
  struct agentx_region region = {.context = "", .priority = 127};
  memcpy(region.subtree.sub, entry, sizeof(entry));
  region.subtree.length = ENTRY_LEN + 1;
  int status = 0;
  for (uint32_t c = FIRST_COLUMN; status == 0 && c <= LAST_COLUMN; c++) {
    region.subtree.sub[ENTRY_LEN] = c;
    status = agentx_add_region(a, &region);
  }
  return status;
}

int main(int argc, char **argv) {
  if (argc != 3 || rows_make(&table, strtoul(argv[2], NULL, 10)) != 0) {
    fprintf(stderr, "usage: bare ADDRESS ROWS\n");
    return 2;
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);

  struct agentx *a = NULL;
  struct agentx_options options = {.address = argv[1], .description = "bare", .log = say};
  int status = agentx_new(&options, &ops, NULL, &a);
  if (status == 0)
    status = register_columns(a);
  if (status == 0)
    status = agentx_start(a);
  if (status != 0) {
    fprintf(stderr, "bare: %s\n", strerror(-status));
    return 1;
  }
  int signal;
  sigwait(&set, &signal);
  agentx_free(a);
  return 0;
}
