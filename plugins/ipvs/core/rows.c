// SPDX-License-Identifier: MIT
// Which virtual and real servers has keepalived, and what does the kernel count for each?

#include "core/rows.h"

#include "common/core/array.h"
#include "common/core/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- sorted by name -----------------------------------------------------------------

static int compare_names(const struct ipvs_row_name *a, const struct ipvs_row_name *b) {
  int order = strcmp(a->service, b->service);
  return order != 0 ? order : strcmp(a->server, b->server);
}

static int compare_with_row(const void *name, const void *element) {
  struct ipvs_row *const *row = element;
  return compare_names(name, &(*row)->name);
}

static struct ha_sorted by_name(const struct ipvs_rows *rows) {
  return (struct ha_sorted){rows->list, rows->count, sizeof(*rows->list),
                            compare_with_row};
}

static struct ipvs_row *find(const struct ipvs_rows *rows,
                             const struct ipvs_row_name *name) {
  const struct ha_sorted sorted = by_name(rows);
  struct ipvs_row **row = ha_search_find(&sorted, name);
  return row != NULL ? *row : NULL;
}

const struct ipvs_row *ipvs_rows_find(const struct ipvs_rows *rows,
                                      const struct ipvs_row_name *name) {
  return find(rows, name);
}

static int insert(struct ipvs_rows *rows, const struct ipvs_row *row) {
  const struct ha_sorted sorted = by_name(rows);
  size_t place = ha_search(&sorted, &row->name);
  if (rows->count >= IPVS_ROWS_MAX)
    return -E2BIG;
  struct ipvs_row **list = ha_array_room(rows->list, rows->count, sizeof(*list));
  if (list == NULL)
    return -ENOMEM;
  rows->list = list;
  struct ipvs_row *new = malloc(sizeof(*new));
  if (new == NULL)
    return -ENOMEM;
  *new = *row;
  ha_array_open_gap(list, rows->count++, sizeof(*list), place);
  list[place] = new;
  return 0;
}

int ipvs_rows_put(struct ipvs_rows *rows, const struct ipvs_row *row) {
  struct ipvs_row *known = find(rows, &row->name);
  if (known == NULL)
    return insert(rows, row);
  bool is_told = known->is_told;
  *known = *row;
  known->is_told = is_told;
  return 0;
}

void ipvs_rows_lose(struct ipvs_rows *rows, const struct ipvs_row_name *name) {
  const struct ha_sorted sorted = by_name(rows);
  struct ipvs_row **row = ha_search_find(&sorted, name);
  if (row == NULL)
    return;
  (*row)->position = 0;
  if ((*row)->is_told)
    return;
  size_t place = (size_t)(row - rows->list);
  free(*row);
  ha_array_take_out(rows->list, rows->count--, sizeof(*rows->list), place);
}

static bool is_of(const struct ipvs_row *row, const char *netns) {
  return strcmp(row->netns, netns) == 0;
}

void ipvs_rows_sweep(struct ipvs_rows *rows, const char *netns) {
  size_t kept = 0;
  for (size_t i = 0; i < rows->count; i++)
    if (rows->list[i]->position > 0 || !is_of(rows->list[i], netns))
      rows->list[kept++] = rows->list[i];
    else
      free(rows->list[i]);
  rows->count = kept;
}

void ipvs_rows_leave(struct ipvs_rows *rows, const char *netns) {
  ipvs_rows_sweep(rows, netns);
  for (size_t i = 0; i < rows->count; i++)
    if (is_of(rows->list[i], netns))
      rows->list[i]->is_told = false;
}

void ipvs_rows_clear(struct ipvs_rows *rows) {
  for (size_t i = 0; i < rows->count; i++)
    free(rows->list[i]);
  free(rows->list);
  *rows = (struct ipvs_rows){0};
}

// --- counting -----------------------------------------------------------------------

static struct ipvs_row *find_row(const struct ipvs_rows *rows, const char *service,
                                 const char *server) {
  struct ipvs_row_name name;
  snprintf(name.service, sizeof(name.service), "%s", service);
  snprintf(name.server, sizeof(name.server), "%s", server);
  return find(rows, &name);
}

static void add_stats(struct ipvs_stats *sum, const struct ipvs_stats *more) {
  sum->connections += more->connections;
  sum->in_packets += more->in_packets;
  sum->out_packets += more->out_packets;
  sum->in_octets += more->in_octets;
  sum->out_octets += more->out_octets;
  sum->connection_rate += more->connection_rate;
  sum->in_packet_rate += more->in_packet_rate;
  sum->out_packet_rate += more->out_packet_rate;
  sum->in_octet_rate += more->in_octet_rate;
  sum->out_octet_rate += more->out_octet_rate;
}

