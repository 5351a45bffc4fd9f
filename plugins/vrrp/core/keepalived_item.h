// SPDX-License-Identifier: MIT
// What does keepalived say about one virtual address, route or rule?
#ifndef HA_VRRP_KEEPALIVED_ITEM_H
#define HA_VRRP_KEEPALIVED_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// keepalived writes each of them as one line of words, "10.0.0.1/24 dev eth0
// scope global set". Longer words are cut, more facts are dropped.
enum {
  VRRP_KEEPALIVED_WORD_SIZE = 64,
  VRRP_KEEPALIVED_FACTS_MAX = 48,
  VRRP_KEEPALIVED_HOPS_MAX = 64,
};

// One thing said. What was not said has no fact, so "unknown" and "0" differ.
struct vrrp_keepalived_fact {
  const char *key; // static, for example "prefix"
  bool is_text;
  int64_t number;                       // if not is_text
  char text[VRRP_KEEPALIVED_WORD_SIZE]; // if is_text; addresses in canonical form
};

// All that one line says. A line that makes no sense is an item without facts,
// so that the position of the others stays true.
struct vrrp_keepalived_item {
  size_t fact_count, hop_count;
  struct vrrp_keepalived_fact *facts;
  struct vrrp_keepalived_item *hops; // a route's next hops, in their order
};

// The keys, by kind of item:
//
//   address  family (4 or 6), address, prefix, broadcast, peer, ifname,
//            base_ifname, vmac, scope, label, set, deprecated, no_track …
//   route    family, type ("unicast", "blackhole" …; "ecmp" with next hops),
//            destination, prefix, from, from_prefix, source, gateway, ifname, table,
//            protocol, scope, metric, tos, mtu, rtt …, with a KEY_lock for each
//            metric that may be locked; encap_*; realm_src, realm_dst
//   rule     family, invert, from, from_prefix, to, to_prefix, preference, tos,
//            fwmark, fwmask, iif, oif, action, table, target …
//
// scope, protocol, table and action are the numbers of linux/rtnetlink.h and
// linux/fib_rules.h; rtt, rttvar and rto_min are milliseconds, expires seconds.
// Where keepalived leaves out what is usual (the main table, metric 0) it is told.

// Each parses one line. Returns 0, -EBADMSG if it does not start as it must, or
// -ENOMEM; *ret_item only on success. The caller owns what it points to.
int vrrp_keepalived_address_parse(const char *line,
                                  struct vrrp_keepalived_item *ret_item);
int vrrp_keepalived_route_parse(const char *line, struct vrrp_keepalived_item *ret_item);
int vrrp_keepalived_rule_parse(const char *line, struct vrrp_keepalived_item *ret_item);

// Frees what the item points to, not the item; an empty one is fine.
void vrrp_keepalived_item_clear(struct vrrp_keepalived_item *item);

// The fact of that key, or NULL if it was not said.
const struct vrrp_keepalived_fact *
vrrp_keepalived_item_fact(const struct vrrp_keepalived_item *item, const char *key);

// The text of a fact, or "" if it was not said.
const char *vrrp_keepalived_item_text(const struct vrrp_keepalived_item *item,
                                      const char *key);

// The number of a fact, or `otherwise` if it was not said.
int64_t vrrp_keepalived_item_number(const struct vrrp_keepalived_item *item,
                                    const char *key, int64_t otherwise);

#endif
