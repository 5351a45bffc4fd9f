// SPDX-License-Identifier: MIT
// Which values of keepalived were told, and which of them are to be taken back?
#include "plugin/keepalived_page.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
  const struct vrrp_keepalived_told *a = left, *b = right;
  int order = strcmp(a->plugin_instance, b->plugin_instance);
  if (order == 0)
    order = strcmp(a->type, b->type);
  return order != 0 ? order : strcmp(a->type_instance, b->type_instance);
}

int vrrp_keepalived_page_init(struct vrrp_keepalived_page *page) {
  page->told = c_avl_create(compare);
  page->before = c_avl_create(compare);
  return page->told != NULL && page->before != NULL ? 0 : -ENOMEM;
}

static void free_all(c_avl_tree_t *tree) {
  void *key, *told;

  while (tree != NULL && c_avl_pick(tree, &key, &told) == 0)
    free(told);
  if (tree != NULL)
    c_avl_destroy(tree);
}

void vrrp_keepalived_page_destroy(struct vrrp_keepalived_page *page) {
  free_all(page->told);
  free_all(page->before);
}

void vrrp_keepalived_page_turn(struct vrrp_keepalived_page *page) {
  c_avl_tree_t *empty = page->before;

  page->before = page->told;
  page->told = empty;
}

static struct vrrp_keepalived_told *make(const struct vrrp_keepalived_told *wanted) {
  struct vrrp_keepalived_told *told = malloc(sizeof(*told));

  if (told == NULL)
    return NULL;
  *told = *wanted;
  told->gauge = NAN;
  return told;
}

struct vrrp_keepalived_told *
vrrp_keepalived_page_find(struct vrrp_keepalived_page *page,
                          const struct vrrp_keepalived_told *wanted) {
  void *key, *found;

  if (c_avl_get(page->told, wanted, NULL) == 0)
    return NULL;
  if (c_avl_remove(page->before, wanted, &key, &found) != 0)
    found = make(wanted);
  if (found == NULL || c_avl_insert(page->told, found, found) == 0)
    return found;
  free(found);
  return NULL;
}

struct vrrp_keepalived_told *
vrrp_keepalived_page_take_gone(struct vrrp_keepalived_page *page) {
  void *key, *gone;
  return c_avl_pick(page->before, &key, &gone) == 0 ? gone : NULL;
}
