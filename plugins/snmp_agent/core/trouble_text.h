// SPDX-License-Identifier: MIT
// How is a person told why a value isn't served?
#ifndef HA_SNMP_AGENT_TROUBLE_TEXT_H
#define HA_SNMP_AGENT_TROUBLE_TEXT_H

#include <stddef.h>

#include "core/rule.h"
#include "core/trouble.h"

enum { TROUBLE_NAME_SIZE = 256, TROUBLE_TEXT_SIZE = 2048 };

struct trouble_report {
  const struct data_rule *rule;
  enum trouble trouble;
  size_t part; // which column or part of the index, from 0
  // What does not fit, or the identifier of the value that has the cell; cut off.
  char value[TROUBLE_NAME_SIZE];
};

// Writes "is not served", or how it is, where and why. Returns `buf`.
char *trouble_format(const struct trouble_report *report, char *buf, size_t size);

// What went wrong for the first time in one call; more is dropped.
struct trouble_list {
  struct trouble_report reports[4];
  size_t report_count;
};

#endif