static void add_server(const struct ipvs_rows *rows, const char *service,
                       const struct ipvs_destination *server) {
  struct ipvs_row *row = find_row(rows, service, server->name);
  if (row == NULL)
    return;
  add_stats(&row->stats, &server->stats);
  row->active += server->active;
  row->inactive += server->inactive;
  row->persistent += server->persistent;
}

// Adds one of the kernel's virtual servers and its real servers to a row and its own.
static void add_service(const struct ipvs_rows *rows, struct ipvs_row *row,
                        const struct ipvs_service *service) {
  add_stats(&row->stats, &service->stats);
  row->active += service->sums.active;
  row->inactive += service->sums.inactive;
  row->persistent += service->sums.persistent;
  for (size_t i = 0; i < service->destination_count; i++)
    add_server(rows, row->name.service, &service->destinations[i]);
}

// Whether the kernel's virtual server is what this row of a group makes of the member.
static bool is_made_of(const struct ipvs_service_key *key, const struct ipvs_row *row,
                       const struct ipvs_row *member) {
  const struct ipvs_range *range = &member->range;
  if (row->family != 0 && row->family != key->family)
    return false;
  if (range->fwmark != 0 || key->fwmark != 0)
    return range->fwmark == key->fwmark;
  return (row->protocol == 0 || row->protocol == key->protocol) &&
         member->family == key->family && range->port == key->port &&
         memcmp(range->first, key->address, sizeof(key->address)) <= 0 &&
         memcmp(key->address, range->last, sizeof(key->address)) <= 0;
}

static void add_member(const struct ipvs_rows *rows, struct ipvs_row *row,
                       const struct ipvs_row *member,
                       const struct ipvs_snapshot *snapshot) {
  for (size_t i = 0; i < snapshot->service_count; i++)
    if (is_made_of(&snapshot->services[i].key, row, member))
      add_service(rows, row, &snapshot->services[i]);
}

static bool is_member(const struct ipvs_row *member, const struct ipvs_row *group) {
  return member->kind == IPVS_ROW_MEMBER && is_of(member, group->netns) &&
         strcmp(member->group, group->group) == 0;
}

static void count_group(const struct ipvs_rows *rows, struct ipvs_row *row,
                        const struct ipvs_snapshot *snapshot) {
  for (size_t i = 0; i < rows->count; i++) {
    const struct ipvs_row *member = rows->list[i];
    if (is_member(member, row))
      add_member(rows, row, member, snapshot);
  }
}

static bool is_group(const struct ipvs_row *row) {
  return row->kind == IPVS_ROW_SERVICE && row->group[0] != '\0';
}

static void clear_counts(struct ipvs_rows *rows, const char *netns) {
  for (size_t i = 0; i < rows->count; i++) {
    struct ipvs_row *row = rows->list[i];
    if (!is_of(row, netns))
      continue;
    row->stats = (struct ipvs_stats){0};
    row->active = row->inactive = row->persistent = 0;
  }
}

// Whether keepalived's virtual server is this one of the kernel's, or has it as a part.
static bool is_row_of(const struct ipvs_rows *rows, const struct ipvs_row *row,
                      const struct ipvs_service *service) {
  if (!is_group(row))
    return strcmp(row->name.service, service->name) == 0;
  for (size_t i = 0; i < rows->count; i++) {
    const struct ipvs_row *member = rows->list[i];
    if (is_member(member, row) && is_made_of(&service->key, row, member))
      return true;
  }
  return false;
}

enum ipvs_word ipvs_rows_word(const struct ipvs_rows *rows, const char *netns,
                              const struct ipvs_service *service, const char *server) {
  enum ipvs_word word = IPVS_WORD_NONE;
  for (size_t i = 0; i < rows->count && word != IPVS_WORD_KEPT; i++) {
    const struct ipvs_row *row = rows->list[i];
    if (row->kind != IPVS_ROW_SERVICE || row->position == 0 || !is_of(row, netns) ||
        !is_row_of(rows, row, service))
      continue;
    const struct ipvs_row *kept = find_row(rows, row->name.service, server);
    word = kept != NULL && kept->position > 0 ? IPVS_WORD_KEPT : IPVS_WORD_REMOVED;
  }
  return word;
}

void ipvs_rows_count(struct ipvs_rows *rows, const char *netns,
                     const struct ipvs_snapshot *snapshot) {
  clear_counts(rows, netns);
  for (size_t i = 0; i < snapshot->service_count; i++) {
    const struct ipvs_service *service = &snapshot->services[i];
    struct ipvs_row *row = find_row(rows, service->name, "");
    if (row != NULL && !is_group(row))
      add_service(rows, row, service);
  }
  for (size_t i = 0; i < rows->count; i++)
    if (is_group(rows->list[i]) && is_of(rows->list[i], netns))
      count_group(rows, rows->list[i], snapshot);
}
