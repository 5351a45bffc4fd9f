// SPDX-License-Identifier: MIT
// Which virtual and real servers has keepalived, and what does the kernel count for each?
//
// The kernel knows no groups: keepalived's one virtual server of a group is several of
// the kernel's, and a real server that failed its checks is none of them. So a group's
// row is the sum of its members, and what the kernel lacks has zeros, as keepalived
// counts.

#ifndef HA_IPVS_ROWS_H
#define HA_IPVS_ROWS_H

#include "core/memory.h"
#include "core/snapshot.h"

// Room for keepalived's names, which are those of collectd's values.
#define IPVS_ROW_NAME_MAX 128

// Most rows that are kept.
#define IPVS_ROWS_MAX 65536

enum ipvs_row_kind { IPVS_ROW_SERVICE, IPVS_ROW_SERVER, IPVS_ROW_MEMBER };

struct ipvs_row_name {
  char service[IPVS_ROW_NAME_MAX];
  char server[IPVS_ROW_NAME_MAX]; // "": the row is the virtual server itself
};

// What a member of a group covers: a firewall mark, or addresses with one port.
struct ipvs_range {
  uint32_t fwmark;             // 0: addresses
  uint16_t port;               // host byte order
  uint8_t first[16], last[16]; // network byte order; IPv4 in the first four bytes
};

struct ipvs_row {
  struct ipvs_row_name name;
  enum ipvs_row_kind kind;
  uint64_t said;                 // when, in the caller's unit
  uint32_t service, position;    // places in its configuration, from 1; position 0: gone
  char netns[IPVS_ROW_NAME_MAX]; // the network namespace's name; "": collectd's own
  char group[IPVS_ROW_NAME_MAX]; // of a service: "" has none; of a member
  uint16_t family, protocol;     // of a group's service: 0 is any; family of a member
  struct ipvs_range range;       // of a member
  bool is_told;                  // what is counted was
  struct ipvs_stats stats;       // of others, from here on: what is counted
  uint64_t active, inactive, persistent;
};

// Begins with zeros.
struct ipvs_rows {
  struct ipvs_row **list; // owned, sorted by name
  size_t count;
};

// The row of that name, or NULL. It lives until the next call that may change the rows.
const struct ipvs_row *ipvs_rows_find(const struct ipvs_rows *rows,
                                      const struct ipvs_row_name *name);

// Adds a row, or replaces the one of that name. 0, -ENOMEM, or -E2BIG beyond
// IPVS_ROWS_MAX.
int ipvs_rows_put(struct ipvs_rows *rows, const struct ipvs_row *row);

// keepalived has it no more: it is dropped at once or, if it was told, has position 0
// from now on, so that it can be taken back.
void ipvs_rows_lose(struct ipvs_rows *rows, const struct ipvs_row_name *name);

// Drops what is gone in the network namespace of that name.
void ipvs_rows_sweep(struct ipvs_rows *rows, const char *netns);

// Nobody tells what is counted in that network namespace any more: what is gone there is
// dropped, now and whenever it goes.
void ipvs_rows_leave(struct ipvs_rows *rows, const char *netns);

// Counts anew what a settled and remembered snapshot of that network namespace has for
// each row of it.
void ipvs_rows_count(struct ipvs_rows *rows, const char *netns,
                     const struct ipvs_snapshot *snapshot);

// What keepalived says of a real server, by its name, that left one of the kernel's
// virtual servers, which is remembered: in its own row, or in those of the groups that it
// is a member of.
enum ipvs_word ipvs_rows_word(const struct ipvs_rows *rows, const char *netns,
                              const struct ipvs_service *service, const char *server);

// Frees what is owned and leaves it empty.
void ipvs_rows_clear(struct ipvs_rows *rows);

#endif
