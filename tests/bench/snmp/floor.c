// SPDX-License-Identifier: MIT
// The least that libnetsnmpagent needs for the benchmark's table: one registration,
// binary search, the library's own event loop.
//
//   floor ADDRESS ROWS
//
// On SIGTERM it tells the longest time that one turn of its loop took, in
// milliseconds: turns are never meant to take longer than a second.
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <signal.h>
#include <time.h>

#define SUBID oid
#include "rows.h"

static struct rows table;
static volatile sig_atomic_t stop;

static void set_value(netsnmp_variable_list *vb, const struct row *row, oid column) {
  uint32_t value = rows_value(row, column);
  snmp_set_var_typed_integer(vb, ASN_GAUGE, value);
}

static void answer_get(netsnmp_agent_request_info *info, netsnmp_request_info *request) {
  netsnmp_variable_list *vb = request->requestvb;
  oid column;
  const struct row *row = rows_get(&table, vb->name, vb->name_length, &column);
  if (row != NULL)
    set_value(vb, row, column);
  else
    netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
}

static void answer_next(netsnmp_request_info *request) {
  netsnmp_variable_list *vb = request->requestvb;
  oid name[CELL_LEN], column;
  const struct row *row =
      rows_next(&table, vb->name, vb->name_length, !request->inclusive, name, &column);
  if (row == NULL)
    return;
  snmp_set_var_objid(vb, name, CELL_LEN);
  set_value(vb, row, column);
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
                  netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
  (void)handler;
  (void)reg;
  for (netsnmp_request_info *r = requests; r != NULL; r = r->next) {
    if (info->mode == MODE_GET)
      answer_get(info, r);
    else if (info->mode == MODE_GETNEXT)
      answer_next(r);
  }
  return SNMP_ERR_NOERROR;
}

static void on_signal(int signal) {
  (void)signal;
  stop = 1;
}

static double now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void tick(unsigned id, void *arg) {
  (void)id;
  (void)arg;
}

int main(int argc, char **argv) {
  if (argc != 3 || rows_make(&table, strtoul(argv[2], NULL, 10)) != 0) {
    fprintf(stderr, "usage: floor ADDRESS ROWS\n");
    return 2;
  }
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
  netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
  netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
  init_agent("floor");
  netsnmp_register_handler(netsnmp_create_handler_registration(
      "floor", handle, entry, ENTRY_LEN, HANDLER_CAN_RONLY));
  init_snmp("floor");
  snmp_alarm_register(1, SA_REPEAT, tick, NULL);

  double longest = 0;
  while (!stop) {
    double before = now_ms();
    agent_check_and_process(1);
    double took = now_ms() - before;
    longest = took > longest ? took : longest;
  }
  printf("%.0f\n", longest);
  fflush(stdout);
  _exit(0); // shutting down would talk to snmpd again
}
