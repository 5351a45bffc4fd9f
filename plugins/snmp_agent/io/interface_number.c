// SPDX-License-Identifier: MIT
// Which ifIndex has an interface?
#include "io/interface_number.h"

#include <errno.h>
#include <net/if.h>

int interface_number(const char *name, struct raw_value *ret_number) {
  unsigned number = if_nametoindex(name);
  if (number == 0)
    return -ENOENT;
  *ret_number = (struct raw_value){.kind = RAW_UNSIGNED, .u = number};
  return 0;
}
