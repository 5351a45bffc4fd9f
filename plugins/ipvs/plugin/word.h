// SPDX-License-Identifier: MIT
// What does keepalived say of a real server that left the kernel?

#ifndef HA_IPVS_WORD_H
#define HA_IPVS_WORD_H

#include "core/memory.h"

// An ipvs_word_fn: asks collectd's cache for what the plugin vrrp has read of
// keepalived's checkers. The context is not used. Any thread.
enum ipvs_word ipvs_keepalived_word(void *context, const char *service,
                                    const char *destination);

#endif
