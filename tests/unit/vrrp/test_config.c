// SPDX-License-Identifier: MIT
// Is <Plugin vrrp> read as its page says, and is all that is wrong in it told at once?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"
#include "conf.h"
#include "daemon.h"
#include "plugin/config.h"

#include <errno.h>
#include <stdio.h>

static struct vrrp_config config;

static int set_up(void **state) {
  (void)state;
  vrrp_config_init(&config);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  vrrp_config_destroy(&config);
  return 0;
}

static int read_lines(const char *lines) {
  char text[1024];
  snprintf(text, sizeof(text), "<Plugin vrrp>\n%s\n</Plugin>", lines);
  oconfig_item_t *item = conf_read(text);
  daemon_forget();
  int status = vrrp_config_read(&config, item);
  conf_free(item);
  return status;
}

static void every_key_is_read(void **state) {
  (void)state;
  assert_int_equal(read_lines("Interface \"eth0\"\n"
                              "Interface \"/^bond[0-9]$/\"\n"
                              "IgnoreSelected true\n"
                              "Namespace \"blue\"\n"
                              "Namespace \"/^qrouter-/\"\n"
                              "RequirePseudoHeader true\n"
                              "UnicastMinimumTTL 254\n"
                              "MaxVirtualRouters 64\n"
                              "ForgetAfter 60\n"
                              "<VirtualRouter \"eth0.5-ipv4-10\">\n"
                              "Peer \"192.0.2.1\"\n"
                              "Peer \"fe80::1\"\n"
                              "</VirtualRouter>\n"
                              "<Keepalived>\n"
                              "PidFile \"/run/k.pid\"\n"
                              "JSON \"/run/k.json\"\n"
                              "TrackFile \"VI_1\" \"/etc/weight\"\n"
                              "</Keepalived>"),
                   0);
  assert_string_equal(collectd.log, "");
  assert_false(vrrp_config_selects(&config, "eth0"));
  assert_false(vrrp_config_selects(&config, "bond1"));
  assert_true(vrrp_config_selects(&config, "bond10"));
  assert_true(ha_selection_wants(&config.namespaces, false, "blue"));
  assert_true(ha_selection_wants(&config.namespaces, false, "qrouter-7"));
  assert_false(ha_selection_wants(&config.namespaces, false, "red"));
  assert_true(config.rules.require_pseudo_header);
  assert_int_equal(config.rules.unicast_ttl_min, 254);
  assert_int_equal(config.routers_max, 64);
  assert_int_equal(config.forget_after, 60 * VRRP_SECOND);
  const struct vrrp_router_config *router = vrrp_config_router(&config, "eth0.5-ipv4-10");
  assert_int_equal(router->peer_count, 2);
  assert_int_equal(router->peers[1].family, VRRP_IPV6);
  assert_int_equal(config.keepalived.count, 1);
  const struct vrrp_keepalived_config *keepalived = &config.keepalived.all[0];
  assert_string_equal(keepalived->netns, "");
  assert_string_equal(keepalived->files[VRRP_KEEPALIVED_FILE_PID], "/run/k.pid");
  assert_string_equal(keepalived->files[VRRP_KEEPALIVED_FILE_JSON], "/run/k.json");
  assert_string_equal(keepalived->files[VRRP_KEEPALIVED_FILE_VRRP_PID], "/run/vrrp.pid");
  assert_string_equal(keepalived->track_files[0].instance, "VI_1");
  assert_string_equal(keepalived->track_files[0].file, "/etc/weight");
}

// Blocks of one namespace add up, wherever in a block its name stands; and it is listened
// to there.
static void a_keepalived_of_each_namespace_is_read(void **state) {
  (void)state;
  assert_int_equal(read_lines("<Keepalived>\nNamespace \"blue\"\nTextInterval 7\n"
                              "</Keepalived>\n"
                              "<Keepalived>\nPidFile \"/run/own.pid\"\n</Keepalived>\n"
                              "<Keepalived>\nJSON \"/b.json\"\nNamespace \"blue\"\n"
                              "</Keepalived>\n"
                              "<Keepalived>\nNamespace \"red\"\n</Keepalived>"),
                   0);
  assert_string_equal(collectd.log, "");
  assert_int_equal(config.keepalived.count, 3);
  const struct vrrp_keepalived_config *all = config.keepalived.all;
  assert_string_equal(all[0].netns, "blue");
  assert_int_equal(all[0].text_interval, 7 * VRRP_SECOND);
  assert_string_equal(all[0].files[VRRP_KEEPALIVED_FILE_JSON], "/b.json");
  assert_string_equal(all[0].files[VRRP_KEEPALIVED_FILE_PID],
                      "/run/keepalived/blue/keepalived.pid");
  assert_string_equal(all[0].files[VRRP_KEEPALIVED_FILE_CONFIGURATION],
                      "/etc/keepalived/keepalived.blue.conf");
  assert_string_equal(all[1].netns, "");
  assert_string_equal(all[1].files[VRRP_KEEPALIVED_FILE_JSON], "/tmp/keepalived.json");
  assert_string_equal(all[2].files[VRRP_KEEPALIVED_FILE_CHECKERS_DATA],
                      "/run/keepalived/red/keepalived_check.data");
  assert_int_equal(config.namespaces.entry_count, 2);
  assert_true(ha_selection_wants(&config.namespaces, false, "blue"));
  assert_true(ha_selection_wants(&config.namespaces, false, "red"));
}

