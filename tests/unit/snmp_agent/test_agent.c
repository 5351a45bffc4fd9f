// SPDX-License-Identifier: MIT
// What does a master see of what collectd hands the plugin, and what is refused at the
// start?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/core/array.h"
#include "conf.h"
#include "core/agentx_pdu.h"
#include "core/oid.h"
#include "daemon.h"
#include "daemon/utils_cache.h"
#include "snmp_agent/master.h"
#include "utils/common/common.h"
#include "utils/metadata/meta_data.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SESSION = 5, WAIT_MS = 5000, INTERVAL = 1000 };

#define BASE "1.3.6.1.4.1.8072.9999.9999.7"

void module_register(void);
void stop_collectd(void);

static char host[] = "here";
int timeout_g = 2;     // intervals
static unsigned stops; // how often collectd was told to stop

void stop_collectd(void) {
  stops++;
}

// --- what collectd has ------------------------------------------------------------

static data_source_t one_gauge[] = {{"value", DS_TYPE_GAUGE, 0, 0}};
static data_source_t one_derive[] = {{"value", DS_TYPE_DERIVE, 0, 0}};
static data_source_t one_absolute[] = {{"value", DS_TYPE_ABSOLUTE, 0, 0}};
static data_source_t one_counter[] = {{"value", DS_TYPE_COUNTER, 0, 0}};
static data_source_t two[] = {{"rx", DS_TYPE_DERIVE, 0, 0}, {"tx", DS_TYPE_DERIVE, 0, 0}};
static const data_set_t types[] = {
    {"gauge", 1, one_gauge},     {"derive", 1, one_derive}, {"absolute", 1, one_absolute},
    {"counter", 1, one_counter}, {"if_octets", 2, two},     {"snmp_rows", 1, one_gauge},
};
static bool has_our_types;

const data_set_t *plugin_get_ds(const char *name) {
  for (size_t i = 0; i < HA_COUNT_OF(types); i++)
    if (strcmp(types[i].type, name) == 0 &&
        (has_our_types || types[i].ds != one_gauge || i == 0))
      return &types[i];
  return NULL;
}

int parse_identifier_vl(const char *identifier, value_list_t *ret) {
  return sscanf(identifier, "%127[^/]/%127[^-]-%127[^/]/%127s", ret->host, ret->plugin,
                ret->plugin_instance, ret->type) == 4
             ? 0
             : -1;
}

// What the cache says when the plugin reads a new value once more.
static double cached;

int uc_get_value_by_name(const char *name, value_t **ret_values, size_t *ret_count) {
  (void)name;
  *ret_values = malloc(sizeof(**ret_values));
  (*ret_values)->gauge = cached;
  *ret_count = 1;
  return 0;
}

int uc_set_callbacks_mask(const char *name, unsigned long mask) {
  (void)name, (void)mask;
  return 0;
}

// Meta data with one entry.
struct meta_data_s {
  const char *key;
  int type;
  const char *text;
  double number;
};

int meta_data_type(meta_data_t *meta, const char *key) {
  return strcmp(meta->key, key) == 0 ? meta->type : 0;
}

int meta_data_get_string(meta_data_t *meta, const char *key, char **ret) {
  if (strcmp(meta->key, key) != 0 || meta->type != MD_TYPE_STRING)
    return -1;
  *ret = strdup(meta->text);
  return 0;
}

#define GETTER(name, type)                                                               \
  int meta_data_get_##name(meta_data_t *meta, const char *key, type *ret) {              \
    (void)key;                                                                           \
    *ret = (type)meta->number;                                                           \
    return 0;                                                                            \
  }

GETTER(signed_int, int64_t)
GETTER(unsigned_int, uint64_t)
GETTER(double, double)
GETTER(boolean, bool)

// --- an owner of what may be set, in a thread of the plugin's -----------------------

static struct {
  pthread_mutex_t lock;
  int64_t value;
  const char *result;
} owner = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int own(const notification_t *n, user_data_t *unused) {
  (void)unused;
  pthread_mutex_lock(&owner.lock);
  for (const notification_meta_t *m = n->meta; m != NULL; m = m->next)
    if (strcmp(m->name, "snmp_agent:set") == 0 && strcmp(owner.result, "ok") == 0)
      owner.value = m->nm_value.nm_signed_int;
  const char *result = owner.result;
  pthread_mutex_unlock(&owner.lock);
  return plugin_notification_meta_add_string((notification_t *)n, "snmp_agent:result",
                                             result);
}

