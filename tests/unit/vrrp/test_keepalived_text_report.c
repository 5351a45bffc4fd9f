// SPDX-License-Identifier: MIT
// Do keepalived's text dumps yield every value once, with what the MIB needs, and the
// cause of a fault?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "core/keepalived_text_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Writes each value as a line "PLUGIN_INSTANCE TYPE TYPE_INSTANCE VALUE key=note …".
struct book {
  char *text;
  size_t length, size;
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
  write_text(book, "\n%s %s %s %g", value->plugin_instance,
             vrrp_keepalived_type(value->kind), value->type_instance, value->gauge);
  for (size_t i = 0; i < value->note_count; i++) {
    const struct vrrp_keepalived_note *note = &value->notes[i];
    if (note->text != NULL)
      write_text(book, " %s=%s", note->key, note->text);
    else
      write_text(book, " %s=%.10g", note->key, note->number);
  }
  write_text(book, " ");
}

static double begins_as_master(void *context, const char *instance) {
  (void)context;
  return strcmp(instance, "V4A") == 0 ? 2 : NAN;
}

static const struct vrrp_keepalived_fault *dmy0_failed(void *context,
                                                       const char *instance) {
  static const struct vrrp_keepalived_fault fault = {
      .cause = "interface dmy0 went down", .transition = 5.5, .since = 7.5};
  (void)context;
  return strcmp(instance, "V4A") == 0 ? &fault : NULL;
}

static struct vrrp_keepalived_text *parse_bytes(enum vrrp_keepalived_dump dump,
                                                uint8_t *bytes, size_t length) {
  struct vrrp_keepalived_text *text = NULL;
  assert_int_equal(vrrp_keepalived_text_parse(dump, bytes, length, &text), 0);
  return text;
}

static struct book tell(enum vrrp_keepalived_dump dump,
                        const struct vrrp_keepalived_text *text) {
  static const struct vrrp_keepalived_beside beside = {
      "Keepalived v1.2.3", 1, begins_as_master, dmy0_failed, NULL};
  struct book book = {.text = calloc(1, 1 << 20), .size = 1 << 20};
  if (dump == VRRP_KEEPALIVED_DUMP_VRRP)
    vrrp_keepalived_tell_vrrp(text, &beside, write_value, &book);
  else
    vrrp_keepalived_tell_checkers(text, write_value, &book);
  return book;
}

static struct book tell_file(enum vrrp_keepalived_dump dump, const char *path) {
  uint8_t *bytes = malloc(1 << 20);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  struct vrrp_keepalived_text *text = parse_bytes(dump, bytes, length);
  struct book book = tell(dump, text);
  vrrp_keepalived_text_free(text);
  free(bytes);
  return book;
}

// In this order: each behind the one before.
static void assert_says(const struct book *book, const char *const *wanted,
                        size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strstr(book->text, wanted[i]) == NULL)
      fail_msg("not said: %s", wanted[i]);
}

