// SPDX-License-Identifier: MIT
// Does keepalived's state yield every value once, with what the MIBs need?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_fields.h"
#include "core/keepalived_json.h"
#include "core/keepalived_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Writes each value as a line "INSTANCE TYPE TYPE_INSTANCE VALUE key=note …".
struct book {
  char *text;
  size_t length, size, n_values;
};

static void write_text(struct book *book, const char *format, ...) {
  va_list args;
  va_start(args, format);
  book->length += (size_t)vsnprintf(book->text + book->length, book->size - book->length,
                                    format, args);
  va_end(args);
  assert_true(book->length < book->size);
}

static void write_value(void *context, const struct vrrp_keepalived_value *value) {
  struct book *book = context;
  write_text(book, "\n%s %s %s ", value->instance ? value->instance->name : "-",
             vrrp_keepalived_type(value->kind), value->type_instance);
  if (value->is_counter)
    write_text(book, "%lld", (long long)value->counter);
  else
    write_text(book, "%g", value->gauge);
  for (size_t i = 0; i < value->note_count; i++) {
    const struct vrrp_keepalived_note *note = &value->notes[i];
    if (note->text != NULL)
      write_text(book, " %s=%s", note->key, note->text);
    else
      write_text(book, " %s=%.10g", note->key, note->number);
  }
  write_text(book, " ");
  book->n_values++;
}

static struct book report_bytes(uint8_t *bytes, size_t length) {
  struct book book = {.text = malloc(1 << 20), .size = 1 << 20};
  struct vrrp_keepalived_state *state = NULL;
  assert_int_equal(vrrp_keepalived_json_parse(bytes, length, &state), 0);
  vrrp_keepalived_tell(state, true, write_value, &book);
  vrrp_keepalived_state_free(state);
  return book;
}

