// SPDX-License-Identifier: MIT
// What would collectd make of these lines of collectd.conf?
#ifndef HA_TESTS_CONF_H
#define HA_TESTS_CONF_H

#include "daemon/collectd.h"

#include "daemon/configfile.h"

// Reads one block, a line a key: <Key "value">, Key "value" 5 true, </Key>. As in
// collectd, bare words are numbers, true (yes, on), false (no, off), or text. Ends the
// test where it makes no sense.
oconfig_item_t *conf_read(const char *text);
void conf_free(oconfig_item_t *item);

#endif
