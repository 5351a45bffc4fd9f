// SPDX-License-Identifier: MIT
// Is the neighbourhood bounded, and are the right ones forgotten?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/neighbourhood.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct vrrp_router_key key_of(unsigned ifindex, enum vrrp_family family,
                                     unsigned vrid) {
  return (struct vrrp_router_key){ifindex, family, (uint8_t)vrid};
}

static struct vrrp_router *admit(struct vrrp_neighbourhood *all,
                                 struct vrrp_router_key key, vrrp_time now) {
  bool is_new;
  return vrrp_neighbourhood_admit(all, &key, now, &is_new);
}

// An advert of 192.0.2.2, or of this host.
static void hear(struct vrrp_neighbourhood *all, struct vrrp_router *router, vrrp_time at,
                 bool own) {
  struct vrrp_advert advert = {.version = 2, .priority = 100, .interval_cs = 100};
  struct vrrp_arrival arrival = {.at = at, .own = own};

  vrrp_address_parse("192.0.2.2", &advert.origin.source);
  vrrp_address_parse("224.0.0.18", &advert.origin.destination);
  vrrp_neighbourhood_hear(all, router, &advert, &arrival);
}

static void test_each_key_is_one_router(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;
  bool is_new;

  assert_int_equal(vrrp_neighbourhood_init(&all, 10000), 0);
  for (unsigned ifindex = 1; ifindex <= 3; ifindex++)
    for (int family = 0; family < VRRP_FAMILIES; family++)
      for (unsigned vrid = 1; vrid <= 255; vrid++) {
        struct vrrp_router_key key = key_of(ifindex, family, vrid);
        assert_null(vrrp_neighbourhood_find(&all, &key));
        struct vrrp_router *router = vrrp_neighbourhood_admit(&all, &key, 1, &is_new);
        assert_true(is_new);
        assert_ptr_equal(vrrp_neighbourhood_admit(&all, &key, 2, &is_new), router);
        assert_false(is_new);
        assert_ptr_equal(vrrp_neighbourhood_find(&all, &key), router);
      }
  assert_int_equal(all.count, 3 * 2 * 255);
  vrrp_neighbourhood_forget_interface(&all, 2);
  assert_int_equal(all.count, 2 * 2 * 255);
  struct vrrp_router_key gone = key_of(2, VRRP_IPV4, 10),
                         stays = key_of(3, VRRP_IPV4, 10);
  assert_null(vrrp_neighbourhood_find(&all, &gone));
  assert_non_null(vrrp_neighbourhood_find(&all, &stays));
  vrrp_neighbourhood_destroy(&all);
}

// Nobody is displaced by what cannot be believed, and it goes before all others.
static void test_rejected_ones_come_last(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;
  bool is_new;
  struct vrrp_router_key heard = key_of(2, VRRP_IPV4, 1),
                         rejected = key_of(2, VRRP_IPV4, 2),
                         late = key_of(2, VRRP_IPV4, 3);

  assert_int_equal(vrrp_neighbourhood_init(&all, 2), 0);
  hear(&all, admit(&all, heard, 1), 1, false);
  struct vrrp_router *router =
      vrrp_neighbourhood_admit_rejected(&all, &rejected, 2, &is_new);
  assert_non_null(router);
  assert_true(is_new);
  vrrp_router_reject(router, VRRP_REJECT_AUTH_TYPE, 2);
  assert_ptr_equal(vrrp_neighbourhood_admit_rejected(&all, &rejected, 3, &is_new),
                   router);
  assert_false(is_new);
  assert_null(vrrp_neighbourhood_admit_rejected(&all, &late, 3, &is_new));
  assert_int_equal(all.forgotten, 1);
  assert_non_null(admit(&all, late, 4));
  assert_null(vrrp_neighbourhood_find(&all, &rejected));
  assert_non_null(vrrp_neighbourhood_find(&all, &heard));
  vrrp_neighbourhood_destroy(&all);
}

