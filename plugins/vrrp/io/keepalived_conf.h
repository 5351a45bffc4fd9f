// SPDX-License-Identifier: MIT
// How are keepalived's configuration files found and read?
#ifndef HA_VRRP_IO_KEEPALIVED_CONF_H
#define HA_VRRP_IO_KEEPALIVED_CONF_H

#include "core/keepalived_conf.h"

// Reads the file and what it includes into *conf, which begins zeroed: at most 1 MB a
// file, 256 files, eight deep. Returns 0 or -errno; then what is in *conf is not all. The
// caller clears it in any case. Any thread may call it.
int vrrp_keepalived_conf_load(const char *path, struct vrrp_keepalived_conf *conf);

#endif
