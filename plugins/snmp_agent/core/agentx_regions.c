// SPDX-License-Identifier: MIT
// Which regions shall the master give us, which has it given, and what is to be asked
// for next?
#include "core/agentx_regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum state { ABSENT, REGISTERING, HELD, UNREGISTERING };

// 100,000 of them may be there, so that each has room for its own OID and no more.
struct agentx_regions_entry {
  struct ha_hash_link hash;
  struct agentx_regions_entry *next; // in the list in which it stands
  uint64_t retry_at;
  char *context; // behind `sub`
  int refused;   // the master's last word, 0 if it had no objection
  uint8_t state;
  uint8_t priority;
  bool wanted;
  bool listed;
  uint32_t sub_count;
  uint32_t sub[];
};

void agentx_regions_init(struct agentx_regions *r, uint32_t refused_ms) {
  *r = (struct agentx_regions){.refused_ms = refused_ms};
}

static void free_entry(struct ha_hash_link *link) {
  free(link);
}

void agentx_regions_free(struct agentx_regions *r) {
  ha_hash_clear(&r->entries, free_entry);
  agentx_regions_init(r, r->refused_ms);
}

// --- entries --------------------------------------------------------------------

static uint32_t hash_of(const struct agentx_region *region) {
  uint32_t hash = ha_hash_bytes(HA_HASH_SEED, region->context, strlen(region->context));
  return ha_hash_bytes(hash, region->subtree.sub,
                       region->subtree.length * sizeof(region->subtree.sub[0]));
}

static bool is_entry(const struct ha_hash_link *link, const void *key) {
  const struct agentx_regions_entry *e = (const struct agentx_regions_entry *)link;
  const struct agentx_region *region = key;
  return strcmp(e->context, region->context) == 0 &&
         oid_compare(e->sub, e->sub_count, region->subtree.sub, region->subtree.length) ==
             0;
}

static struct agentx_regions_entry *find(const struct agentx_regions *r,
                                         const struct agentx_region *region) {
  return (struct agentx_regions_entry *)ha_hash_find(&r->entries, hash_of(region),
                                                     is_entry, region);
}

static struct agentx_regions_entry *new_entry(const struct agentx_region *region) {
  size_t oid_length = region->subtree.length * sizeof(region->subtree.sub[0]);
  size_t context_length = strlen(region->context) + 1;
  struct agentx_regions_entry *e = malloc(sizeof(*e) + oid_length + context_length);
  if (e == NULL)
    return NULL;
  *e = (struct agentx_regions_entry){.state = ABSENT,
                                     .priority = region->priority,
                                     .sub_count = (uint32_t)region->subtree.length};
  memcpy(e->sub, region->subtree.sub, oid_length);
  e->context = (char *)e->sub + oid_length;
  memcpy(e->context, region->context, context_length);
  return e;
}

static void describe(const struct agentx_regions_entry *e, struct agentx_region *ret) {
  ret->context = e->context;
  ret->priority = e->priority;
  ret->subtree.length = e->sub_count;
  memcpy(ret->subtree.sub, e->sub, e->sub_count * sizeof(e->sub[0]));
}

static void forget(struct agentx_regions *r, struct agentx_regions_entry *e) {
  r->refused_count -= e->refused != 0;
  ha_hash_remove(&r->entries, &e->hash);
  free(e);
}

// --- lists of them --------------------------------------------------------------

static void push(struct agentx_regions_list *list, struct agentx_regions_entry *e) {
  if (e->listed)
    return;
  e->listed = true;
  e->next = NULL;
  if (list->first == NULL)
    list->first = e;
  else
    list->last->next = e;
  list->last = e;
}

static struct agentx_regions_entry *pop(struct agentx_regions_list *list) {
  struct agentx_regions_entry *e = list->first;
  list->first = e->next;
  e->listed = false;
  return e;
}

int agentx_regions_add(struct agentx_regions *r, const struct agentx_region *region) {
  struct agentx_regions_entry *e = find(r, region);
  if (e != NULL && e->wanted)
    return -EEXIST;
  if (e == NULL && r->entries.count == AGENTX_REGIONS_MAX)
    return -ENOBUFS;
  if (e == NULL) {
    e = new_entry(region);
    if (e == NULL || ha_hash_add(&r->entries, &e->hash, hash_of(region)) != 0) {
      free(e);
      return -ENOMEM;
    }
  }
  e->wanted = true;
  push(&r->todo, e);
  return 0;
}

int agentx_regions_remove(struct agentx_regions *r, const struct agentx_region *region) {
  struct agentx_regions_entry *e = find(r, region);
  if (e == NULL || !e->wanted)
    return -ENOENT;
  e->wanted = false;
  push(&r->todo, e);
  return 0;
}

