// SPDX-License-Identifier: MIT
// Does whoever judges the wire find what keepalived said of a virtual router?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "plugin/words.h"

#include <math.h>
#include <stdio.h>

static struct vrrp_keepalived_instance make(const char *interface, const char *base,
                                            int family, double vrid, double state,
                                            double priority) {
  struct vrrp_keepalived_instance instance = {.family = family};

  snprintf(instance.ifname, sizeof(instance.ifname), "%s", interface);
  snprintf(instance.base_ifname, sizeof(instance.base_ifname), "%s", base);
  instance.setting[VRRP_KEEPALIVED_VRID] = vrid;
  instance.setting[VRRP_KEEPALIVED_STATE] = state;
  instance.setting[VRRP_KEEPALIVED_EFFECTIVE_PRIORITY] = priority;
  return instance;
}

static const struct vrrp_word *find(const struct vrrp_words *words, const char *interface,
                                    enum vrrp_family family, uint8_t vrid) {
  struct vrrp_router_key key = {.family = family, .vrid = vrid};
  return vrrp_words_find(words, interface, &key);
}

static void test_who_is_found(void **unused) {
  (void)unused;
  int untold = VRRP_KEEPALIVED_FAMILY_UNTOLD;
  struct vrrp_keepalived_instance all[] = {
      make("vrrp.10", "eth0", VRRP_IPV4, 10, VRRP_KEEPALIVED_MASTER, 120),
      make("eth0", "eth0", VRRP_IPV6, 10, VRRP_KEEPALIVED_FAULT, NAN),
      make("eth1", "eth1", untold, 20, VRRP_KEEPALIVED_BACKUP, 90),
      make("eth2", "", VRRP_IPV4, NAN, NAN, NAN), // nothing that it could be found by
  };
  struct vrrp_keepalived_state state = {.instance_count = 4, .instances = all};
  struct vrrp_words words;

  assert_int_equal(vrrp_words_take(&words, &state, NULL), 0);
  assert_true(words.answers);
  assert_int_equal(find(&words, "eth0", VRRP_IPV4, 10)->priority, 120);
  assert_int_equal(find(&words, "vrrp.10", VRRP_IPV4, 10)->priority, 120);
  assert_false(find(&words, "eth0", VRRP_IPV4, 10)->fault);
  assert_true(find(&words, "eth0", VRRP_IPV6, 10)->fault);
  assert_int_equal(find(&words, "eth0", VRRP_IPV6, 10)->priority, VRRP_PRIORITY_UNTOLD);
  assert_int_equal(find(&words, "eth1", VRRP_IPV4, 20)->priority, 90);
  assert_int_equal(find(&words, "eth1", VRRP_IPV6, 20)->priority, 90);
  assert_null(find(&words, "eth1", VRRP_IPV4, 10));
  assert_null(find(&words, "eth2", VRRP_IPV4, 0));
  vrrp_words_free(&words);
}

static void test_silence(void **unused) {
  (void)unused;
  struct vrrp_words words;
  struct vrrp_keepalived_state empty = {0};

  assert_int_equal(vrrp_words_take(&words, NULL, NULL), 0);
  assert_false(words.answers);
  assert_null(find(&words, "eth0", VRRP_IPV4, 10));
  vrrp_words_free(&words);
  assert_int_equal(vrrp_words_take(&words, &empty, NULL), 0);
  assert_true(words.answers); // and has none
  assert_null(find(&words, "eth0", VRRP_IPV4, 10));
  vrrp_words_free(&words);
}

static void test_names(void **unused) {
  (void)unused;
  char one[] = "one", other[] = "other";
  struct vrrp_keepalived_instance all[] = {
      make("eth0", "eth0", VRRP_IPV4, 10, VRRP_KEEPALIVED_BACKUP, 100),
      make("eth0", "eth0", VRRP_IPV4, 20, VRRP_KEEPALIVED_BACKUP, 100),
      make("eth0", "eth0", VRRP_IPV4, 30, VRRP_KEEPALIVED_BACKUP, 100),
  };
  struct vrrp_keepalived_state state = {.instance_count = 3, .instances = all};
  struct vrrp_words words;

  all[0].name = one;
  all[1].name = other;
  assert_int_equal(vrrp_words_take(&words, &state, NULL), 0);
  uint64_t before = find(&words, "eth0", VRRP_IPV4, 10)->name;
  assert_int_not_equal(before, 0);
  assert_int_not_equal(before, find(&words, "eth0", VRRP_IPV4, 20)->name);
  assert_int_equal(find(&words, "eth0", VRRP_IPV4, 30)->name, 0);
  vrrp_words_free(&words);

  all[1].name = one; // the same text is the same name
  assert_int_equal(vrrp_words_take(&words, &state, NULL), 0);
  assert_int_equal(find(&words, "eth0", VRRP_IPV4, 20)->name, before);
  vrrp_words_free(&words);
}

