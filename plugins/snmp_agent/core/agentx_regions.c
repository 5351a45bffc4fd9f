// SPDX-License-Identifier: MIT
// Which regions shall the master give us, which has it given, and what is to be asked
// for next?
#include "core/agentx_regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum state { ABSENT, REGISTERING, HELD };

struct agentx_regions_entry {
  struct agentx_region region; // owns its context
  enum state state;
  int refused; // the master's last word, 0 if it had no objection
  uint64_t retry_at;
};

void agentx_regions_init(struct agentx_regions *r, uint32_t refused_ms) {
  *r = (struct agentx_regions){.due = UINT64_MAX, .refused_ms = refused_ms};
}

static void free_entry(struct agentx_regions_entry *e) {
  if (e == NULL)
    return;
  free((char *)e->region.context);
  free(e);
}

void agentx_regions_free(struct agentx_regions *r) {
  for (size_t i = 0; i < r->n; i++)
    free_entry(r->items[i]);
  free(r->items);
  agentx_regions_init(r, r->refused_ms);
}

static int compare(const struct agentx_region *a, const struct agentx_region *b) {
  int order = strcmp(a->context, b->context);
  if (order != 0)
    return order;
  return oid_compare(a->subtree.sub, a->subtree.len, b->subtree.sub, b->subtree.len);
}

// Where `region` is, or belongs.
static size_t position(const struct agentx_regions *r, const struct agentx_region *region,
                       bool *ret_found) {
  size_t low = 0, high = r->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(&r->items[middle]->region, region);
    if (order == 0) {
      *ret_found = true;
      return middle;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *ret_found = false;
  return low;
}

static struct agentx_regions_entry *new_entry(const struct agentx_region *region) {
  struct agentx_regions_entry *e = calloc(1, sizeof(*e));
  char *context = strdup(region->context);
  if (e == NULL || context == NULL) {
    free(e);
    free(context);
    return NULL;
  }
  e->region = *region;
  e->region.context = context;
  return e;
}

static int insert(struct agentx_regions *r, size_t at,
                  const struct agentx_region *region) {
  if (r->n == r->size) {
    size_t size = r->size > 0 ? 2 * r->size : 16;
    void *items = realloc(r->items, size * sizeof(r->items[0]));
    if (items == NULL)
      return -ENOMEM;
    r->items = items;
    r->size = size;
  }
  struct agentx_regions_entry *e = new_entry(region);
  if (e == NULL)
    return -ENOMEM;
  memmove(&r->items[at + 1], &r->items[at], (r->n - at) * sizeof(r->items[0]));
  r->items[at] = e;
  r->n++;
  return 0;
}

int agentx_regions_add(struct agentx_regions *r, const struct agentx_region *region) {
  bool found;
  size_t at = position(r, region, &found);
  if (found)
    return -EEXIST;
  int status = insert(r, at, region);
  if (status == 0)
    r->due = 0;
  return status;
}

void agentx_regions_reset(struct agentx_regions *r) {
  for (size_t i = 0; i < r->n; i++) {
    r->items[i]->state = ABSENT;
    r->items[i]->retry_at = 0;
  }
  r->n_asked = 0;
  r->held_count = 0;
  r->cursor = 0;
  r->due = r->n > 0 ? 0 : UINT64_MAX;
}

// When an entry is to be asked for.
static uint64_t entry_due(const struct agentx_regions_entry *e) {
  return e->state == ABSENT ? e->retry_at : UINT64_MAX;
}

static int ask(struct agentx_regions *r, struct agentx_regions_entry *e,
               struct agentx_header *h, struct agentx_writer *out) {
  h->packet_id++;
  int status = agentx_write_register(out, *h, &e->region);
  if (status != 0)
    return status;
  e->state = REGISTERING;
  r->asked[r->n_asked].packet_id = h->packet_id;
  r->asked[r->n_asked++].entry = e;
  return 0;
}

int agentx_regions_pump(struct agentx_regions *r, uint64_t now, struct agentx_header *h,
                        struct agentx_writer *out) {
  if (agentx_regions_due(r) > now)
    return 0;
  uint64_t due = UINT64_MAX;
  for (size_t i = 0; i < r->n && r->n_asked < AGENTX_REGIONS_WINDOW; i++) {
    r->cursor = r->cursor + 1 < r->n ? r->cursor + 1 : 0;
    struct agentx_regions_entry *e = r->items[r->cursor];
    uint64_t at = entry_due(e);
    int status = at <= now ? ask(r, e, h, out) : 0;
    if (status != 0)
      return status;
    if (at > now && at < due)
      due = at;
  }
  // A full window may have ended the search early: there is more once it has room.
  r->due = r->n_asked < AGENTX_REGIONS_WINDOW ? due : 0;
  return 0;
}

uint64_t agentx_regions_due(const struct agentx_regions *r) {
  return r->n_asked < AGENTX_REGIONS_WINDOW ? r->due : UINT64_MAX;
}

static struct agentx_regions_entry *take_asked(struct agentx_regions *r,
                                               uint32_t packet_id) {
  for (size_t i = 0; i < r->n_asked; i++) {
    if (r->asked[i].packet_id != packet_id)
      continue;
    struct agentx_regions_entry *e = r->asked[i].entry;
    r->asked[i] = r->asked[--r->n_asked];
    return e;
  }
  return NULL;
}

// Who holds the region may leave at any time, and nobody tells us.
static void retry_later(struct agentx_regions *r, struct agentx_regions_entry *e,
                        uint64_t now) {
  e->retry_at = now + r->refused_ms;
  if (e->retry_at < r->due)
    r->due = e->retry_at;
}

// Returns true if the master's word has changed.
static bool on_registered(struct agentx_regions *r, struct agentx_regions_entry *e,
                          int error, uint64_t now) {
  e->state = error == 0 ? HELD : ABSENT;
  if (error != 0)
    retry_later(r, e, now);
  r->held_count += error == 0;
  r->refused_count += (error != 0) - (e->refused != 0);
  bool changed = error != e->refused;
  e->refused = error;
  return changed;
}

bool agentx_regions_answer(struct agentx_regions *r, uint32_t packet_id, int error,
                           uint64_t now, const struct agentx_region **ret_news) {
  struct agentx_regions_entry *e = take_asked(r, packet_id);
  if (e == NULL)
    return false;
  *ret_news = on_registered(r, e, error, now) ? &e->region : NULL;
  return true;
}
