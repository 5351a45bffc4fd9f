// SPDX-License-Identifier: MIT
// A fast SNMP client: asks one table in one way for a while and counts.
//
//   client walk SECONDS          GETNEXT, one variable binding a request
//   client column SECONDS        GETBULK of one column, 50 repetitions
//   client wide SECONDS          GETBULK of ten columns, 25 repetitions
//   client get SECONDS ROWS      GETs of random cells
//   client until SECONDS ROWS    GETs of the last row's last cell until it is there
//
// Prints "VARBINDS SECONDS MEDIAN_US NOW": bindings that came, in how long, the median
// of one request, and the monotonic clock. Reading starts over at the table's end.
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <time.h>
#include <unistd.h>

#define SUBID oid
#include "rows.h"

enum { COLUMNS = LAST_COLUMN - FIRST_COLUMN + 1, TIMES_MAX = 1 << 22 };

static netsnmp_session *session;
static struct {
  size_t varbinds;
  size_t n_times;
  float *times;
} count;

static double now(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec + ts.tv_nsec / 1e9;
}

// Sends and waits; NULL if nothing came or an error did.
static netsnmp_pdu *ask(netsnmp_pdu *pdu) {
  netsnmp_pdu *response = NULL;
  double before = now();
  int status = snmp_synch_response(session, pdu, &response);
  if (count.n_times < TIMES_MAX)
    count.times[count.n_times++] = (now() - before) * 1e6;
  if (status == STAT_SUCCESS && response->errstat == SNMP_ERR_NOERROR)
    return response;
  snmp_free_pdu(response);
  return NULL;
}

struct cursor {
  oid name[MAX_OID_LEN];
  size_t length;
};

static void to_column(struct cursor *c, oid column) {
  memcpy(c->name, entry, sizeof(entry));
  c->name[ENTRY_LEN] = column;
  c->length = ENTRY_LEN + 1;
}

// Moves on to what was answered; false if that is no longer in [`first`, `last`].
static bool advance(struct cursor *c, const netsnmp_variable_list *vb, oid first,
                    oid last) {
  if (vb->type != ASN_GAUGE || vb->name_length != CELL_LEN ||
      memcmp(vb->name, entry, sizeof(entry)) != 0 || vb->name[ENTRY_LEN] < first ||
      vb->name[ENTRY_LEN] > last)
    return false;
  memcpy(c->name, vb->name, vb->name_length * sizeof(oid));
  c->length = vb->name_length;
  count.varbinds++;
  return true;
}

// One request from where the cursors of `columns` columns are. Returns false at the
// end of the first of them.
static bool bulk(struct cursor *cursors, int columns, long repetitions, oid first,
                 oid last) {
  netsnmp_pdu *pdu =
      snmp_pdu_create(repetitions > 1 ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);
  if (repetitions > 1) {
    pdu->non_repeaters = 0;
    pdu->max_repetitions = repetitions;
  }
  for (int i = 0; i < columns; i++)
    snmp_add_null_var(pdu, cursors[i].name, cursors[i].length);
  netsnmp_pdu *response = ask(pdu);
  if (response == NULL)
    return false;
  bool more = response->variables != NULL;
  int i = 0;
  for (netsnmp_variable_list *vb = response->variables; vb != NULL && more;
       vb = vb->next_variable, i = (i + 1) % columns)
    more = advance(&cursors[i], vb, first + (columns > 1 ? i : 0),
                   columns > 1 ? first + i : last);
  snmp_free_pdu(response);
  return more;
}

static void walk(double until) {
  struct cursor c;
  while (now() < until) {
    to_column(&c, FIRST_COLUMN);
    while (now() < until && bulk(&c, 1, 1, FIRST_COLUMN, LAST_COLUMN))
      ;
  }
}

static void read_columns(double until) {
  struct cursor c;
  for (oid column = FIRST_COLUMN; now() < until;
       column = column < LAST_COLUMN ? column + 1 : FIRST_COLUMN) {
    to_column(&c, column);
    while (now() < until && bulk(&c, 1, 50, column, column))
      ;
  }
}

static void read_wide(double until) {
  struct cursor cursors[COLUMNS];
  while (now() < until) {
    for (int i = 0; i < COLUMNS; i++)
      to_column(&cursors[i], FIRST_COLUMN + i);
    while (now() < until && bulk(cursors, COLUMNS, 25, FIRST_COLUMN, LAST_COLUMN))
      ;
  }
}

static bool get(size_t row, oid column) {
  struct cursor c;
  to_column(&c, column);
  rows_index(row, c.name + c.length);
  c.length += INDEX_LEN;
  netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
  snmp_add_null_var(pdu, c.name, c.length);
  netsnmp_pdu *response = ask(pdu);
  bool there = response != NULL && advance(&c, response->variables, column, column);
  if (response != NULL)
    snmp_free_pdu(response);
  return there;
}

static void get_random(double until, size_t rows) {
  srandom(1);
  while (now() < until)
    get(1 + random() % rows, FIRST_COLUMN + random() % COLUMNS);
}

static void wait_for(double until, size_t rows) {
  while (!get(rows, LAST_COLUMN) && now() < until)
    usleep(2000);
}

static int by_size(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static int open_session(void) {
  netsnmp_session wanted;
  netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
  init_snmp("client");
  snmp_sess_init(&wanted);
  wanted.peername = "udp:127.0.0.1:161";
  wanted.version = SNMP_VERSION_2c;
  wanted.community = (u_char *)"public";
  wanted.community_len = strlen("public");
  wanted.timeout = 5000000;
  wanted.retries = 0;
  session = snmp_open(&wanted);
  return session != NULL ? 0 : -1;
}

int main(int argc, char **argv) {
  count.times = calloc(TIMES_MAX, sizeof(count.times[0]));
  size_t rows = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
  if (argc < 3 || rows > ROWS_MAX || count.times == NULL || open_session() != 0)
    return 2;
  const char *how = argv[1];
  double begin = now(), until = begin + strtod(argv[2], NULL);
  if (strcmp(how, "walk") == 0)
    walk(until);
  else if (strcmp(how, "column") == 0)
    read_columns(until);
  else if (strcmp(how, "wide") == 0)
    read_wide(until);
  else if (strcmp(how, "get") == 0 && rows > 0)
    get_random(until, rows);
  else if (strcmp(how, "until") == 0 && rows > 0)
    wait_for(until, rows);
  else
    return 2;
  double took = now() - begin;
  qsort(count.times, count.n_times, sizeof(count.times[0]), by_size);
  printf("%zu %.6f %.1f %.6f\n", count.varbinds, took,
         count.n_times > 0 ? count.times[count.n_times / 2] : 0, now());
  return 0;
}
