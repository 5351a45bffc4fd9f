// SPDX-License-Identifier: MIT
// Does an event become the trap that its rule describes, or none?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/trap.h"

#include "snmp_agent/make_rules.h"

enum { FAILURE = 1, WARNING = 2, OKAY = 4 };

static struct fake f;
static struct trap_event event;
static struct trap_rule *rule;

static int set_up(void **state) {
  (void)state;
  fake(&f, "eth0", "master", real(0));
  f.sample.value_count = 0;
  event =
      (struct trap_event){.sample = f.sample, .severity = WARNING, .message = "it moved"};
  rule = calloc(1, sizeof(*rule));
  must(rule != NULL);
  rule->trap = make_oid("1.3.6.1.4.1.9.0.1");
  rule->objects = calloc(4, sizeof(*rule->objects));
  must(rule->objects != NULL);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  trap_rule_free(rule);
  return 0;
}

static struct trap_object *add_object(const char *oid, const char *source,
                                      enum syntax syntax) {
  struct trap_object *object = &rule->objects[rule->object_count++];
  object->oid = make_oid(oid);
  object->syntax = syntax;
  object->source.scale = 1;
  must(source_parse(source, &object->source) == 0);
  return object;
}

// What the notification carries behind snmpTrapOID.0, as "1.2=text 1.3=7"; its context
// and trap are those of the rule.
static const char *bindings(void) {
  static char text[512];
  struct agentx_notification *n;
  struct agentx_varbind vb;
  struct agentx_header h = {.flags = AGENTX_NETWORK_BYTE_ORDER};
  struct agentx_reader r;
  char context[AGENTX_CONTEXT_MAX + 1], oid[OID_TEXT_SIZE];
  size_t at = 0;
  assert_int_equal(trap_make(rule, &event, &n), 0);
  h.flags |= n->flags;
  h.payload_length = (uint32_t)n->length;
  agentx_reader_init(&r, &h, n->body);
  assert_int_equal(agentx_read_context(&r, &h, context), AGENTX_FINE);
  assert_string_equal(context, rule->context != NULL ? rule->context : "");
  assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
  assert_string_equal(oid_format(vb.name.sub, vb.name.length, oid, sizeof(oid)),
                      "1.3.6.1.6.3.1.1.4.1.0");
  assert_int_equal(
      oid_compare(vb.value.subids, vb.value.length, rule->trap.sub, rule->trap.length),
      0);
  text[0] = '\0';
  while (!agentx_at_end(&r)) {
    assert_int_equal(agentx_read_varbind(&r, &vb), AGENTX_FINE);
    oid_format(vb.name.sub, vb.name.length, oid, sizeof(oid));
    at += (size_t)(vb.value.type == SMI_OCTET_STRING
                       ? snprintf(text + at, sizeof(text) - at, "%s=%.*s ", oid,
                                  (int)vb.value.length, (const char *)vb.value.bytes)
                       : snprintf(text + at, sizeof(text) - at, "%s=%d ", oid,
                                  (int)vb.value.number));
  }
  free(n);
  return text;
}

static void a_rule_wants_what_it_names(void **state) {
  (void)state;
  assert_true(trap_wants(rule, &event));
  rule->match[FIELD_TYPE_INSTANCE] = strdup("master");
  assert_true(trap_wants(rule, &event));
  rule->match[FIELD_PLUGIN] = strdup("other");
  assert_false(trap_wants(rule, &event));
}

static void a_rule_wants_its_severities(void **state) {
  (void)state;
  rule->severities = FAILURE | WARNING;
  assert_true(trap_wants(rule, &event));
  event.severity = FAILURE;
  assert_true(trap_wants(rule, &event));
  event.severity = OKAY;
  assert_false(trap_wants(rule, &event));
  event.severity = 1u << 31; // from who knows where
  assert_false(trap_wants(rule, &event));
}

static void a_rule_wants_its_message_and_conditions(void **state) {
  (void)state;
  rule->message = make_regex("^it");
  assert_true(trap_wants(rule, &event));
  event.message = "they moved";
  assert_false(trap_wants(rule, &event));
  event.message = "it moved";
  rule->where = calloc(1, sizeof(*rule->where));
  must(rule->where != NULL && source_parse("Meta:id", &rule->where->source) == 0);
  rule->where->source.regex = make_regex("^7$");
  rule->where_count = 1;
  assert_false(trap_wants(rule, &event));
  f.metas[0].key = "id";
  f.metas[0].value = natural(7);
  assert_true(trap_wants(rule, &event));
}

static void objects_are_sent_with_their_instance(void **state) {
  (void)state;
  struct mapping *m = mapping_create();
  struct table_rule *t = make_table(m);
  make_key(t, "Meta:id", SYNTAX_INTEGER32);
  assert_int_equal(mapping_ready(m, "here"), 0);
  f.metas[0].key = "id";
  f.metas[0].value = natural(7);
  rule->context = strdup("r1");
  add_object("1.2", "PluginInstance", SYNTAX_DISPLAY_STRING)->table = t;
  add_object("1.3.0", "Constant:4", SYNTAX_INTEGER32);
  assert_string_equal(bindings(), "1.2.7=eth0 1.3.0=4 ");
  mapping_destroy(m);
}

static void what_the_event_does_not_tell_is_left_out(void **state) {
  (void)state;
  add_object("1.1.0", "Meta:absent", SYNTAX_DISPLAY_STRING);
  add_object("1.2.0", "PluginInstance", SYNTAX_INTEGER32); // no number
  add_object("1.3.0", "TypeInstance", SYNTAX_DISPLAY_STRING);
  assert_string_equal(bindings(), "1.3.0=master ");
}

static void what_no_pdu_holds_is_an_error(void **state) {
  (void)state;
  struct agentx_notification *n = NULL;
  rule->context = calloc(1, AGENTX_CONTEXT_MAX + 2);
  must(rule->context != NULL);
  memset(rule->context, 'c', AGENTX_CONTEXT_MAX + 1);
  assert_int_equal(trap_make(rule, &event, &n), -EINVAL);
  assert_null(n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_rule_wants_what_it_names),
      TEST(a_rule_wants_its_severities),
      TEST(a_rule_wants_its_message_and_conditions),
      TEST(objects_are_sent_with_their_instance),
      TEST(what_the_event_does_not_tell_is_left_out),
      TEST(what_no_pdu_holds_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