static void start_anew(struct agentx_regions *r, struct agentx_regions_entry *e) {
  e->state = ABSENT;
  e->listed = false;
  if (e->wanted)
    push(&r->todo, e);
  else
    forget(r, e);
}

void agentx_regions_reset(struct agentx_regions *r) {
  r->todo.first = r->refused.first = NULL;
  r->asked_count = 0;
  r->held_count = 0;
  for (size_t i = 0; i < r->entries.bucket_count; i++)
    for (struct ha_hash_link *link = r->entries.buckets[i], *next; link; link = next) {
      next = link->next;
      start_anew(r, (struct agentx_regions_entry *)link);
    }
}

// --- what is asked --------------------------------------------------------------

static int ask(struct agentx_regions *r, struct agentx_regions_entry *e,
               struct agentx_header *h, struct agentx_writer *out) {
  struct agentx_region region;
  describe(e, &region);
  h->packet_id++;
  int status = e->wanted ? agentx_write_register(out, *h, &region)
                         : agentx_write_unregister(out, *h, &region);
  if (status != 0)
    return status;
  r->held_count -= e->state == HELD;
  e->state = e->wanted ? REGISTERING : UNREGISTERING;
  r->asked[r->asked_count].packet_id = h->packet_id;
  r->asked[r->asked_count++].entry = e;
  return 0;
}

static bool is_askable(const struct agentx_regions_entry *e) {
  return e->state == (e->wanted ? ABSENT : HELD);
}

// Does what the first entry needs, if anything.
static int do_first(struct agentx_regions *r, struct agentx_header *h,
                    struct agentx_writer *out) {
  struct agentx_regions_entry *e = r->todo.first;
  int status = is_askable(e) ? ask(r, e, h, out) : 0;
  if (status != 0)
    return status;
  pop(&r->todo);
  if (!e->wanted && e->state == ABSENT)
    forget(r, e);
  return 0;
}

int agentx_regions_pump(struct agentx_regions *r, uint64_t now, struct agentx_header *h,
                        struct agentx_writer *out) {
  while (r->refused.first != NULL && r->refused.first->retry_at <= now)
    push(&r->todo, pop(&r->refused));
  int status = 0;
  while (status == 0 && r->todo.first != NULL && r->asked_count < AGENTX_REGIONS_WINDOW)
    status = do_first(r, h, out);
  return status;
}

uint64_t agentx_regions_due(const struct agentx_regions *r) {
  if (r->asked_count == AGENTX_REGIONS_WINDOW)
    return UINT64_MAX;
  if (r->todo.first != NULL)
    return 0;
  return r->refused.first != NULL ? r->refused.first->retry_at : UINT64_MAX;
}

// --- what the master answers ----------------------------------------------------

static struct agentx_regions_entry *take_asked(struct agentx_regions *r,
                                               uint32_t packet_id) {
  for (size_t i = 0; i < r->asked_count; i++) {
    if (r->asked[i].packet_id != packet_id)
      continue;
    struct agentx_regions_entry *e = r->asked[i].entry;
    r->asked[i] = r->asked[--r->asked_count];
    return e;
  }
  return NULL;
}

// Who holds the region may leave at any time, and nobody tells us.
static void retry_later(struct agentx_regions *r, struct agentx_regions_entry *e,
                        uint64_t now) {
  e->retry_at = now + r->refused_ms;
  push(&r->refused, e);
}

// Returns true if the master's word has changed.
static bool on_registered(struct agentx_regions *r, struct agentx_regions_entry *e,
                          int error, uint64_t now) {
  e->state = error == 0 ? HELD : ABSENT;
  r->held_count += error == 0;
  if (!e->wanted) {
    push(&r->todo, e);
    return false;
  }
  if (error != 0)
    retry_later(r, e, now);
  bool changed = error != e->refused;
  r->refused_count += (error != 0) - (e->refused != 0);
  e->refused = error;
  return changed;
}

static void on_unregistered(struct agentx_regions *r, struct agentx_regions_entry *e) {
  e->state = ABSENT;
  push(&r->todo, e);
}

bool agentx_regions_answer(struct agentx_regions *r, uint32_t packet_id, int error,
                           uint64_t now, const struct agentx_region **ret_news) {
  struct agentx_regions_entry *e = take_asked(r, packet_id);
  if (e == NULL)
    return false;
  *ret_news = NULL;
  if (e->state == UNREGISTERING) {
    on_unregistered(r, e);
  } else if (on_registered(r, e, error, now)) {
    describe(e, &r->news);
    *ret_news = &r->news;
  }
  return true;
}