static void quoted_values_are_read(void **state) {
  (void)state;
  assert_int_equal(read_lines("IgnoreSelected \"true\"\nRequirePseudoHeader \"no\"\n"
                              "UnicastMinimumTTL \"64\"\nForgetAfter \"7\""),
                   0);
  assert_true(config.ignore_selected);
  assert_false(config.rules.require_pseudo_header);
  assert_int_equal(config.rules.unicast_ttl_min, 64);
  assert_int_equal(config.forget_after, 7 * VRRP_SECOND);
}

static void blocks_add_up(void **state) {
  (void)state;
  assert_int_equal(read_lines("Interface \"a\"\n<VirtualRouter \"a-ipv6-1\">\nPeer "
                              "\"192.0.2.1\"\n</VirtualRouter>"),
                   0);
  assert_int_equal(read_lines("Interface \"b\"\n<VirtualRouter \"a-ipv6-1\">\nPeer "
                              "\"192.0.2.2\"\n</VirtualRouter>\n<Keepalived>\nTrackFile "
                              "\"x\" \"/x\"\n</Keepalived>\n<Keepalived>\nJSON "
                              "\"/j\"\n</Keepalived>"),
                   0);
  assert_true(vrrp_config_selects(&config, "a") && vrrp_config_selects(&config, "b"));
  assert_int_equal(config.router_count, 1);
  assert_int_equal(config.routers[0].peer_count, 2);
}

static void what_is_wrong_is_told(void **state) {
  static const struct {
    const char *line, *said;
  } rows[] = {
      {"Interfaces \"a\"",
       "Interfaces \"a\": unknown key; known here: Interface, IgnoreSelected, Namespace, "
       "RequirePseudoHeader, UnicastMinimumTTL, MaxVirtualRouters, ForgetAfter, "
       "VirtualRouter, Keepalived"},
      {"Interface 5", "Interface 5: needs exactly one name in quotes, or one extended "
                      "regular expression between slashes, like \"/^a/\""},
      {"Interface \"\"", "Interface \"\": the name is empty"},
      {"Interface \"/(/\"",
       "Interface \"/(/\": not an extended regular expression: Unmatched ( or \\("},
      {"IgnoreSelected 1", "IgnoreSelected 1: needs exactly one of true and false"},
      {"IgnoreSelected true\nIgnoreSelected true",
       "IgnoreSelected true: stands twice in this block"},
      {"UnicastMinimumTTL 256",
       "UnicastMinimumTTL 256: needs exactly one whole number from 1 to 255"},
      {"MaxVirtualRouters 0",
       "MaxVirtualRouters 0: needs exactly one whole number from 1 to 65536"},
      {"ForgetAfter \"soon\"",
       "ForgetAfter \"soon\": needs exactly one whole number from 1 to 31536000"},
  };
  for (size_t i = 0; i < HA_COUNT_OF(rows); i++) {
    char log[1024];
    snprintf(log, sizeof(log), "3 vrrp plugin: <Plugin \"vrrp\">: %s\n", rows[i].said);
    assert_int_equal(read_lines(rows[i].line), -EINVAL);
    assert_string_equal(collectd.log, log);
    tear_down(state);
    set_up(state);
  }
}