static int64_t owned(void) {
  pthread_mutex_lock(&owner.lock);
  int64_t value = owner.value;
  pthread_mutex_unlock(&owner.lock);
  return value;
}

// --- the master -------------------------------------------------------------------

static char directory[] = "/tmp/test_agent.XXXXXX";
static char path[64];
static int listener = -1, master = -1;
static struct wire wire = {.big_endian = true};
static uint32_t packet;   // of what it asks
static struct sent heard; // last
static char trap[512];    // what the last notification had, its bytes that are letters

static void listen_at_path(void) {
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  strcpy(un.sun_path, path);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof(un)), 0);
  assert_int_equal(listen(listener, 5), 0);
}

static void read_all(uint8_t *to, size_t length) {
  while (length > 0) {
    struct pollfd p = {.fd = master, .events = POLLIN};
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    ssize_t n = read(master, to, length);
    assert_true(n > 0);
    to += n;
    length -= (size_t)n;
  }
}

static void hear(void) {
  static uint8_t buf[1 << 16];
  const uint8_t *at = buf;
  read_all(buf, 20);
  size_t length = 20 + sent_u32(buf + 16);
  assert_true(length <= sizeof(buf));
  read_all(buf + 20, length - 20);
  assert_true(sent_pdu(&at, &length, &heard));
}

static void send_wire(void) {
  assert_int_equal(send(master, wire.buf, wire.length, MSG_NOSIGNAL), wire.length);
}

static void note_trap(void) {
  size_t n = 0;
  for (size_t i = 0; i < heard.length && n + 1 < sizeof(trap); i++)
    if (heard.payload[i] >= ' ' && heard.payload[i] < 127)
      trap[n++] = (char)heard.payload[i];
  trap[n] = '\0';
}

// Answers what the agent asks, until it says something of this type.
static void hear_type(uint8_t type) {
  for (int i = 0; i < 100; i++) {
    hear();
    if (heard.type == AGENTX_NOTIFY)
      note_trap();
    if (heard.type != AGENTX_RESPONSE) {
      wire_response(&wire, SESSION, heard.packet, 12345, 0);
      send_wire();
    }
    if (heard.type == type)
      return;
  }
  fail_msg("nothing of type %d", type);
}

static void accept_agent(void) {
  struct pollfd p = {.fd = listener, .events = POLLIN};
  assert_int_equal(poll(&p, 1, WAIT_MS), 1);
  master = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  assert_true(master >= 0);
  hear_type(AGENTX_OPEN);
}

static void put_name(const char *text) {
  struct oid name;
  assert_int_equal(oid_parse(text, &name), 0);
  wire_oid(&wire, 0, false, name.sub, (uint8_t)name.length);
}

static void begin(uint8_t type, const char *context) {
  wire_header(&wire, type, context[0] ? 0x08 : 0, SESSION, 1, ++packet);
  if (context[0] != '\0')
    wire_bytes(&wire, context, (uint32_t)strlen(context));
}

// "66 7": the type and the number; or "4 text"; or "129".
static const char *answer(void) {
  static char text[128];
  wire_end(&wire);
  send_wire();
  hear_type(AGENTX_RESPONSE);
  const uint8_t *at = heard.payload + 8;
  unsigned type = sent_u16(at);
  at += 4 + 4 + 4 * at[4];
  if (type == 4)
    snprintf(text, sizeof(text), "4 %.*s", (int)sent_u32(at), at + 4);
  else if (type == 70)
    snprintf(text, sizeof(text), "70 %u", sent_u32(at + 4));
  else if (type < 128)
    snprintf(text, sizeof(text), "%u %d", type, (int)sent_u32(at));
  else
    snprintf(text, sizeof(text), "%u", type);
  return text;
}

static const char *get_from(const char *context, const char *name) {
  begin(AGENTX_GET, context);
  put_name(name);
  wire_oid(&wire, 0, false, NULL, 0);
  return answer();
}

static const char *get(const char *name) {
  return get_from("", name);
}

static const char *get_next(const char *name, const char *end) {
  begin(AGENTX_GET_NEXT, "");
  put_name(name);
  put_name(end);
  return answer();
}

// The error of the answer.
static unsigned error_of(void) {
  wire_end(&wire);
  send_wire();
  hear_type(AGENTX_RESPONSE);
  return sent_u16(heard.payload + 4);
}

