// SPDX-License-Identifier: MIT
// Which virtual router wants its tick first?
#include "core/agenda.h"

#include <errno.h>
#include <stdlib.h>

int vrrp_agenda_init(struct vrrp_agenda *agenda, size_t max) {
  struct vrrp_router **heap = calloc(max, sizeof(*heap));

  if (heap == NULL)
    return -ENOMEM;
  *agenda = (struct vrrp_agenda){.heap = heap};
  return 0;
}

void vrrp_agenda_destroy(struct vrrp_agenda *agenda) {
  free(agenda->heap);
  *agenda = (struct vrrp_agenda){0};
}

static vrrp_time key_at(const struct vrrp_agenda *agenda, size_t index) {
  return agenda->heap[index]->neighbour.due;
}

static void put(struct vrrp_agenda *agenda, size_t index, struct vrrp_router *router) {
  agenda->heap[index] = router;
  router->neighbour.in_agenda = index;
}

static void rise(struct vrrp_agenda *agenda, struct vrrp_router *router) {
  size_t index = router->neighbour.in_agenda;

  for (size_t parent; index > 0; index = parent) {
    parent = (index - 1) / 2;
    if (key_at(agenda, parent) <= router->neighbour.due)
      break;
    put(agenda, index, agenda->heap[parent]);
  }
  put(agenda, index, router);
}

static void sink(struct vrrp_agenda *agenda, struct vrrp_router *router) {
  size_t index = router->neighbour.in_agenda;

  for (size_t child; (child = 2 * index + 1) < agenda->count; index = child) {
    if (child + 1 < agenda->count && key_at(agenda, child + 1) < key_at(agenda, child))
      child++;
    if (router->neighbour.due <= key_at(agenda, child))
      break;
    put(agenda, index, agenda->heap[child]);
  }
  put(agenda, index, router);
}

void vrrp_agenda_add(struct vrrp_agenda *agenda, struct vrrp_router *router) {
  router->neighbour.due = router->deadline;
  put(agenda, agenda->count++, router);
  rise(agenda, router);
}

void vrrp_agenda_remove(struct vrrp_agenda *agenda, struct vrrp_router *router) {
  struct vrrp_router *last = agenda->heap[--agenda->count];

  if (last == router)
    return;
  put(agenda, router->neighbour.in_agenda, last);
  rise(agenda, last);
  sink(agenda, last);
}

void vrrp_agenda_follow(struct vrrp_agenda *agenda, struct vrrp_router *router) {
  if (router->deadline >= router->neighbour.due)
    return;
  router->neighbour.due = router->deadline;
  rise(agenda, router);
}

struct vrrp_router *vrrp_agenda_first(struct vrrp_agenda *agenda) {
  struct vrrp_router *first = agenda->count > 0 ? agenda->heap[0] : NULL;

  while (first != NULL && first->neighbour.due < first->deadline) {
    first->neighbour.due = first->deadline;
    sink(agenda, first);
    first = agenda->heap[0];
  }
  return first;
}
