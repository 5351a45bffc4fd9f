// SPDX-License-Identifier: MIT
// What is keepalived configured to do, as its text dumps say?
//
// Things and settings are called as keepalived.conf calls them.
#include "core/keepalived_writer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// --- settings -------------------------------------------------------------

struct fact_word {
  const char *key, *word; // NULL: as the key
  enum vrrp_keepalived_form_of_value form;
};

// clang-format off
#define SHOW(key) {key, NULL, VRRP_KEEPALIVED_SHOWN}
#define SHOW_AS(word, key) {key, word, VRRP_KEEPALIVED_SHOWN}
#define WITHHOLD(word, key) {key, word, VRRP_KEEPALIVED_WITHHELD}
#define END {NULL, NULL, VRRP_KEEPALIVED_THERE}
// clang-format on

static const struct fact_word GLOBAL_FACTS[] = {
    SHOW("router_id"),
    SHOW("network_namespace"),
    SHOW("smtp_server"),
    SHOW("smtp_port"),
    SHOW_AS("smtp_connect_timeout", "smtp_timeout"),
    SHOW_AS("notification_email_from", "email_from"),
    SHOW_AS("no_email_faults", "no_fault_mail"),
    SHOW("smtp_alert"),
    SHOW("smtp_alert_vrrp"),
    SHOW("smtp_alert_checker"),
    SHOW_AS("enable_traps", "traps"),
    SHOW_AS("enable_dbus", "dbus"),
    SHOW("dynamic_interfaces"),
    SHOW("lvs_flush"),
    SHOW("lvs_flush_on_stop"),
    SHOW("v3_checksum_as_v2"),
    SHOW_AS("lvs_sync_daemon instance", "sync_instance"),
    SHOW_AS("lvs_sync_daemon interface", "sync_interface"),
    SHOW_AS("lvs_sync_daemon id", "sync_id"),
    SHOW_AS("lvs_sync_daemon maxlen", "sync_max_length"),
    SHOW_AS("lvs_sync_daemon group", "sync_group"),
    SHOW_AS("lvs_sync_daemon port", "sync_port"),
    SHOW_AS("lvs_sync_daemon ttl", "sync_ttl"),
    END};

// The rest of an instance is told by the JSON.
static const struct fact_word INSTANCE_FACTS[] = {
    SHOW("sync_group"), SHOW("v3_checksum_as_v2"),
    SHOW_AS("down_timer_adverts", "down_adverts"), SHOW_AS("mcast_group", "group"), END};

static const struct fact_word SYNC_GROUP_FACTS[] = {
    SHOW("tracking_weight"),
    SHOW("smtp_alert"),
    WITHHOLD("notify_backup", "script_backup"),
    WITHHOLD("notify_master", "script_master"),
    WITHHOLD("notify_fault", "script_fault"),
    WITHHOLD("notify_stop", "script_stop"),
    WITHHOLD("notify_deleted", "script_deleted"),
    WITHHOLD("notify", "script"),
    WITHHOLD("notify_master_rx_lower_pri", "script_master_lower_priority"),
    END};

static const struct fact_word TRACKS_FACTS[] = {SHOW("weight"), SHOW("reverse"), END};

static const struct fact_word TRACK_SCRIPT_FACTS[] = {WITHHOLD("command", "command"),
                                                      SHOW("interval"),
                                                      SHOW("timeout"),
                                                      SHOW("weight"),
                                                      SHOW("reverse"),
                                                      SHOW("rise"),
                                                      SHOW("fall"),
                                                      END};

static const struct fact_word TRACK_FILE_FACTS[] = {SHOW_AS("file", "path"),
                                                    SHOW("weight"), SHOW("reverse"), END};

static const struct fact_word TRACK_PROCESS_FACTS[] = {
    SHOW_AS("process", "path"),
    WITHHOLD("parameters", "parameters"),
    SHOW_AS("param_match", "match"),
    SHOW_AS("quorum", "min"),
    SHOW_AS("quorum_max", "max"),
    SHOW("weight"),
    SHOW("reverse"),
    SHOW("terminate_delay"),
    SHOW("fork_delay"),
    SHOW("full_command"),
    END};