static unsigned test_set(const char *name, uint16_t type, uint32_t value) {
  begin(AGENTX_TEST_SET, "");
  wire_u16(&wire, type);
  wire_u16(&wire, 0);
  put_name(name);
  wire_u32(&wire, value);
  return error_of();
}

static unsigned ask(uint8_t type) {
  begin(type, "");
  return error_of();
}

// --- collectd's life ----------------------------------------------------------------

static int set_up(void **state) {
  (void)state;
  hostname_g = host;
  stops = 0;
  has_our_types = true;
  trap[0] = '\0';
  owner.value = 0;
  owner.result = "ok";
  collectd.dispatches = false;
  collectd.cache[0] = '\0';
  module_register();
  daemon_forget();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  int status = collectd.shutdown();
  if (master >= 0)
    close(master);
  if (listener >= 0)
    close(listener);
  master = listener = -1;
  unlink(path);
  return status;
}

static void configure(const char *text) {
  oconfig_item_t *block = conf_read(text);
  assert_int_equal(collectd.config(block), 0);
  conf_free(block);
}

static const char block_of_all[] =
    "<Map \"words\">\ndown 2\nEntry \"is up\" 1\nDefault 9\n</Map>\n"
    "<Table \"rows\">\nNotified true\nSizeOID \"" BASE ".9\"\n"
    "<IndexKey>\nSource \"PluginInstance\"\n</IndexKey>\n"
    "<Data \"number\">\nPlugin \"hand\"\nType \"gauge\"\nOIDs \"" BASE ".1.2\"\n"
    "Syntax \"Gauge32\"\nWritable true\n</Data>\n"
    "<Data \"word\">\nPlugin \"hand\"\nType \"gauge\"\nValue \"Meta:word\"\nMap "
    "\"words\"\n"
    "OIDs \"" BASE ".1.3\"\nSyntax \"Integer32\"\n</Data>\n"
    "<Data \"text\">\nPlugin \"hand\"\nType \"gauge\"\nValue \"Hostname\"\n"
    "OIDs \"" BASE ".1.4\"\nSyntax \"DisplayString\"\n</Data>\n</Table>\n"
    "<Data \"pair\">\nPlugin \"pair\"\nType \"if_octets\"\n"
    "OIDs \"" BASE ".2.0\" \"" BASE ".3.0\"\n</Data>\n"
    "<Data \"rate\">\nPlugin \"flow\"\nType \"derive\"\nRate true\nOIDs \"" BASE
    ".4.0\"\nSyntax \"Gauge32\"\n</Data>\n"
    "<Data \"old\">\nPlugin \"old\"\nType \"counter\"\nOIDs \"" BASE
    ".5.0\"\nSyntax \"Counter64\"\n</Data>\n"
    "<Data \"whole\">\nPlugin \"whole\"\nType \"absolute\"\nOIDs \"" BASE
    ".6.0\"\nSyntax \"Counter64\"\n</Data>\n"
    "<Notification \"burns\">\nPlugin \"hand\"\nSeverity \"WARNING\"\nTrap \"" BASE
    ".0.1\"\n"
    "<Object \"" BASE
    ".8.1\">\nValue \"Meta:message\"\nSyntax \"OctetString\"\n</Object>\n"
    "<Object \"" BASE ".8.2\">\nValue \"Meta:degrees\"\nSyntax \"Gauge32\"\n</Object>\n"
    "<Object \"" BASE
    ".8.3\">\nValue \"Meta:severity\"\nSyntax \"DisplayString\"\n</Object>\n"
    "</Notification>\n";

static void start(void) {
  char text[4096];
  snprintf(text, sizeof(text),
           "<Plugin snmp_agent>\nAgentXSocket \"unix:%s\"\n%s</Plugin>", path,
           block_of_all);
  configure(text);
  assert_int_equal(collectd.init(), 0);
  assert_int_equal(collectd.init(), 0); // collectd may ask again
  assert_int_equal(stops, 0);
}

static void start_and_open(void) {
  listen_at_path();
  start();
  accept_agent();
}

// --- values -------------------------------------------------------------------------