static void test_the_silent_make_room(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;

  assert_int_equal(vrrp_neighbourhood_init(&all, 2), 0);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 1), 100), 100, false);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 2), 200), 200, false);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 1), 100), 300, false);
  assert_non_null(admit(&all, key_of(1, VRRP_IPV4, 3), 400));
  assert_int_equal(all.count, 2);
  assert_int_equal(all.forgotten, 1);
  struct vrrp_router_key first = key_of(1, VRRP_IPV4, 1),
                         second = key_of(1, VRRP_IPV4, 2);
  assert_non_null(vrrp_neighbourhood_find(&all, &first));
  assert_null(vrrp_neighbourhood_find(&all, &second));
  vrrp_neighbourhood_destroy(&all);
}

static void test_a_flood_leaves_the_true_ones(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;
  struct vrrp_router_key own = key_of(1, VRRP_IPV4, 1), proven = key_of(1, VRRP_IPV4, 2);

  assert_int_equal(vrrp_neighbourhood_init(&all, 8), 0);
  hear(&all, admit(&all, own, VRRP_SECOND), VRRP_SECOND, true);
  hear(&all, admit(&all, proven, VRRP_SECOND), VRRP_SECOND, false);
  hear(&all, admit(&all, proven, VRRP_SECOND), 2 * VRRP_SECOND, false);
  for (unsigned i = 0; i < 100000; i++) {
    vrrp_time now = 2 * VRRP_SECOND + i * 1000;
    struct vrrp_router *router =
        admit(&all, key_of(1 + i % 5, i & 1, 3 + (unsigned)rand() % 250), now);
    if (router != NULL)
      hear(&all, router, now, false);
    assert_true(all.count <= 8);
  }
  assert_non_null(vrrp_neighbourhood_find(&all, &own));
  assert_non_null(vrrp_neighbourhood_find(&all, &proven));
  assert_true(all.forgotten > 90000);
  vrrp_neighbourhood_destroy(&all);
}

static void test_full_of_useful_ones_refuses(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;

  assert_int_equal(vrrp_neighbourhood_init(&all, 1), 0);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 1), 1), 1, true);
  assert_null(admit(&all, key_of(1, VRRP_IPV4, 2), 2));
  assert_int_equal(all.forgotten, 1);
  assert_int_equal(all.count, 1);
  vrrp_neighbourhood_destroy(&all);
}

// Nanoseconds of CPU for all refusals by so many useful routers, the least of three
// times.
static int64_t cost_of_refusals(unsigned useful) {
  struct vrrp_neighbourhood all;
  int64_t least = INT64_MAX;

  assert_int_equal(vrrp_neighbourhood_init(&all, useful), 0);
  for (unsigned i = 0; i < useful; i++)
    hear(&all, admit(&all, key_of(2 + i / 255, VRRP_IPV4, 1 + i % 255), 1), 1, true);
  for (int turn = 0; turn < 3; turn++) {
    struct timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (unsigned i = 0; i < 20000; i++)
      assert_null(admit(&all, key_of(1, VRRP_IPV4, 1 + i % 255), 2));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    int64_t took =
        (end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec;
    least = took < least ? took : least;
  }
  vrrp_neighbourhood_destroy(&all);
  return least;
}

// It would be two hundred times as much if all were looked at.
static void test_a_refusal_costs_the_same_among_many(void **state) {
  (void)state;
  assert_true(cost_of_refusals(4000) < 20 * cost_of_refusals(20));
}

static void test_deadline_is_the_earliest(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;

  assert_int_equal(vrrp_neighbourhood_init(&all, 4), 0);
  assert_true(vrrp_neighbourhood_deadline(&all) == VRRP_NEVER);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 1), 1), 5 * VRRP_SECOND, false);
  hear(&all, admit(&all, key_of(1, VRRP_IPV4, 2), 1), 3 * VRRP_SECOND, false);
  assert_true(vrrp_neighbourhood_deadline(&all) == 7 * VRRP_SECOND);
  vrrp_neighbourhood_destroy(&all);
}