static void what_is_wrong_inside_is_told(void **state) {
  static const struct {
    const char *line, *said;
  } rows[] = {
      {"<VirtualRouter \"eth0-ipv4-10\">\nPeer \"nobody\"\n</VirtualRouter>",
       "<VirtualRouter \"eth0-ipv4-10\">: Peer \"nobody\": is no IPv4 or IPv6 address, "
       "like \"192.0.2.1\""},
      {"<VirtualRouter \"eth0-ipv4-10\">\nPear \"192.0.2.1\"\n</VirtualRouter>",
       "<VirtualRouter \"eth0-ipv4-10\">: Pear \"192.0.2.1\": unknown key; known here: "
       "Peer, DownTimerAdverts"},
      {"<VirtualRouter \"eth0-ipv4-10\">\nDownTimerAdverts 0\n</VirtualRouter>",
       "<VirtualRouter \"eth0-ipv4-10\">: DownTimerAdverts 0: "
       "needs exactly one whole number from 1 to 100"},
      {"<VirtualRouter \"eth0-ipv4-256\">\nPeer \"192.0.2.1\"\n</VirtualRouter>",
       "<VirtualRouter \"eth0-ipv4-256\">: is not named "
       "\"<interface>-<ipv4|ipv6>-<vrid>\", like \"eth0-ipv4-10\""},
      {"<Keepalived>\nPidFile \"run/k.pid\"\n</Keepalived>",
       "<Keepalived>: PidFile \"run/k.pid\": needs exactly one absolute path, like "
       "\"/run/keepalived.pid\""},
      {"<Keepalived>\nJSON \"k.json\"\n</Keepalived>",
       "<Keepalived>: JSON \"k.json\": needs exactly one absolute path, like "
       "\"/tmp/keepalived.json\""},
      {"<Keepalived>\nTrackFile \"VI_1\" \"weight\"\n</Keepalived>",
       "<Keepalived>: TrackFile \"VI_1\" \"weight\": needs an instance's name and the "
       "absolute path of a file that it tracks"},
      {"<Keepalived>\nJSON \"/a\"\n</Keepalived>\n<Keepalived>\nJSON "
       "\"/b\"\n</Keepalived>",
       "<Keepalived>: JSON \"/b\": stands in another such block already"},
      {"<Keepalived>\nNamespace \"*\"\n</Keepalived>",
       "<Keepalived>: Namespace \"*\": is not the whole name of one namespace"},
      {"<Keepalived>\nNamespace 5\n</Keepalived>",
       "<Keepalived>: Namespace 5: needs exactly one text in quotes"},
      {"<Keepalived>\nNamespace \"a\"\nNamespace \"b\"\n</Keepalived>",
       "<Keepalived>: Namespace \"b\": stands beside Namespace \"a\": each needs a block "
       "of its own"},
      {"<Keepalived>\nJSON \"/j\"\n</Keepalived>\n<Keepalived>\nNamespace "
       "\"a\"\nJSON \"/j\"\n</Keepalived>",
       "<Keepalived>: JSON \"/j\" is also that of the keepalived in collectd's own "
       "namespace; each needs files of its own"},
      {"<Keepalived \"x\">\nJSON \"/a\"\n</Keepalived>",
       "<Keepalived \"x\">: takes no value, only keys inside"},
      {"<Keepalived>\nPidfiles \"/x\"\n</Keepalived>",
       "<Keepalived>: Pidfiles \"/x\": unknown key; known here: Namespace, "
       "PidFile, JSON, Configuration, Text, TextInterval, VrrpPidFile, VrrpData, "
       "CheckersPidFile, "
       "CheckersData, TrackFile"},
  };
  for (size_t i = 0; i < HA_COUNT_OF(rows); i++) {
    char log[1024];
    snprintf(log, sizeof(log), "3 vrrp plugin: <Plugin \"vrrp\">, %s\n", rows[i].said);
    assert_int_equal(read_lines(rows[i].line), -EINVAL);
    assert_string_equal(collectd.log, log);
    tear_down(state);
    set_up(state);
  }
}

static void all_is_told_at_once(void **state) {
  (void)state;
  assert_int_equal(read_lines("ForgetAfter 0\n<VirtualRouter \"x\">\nPeer "
                              "\"y\"\n</VirtualRouter>\nColour 1"),
                   -EINVAL);
  assert_non_null(strstr(collectd.log, ">: ForgetAfter 0: "));
  assert_non_null(strstr(collectd.log, "<VirtualRouter \"x\">: is not named"));
  assert_non_null(strstr(collectd.log, "<VirtualRouter \"x\">: Peer \"y\": is no IPv4"));
  assert_non_null(strstr(collectd.log, "Colour 1: unknown key"));
}

static void a_key_stands_in_one_block(void **state) {
  (void)state;
  assert_int_equal(read_lines("ForgetAfter 60"), 0);
  assert_int_equal(read_lines("ForgetAfter 61"), -EINVAL);
  assert_string_equal(collectd.log, "3 vrrp plugin: <Plugin \"vrrp\">: ForgetAfter 61: "
                                    "stands in another such block already\n");
  assert_int_equal(config.forget_after, 60 * VRRP_SECOND);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(every_key_is_read),      TEST(a_keepalived_of_each_namespace_is_read),
      TEST(quoted_values_are_read), TEST(blocks_add_up),
      TEST(what_is_wrong_is_told),  TEST(what_is_wrong_inside_is_told),
      TEST(all_is_told_at_once),    TEST(a_key_stands_in_one_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
