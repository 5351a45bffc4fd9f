// SPDX-License-Identifier: MIT
// How is it said that a namespace which Namespace chose cannot be entered?
#include "common/plugin/netns_trouble.h"

#include "daemon/collectd.h"

#include "utils/common/common.h"

#include <errno.h>

void ha_netns_trouble_text(const struct ha_netns_trouble *trouble, const char *done,
                           char text[HA_NETNS_TROUBLE_SIZE]) {
  if (trouble->status == 0)
    ssnprintf(text, HA_NETNS_TROUBLE_SIZE, "no Namespace is left that cannot be %s.",
              done);
  else if (trouble->status == -EUSERS)
    ssnprintf(text, HA_NETNS_TROUBLE_SIZE,
              "there are more than %d namespaces with a name: some are not %s, whatever "
              "Namespace says.",
              HA_NETNS_MAX, done);
  else
    ssnprintf(
        text, HA_NETNS_TROUBLE_SIZE,
        "Namespace \"%s\" is not %s: %s%s. It is tried again at every interval, and "
        "so are others that cannot be entered.",
        trouble->name, done, STRERROR(-trouble->status),
        trouble->status == -EPERM ? "; collectd needs the capability CAP_SYS_ADMIN for it"
                                  : "");
}