static int event_before(const char *mark, enum cache_event_type_e type,
                        const char *plugin, const char *kind, value_t value,
                        meta_data_t *meta) {
  value_t values[] = {value, {.derive = 8}};
  value_list_t list = {.values = values,
                       .values_len = strcmp(kind, "if_octets") == 0 ? 2 : 1,
                       .time = ++collectd.now,
                       .interval = INTERVAL,
                       .meta = meta};
  char name[6 * DATA_MAX_NAME_LEN];
  strcpy(list.host, host);
  strcpy(list.type, kind);
  sscanf(plugin, "%127[^-]-%127s", list.plugin, list.plugin_instance);
  strcpy(name, mark);
  format_name(name + strlen(mark), sizeof(name) - 1, host, list.plugin,
              list.plugin_instance, kind, "");
  cache_event_t e = {.type = type, .value_list = &list, .value_list_name = name};
  assert_int_equal(collectd.cache_event(&e, NULL), 0);
  return e.ret;
}

static int event(enum cache_event_type_e type, const char *plugin, const char *kind,
                 value_t value, meta_data_t *meta) {
  return event_before("", type, plugin, kind, value, meta);
}

static int hand_over(const char *plugin, double number, meta_data_t *meta) {
  return event_before("/", CE_VALUE_NEW, plugin, "gauge", (value_t){.gauge = number},
                      meta);
}

static int put(enum cache_event_type_e type, const char *plugin, double number) {
  return event(type, plugin, "gauge", (value_t){.gauge = number}, NULL);
}

static void test_a_value_comes_changes_and_goes(void **state) {
  (void)state;
  start_and_open();
  assert_string_equal(get(BASE ".1.2.1.97"), "129");
  cached = 5; // another thread was faster
  assert_int_equal(put(CE_VALUE_NEW, "hand-a", 4), 1);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 5");
  put(CE_VALUE_UPDATE, "hand-a", 6);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 6");
  assert_string_equal(get(BASE ".9.0"), "2 1");
  assert_string_equal(get_next(BASE ".1.2", BASE ".1.3"), "66 6");
  assert_string_equal(get_next(BASE ".1.2.1.97", BASE ".1.3"), "130");
  assert_string_equal(get(BASE ".1.4.1.97"), "4 here");
  assert_string_equal(get_from("elsewhere", BASE ".1.2.1.97"), "128");
  put(CE_VALUE_EXPIRED, "hand-a", 6);
  assert_string_equal(get(BASE ".1.2.1.97"), "129");
  assert_string_equal(get(BASE ".9.0"), "2 0");
  assert_int_equal(put(CE_VALUE_NEW, "foot-a", 4), 0);
}

static void test_meta_data_become_values(void **state) {
  (void)state;
  static struct {
    struct meta_data_s meta;
    const char *wanted;
  } cases[] = {
      {{"word", MD_TYPE_STRING, "is up", 0}, "2 1"},
      {{"word", MD_TYPE_STRING, "down", 0}, "2 2"},
      {{"word", MD_TYPE_STRING, "sideways", 0}, "2 9"},
      {{"word", MD_TYPE_SIGNED_INT, NULL, -3}, "2 9"},
      {{"word", MD_TYPE_UNSIGNED_INT, NULL, 3}, "2 9"},
      {{"word", MD_TYPE_BOOLEAN, NULL, 1}, "2 9"},
      {{"word", MD_TYPE_DOUBLE, NULL, 0.5}, "2 9"},
  };
  start_and_open();
  cached = 1;
  for (size_t i = 0; i < HA_COUNT_OF(cases); i++) {
    event(i == 0 ? CE_VALUE_NEW : CE_VALUE_UPDATE, "hand-a", "gauge",
          (value_t){.gauge = 1}, &cases[i].meta);
    assert_string_equal(get(BASE ".1.3.1.97"), cases[i].wanted);
  }
  struct meta_data_s other = {"another", MD_TYPE_STRING, "x", 0};
  event(CE_VALUE_UPDATE, "hand-a", "gauge", (value_t){.gauge = 1}, &other);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 1");
}

// What a plugin hands over itself is there without the cache, which may forget it, and
// leaves two intervals after the last one; nobody subscribes to it.
static void test_a_value_ahead_of_the_queue(void **state) {
  (void)state;
  struct meta_data_s down = {"word", MD_TYPE_STRING, "down", 0};
  start_and_open();
  assert_int_equal(hand_over("hand-a", 1, &down), 0);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 1");
  assert_string_equal(get(BASE ".1.3.1.97"), "2 2");
  put(CE_VALUE_EXPIRED, "hand-a", 1);
  assert_int_equal(hand_over("hand-a", 3, NULL), 0);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 3");
  assert_string_equal(get(BASE ".1.3.1.97"), "2 2"); // without meta data they stay
  collectd.now += timeout_g * INTERVAL;
  assert_int_equal(collectd.read(), 0);
  assert_string_equal(get(BASE ".1.2.1.97"), "129");
}

