// SPDX-License-Identifier: MIT
// What does keepalived say of a real server that left the kernel?
//
// While the plugin vrrp reads keepalived's checkers, their virtual and real servers are
// values in collectd's cache under the names that ours have.

#include "plugin/word.h"

#include "daemon/collectd.h"

#include "daemon/globals.h"
#include "daemon/plugin.h"
#include "daemon/utils_cache.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_cached(const char *service, const char *type, const char *type_instance) {
  char name[6 * DATA_MAX_NAME_LEN];
  gauge_t *numbers = NULL;
  size_t number_count = 0;
  snprintf(name, sizeof(name), "%s/ipvs-%s/%s-%s", hostname_g, service, type,
           type_instance);
  int status = uc_get_rate_by_name(name, &numbers, &number_count);
  free(numbers);
  return status == 0;
}

enum ipvs_word ipvs_keepalived_word(void *context, const char *service,
                                    const char *destination) {
  (void)context;
  if (is_cached(service, "keepalived_server", destination))
    return IPVS_WORD_KEPT;
  return is_cached(service, "keepalived_service", "up") ? IPVS_WORD_REMOVED
                                                        : IPVS_WORD_NONE;
}
