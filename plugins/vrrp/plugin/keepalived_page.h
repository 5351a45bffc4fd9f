// SPDX-License-Identifier: MIT
// Which values of keepalived were told, and which of them are to be taken back?
#ifndef HA_VRRP_PLUGIN_KEEPALIVED_PAGE_H
#define HA_VRRP_PLUGIN_KEEPALIVED_PAGE_H

#include "core/keepalived_value.h"

#include "daemon/plugin.h"
#include "utils/avltree/avltree.h"

// A value that was told, to be taken back when it is told no more.
struct vrrp_keepalived_told {
  enum vrrp_keepalived_kind kind;
  char plugin_instance[DATA_MAX_NAME_LEN];
  char type[DATA_MAX_NAME_LEN];
  char type_instance[DATA_MAX_NAME_LEN];
  bool is_counter;
  double gauge;
};

// What the present report told, and what the one before it told that was not said again.
// One thread may use it.
struct vrrp_keepalived_page {
  c_avl_tree_t *told, *before; // by itself
};

// 0 or -ENOMEM; destroy it in either case. It may be zeroed, too.
int vrrp_keepalived_page_init(struct vrrp_keepalived_page *page);
void vrrp_keepalived_page_destroy(struct vrrp_keepalived_page *page);

// A report begins: all that was told is now what was told before.
void vrrp_keepalived_page_turn(struct vrrp_keepalived_page *page);

// The entry of this value in the present report, made if need be: its gauge is the one
// told before, or NaN. NULL without memory, or if this report has told it already.
struct vrrp_keepalived_told *
vrrp_keepalived_page_find(struct vrrp_keepalived_page *page,
                          const struct vrrp_keepalived_told *wanted);

// One that was told before and not now, for the caller to free; NULL: there is none left.
struct vrrp_keepalived_told *
vrrp_keepalived_page_take_gone(struct vrrp_keepalived_page *page);

#endif