static struct book report_file(const char *name) {
  char path[512];
  uint8_t bytes[16384];
  snprintf(path, sizeof(path), "%s/%s", HA_CORPUS, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(bytes, 1, sizeof(bytes), file);
  fclose(file);
  return report_bytes(bytes, length);
}

static void assert_says(const struct book *book, const char *wanted) {
  if (strstr(book->text, wanted) == NULL)
    fail_msg("not said: %s", wanted);
}

static void tells_states_and_priorities(void **unused) {
  (void)unused;
  struct book book = report_file("2.2.7-rich.json");
  assert_says(&book, "\nA keepalived_state current 2 position=1 name=A interface=eth0 "
                     "base_interface=eth0 advertised_interval=1 vrid=10 version=2 ");
  assert_says(&book, "\nA keepalived_state wanted 2 position=1 name=A ");
  assert_says(&book, "\nD vrrp_priority base 101 position=4 name=D ");
  assert_says(&book, "\nD vrrp_priority effective 111 position=4 name=D ");
  assert_says(&book, " interface=vrrp.40 base_interface=eth0 ");
  assert_says(&book, " advertised_interval=20 vrid=20 version=3 ");
  free(book.text);
}

static void tells_scripts(void **unused) {
  (void)unused;
  struct book book = report_file("2.2.7-rich.json");
  assert_says(&book, " script_master='/usr/bin/echo' 'master' 'a' 'b' "
                     "script='/usr/bin/true' runs_script=1 ");
  assert_says(&book, " runs_script=0 ");
  free(book.text);
}

static void tells_counters_that_are_told(void **unused) {
  (void)unused;
  struct book book = report_file("2.2.7-rich.json");
  assert_says(&book, "\nC4 keepalived_counter adverts_sent 8 position=2 name=C4 ");
  assert_null(strstr(book.text, "auth_ext"));
  free(book.text);
}

static void tells_items_with_their_place(void **unused) {
  (void)unused;
  struct book book = report_file("2.2.7-rich.json");
  assert_says(&book, "\nA keepalived_address 10.0.0.100 1 position=1 name=A index=1 "
                     "advertised=1 address=10.0.0.100 family=4 prefix=24 ifname=eth0 "
                     "scope=0 label=eth0:vip set=1 broadcast=0.0.0.0 ");
  assert_says(&book, "\nA keepalived_address fd00::150 1 position=1 name=A index=4 "
                     "advertised=0 ");
  assert_says(&book, "\nA keepalived_route 2 1 position=1 name=A index=2 ");
  assert_says(&book, "\nA keepalived_next_hop 2.1 1 position=1 name=A route_index=2 "
                     "index=1 gateway=10.0.0.2 gateway_family=4 ifname=eth0 weight=3 "
                     "onlink=0 ");
  assert_says(&book, "\nA keepalived_rule 1 1 position=1 name=A index=1 from=10.8.0.0 ");
  assert_says(&book, " direction=from address=10.8.0.0 prefix=24 inverted=0 ");
  assert_says(&book, "\nD keepalived_tracked interface-lo nan position=4 name=D index=1 "
                     "kind=interface tracked=lo ifname=lo ");
  free(book.text);
}

#define CHECK "/usr/local/lib/keepalived/checks/check_that_service_answers.sh "

// Commands are long, and what tells them apart may stand at their end.
static void tells_apart_what_is_tracked(void **unused) {
  (void)unused;
  uint8_t json[] = "[{\"data\":{\"iname\":\"A\",\"track_script\":[\"" CHECK
                   "80\",\"" CHECK "443\"]}}]";
  struct book book = report_bytes(json, sizeof(json) - 1);
  assert_says(&book, "\nA keepalived_tracked script-" CHECK "80 nan ");
  assert_says(&book, "\nA keepalived_tracked script-" CHECK "443 nan ");
  free(book.text);
}

static void tells_tracked_processes(void **unused) {
  (void)unused;
  struct book book = report_file("json_version_2.json");
  assert_says(&book, "\n- keepalived_process /usr/sbin/named 2 position=1 "
                     "name=/usr/sbin/named parameters=-f -u bind match=initial min=1 "
                     "max=4 current=2 quorum=1 weight=-20 terminate_delay=0.5 "
                     "fork_delay=1.25 full_command=0 terminate_delay_us=500000 "
                     "fork_delay_us=1250000 ");
  assert_says(&book, "\nA keepalived_tracked process-/usr/sbin/named nan ");
  assert_says(&book, "\nA keepalived_counter auth_ext_replay 6 ");
  free(book.text);
}

// What is unknown is NaN or absent, never a number.
static void does_not_invent(void **unused) {
  (void)unused;
  struct book book = report_file("odd.json");
  assert_says(&book, "\n keepalived_state current nan position=1 ");
  assert_says(&book, "\n vrrp_priority base nan position=1 ");
  assert_null(strstr(book.text, "vrid="));
  assert_null(strstr(book.text, "=nan"));
  free(book.text);
}

// A field without a row would be told as nothing, silently.
static void names_every_field(void **unused) {
  (void)unused;
  for (int i = 0; i < VRRP_KEEPALIVED_SETTINGS; i++)
    assert_non_null(VRRP_KEEPALIVED_SETTING[i].name);
  for (int i = 0; i < VRRP_KEEPALIVED_COUNTERS; i++)
    assert_non_null(VRRP_KEEPALIVED_COUNTER[i].name);
  for (int i = 0; i < VRRP_KEEPALIVED_SCRIPTS; i++)
    assert_non_null(VRRP_KEEPALIVED_SCRIPT[i].name);
  for (int i = 0; i < VRRP_KEEPALIVED_NAME_LISTS; i++)
    assert_non_null(VRRP_KEEPALIVED_TRACKED[i].name);
  for (int i = 0; i < VRRP_KEEPALIVED_PROCESS_NUMBERS; i++)
    assert_non_null(VRRP_KEEPALIVED_PROCESS_NUMBER[i].name);
}

static void never_tells_a_password(void **unused) {
  (void)unused;
  struct book book = report_file("2.2.7-rich.json");
  assert_null(strstr(book.text, "notreal"));
  assert_null(strstr(book.text, "auth_data"));
  assert_says(&book, " auth_type=1 ");
  free(book.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tells_states_and_priorities),
      cmocka_unit_test(tells_scripts),
      cmocka_unit_test(tells_counters_that_are_told),
      cmocka_unit_test(tells_items_with_their_place),
      cmocka_unit_test(tells_apart_what_is_tracked),
      cmocka_unit_test(tells_tracked_processes),
      cmocka_unit_test(does_not_invent),
      cmocka_unit_test(names_every_field),
      cmocka_unit_test(never_tells_a_password),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
