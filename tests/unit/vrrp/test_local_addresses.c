// SPDX-License-Identifier: MIT
// Are this host's addresses found, in the kernel's order, and is it told which changed?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "io/local_addresses.h"

#include <stdlib.h>
#include <string.h>

#define LINKS     5
#define ADDRESSES 23

// The same, kept as simply as can be: in the order in which they came.
struct model {
  struct {
    unsigned ifindex, address;
  } all[LINKS * ADDRESSES];
  size_t count;
  bool changed[ADDRESSES];
};

static struct vrrp_address address_of(unsigned number) {
  uint8_t bytes[16] = {0x20, 1, 0xd, 0xb8, [15] = (uint8_t)number};
  return vrrp_address_make(number % 2 ? VRRP_IPV6 : VRRP_IPV4,
                           bytes + (number % 2 ? 0 : 12));
}

static size_t model_find(const struct model *model, unsigned ifindex, unsigned address) {
  size_t i = 0;
  while (i < model->count &&
         (model->all[i].ifindex != ifindex || model->all[i].address != address))
    i++;
  return i;
}

static void toggle(struct vrrp_local_addresses *addresses, struct model *model) {
  unsigned ifindex = (unsigned)rand() % LINKS + 1, number = (unsigned)rand() % ADDRESSES;
  struct vrrp_address address = address_of(number);
  struct vrrp_local_address *local =
      vrrp_local_addresses_find(addresses, ifindex, &address);
  size_t place = model_find(model, ifindex, number);

  assert_int_equal(local != NULL, place < model->count);
  model->changed[number] = true;
  if (local == NULL) {
    assert_int_equal(vrrp_local_addresses_add(addresses, ifindex, &address), 0);
    model->all[model->count].ifindex = ifindex;
    model->all[model->count++].address = number;
    return;
  }
  vrrp_local_addresses_remove(addresses, local);
  model->count--;
  memmove(&model->all[place], &model->all[place + 1],
          (model->count - place) * sizeof(model->all[0]));
}

// Each link shows its addresses in the order in which they came.
static void compare_links(const struct vrrp_local_addresses *addresses,
                          const struct model *model) {
  for (unsigned ifindex = 1; ifindex <= LINKS; ifindex++) {
    const struct vrrp_local_address *local = vrrp_local_addresses_on(addresses, ifindex);
    for (size_t i = 0; i < model->count; i++) {
      struct vrrp_address address = address_of(model->all[i].address);
      if (model->all[i].ifindex != ifindex)
        continue;
      assert_non_null(local);
      assert_true(vrrp_address_equal(&local->address, &address));
      local = vrrp_local_addresses_next_on(local);
    }
    assert_null(local);
  }
}

// Each address is found on as many links as have it.
static void compare_addresses(const struct vrrp_local_addresses *addresses,
                              const struct model *model) {
  for (unsigned number = 0; number < ADDRESSES; number++) {
    struct vrrp_address address = address_of(number);
    size_t found = 0, expected = 0;
    for (size_t i = 0; i < model->count; i++)
      expected += model->all[i].address == number;
    for (const struct vrrp_local_address *local =
             vrrp_local_addresses_with(addresses, &address);
         local != NULL; local = vrrp_local_addresses_next_with(local))
      found++;
    assert_int_equal(found, expected);
  }
}

static void compare_changes(struct vrrp_local_addresses *addresses, struct model *model) {
  struct vrrp_address_set set;

  vrrp_local_addresses_take_changed(addresses, &set);
  for (unsigned number = 0; number < ADDRESSES; number++) {
    struct vrrp_address address = address_of(number);
    assert_int_equal(vrrp_address_set_has(&set, &address), model->changed[number]);
    model->changed[number] = false;
  }
  for (size_t i = 1; i < set.count; i++)
    assert_true(vrrp_address_compare(&set.all[i - 1], &set.all[i]) < 0);
  vrrp_address_set_destroy(&set);
}

static void test_random_comings_and_goings(void **state) {
  (void)state;
  struct vrrp_local_addresses addresses = {0};
  struct model model = {0};

  srand(3927);
  for (int round = 0; round < 2000; round++) {
    for (int i = rand() % 8; i >= 0; i--)
      toggle(&addresses, &model);
    assert_int_equal(addresses.count, model.count);
    compare_links(&addresses, &model);
    compare_addresses(&addresses, &model);
    if (round % 3 == 0)
      compare_changes(&addresses, &model);
  }
  vrrp_local_addresses_destroy(&addresses);
}

static void test_a_dump_removes_what_it_does_not_show(void **state) {
  (void)state;
  struct vrrp_local_addresses addresses = {0};
  struct vrrp_address a = address_of(1), b = address_of(2);
  struct vrrp_address_set set;

  assert_int_equal(vrrp_local_addresses_add(&addresses, 2, &a), 0);
  assert_int_equal(vrrp_local_addresses_add(&addresses, 2, &b), 0);
  vrrp_local_addresses_take_changed(&addresses, &set);
  vrrp_address_set_destroy(&set);
  vrrp_local_addresses_unsee(&addresses);
  vrrp_local_addresses_find(&addresses, 2, &a)->seen = true;
  assert_true(vrrp_local_addresses_remove_unseen(&addresses));
  assert_false(vrrp_local_addresses_remove_unseen(&addresses));
  assert_null(vrrp_local_addresses_find(&addresses, 2, &b));
  vrrp_local_addresses_take_changed(&addresses, &set);
  assert_false(vrrp_address_set_has(&set, &a));
  assert_true(vrrp_address_set_has(&set, &b));
  vrrp_address_set_destroy(&set);
  vrrp_local_addresses_destroy(&addresses);
}

static void test_everything_changed(void **state) {
  (void)state;
  struct vrrp_address_set set = {.is_everything = true};
  struct vrrp_address address = address_of(1);

  assert_true(vrrp_address_set_has(&set, &address));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_comings_and_goings),
      cmocka_unit_test(test_a_dump_removes_what_it_does_not_show),
      cmocka_unit_test(test_everything_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
