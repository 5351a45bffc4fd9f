// SPDX-License-Identifier: MIT
// A collectd for tests: it writes down what the plugin hands it.

#ifndef HA_TESTS_DAEMON_H
#define HA_TESTS_DAEMON_H

#include "daemon/collectd.h"

#include "daemon/plugin.h"

struct daemon {
  int (*config)(oconfig_item_t *);
  int (*init)(void);
  int (*read)(void);
  int (*notification)(const notification_t *, user_data_t *);
  int (*cache_event)(cache_event_t *, user_data_t *);
  int (*shutdown)(void);
  void (*told)(const value_list_t *); // what another thread does at each value; or NULL
  bool has_agent;                     // snmp_agent is loaded
  bool dispatches;                    // notifications go to the plugin's own callback
  cdtime_t now;
  char cache[1024];   // identifiers that it has, a line each
  char log[4096];     // a line each
  char ahead[16384];  // "NAME META-DATA-COUNT", -1 without any, and as below, a line each
  char values[16384]; // "INSTANCE/TYPE-TYPE_INSTANCE NUMBER …", a line each
  char places[4096];  // numbers of values' meta data, "KEY=NUMBER", a line each
  size_t ahead_of_messages; // so much of `ahead` came before the first notification
  char messages[4096];      // of notifications, a line each
  char flags[4096];         // their meta data that are true, a line each
};

extern struct daemon collectd;

// Forgets what was written down.
void daemon_forget(void);

// True if it was logged; for those whose plugin has threads.
bool daemon_logged(const char *text);

#endif