static void test_each_kind_of_data_source(void **state) {
  (void)state;
  start_and_open();
  event(CE_VALUE_UPDATE, "pair", "if_octets", (value_t){.derive = 7}, NULL);
  assert_string_equal(get(BASE ".2.0"), "129");
  event(CE_VALUE_NEW, "pair", "if_octets", (value_t){.derive = 7}, NULL);
  event(CE_VALUE_UPDATE, "pair", "if_octets", (value_t){.derive = 9}, NULL);
  assert_string_equal(get(BASE ".2.0"), "70 9");
  assert_string_equal(get(BASE ".3.0"), "70 8");
  strcpy(collectd.cache, "here/flow/derive\n"); // with a rate of 0
  event(CE_VALUE_NEW, "flow", "derive", (value_t){.derive = 7}, NULL);
  assert_string_equal(get(BASE ".4.0"), "66 0");
  event(CE_VALUE_NEW, "old", "counter", (value_t){.counter = 11}, NULL);
  event(CE_VALUE_UPDATE, "old", "counter", (value_t){.counter = 12}, NULL);
  assert_string_equal(get(BASE ".5.0"), "70 12");
  event(CE_VALUE_NEW, "whole", "absolute", (value_t){.absolute = 13}, NULL);
  event(CE_VALUE_UPDATE, "whole", "absolute", (value_t){.absolute = 14}, NULL);
  assert_string_equal(get(BASE ".6.0"), "70 14");
  assert_int_equal(event(CE_VALUE_NEW, "hand-a", "unknown", (value_t){.gauge = 1}, NULL),
                   0);
}

// --- notifications --------------------------------------------------------------------

static notification_t about(const char *type, int severity) {
  notification_t n = {.severity = severity,
                      .time = ++collectd.now,
                      .plugin = "hand",
                      .plugin_instance = "a"};
  strcpy(n.message, "it burns");
  strcpy(n.host, host);
  strcpy(n.type, type);
  return n;
}

static void notify(notification_t *n) {
  assert_int_equal(collectd.notification(n, NULL), 0);
  plugin_notification_meta_free(n->meta);
}

static void test_a_notification_becomes_a_trap(void **state) {
  (void)state;
  start_and_open();
  notification_t n = about("gauge", NOTIF_WARNING);
  plugin_notification_meta_add_unsigned_int(&n, "degrees", 900);
  notify(&n);
  hear_type(AGENTX_NOTIFY);
  assert_non_null(strstr(trap, "it burns"));
  assert_non_null(strstr(trap, "WARNING"));
  trap[0] = '\0';
  n = about("gauge", NOTIF_FAILURE); // not asked for
  notify(&n);
  assert_string_equal(get(BASE ".9.0"), "2 0");
  assert_string_equal(trap, "");
}

static void test_a_notification_is_ahead_of_its_value(void **state) {
  (void)state;
  start_and_open();
  cached = 5;
  put(CE_VALUE_NEW, "hand-a", 5);
  put(CE_VALUE_NEW, "hand-b", 5);
  notification_t n = about("gauge", NOTIF_OKAY);
  plugin_notification_meta_add_boolean(&n, "snmp_agent:update", true);
  plugin_notification_meta_add_signed_int(&n, "snmp_agent:value", 8);
  notify(&n);
  assert_string_equal(get(BASE ".1.2.1.97"), "66 8");
  n = about("gauge", NOTIF_OKAY);
  plugin_notification_meta_add_boolean(&n, "snmp_agent:remove", true);
  notify(&n);
  assert_string_equal(get(BASE ".1.2.1.97"), "129");
  n = about("another", NOTIF_OKAY);
  strcpy(n.plugin_instance, "b");
  plugin_notification_meta_add_boolean(&n, "snmp_agent:remove:gauge", true);
  notify(&n);
  assert_string_equal(get(BASE ".1.2.1.98"), "129");
}

// --- SETs -----------------------------------------------------------------------------

static void test_a_set_finds_its_owner(void **state) {
  (void)state;
  start_and_open();
  collectd.dispatches = true;
  collectd.notification = own;
  cached = 5;
  put(CE_VALUE_NEW, "hand-a", 5);
  assert_int_equal(test_set(BASE ".1.2.1.97", 66, 7), AGENTX_NO_ERROR);
  assert_int_equal(owned(), 0);
  assert_int_equal(ask(AGENTX_COMMIT_SET), AGENTX_NO_ERROR);
  assert_int_equal(owned(), 7);
  assert_int_equal(ask(AGENTX_UNDO_SET), AGENTX_NO_ERROR);
  assert_int_equal(owned(), 5);
}