#define SAYS(book, ...)                                                                  \
  assert_says(book, (const char *const[]){__VA_ARGS__},                                  \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void tells_what_the_vrrp_process_knows(void **unused) {
  (void)unused;
  struct book book =
      tell_file(VRRP_KEEPALIVED_DUMP_VRRP, HA_DUMPS "/2.3.3/B/keepalived.data");
  SAYS(&book, "\nkeepalived keepalived_global  1 network_namespace=(default) ",
       " version=Keepalived v1.2.3 ipvs_64bit=1 namespace_name= fault_mail=1 "
       "sync_enabled=1 linkbeat_polling=0 ",
       "\nkeepalived keepalived_email 1 1 position=1 address=ops@example.com ",
       "\nkeepalived keepalived_address 10.0.0.77 1 position=0 index=1 advertised=0 ",
       "\nkeepalived keepalived_route 2 1 position=0 index=2 ",
       "\nkeepalived keepalived_rule 1 1 position=0 index=1 ",
       "\neth0-ipv4-10 keepalived_instance V4A 1 position=1 name=V4A ",
       " sync_daemon=1 sync_interface=eth1 linkbeat=0 v3_checksum_as_v2=0 "
       "initial_state=2 ",
       "\neth0-ipv4-40 keepalived_instance VM 1 ",
       "\neth0-ipv6-20 keepalived_instance V6 1 ",
       "\neth0-ipv4-10 keepalived_garp_delay  4 ",
       "\nkeepalived keepalived_sync_group SG1 2 position=1 name=SG1 state=2 "
       "smtp_alert=1 ",
       " runs_script=1 tracking_weight=0 ",
       "\nkeepalived keepalived_member SG2.2 2 group=2 group_name=SG2 index=2 name=VM ",
       "\nkeepalived keepalived_script good 1 ", "\nkeepalived keepalived_script slow 0 ",
       " result=2 interval_whole=2 ", "\nkeepalived keepalived_script_activity slow 1 ",
       "\nkeepalived keepalived_track_file moved 7 ",
       "\nkeepalived keepalived_process sleeper 1 position=1 name=sleeper path=sleep "
       "parameters=1000 match=initial ",
       "\nkeepalived keepalived_process ghost 0 ", "match=none parameters= max=-1 ",
       "\nkeepalived keepalived_bfd bfd1 1 ");
  free(book.text);
}

static void tells_whether_what_is_tracked_is_well(void **unused) {
  (void)unused;
  struct book book =
      tell_file(VRRP_KEEPALIVED_DUMP_VRRP, HA_DUMPS "/2.3.3/B/keepalived.data");
  SAYS(&book,
       "\neth0-ipv4-10 keepalived_tracked interface-eth1 1 position=1 name=V4A index=1 "
       "kind=interface tracked=eth1 ifname=eth1 weight=11 reverse=0 ",
       "\neth0-ipv4-10 keepalived_tracked script-good 1 ",
       "\neth0-ipv4-10 keepalived_tracked script-bad 0 ",
       "\neth0-ipv4-10 keepalived_tracked process-ghost 0 ",
       "\neth0-ipv4-10 keepalived_tracked file-moved 1 ",
       "\neth0-ipv4-10 keepalived_tracked bfd-bfd1 1 ",
       "\neth0-ipv4-61 keepalived_tracked interface-dmy0 0 ",
       "\nkeepalived keepalived_tracked SG2/script-good 1 group=2 group_name=SG2 ");
  free(book.text);
}

static void tells_the_cause_of_a_fault(void **unused) {
  (void)unused;
  struct book book =
      tell_file(VRRP_KEEPALIVED_DUMP_VRRP, HA_DUMPS "/2.3.3/B/keepalived.data");
  SAYS(&book, "fault_cause=interface dmy0 went down fault_since=7 ");
  assert_null(strstr(strstr(book.text, "fault_cause") + 1, "fault_cause"));
  free(book.text);
}

// keepalived tells it only where it is not the command's first word.
static void says_which_program_a_script_runs(void **unused) {
  char bytes[] = "------< VRRP Scripts >------\n VRRP Script = a\n"
                 "   Command = '/bin/a b' '30'\n VRRP Script = b\n"
                 "   Command = '/bin/b'\n   Path = /usr/bin/busybox\n"
                 " VRRP Script = c\n   Command = \n"
                 "------< Interfaces >------\n";
  (void)unused;
  struct vrrp_keepalived_text *text =
      parse_bytes(VRRP_KEEPALIVED_DUMP_VRRP, (uint8_t *)bytes, strlen(bytes));
  struct book book = tell(VRRP_KEEPALIVED_DUMP_VRRP, text);
  SAYS(&book, " command='/bin/a b' '30' ", " path=/bin/a b ", " path=/usr/bin/busybox ");
  assert_null(strstr(book.text, " path=/bin/b "));
  assert_null(strstr(strstr(book.text, "keepalived_script c "), " path="));
  vrrp_keepalived_text_free(text);
  free(book.text);
}

// A script that has not run yet is neither good nor bad.
static void does_not_judge_what_has_not_run(void **unused) {
  char bytes[] = "------< VRRP Scripts >------\n VRRP Script = a\n"
                 "   Init state = INIT\n   Status = BAD\n VRRP Script = b\n"
                 "   Init state = INIT/FAILED\n   Status = BAD\n"
                 "------< Interfaces >------\n";
  (void)unused;
  struct vrrp_keepalived_text *text =
      parse_bytes(VRRP_KEEPALIVED_DUMP_VRRP, (uint8_t *)bytes, strlen(bytes));
  struct book book = tell(VRRP_KEEPALIVED_DUMP_VRRP, text);
  SAYS(&book, "keepalived_script a nan ", " result=1 ", "keepalived_script b nan ",
       " result=5 ");
  vrrp_keepalived_text_free(text);
  free(book.text);
}

static void tells_the_checkers(void **unused) {
  (void)unused;
  struct book book =
      tell_file(VRRP_KEEPALIVED_DUMP_CHECKERS, HA_DUMPS "/2.3.3/C/keepalived_check.data");
  SAYS(&book, "\nkeepalived keepalived_server_group WEB4 5 position=1 name=WEB4 ",
       "keepalived_server_group_member WEB4.1 1 group=1 group_name=WEB4 index=1 "
       "kind=fwmark fwmark=70 ",
       "keepalived_server_group_member WEB4.5 1 group=1 group_name=WEB4 index=5 "
       "kind=range ",
       "\nWEB4_TCP keepalived_service up 1 position=1 group=WEB4 ",
       "\nWEB4_TCP keepalived_service servers 4 ",
       "\nWEB4_TCP keepalived_service servers_up 1 ",
       "\nWEB4_TCP keepalived_service quorum 5 ",
       "\nWEB4_TCP keepalived_service quorum_up 0 ",
       "\n10.1.0.100_TCP443 keepalived_service up 1 ",
       "\nipv4_FWMARK7 keepalived_service up 1 ",
       "\nWEB4_TCP keepalived_server 10.2.0.14_8080 1 service=1 service_kind=group ",
       "\nWEB4_TCP keepalived_server 10.2.0.11_80 0 service=1 service_kind=group ",
       " kind=sorry ", " servers=4 servers_up=1 position=1 ",
       " servers=4 servers_up=1 position=2 ", " upper_bound=1000 lower_bound=100 ",
       " netmask=255.255.255.0 ", " granularity6=64 ");
  free(book.text);
}

static void each_service_of_a_group_has_its_name(void **unused) {
  char bytes[] = "------< LVS Topology >------\n VS GROUP = [DNS]:0\n"
                 "   protocol = TCP\n   alive = 1\n VS GROUP = [DNS]:0\n"
                 "   protocol = UDP\n   alive = 0\n VS GROUP = [MARKS]:0\n"
                 "   protocol = none\n   alive = 1\n";
  (void)unused;
  struct vrrp_keepalived_text *text =
      parse_bytes(VRRP_KEEPALIVED_DUMP_CHECKERS, (uint8_t *)bytes, strlen(bytes));
  struct book book = tell(VRRP_KEEPALIVED_DUMP_CHECKERS, text);
  SAYS(&book, "\nDNS_TCP keepalived_service up 1 position=1 ",
       "\nDNS_UDP keepalived_service up 0 position=2 ",
       "\nMARKS keepalived_service up 1 position=3 ");
  vrrp_keepalived_text_free(text);
  free(book.text);
}

static void a_checker_that_has_not_run_is_counted(void **unused) {
  char bytes[] = "------< LVS Topology >------\n VS VIP = 1.1.1.1, VPORT = 80\n"
                 "   protocol = TCP\n   RIP = 2.2.2.2, RPORT = 80, WEIGHT = 1\n"
                 "   alive = 0\n------< Health checkers >------\n"
                 " [1.1.1.1]:tcp:80 -> [2.2.2.2]:tcp:80\n   Has run = no\n"
                 " [1.1.1.1]:tcp:80 -> [2.2.2.2]:tcp:80\n   Has run = yes\n"
                 " [1.1.1.1]:tcp:80 -> [2.2.2.3]:tcp:80\n   Has run = no\n";
  (void)unused;
  struct vrrp_keepalived_text *text =
      parse_bytes(VRRP_KEEPALIVED_DUMP_CHECKERS, (uint8_t *)bytes, strlen(bytes));
  struct book book = tell(VRRP_KEEPALIVED_DUMP_CHECKERS, text);
  SAYS(&book, " checkers_not_run=1 ");
  vrrp_keepalived_text_free(text);
  free(book.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tells_what_the_vrrp_process_knows),
      cmocka_unit_test(tells_whether_what_is_tracked_is_well),
      cmocka_unit_test(tells_the_cause_of_a_fault),
      cmocka_unit_test(says_which_program_a_script_runs),
      cmocka_unit_test(does_not_judge_what_has_not_run),
      cmocka_unit_test(tells_the_checkers),
      cmocka_unit_test(each_service_of_a_group_has_its_name),
      cmocka_unit_test(a_checker_that_has_not_run_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