static const struct fact_word SERVICE_FACTS[] = {
    SHOW_AS("virtualhost", "virtual_host"),
    SHOW_AS("snmp_name", "name"),
    SHOW_AS("connect_timeout", "connection_timeout"),
    SHOW("delay_loop"),
    SHOW_AS("lvs_sched", "scheduler"),
    SHOW("hashed"),
    SHOW_AS("sh-port", "sh_port"),
    SHOW_AS("sh-fallback", "sh_fallback"),
    SHOW_AS("mh-port", "mh_port"),
    SHOW_AS("mh-fallback", "mh_fallback"),
    SHOW("flag_1"),
    SHOW("flag_2"),
    SHOW("flag_3"),
    SHOW_AS("ops", "one_packet"),
    SHOW("persistence_timeout"),
    SHOW("persistence_granularity"),
    SHOW("alpha"),
    SHOW("omega"),
    SHOW("retry"),
    SHOW_AS("delay_before_retry", "retry_delay"),
    SHOW("warmup"),
    SHOW_AS("inhibit_on_failure", "inhibit"),
    SHOW("quorum"),
    SHOW("hysteresis"),
    WITHHOLD("quorum_up", "quorum_up"),
    WITHHOLD("quorum_down", "quorum_down"),
    SHOW("ha_suspend"),
    SHOW("smtp_alert"),
    SHOW_AS("lvs_method", "forwarding"),
    SHOW("tunnel_type"),
    SHOW("tunnel_port"),
    SHOW("tunnel_checksum"),
    END};

// The effective weight moves with the checks.
static const struct fact_word SERVER_FACTS[] = {
    SHOW_AS("lvs_method", "forwarding"),
    SHOW("tunnel_type"),
    SHOW("tunnel_port"),
    SHOW("tunnel_checksum"),
    SHOW("alpha"),
    SHOW_AS("connect_timeout", "connection_timeout"),
    SHOW_AS("lthreshold", "lower_limit"),
    SHOW_AS("uthreshold", "upper_limit"),
    SHOW("delay_loop"),
    SHOW("retry"),
    SHOW_AS("delay_before_retry", "retry_delay"),
    SHOW("warmup"),
    SHOW_AS("inhibit_on_failure", "inhibit"),
    WITHHOLD("notify_up", "notify_up"),
    WITHHOLD("notify_down", "notify_down"),
    SHOW_AS("virtualhost", "virtual_host"),
    SHOW_AS("snmp_name", "name"),
    SHOW("smtp_alert"),
    SHOW_AS("weight", "initial_weight"),
    END};

static const struct fact_word NO_FACTS[] = {END};

// --- names ----------------------------------------------------------------

typedef void name_record(const struct vrrp_keepalived_text *text,
                         const struct vrrp_keepalived_record *record,
                         char name[static VRRP_KEEPALIVED_WORD_MAX]);

static void name_nothing(const struct vrrp_keepalived_text *text,
                         const struct vrrp_keepalived_record *record,
                         char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  (void)text;
  (void)record;
  name[0] = '\0';
}

static void name_by_name(const struct vrrp_keepalived_text *text,
                         const struct vrrp_keepalived_record *record,
                         char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  vrrp_keepalived_clean(vrrp_keepalived_text_string(text, record, "name"), name);
}

static void name_by_address(const struct vrrp_keepalived_text *text,
                            const struct vrrp_keepalived_record *record,
                            char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  vrrp_keepalived_clean(vrrp_keepalived_text_string(text, record, "address"), name);
}

// Without what the kernel made of it: whether it has it, and "[dev eth77]", the interface
// that a route has by now.
static size_t configured_length(const char *line) {
  static const char SET[] = " set", DEVICE[] = " [dev ";
  const char *device = strstr(line, DEVICE);
  size_t length = device != NULL ? (size_t)(device - line) : strlen(line);
  size_t end = sizeof(SET) - 1;
  bool is_set = length >= end && strncmp(line + length - end, SET, end) == 0;
  return is_set ? length - end : length;
}

// However long the line is.
static void name_by_line(const struct vrrp_keepalived_text *text,
                         const struct vrrp_keepalived_record *record,
                         char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  const char *line = vrrp_keepalived_text_string(text, record, "line");
  size_t length = configured_length(line);
  vrrp_keepalived_clean(line, name);
  if (length < VRRP_KEEPALIVED_WORD_MAX)
    name[length] = '\0';
}