// An advert with a list of one or two addresses.
static void hear_list(struct vrrp_neighbourhood *all, struct vrrp_router *router,
                      bool own, const char *first, const char *second) {
  struct vrrp_advert advert = {.version = 2, .priority = 100, .interval_cs = 100};
  struct vrrp_arrival arrival = {.at = VRRP_SECOND, .own = own};
  const char *texts[] = {first, second};

  vrrp_address_parse("192.0.2.2", &advert.origin.source);
  vrrp_address_parse("224.0.0.18", &advert.origin.destination);
  for (int i = 0; i < 2 && texts[i] != NULL; i++) {
    struct vrrp_address address;
    vrrp_address_parse(texts[i], &address);
    memcpy(advert.addresses + 4 * i, address.bytes, 4);
    advert.address_count++;
    advert.address_digest += (uint64_t)address.bytes[3] << 8 * i;
  }
  vrrp_neighbourhood_hear(all, router, &advert, &arrival);
}

// How many there were.
static unsigned drain(struct vrrp_neighbourhood *all) {
  unsigned count = 0;

  while (vrrp_neighbourhood_take_touched(all) != NULL)
    count++;
  return count;
}

static void touch(struct vrrp_neighbourhood *all, const char *text) {
  struct vrrp_address address;
  vrrp_address_parse(text, &address);
  vrrp_neighbourhood_touch(all, &address);
}

static void test_only_whoever_lists_an_address_is_touched(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;

  assert_int_equal(vrrp_neighbourhood_init(&all, 8), 0);
  struct vrrp_router *a = admit(&all, key_of(1, VRRP_IPV4, 1), 1);
  struct vrrp_router *b = admit(&all, key_of(1, VRRP_IPV4, 2), 1);
  hear_list(&all, a, false, "10.0.0.1", "10.0.0.2");
  hear_list(&all, b, false, "10.0.0.2", "10.0.0.3");
  drain(&all);
  touch(&all, "10.0.0.3");
  assert_ptr_equal(vrrp_neighbourhood_take_touched(&all), b);
  assert_null(vrrp_neighbourhood_take_touched(&all));
  touch(&all, "10.0.0.2");
  touch(&all, "10.0.0.1");
  assert_non_null(vrrp_neighbourhood_take_touched(&all));
  assert_non_null(vrrp_neighbourhood_take_touched(&all));
  assert_null(vrrp_neighbourhood_take_touched(&all));
  touch(&all, "10.0.0.9");
  assert_null(vrrp_neighbourhood_take_touched(&all));
  hear_list(&all, b, false, "10.0.0.9", NULL);
  drain(&all);
  touch(&all, "10.0.0.3");
  assert_null(vrrp_neighbourhood_take_touched(&all));
  touch(&all, "10.0.0.9");
  vrrp_neighbourhood_forget(&all, b);
  assert_null(vrrp_neighbourhood_take_touched(&all));
  vrrp_neighbourhood_destroy(&all);
}

static enum vrrp_place on_a_link(const void *links, const struct vrrp_address *address) {
  (void)links;
  return address->bytes[3] == 2 ? VRRP_PLACE_LOOPBACK : VRRP_PLACE_LINK;
}

// A virtual router was given another VRID: its address is not the old one's any more.
static void test_an_address_of_another_one_of_ours(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;
  struct vrrp_here here = {.link_up = true};

  assert_int_equal(vrrp_neighbourhood_init(&all, 8), 0);
  struct vrrp_router *old = admit(&all, key_of(1, VRRP_IPV4, 20), 1);
  struct vrrp_router *new = admit(&all, key_of(1, VRRP_IPV4, 21), 1);
  hear_list(&all, old, false, "10.0.0.1", "10.0.0.2");
  vrrp_neighbourhood_count_here(&all, old, on_a_link, NULL, &here);
  assert_int_equal(here.addresses_anywhere, 2);
  assert_int_equal(here.addresses, 1);
  drain(&all);
  hear_list(&all, new, true, "10.0.0.1", NULL);
  assert_int_equal(new->state, VRRP_STATE_MASTER);
  bool old_is_touched = false;
  for (struct vrrp_router *router;
       (router = vrrp_neighbourhood_take_touched(&all)) != NULL;)
    old_is_touched |= router == old;
  assert_true(old_is_touched);
  vrrp_neighbourhood_count_here(&all, old, on_a_link, NULL, &here);
  assert_int_equal(here.addresses, 0);
  vrrp_neighbourhood_count_here(&all, new, on_a_link, NULL, &here);
  assert_int_equal(here.addresses, 1);
  vrrp_neighbourhood_destroy(&all);
}