static void test_a_set_that_is_refused(void **state) {
  (void)state;
  start_and_open();
  collectd.dispatches = true;
  collectd.notification = own;
  cached = 5;
  put(CE_VALUE_NEW, "hand-a", 5);
  static const struct {
    const char *name;
    uint16_t type;
    enum agentx_error error;
  } cases[] = {
      {BASE ".1.3.1.97", 2, AGENTX_NOT_WRITABLE},
      {BASE ".77.1", 66, AGENTX_NOT_WRITABLE},
      {BASE ".1.2.1.98", 66, AGENTX_NO_CREATION},
      {BASE ".1.2.1.97", 2, AGENTX_WRONG_TYPE},
  };
  for (size_t i = 0; i < HA_COUNT_OF(cases); i++) {
    assert_int_equal(test_set(cases[i].name, cases[i].type, 7), cases[i].error);
    begin(AGENTX_CLEANUP_SET, ""); // which nobody answers
    wire_end(&wire);
    send_wire();
  }
  owner.result = "wrongValue";
  assert_int_equal(test_set(BASE ".1.2.1.97", 66, 7), AGENTX_WRONG_VALUE);
  assert_int_equal(owned(), 0);
}

// --- what it tells of itself
// ------------------------------------------------------------

static void read_thrice(void) {
  for (int i = 0; i < 3; i++) {
    daemon_forget();
    assert_int_equal(collectd.read(), 0);
  }
}

static void test_it_tells_of_itself(void **state) {
  (void)state;
  assert_int_equal(collectd.read(), 0); // before init: nothing
  start_and_open();
  get(BASE ".9.0");
  read_thrice();
  assert_non_null(strstr(collectd.values, "/agentx_sessions- "));
  assert_non_null(strstr(collectd.values, "/snmp_rows-rows 0\n"));
  assert_true(daemon_logged("<Table \"rows\"> has no row: nothing sends hand/gauge"));
  assert_true(daemon_logged("<Data \"rate\"> has no value: nothing sends flow/derive"));
  cached = 5;
  put(CE_VALUE_NEW, "hand-a", 5);
  read_thrice();
  assert_non_null(strstr(collectd.values, "/snmp_rows-rows 1\n"));
}

static void test_without_types_of_its_own(void **state) {
  (void)state;
  has_our_types = false;
  start_and_open();
  collectd.read();
  assert_true(daemon_logged("so there are no values of the agent itself"));
  assert_string_equal(collectd.values, "");
}

// --- what is refused
// ---------------------------------------------------------------------

#define TOP(text)   "<Plugin snmp_agent>\n" text "\n</Plugin>"
#define TABLE(text) TOP("<Table \"t\">\n" text "\n</Table>")
#define KEY(text)   "<IndexKey>\n" text "\n</IndexKey>\n"
#define NAMED       KEY("Source \"PluginInstance\"")
#define OIDS        "OIDs \"" BASE ".1.2\"\n"
#define COLUMN                                                                           \
  "<Data \"c\">\nPlugin \"p\"\nType \"gauge\"\n" OIDS "Syntax \"Gauge32\"\n</Data>"
#define DATA(text)   TOP("<Data \"d\">\nPlugin \"p\"\nType \"gauge\"\n" text "\n</Data>")
#define SCALAR(text) DATA("OIDs \"" BASE ".2.0\"\n" text)
#define TRAP(text)   TOP("<Notification \"n\">\n" text "\n</Notification>")
#define OBJECT(text)                                                                     \
  TRAP("Trap \"" BASE ".0.1\"\n<Object \"" BASE ".8\">\n" text "\n</Object>")
#define MAP(text) TOP("<Map \"m\">\n" text "\n</Map>")