static void name_by_fwmark(const struct vrrp_keepalived_text *text,
                           const struct vrrp_keepalived_record *record,
                           char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  snprintf(name, VRRP_KEEPALIVED_WORD_MAX, "fwmark %.0f",
           vrrp_keepalived_text_number(text, record, "fwmark"));
}

static void name_by_endpoint(const struct vrrp_keepalived_text *text,
                             const struct vrrp_keepalived_record *record,
                             char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  char address[VRRP_KEEPALIVED_WORD_MAX];
  name_by_address(text, record, address);
  bool is_ipv6 = strchr(address, ':') != NULL;
  snprintf(name, VRRP_KEEPALIVED_WORD_MAX, "%s%.60s%s:%.0f", is_ipv6 ? "[" : "", address,
           is_ipv6 ? "]" : "", vrrp_keepalived_text_number(text, record, "port"));
}

static void name_by_range(const struct vrrp_keepalived_text *text,
                          const struct vrrp_keepalived_record *record,
                          char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  char range[VRRP_KEEPALIVED_WORD_MAX];
  snprintf(range, sizeof(range), "%.40s-%.40s:%.0f",
           vrrp_keepalived_text_string(text, record, "first"),
           vrrp_keepalived_text_string(text, record, "last"),
           vrrp_keepalived_text_number(text, record, "port"));
  vrrp_keepalived_clean(range, name);
}

static void name_service(const struct vrrp_keepalived_text *text,
                         const struct vrrp_keepalived_record *record,
                         char name[static VRRP_KEEPALIVED_WORD_MAX]) {
  const char *group = vrrp_keepalived_text_string(text, record, "group");
  const char *protocol = vrrp_keepalived_text_string(text, record, "protocol");
  char address[VRRP_KEEPALIVED_WORD_MAX], service[VRRP_KEEPALIVED_WORD_MAX + 16];
  if (group[0] != '\0')
    snprintf(address, sizeof(address), "group %.80s", group);
  else if (vrrp_keepalived_text_fact(text, record, "fwmark") != NULL)
    name_by_fwmark(text, record, address);
  else
    name_by_endpoint(text, record, address);
  bool is_usual = protocol[0] == '\0' || strcmp(protocol, "TCP") == 0;
  snprintf(service, sizeof(service), "%.86s%s%.8s", address, is_usual ? "" : " ",
           is_usual ? "" : protocol);
  vrrp_keepalived_clean(service, name);
}

// --- records --------------------------------------------------------------

// What is told of each kind. Those without are no configuration.
static const struct record_words {
  const char *what;
  name_record *name; // NULL: not told
  const struct fact_word *facts;
  bool is_global;  // each process tells it
  bool is_counted; // the JSON tells that it is there
} RECORDS[VRRP_KEEPALIVED_RECORD_KINDS] = {
    [VRRP_KEEPALIVED_GLOBAL] = {"global", name_nothing, GLOBAL_FACTS, .is_global = true},
    [VRRP_KEEPALIVED_EMAIL] = {"notification_email", name_by_address, NO_FACTS,
                               .is_global = true},
    [VRRP_KEEPALIVED_STATIC_ADDRESS] = {"static address", name_by_line, NO_FACTS},
    [VRRP_KEEPALIVED_STATIC_ROUTE] = {"static route", name_by_line, NO_FACTS},
    [VRRP_KEEPALIVED_STATIC_RULE] = {"static rule", name_by_line, NO_FACTS},
    [VRRP_KEEPALIVED_INSTANCE] = {"", name_by_name, INSTANCE_FACTS, .is_counted = true},
    [VRRP_KEEPALIVED_UNICAST_PEER] = {"unicast_peer", name_by_address, NO_FACTS},
    [VRRP_KEEPALIVED_SYNC_GROUP] = {"sync group", name_by_name, SYNC_GROUP_FACTS},
    [VRRP_KEEPALIVED_MEMBER] = {"member", name_by_name, NO_FACTS},
    [VRRP_KEEPALIVED_TRACKS_INTERFACE] = {"track_interface", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_TRACKS_SCRIPT] = {"track_script", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_TRACKS_FILE] = {"track_file", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_TRACKS_PROCESS] = {"track_process", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_TRACKS_BFD] = {"track_bfd", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_TRACK_SCRIPT] = {"script", name_by_name, TRACK_SCRIPT_FACTS},
    [VRRP_KEEPALIVED_TRACK_FILE] = {"file", name_by_name, TRACK_FILE_FACTS},
    [VRRP_KEEPALIVED_TRACK_PROCESS] = {"process", name_by_name, TRACK_PROCESS_FACTS},
    [VRRP_KEEPALIVED_TRACK_BFD] = {"bfd", name_by_name, TRACKS_FACTS},
    [VRRP_KEEPALIVED_SERVER_GROUP] = {"server group", name_by_name, NO_FACTS},
    [VRRP_KEEPALIVED_GROUP_ADDRESS] = {"", name_by_endpoint, NO_FACTS},
    [VRRP_KEEPALIVED_GROUP_RANGE] = {"", name_by_range, NO_FACTS},
    [VRRP_KEEPALIVED_GROUP_FWMARK] = {"", name_by_fwmark, NO_FACTS},
    [VRRP_KEEPALIVED_VIRTUAL_SERVER] = {"virtual server", name_service, SERVICE_FACTS},
    [VRRP_KEEPALIVED_SORRY_SERVER] = {"sorry server", name_by_endpoint, SERVER_FACTS},
    [VRRP_KEEPALIVED_REAL_SERVER] = {"real server", name_by_endpoint, SERVER_FACTS},
};