// However many list the same address: only one of which this host is master concerns the
// others. Otherwise a thousand networks of one plan would cost a million looks.
static void test_sharing_an_address_costs_nobody_anything(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;
  struct vrrp_here here = {.link_up = true};
  enum { COUNT = 1000 };

  assert_int_equal(vrrp_neighbourhood_init(&all, COUNT + 1), 0);
  for (unsigned i = 1; i <= COUNT; i++) {
    hear_list(&all, admit(&all, key_of(i, VRRP_IPV4, 1), 1), false, "10.0.0.1", NULL);
    assert_int_equal(drain(&all), 1);
  }
  struct vrrp_router *own = admit(&all, key_of(7, VRRP_IPV4, 2), 1);
  hear_list(&all, own, true, "10.0.0.1", "10.0.0.3");
  assert_int_equal(drain(&all), COUNT + 1); // the address is ours
  struct vrrp_router *other = all.routers[0];
  vrrp_neighbourhood_count_here(&all, other, on_a_link, NULL, &here);
  assert_int_equal(here.addresses, 0);
  hear_list(&all, own, true, "10.0.0.3", NULL);
  assert_int_equal(drain(&all), COUNT + 1); // and now it is not
  vrrp_neighbourhood_count_here(&all, other, on_a_link, NULL, &here);
  assert_int_equal(here.addresses, 1);
  hear_list(&all, other, false, "10.0.0.4", NULL);
  assert_int_equal(drain(&all), 1);
  touch(&all, "10.0.0.1");
  assert_int_equal(drain(&all), COUNT - 1);
  vrrp_neighbourhood_destroy(&all);
}

// Every router gets its tick, in the order of the deadlines, however they came and went.
static void test_ticks_come_in_order(void **state) {
  (void)state;
  struct vrrp_neighbourhood all;

  srand(1);
  assert_int_equal(vrrp_neighbourhood_init(&all, 300), 0);
  for (int i = 0; i < 20000; i++) {
    vrrp_time now = VRRP_SECOND + (vrrp_time)i * VRRP_MILLISECOND, last = 0;
    struct vrrp_router_key key =
        key_of(1 + (unsigned)rand() % 3, VRRP_IPV4, 1 + (unsigned)rand() % 200);
    struct vrrp_router *router = admit(&all, key, now);
    if (router != NULL)
      hear(&all, router, now, false);
    if (rand() % 10 == 0)
      vrrp_neighbourhood_forget(&all, all.routers[(size_t)rand() % all.count]);
    if (rand() % 1000 == 0)
      vrrp_neighbourhood_forget_interface(&all, 1 + (unsigned)rand() % 3);
    vrrp_time first = VRRP_NEVER;
    for (size_t j = 0; j < all.count; j++)
      first = vrrp_earlier(first, all.routers[j]->deadline);
    assert_true(vrrp_neighbourhood_deadline(&all) == first);
    while (vrrp_neighbourhood_deadline(&all) <= now) {
      assert_true(vrrp_neighbourhood_deadline(&all) >= last);
      last = vrrp_neighbourhood_deadline(&all);
      assert_non_null(vrrp_neighbourhood_tick(&all, now));
    }
    assert_null(vrrp_neighbourhood_tick(&all, now));
  }
  vrrp_neighbourhood_destroy(&all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_key_is_one_router),
      cmocka_unit_test(test_rejected_ones_come_last),
      cmocka_unit_test(test_the_silent_make_room),
      cmocka_unit_test(test_a_flood_leaves_the_true_ones),
      cmocka_unit_test(test_full_of_useful_ones_refuses),
      cmocka_unit_test(test_a_refusal_costs_the_same_among_many),
      cmocka_unit_test(test_deadline_is_the_earliest),
      cmocka_unit_test(test_only_whoever_lists_an_address_is_touched),
      cmocka_unit_test(test_an_address_of_another_one_of_ours),
      cmocka_unit_test(test_sharing_an_address_costs_nobody_anything),
      cmocka_unit_test(test_ticks_come_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