static const struct {
  const char *text, *said;
} refused[] = {
    {TOP("AgentXSokcet \"/x\""), "AgentXSokcet \"/x\": unknown key"},
    {TOP("AgentXSocket \"here\""), "is not \"/PATH\", \"unix:/PATH\""},
    {TOP("AgentXTimeout 0"), "AgentXTimeout 0: needs exactly one whole number from 1"},
    {TOP("AgentXPing \"soon\""), "AgentXPing \"soon\": needs exactly one whole number"},
    {DATA(""), "OIDs is missing"},
    {DATA("OIDs 5"), "an OID is text in quotes"},
    {DATA("OIDs \"nonsense\""), "\"nonsense\" is neither a numeric OID"},
    {SCALAR("Syntax \"Gauge\""), "\"Gauge\" is not one of "},
    {SCALAR("Syntax 5"), "a syntax is text in quotes"},
    {SCALAR("Syntax \"Gauge32\" \"Gauge32\""), "needs one syntax, or one for each OID"},
    {SCALAR("Value \"Colour\""), "is not one of Value, Hostname"},
    {SCALAR("Value \"Hostname\"\nRate true"), "Rate, Scale, Shift and DataSource need"},
    {SCALAR("Value \"Hostname\"\nGroup 1"), "Group 1 needs a Regex"},
    {SCALAR("Value \"Hostname\"\nRegex \"a(b)\"\nGroup 2"), "Group 2 isn't there"},
    {SCALAR("Regex \"(\""), "Regex \"(\""},
    {SCALAR("Map \"none\""), "Map \"none\": there is no <Map> of this name"},
    {SCALAR("Word \"middle\""), "is not one of low, high"},
    {SCALAR("Format \"%d\""), "needs one conversion of a number"},
    {SCALAR("Writable true\nScale 2"), "Writable needs one OID that shows the number"},
    {SCALAR("Writable true\nSyntax \"Counter64\""), "Writable needs Syntax Integer32"},
    {SCALAR("Saturate true\nSyntax \"Counter64\""), "Saturate needs Syntax Unsigned32"},
    {SCALAR("Saturate true\nWord \"low\"\nSyntax \"Gauge32\""), "Word doesn't go with"},
    {SCALAR("Format \"%f\"\nSyntax \"Gauge32\""), "Format needs Syntax DisplayString"},
    {SCALAR("Scale \"much\""), "Scale \"much\""},
    {SCALAR("DataSource \"rx\""), "DataSource \"rx\": type \"gauge\" has value"},
    {SCALAR("Where \"Constant:x\" \"x\""), "\"Constant:x\" is not one of Value"},
    {TABLE("AlsoContextFrom \"Host\"\nContextFrom \"Host\"\n" NAMED COLUMN),
     "has ContextFrom and AlsoContextFrom"},
    {TABLE("AlsoContextFrom \"Value\"\n" NAMED COLUMN),
     "\"Value\" is not one of Hostname"},
    {SCALAR("Where \"Plugin\""), "needs a field and a regular expression"},
    {SCALAR("ContextFrom 5"), "needs a field or Meta:KEY"},
    {SCALAR("ContextFrom \"Value\""), "\"Value\" is not one of Hostname"},
    {DATA("OIDs \"" BASE ".2.0\" \"" BASE ".3.0\""),
     "type \"gauge\" has 1 data source (value)"},
    {TOP("<Data \"d\">\nType \"gauge\"\n" OIDS "</Data>"), "Plugin is missing"},
    {TOP("<Data \"d\">\nPlugin \"p\"\n" OIDS "</Data>"), "Type is missing"},
    {TOP("<Data \"d\">\nPlugin \"p\"\nType \"colour\"\n" OIDS "</Data>"),
     "Type \"colour\" is in none"},
    {TABLE(COLUMN), "has no index: an <IndexKey> is missing"},
    {TABLE(NAMED), "no <Data> with a Type fills it with rows"},
    {TABLE(KEY("") COLUMN), "Source is missing"},
    {TABLE(KEY("Source \"Value\"") COLUMN), "a changing value can't be an index"},
    {TABLE(KEY("Source \"Plugin\"\nSyntax \"Counter64\"") COLUMN), "can't be an index"},
    {TABLE(KEY("Source \"Meta:x\"\nDefault 0") COLUMN), "Default 0: needs"},
    {TABLE(KEY("Source \"Plugin\"\nImplied true") NAMED COLUMN),
     "only the last <IndexKey>"},
    {TABLE(KEY("Source \"Plugin\"\nSyntax \"Integer32\"\nImplied true") COLUMN),
     "never varies"},
    {TABLE(NAMED "Shared 5\n" COLUMN), "Shared 5: needs exactly one of true and false"},
    {TABLE(NAMED "<Data \"c\">\nHost \"x\"\nPlugin \"p\"\nType \"gauge\"\n" OIDS
                 "</Data>"),
     "stands in the <Table> around it"},
    {TABLE(NAMED "<Data \"c\">\nContext \"x\"\nPlugin \"p\"\nType \"gauge\"\n" OIDS
                 "</Data>"),
     "stands in the <Table> around it"},
    {TABLE("<Data \"k\">\nType \"gauge\"\n" OIDS KEY(
         "Source \"Plugin\"") "</Data>\n" COLUMN),
     "an index has no Type"},
    {TOP("<Table \"a\">\n" NAMED COLUMN "\n</Table>\n<Table \"b\">\n" NAMED COLUMN
         "\n</Table>"),
     "an object must be neither the same as another nor inside it"},
    {MAP("down 2.5"), "maps to a whole number or to text in quotes"},
    {MAP("Entry \"down\""), "an entry is: Entry \"from\" to"},
    {MAP("down 1\ndown 2"), "\"down\" stands twice in this map"},
    {MAP("Default 1\nDefault 2"), "stands twice in this block"},
    {MAP("Default"), "needs exactly one value"},
    {TOP("<Map \"m\">\n</Map>\n<Map \"m\">\n</Map>"),
     "a map of this name is there already"},
    {TRAP("Plugin \"p\""), "Trap, the notification's OID, is missing"},
    {TRAP("Severity \"LOUD\""), "is not one of FAILURE, WARNING, OKAY"},
    {TRAP("Where \"Value\" \"1\""), "a notification has no number"},
    {TRAP("Message \"(\""), "Message \"(\""},
    {OBJECT(""), "Value is missing: a field, Meta:KEY"},
    {OBJECT("Value \"Plugin\""), "so Syntax is needed"},
    {OBJECT("Value \"Plugin\"\nSyntax \"TimeStamp\""), "can't stand in a notification"},
    {OBJECT("Value \"Plugin\"\nSyntax \"Gauge32\"\nTable \"none\""),
     "there is no <Table> of this name"},
};