static void put_fact(struct vrrp_keepalived_writer *writer, const struct fact_word *facts,
                     const struct vrrp_keepalived_text_fact *fact) {
  while (facts->key != NULL && strcmp(facts->key, fact->key) != 0)
    facts++;
  if (facts->key == NULL)
    return;
  const char *word = facts->word != NULL ? facts->word : facts->key;
  if (fact->text == NULL)
    vrrp_keepalived_put_number(writer, word, fact->number);
  else if (facts->form == VRRP_KEEPALIVED_WITHHELD)
    vrrp_keepalived_put_command(writer, word, fact->text);
  else
    vrrp_keepalived_put_text(writer, word, fact->text);
}

static size_t enter_record(struct vrrp_keepalived_writer *writer,
                           const struct vrrp_keepalived_text *text,
                           const struct vrrp_keepalived_record *record) {
  char name[VRRP_KEEPALIVED_WORD_MAX];
  RECORDS[record->kind].name(text, record, name);
  return vrrp_keepalived_writer_enter(writer, RECORDS[record->kind].what, name);
}

// Parts stand one level deep: a real server in its service.
static void put_record(struct vrrp_keepalived_writer *writer,
                       const struct vrrp_keepalived_text *text,
                       const struct vrrp_keepalived_record *record) {
  const struct record_words *words = &RECORDS[record->kind];
  const struct vrrp_keepalived_record *parent =
      record->parent != VRRP_KEEPALIVED_NONE ? &text->records[record->parent] : NULL;
  if (parent != NULL && parent->kind != VRRP_KEEPALIVED_GLOBAL)
    (void)enter_record(writer, text, parent);
  (void)enter_record(writer, text, record);
  vrrp_keepalived_put_thing(writer, words->is_counted ? VRRP_KEEPALIVED_COUNTED
                                                      : VRRP_KEEPALIVED_THERE);
  for (int32_t i = record->first; i != VRRP_KEEPALIVED_NONE; i = text->facts[i].next)
    put_fact(writer, words->facts, &text->facts[i]);
  vrrp_keepalived_writer_leave(writer, 0);
}

int vrrp_keepalived_configured_by_text(
    const struct vrrp_keepalived_text *text, bool is_global,
    struct vrrp_keepalived_configured *ret_configured) {
  struct vrrp_keepalived_writer writer;
  int status = vrrp_keepalived_writer_open(&writer);
  if (status < 0)
    return status;
  for (size_t i = 0; i < text->record_count; i++) {
    const struct record_words *words = &RECORDS[text->records[i].kind];
    if (words->name != NULL && (is_global || !words->is_global))
      put_record(&writer, text, &text->records[i]);
  }
  return vrrp_keepalived_writer_finish(&writer, ret_configured);
}
