// SPDX-License-Identifier: MIT
// A collectd plugin that dispatches the benchmark's table, and then, to see what a
// dispatched value costs, the same values again and again.
//
//   <Plugin values>
//     Rows 1000
//     Rounds 0        # how often again, for the measurement
//     Report "/path"  # where the figures go, a line each: what, and how much
//   </Plugin>
#include "daemon/collectd.h"
#include "daemon/plugin.h"
#include "daemon/utils_cache.h"
#include "utils/common/common.h"

#include <malloc.h>
#include <time.h>
#include <unistd.h>

enum { COLUMNS = 10 };

static int rows = 1000, rounds;
static char report[256];
static cdtime_t stamp;
static int lap;

void module_register(void);

static double clock_s(clockid_t clock) {
  struct timespec ts;
  clock_gettime(clock, &ts);
  return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int configure(const char *key, const char *value) {
  if (strcasecmp(key, "Rows") == 0)
    rows = atoi(value);
  else if (strcasecmp(key, "Rounds") == 0)
    rounds = atoi(value);
  else if (strcasecmp(key, "Report") == 0)
    sstrncpy(report, value, sizeof(report));
  else
    return 1;
  return 0;
}

static void name(value_list_t *vl, int row, int column) {
  ssnprintf(vl->plugin_instance, sizeof(vl->plugin_instance), "row%06d", row);
  ssnprintf(vl->type_instance, sizeof(vl->type_instance), "c%d", column);
}

static value_list_t template(value_t *value) {
  value_list_t vl = VALUE_LIST_INIT;
  vl.values = value;
  vl.values_len = 1;
  vl.time = stamp;
  vl.interval = TIME_T_TO_CDTIME_T(86400);
  sstrncpy(vl.host, hostname_g, sizeof(vl.host));
  sstrncpy(vl.plugin, "values", sizeof(vl.plugin));
  sstrncpy(vl.type, "gauge", sizeof(vl.type));
  return vl;
}

// Differs from round to round.
static gauge_t number(int row, int column) {
  return row * 100.0 + column + lap;
}

static void dispatch_all(void) {
  value_t value;
  value_list_t vl = template(&value);
  for (int row = 1; row <= rows; row++) {
    for (int column = 1; column <= COLUMNS; column++) {
      name(&vl, row, column);
      value.gauge = number(row, column);
      plugin_dispatch_values(&vl);
    }
  }
}

// Waits until the last value of the latest round has reached the cache.
static void wait_cached(void) {
  value_t value;
  value_list_t vl = template(&value);
  char last[6 * DATA_MAX_NAME_LEN];
  name(&vl, rows, COLUMNS);
  FORMAT_VL(last, sizeof(last), &vl);
  for (;; usleep(1000)) {
    value_t *cached;
    size_t n;
    if (uc_get_value_by_name(last, &cached, &n) != 0)
      continue;
    bool there = cached[0].gauge == number(rows, COLUMNS);
    free(cached);
    if (there)
      return;
  }
}

static void measure_rounds(FILE *out) {
  for (int i = 0; i < rounds; i++) {
    double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    stamp += TIME_T_TO_CDTIME_T(1);
    lap++;
    dispatch_all();
    wait_cached();
    fprintf(out, "cpu %.9f\n",
            (clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (rows * COLUMNS));
  }
}

static void load(FILE *out) {
  stamp = cdtime();
  fprintf(out, "begin %.6f\n", clock_s(CLOCK_MONOTONIC));
  dispatch_all();
  wait_cached();
  fprintf(out, "cached %.6f\n", clock_s(CLOCK_MONOTONIC));
  fflush(out);
  measure_rounds(out);
  fprintf(out, "done %.6f\n", clock_s(CLOCK_MONOTONIC));
}

// The first time all values; then, each second, how many bytes are allocated. (Resident
// memory would tell how long the write queue once was.)
static int read_values(user_data_t *ud) {
  static bool loaded;
  (void)ud;
  FILE *out = fopen(report, "a");
  if (out == NULL)
    return -1;
  if (!loaded)
    load(out);
  loaded = true;
  struct mallinfo2 heap = mallinfo2();
  fprintf(out, "heap %zu\n", heap.uordblks + heap.hblkhd);
  fclose(out);
  return 0;
}

// A writer, lest collectd complain of each value that there is none.
static int write_nothing(const data_set_t *ds, const value_list_t *vl, user_data_t *ud) {
  (void)ds;
  (void)vl;
  (void)ud;
  return 0;
}

void module_register(void) {
  static const char *keys[] = {"Rows", "Rounds", "Report"};
  plugin_register_config("values", configure, keys, STATIC_ARRAY_SIZE(keys));
  plugin_register_complex_read(NULL, "values", read_values, TIME_T_TO_CDTIME_T(1), NULL);
  plugin_register_write("values", write_nothing, NULL);
}