static void test_what_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < HA_COUNT_OF(refused); i++) {
    daemon_forget();
    stops = 0;
    configure(refused[i].text);
    assert_int_equal(collectd.init(), -1);
    if (!daemon_logged(refused[i].said) || stops != 1)
      fail_msg("%s\nstopped %u times, wanted: %s\nsaid: %s", refused[i].text, stops,
               refused[i].said, collectd.log);
    assert_int_equal(collectd.shutdown(), 0);
  }
}

static void test_all_that_is_wrong_is_told(void **state) {
  (void)state;
  configure(TOP("AgentXPing 0\nColour 1\n<Data \"d\">\nSkale 2\n</Data>"));
  configure(TOP("AgentXSocket \"here\""));
  assert_int_equal(collectd.init(), -1);
  static const char *const said[] = {"AgentXPing 0", "Colour 1", "Skale 2",
                                     "AgentXSocket \"here\""};
  for (size_t i = 0; i < HA_COUNT_OF(said); i++)
    assert_true(daemon_logged(said[i]));
}

static void test_no_block(void **state) {
  (void)state;
  assert_int_equal(collectd.init(), -1);
  assert_int_equal(stops, 1);
  assert_true(daemon_logged("there is no <Plugin snmp_agent> block"));
}

// What comes before the start or after the end finds nothing.
static void test_nothing_is_there_before_and_after(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    notification_t n = about("gauge", NOTIF_WARNING);
    assert_int_equal(put(CE_VALUE_NEW, "hand-a", 1), 0);
    notify(&n);
    assert_int_equal(collectd.read(), 0);
    assert_string_equal(collectd.values, "");
    if (i == 0)
      start_and_open();
    assert_int_equal(collectd.shutdown(), 0);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_a_value_comes_changes_and_goes),
      TEST(test_meta_data_become_values),
      TEST(test_each_kind_of_data_source),
      TEST(test_a_value_ahead_of_the_queue),
      TEST(test_a_notification_becomes_a_trap),
      TEST(test_a_notification_is_ahead_of_its_value),
      TEST(test_a_set_finds_its_owner),
      TEST(test_a_set_that_is_refused),
      TEST(test_it_tells_of_itself),
      TEST(test_without_types_of_its_own),
      TEST(test_what_is_refused),
      TEST(test_all_that_is_wrong_is_told),
      TEST(test_no_block),
      TEST(test_nothing_is_there_before_and_after),
  };
  setenv("MIBS", "", 1); // names of MIB files: none
  if (mkdtemp(directory) == NULL)
    return 1;
  snprintf(path, sizeof(path), "%s/master", directory);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  rmdir(directory);
  return failed;
}
