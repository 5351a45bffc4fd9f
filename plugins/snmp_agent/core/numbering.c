// SPDX-License-Identifier: MIT
// Who hands out the row numbers that a MIB invents?
#include "core/numbering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/array.h"
#include "common/core/hash.h"

// The keys counted together. Lives while it has numbers, held or resting.
struct scope {
  struct ha_hash_link link;
  size_t numbers;
  uint32_t last;  // highest number ever given
  uint32_t *free; // numbers whose rest is over
  size_t free_count;
  size_t length;
  uint32_t sub[];
};

struct number {
  struct ha_hash_link link;
  struct number *older, *newer; // in the queue of resting numbers
  struct scope *scope;
  size_t refs;
  uint32_t value;
  char key[];
};

struct numbering {
  struct ha_hash scopes;
  struct ha_hash numbers;
  struct number *oldest, *newest; // resting
  size_t resting;
};

struct scope_key {
  const uint32_t *sub;
  size_t length;
};

struct number_key {
  const struct scope *scope;
  const char *key;
};

struct numbering *numbering_create(void) {
  return calloc(1, sizeof(struct numbering));
}

static void free_scope(struct ha_hash_link *link) {
  struct scope *scope = (struct scope *)link;
  free(scope->free);
  free(scope);
}

static void free_number(struct ha_hash_link *link) {
  free(link);
}

void numbering_destroy(struct numbering *numbering) {
  if (numbering == NULL)
    return;
  ha_hash_clear(&numbering->numbers, free_number);
  ha_hash_clear(&numbering->scopes, free_scope);
  free(numbering);
}

static bool scope_equal(const struct ha_hash_link *link, const void *key) {
  const struct scope *scope = (const struct scope *)link;
  const struct scope_key *k = key;
  return scope->length == k->length &&
         (k->length == 0 || memcmp(scope->sub, k->sub, k->length * sizeof(*k->sub)) == 0);
}

static bool number_equal(const struct ha_hash_link *link, const void *key) {
  const struct number *number = (const struct number *)link;
  const struct number_key *k = key;
  return number->scope == k->scope && strcmp(number->key, k->key) == 0;
}

static uint32_t scope_hash(const struct scope_key *key) {
  return ha_hash_bytes(HA_HASH_SEED, key->sub, key->length * sizeof(*key->sub));
}

static uint32_t number_hash(const struct number_key *key) {
  return ha_hash_bytes(key->scope->link.hash, key->key, strlen(key->key));
}

static struct scope *find_scope(const struct numbering *numbering,
                                const struct scope_key *key) {
  return (struct scope *)ha_hash_find(&numbering->scopes, scope_hash(key), scope_equal,
                                      key);
}

static struct number *find_number(const struct numbering *numbering,
                                  const struct number_key *key) {
  return (struct number *)ha_hash_find(&numbering->numbers, number_hash(key),
                                       number_equal, key);
}

static struct scope *get_scope(struct numbering *numbering, const struct scope_key *key) {
  struct scope *scope = find_scope(numbering, key);
  if (scope != NULL)
    return scope;
  scope = calloc(1, sizeof(*scope) + key->length * sizeof(*key->sub));
  if (scope == NULL)
    return NULL;
  scope->length = key->length;
  if (key->length > 0)
    memcpy(scope->sub, key->sub, key->length * sizeof(*key->sub));
  if (ha_hash_add(&numbering->scopes, &scope->link, scope_hash(key)) == 0)
    return scope;
  free(scope);
  return NULL;
}

static void drop_scope_if_empty(struct numbering *numbering, struct scope *scope) {
  if (scope->numbers > 0)
    return;
  ha_hash_remove(&numbering->scopes, &scope->link);
  free_scope(&scope->link);
}

static void leave_rest(struct numbering *numbering, struct number *number) {
  *(number->older != NULL ? &number->older->newer : &numbering->oldest) = number->newer;
  *(number->newer != NULL ? &number->newer->older : &numbering->newest) = number->older;
  number->older = number->newer = NULL;
  numbering->resting--;
}

static void begin_rest(struct numbering *numbering, struct number *number) {
  number->older = numbering->newest;
  *(number->older != NULL ? &number->older->newer : &numbering->oldest) = number;
  numbering->newest = number;
  numbering->resting++;
}

// Without memory for the list the number is simply never used again.
static void give_back(struct scope *scope, uint32_t number) {
  uint32_t *grown = ha_array_room(scope->free, scope->free_count, sizeof(*grown));
  if (grown == NULL)
    return;
  scope->free = grown;
  scope->free[scope->free_count++] = number;
}

static void forget(struct numbering *numbering, struct number *number) {
  struct scope *scope = number->scope;
  leave_rest(numbering, number);
  ha_hash_remove(&numbering->numbers, &number->link);
  give_back(scope, number->value);
  free(number);
  scope->numbers--;
  drop_scope_if_empty(numbering, scope);
}

static uint32_t next_number(struct scope *scope) {
  return scope->free_count > 0 ? scope->free[--scope->free_count] : ++scope->last;
}

static struct number *add_number(struct numbering *numbering,
                                 const struct number_key *key) {
  size_t length = strlen(key->key) + 1;
  struct number *number = calloc(1, sizeof(*number) + length);
  if (number == NULL)
    return NULL;
  number->scope = (struct scope *)key->scope;
  memcpy(number->key, key->key, length);
  if (ha_hash_add(&numbering->numbers, &number->link, number_hash(key)) != 0) {
    free(number);
    return NULL;
  }
  number->value = next_number(number->scope);
  number->scope->numbers++;
  return number;
}

int numbering_take(struct numbering *numbering, const uint32_t *scope_sub,
                   size_t scope_length, const char *key, struct number **ret_number) {
  struct scope *scope =
      get_scope(numbering, &(struct scope_key){.sub = scope_sub, .length = scope_length});
  if (scope == NULL)
    return -ENOMEM;
  struct number_key number_key = {.scope = scope, .key = key};
  struct number *number = find_number(numbering, &number_key);
  if (number == NULL)
    number = add_number(numbering, &number_key);
  else if (number->refs == 0)
    leave_rest(numbering, number);
  if (number == NULL) {
    drop_scope_if_empty(numbering, scope);
    return -ENOMEM;
  }
  number->refs++;
  *ret_number = number;
  return 0;
}

void numbering_release(struct numbering *numbering, struct number *number) {
  if (--number->refs > 0)
    return;
  begin_rest(numbering, number);
  if (numbering->resting > NUMBERING_REST)
    forget(numbering, numbering->oldest);
}

uint32_t number_value(const struct number *number) {
  return number->value;
}