static bool is_added(const struct vrrp_words *words, uint8_t vrid) {
  return find(words, "eth0", VRRP_IPV4, vrid)->is_added;
}

static void test_what_is_added(void **unused) {
  (void)unused;
  struct vrrp_keepalived_instance all[] = {
      make("eth0", "eth0", VRRP_IPV4, 10, VRRP_KEEPALIVED_BACKUP, 100),
      make("eth0", "eth0", VRRP_IPV4, 20, VRRP_KEEPALIVED_BACKUP, 100),
  };
  struct vrrp_keepalived_state state = {.instance_count = 1, .instances = all};
  struct vrrp_words words = {0}, next;

  assert_int_equal(vrrp_words_take(&next, &state, NULL), 0);
  vrrp_words_follow(&next, &words);
  assert_false(is_added(&next, 10)); // it was there before anybody asked
  words = next;
  assert_int_equal(vrrp_words_take(&next, NULL, NULL), 0);
  vrrp_words_follow(&next, &words);
  assert_null(find(&next, "eth0", VRRP_IPV4, 10)); // it is silent,
  vrrp_words_free(&words);
  words = next;
  state.instance_count = 2;
  assert_int_equal(vrrp_words_take(&next, &state, NULL), 0);
  vrrp_words_follow(&next, &words);
  assert_false(is_added(&next, 10)); // but had said so
  assert_true(is_added(&next, 20));
  vrrp_words_free(&words);
  words = next;
  assert_int_equal(vrrp_words_take(&next, &state, NULL), 0);
  vrrp_words_follow(&next, &words);
  assert_true(is_added(&next, 20)); // nobody was told yet
  vrrp_words_free(&words);
  vrrp_words_free(&next);
}

static void test_down_adverts(void **unused) {
  (void)unused;
  char dump[] = "------< Global definitions >------\n"
                " Network namespace = (default)\n"
                "------< VRRP Topology >------\n"
                " VRRP Instance = one\n"
                "   Down timer adverts = 5\n"
                " VRRP Instance = two\n"
                "   Down timer adverts = 0\n"
                " VRRP Instance = three\n"
                "   Down timer adverts = 256\n"
                "------< Interfaces >------\n";
  char names[][6] = {"one", "two", "three", "four"};
  struct vrrp_keepalived_instance all[4];
  struct vrrp_keepalived_state state = {.instance_count = 4, .instances = all};
  struct vrrp_keepalived_text *text;
  struct vrrp_words words;

  for (uint8_t i = 0; i < 4; i++) {
    all[i] = make("eth0", "eth0", VRRP_IPV4, 10 + i, VRRP_KEEPALIVED_BACKUP, 100);
    all[i].name = names[i];
  }
  assert_int_equal(vrrp_keepalived_text_parse(VRRP_KEEPALIVED_DUMP_VRRP, (uint8_t *)dump,
                                              sizeof(dump) - 1, &text),
                   0);
  assert_int_equal(vrrp_words_take(&words, &state, text), 0);
  vrrp_keepalived_text_free(text); // the words are a copy
  assert_int_equal(find(&words, "eth0", VRRP_IPV4, 10)->down_adverts, 5);
  for (uint8_t vrid = 11; vrid <= 13; vrid++) // out of bounds, or not said
    assert_int_equal(find(&words, "eth0", VRRP_IPV4, vrid)->down_adverts, 0);
  vrrp_words_free(&words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_who_is_found), cmocka_unit_test(test_silence),
      cmocka_unit_test(test_names),        cmocka_unit_test(test_what_is_added),
      cmocka_unit_test(test_down_adverts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
