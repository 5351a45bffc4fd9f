// SPDX-License-Identifier: MIT
// Meta data of values that a test hands the plugin.

#ifndef HA_TESTS_IPVS_META_H
#define HA_TESTS_IPVS_META_H

#include "daemon/collectd.h"

#include "daemon/plugin.h"
#include "utils/metadata/meta_data.h"

// "key=value" lines; a value of digits is a number.
struct meta_data_s {
  const char *text;
};

#endif
